// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * test_recording.c - recordings as they should be, cut at every byte, with
 * every byte wrong, of another version, and made to hurt.
 */
#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include <cmocka.h>

#include "input.h"
#include "recording.h"
#include "scratch.h"

#define SECOND		1000000000LL
#define TIME		(1795318812LL * SECOND)	/* 2026-11-22 03:40:12 */
#define PATH		"recording.test"

static struct twi_error err;

static void add(struct twi_snapshot *s, const char *name, const char *text)
{
	assert_int_equal(twi_snapshot_add(s, name, twi_strdup(text),
					  strlen(text), &err), 0);
}

static char *describe(int64_t number, int64_t time_ns, int format)
{
	char *text;

	if (asprintf(&text, "# twinspect recording %d\n"
		     "number %lld\ntime_ns %lld\nmonotonic_ns 5\n"
		     "interval_ms 10000\nmissed 0\nhost a\nrelease b\n"
		     "boot_id c\n# end 0\n", format, (long long)number,
		     (long long)time_ns) < 0)
		twi_nomem();
	return text;
}

/* A frame with one short file beside what says when it was made. */
static void make_frame(int64_t number, int64_t time_ns, void **frame,
		       size_t *len)
{
	char *text = describe(number, time_ns, 1);
	struct twi_snapshot s = { 0 };

	add(&s, "recording", text);
	free(text);
	add(&s, "caps", "# twinspect caps 1\n");
	assert_int_equal(twi_snapshot_pack(&s, number, time_ns, frame, len,
					   &err), 0);
	twi_snapshot_free(&s);
}

static void write_file(const void *data, size_t len)
{
	FILE *out = fopen(PATH, "w");

	assert_non_null(out);
	assert_int_equal(fwrite(data, 1, len, out), len);
	assert_int_equal(fclose(out), 0);
}

/* Three snapshots, numbers 7 to 9, a minute apart. */
static char *make_file(size_t *size, size_t start[4])
{
	char *file = NULL;
	size_t len;
	void *frame;

	*size = 0;
	for (int i = 0; i < 3; i++) {
		start[i] = *size;
		make_frame(7 + i, TIME + 60 * SECOND * i, &frame, &len);
		file = twi_alloc(file, *size + len, 1);
		memcpy(file + *size, frame, len);
		free(frame);
		*size += len;
	}
	start[3] = *size;
	return file;
}

static void round_trip(void **state)
{
	struct twi_snapshot a = { 0 }, b;
	char *text = describe(1, TIME, 1);
	void *frame;
	size_t len;

	(void)state;
	add(&a, "recording", text);
	add(&a, "empty", "");
	add(&a, "slab/tw_sock_TCP/order", "0\n");
	free(text);
	assert_int_equal(twi_snapshot_pack(&a, 1, TIME, &frame, &len, &err), 0);
	assert_int_equal(twi_snapshot_unpack(&b, frame, len, "x", &err), 0);
	assert_int_equal(b.n, 3);
	for (size_t i = 0; i < b.n; i++) {
		assert_string_equal(a.member[i].name, b.member[i].name);
		assert_string_equal(a.member[i].data, b.member[i].data);
		assert_int_equal(a.member[i].len, b.member[i].len);
	}
	assert_null(twi_snapshot_find(&b, "order"));
	twi_snapshot_free(&b);
	assert_int_equal(twi_snapshot_peek(&b, frame, len, "x", &err), 0);
	assert_int_equal(b.n, 1);
	twi_snapshot_free(&b);
	twi_snapshot_free(&a);
	free(frame);
}

/* The number of the snapshot that at names, or -1 and err. */
static int64_t find(const char *at)
{
	struct twi_recording r;
	struct twi_model head;
	int64_t number = -1;
	size_t index;

	assert_int_equal(twi_recording_open(&r, PATH, &err), 0);
	if (!twi_recording_find(&r, at, &index, &err)) {
		assert_int_equal(twi_recording_head(&r, index, &head, &err), 0);
		number = twi_num(&head.keys, "number");
		twi_model_free(&head);
	}
	twi_recording_close(&r);
	return number;
}

