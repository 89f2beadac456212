// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * recording.c - finds frames in a file and snapshots by what the user calls
 * them.  Believes nothing of the file, writes nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "array.h"
#include "clock.h"
#include "recording.h"
#include "source.h"
#include "units.h"

static void add_start(struct twi_recording *r, size_t start)
{
	/* doubled at each power of two */
	if (!(r->n & (r->n - 1)))
		r->start = twi_alloc(r->start, 2 * r->n + 2,
				     sizeof(*r->start));
	r->start[r->n] = start;
}

/* A write that the machine did not live to finish may leave a hole. */
static bool all_zero(const char *data, size_t len)
{
	return !len || (!*data && !memcmp(data, data + 1, len - 1));
}

static void find_frames(struct twi_recording *r)
{
	size_t len, at = 0;

	add_start(r, 0);
	while (at < r->size) {
		len = ZSTD_findFrameCompressedSize(r->map + at, r->size - at);
		if (ZSTD_isError(len)) {
			r->damaged = ZSTD_getErrorCode(len) !=
				     ZSTD_error_srcSize_wrong &&
				     !all_zero(r->map + at, r->size - at);
			return;
		}
		at += len;
		r->n++;
		add_start(r, at);
	}
}

static size_t frame_len(const struct twi_recording *r, size_t index)
{
	return r->start[index + 1] - r->start[index];
}

static int check_any(const struct twi_recording *r, struct twi_error *err)
{
	if (r->n)
		return 0;
	if (!r->size)
		return twi_fail(err, TWI_EXIT_MALFORMED,
				"%s: empty; there is no snapshot in it",
				r->path);
	if (r->damaged)
		return twi_fail(err, TWI_EXIT_MALFORMED,
				"%s: not a recording of twinspect", r->path);
	return twi_fail(err, TWI_EXIT_MALFORMED,
			"%s: truncated in its first snapshot, there is no whole one in it",
			r->path);
}

int twi_recording_map(struct twi_recording *r, int fd, const char *path,
		      struct twi_error *err)
{
	struct stat st;
	void *map;

	memset(r, 0, sizeof(*r));
	r->path = path;
	if (fstat(fd, &st))
		return twi_fail(err, TWI_EXIT_IO, "%s: %s", path,
				strerror(errno));
	if (S_ISDIR(st.st_mode))
		return twi_fail(err, TWI_EXIT_MALFORMED,
				"%s: a directory, and no recording; each view takes one with --root",
				path);
	r->size = st.st_size;
	if (r->size) {
		map = mmap(NULL, r->size, PROT_READ, MAP_SHARED, fd, 0);
		if (map == MAP_FAILED)
			return twi_fail(err, TWI_EXIT_IO,
					"%s: cannot map it: %s", path,
					strerror(errno));
		r->map = map;
	}
	find_frames(r);
	/* of the last one, the length may have been written alone */
	if (r->n && !twi_snapshot_intact(r->map + r->start[r->n - 1],
					 frame_len(r, r->n - 1)))
		r->n--;
	return 0;
}

int twi_recording_open(struct twi_recording *r, const char *path,
		       struct twi_error *err)
{
	int ret, fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return twi_fail(err, errno == EACCES ? TWI_EXIT_DENIED :
				errno == ENOENT ? TWI_EXIT_ABSENT : TWI_EXIT_IO,
				"%s: cannot open: %s", path, strerror(errno));
	ret = twi_recording_map(r, fd, path, err);
	close(fd);
	if (!ret && check_any(r, err)) {
		twi_recording_close(r);
		ret = -1;
	}
	return ret;
}

size_t twi_recording_torn(const struct twi_recording *r)
{
	return r->size - r->start[r->n];
}

void twi_recording_warn(const struct twi_recording *r)
{
	if (twi_recording_torn(r))
		twi_warn("%s: %s, %zu bytes after the last of %zu whole snapshots are left out",
			 r->path, r->damaged ? "damaged" : "truncated",
			 twi_recording_torn(r), r->n);
}

int twi_recording_head(const struct twi_recording *r, size_t index,
		       struct twi_model *head, struct twi_error *err)
{
	struct twi_snapshot snapshot;
	struct twi_source source;
	int ret;

	if (twi_snapshot_peek(&snapshot, r->map + r->start[index],
			      frame_len(r, index), r->path, err))
		return -1;
	twi_source_init_snapshot(&source, &snapshot, r->path);
	ret = twi_model_load(head, &source, TWI_RECORDING, err);
	twi_snapshot_free(&snapshot);
	return ret;
}

static int head_number(const struct twi_recording *r, size_t index,
		       const char *key, int64_t *value, struct twi_error *err)
{
	struct twi_model head;

	if (twi_recording_head(r, index, &head, err))
		return -1;
	*value = twi_num(&head.keys, "%s", key);
	twi_model_free(&head);
	return 0;
}

static int absent(const struct twi_recording *r, const char *at,
		  struct twi_error *err)
{
	int64_t first, last, time_ns;

