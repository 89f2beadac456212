// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * snapshot.c - packs the files of one moment and unpacks them in memory; the
 * only file that knows libzstd's compression and libarchive.  Knows of no
 * member what is in it but the first line of the first one.
 */
#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zstd.h>

#include "snapshot.h"
#include "twinspect.h"

#define TAR_BLOCK	512

/* More than the first member takes, with what tar puts before it. */
#define PEEK		4096

/* tar's own bound for a name that is in one piece. */
#define NAME_MAX_TAR	100

int twi_snapshot_add(struct twi_snapshot *snapshot, const char *name,
		     char *data, size_t len, struct twi_error *err)
{
	struct twi_member *member = &snapshot->member[snapshot->n];

	if (snapshot->n == TWI_MEMBERS_MAX) {
		free(data);
		return twi_fail(err, TWI_EXIT_MALFORMED,
				"more than %d files in a snapshot",
				TWI_MEMBERS_MAX);
	}
	member->name = twi_strdup(name);
	member->data = data;
	member->len = len;
	snapshot->n++;
	return 0;
}

const struct twi_member *twi_snapshot_find(const struct twi_snapshot *snapshot,
					   const char *name)
{
	for (size_t i = 0; i < snapshot->n; i++) {
		if (!strcmp(snapshot->member[i].name, name))
			return &snapshot->member[i];
	}
	return NULL;
}

void twi_snapshot_free(struct twi_snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->n; i++) {
		free(snapshot->member[i].name);
		free(snapshot->member[i].data);
	}
	memset(snapshot, 0, sizeof(*snapshot));
}

static size_t tar_size(const struct twi_snapshot *snapshot)
{
	size_t size = 2 * TAR_BLOCK;	/* its end */

	for (size_t i = 0; i < snapshot->n; i++)
		size += 2 * TAR_BLOCK + snapshot->member[i].len;
	return size;
}

/* 00000042-20261122T034012.345Z */
static void name_directory(char *name, size_t size, int64_t number,
			   int64_t time_ns)
{
	time_t seconds = time_ns / 1000000000;
	char date[32] = "";
	struct tm tm;

	if (gmtime_r(&seconds, &tm))
		strftime(date, sizeof(date), "%Y%m%dT%H%M%S", &tm);
	snprintf(name, size, "%08lld-%s.%03dZ", (long long)number, date,
		 (int)(time_ns / 1000000 % 1000));
}

static int add_to_tar(struct archive *tar, const char *directory,
		      int64_t time_ns, const struct twi_member *member)
{
	struct archive_entry *entry = archive_entry_new();
	char name[NAME_MAX_TAR + 1];
	int ret;

	if (!entry)
		twi_nomem();
	snprintf(name, sizeof(name), "%s/%s", directory, member->name);
	archive_entry_set_pathname(entry, name);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_mtime(entry, time_ns / 1000000000, 0);
	archive_entry_set_size(entry, member->len);
	ret = archive_write_header(tar, entry) != ARCHIVE_OK ||
	      archive_write_data(tar, member->data, member->len) !=
	      (la_ssize_t)member->len;
	archive_entry_free(entry);
	return ret;
}

static int make_tar(const struct twi_snapshot *snapshot, int64_t number,
		    int64_t time_ns, char *buffer, size_t *len,
		    struct twi_error *err)
{
	struct archive *tar = archive_write_new();
	size_t size = *len;
	char name[64];
	int failed;

	if (!tar)
		twi_nomem();
	name_directory(name, sizeof(name), number, time_ns);
	failed = archive_write_set_format_ustar(tar) ||
		 archive_write_open_memory(tar, buffer, size, len);
	for (size_t i = 0; i < snapshot->n && !failed; i++)
		failed = add_to_tar(tar, name, time_ns, &snapshot->member[i]);
	if (failed || archive_write_close(tar)) {
		twi_fail(err, TWI_EXIT_IO, "cannot pack a snapshot: %s",
			 archive_error_string(tar));
		failed = -1;
	}
	archive_write_free(tar);
	return failed;
}

