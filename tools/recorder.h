/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * recorder.h - a recording that grows: one writer, a size that it does not
 * exceed, and at any moment a file that can be read.
 */
#ifndef TWINSPECT_RECORDER_H
#define TWINSPECT_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

struct twi_recorder {
	char	*path;
	int	fd;		/* locked */
	size_t	max;		/* bytes */
	size_t	size;
	size_t	n;		/* snapshots in the file */
	int64_t	number;		/* of the next one */
	bool	made;		/* to be removed if nothing is written */
};

/*
 * Open the file, or make it, to go on after its last whole snapshot; what is
 * cut after that is cut off.  Fails if it is no recording or has a writer.
 */
int twi_recorder_open(struct twi_recorder *recorder, const char *path,
		      size_t max, struct twi_error *err);

/*
 * Write a frame of this number to the end, and the file to the disk.  The
 * oldest snapshots go where it would exceed max bytes.
 */
int twi_recorder_append(struct twi_recorder *recorder, const void *frame,
			size_t len, struct twi_error *err);

void twi_recorder_close(struct twi_recorder *recorder);

#endif /* TWINSPECT_RECORDER_H */