	if (head_number(r, 0, "number", &first, err) ||
	    head_number(r, 0, "time_ns", &time_ns, err) ||
	    head_number(r, r->n - 1, "number", &last, err))
		return -1;
	return twi_fail(err, TWI_EXIT_ABSENT,
			"%s: no snapshot %s; it has %lld to %lld, from %s on",
			r->path, at, (long long)first, (long long)last,
			twi_date(time_ns, false).s);
}

/* The numbers rise, but there may be gaps where recordings were put together. */
static int find_number(const struct twi_recording *r, const char *at,
		       int64_t wanted, size_t *index, struct twi_error *err)
{
	size_t low = 0, high = r->n;
	int64_t number;

	while (low < high) {
		*index = low + (high - low) / 2;
		if (head_number(r, *index, "number", &number, err))
			return -1;
		if (number == wanted)
			return 0;
		if (number < wanted)
			low = *index + 1;
		else
			high = *index;
	}
	return absent(r, at, err);
}

/* From the end, as a clock may have been put back. */
static int find_until(const struct twi_recording *r, const char *at,
		      int64_t wanted, size_t *index, struct twi_error *err)
{
	int64_t time_ns;

	for (*index = r->n; (*index)--;) {
		if (head_number(r, *index, "time_ns", &time_ns, err))
			return -1;
		if (time_ns <= wanted)
			return 0;
	}
	return absent(r, at, err);
}

static int find_from(const struct twi_recording *r, const char *at,
		     int64_t wanted, size_t *index, struct twi_error *err)
{
	int64_t time_ns;

	for (*index = 0; *index < r->n; (*index)++) {
		if (head_number(r, *index, "time_ns", &time_ns, err))
			return -1;
		if (time_ns >= wanted)
			return 0;
	}
	return absent(r, at, err);
}

/* Up to nine digits, with a sign if they count from the end. */
static bool parse_number(const char *at, int64_t *number)
{
	size_t len = strspn(at + (*at == '-'), "0123456789");

	if (!len || len > 9 || at[len + (*at == '-')])
		return false;
	*number = strtol(at, NULL, 10);
	return true;
}

struct span {
	int64_t	first;
	int64_t	last;
};

/* What is not said is all of it: 03:40 lasts until 03:40:59.999. */
static bool parse_time(const char *at, struct span *span)
{
	static const struct {
		const char	*format;
		int		seconds;	/* that it leaves open */
	} forms[] = {
		{ "%Y-%m-%d%n%H:%M:%S", 1 }, { "%Y-%m-%dT%H:%M:%S", 1 },
		{ "%Y-%m-%d%n%H:%M", 60 }, { "%Y-%m-%dT%H:%M", 60 },
		{ "%Y-%m-%d", 86400 },
	};
	static const char *const ends[] = { "", "Z", " UTC" };

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		struct tm tm = { .tm_mday = 1 };
		const char *end = strptime(at, forms[i].format, &tm);

		for (size_t j = 0; end && j < ARRAY_SIZE(ends); j++) {
			if (strcmp(end, ends[j]))
				continue;
			span->first = (int64_t)timegm(&tm) * TWI_NSEC_PER_SEC;
			span->last = span->first +
				     forms[i].seconds * TWI_NSEC_PER_SEC - 1;
			return true;
		}
	}
	return false;
}

static int find(const struct twi_recording *r, const char *at, bool from,
		size_t *index, struct twi_error *err)
{
	struct span span;
	int64_t value;

	if (parse_number(at, &value)) {
		if (*at != '-')
			return find_number(r, at, value, index, err);
		if (!value || (size_t)-value > r->n)
			return absent(r, at, err);
		*index = r->n + value;
		return 0;
	}
	if (!parse_time(at, &span))
		return twi_fail(err, TWI_EXIT_USAGE,
				"%s: a snapshot is a number, -1 for the last one, or a time as 2026-11-22T03:40:12, not \"%s\"",
				r->path, at);
	if (from)
		return find_from(r, at, span.first, index, err);
	return find_until(r, at, span.last, index, err);
}

int twi_recording_find(const struct twi_recording *r, const char *at,
		       size_t *index, struct twi_error *err)
{
	*index = r->n - 1;
	return at ? find(r, at, false, index, err) : 0;
}

int twi_recording_find_from(const struct twi_recording *r, const char *at,
			    size_t *index, struct twi_error *err)
{
	return find(r, at, true, index, err);
}

int twi_recording_load(const struct twi_recording *r, size_t index,
		       struct twi_snapshot *snapshot, char **name,
		       struct twi_error *err)
{
	int64_t number;

	if (head_number(r, index, "number", &number, err))
		return -1;
	*name = twi_text_new("%s@%lld", r->path, (long long)number);
	if (!twi_snapshot_unpack(snapshot, r->map + r->start[index],
				 frame_len(r, index), *name, err))
		return 0;
	free(*name);
	*name = NULL;
	return -1;
}

void twi_recording_close(struct twi_recording *r)
{
	if (r->map)
		munmap((void *)r->map, r->size);
	free(r->start);
	memset(r, 0, sizeof(*r));
}
