// SPDX-License-Identifier: GPL-2.0
/*
 * scale - 100,000 TIME-WAIT sockets, fewer on slow kernels: reported exactly by every file, and by
 * summary in a small part of the time that ss takes to list them.
 */
#include <fcntl.h>
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "twlib.h"

#define PORT	5000
#define SERVERS	10
#define SOCKETS	(5000LL / tw_slow() * 2 * SERVERS)
#define RUNS	5
/*
 * 30 is what is aimed at.  An emulated CPU that other work shares reaches 22 to
 * 29: half of what cat takes then is to be started.  Less than this is a fault.
 */
#define RATIO	15

FIXTURE(scale) {
	long long inode;
	int gen;
};

/* As many for each of ten servers: half on the clients' side, half on theirs. */
static long long populate(int gen)
{
	long long made = 0;
	char address[32];
	int i;

	for (i = 0; i < SERVERS; i++) {
		struct tw_conn conn = {
			.family = i % 2 ? TW_V6 : TW_V4, .port = PORT + i,
			.both_close = true,
		};

		snprintf(address, sizeof(address), "127.0.1.%d", i);
		if (conn.family == TW_V4)
			conn.remote = address;
		made += 2 * tw_gen(gen, &conn, SOCKETS / SERVERS / 2);
		/* The first of them shall live to see the last ones. */
		if (tw_gen_hold(gen, 0) < 0)
			return -1;
	}
	return made;
}

FIXTURE_SETUP(scale)
{
	long long start = tw_now_ms();

	self->gen = tw_gen_open();
	ASSERT_LE(0, self->gen);
	ASSERT_TRUE(tw_ns_wait(1));
	ASSERT_LE(0, tw_ns_new());
	self->inode = tw_ns_inode();
	ASSERT_EQ(SOCKETS, populate(self->gen));
	ASSERT_TRUE(tw_wait_sockstat(SOCKETS));
	/* They are kept alive for as long as this file stays open. */
	ASSERT_EQ(SOCKETS, tw_gen_hold(self->gen, 0));
	TH_LOG("%lld sockets in %lld ms", SOCKETS, tw_now_ms() - start);
}

FIXTURE_TEARDOWN(scale)
{
	close(self->gen);
}

