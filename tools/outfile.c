// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * outfile.c - writes a file aside and renames it into its place.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "outfile.h"

#define MODE	0644

static int fail(const char *path, struct twi_error *err)
{
	return twi_fail(err, TWI_EXIT_IO, "%s: cannot write: %s", path,
			strerror(errno));
}

/*
 * In the same directory, as no other can be renamed to it; hidden, and without
 * the name's ending, by which collectors know their files.
 */
static char *name_aside(const char *path)
{
	const char *slash = strrchr(path, '/');
	int dir = slash ? slash + 1 - path : 0;
	char *name;

	if (asprintf(&name, "%.*s.%s.XXXXXX", dir, path, path + dir) < 0)
		twi_nomem();
	return name;
}

static int write_all(int fd, const char *text, size_t len)
{
	ssize_t n;

	while (len) {
		n = write(fd, text, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		text += n;
		len -= n;
	}
	return 0;
}

/* The rename may be on disk before the text is, unless that is synced. */
static int fill(int fd, const char *text, size_t len)
{
	int ret = write_all(fd, text, len) || fchmod(fd, MODE) || fsync(fd);
	int error = errno;

	if (close(fd) && !ret)
		return -1;
	errno = error;
	return ret ? -1 : 0;
}

static int replace(const char *path, const char *text, size_t len)
{
	char *aside = name_aside(path);
	int fd = mkostemp(aside, O_CLOEXEC), error = 0;

	if (fd < 0) {
		error = errno;
	} else if (fill(fd, text, len) || rename(aside, path)) {
		error = errno;
		unlink(aside);
	}
	free(aside);
	errno = error;
	return error ? -1 : 0;
}

int twi_outfile_write(const char *path, const char *text, size_t len,
		      struct twi_error *err)
{
	sigset_t all, before;
	struct stat st;
	int ret;

	/* a device must not become a file */
	if (!lstat(path, &st) && !S_ISREG(st.st_mode))
		return twi_fail(err, TWI_EXIT_IO,
				"%s: cannot write: not a regular file", path);
	/* a signal that ends the program does so when nothing is left behind */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	ret = replace(path, text, len) ? fail(path, err) : 0;
	sigprocmask(SIG_SETMASK, &before, NULL);
	return ret;
}
