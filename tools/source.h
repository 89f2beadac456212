/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * source.h - where the files come from: the module's directory in debugfs, a
 * directory of recorded files, or a snapshot of a recording (--root).
 */
#ifndef TWINSPECT_SOURCE_H
#define TWINSPECT_SOURCE_H

#include <stdbool.h>
#include <stdio.h>

#include "error.h"

struct twi_snapshot;

struct twi_source {
	const char	*dir;		/* the module's files */
	const char	*mount;		/* debugfs; NULL for recorded files */
	const char	*proc;		/* has slabinfo */
	const char	*sys;		/* has slab/<cache>/ */
	/* holds all of these; NULL: they are files */
	const struct twi_snapshot	*snapshot;
};

/* The running kernel if root is NULL, else a directory. */
void twi_source_init(struct twi_source *source, const char *root);

/* A snapshot, which is called name in messages; both are the caller's. */
void twi_source_init_snapshot(struct twi_source *source,
			      const struct twi_snapshot *snapshot,
			      const char *name);

/*
 * What to put before /proc, for the machine that the module's files are of;
 * NULL if these are recorded ones without it.  Where only the sysroot was
 * given, the module's files are looked for in it, and *dir is to be freed.
 */
const char *twi_source_sysroot(struct twi_source *source, const char *sysroot,
			       char **dir);

/*
 * The file, open for reading, and its path for messages (to be freed); NULL
 * with the reason in err.
 */
FILE *twi_source_open(const struct twi_source *source, const char *file,
		      char **path, struct twi_error *err);

/*
 * A file of the kernel's own that is below /proc or /sys/kernel, where base is
 * source->proc or source->sys; NULL if it can't be read.
 */
FILE *twi_source_open_kernel(const struct twi_source *source, const char *base,
			     const char *file);

#endif /* TWINSPECT_SOURCE_H */
