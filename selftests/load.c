// SPDX-License-Identifier: GPL-2.0
/*
 * load - the module comes and goes: not while a file of it is open, any number
 * of times else, whatever the sockets do; and nothing of it is left.
 * TWINSPECT_KO names the module's file; without it nothing can be loaded again,
 * so nothing is unloaded.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

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

/* Rounds of each of the lots below, at first and at most, and KiB of a round. */
#define ROUNDS		(tw_full() ? 100 : 40)
#define MOST		(4 * ROUNDS)
#define LOTS		5
#define KB_MOST		2
#define KB_SETTLED	16
#define READERS		3

/*
 * A reader that is told when to open a file, of which it reads a byte, and when
 * to close it: a byte each way.
 */
struct reader {
	pid_t pid;
	int to, from;
};

static void reader_run(int to, int from, int i)
{
	char go, byte;
	int fd = -1;

	while (read(to, &go, 1) == 1) {
		if (go == 'o') {
			fd = tw_open(tw_files[i++ % TW_FILES], O_RDONLY);
			go = fd >= 0 && read(fd, &byte, 1) == 1 ? go : '!';
		} else {
			close(fd);
		}
		if (write(from, &go, 1) != 1)
			break;
	}
	_exit(0);
}

static int reader_start(struct reader *r, int i)
{
	int to[2], from[2];

	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		return tw_fail("pipe");
	r->pid = fork();
	if (r->pid < 0)
		return tw_fail("fork");
	if (!r->pid) {
		close(to[1]);
		reader_run(to[0], from[1], i);
	}
	close(to[0]);
	close(from[1]);
	r->to = to[1];
	r->from = from[0];
	return 0;
}

/* Tells it, and waits until it has done so. */
static int reader_does(const struct reader *r, char what)
{
	char done;

	if (write(r->to, &what, 1) != 1 || read(r->from, &done, 1) != 1)
		return tw_fail("reader");
	return done == what ? 0 : -1;
}

/* The module stays while one of @n readers does, and goes when none does. */
static int round_of(const struct reader *r, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		if (reader_does(&r[i], 'o'))
			return -1;
	}
	for (i = 0; i < n; i++) {
		if (!unload() || errno != EWOULDBLOCK)
			return tw_fail("unload of a module in use");
		if (reader_does(&r[i], 'c'))
			return -1;
	}
	if (unload())
		return tw_fail("unload");
	if (!access(TW_DIR, F_OK))
		return -1;
	return load() ? tw_fail("load") : 0;
}

/*
 * What the kernel has taken, with nobody about, when it falls no more: what RCU
 * frees it frees late, and it is only then that KASAN has it in quarantine.
 */
static long long quiet_kb(struct tw_churn *churn)
{
	long long kb = LLONG_MAX, last;

	if (tw_churn_how(churn, TW_CHURN_PAUSE))
		return -1;
	do {
		last = kb;
		usleep(100000);
		tw_shrink_caches();
		kb = tw_kernel_kb(true);
	} while (kb > 0 && kb < last - KB_SETTLED);
	return kb;
}

/* What the kernel has taken, in KiB, by @n rounds beside @churn. */
static long long taken(struct __test_metadata *_metadata,
		       struct tw_churn *churn, const struct reader *r, int n)
{
	long long before = quiet_kb(churn), kb;

	if (before < 0 || tw_churn_how(churn, TW_CHURN_BOTH))
		return LLONG_MIN;
	for (int i = 0; i < n; i++) {
		if (round_of(r, i % (READERS + 1)))
			return LLONG_MIN;
	}
	kb = quiet_kb(churn);
	if (kb < 0)
		return LLONG_MIN;
	TH_LOG("%d times: %lld KiB more than before", n, kb - before);
	return kb - before;
}

/*
 * Others allocate too, more and more until they have what they need, which takes
 * some hundred rounds; and what is taken is known to some 20 KiB.  What a round
 * loses it loses in every lot, so the median of the lots tells, and in longer ones
 * the others' part is smaller.  What must be seen is 4 KiB, or the inodes and
 * dentries of all files, which are 7.
 */
