// SPDX-License-Identifier: GPL-2.0
/*
 * chain - one bucket: a namespace whose table has a single chain, of 20,000
 * TIME-WAIT sockets.  A pass over it is exact when nothing moves, else it is
 * right within what moved and says so; it never takes the chain's lock, and
 * leaves RCU on its way.
 */
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "twlib.h"

#define PORT	5000
#define SOCKETS	(20000LL / tw_slow())
/* Nodes that one RCU section visits. */
#define BATCH	3072
/* Events that a connection is in a chain: two sockets, a request, minisockets. */
#define EVENTS	10

/* Made once for all tests: by main(). */
static struct {
	long long inode;
	bool able, made;
	int ns[2];
} made;

/*
 * Half of the sockets have the port as their local one, half as the remote
 * one: for each connection that is made the chain is walked several times.
 */
static int populate(int gen)
{
	struct tw_conn conn = {
		.family = TW_V4, .port = PORT, .both_close = true,
	};
	long long ms = tw_now_ms();
	struct twgen_info info;

	made.ns[1] = tw_ns_new();
	if (made.ns[1] < 0 ||
	    tw_sysctl("net/ipv4/tcp_child_ehash_entries", 1))
		return -1;
	made.ns[0] = tw_ns_new();
	made.inode = tw_ns_inode();
	if (made.ns[0] < 0 || tw_gen_info(gen, &info) ||
	    info.ehash_buckets != 1)
		return -1;
	/* They live for as long as the file is open: before there is one. */
	if (tw_gen_hold(gen, PORT) ||
	    tw_gen(gen, &conn, SOCKETS / 2) != SOCKETS / 2 ||
	    !tw_wait_sockstat(SOCKETS))
		return -1;
	tw_log("%lld sockets in one chain after %lld ms", SOCKETS,
	       tw_now_ms() - ms);
	return 0;
}

FIXTURE(chain) {
	struct tw_churn churn;
	int gen;
};

FIXTURE_SETUP(chain)
{
	if (!made.able)
		SKIP(return, "has_own_ehash: no table is a namespace's own");
	ASSERT_TRUE(made.made);
	self->gen = tw_gen_open();
	ASSERT_LE(0, self->gen);
	ASSERT_TRUE(tw_wait_sockstat(SOCKETS));
}

FIXTURE_TEARDOWN(chain)
{
}

/* caps has no count. */
#define FILES	6

/* TIME-WAIT sockets of IPv4 in the chain, as the file has them. */
static long long summary_count(const struct tw_file *f)
{
	return tw_get(f, "tw_v4");
}

static long long buckets_count(const struct tw_file *f)
{
	return tw_sum_by(f, "tw", "table", made.inode, NULL);
}

static long long deathrow_count(const struct tw_file *f)
{
	return tw_sum(f, "tw") + tw_get(f, "unarmed") + tw_get(f, "unplaced");
}

/* Those with the local port; of the others each has a row. */
static long long binds_count(const struct tw_file *f)
{
	return 2 * tw_cell(f, tw_row(f, "port", PORT), "tw");
}

/* Two groups: the port is the local or the remote one. */
static long long tuples_count(const struct tw_file *f)
{
	return tw_sum_by(f, "tw", "port", PORT, NULL);
}

static long long netns_count(const struct tw_file *f)
{
	return tw_cell(f, tw_row(f, "netns", made.inode), "tw_v4");
}

static const struct {
	const char *name;
	long long (*count)(const struct tw_file *f);
	bool families;		/* others are told apart by their family */
	int shares;		/* of the sockets, how many it counts */
} files[FILES] = {
	{ "summary",		summary_count,	true,	1 },
	{ "ehash_buckets",	buckets_count,	false,	1 },
	{ "deathrow",		deathrow_count,	false,	1 },
	{ "bind_buckets",	binds_count,	true,	2 },
	{ "tuples",		tuples_count,	true,	1 },
	{ "netns",		netns_count,	true,	1 },
};

