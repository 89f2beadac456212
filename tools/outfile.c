// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * outfile.c - writes a file aside and renames it into its place.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "outfile.h"

#define MODE	0644

struct text {
	char	*s;
	size_t	len;
};

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

	return twi_text_new("%.*s.%s.XXXXXX", dir, path, path + dir);
}

bool twi_write_at(int fd, off_t at, const char *data, size_t len)
{
	ssize_t n;

	/* one call writes it all but on a full disk, which the next one says */
	for (; len; data += n, at += n, len -= n) {
		n = pwrite(fd, data, len, at);
		if (n < 0 && errno == EINTR)
			n = 0;
		if (n < 0)
			return false;
	}
	return true;
}

/* The rename may be on disk before the text is, unless that is synced. */
static int fill(int fd, const struct text *text, mode_t mode)
{
	bool failed = !twi_write_at(fd, 0, text->s, text->len) ||
		      fchmod(fd, mode) || fsync(fd);
	int error = errno;

	if (close(fd) && !failed)
		return -1;
	errno = error;
	return failed ? -1 : 0;
}

static int replace(const char *path, const struct text *text, mode_t mode)
{
	char *aside = name_aside(path);
	int fd = mkostemp(aside, O_CLOEXEC), error = 0;

	if (fd < 0) {
		error = errno;
	} else if (fill(fd, text, mode) || rename(aside, path)) {
		error = errno;
		unlink(aside);
	}
	free(aside);
	errno = error;
	return error ? -1 : 0;
}

/*
 * Where a link leads, to be freed.  The kernel follows it, which refuses the
 * links of others in a directory like /tmp.
 */
static char *follow(const char *path, struct stat *st)
{
	int fd = open(path, O_PATH | O_CLOEXEC);
	char *name, *target = NULL;

	if (fd < 0)
		return NULL;
	name = twi_text_new("/proc/self/fd/%d", fd);
	if (!fstat(fd, st))
		target = realpath(name, NULL);
	free(name);
	close(fd);
	return target;
}

static int write_file(const char *path, const struct text *text,
		      struct twi_error *err)
{
	struct stat st = { .st_mode = S_IFREG | MODE };
	char *target = NULL;
	int ret;

	if (lstat(path, &st) && errno != ENOENT)
		return fail(path, err);
	if (S_ISLNK(st.st_mode)) {
		target = follow(path, &st);
		if (!target)
			return fail(path, err);
	}
	/* a device must not become a file */
	if (!S_ISREG(st.st_mode))
		ret = twi_fail(err, TWI_EXIT_IO,
			       "%s: cannot write: not a regular file", path);
	else if (replace(target ? target : path, text, st.st_mode & 07777))
		ret = fail(path, err);
	else
		ret = 0;
	free(target);
	return ret;
}

static int write_safely(const char *path, const struct text *text,
			struct twi_error *err)
{
	sigset_t all, before;
	int ret;

	/* a signal that ends the program does so when nothing is left behind */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	ret = write_file(path, text, err);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return ret;
}

int twi_outfile_write(const char *path, void (*put)(FILE *out, void *data),
		      void *data, struct twi_error *err)
{
	struct text text = { 0 };
	FILE *out = open_memstream(&text.s, &text.len);
	int ret = 0;

	if (!out)
		twi_nomem();
	put(out, data);
	if (fclose(out))
		twi_nomem();
	if (path)
		ret = write_safely(path, &text, err);
	else
		fwrite(text.s, 1, text.len, stdout);
	free(text.s);
	return ret;
}
