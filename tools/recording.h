/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * recording.h - a file of snapshots, one frame after the other: finds those
 * that are whole, and one of them by its number or by its time.
 */
#ifndef TWINSPECT_RECORDING_H
#define TWINSPECT_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model.h"
#include "snapshot.h"

struct twi_recording {
	const char	*path;
	const char	*map;
	size_t		size;		/* of the file */
	/* where each whole frame begins, and where the last of them ends */
	size_t		*start;
	size_t		n;
	bool		damaged;	/* what follows is more than cut */
};

/*
 * Find the whole frames; path stays the caller's.  A file without any is an
 * error.  The descriptor is not needed afterwards.
 */
int twi_recording_open(struct twi_recording *recording, const char *path,
		       struct twi_error *err);
int twi_recording_map(struct twi_recording *recording, int fd,
		      const char *path, struct twi_error *err);

/* Bytes after the last whole snapshot. */
size_t twi_recording_torn(const struct twi_recording *recording);

/* Warn if there are some. */
void twi_recording_warn(const struct twi_recording *recording);

/* The keys of the member that says when and where. */
int twi_recording_head(const struct twi_recording *recording, size_t index,
		       struct twi_model *head, struct twi_error *err);

/*
 * The snapshot that at names: a number, one from the end (-1 is the last), or
 * a time, for the last one that is not later; the last one if at is NULL.
 */
int twi_recording_find(const struct twi_recording *recording, const char *at,
		       size_t *index, struct twi_error *err);

/* The same, but of a time the first one that is not earlier. */
int twi_recording_find_from(const struct twi_recording *recording,
			    const char *at, size_t *index,
			    struct twi_error *err);

/*
 * A snapshot, to be freed, and its name for messages: FILE@NUMBER, to be freed
 * too.
 */
int twi_recording_load(const struct twi_recording *recording, size_t index,
		       struct twi_snapshot *snapshot, char **name,
		       struct twi_error *err);

void twi_recording_close(struct twi_recording *recording);

#endif /* TWINSPECT_RECORDING_H */
