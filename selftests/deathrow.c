// SPDX-License-Identifier: GPL-2.0
/*
 * deathrow - when minisockets will die, checked by watching them die; which
 * CPU's timer wheel they are on; and the log of the last minute's closings.
 */
#include <sched.h>
#include <time.h>

#include "kselftest_harness.h"
#include "twlib.h"

#define PORT	5000

/* How much later than predicted a batch may be seen to go, and earlier. */
#define LATE_MS		500
#define EARLY_MS	30

static long long real_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* Minisockets in batches that are due before @ms after the pass. */
static long long due_before(const struct tw_file *f, long long ms)
{
	long long sum = 0;
	size_t i;

	for (i = 0; i < f->nrows; i++) {
		if (tw_cell(f, i, "fires_ms") < ms)
			sum += tw_cell(f, i, "tw") + tw_cell(f, i, "fw2");
	}
	return sum;
}

static long long last_due(const struct tw_file *f)
{
	return f->nrows ? tw_cell(f, f->nrows - 1, "fires_ms") : 0;
}

/*
 * Read sockstat until nothing is left.  At every moment as many are left as
 * are in batches that are not due yet, give or take the batch that is being
 * fired.  Returns the number of moments when it was otherwise.
 */
static int watch(const struct tw_file *f, long long all)
{
	long long start = tw_get(f, "time_ns") / 1000000;
	long long now = 0, left = all, most, least, before = all;
	int wrong = 0;

	while (left && now < last_due(f) + 3000) {
		now = real_ms() - start;
		left = tw_sockstat();
		most = all - due_before(f, now - LATE_MS);
		least = all - due_before(f, real_ms() - start + EARLY_MS);
		if (left != before)
			tw_log("after %lld ms %lld are left", now, left);
		before = left;
		if (left > most || left < least) {
			tw_log("after %lld ms %lld are left, not %lld to %lld",
			       now, left, least, most);
			wrong++;
		}
		tw_sleep_ms(20);
	}
	return left ? -1 : wrong;
}

/* Rows in order, their steps those of their levels. */
static int rows_wrong(const struct tw_file *f, const struct twgen_info *info)
{
	long long last = LLONG_MIN, step;
	int wrong = 0;
	size_t i;

	for (i = 0; i < f->nrows; i++) {
		wrong += tw_cell(f, i, "fires_ms") < last;
		last = tw_cell(f, i, "fires_ms");
		step = 1LL << 3 * tw_cell(f, i, "level");
		wrong += tw_cell(f, i, "step_ms") != step * 1000 / info->hz;
		wrong += tw_cell(f, i, "tw") + tw_cell(f, i, "fw2") <= 0;
	}
	return wrong;
}

/*
 * The level that kernel/time/timer.c puts a timeout on: 64 slots a level, each
 * level 8 times as coarse as the one below.
 */