static int compress(const char *data, size_t len, void **frame,
		    size_t *frame_len, struct twi_error *err)
{
	size_t bound = ZSTD_compressBound(len);
	ZSTD_CCtx *context = ZSTD_createCCtx();

	*frame = twi_alloc(NULL, bound, 1);
	if (!context)
		twi_nomem();
	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
	*frame_len = ZSTD_compress2(context, *frame, bound, data, len);
	ZSTD_freeCCtx(context);
	if (!ZSTD_isError(*frame_len))
		return 0;
	free(*frame);
	return twi_fail(err, TWI_EXIT_IO, "cannot compress a snapshot: %s",
			ZSTD_getErrorName(*frame_len));
}

int twi_snapshot_pack(const struct twi_snapshot *snapshot, int64_t number,
		      int64_t time_ns, void **frame, size_t *len,
		      struct twi_error *err)
{
	size_t size = tar_size(snapshot);
	char *tar;
	int ret;

	if (size > TWI_SNAPSHOT_MAX)
		return twi_fail(err, TWI_EXIT_IO,
				"a snapshot of %zu bytes is more than the %zu that a recording takes; leave out files with --files",
				size, TWI_SNAPSHOT_MAX);
	tar = twi_alloc(NULL, size, 1);
	ret = make_tar(snapshot, number, time_ns, tar, &size, err);
	if (!ret)
		ret = compress(tar, size, frame, len, err);
	free(tar);
	return ret;
}

/* What is read of a frame, by what name it goes, and what goes wrong. */
struct unpacking {
	struct twi_snapshot	*snapshot;
	const char		*name;
	struct twi_error	*err;
	bool			first;		/* member alone */
};

static int garbled(const struct unpacking *u, const char *why)
{
	return twi_fail(u->err, TWI_EXIT_MALFORMED,
			"%s: garbled: %s; read another snapshot with --at",
			u->name, why);
}

static int foreign(const struct unpacking *u)
{
	return twi_fail(u->err, TWI_EXIT_MALFORMED,
			"%s: not a recording of twinspect", u->name);
}

/*
 * A member's name without the directory; NULL for one that would lead
 * elsewhere if somebody unpacked it.
 */
static const char *member_name(const char *path)
{
	const char *name = path ? strchr(path, '/') : NULL;

	if (!name || name == path || !name[1] || name[1] == '/' ||
	    strlen(path) > NAME_MAX_TAR)
		return NULL;
	for (const char *c = path; *c; c += strcspn(c, "/") + (*c == '/')) {
		if (!strncmp(c, "..", 2) && strchr("/", c[2]))
			return NULL;
		if (*c == '/' && c[1] == '/')
			return NULL;
	}
	return name + 1;
}

/* room is what the members may still take: with holes, tar takes less. */
static int read_member(const struct unpacking *u, struct archive *tar,
		       struct archive_entry *entry, size_t *room)
{
	const char *name = member_name(archive_entry_pathname(entry));
	int64_t size = archive_entry_size(entry);
	char *data;

	if (archive_entry_filetype(entry) == AE_IFDIR)
		return 0;
	if (!name || archive_entry_filetype(entry) != AE_IFREG)
		return garbled(u, "a member that is no file in a directory");
	if (twi_snapshot_find(u->snapshot, name))
		return garbled(u, "two members of one name");
	if (size < 0 || (uint64_t)size > *room)
		return garbled(u, "a member that is too large");
	*room -= size;
	data = twi_alloc(NULL, size + 1, 1);
	if (archive_read_data(tar, data, size) != size) {
		free(data);
		return garbled(u, "a member that was cut");
	}
	data[size] = '\0';
	return twi_snapshot_add(u->snapshot, name, data, size, u->err);
}

/* "# twinspect recording VERSION", which comes before all else. */
static int check_first(const struct unpacking *u)
{
	static const char magic[] = "# " TWI_NAME " " TWI_RECORDING " ";
	const struct twi_member *first = &u->snapshot->member[0];
	long long version;

	if (strcmp(first->name, TWI_RECORDING) ||
	    strncmp(first->data, magic, sizeof(magic) - 1) ||
	    sscanf(first->data + sizeof(magic) - 1, "%9lld", &version) != 1)
		return foreign(u);
	if (version == TWI_RECORDING_FORMAT)
		return 0;
	return twi_fail(u->err, TWI_EXIT_VERSION,
			"%s: a recording of version %lld, and this program reads version %d; use the twinspect that recorded it",
			u->name, version, TWI_RECORDING_FORMAT);
}

