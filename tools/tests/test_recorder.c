// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * test_recorder.c - a recorder that is killed at each of its system calls, in
 * the middle of a write too, and one on a disk that is full.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "recorder.h"
#include "recording.h"
#include "scratch.h"

#define PATH		"recorder.test"
#define FRAMES		12

/* Of this many calls the last one does not happen; 0: all do. */
static int calls_left;
static bool full;

static void die_here(void)
{
	if (calls_left && !--calls_left)
		raise(SIGKILL);
}

ssize_t __real_pwrite(int fd, const void *data, size_t len, off_t at);
ssize_t __wrap_pwrite(int fd, const void *data, size_t len, off_t at);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
int __real_ftruncate(int fd, off_t size);
int __wrap_ftruncate(int fd, off_t size);
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __real_unlink(const char *path);
int __wrap_unlink(const char *path);

ssize_t __wrap_pwrite(int fd, const void *data, size_t len, off_t at)
{
	if (full && len <= 10) {
		errno = ENOSPC;
		return -1;
	}
	if (full)
		len = 10;
	if (calls_left == 1)
		__real_pwrite(fd, data, len / 2, at);
	die_here();
	return __real_pwrite(fd, data, len, at);
}

int __wrap_fsync(int fd)
{
	die_here();
	return __real_fsync(fd);
}

int __wrap_fdatasync(int fd)
{
	die_here();
	return __real_fdatasync(fd);
}

int __wrap_ftruncate(int fd, off_t size)
{
	die_here();
	return __real_ftruncate(fd, size);
}

int __wrap_rename(const char *from, const char *to)
{
	die_here();
	return __real_rename(from, to);
}

int __wrap_unlink(const char *path)
{
	die_here();
	return __real_unlink(path);
}

static struct twi_error err;

/* Frames of one number are of one length. */
static void make_frame(int64_t number, void **frame, size_t *len)
{
	struct twi_snapshot s = { 0 };
	char *text;

	if (asprintf(&text, "# twinspect recording 1\nnumber %lld\n"
		     "time_ns %lld\nmonotonic_ns -1\ninterval_ms 0\nmissed 0\n"
		     "host ?\nrelease ?\nboot_id ?\n# end 0\n",
		     (long long)number, (long long)number) < 0)
		twi_nomem();
	twi_snapshot_add(&s, "recording", text, strlen(text), &err);
	if (twi_snapshot_pack(&s, number, 0, frame, len, &err))
		abort();
	twi_snapshot_free(&s);
}

static int append(struct twi_recorder *r)
{
	size_t len;
	void *frame;
	int ret;

	make_frame(r->number, &frame, &len);
	ret = twi_recorder_append(r, frame, len, &err);
	free(frame);
	return ret;
}

static size_t frame_size(void)
{
	size_t len;
	void *frame;

	make_frame(1, &frame, &len);
	free(frame);
	return len + 8;
}

/* So many more snapshots, in a file that has room for about six. */
static int record(int frames)
{
	struct twi_recorder r;
	int ret;

	ret = twi_recorder_open(&r, PATH, 6 * frame_size(), &err);
	while (!ret && frames--)
		ret = append(&r);
	twi_recorder_close(&r);
	return ret;
}

/* Whole snapshots without a gap: the number of the last one, or 0. */
static int64_t check(bool may_be_torn)
{
	struct twi_recording r;
	struct twi_model head;
	int64_t number = 0;
	struct stat st;

	if (stat(PATH, &st) || !st.st_size)
		return 0;
	assert_in_range(st.st_size, 1, 6 * frame_size());
	if (twi_recording_open(&r, PATH, &err)) {
		assert_true(may_be_torn);
		return 0;
	}
	assert_false(r.damaged);
	assert_true(may_be_torn || !twi_recording_torn(&r));
	for (size_t i = 0; i < r.n; i++) {
		assert_int_equal(twi_recording_head(&r, i, &head, &err), 0);
		if (i)
			assert_int_equal(twi_num(&head.keys, "number"),
					 number + 1);
		number = twi_num(&head.keys, "number");
		twi_model_free(&head);
	}
	twi_recording_close(&r);
	return number;
}