TEST_F_TIMEOUT(chain, quiet, 120)
{
	long long bin = 64;
	struct tw_file *f;

	for (int i = 0; i < FILES; i++) {
		f = tw_load(files[i].name);
		ASSERT_NE(NULL, f);
		EXPECT_EQ(SOCKETS, files[i].count(f));
		EXPECT_EQ(0, tw_inexact(f));
		EXPECT_EQ(1, tw_get(f, "pass_floods"));
		EXPECT_EQ(0, tw_get(f, "pass_restarts"));
		EXPECT_EQ(0, tw_get(f, "pass_lock_fallbacks"));
		tw_free(f);
	}
	f = tw_load("ehash_buckets");
	EXPECT_EQ(1U, f->nrows);
	EXPECT_EQ(SOCKETS, tw_cell(f, 0, "sockets"));
	f = tw_load("summary");
	while (bin * 2 <= SOCKETS)
		bin *= 2;
	EXPECT_EQ(1, tw_getf(f, "ehash_own_chains.%lld-%lld", bin,
			     2 * bin - 1));
	EXPECT_EQ(SOCKETS, tw_get(f, "ehash_own_longest"));
	EXPECT_EQ(SOCKETS, tw_get(f, "ehash_own_tw_longest"));
	EXPECT_EQ((SOCKETS + 1) * 500, tw_get(f, "ehash_own_hit_milli"));
	EXPECT_EQ(SOCKETS * 1000, tw_get(f, "ehash_own_miss_milli"));
	EXPECT_EQ(SOCKETS, tw_get(f, "port.0.tw") * 2);
	EXPECT_EQ(SOCKETS, tw_get(f, "rport.0.tw") * 2);
}

/*
 * With each socket that moves the place in the chain may move by one: so a
 * count is off by no more than the times that one of the others came or went
 * while the pass was taken.  That of all sockets, of whatever port, has these
 * sockets in it as well.
 */
TEST_F_TIMEOUT(chain, churn, 240)
{
	long long reads = 0, inexact = 0, wrong = 0, worst = 0, restarts = 0;
	long long closed, all, ms;
	struct tw_churn *churn = &self->churn;

	ASSERT_EQ(0, tw_churn_start(churn, TW_V6, PORT + 1, made.ns, 2));
	ASSERT_EQ(0, tw_churn_how(churn, TW_CHURN_BOTH));
	ms = tw_now_ms();
	all = tw_churn_closed(churn);
	while (reads < 60) {
		long long off, moved, others;
		struct tw_file *f;
		int i = reads % FILES;

		closed = tw_churn_closed(churn);
		f = tw_load(files[i].name);
		ASSERT_NE(NULL, f);
		others = tw_churn_opened(churn) - closed;
		moved = EVENTS * others;
		off = llabs(files[i].count(f) - SOCKETS);
		if (off > files[i].shares * moved +
			  (files[i].families ? 0 : 2 * others)) {
			tw_log("%s: off by %lld, with %lld connections",
			       files[i].name, off, others);
			wrong++;
		}
		if (off && !tw_inexact(f) && files[i].families) {
			tw_log("%s: off by %lld, and says it is exact",
			       files[i].name, off);
			wrong++;
		}
		if (files[i].families && off > worst)
			worst = off;
		EXPECT_EQ(1, tw_get(f, "pass_floods"));
		EXPECT_EQ(0, tw_get(f, "pass_unfinished"));
		EXPECT_EQ(0, tw_get(f, "pass_skipped"));
		inexact += tw_inexact(f) != 0;
		restarts += tw_get(f, "pass_restarts");
		reads++;
		tw_free(f);
	}
	ms = tw_now_ms() - ms;
	all = tw_churn_closed(churn) - all;
	TH_LOG("%lld sockets, %lld reads in %lld ms, %lld other connections a second on %d CPUs",
	       SOCKETS, reads, ms, 1000 * all / (ms + 1), churn->n);
	TH_LOG("%lld reads inexact, off by %lld at most; %lld restarts",
	       inexact, worst, restarts);
	EXPECT_EQ(0, wrong);
	EXPECT_LT(0, all);
	/* Or nothing moved in the chain at all. */
	EXPECT_LT(0, inexact);
	ASSERT_EQ(0, tw_churn_stop(churn));
	ASSERT_TRUE(tw_wait_sockstat(SOCKETS));
	for (int i = 0; i < FILES; i++) {
		struct tw_file *f = tw_load(files[i].name);

		EXPECT_EQ(SOCKETS, files[i].count(f));
		EXPECT_EQ(0, tw_inexact(f));
		tw_free(f);
	}
}

/* Reads all files over and over; for ever. */
static void reader(void)
{
	for (int i = 0;; i++)
		tw_free(tw_load(files[i % FILES].name));
}

/*
 * While the chain is read and nothing else uses it, nobody sees its lock held,
 * however often one looks.  That one who looks sees a holder is shown by the
 * sockets that come and go, which have the lock for a moment each.
 */
TEST_F_TIMEOUT(chain, no_lock, 120)
{
	struct twgen_lock quiet, control;
	struct tw_churn *churn = &self->churn;
	pid_t pid = fork();

	ASSERT_LE(0, pid);
	if (!pid)
		reader();
	EXPECT_EQ(0, tw_gen_lock(self->gen, 0, 3000, &quiet));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	ASSERT_EQ(0, tw_churn_start(churn, TW_V6, PORT + 1, made.ns, 1));
	ASSERT_EQ(0, tw_churn_how(churn, TW_CHURN_TW));
	EXPECT_EQ(0, tw_gen_lock(self->gen, 0, 3000, &control));
	ASSERT_EQ(0, tw_churn_stop(churn));
	TH_LOG("the lock was held %llu times of %llu by readers, %llu of %llu by others",
	       quiet.held, quiet.looks, control.held, control.looks);
	EXPECT_LT(1000U, quiet.looks);
	EXPECT_EQ(0U, quiet.held);
	EXPECT_LT(0U, control.held);
}

