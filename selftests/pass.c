// SPDX-License-Identifier: GPL-2.0
/*
 * pass - what a pass says of itself: when it was, what it cost, what it saw
 * twice; and that its figures hold while sockets come and go.
 */
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "kselftest_harness.h"
#include "twlib.h"

#define PORT	5000

static long long real_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

FIXTURE(pass) {
	struct tw_conn conn;
	int gen;
};

FIXTURE_SETUP(pass)
{
	self->gen = tw_gen_open();
	ASSERT_LE(0, self->gen);
	ASSERT_TRUE(tw_ns_wait(1));
	ASSERT_LE(0, tw_ns_new());
	self->conn = (struct tw_conn) { .family = TW_V4, .port = PORT };
}

FIXTURE_TEARDOWN(pass)
{
}

/* On a quiet table each node is visited once, and nothing twice. */
TEST_F(pass, quiet)
{
	ASSERT_EQ(5000, tw_gen(self->gen, &self->conn, 5000));
	ASSERT_TRUE(tw_wait_sockstat(5000));
	for (int i = 0; i < TW_FILES - 1; i++) {
		long long before = real_ns(), length = tw_now_ns(), parts;
		struct tw_file *f = tw_load(tw_files[i]);

		length = tw_now_ns() - length;
		ASSERT_NE(NULL, f);
		EXPECT_LE(before, tw_get(f, "time_ns"));
		EXPECT_GE(real_ns(), tw_get(f, "time_ns"));
		EXPECT_LT(0, tw_get(f, "pass_ns"));
		EXPECT_GE(length, tw_get(f, "pass_ns"));
		parts = tw_get(f, "pass_netns_ns") + tw_get(f, "pass_ehash_ns") +
			tw_get(f, "pass_bind_ns");
		EXPECT_LT(0, tw_get(f, "pass_netns_ns"));
		EXPECT_LT(0, tw_get(f, "pass_ehash_ns"));
		EXPECT_GE(tw_get(f, "pass_ns"), parts);
		EXPECT_LT(0, tw_get(f, "pass_longest_rcu_ns"));
		EXPECT_GE(tw_get(f, "pass_ns"),
			  tw_get(f, "pass_longest_rcu_ns"));
		EXPECT_LT(0, tw_get(f, "pass_bytes"));
		EXPECT_EQ(0, tw_get(f, "pass_restarts"));
		EXPECT_EQ(0, tw_get(f, "pass_lock_fallbacks"));
		EXPECT_EQ(0, tw_get(f, "pass_floods"));
		EXPECT_EQ(0, tw_get(f, "pass_dropped_gone"));
		EXPECT_EQ(0, tw_get(f, "pass_dropped_moved"));
		EXPECT_EQ(0, tw_get(f, "pass_dropped_unborn"));
		EXPECT_EQ(0, tw_get(f, "pass_dropped_state"));
		EXPECT_EQ(0, tw_inexact(f));
		/* these three walk the bind hashes, too */
		if (!strcmp(f->name, "summary")) {
			EXPECT_EQ(5000 + tw_get(f, "bhash_nodes") +
				  tw_get(f, "bhash2_nodes"),
				  tw_get(f, "pass_nodes"));
			EXPECT_GE(4 << 20, tw_get(f, "pass_bytes"));
		} else if (!strcmp(f->name, "bind_buckets")) {
			/* and owners, up to 64 a port */
			EXPECT_LE(15000, tw_get(f, "pass_nodes"));
		} else if (!strcmp(f->name, "tuples")) {
			/* twice, and who bound what */
			EXPECT_LE(10000, tw_get(f, "pass_nodes"));
		} else {
			EXPECT_EQ(5000, tw_get(f, "pass_nodes"));
			EXPECT_EQ(0, tw_get(f, "pass_longest_lock_ns"));
		}
		tw_free(f);
	}
}

/* Opens and closes sockets of a port of its own, and drops them, for ever. */
static void churn(int gen, uint16_t port)
{
	struct tw_conn conn = { .family = TW_V4, .port = port };

	for (;;) {
		tw_make(&conn, 10);
		tw_gen(gen, &conn, 200);
		tw_gen_drop(gen, port);
	}
}

/*
 * Two of them at once, the second one in namespace @other; the tests' own port
 * stays as it is.
 */
static void churn_start(pid_t *pid, int other)
{
	int i;

	for (i = 0; i < 2; i++) {
		pid[i] = fork();
		if (pid[i])
			continue;
		if (i)
			tw_ns_enter(other);
		churn(tw_gen_open(), PORT + 1 + i);
	}
}

static void churn_stop(pid_t *pid, int gen)
{
	int i;

	for (i = 0; i < 2; i++) {
		kill(pid[i], SIGKILL);
		waitpid(pid[i], NULL, 0);
	}
	tw_gen_drop(gen, PORT + 1);
	tw_gen_drop(gen, PORT + 2);
}

