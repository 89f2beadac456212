// SPDX-License-Identifier: GPL-2.0
/*
 * reads - a file can be read in any way, any number of times and by many at
 * once: what comes out is one pass, and nothing stays behind.  Who may read it,
 * and that nothing else may be done, is what input is about.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "twlib.h"

#define PORT	5000
#define READERS	10

FIXTURE(file) {
	char *text;
	size_t len;
	int fd;
};

FIXTURE_VARIANT(file) {
	const char *name;
};

FIXTURE_VARIANT_ADD(file, summary) { .name = "summary" };
FIXTURE_VARIANT_ADD(file, ehash_buckets) { .name = "ehash_buckets" };
FIXTURE_VARIANT_ADD(file, deathrow) { .name = "deathrow" };
FIXTURE_VARIANT_ADD(file, bind_buckets) { .name = "bind_buckets" };
FIXTURE_VARIANT_ADD(file, tuples) { .name = "tuples" };
FIXTURE_VARIANT_ADD(file, netns) { .name = "netns" };
FIXTURE_VARIANT_ADD(file, caps) { .name = "caps" };

FIXTURE_SETUP(file)
{
	struct tw_conn conn = { .family = TW_V4, .port = PORT };

	ASSERT_TRUE(tw_ns_wait(1));
	ASSERT_LE(0, tw_ns_new());
	ASSERT_EQ(300, tw_make(&conn, 300));
	ASSERT_TRUE(tw_wait_sockstat(300));
	self->fd = tw_open(variant->name, O_RDONLY);
	ASSERT_LE(0, self->fd);
	self->text = tw_slurp(self->fd, &self->len);
	ASSERT_NE(NULL, self->text);
	/* It is a good one, so that what is like it is good as well. */
	ASSERT_NE(NULL, tw_parse(variant->name, self->text, self->len));
}

FIXTURE_TEARDOWN(file)
{
	close(self->fd);
}

/* Pieces of any size, at any place, in any order, by lseek() or pread(). */
TEST_F(file, pieces)
{
	unsigned int seed = 1;
	char buf[5000];
	ssize_t n;

	for (int i = 0; i < 300; i++) {
		size_t at = rand_r(&seed) % (self->len + 20);
		size_t want = 1 + rand_r(&seed) % (i % 2 ? 17 : sizeof(buf));
		size_t left = at < self->len ? self->len - at : 0;

		if (i % 3) {
			n = pread(self->fd, buf, want, at);
		} else {
			ASSERT_EQ((off_t)at, lseek(self->fd, at, SEEK_SET));
			n = read(self->fd, buf, want);
		}
		ASSERT_LE(0, n);
		/* A read may be short, but not empty before the end. */
		ASSERT_GE((ssize_t)(want < left ? want : left), n);
		ASSERT_TRUE(n > 0 || !left);
		ASSERT_EQ(0, memcmp(buf, self->text + at, n));
	}
}

/* What an open file shows was taken at open(): no read changes it. */
TEST_F(file, one_pass)
{
	struct tw_conn conn = { .family = TW_V4, .port = PORT + 1 };
	struct tw_file *f;
	size_t len;
	char *again;

	ASSERT_EQ(200, tw_make(&conn, 200));
	ASSERT_TRUE(tw_wait_sockstat(500));
	ASSERT_EQ(0, lseek(self->fd, 0, SEEK_SET));
	again = tw_slurp(self->fd, &len);
	ASSERT_EQ(self->len, len);
	EXPECT_EQ(0, memcmp(self->text, again, len));
	/* A new one knows. */
	f = tw_load(variant->name);
	ASSERT_NE(NULL, f);
	EXPECT_NE(0, strcmp(self->text, f->text));
}

/* Several open files, read in turns, each of its own pass. */
TEST_F(file, several)
{
	struct tw_conn conn = { .family = TW_V4, .port = PORT + 1 };
	struct tw_file *whole[4];
	char *text[4];
	size_t at[4] = {};
	bool more = true;
	int fd[4];

	for (int i = 0; i < 4; i++) {
		ASSERT_EQ(10, tw_make(&conn, 10));
		ASSERT_TRUE(tw_wait_sockstat(310 + 10 * i));
		fd[i] = tw_open(variant->name, O_RDONLY);
		ASSERT_LE(0, fd[i]);
		text[i] = calloc(1, 1 << 20);
	}
	while (more) {
		more = false;
		for (int i = 0; i < 4; i++) {
			ssize_t n = read(fd[i], text[i] + at[i], 997);

			ASSERT_LE(0, n);
			at[i] += n;
			more |= n > 0;
		}
	}
	for (int i = 0; i < 4; i++) {
		whole[i] = tw_parse(variant->name, text[i], at[i]);
		ASSERT_NE(NULL, whole[i]);
		if (i) {
			EXPECT_LE(tw_get(whole[i - 1], "time_ns"),
				  tw_get(whole[i], "time_ns"));
		}
		if (!strcmp(variant->name, "summary") ||
		    !strcmp(variant->name, "deathrow") ||
		    !strcmp(variant->name, "tuples") ||
		    !strcmp(variant->name, "ehash_buckets")) {
			EXPECT_EQ(10, tw_get(whole[i], "tw") -
				  (i ? tw_get(whole[i - 1], "tw") :
				   tw_get(whole[i], "tw") - 10));
		}
	}
}

/* Lots, and the bytes of one open that may seem lost: a report has thousands. */
#define LOTS	5
#define BYTES	32

