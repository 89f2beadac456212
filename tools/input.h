/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * input.h - what --root names: a directory of files, or a recording, of which
 * one snapshot is held in memory.
 */
#ifndef TWINSPECT_INPUT_H
#define TWINSPECT_INPUT_H

#include "recording.h"
#include "source.h"

struct twi_input {
	struct twi_source	source;
	/* of a recording alone; source points to them */
	struct twi_snapshot	snapshot;
	char			*name;
};

/*
 * The running kernel if root is NULL.  Where at is not NULL, root has to be a
 * recording.  A recording that is cut gets a line on stderr, and is used.
 */
int twi_input_open(struct twi_input *input, const char *root, const char *at,
		   struct twi_error *err);

/* A snapshot of a recording that is open. */
int twi_input_load(struct twi_input *input,
		   const struct twi_recording *recording, size_t index,
		   struct twi_error *err);

void twi_input_close(struct twi_input *input);

#endif /* TWINSPECT_INPUT_H */