static int level_of(long long ticks)
{
	int level = 0;

	while (ticks >= 63LL << 3 * level)
		level++;
	return level;
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

FIXTURE(deathrow) {
	struct tw_conn conn;
	struct twgen_info info;
	int gen;
};

FIXTURE_SETUP(deathrow)
{
	self->gen = tw_gen_open();
	ASSERT_LE(0, self->gen);
	ASSERT_EQ(0, tw_gen_info(self->gen, &self->info));
	ASSERT_TRUE(tw_ns_wait(1));
	ASSERT_LE(0, tw_ns_new());
	self->conn = (struct tw_conn) { .family = TW_V4, .port = PORT };
}

FIXTURE_TEARDOWN(deathrow)
{
}

/* Each minisocket is in one row, or counted as one without a place. */
TEST_F(deathrow, sums)
{
	struct tw_file *f;
	int ends[30];

	ASSERT_EQ(200, tw_make(&self->conn, 200));
	ASSERT_EQ(30, tw_make_fw2(&self->conn, 30, ends));
	ASSERT_TRUE(tw_wait_sockstat(230));
	f = tw_load("deathrow");
	ASSERT_NE(NULL, f);
	EXPECT_EQ(0, tw_inexact(f));
	EXPECT_EQ(200, tw_get(f, "tw"));
	EXPECT_EQ(30, tw_get(f, "fw2"));
	EXPECT_EQ(200, tw_sum(f, "tw"));
	EXPECT_EQ(30, tw_sum(f, "fw2"));
	EXPECT_EQ(0, tw_get(f, "unarmed"));
	EXPECT_EQ(0, tw_get(f, "unplaced"));
	EXPECT_EQ(0, tw_get(f, "overdue"));
	EXPECT_EQ(0, tw_get(f, "overdue_longest_ms"));
	EXPECT_EQ(self->info.hz, tw_get(f, "hz"));
	EXPECT_EQ(0, rows_wrong(f, &self->info));
}

/* Where the wheel puts 60 s, and how long they live at least and at most. */
TEST_F(deathrow, step)
{
	long long len = self->info.tw_len_ms, step;
	struct tw_file *f;
	int level;

	level = level_of(len * self->info.hz / 1000);
	step = (1000LL << 3 * level) / self->info.hz;
	EXPECT_EQ(step, tw_cap("tw_step_ms"));
	EXPECT_EQ(len, tw_cap("tw_len_ms"));
	EXPECT_EQ(self->info.hz, tw_cap("hz"));
	ASSERT_EQ(100, tw_make(&self->conn, 100));
	ASSERT_TRUE(tw_wait_sockstat(100));
	/* All timers armed now: none fires before its time. */
	ASSERT_EQ(100, tw_gen_hold(self->gen, 0));
	f = tw_load("deathrow");
	ASSERT_LT(0U, f->nrows);
	ASSERT_GE(2U, f->nrows);
	for (size_t i = 0; i < f->nrows; i++) {
		EXPECT_EQ(level, tw_cell(f, i, "level"));
		EXPECT_EQ(step, tw_cell(f, i, "step_ms"));
		EXPECT_LE(len - 1000, tw_cell(f, i, "fires_ms"));
		EXPECT_GE(len + step + 1000 / self->info.hz,
			  tw_cell(f, i, "fires_ms"));
	}
	EXPECT_EQ(100, tw_sum(f, "tw"));
}

/* The wheel of the CPU on which the last FIN arrived. */
TEST_F(deathrow, cpu)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct tw_file *f;

	if (cpus < 2)
		SKIP(return, "one CPU is not enough");
	for (int cpu = 0; cpu < 2; cpu++) {
		pin(cpu);
		ASSERT_EQ(40 + cpu, tw_make(&self->conn, 40 + cpu));
	}
	ASSERT_TRUE(tw_wait_sockstat(81));
	f = tw_load("deathrow");
	EXPECT_EQ(40, tw_sum_by(f, "tw", "cpu", 0, NULL));
	EXPECT_EQ(41, tw_sum_by(f, "tw", "cpu", 1, NULL));
}

struct group {
	long long first, last;	/* when its sockets were closed */
	int n;
};

/* The seconds of age that its sockets may be in at @now, from @g->last's on. */
static int youngest(const struct group *g, long long now)
{
	return (now - g->last) / 1000;
}

static int oldest(const struct group *g, long long now)
{
	return (now - g->first) / 1000;
}

static long long closed_in(const struct tw_file *f, int from, int to)
{
	long long sum = 0;

	for (; from <= to; from++)
		sum += tw_getf(f, "closed.%d", from);
	return sum;
}

/*
 * What was closed when.  A group whose ages straddle a second is in two of them:
 * the file is read again, a little later, until none does; where that can't be,
 * as it took long to make them, it is in both together.
 */
