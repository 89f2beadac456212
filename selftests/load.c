// SPDX-License-Identifier: GPL-2.0
/*
 * load - the module comes and goes: not while a file of it is open, any number
 * of times else.  TWINSPECT_KO names the module's file; without it nothing can
 * be loaded again, so nothing is unloaded.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>

#include "kselftest_harness.h"
#include "twlib.h"

#define PORT	5000

static int unload(void)
{
	return syscall(SYS_delete_module, "twinspect", O_NONBLOCK);
}

static int load(void)
{
	const char *path = getenv("TWINSPECT_KO");
	int fd = open(path ?: "", O_RDONLY | O_CLOEXEC), err;

	if (fd < 0)
		return -1;
	err = syscall(SYS_finit_module, fd, "", 0);
	close(fd);
	return err;
}

FIXTURE(load) {
	bool can;
};

FIXTURE_SETUP(load)
{
	const char *path = getenv("TWINSPECT_KO");

	self->can = path && !access(path, R_OK);
	ASSERT_LE(0, tw_ns_new());
}

FIXTURE_TEARDOWN(load)
{
	/* for the tests that come after this one */
	if (self->can && access(TW_DIR, F_OK))
		load();
}

#define NO_MODULE "TWINSPECT_KO does not name the module"

TEST_F(load, twice)
{
	if (!self->can)
		SKIP(return, NO_MODULE);
	EXPECT_EQ(-1, load());
	EXPECT_EQ(EEXIST, errno);
}

/* Each open file holds the module, read or not, and goes on to work. */
TEST_F(load, busy)
{
	struct tw_conn conn = { .family = TW_V4, .port = PORT };
	struct tw_file *f;
	char byte, *rest;
	size_t len;
	int fd[TW_FILES];

	if (!self->can)
		SKIP(return, NO_MODULE);
	ASSERT_EQ(100, tw_make(&conn, 100));
	ASSERT_TRUE(tw_wait_sockstat(100));
	for (int i = 0; i < TW_FILES; i++) {
		fd[i] = tw_open(tw_files[i], O_RDONLY);
		ASSERT_LE(0, fd[i]);
		ASSERT_EQ(1, read(fd[i], &byte, 1));
	}
	for (int i = 0; i < TW_FILES; i++) {
		EXPECT_EQ(-1, unload());
		EXPECT_EQ(EWOULDBLOCK, errno);
		ASSERT_EQ(0, lseek(fd[i], 0, SEEK_SET));
		rest = tw_slurp(fd[i], &len);
		ASSERT_NE(NULL, rest);
		f = tw_parse(tw_files[i], rest, len);
		ASSERT_NE(NULL, f);
		tw_free(f);
		free(rest);
		/* Others can be opened while it is held. */
		f = tw_load(tw_files[i]);
		ASSERT_NE(NULL, f);
		tw_free(f);
		close(fd[i]);
	}
	EXPECT_EQ(0, unload());
	EXPECT_EQ(-1, access(TW_DIR, F_OK));
	EXPECT_EQ(ENOENT, errno);
	EXPECT_EQ(0, load());
	f = tw_load("netns");
	ASSERT_NE(NULL, f);
	EXPECT_EQ(100, tw_cell(f, tw_row(f, "netns", tw_ns_inode()), "tw_v4"));
}

TEST_F_TIMEOUT(load, fifty_times, 120)
{
	struct tw_conn conn = { .family = TW_V6, .port = PORT };
	struct tw_file *f;

	if (!self->can)
		SKIP(return, NO_MODULE);
	ASSERT_EQ(100, tw_make(&conn, 100));
	ASSERT_TRUE(tw_wait_sockstat(100));
	for (int i = 0; i < 50; i++) {
		ASSERT_EQ(0, unload());
		ASSERT_EQ(-1, access(TW_DIR, F_OK));
		ASSERT_EQ(0, load());
		f = tw_load("netns");
		ASSERT_NE(NULL, f);
		ASSERT_EQ(100, tw_cell(f, tw_row(f, "netns", tw_ns_inode()),
				       "tw_v6"));
		tw_free(f);
	}
}

TEST_HARNESS_MAIN