static void which(void **state)
{
	size_t size, start[4];
	char *file = make_file(&size, start);

	(void)state;
	write_file(file, size);
	free(file);
	assert_int_equal(find(NULL), 9);
	assert_int_equal(find("-1"), 9);
	assert_int_equal(find("-3"), 7);
	assert_int_equal(find("7"), 7);
	assert_int_equal(find("8"), 8);
	assert_int_equal(find("9"), 9);
	assert_int_equal(find("2026-11-22T03:40:12"), 7);
	assert_int_equal(find("2026-11-22 03:41:11 UTC"), 7);
	assert_int_equal(find("2026-11-22T03:41:12Z"), 8);
	assert_int_equal(find("2026-11-22 03:41"), 8);
	assert_int_equal(find("2026-11-22"), 9);
	assert_int_equal(find("2030-01-01"), 9);
	assert_int_equal(find("-4"), -1);
	assert_int_equal(err.status, TWI_EXIT_ABSENT);
	assert_int_equal(find("10"), -1);
	assert_int_equal(err.status, TWI_EXIT_ABSENT);
	assert_int_equal(find("6"), -1);
	assert_int_equal(find("2026-11-22T03:40:11"), -1);
	assert_int_equal(err.status, TWI_EXIT_ABSENT);
	assert_non_null(strstr(err.text, "7 to 9"));
	assert_int_equal(find("soon"), -1);
	assert_int_equal(err.status, TWI_EXIT_USAGE);
	assert_int_equal(find("8x"), -1);
	assert_int_equal(find("0x8"), -1);
	assert_int_equal(find("99999999999999999999"), -1);
	assert_int_equal(find("2026-11-22T03:40:12+01"), -1);
	assert_int_equal(find(""), -1);
	assert_int_equal(err.status, TWI_EXIT_USAGE);
}

static void cut_anywhere(void **state)
{
	size_t size, start[4], whole = 0;
	char *file = make_file(&size, start);
	struct twi_recording r;
	struct twi_input input;

	(void)state;
	for (size_t cut = 0; cut <= size; cut++) {
		write_file(file, cut);
		while (whole < 3 && start[whole + 1] <= cut)
			whole++;
		if (!whole) {
			assert_int_equal(twi_recording_open(&r, PATH, &err),
					 -1);
			assert_int_equal(err.status, TWI_EXIT_MALFORMED);
			continue;
		}
		assert_int_equal(twi_recording_open(&r, PATH, &err), 0);
		assert_int_equal(r.n, whole);
		assert_int_equal(twi_recording_torn(&r), cut - start[whole]);
		assert_false(r.damaged);
		assert_int_equal(twi_input_load(&input, &r, whole - 1, &err),
				 0);
		assert_int_equal(input.snapshot.n, 2);
		assert_int_equal(input.name[strlen(PATH) + 1], '6' + whole);
		twi_input_close(&input);
		twi_recording_close(&r);
	}
	free(file);
}

/* What was not written yet when the power went may be zeros. */
static void cut_with_zeros(void **state)
{
	size_t size, start[4];
	char *file = make_file(&size, start);
	struct twi_recording r;

	(void)state;
	for (size_t cut = start[2]; cut < size; cut++) {
		memset(file + cut, 0, size - cut);
		write_file(file, size);
		assert_int_equal(twi_recording_open(&r, PATH, &err), 0);
		assert_int_equal(r.n, 2);
		assert_int_equal(twi_recording_torn(&r), size - start[2]);
		twi_recording_close(&r);
		free(file);
		file = make_file(&size, start);
	}
	free(file);
}

/* Whatever it finds, it ends, and the snapshots before are as they were. */
static void wrong_anywhere(void **state)
{
	size_t size, start[4], read = 0;
	char *file = make_file(&size, start);
	struct twi_recording r;
	struct twi_input input;

	(void)state;
	for (size_t i = start[1]; i < size; i++) {
		for (int bit = 0; bit < 8; bit += 3) {
			file[i] ^= 1 << bit;
			write_file(file, size);
			file[i] ^= 1 << bit;
			assert_int_equal(twi_recording_open(&r, PATH, &err),
					 0);
			assert_in_range(r.n, 1, 3);
			for (size_t s = 0; s < r.n; s++) {
				if (twi_input_load(&input, &r, s, &err))
					continue;
				twi_input_close(&input);
				read++;
			}
			twi_recording_close(&r);
		}
	}
	/* the first always, and the second where the third is wrong */
	assert_in_range(read, 3 * (size - start[1]) / 2, 9 * size);
	free(file);
}