static void bounded(void **state)
{
	struct stat st;

	(void)state;
	for (int i = 1; i <= 40; i++) {
		assert_int_equal(record(1), 0);
		assert_int_equal(check(false), i);
	}
	assert_int_equal(stat(PATH, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(access(PATH ".new", F_OK), -1);
}

/* Snapshots that were on the disk before are there, or dropped as oldest. */
static void killed(void **state)
{
	int status, calls = 1;
	int64_t last;
	pid_t pid;

	(void)state;
	do {
		unlink(PATH);
		assert_int_equal(record(2), 0);
		pid = fork();
		if (!pid) {
			calls_left = calls;
			_exit(record(FRAMES) ? 1 : 0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		last = check(true);
		assert_in_range(last, 2, 2 + FRAMES);
		assert_int_equal(record(1), 0);
		assert_int_equal(check(false), last + 1);
		calls++;
	} while (WIFSIGNALED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(last, 2 + FRAMES);
	/* two a snapshot, and more for what was dropped */
	assert_in_range(calls, 2 * FRAMES + 4, 200);
}

/* A half of a frame that was written is taken back. */
static void disk_full(void **state)
{
	struct twi_recorder r;

	(void)state;
	assert_int_equal(record(3), 0);
	assert_int_equal(twi_recorder_open(&r, PATH, 1 << 20, &err), 0);
	full = true;
	assert_int_equal(append(&r), -1);
	full = false;
	assert_int_equal(err.status, TWI_EXIT_IO);
	assert_non_null(strstr(err.text, "No space left"));
	assert_int_equal(check(false), 3);
	assert_int_equal(append(&r), 0);
	assert_int_equal(check(false), 4);
	twi_recorder_close(&r);
}

static void too_large(void **state)
{
	struct twi_recorder r;

	(void)state;
	assert_int_equal(twi_recorder_open(&r, PATH, frame_size() / 2, &err),
			 0);
	assert_int_equal(append(&r), -1);
	assert_non_null(strstr(err.text, "--max-size"));
	twi_recorder_close(&r);
	assert_int_equal(access(PATH, F_OK), -1);
}

/* No number follows the largest, nor one that is unknown. */
static void last_number(void **state)
{
	static const int64_t number[] = { INT64_MAX, -1 };
	struct twi_recorder r;
	void *frame;
	size_t len;
	FILE *out;

	(void)state;
	for (int i = 0; i < 2; i++) {
		make_frame(number[i], &frame, &len);
		out = fopen(PATH, "w");
		assert_non_null(out);
		assert_int_equal(fwrite(frame, 1, len, out), len);
		assert_int_equal(fclose(out), 0);
		free(frame);
		assert_int_equal(twi_recorder_open(&r, PATH, 1 << 20, &err),
				 -1);
		assert_int_equal(err.status, TWI_EXIT_MALFORMED);
		assert_non_null(strstr(err.text, "none can follow"));
	}
}

static void one_writer(void **state)
{
	struct twi_recorder r, other;

	(void)state;
	assert_int_equal(twi_recorder_open(&r, PATH, 6 * frame_size(), &err),
			 0);
	/* the lock goes with the file that takes the place of the first */
	for (int i = 0; i < FRAMES; i++) {
		assert_int_equal(append(&r), 0);
		assert_int_equal(twi_recorder_open(&other, PATH, 1 << 20,
						   &err), -1);
		assert_non_null(strstr(err.text, "another twinspect"));
	}
	assert_int_equal(check(false), FRAMES);
	twi_recorder_close(&r);
	assert_int_equal(twi_recorder_open(&r, PATH, 1 << 20, &err), 0);
	twi_recorder_close(&r);
}

static void link_stays(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(symlink("target", PATH), 0);
	for (int i = 0; i < FRAMES; i++)
		assert_int_equal(record(1), 0);
	assert_int_equal(lstat(PATH, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(check(false), FRAMES);
	assert_int_equal(unlink("target"), 0);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(PATH);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(bounded, remove_file),
		cmocka_unit_test_teardown(killed, remove_file),
		cmocka_unit_test_teardown(disk_full, remove_file),
		cmocka_unit_test(too_large),
		cmocka_unit_test_teardown(last_number, remove_file),
		cmocka_unit_test_teardown(one_writer, remove_file),
		cmocka_unit_test_teardown(link_stays, remove_file),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
