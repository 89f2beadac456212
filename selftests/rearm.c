// SPDX-License-Identifier: GPL-2.0
/*
 * rearm - the death row while every timer in it is armed anew, as fast as the
 * kernel can: nobody is lost from it.
 *
 * This is also where a kernel with KCSAN has the best chance to see a read of
 * the walk's that may be torn: the same words are read and written all the time.
 */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "twlib.h"

#define PORT	5000
#define SOCKS	300
#define KCSAN	"/sys/module/kcsan/parameters/"

/*
 * KCSAN looks at one access in skip_watch, for udelay_task us: here few are worth
 * it, so it has to look more often, and longer.
 */
struct watch {
	long long skip, delay;
};

static int watch_set(const struct watch *watch)
{
	char skip[32], delay[32];

	snprintf(skip, sizeof(skip), "%lld", watch->skip);
	snprintf(delay, sizeof(delay), "%lld", watch->delay);
	return tw_write(KCSAN "skip_watch", skip) ||
	       tw_write(KCSAN "udelay_task", delay);
}

FIXTURE(rearm) {
	struct watch watch;
	bool watched;
	pid_t pid;
};

/* Arms all timers again, for ever. */
static void arm(void)
{
	int gen = tw_gen_open();

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (tw_gen_hold(gen, PORT) == SOCKS)
		;
	_exit(1);
}

FIXTURE_SETUP(rearm)
{
	struct tw_conn conn = { .family = TW_V4, .port = PORT };
	int gen = tw_gen_open();

	ASSERT_LE(0, gen);
	ASSERT_LE(0, tw_ns_new());
	ASSERT_EQ(SOCKS, tw_gen(gen, &conn, SOCKS));
	ASSERT_TRUE(tw_wait_sockstat(SOCKS));
	self->pid = fork();
	if (!self->pid)
		arm();
	self->watched = !access(KCSAN "skip_watch", W_OK);
	if (self->watched) {
		self->watch.skip = tw_read_number(KCSAN "skip_watch");
		self->watch.delay = tw_read_number(KCSAN "udelay_task");
		ASSERT_EQ(0, watch_set(&(struct watch) { 300, 300 }));
	}
}

FIXTURE_TEARDOWN(rearm)
{
	kill(self->pid, SIGKILL);
	waitpid(self->pid, NULL, 0);
	if (self->watched)
		EXPECT_EQ(0, watch_set(&self->watch));
}

/*
 * Each socket is in a batch, or was met when its timer was on its way from one
 * to another.
 */
TEST_F_TIMEOUT(rearm, deathrow, 60)
{
	long long end = tw_now_ms() + 10000 * tw_slow();
	long long reads = 0, moved = 0, apart;
	struct tw_file *f;

	while (tw_now_ms() < end) {
		f = tw_load("deathrow");
		ASSERT_NE(NULL, f);
		ASSERT_EQ(SOCKS, tw_get(f, "tw"));
		apart = tw_get(f, "unarmed") + tw_get(f, "unplaced");
		ASSERT_EQ(SOCKS, tw_sum(f, "tw") + apart);
		ASSERT_EQ(0, tw_inexact(f));
		moved += apart != 0;
		reads++;
		tw_free(f);
	}
	TH_LOG("%lld reads, %lld of timers on their way", reads, moved);
	EXPECT_LE(20, reads);
	/* Or nobody armed any. */
	EXPECT_EQ(0, waitpid(self->pid, NULL, WNOHANG));
}

TEST_HARNESS_MAIN
