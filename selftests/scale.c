// SPDX-License-Identifier: GPL-2.0
/*
 * scale - one population of TIME-WAIT sockets, each a group of its own, which
 * grows to 200,000 from test to test: with all groups listed, by summary in a
 * small part of the time that ss takes, exact in every file, and with more groups
 * than are counted.  Fewer sockets on slow kernels.
 */
#include <fcntl.h>
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "twlib.h"
#include "twss.h"

#define PORT	5000
#define SERVERS	10
#define HEAVY	(PORT + SERVERS)	/* port of the one that has more */
#define LOOP	"127.0.0.1"

/* Connections that each server has more after a step; two sockets each. */
#define EACH	(1000 / tw_slow())
#define STEP	(2LL * SERVERS * EACH)
/* Sockets that there are in the tests. */
#define LISTED	STEP			/* no more than tuples_max */
#define TIMED	(5 * STEP)
#define ALL	(all_steps() * STEP)	/* more than tuples_max, by a half */

/*
 * 30 is what is aimed at.  An emulated CPU that other work shares reaches 22 to
 * 29: half of what cat takes then is to be started.  Less than this is a fault.
 */
#define RATIO	15
#define RUNS	3
#define ROUNDS	6

static int all_steps(void)
{
	return 10 * STEP < 50000 ? 50000 / STEP : 10;
}

/*
 * Where the population is and who keeps it alive, of the process that the tests
 * are children of.
 */
static int shared_ns = -1, shared_gen = -1;

__attribute__((constructor)) static void share(void)
{
	int first = tw_ns_fd();

	shared_gen = tw_gen_open();
	if (first < 0 || shared_gen < 0 || !tw_ns_wait(1))
		return;
	shared_ns = tw_ns_new();
	/* The kernel would remember something of each pair of addresses. */
	if (shared_ns >= 0 &&
	    (tw_ns_own_v6() || tw_sysctl("net/ipv4/tcp_no_metrics_save", 1)))
		shared_ns = -1;
	tw_ns_enter(first);
}

/* The connections of a step with one server: each client has its address. */
static int make_step(int gen, int step, int server)
{
	struct tw_conn conn = {
		.family = server % 2 ? TW_V6 : TW_V4, .port = PORT + server,
		.addresses = EACH, .both_close = true,
	};
	char local[48], remote[48];

	if (conn.family == TW_V4) {
		snprintf(remote, sizeof(remote), "127.0.1.%d", server);
		snprintf(local, sizeof(local), "127.%d.%d.1", 10 + server,
			 4 * step);
	} else {
		snprintf(remote, sizeof(remote), "fd77::1:%d", server);
		snprintf(local, sizeof(local), "fd77::%x:%x:1", 2 + server,
			 step);
	}
	conn.local = local;
	conn.remote = remote;
	return tw_gen(gen, &conn, EACH);
}

/*
 * Makes what an earlier test has not: half of it on the clients' side, half on
 * the servers', half of it IPv6.  Says how many there are then.
 */
static long long grow(int gen, long long sockets)
{
	long long began = tw_sockstat(), start = tw_now_ms(), n = began;

	while (n >= 0 && n < sockets) {
		for (int i = 0; i < SERVERS; i++) {
			if (make_step(gen, n / STEP, i) != EACH)
				return -1;
		}
		/* The first of them shall live to see the last ones. */
		n = tw_gen_hold(gen, 0);
	}
	tw_log("%lld sockets, %lld of them made in %lld ms", n, n - began,
	       tw_now_ms() - start);
	return n;
}

FIXTURE(scale) {
	long long inode;
	int gen;
	int ns[2];	/* init's and the population's */
};

FIXTURE_SETUP(scale)
{
	ASSERT_LE(0, shared_ns);
	self->gen = shared_gen;
	self->ns[0] = tw_ns_fd();
	self->ns[1] = shared_ns;
	ASSERT_LE(0, self->ns[0]);
	ASSERT_TRUE(tw_ns_wait(2));
	ASSERT_EQ(0, tw_ns_enter(shared_ns));
	self->inode = tw_ns_inode();
}

