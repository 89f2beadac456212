/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * outfile.h - a file that others read while it is replaced.
 */
#ifndef TWINSPECT_OUTFILE_H
#define TWINSPECT_OUTFILE_H

#include <stddef.h>

#include "error.h"

/*
 * Replace the file, or make it, mode 0644: whoever opens it finds the old text
 * or all of the new one.  Returns 0, or -1 with err set, the old file in its
 * place and no other left behind.
 */
int twi_outfile_write(const char *path, const char *text, size_t len,
		      struct twi_error *err);

#endif /* TWINSPECT_OUTFILE_H */