static void refused(const char *data, size_t len, enum twi_status status,
		    const char *text)
{
	struct twi_input input;

	write_file(data, len);
	assert_int_equal(twi_input_open(&input, PATH, NULL, &err), -1);
	assert_int_equal(err.status, status);
	if (!strstr(err.text, text))
		fail_msg("\"%s\" without \"%s\"", err.text, text);
	assert_null(strchr(err.text, '\n'));
}

/* Compress a tar that has been made by hand. */
static void refused_tar(const char *data, size_t len, enum twi_status status,
			const char *text)
{
	size_t size = ZSTD_compressBound(len);
	char *frame = twi_alloc(NULL, size, 1);

	size = ZSTD_compress(frame, size, data, len, 1);
	assert_false(ZSTD_isError(size));
	refused(frame, size, status, text);
	free(frame);
}

static void not_a_recording(void **state)
{
	char tar[20 * 512] = { 0 };

	(void)state;
	refused("", 0, TWI_EXIT_MALFORMED, "empty");
	refused("hello\n", 6, TWI_EXIT_MALFORMED, "not a recording");
	refused("# twinspect summary 1\n", 22, TWI_EXIT_MALFORMED,
		"not a recording");
	refused_tar("hello\n", 6, TWI_EXIT_MALFORMED, "not a recording");
	refused_tar("", 0, TWI_EXIT_MALFORMED, "not a recording");
	refused_tar(tar, sizeof(tar), TWI_EXIT_MALFORMED, "not a recording");
}

/* A tar of files with these names, the first with text in it. */
static void refused_names(const char *const *names, size_t n, const char *text,
			  enum twi_status status, const char *why)
{
	struct archive *tar = archive_write_new();
	struct archive_entry *entry;
	static char buffer[1 << 20];
	size_t len = 0;

	archive_write_set_format_pax(tar);
	archive_write_open_memory(tar, buffer, sizeof(buffer), &len);
	for (size_t i = 0; i < n; i++) {
		entry = archive_entry_new();
		archive_entry_set_pathname(entry, names[i]);
		archive_entry_set_filetype(entry, AE_IFREG);
		if (!strcmp(names[i], "d/link")) {
			archive_entry_set_filetype(entry, AE_IFLNK);
			archive_entry_set_symlink(entry, "/etc/passwd");
		}
		archive_entry_set_perm(entry, 0644);
		archive_entry_set_size(entry, i ? 0 : strlen(text));
		assert_int_equal(archive_write_header(tar, entry), ARCHIVE_OK);
		if (!i)
			archive_write_data(tar, text, strlen(text));
		archive_entry_free(entry);
	}
	assert_int_equal(archive_write_free(tar), ARCHIVE_OK);
	refused_tar(buffer, len, status, why);
}

static void names(void **state)
{
	static const char *const bad[] = {
		"/etc/passwd", "d/../../etc/passwd", "d/..", "../d/x", "plain",
		"d//x", "d/link", "d/recording",
	};
	char *text = describe(1, TIME, 1);

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const char *const two[] = { "d/recording", bad[i] };

		refused_names(two, 2, text, TWI_EXIT_MALFORMED, "garbled");
	}
	free(text);
}

static void versions(void **state)
{
	static const char *const name[] = { "d/recording" };
	char *text = describe(1, TIME, 2);

	(void)state;
	refused_names(name, 1, text, TWI_EXIT_VERSION, "version 2");
	free(text);
	refused_names(name, 1, "# twinspect recording x\n", TWI_EXIT_MALFORMED,
		      "not a recording");
	refused_names(name, 1, "# twinspect recording 1\nnumber x\n",
		      TWI_EXIT_MALFORMED, "number");
	refused_names(name, 1, "# twinspect recording 1\n# end 0\n",
		      TWI_EXIT_MALFORMED, "missing");
}

