/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * snapshot.h - the files of one moment, in memory, and their packed form: a
 * zstd frame that holds a tar.
 */
#ifndef TWINSPECT_SNAPSHOT_H
#define TWINSPECT_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* The member that says when and where; it is the first one. */
#define TWI_RECORDING		"recording"

/* Version of the form of a recording, in the first line of that member. */
#define TWI_RECORDING_FORMAT	1

/* Bounds of what is believed of a recording: members, and bytes unpacked. */
#define TWI_MEMBERS_MAX		64
#define TWI_SNAPSHOT_MAX	((size_t)128 << 20)

struct twi_member {
	char	*name;
	char	*data;		/* ends with '\0', which len does not count */
	size_t	len;
};

struct twi_snapshot {
	struct twi_member	member[TWI_MEMBERS_MAX];
	size_t			n;
};

/* data has been allocated, and is the snapshot's from now on. */
int twi_snapshot_add(struct twi_snapshot *snapshot, const char *name,
		     char *data, size_t len, struct twi_error *err);

/* The member of this name, NULL if there is none. */
const struct twi_member *twi_snapshot_find(const struct twi_snapshot *snapshot,
					   const char *name);

/*
 * The frame, to be freed.  In the tar the members are in a directory that is
 * named by the number and the time.
 */
int twi_snapshot_pack(const struct twi_snapshot *snapshot, int64_t number,
		      int64_t time_ns, void **frame, size_t *len,
		      struct twi_error *err);

/*
 * What is in a frame that nobody vouches for: 0, or -1 with the snapshot empty
 * and err set, where name stands for the frame.
 */
int twi_snapshot_unpack(struct twi_snapshot *snapshot, const void *frame,
			size_t len, const char *name, struct twi_error *err);

/* The same for the first member alone, without unpacking the others. */
int twi_snapshot_peek(struct twi_snapshot *snapshot, const void *frame,
		      size_t len, const char *name, struct twi_error *err);

/* Whether the frame can be decompressed to its end, whatever is in it. */
bool twi_snapshot_intact(const void *frame, size_t len);

void twi_snapshot_free(struct twi_snapshot *snapshot);

#endif /* TWINSPECT_SNAPSHOT_H */