static int read_members(const struct unpacking *u, struct archive *tar,
			size_t room)
{
	struct archive_entry *entry;
	int ret;

	while ((ret = archive_read_next_header(tar, &entry)) == ARCHIVE_OK) {
		if (read_member(u, tar, entry, &room))
			return -1;
		if (u->snapshot->n == 1 && check_first(u))
			return -1;
		if (u->snapshot->n == 1 && u->first)
			return 0;
	}
	if (!u->snapshot->n)
		return foreign(u);
	return ret == ARCHIVE_EOF ? 0 : garbled(u, "it is no tar to its end");
}

static int read_tar(const struct unpacking *u, const char *data, size_t len)
{
	struct archive *tar = archive_read_new();
	int ret;

	if (!tar)
		twi_nomem();
	if (archive_read_support_format_tar(tar) ||
	    archive_read_open_memory(tar, data, len))
		ret = foreign(u);
	else
		ret = read_members(u, tar, len);
	archive_read_free(tar);
	if (ret)
		twi_snapshot_free(u->snapshot);
	return ret;
}

bool twi_snapshot_intact(const void *frame, size_t len)
{
	unsigned long long size = ZSTD_getFrameContentSize(frame, len);
	bool intact;
	char *data;

	/* which is refused for what it is, not as cut */
	if (size > TWI_SNAPSHOT_MAX)
		return true;
	data = twi_alloc(NULL, size + 1, 1);
	intact = !ZSTD_isError(ZSTD_decompress(data, size, frame, len));
	free(data);
	return intact;
}

static int unpack_frame(const struct unpacking *u, const void *frame,
			size_t len)
{
	unsigned long long size = ZSTD_getFrameContentSize(frame, len);
	char *data;
	size_t got;
	int ret;

	/* which are more than any size, too */
	if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN)
		return foreign(u);
	if (size > TWI_SNAPSHOT_MAX)
		return garbled(u, "it is too large");
	data = twi_alloc(NULL, size + 1, 1);
	got = ZSTD_decompress(data, size, frame, len);
	if (ZSTD_isError(got))
		ret = garbled(u, ZSTD_getErrorName(got));
	else
		ret = read_tar(u, data, got);
	free(data);
	return ret;
}

/* As much of the frame as the first member is in. */
static int peek_frame(const struct unpacking *u, const void *frame, size_t len)
{
	ZSTD_DCtx *context = ZSTD_createDCtx();
	ZSTD_inBuffer in = { .src = frame, .size = len };
	char data[PEEK];
	ZSTD_outBuffer out = { .dst = data, .size = sizeof(data) };
	size_t ret;

	if (!context)
		twi_nomem();
	do {
		ret = ZSTD_decompressStream(context, &out, &in);
	} while (ret && !ZSTD_isError(ret) && out.pos < out.size &&
		 in.pos < in.size);
	ZSTD_freeDCtx(context);
	if (ZSTD_isError(ret))
		return garbled(u, ZSTD_getErrorName(ret));
	return read_tar(u, data, out.pos);
}

int twi_snapshot_unpack(struct twi_snapshot *snapshot, const void *frame,
			size_t len, const char *name, struct twi_error *err)
{
	const struct unpacking u = {
		.snapshot = snapshot, .name = name, .err = err
	};

	memset(snapshot, 0, sizeof(*snapshot));
	return unpack_frame(&u, frame, len);
}

int twi_snapshot_peek(struct twi_snapshot *snapshot, const void *frame,
		      size_t len, const char *name, struct twi_error *err)
{
	const struct unpacking u = {
		.snapshot = snapshot, .name = name, .err = err, .first = true
	};

	memset(snapshot, 0, sizeof(*snapshot));
	return peek_frame(&u, frame, len);
}
