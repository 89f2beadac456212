// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * recorder.c - appends frames to a recording and drops the oldest ones.  Knows
 * nothing of what is in a frame but its number.
 *
 * Whoever reads, or goes on after a crash at any point, finds whole frames and
 * at most one that is cut, at the end:
 *
 *	1. a frame is appended with one pwrite(), and cut off again if that
 *	   fails half way
 *	2. to drop the oldest, the others and the frame are written to FILE.new,
 *	   which gets FILE's name once it is on the disk
 *	3. FILE.new is locked before it gets the name, so that there is no
 *	   moment in which another writer could lock FILE; one that waits to
 *	   open it looks again whether what it locked is still FILE
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "outfile.h"
#include "recorder.h"
#include "recording.h"
#include "units.h"

static int io_error(const struct twi_recorder *r, const char *what,
		    struct twi_error *err)
{
	return twi_fail(err, errno == EACCES ? TWI_EXIT_DENIED : TWI_EXIT_IO,
			"%s: cannot %s: %s", r->path, what, strerror(errno));
}

static bool is_same(const struct stat *st, const char *path)
{
	struct stat other;

	return !stat(path, &other) && st->st_dev == other.st_dev &&
	       st->st_ino == other.st_ino;
}

/* Open and lock what has the name now. */
static int open_locked(struct twi_recorder *r, struct twi_error *err)
{
	struct stat st;

	do {
		if (r->fd >= 0)
			close(r->fd);
		r->fd = open(r->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (r->fd < 0 || fstat(r->fd, &st))
			return io_error(r, "open", err);
		if (!S_ISREG(st.st_mode))
			return twi_fail(err, TWI_EXIT_IO,
					"%s: not a regular file", r->path);
		if (flock(r->fd, LOCK_EX | LOCK_NB))
			return twi_fail(err, TWI_EXIT_IO,
					"%s: another twinspect records to it",
					r->path);
	} while (!is_same(&st, r->path));
	return 0;
}

/* The largest one is that of no snapshot, as none could follow it. */
static int check_number(const struct twi_recorder *r, struct twi_error *err)
{
	if (r->number >= 0 && r->number < INT64_MAX)
		return 0;
	return twi_fail(err, TWI_EXIT_MALFORMED,
			"%s: its last snapshot has a number that none can follow, and it is not written to; give another name",
			r->path);
}

/* Where to go on: after the last whole snapshot, if there is any. */
static int find_end(struct twi_recorder *r, struct twi_error *err)
{
	struct twi_recording recording;
	struct twi_model head;
	int ret = -1;

	if (twi_recording_map(&recording, r->fd, r->path, err))
		return -1;
	r->n = recording.n;
	r->size = recording.start[recording.n];
	r->number = 1;
	if (!recording.n && recording.size) {
		twi_fail(err, TWI_EXIT_MALFORMED,
			 "%s: has no whole snapshot, and is not written to; give another name",
			 r->path);
	} else if (recording.damaged) {
		twi_fail(err, TWI_EXIT_MALFORMED,
			 "%s: damaged after %zu whole snapshots, and is not written to; give another name",
			 r->path, recording.n);
	} else if (!recording.n) {
		ret = 0;
	} else if (!twi_recording_head(&recording, recording.n - 1, &head,
				       err)) {
		r->number = twi_sum(twi_num(&head.keys, "number"), 1);
		twi_model_free(&head);
		ret = check_number(r, err);
	}
	if (!ret && twi_recording_torn(&recording))
		twi_warn("%s: truncated after snapshot %lld, the last %zu bytes are cut off",
			 r->path, (long long)r->number - 1,
			 twi_recording_torn(&recording));
	twi_recording_close(&recording);
	return ret;
}

int twi_recorder_open(struct twi_recorder *r, const char *path, size_t max,
		      struct twi_error *err)
{
	memset(r, 0, sizeof(*r));
	r->fd = -1;
	r->max = max;
	r->made = access(path, F_OK);
	r->path = twi_strdup(path);
	if (open_locked(r, err))
		goto fail;
	/* the file itself is replaced, not a link to it */
	free(r->path);
	r->path = realpath(path, NULL);
	if (!r->path) {
		twi_fail(err, TWI_EXIT_IO, "%s: cannot find it: %s", path,
			 strerror(errno));
		goto fail;
	}
	if (find_end(r, err))
		goto fail;
	if (!ftruncate(r->fd, r->size))
		return 0;
	io_error(r, "cut off its end", err);
fail:
	r->made = false;
	twi_recorder_close(r);
	return -1;
}

/* The newest frames that fit beside one of len bytes in half of the file. */
static size_t first_to_keep(const struct twi_recording *recording, size_t max,
			    size_t len)
{
	size_t room = max - len < max / 2 ? max - len : max / 2;
	size_t end = recording->start[recording->n], i = recording->n;

	while (i && end - recording->start[i - 1] <= room)
		i--;
	return i;
}

static void sync_directory(const char *path)
{
	char *copy = twi_strdup(path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(copy);
}

/* A file like the old one but for its content, and locked. */
static int make_new(const struct twi_recorder *r, const char *name)
{
	struct stat st;
	int fd;

	/* one that a crash left behind */
	unlink(name);
	fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	/* not for every user to give away: then it is the writer's */
	if (!flock(fd, LOCK_EX | LOCK_NB) && !fstat(r->fd, &st) &&
	    (!fchown(fd, st.st_uid, st.st_gid) || errno == EPERM) &&
	    !fchmod(fd, st.st_mode & 07777))
		return fd;
	close(fd);
	return -1;
}

/* The name is the new file's, or the file is what it was, with errno set. */
static int replace(struct twi_recorder *r, const struct twi_recording *old,
		   const char *name, const void *frame, size_t len)
{
	size_t first = first_to_keep(old, r->max, len);
	size_t start = old->start[first], size = old->start[old->n] - start;
	int fd = make_new(r, name);

	if (fd < 0)
		return -1;
	if (!twi_write_at(fd, 0, old->map + start, size) ||
	    !twi_write_at(fd, size, frame, len) || fsync(fd) ||
	    rename(name, r->path)) {
		close(fd);
		return -1;
	}
	sync_directory(r->path);
	close(r->fd);
	r->fd = fd;
	r->size = size;
	r->n = old->n - first;
	return 0;
}

static int append_newest(struct twi_recorder *r, const void *frame, size_t len,
			 struct twi_error *err)
{
	struct twi_recording old;
	char *name;
	int ret;

	if (twi_recording_map(&old, r->fd, r->path, err))
		return -1;
	name = twi_text_new("%s.new", r->path);
	ret = replace(r, &old, name, frame, len);
	if (ret) {
		io_error(r, "drop its oldest snapshots", err);
		unlink(name);
	}
	free(name);
	twi_recording_close(&old);
	return ret;
}

static int append(struct twi_recorder *r, const void *frame, size_t len,
		  struct twi_error *err)
{
	if (twi_write_at(r->fd, r->size, frame, len) && !fdatasync(r->fd))
		return 0;
	io_error(r, "write", err);
	if (ftruncate(r->fd, r->size))
		twi_warn("%s: and cannot be cut: %s", r->path,
			 strerror(errno));
	return -1;
}

int twi_recorder_append(struct twi_recorder *r, const void *frame, size_t len,
			struct twi_error *err)
{
	int ret;

	if (len > r->max)
		return twi_fail(err, TWI_EXIT_IO,
				"%s: a snapshot takes %zu bytes, and --max-size allows %zu",
				r->path, len, r->max);
	if (r->size + len > r->max)
		ret = append_newest(r, frame, len, err);
	else
		ret = append(r, frame, len, err);
	if (ret)
		return -1;
	r->size += len;
	r->n++;
	r->number++;
	return 0;
}

void twi_recorder_close(struct twi_recorder *r)
{
	if (r->fd >= 0 && r->made && !r->size)
		unlink(r->path);
	if (r->fd >= 0)
		close(r->fd);
	free(r->path);
	memset(r, 0, sizeof(*r));
	r->fd = -1;
}