/*
 * RCU is left after each BATCH nodes, and the chain is walked twice: so the
 * longest section is a small part of the walk.  The best of several is taken,
 * as a virtual CPU may stand still in any of them.
 */
TEST_F_TIMEOUT(chain, leaves_rcu, 120)
{
	double part, least = 1;
	struct twgen_grace idle, busy;
	struct tw_file *f;
	pid_t pid;

	for (int i = 0; i < 20; i++) {
		f = tw_load("netns");
		ASSERT_NE(NULL, f);
		EXPECT_EQ(0, tw_inexact(f));
		part = (double)tw_get(f, "pass_longest_rcu_ns") /
		       tw_get(f, "pass_ehash_ns");
		if (part < least)
			least = part;
		tw_free(f);
	}
	ASSERT_EQ(0, tw_gen_grace(self->gen, 1000, &idle));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid)
		reader();
	EXPECT_EQ(0, tw_gen_grace(self->gen, 1000, &busy));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	TH_LOG("longest section: %.1f%% of two walks of %lld nodes",
	       100 * least, SOCKETS);
	TH_LOG("grace periods in a second: %u, the longest %.1f ms; beside a reader %u, %.1f ms",
	       idle.count, idle.longest_ns / 1e6, busy.count,
	       busy.longest_ns / 1e6);
	if (SOCKETS * 2 < BATCH * 3)
		SKIP(return, "%lld sockets are too few to tell", SOCKETS);
	/*
	 * Of 20,000 a section is a tenth, of 5,000 three; a walk without a pause
	 * is a half.
	 */
	EXPECT_GT(0.4, least);
	EXPECT_LT(0U, busy.count);
}

static void on_cpu_0(int nice)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	if (sched_setaffinity(0, sizeof(set), &set) ||
	    setpriority(PRIO_PROCESS, 0, nice))
		tw_fail("CPU 0");
}

/*
 * The last test, as it ends what all of them have in common.
 *
 * Where a pass leaves RCU it keeps its place by a reference.  Another process
 * takes the socket that has one away, as often as it can, which is often where
 * the reader is made to wait on leaving: for a process that always runs.  A
 * pass that has lost its place begins again and misses as many of those that
 * it has counted as went, no more, and counts none twice.
 */
TEST_F_TIMEOUT(chain, hunted, 120)
{
	long long reads = 0, restarts = 0, inexact = 0, wrong = 0;
	long long end = tw_now_ms() + 15000 * tw_slow(), left, stay, seen;
	pid_t hog, hunter;

	hog = fork();
	ASSERT_LE(0, hog);
	if (!hog) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		on_cpu_0(0);
		for (;;)
			;
	}
	hunter = fork();
	ASSERT_LE(0, hunter);
	while (!hunter) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (tw_gen_hunt(self->gen, 0, 20) < 0)
			_exit(1);
	}
	on_cpu_0(10);
	while (tw_now_ms() < end && (reads < 20 || restarts < 5)) {
		struct tw_file *f;

		left = tw_sockstat();
		f = tw_load("netns");
		ASSERT_NE(NULL, f);
		seen = netns_count(f);
		stay = tw_sockstat();
		/* It may have given up: then it says that it has. */
		if (tw_get(f, "pass_unfinished"))
			stay = 0;
		if (seen > left || seen < stay) {
			tw_log("%lld counted, of %lld before and %lld after",
			       seen, left, stay);
			wrong++;
		}
		inexact += tw_inexact(f) != 0;
		restarts += tw_get(f, "pass_restarts");
		reads++;
		tw_free(f);
	}
	kill(hog, SIGKILL);
	kill(hunter, SIGKILL);
	waitpid(hog, NULL, 0);
	waitpid(hunter, NULL, 0);
	TH_LOG("%lld reads, %lld sockets taken away; %lld restarts, %lld reads inexact",
	       reads, SOCKETS - tw_sockstat(), restarts, inexact);
	EXPECT_EQ(0, wrong);
	if (!restarts)
		SKIP(return, "no pass was made to lose its place");
}

#define main run_tests
TEST_HARNESS_MAIN
#undef main

int main(int argc, char **argv)
{
	int gen = tw_gen_open();

	made.able = tw_cap("has_own_ehash") == 1;
	made.made = made.able && gen >= 0 && tw_ns_wait(1) && !populate(gen);
	return run_tests(argc, argv);
}
