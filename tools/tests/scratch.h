/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * scratch.h - a directory for a group of tests that write files: it has to be
 * empty in the end.
 */
#ifndef TWINSPECT_SCRATCH_H
#define TWINSPECT_SCRATCH_H

#include <stdlib.h>
#include <unistd.h>

#include "error.h"

static inline int scratch_enter(void **state)
{
	char name[] = "/tmp/twinspect-test.XXXXXX";

	*state = twi_strdup(mkdtemp(name));
	return chdir(*state);
}

static inline int scratch_leave(void **state)
{
	int ret = chdir("/") || rmdir(*state);

	free(*state);
	return ret;
}

#endif /* TWINSPECT_SCRATCH_H */