FIXTURE_TEARDOWN(scale)
{
}

/* Until the end of the test: what closed on their side is inbound now. */
static int serve(void)
{
	for (int i = 0; i < SERVERS; i++) {
		if (tw_listen(i % 2 ? TW_V6 : TW_V4, i % 2 ? "::" : "0.0.0.0",
			      PORT + i) < 0)
			return -1;
	}
	return 0;
}

/* All groups have their row. */
TEST_F_TIMEOUT(scale, groups_listed, 100)
{
	struct tw_file *f;

	ASSERT_EQ(LISTED, grow(self->gen, LISTED));
	ASSERT_EQ(0, serve());
	ASSERT_LE(LISTED, tw_cap("tuples_max"));
	f = tw_load("tuples");
	ASSERT_NE(NULL, f);
	EXPECT_EQ(1, tw_get(f, "complete"));
	EXPECT_EQ(LISTED, tw_get(f, "groups"));
	EXPECT_EQ(LISTED, tw_get(f, "tw"));
	EXPECT_EQ(0, tw_tuples_diff(self->ns, 2));
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
	tw_sort(ns, RUNS);
	return ns[RUNS / 2];
}

/*
 * Programs are compared as one finds each that reads every second: in runs right
 * after one another, in the same boot.  What else the host does can only make a
 * run longer, and did so for seconds on end: of each program the shortest run of
 * a few rounds counts, and the medians of each round are told.  What they take
 * with what the other one left in the caches is told and not judged: this CPU is
 * an emulated one, in which the walk's prefetches do nothing.
 */
TEST_F_TIMEOUT(scale, fast, 300)
{
	char *const ss[] = { "ss", "-tan", "state", "time-wait", NULL };
	char *const cat[] = { "cat", TW_DIR "summary", NULL };
	long long ss_ns[RUNS], cat_ns[RUNS], ss_ms, cat_ms;
	long long ss_best = LLONG_MAX, cat_best = LLONG_MAX;

	if (tw_slow() > 1)
		SKIP(return, "times in a kernel that looks for bugs tell nothing");
	ASSERT_EQ(TIMED, grow(self->gen, TIMED));
	for (int i = 0; i < ROUNDS; i++) {
		ss_ms = median_of(ss, ss_ns);
		cat_ms = median_of(cat, cat_ns);
		ASSERT_LT(0, ss_ms);
		ASSERT_LT(0, cat_ms);
		TH_LOG("ss -tan state time-wait: %.1f ms (%.1f to %.1f)",
		       ss_ms / 1e6, ss_ns[0] / 1e6, ss_ns[RUNS - 1] / 1e6);
		TH_LOG("cat summary: %.1f ms (%.1f to %.1f), of which the pass %.1f",
		       cat_ms / 1e6, cat_ns[0] / 1e6, cat_ns[RUNS - 1] / 1e6,
		       tw_get(tw_load("summary"), "pass_ns") / 1e6);
		TH_LOG("%.1f times as fast", (double)ss_ms / cat_ms);
		ss_best = ss_ns[0] < ss_best ? ss_ns[0] : ss_best;
		cat_best = cat_ns[0] < cat_best ? cat_ns[0] : cat_best;
		if (RATIO * cat_best <= ss_best)
			break;
	}
	EXPECT_LE(RATIO * cat_best, ss_best);

	for (int i = 0; i < RUNS; i++) {
		ss_ns[i] = time_of(ss);
		cat_ns[i] = time_of(cat);
	}
	tw_sort(ss_ns, RUNS);
	tw_sort(cat_ns, RUNS);
	TH_LOG("in turn: %.1f ms and %.1f ms, %.1f times", ss_ns[RUNS / 2] / 1e6,
	       cat_ns[RUNS / 2] / 1e6,
	       (double)ss_ns[RUNS / 2] / cat_ns[RUNS / 2]);
	/* It was all of them to the end. */
	EXPECT_EQ(TIMED, tw_sockstat());
}