/* Wall time of a program with its output thrown away, -1 if it fails. */
static long long time_of(char *const argv[])
{
	long long start = tw_now_ns();
	int status;
	pid_t pid;

	pid = fork();
	if (!pid) {
		int fd = open("/dev/null", O_WRONLY);

		dup2(fd, STDOUT_FILENO);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		return -1;
	return tw_now_ns() - start;
}

static int compare(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return (x > y) - (x < y);
}

/* Lines that ss prints, each a socket. */
static long long count_ss(void)
{
	FILE *f = popen("ss -tanH state time-wait", "re");
	long long lines = 0;
	int c;

	while (f && (c = getc(f)) != EOF)
		lines += c == '\n';
	return f && !pclose(f) ? lines : -1;
}

/* Every file has them all: none twice, none forgotten. */
TEST_F_TIMEOUT(scale, exact, 200)
{
	struct tw_count c;
	struct tw_file *f;
	size_t rows;
	int row;

	EXPECT_EQ(SOCKETS, count_ss());
	ASSERT_EQ(0, tw_count_diag(&c));
	EXPECT_EQ(SOCKETS / 2, c.n[TW_TW][TW_V4]);
	EXPECT_EQ(SOCKETS / 2, c.n[TW_TW][TW_V6]);

	f = tw_load("summary");
	ASSERT_NE(NULL, f);
	EXPECT_EQ(0, tw_inexact(f));
	EXPECT_EQ(SOCKETS, tw_get(f, "tw"));
	EXPECT_EQ(SOCKETS / 2, tw_get(f, "tw_v4"));
	EXPECT_EQ(SOCKETS / 2, tw_get(f, "tw_v6"));
	EXPECT_EQ(SOCKETS, tw_get(f, "tw_kernel"));
	EXPECT_EQ(SOCKETS, tw_get(f, "ehash_tw_nodes"));
	EXPECT_EQ(0, tw_get(f, "fw2"));
	EXPECT_GE(4 << 20, tw_get(f, "pass_bytes"));
	for (int k = 0; k < SERVERS; k++) {
		EXPECT_EQ(PORT + k, tw_getf(f, "port.%d.port", k));
		EXPECT_EQ(SOCKETS / SERVERS / 2, tw_getf(f, "port.%d.tw", k));
	}

	f = tw_load("netns");
	row = tw_row(f, "netns", self->inode);
	EXPECT_EQ(0, tw_inexact(f));
	EXPECT_EQ(SOCKETS / 2, tw_cell(f, row, "tw_v4"));
	EXPECT_EQ(SOCKETS / 2, tw_cell(f, row, "tw_v6"));
	EXPECT_EQ(SOCKETS, tw_cell(f, row, "tw_kernel"));

	f = tw_load("ehash_buckets");
	EXPECT_EQ(0, tw_inexact(f));
	EXPECT_EQ(SOCKETS, tw_sum(f, "tw"));
	EXPECT_EQ(SOCKETS, tw_get(f, "tw"));

	f = tw_load("deathrow");
	EXPECT_EQ(0, tw_inexact(f));
	EXPECT_EQ(SOCKETS, tw_sum(f, "tw") + tw_get(f, "unarmed") +
		  tw_get(f, "unplaced"));

	f = tw_load("bind_buckets");
	EXPECT_EQ(0, tw_inexact(f));
	EXPECT_EQ(SOCKETS, tw_sum_by(f, "tw", "netns", self->inode, &rows));
	EXPECT_EQ(0, tw_get(f, "join_overflow"));
	for (int k = 0; k < SERVERS; k++) {
		EXPECT_EQ(SOCKETS / SERVERS / 2,
			  tw_sum_by(f, "tw", "port", PORT + k, &rows));
		EXPECT_EQ(1U, rows);
	}
}

/*
 * Median of a program's runs right after each other, the first one left out;
 * the others are left in @ns, in order.
 */
static long long median_of(char *const argv[], long long ns[RUNS])
{
	if (time_of(argv) < 0)
		return -1;
	for (int i = 0; i < RUNS; i++) {
		ns[i] = time_of(argv);
		if (ns[i] < 0)
			return -1;
	}
	qsort(ns, RUNS, sizeof(*ns), compare);
	return ns[RUNS / 2];
}

/*
 * Medians are compared, of runs in the same boot, each program as one finds it
 * that reads every second.  What they take right after one another, with what
 * the other one left in the caches, is told and not judged: this CPU is an
 * emulated one, in which the walk's prefetches do nothing.
 */
TEST_F_TIMEOUT(scale, fast, 250)
{
	char *const ss[] = { "ss", "-tan", "state", "time-wait", NULL };
	char *const cat[] = { "cat", TW_DIR "summary", NULL };
	long long ss_ns[RUNS], cat_ns[RUNS], pass_ns, ss_ms, cat_ms;

	if (tw_slow() > 1)
		SKIP(return, "times in a kernel that looks for bugs tell nothing");
	ss_ms = median_of(ss, ss_ns);
	cat_ms = median_of(cat, cat_ns);
	ASSERT_LT(0, ss_ms);
	ASSERT_LT(0, cat_ms);
	pass_ns = tw_get(tw_load("summary"), "pass_ns");
	TH_LOG("ss -tan state time-wait: %.1f ms (%.1f to %.1f)",
	       ss_ms / 1e6, ss_ns[0] / 1e6, ss_ns[RUNS - 1] / 1e6);
	TH_LOG("cat summary: %.1f ms (%.1f to %.1f), of which the pass %.1f",
	       cat_ms / 1e6, cat_ns[0] / 1e6, cat_ns[RUNS - 1] / 1e6,
	       pass_ns / 1e6);
	TH_LOG("%.1f times as fast", (double)ss_ms / cat_ms);
	EXPECT_LE(RATIO * cat_ms, ss_ms);

	for (int i = 0; i < RUNS; i++) {
		ss_ns[i] = time_of(ss);
		cat_ns[i] = time_of(cat);
	}
	qsort(ss_ns, RUNS, sizeof(*ss_ns), compare);
	qsort(cat_ns, RUNS, sizeof(*cat_ns), compare);
	TH_LOG("in turn: %.1f ms and %.1f ms, %.1f times", ss_ns[RUNS / 2] / 1e6,
	       cat_ns[RUNS / 2] / 1e6,
	       (double)ss_ns[RUNS / 2] / cat_ns[RUNS / 2]);
	/* It was all of them to the end. */
	EXPECT_EQ(SOCKETS, tw_sockstat());
}

TEST_HARNESS_MAIN
