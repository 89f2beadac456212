// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * input.c - tells recordings from directories, so that no view has to.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "input.h"

static bool is_recording(const char *root)
{
	struct stat st;

	return root && !stat(root, &st) && S_ISREG(st.st_mode);
}

int twi_input_load(struct twi_input *input, const struct twi_recording *r,
		   size_t index, struct twi_error *err)
{
	memset(input, 0, sizeof(*input));
	if (twi_recording_load(r, index, &input->snapshot, &input->name, err))
		return -1;
	twi_source_init_snapshot(&input->source, &input->snapshot,
				 input->name);
	return 0;
}

int twi_input_open(struct twi_input *input, const char *root, const char *at,
		   struct twi_error *err)
{
	struct twi_recording recording;
	size_t index;
	int ret;

	memset(input, 0, sizeof(*input));
	if (!is_recording(root)) {
		if (at)
			return twi_fail(err, TWI_EXIT_USAGE,
					"only a recording has snapshots to choose from, and %s is none",
					root ? root : "the running kernel");
		twi_source_init(&input->source, root);
		return 0;
	}
	if (twi_recording_open(&recording, root, err))
		return -1;
	twi_recording_warn(&recording);
	ret = twi_recording_find(&recording, at, &index, err);
	if (!ret)
		ret = twi_input_load(input, &recording, index, err);
	twi_recording_close(&recording);
	return ret;
}

void twi_input_close(struct twi_input *input)
{
	twi_snapshot_free(&input->snapshot);
	free(input->name);
	input->name = NULL;
}