/* Every file has them all: none twice, none forgotten. */
TEST_F_TIMEOUT(scale, exact, 250)
{
	struct tw_count c;
	struct tw_file *f;
	size_t rows;
	int row;

	ASSERT_EQ(ALL, grow(self->gen, ALL));
	ASSERT_EQ(0, tw_count_diag(&c));
	EXPECT_EQ(ALL / 2, c.n[TW_TW][TW_V4]);
	EXPECT_EQ(ALL / 2, c.n[TW_TW][TW_V6]);

	f = tw_load("summary");
	ASSERT_NE(NULL, f);
	EXPECT_EQ(0, tw_inexact(f));
	EXPECT_EQ(ALL, tw_get(f, "tw"));
	EXPECT_EQ(ALL / 2, tw_get(f, "tw_v4"));
	EXPECT_EQ(ALL / 2, tw_get(f, "tw_v6"));
	EXPECT_EQ(ALL, tw_get(f, "tw_kernel"));
	EXPECT_EQ(ALL, tw_get(f, "ehash_tw_nodes"));
	EXPECT_EQ(0, tw_get(f, "fw2"));
	EXPECT_GE(4 << 20, tw_get(f, "pass_bytes"));
	for (int k = 0; k < SERVERS; k++) {
		EXPECT_EQ(PORT + k, tw_getf(f, "port.%d.port", k));
		EXPECT_EQ(ALL / SERVERS / 2, tw_getf(f, "port.%d.tw", k));
	}

	f = tw_load("netns");
	row = tw_row(f, "netns", self->inode);
	EXPECT_EQ(0, tw_inexact(f));
	EXPECT_EQ(ALL / 2, tw_cell(f, row, "tw_v4"));
	EXPECT_EQ(ALL / 2, tw_cell(f, row, "tw_v6"));
	EXPECT_EQ(ALL, tw_cell(f, row, "tw_kernel"));

	f = tw_load("ehash_buckets");
	EXPECT_EQ(0, tw_inexact(f));
	EXPECT_EQ(ALL, tw_sum(f, "tw"));
	EXPECT_EQ(ALL, tw_get(f, "tw"));

	f = tw_load("deathrow");
	EXPECT_EQ(0, tw_inexact(f));
	EXPECT_EQ(ALL, tw_sum(f, "tw") + tw_get(f, "unarmed") +
		  tw_get(f, "unplaced"));

	f = tw_load("bind_buckets");
	EXPECT_EQ(0, tw_inexact(f));
	EXPECT_EQ(ALL, tw_sum_by(f, "tw", "netns", self->inode, &rows));
	EXPECT_EQ(0, tw_get(f, "join_overflow"));
	for (int k = 0; k < SERVERS; k++) {
		EXPECT_EQ(ALL / SERVERS / 2,
			  tw_sum_by(f, "tw", "port", PORT + k, &rows));
		EXPECT_EQ(1U, rows);
	}
}

/*
 * One group more, of hundreds of times as many sockets as others, all in one
 * sixth of the table: the first or the last one that a walk comes to.  What
 * chance puts elsewhere goes; from Linux 7.3 on a group fills buckets in a row,
 * and comes round to that sixth in the end.
 */
static long long make_heavy(int gen, bool last)
{
	struct tw_conn conn = { .family = TW_V4, .port = HEAVY };
	long long least = ALL / 400, n = 0;
	struct twgen_info info;
	unsigned int sixth;

	if (tw_gen_info(gen, &info))
		return -1;
	sixth = info.ehash_buckets / 6;
	for (int i = 0; i < 40 && n < least; i++) {
		if (tw_gen(gen, &conn, least) != least)
			return -1;
		n += least - (last ? tw_gen_drop_in(gen, HEAVY, 0, 5 * sixth) :
				     tw_gen_drop_in(gen, HEAVY, sixth, 0));
	}
	return n;
}

