// SPDX-License-Identifier: GPL-2.0
/*
 * scale - 100,000 TIME-WAIT sockets: reported exactly by every file, and by
 * summary in a small part of the time that ss takes to list them.
 */
#include <fcntl.h>
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "twlib.h"

#define PORT	5000
#define SERVERS	10
#define SOCKETS	100000LL
#define RUNS	5
#define RATIO	30

FIXTURE(scale) {
	long long inode;
	int gen;
};

/* 10,000 for each of ten servers: half on the clients' side, half on theirs. */
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

/* Runs alternate, in one boot, and medians are compared. */
TEST_F_TIMEOUT(scale, fast, 250)
{
	char *const ss[] = { "ss", "-tan", "state", "time-wait", NULL };
	char *const cat[] = { "cat", TW_DIR "summary", NULL };
	long long ss_ns[RUNS], cat_ns[RUNS], pass_ns;

	for (int i = 0; i < RUNS; i++) {
		ss_ns[i] = time_of(ss);
		cat_ns[i] = time_of(cat);
		ASSERT_LT(0, ss_ns[i]);
		ASSERT_LT(0, cat_ns[i]);
	}
	pass_ns = tw_get(tw_load("summary"), "pass_ns");
	/* It was all of them to the end. */
	EXPECT_EQ(SOCKETS, tw_sockstat());
	qsort(ss_ns, RUNS, sizeof(*ss_ns), compare);
	qsort(cat_ns, RUNS, sizeof(*cat_ns), compare);
	TH_LOG("ss -tan state time-wait: %.1f ms (%.1f to %.1f)",
	       ss_ns[RUNS / 2] / 1e6, ss_ns[0] / 1e6, ss_ns[RUNS - 1] / 1e6);
	TH_LOG("cat summary: %.1f ms (%.1f to %.1f), of which the pass %.1f",
	       cat_ns[RUNS / 2] / 1e6, cat_ns[0] / 1e6, cat_ns[RUNS - 1] / 1e6,
	       pass_ns / 1e6);
	TH_LOG("%.1f times as fast",
	       (double)ss_ns[RUNS / 2] / cat_ns[RUNS / 2]);
	EXPECT_LE(RATIO * cat_ns[RUNS / 2], ss_ns[RUNS / 2]);
}

TEST_HARNESS_MAIN
