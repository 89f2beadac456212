/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * outfile.h - a file that others read while it is replaced.
 */
#ifndef TWINSPECT_OUTFILE_H
#define TWINSPECT_OUTFILE_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "error.h"

/*
 * Replace the file by what put() writes, or make it, mode 0644: whoever opens
 * it finds the old text or all of the new one.  Without a path, that goes to
 * the standard output.  Returns 0, or -1 with err set, the old file in its
 * place and no other left behind.
 */
int twi_outfile_write(const char *path, void (*put)(FILE *out, void *data),
		      void *data, struct twi_error *err);

/* Write all of it at an offset; false with errno set. */
bool twi_write_at(int fd, off_t at, const char *data, size_t len);

#endif /* TWINSPECT_OUTFILE_H */
