/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * source.h - where the files come from: the module's directory in debugfs, or
 * a directory of recorded files (--root).
 */
#ifndef TWINSPECT_SOURCE_H
#define TWINSPECT_SOURCE_H

#include <stdbool.h>
#include <stdio.h>

#include "error.h"

struct twi_source {
	const char	*dir;		/* the module's files */
	const char	*mount;		/* debugfs; NULL for recorded files */
	const char	*proc;		/* has slabinfo */
	const char	*sys;		/* has slab/<cache>/ */
};

/* The running kernel if root is NULL. */
void twi_source_init(struct twi_source *source, const char *root);

/*
 * The file, open for reading, and its path for messages (to be freed); NULL
 * with the reason in err.
 */
FILE *twi_source_open(const struct twi_source *source, const char *file,
		      char **path, struct twi_error *err);

#endif /* TWINSPECT_SOURCE_H */