TEST_F_TIMEOUT(deathrow, closings, 60)
{
	struct group g[3] = {{ .n = 10 }, { .n = 20 }, { .n = 30 }};
	struct tw_file *f = NULL;
	long long start = tw_now_ms(), now;
	int ends[7], straddle;

	ASSERT_EQ(7, tw_make_fw2(&self->conn, 7, ends));
	for (int i = 0; i < 3; i++) {
		tw_sleep_until_ms(start + 2000 * i);
		g[i].first = real_ms();
		ASSERT_EQ(g[i].n, tw_make(&self->conn, g[i].n));
		/* a jiffy is the best that a timer knows */
		g[i].last = real_ms() + 1000 / self->info.hz;
		g[i].first -= 1000 / self->info.hz;
	}
	ASSERT_TRUE(tw_wait_sockstat(67));
	tw_sleep_until_ms(start + 6400);
	for (int try = 0; try < 20; try++) {
		tw_free(f);
		f = tw_load("deathrow");
		ASSERT_NE(NULL, f);
		now = tw_get(f, "time_ns") / 1000000;
		straddle = 0;
		for (int i = 0; i < 3; i++)
			straddle += youngest(&g[i], now) != oldest(&g[i], now);
		if (!straddle)
			break;
		tw_sleep_ms(130);
	}
	TH_LOG("%d of 3 groups are in more than one second", straddle);
	for (int i = 0; i < 3; i++) {
		/* no second is another group's too */
		if (i) {
			ASSERT_LT(oldest(&g[i], now), youngest(&g[i - 1], now));
		}
		EXPECT_EQ(g[i].n, closed_in(f, youngest(&g[i], now),
					    oldest(&g[i], now)));
	}
	EXPECT_EQ(60, closed_in(f, 0, 64));
	EXPECT_EQ(0, tw_get(f, "closed_older"));
}

/* From the timer, it is the time since it was last armed; else it is not. */
TEST_F(deathrow, rearmed)
{
	struct tw_file *f;

	ASSERT_EQ(50, tw_make(&self->conn, 50));
	ASSERT_TRUE(tw_wait_sockstat(50));
	tw_sleep_ms(2500);
	ASSERT_EQ(50, tw_gen_hold(self->gen, 0));
	f = tw_load("deathrow");
	if (tw_cap("has_entry_stamp") == 1) {
		EXPECT_EQ(0, tw_get(f, "closed.0") + tw_get(f, "closed.1"));
		EXPECT_EQ(50, tw_get(f, "closed.2") + tw_get(f, "closed.3"));
	} else {
		EXPECT_EQ(50, tw_get(f, "closed.0"));
	}
}

/* The first and the last of the batches that have any of @column. */
static long long due_first(const struct tw_file *f, const char *column)
{
	size_t i = 0;

	while (i < f->nrows && !tw_cell(f, i, column))
		i++;
	return i < f->nrows ? tw_cell(f, i, "fires_ms") : -1;
}

static long long due_last(const struct tw_file *f, const char *column)
{
	size_t i = f->nrows;

	while (i && !tw_cell(f, i - 1, column))
		i--;
	return i ? tw_cell(f, i - 1, "fires_ms") : -1;
}

/*
 * Sockets that were closed over 6 s die in batches, a step apart, and nothing
 * arms a timer again here; FIN-WAIT-2 minisockets, which have another timeout,
 * die by it while these are waited for.
 */
TEST_F_TIMEOUT(deathrow, die, 120)
{
	long long start = tw_now_ms();
	struct tw_file *f;
	int ends[60];

	for (int i = 0; i < 12; i++) {
		tw_sleep_until_ms(start + 500 * i);
		ASSERT_EQ(50, tw_make(&self->conn, 50));
	}
	for (int i = 0; i < 3; i++) {
		ASSERT_EQ(0, tw_sysctl("net/ipv4/tcp_fin_timeout", 4 + 3 * i));
		ASSERT_EQ(20, tw_make_fw2(&self->conn, 20, ends + 20 * i));
	}
	ASSERT_TRUE(tw_wait_sockstat(660));
	f = tw_load("deathrow");
	ASSERT_NE(NULL, f);
	EXPECT_EQ(600, tw_sum(f, "tw"));
	EXPECT_EQ(60, tw_sum(f, "fw2"));
	EXPECT_EQ(0, rows_wrong(f, &self->info));
	/* three batches, or it is no test of them */
	ASSERT_LE(2 * tw_cap("tw_step_ms") - 10,
		  due_last(f, "tw") - due_first(f, "tw"));
	EXPECT_LT(due_first(f, "fw2"), 7000);
	EXPECT_GE(12000, due_last(f, "fw2"));
	EXPECT_LE(9000, due_last(f, "fw2"));
	EXPECT_EQ(0, watch(f, 660));
}

TEST_HARNESS_MAIN
