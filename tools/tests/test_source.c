// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * test_source.c - why a file could not be opened, for each answer that a
 * kernel may give.  fopen(), statfs() and stat() are the test's own.
 */
#include <errno.h>
#include <linux/magic.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cmocka.h>

#include "source.h"

FILE *__wrap_fopen(const char *path, const char *mode);
int __wrap_statfs(const char *path, struct statfs *fs);
int __wrap_stat(const char *path, struct stat *st);

static struct {
	int	open_errno;
	long	fs_type;
	int	stat_errno;
} kernel;

FILE *__wrap_fopen(const char *path, const char *mode)
{
	(void)path;
	(void)mode;
	errno = kernel.open_errno;
	return NULL;
}

int __wrap_statfs(const char *path, struct statfs *fs)
{
	assert_string_equal(path, "/sys/kernel/debug");
	fs->f_type = kernel.fs_type;
	return 0;
}

int __wrap_stat(const char *path, struct stat *st)
{
	assert_string_equal(path, "/sys/kernel/debug/twinspect");
	memset(st, 0, sizeof(*st));
	errno = kernel.stat_errno;
	return kernel.stat_errno ? -1 : 0;
}

static void expect(const char *root, enum twi_status status, const char *text)
{
	struct twi_source source;
	struct twi_error err;
	char *path;

	twi_source_init(&source, root);
	assert_null(twi_source_open(&source, "summary", &path, &err));
	assert_null(path);
	assert_int_equal(err.status, status);
	assert_non_null(strstr(err.text, text));
	assert_null(strchr(err.text, '\n'));
}

static void absent(void **state)
{
	(void)state;
	kernel.open_errno = ENOENT;
	kernel.fs_type = SYSFS_MAGIC;
	expect(NULL, TWI_EXIT_ABSENT,
	       "mount -t debugfs none /sys/kernel/debug");
	kernel.fs_type = DEBUGFS_MAGIC;
	kernel.stat_errno = ENOENT;
	expect(NULL, TWI_EXIT_ABSENT, "modprobe twinspect");
	kernel.stat_errno = 0;
	expect(NULL, TWI_EXIT_ABSENT,
	       "/sys/kernel/debug/twinspect/summary: no such file");
	expect(NULL, TWI_EXIT_ABSENT, "older than this program");
	expect("data", TWI_EXIT_ABSENT, "data/summary: no such file");
	expect("no", TWI_EXIT_ABSENT, "no: no such recording");
}

static void denied(void **state)
{
	(void)state;
	kernel.open_errno = EACCES;
	expect(NULL, TWI_EXIT_DENIED, "run as root");
	expect("dir", TWI_EXIT_DENIED, "dir/summary: permission denied");
	kernel.open_errno = EPERM;
	expect(NULL, TWI_EXIT_DENIED, "CAP_NET_ADMIN");
}

static void other(void **state)
{
	(void)state;
	kernel.open_errno = ENOMEM;
	expect(NULL, TWI_EXIT_IO, "Cannot allocate memory");
	kernel.open_errno = EINTR;
	expect(NULL, TWI_EXIT_IO, "Interrupted system call");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(absent),
		cmocka_unit_test(denied),
		cmocka_unit_test(other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