TEST_F_TIMEOUT(load, under_churn, 1200)
{
	struct tw_conn conn = { .family = TW_V4, .port = PORT };
	long long kb[LOTS], ms, closed;
	int ns = tw_ns_fd(), rounds = 0, n;
	struct reader r[READERS];
	struct tw_churn churn;
	struct tw_file *f;

	if (!self->can)
		SKIP(return, NO_MODULE);
	ASSERT_EQ(100, tw_make(&conn, 100));
	ASSERT_TRUE(tw_wait_sockstat(100));
	ASSERT_EQ(0, tw_churn_start(&churn, TW_V6, PORT + 1, &ns, 1));
	/* They have the time in which these wait for RCU. */
	ASSERT_EQ(0, setpriority(PRIO_PROCESS, 0, -20));
	for (int i = 0; i < READERS; i++)
		ASSERT_EQ(0, reader_start(&r[i], i));
	ms = tw_now_ms();
	for (n = ROUNDS;; n *= 2) {
		for (int lot = 0; lot < LOTS; lot++, rounds += n) {
			kb[lot] = taken(_metadata, &churn, r, n);
			ASSERT_NE(LLONG_MIN, kb[lot]);
		}
		tw_sort(kb, LOTS);
		if (kb[LOTS / 2] <= KB_MOST * n || n >= MOST)
			break;
	}
	ms = tw_now_ms() - ms;
	closed = tw_churn_closed(&churn);
	TH_LOG("%d times in %lld ms, %lld connections a second meanwhile",
	       rounds, ms, 1000 * closed / (ms + 1));
	EXPECT_LT(0, closed);
	EXPECT_GE(KB_MOST * n, kb[LOTS / 2]);
	ASSERT_EQ(0, tw_churn_stop(&churn));
	f = tw_load("netns");
	ASSERT_NE(NULL, f);
	EXPECT_EQ(0, tw_inexact(f));
	EXPECT_EQ(tw_sockstat(), tw_cell(f, tw_row(f, "netns", tw_ns_inode()),
					 "tw_v4"));
	for (int i = 0; i < READERS; i++) {
		kill(r[i].pid, SIGKILL);
		waitpid(r[i].pid, NULL, 0);
	}
}

/* Opens files as they come and go: there, not there, or just on its way. */
static void hammer(int i, int *opened)
{
	char byte;
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;; i++) {
		fd = tw_open(tw_files[i % TW_FILES], O_RDONLY);
		if (fd < 0 && (errno == ENOENT || errno == ENXIO))
			continue;
		if (fd < 0 || read(fd, &byte, 1) != 1 || byte != '#')
			break;
		__atomic_add_fetch(opened, 1, __ATOMIC_SEQ_CST);
		tw_sleep_ms(1);
		close(fd);
		/* Or the module would never have a moment to go in. */
		tw_sleep_ms(i * 7 % 100);
	}
	tw_fail("open or read");
	_exit(1);
}

/* Nobody waits for anybody: each either has the file or does not. */
TEST_F_TIMEOUT(load, in_a_race, 200)
{
	int *opened, gone = 0, busy = 0;
	pid_t pid[2];
	int status;

	if (!self->can)
		SKIP(return, NO_MODULE);
	opened = mmap(NULL, sizeof(*opened), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, opened);
	for (int i = 0; i < 2; i++) {
		pid[i] = fork();
		ASSERT_LE(0, pid[i]);
		if (!pid[i])
			hammer(i, opened);
	}
	while (gone < ROUNDS / 10) {
		if (unload()) {
			ASSERT_EQ(EWOULDBLOCK, errno);
			busy++;
			sched_yield();
			continue;
		}
		gone++;
		ASSERT_EQ(0, load());
	}
	for (int i = 0; i < 2; i++) {
		kill(pid[i], SIGKILL);
		ASSERT_EQ(pid[i], waitpid(pid[i], &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status));
	}
	TH_LOG("%d times, %d times it was in use; %d files opened", gone, busy,
	       *opened);
	EXPECT_LT(0, busy);
	EXPECT_LT(0, *opened);
	EXPECT_EQ(0, unload());
	EXPECT_EQ(0, load());
}

TEST_HARNESS_MAIN