/* Opened, a byte read, and left: what was allocated is freed. */
static int abandon(const char *name, int n)
{
	char byte;
	int fd;

	while (n--) {
		fd = tw_open(name, O_RDONLY);
		if (fd < 0 || read(fd, &byte, 1) != 1 || byte != '#')
			return tw_fail(name);
		close(fd);
	}
	return 0;
}

/* When all has been freed that earlier tests have left to be freed later. */
static long long settled_kb(void)
{
	long long least = LLONG_MAX, now;

	for (int looks = 0; looks < 2; looks++) {
		tw_shrink_caches();
		tw_sleep_ms(50);
		now = tw_kernel_kb(false);
		if (now < least) {
			least = now;
			looks = 0;
		}
	}
	return least;
}

/* The bytes that each of n opens seems to lose: the median of the lots. */
static long long lost(struct __test_metadata *_metadata, const char *name, int n)
{
	long long kb[LOTS], before, now;

	if (abandon(name, n))
		return LLONG_MIN;
	before = settled_kb();
	for (int lot = 0; lot < LOTS; lot++) {
		if (abandon(name, n))
			return LLONG_MIN;
		now = settled_kb();
		kb[lot] = now - before;
		before = now;
		TH_LOG("%d opens: %lld KiB more", n, kb[lot]);
	}
	tw_sort(kb, LOTS);
	return kb[LOTS / 2] * 1024 / n;
}

/*
 * Others allocate and free now and then, a hundred KiB at a time and more where
 * pages are large: what that is for one open is less the more opens there are.
 * Memory that falls would hide what is lost.
 */
TEST_F_TIMEOUT(file, abandoned, 400)
{
	const int most = 8000 / tw_slow();
	long long bytes;
	int n = most / 8;

	do {
		bytes = lost(_metadata, variant->name, n);
		ASSERT_NE(LLONG_MIN, bytes);
		TH_LOG("%lld bytes an open", bytes);
	} while (llabs(bytes) > BYTES && (n *= 8) <= most);
	EXPECT_GE(BYTES, bytes);
	EXPECT_LE(-BYTES, bytes);
}

FIXTURE(readers) {
	int gen;
};

FIXTURE_SETUP(readers)
{
	self->gen = tw_gen_open();
	ASSERT_LE(0, self->gen);
	ASSERT_TRUE(tw_ns_wait(1));
	ASSERT_LE(0, tw_ns_new());
}

FIXTURE_TEARDOWN(readers)
{
}

/* Each file a few times, and each time exact. */
static int read_all(long long tw, long long inode)
{
	struct tw_file *f;
	int round, bad = 0;

	for (round = 0; round < 5; round++) {
		f = tw_load("summary");
		bad += tw_get(f, "tw") != tw || tw_inexact(f);
		tw_free(f);
		f = tw_load("ehash_buckets");
		bad += tw_sum(f, "tw") != tw;
		tw_free(f);
		f = tw_load("deathrow");
		bad += tw_sum(f, "tw") + tw_get(f, "unarmed") +
		       tw_get(f, "unplaced") != tw;
		tw_free(f);
		f = tw_load("bind_buckets");
		bad += tw_sum_by(f, "tw", "netns", inode, NULL) != tw;
		tw_free(f);
		f = tw_load("tuples");
		bad += tw_sum_by(f, "tw", "netns", inode, NULL) != tw;
		tw_free(f);
		f = tw_load("netns");
		bad += tw_cell(f, tw_row(f, "netns", inode), "tw_v4") != tw;
		tw_free(f);
	}
	return bad;
}

TEST_F_TIMEOUT(readers, ten, 60)
{
	struct tw_conn conn = { .family = TW_V4, .port = PORT };
	pid_t pid[READERS];
	int status;

	ASSERT_EQ(3000, tw_gen(self->gen, &conn, 3000));
	ASSERT_TRUE(tw_wait_sockstat(3000));
	for (int i = 0; i < READERS; i++) {
		pid[i] = fork();
		ASSERT_LE(0, pid[i]);
		if (!pid[i])
			_exit(read_all(3000, tw_ns_inode()) ? 1 : 0);
	}
	for (int i = 0; i < READERS; i++) {
		ASSERT_EQ(pid[i], waitpid(pid[i], &status, 0));
		EXPECT_TRUE(WIFEXITED(status));
		EXPECT_EQ(0, WEXITSTATUS(status));
	}
	EXPECT_EQ(0, read_all(3000, tw_ns_inode()));
}

/* Readers that are killed while they wait or read leave the others alone. */
TEST_F_TIMEOUT(readers, killed, 60)
{
	struct tw_conn conn = { .family = TW_V4, .port = PORT };
	pid_t pid[READERS];
	int status;

	ASSERT_EQ(1000, tw_make(&conn, 1000));
	ASSERT_TRUE(tw_wait_sockstat(1000));
	for (int i = 0; i < READERS; i++) {
		pid[i] = fork();
		ASSERT_LE(0, pid[i]);
		while (!pid[i])
			abandon(tw_files[i % TW_FILES], 1);
	}
	tw_sleep_ms(300);
	for (int i = 0; i < READERS; i++) {
		ASSERT_EQ(0, kill(pid[i], SIGKILL));
		ASSERT_EQ(pid[i], waitpid(pid[i], &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status));
	}
	EXPECT_EQ(0, read_all(1000, tw_ns_inode()));
}

TEST_HARNESS_MAIN