/*
 * 2,000 sockets on one port live through all of it: none is seen twice, none
 * is missed, while two others make and end sockets as fast as they can.  In a
 * small table they share the chains, so that a walk that went astray would
 * miss many of them.
 */
TEST_F_TIMEOUT(pass, churn, 120)
{
	long long reads = 0, restarts = 0, moved = 0, before = -1, end, seen;
	struct tw_file *f;
	pid_t pid[2];

	if (tw_cap("has_own_ehash") == 1) {
		ASSERT_EQ(0, tw_sysctl("net/ipv4/tcp_child_ehash_entries", 64));
		ASSERT_LE(0, tw_ns_new());
	}
	self->conn.server_closes = true;
	ASSERT_EQ(2000, tw_gen(self->gen, &self->conn, 2000));
	ASSERT_TRUE(tw_wait_sockstat(2000));
	churn_start(pid, tw_ns_fd());
	end = tw_now_ms() + 12000;
	while (tw_now_ms() < end) {
		f = tw_load("bind_buckets");
		ASSERT_NE(NULL, f);
		EXPECT_EQ(2000, tw_sum_by(f, "tw", "port", PORT, NULL));
		EXPECT_EQ(0, tw_inexact(f));
		restarts += tw_get(f, "pass_restarts");
		tw_free(f);
		f = tw_load("summary");
		EXPECT_EQ(PORT, tw_get(f, "port.0.port"));
		EXPECT_EQ(2000, tw_get(f, "port.0.tw"));
		EXPECT_EQ(0, tw_inexact(f));
		restarts += tw_get(f, "pass_restarts");
		/* or there was no churn */
		seen = tw_get(f, "sockets");
		moved += seen != before;
		before = seen;
		tw_free(f);
		reads += 2;
	}
	churn_stop(pid, self->gen);
	TH_LOG("%lld reads, %lld with other sockets, %lld chains walked again",
	       reads, moved, restarts);
	EXPECT_LE(20, reads);
	EXPECT_LE(reads / 4, moved);
	/* Quiet again, everything agrees. */
	ASSERT_TRUE(tw_wait_sockstat(2000));
	EXPECT_EQ(2000, tw_get(tw_load("summary"), "tw"));
}

static long long most(long long a, long long b)
{
	return a > b ? a : b;
}

/*
 * The same in a table of one chain, which is longer than what is walked in one
 * piece.  There a pass may be off by what came and went while it was walked -
 * of the other port there are 210 sockets at most at a time - and says so.
 * Memory of sockets moves between this table and the shared one, so that the
 * walk now and then loses its place.
 */
TEST_F_TIMEOUT(pass, churn_in_one_chain, 120)
{
	long long end, off, worst = 0, reads = 0, inexact = 0, restarts = 0;
	int parent = tw_ns_fd();
	struct tw_file *f;
	pid_t pid[2];

	if (tw_cap("has_own_ehash") != 1)
		SKIP(return, "has_own_ehash: no table is a namespace's own");
	ASSERT_EQ(0, tw_sysctl("net/ipv4/tcp_child_ehash_entries", 1));
	ASSERT_LE(0, tw_ns_new());
	self->conn.server_closes = true;
	ASSERT_EQ(5000, tw_gen(self->gen, &self->conn, 5000));
	ASSERT_TRUE(tw_wait_sockstat(5000));
	churn_start(pid, parent);
	end = tw_now_ms() + 10000;
	while (tw_now_ms() < end) {
		f = tw_load("bind_buckets");
		ASSERT_NE(NULL, f);
		off = llabs(tw_sum_by(f, "tw", "port", PORT, NULL) - 5000);
		EXPECT_TRUE(!off || tw_inexact(f));
		EXPECT_GE(210, off);
		EXPECT_LE(1, tw_get(f, "pass_floods"));
		EXPECT_EQ(0, tw_get(f, "pass_unfinished"));
		worst = most(off, worst);
		inexact += tw_inexact(f) != 0;
		restarts += tw_get(f, "pass_restarts");
		reads++;
		tw_free(f);
	}
	churn_stop(pid, self->gen);
	TH_LOG("%lld reads, %lld inexact, off by %lld at most; %lld restarts",
	       reads, inexact, worst, restarts);
	EXPECT_LE(10, reads);
	ASSERT_TRUE(tw_wait_sockstat(5000));
	f = tw_load("netns");
	EXPECT_EQ(5000, tw_cell(f, tw_row(f, "netns", tw_ns_inode()), "tw_v4"));
	EXPECT_EQ(0, tw_inexact(f));
}

TEST_HARNESS_MAIN
