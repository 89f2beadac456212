// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * source.c - opens the module's files, or recorded ones, and finds out why
 * one can't be opened and what to do about it.  Knows nothing of what is in
 * them, and of a recording no more than that it has members.
 */
#include <errno.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "snapshot.h"
#include "source.h"
#include "twinspect.h"

void twi_source_init(struct twi_source *source, const char *root)
{
	source->snapshot = NULL;
	if (root) {
		source->dir = root;
		source->mount = NULL;
		source->proc = root;
		source->sys = root;
	} else {
		source->dir = TWI_DEBUGFS_DIR;
		source->mount = "/sys/kernel/debug";
		source->proc = "/proc";
		source->sys = "/sys/kernel";
	}
}

void twi_source_init_snapshot(struct twi_source *source,
			      const struct twi_snapshot *snapshot,
			      const char *name)
{
	twi_source_init(source, name);
	source->snapshot = snapshot;
}

const char *twi_source_sysroot(struct twi_source *source, const char *sysroot,
			       char **dir)
{
	*dir = NULL;
	if (!source->mount)
		return sysroot;
	/* files of one machine go with no /proc but that machine's */
	if (!sysroot)
		return "";
	*dir = twi_text_new("%s" TWI_DEBUGFS_DIR, sysroot);
	twi_source_init(source, *dir);
	return sysroot;
}

/* Every module has caps: where that is, it is this file alone that lacks. */
static bool has_caps(const struct twi_source *source)
{
	char *path = twi_text_new("%s/caps", source->dir);
	bool found = !access(path, F_OK);

	free(path);
	return found;
}

static int absent_record(const struct twi_source *source, const char *path,
			 struct twi_error *err)
{
	if (source->snapshot)
		return twi_fail(err, TWI_EXIT_ABSENT,
				"%s: not recorded; \"twinspect record\" was told not to, or the module was older and did not have it",
				path);
	if (access(source->dir, F_OK))
		return twi_fail(err, TWI_EXIT_ABSENT,
				"%s: no such recording, and no such directory",
				source->dir);
	if (has_caps(source))
		return twi_fail(err, TWI_EXIT_ABSENT,
				"%s: no such file; it was not copied with the others, or the module was older and did not have it",
				path);
	return twi_fail(err, TWI_EXIT_ABSENT,
			"%s: no such file; wanted is a recording, or a directory with copies of %s/*",
			path, TWI_DEBUGFS_DIR);
}

static int absent(const struct twi_source *source, const char *path,
		  struct twi_error *err)
{
	struct statfs fs;
	struct stat st;

	if (!source->mount)
		return absent_record(source, path, err);
	if (statfs(source->mount, &fs) || fs.f_type != DEBUGFS_MAGIC)
		return twi_fail(err, TWI_EXIT_ABSENT,
				"debugfs is not mounted; do: mount -t debugfs none %s",
				source->mount);
	if (stat(source->dir, &st))
		return twi_fail(err, TWI_EXIT_ABSENT,
				"the module is not loaded; do: modprobe twinspect (or insmod twinspect.ko)");
	return twi_fail(err, TWI_EXIT_ABSENT,
			"%s: no such file; the module that is loaded is older than this program and does not have it: load the one it came with",
			path);
}

static int denied(const struct twi_source *source, const char *path,
		  struct twi_error *err)
{
	if (!source->mount)
		return twi_fail(err, TWI_EXIT_DENIED, "%s: permission denied",
				path);
	return twi_fail(err, TWI_EXIT_DENIED,
			"%s: permission denied; run as root (CAP_NET_ADMIN in the initial user namespace)",
			path);
}

static FILE *open_member(const struct twi_source *source, const char *file)
{
	const struct twi_member *member;
	FILE *in;

	member = twi_snapshot_find(source->snapshot, file);
	if (!member) {
		errno = ENOENT;
		return NULL;
	}
	in = fmemopen(member->data, member->len, "r");
	if (!in)
		twi_nomem();
	return in;
}

/* The path for messages, to be freed, even if it can't be opened. */
static FILE *open_file(const struct twi_source *source, const char *base,
		       const char *file, char **path)
{
	*path = twi_text_new("%s/%s", base, file);
	if (source->snapshot)
		return open_member(source, file);
	return fopen(*path, "re");
}

FILE *twi_source_open(const struct twi_source *source, const char *file,
		      char **path, struct twi_error *err)
{
	FILE *in;

	in = open_file(source, source->dir, file, path);
	if (in)
		return in;

	if (errno == ENOENT || errno == ENOTDIR)
		absent(source, *path, err);
	else if (errno == EACCES || errno == EPERM)
		denied(source, *path, err);
	else
		twi_fail(err, TWI_EXIT_IO, "%s: cannot open: %s", *path,
			 strerror(errno));
	free(*path);
	*path = NULL;
	return NULL;
}

FILE *twi_source_open_kernel(const struct twi_source *source, const char *base,
			     const char *file)
{
	char *path;
	FILE *in;

	in = open_file(source, base, file, &path);
	free(path);
	return in;
}