/* More groups than are counted: what is listed is exact, the rest is told. */
static void check_some(struct __test_metadata *_metadata,
		       struct tw_groups *ss, long long sockets,
		       bool is_heavy_late, long long heavy)
{
	struct tw_groups tuples = {};
	struct tw_file *f = tw_load("tuples");
	long long most, bytes;
	size_t last;

	ASSERT_NE(NULL, f);
	last = f->nrows - 1;
	EXPECT_EQ(0, tw_get(f, "complete"));
	EXPECT_EQ(sockets, tw_get(f, "tw"));
	EXPECT_EQ(sockets, tw_get(f, "sockets"));
	EXPECT_STREQ("other", tw_text(f, last, "side"));
	EXPECT_STREQ("*", tw_text(f, last, "local"));
	EXPECT_STREQ("*", tw_text(f, last, "remote"));
	EXPECT_STREQ("*", tw_text(f, last, "fixed"));
	EXPECT_EQ(0, tw_cell(f, last, "netns"));
	EXPECT_EQ(0, tw_cell(f, last, "cookie"));
	EXPECT_EQ(-1, tw_cell(f, last, "capacity"));
	EXPECT_EQ(0, tw_cell(f, last, "live"));
	ASSERT_EQ(0, tw_tuples_groups(f, &tuples));
	EXPECT_EQ(0, tw_tuples_keys_diff(f, &tuples));
	EXPECT_LE(tw_cap("tuples_max"), tw_get(f, "groups"));

	/* The heavy one is the first row, with its exact number. */
	EXPECT_EQ(0, tw_tuples_row(f, TW_OUTBOUND, LOOP, LOOP, HEAVY, 0));
	EXPECT_EQ(heavy, tw_cell(f, 0, "tw"));
	if (is_heavy_late) {
		EXPECT_LE(1, tw_get(f, "recounted"));
	}

	EXPECT_EQ(0, tw_groups_diff_some(ss, &tuples, &most));
	EXPECT_LE(most, tw_get(f, "unlisted_max"));
	bytes = tw_cap("tuples_bytes_max") +
		400 * tw_get(tw_load("summary"), "netns");
	EXPECT_GE(bytes, tw_get(f, "pass_bytes"));
	TH_LOG("%lld groups listed, %lld recounted, unlisted_max %lld, %lld bytes, %lld ms",
	       tw_get(f, "groups"), tw_get(f, "recounted"),
	       tw_get(f, "unlisted_max"), tw_get(f, "pass_bytes"),
	       tw_get(f, "pass_ns") / 1000000);
	tw_groups_free(&tuples);
	tw_free(f);
}

/* Of what ss has listed, only this one changes. */
static struct tw_group *find_heavy(const struct tw_groups *ss)
{
	for (size_t i = 0; i < ss->n; i++) {
		if (ss->g[i].port == HEAVY)
			return &ss->g[i];
	}
	return NULL;
}

TEST_F_TIMEOUT(scale, groups_unlisted, 250)
{
	struct tw_groups ss = {};
	long long heavy;

	ASSERT_EQ(ALL, grow(self->gen, ALL));
	ASSERT_EQ(0, serve());
	/* The table is full before the last sixth. */
	ASSERT_GT(ALL * 5 / 6, tw_cap("tuples_max"));
	for (int late = 1; late >= 0; late--) {
		heavy = make_heavy(self->gen, late);
		EXPECT_LE(ALL / 400, heavy);
		ASSERT_EQ(ALL + heavy, tw_gen_hold(self->gen, 0));
		if (late) {
			ASSERT_EQ(0, tw_ss_groups(&ss));
		}
		EXPECT_EQ(ALL + 1, (long long)ss.n);
		ASSERT_NE(NULL, find_heavy(&ss));
		if (!late)
			find_heavy(&ss)->tw = heavy;
		EXPECT_EQ(ALL + heavy, tw_groups_sockets(&ss));
		check_some(_metadata, &ss, ALL + heavy, late, heavy);
		/* It was all of them to the end. */
		EXPECT_EQ(ALL + heavy, tw_sockstat());
		ASSERT_EQ(heavy, tw_gen_drop(self->gen, HEAVY));
	}
	tw_groups_free(&ss);
}

TEST_HARNESS_MAIN