static void many_members(void **state)
{
	const char *names[TWI_MEMBERS_MAX + 1];
	char name[TWI_MEMBERS_MAX + 1][16];
	char *text = describe(1, TIME, 1);

	(void)state;
	names[0] = "d/recording";
	for (int i = 1; i <= TWI_MEMBERS_MAX; i++) {
		snprintf(name[i], sizeof(name[i]), "d/%d", i);
		names[i] = name[i];
	}
	refused_names(names, TWI_MEMBERS_MAX + 1, text, TWI_EXIT_MALFORMED,
		      "more than 64 files");
	free(text);
}

/* Gigabytes of zeros in a few kilobytes, with and without saying so. */
static void bombs(void **state)
{
	static char zeros[1 << 20];
	size_t size = ZSTD_compressBound(sizeof(zeros)) * 4, pos;
	char *frame = twi_alloc(NULL, size, 1);

	(void)state;
	for (int honest = 0; honest < 2; honest++) {
		ZSTD_CCtx *context = ZSTD_createCCtx();
		ZSTD_outBuffer out = { .dst = frame, .size = size };

		if (honest)
			ZSTD_CCtx_setPledgedSrcSize(context, 300ULL << 20);
		for (int i = 0; i < 300; i++) {
			ZSTD_inBuffer in = { zeros, sizeof(zeros), 0 };

			pos = ZSTD_compressStream2(context, &out, &in,
						   i < 299 ? ZSTD_e_continue :
							     ZSTD_e_end);
			assert_false(ZSTD_isError(pos));
		}
		refused(frame, out.pos, TWI_EXIT_MALFORMED, PATH);
		ZSTD_freeCCtx(context);
	}
	free(frame);
}

/* Holes take no room in a tar, and memory once they are read. */
static void holes(void **state)
{
	static const size_t hole = 1 << 20, size = 3 << 19;
	static const char zeros[1 << 20];
	char *text = describe(1, TIME, 1), name[16];
	struct archive *tar = archive_write_new();
	char *buffer = calloc(1, size);
	struct archive_entry *entry;
	size_t len;

	(void)state;
	assert_non_null(buffer);
	archive_write_set_format_pax(tar);
	archive_write_open_memory(tar, buffer, size, &len);
	for (int i = 0; i < 3; i++) {
		entry = archive_entry_new();
		snprintf(name, sizeof(name), i ? "d/%d" : "d/recording", i);
		archive_entry_set_pathname(entry, name);
		archive_entry_set_filetype(entry, AE_IFREG);
		archive_entry_set_perm(entry, 0644);
		archive_entry_set_size(entry, i ? hole : strlen(text));
		if (i)
			archive_entry_sparse_add_entry(entry, hole - 1, 1);
		assert_int_equal(archive_write_header(tar, entry), ARCHIVE_OK);
		if (i)
			archive_write_data(tar, zeros, hole);
		else
			archive_write_data(tar, text, strlen(text));
		archive_entry_free(entry);
	}
	assert_int_equal(archive_write_free(tar), ARCHIVE_OK);
	assert_in_range(len, 1, 1 << 16);
	/* either of the two is not larger than the tar */
	refused_tar(buffer, size, TWI_EXIT_MALFORMED, "too large");
	free(buffer);
	free(text);
}

static int remove_file(void **state)
{
	(void)state;
	unlink(PATH);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test_teardown(which, remove_file),
		cmocka_unit_test_teardown(cut_anywhere, remove_file),
		cmocka_unit_test_teardown(cut_with_zeros, remove_file),
		cmocka_unit_test_teardown(wrong_anywhere, remove_file),
		cmocka_unit_test_teardown(not_a_recording, remove_file),
		cmocka_unit_test_teardown(names, remove_file),
		cmocka_unit_test_teardown(versions, remove_file),
		cmocka_unit_test_teardown(many_members, remove_file),
		cmocka_unit_test_teardown(bombs, remove_file),
		cmocka_unit_test_teardown(holes, remove_file),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
