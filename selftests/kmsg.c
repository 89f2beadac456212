// SPDX-License-Identifier: GPL-2.0
/*
 * kmsg - the kernel's log since the runner began, which is read last: nothing
 * in it, of whatever level, but what the tests are known to make the kernel say.
 */
#include <errno.h>
#include <fcntl.h>

#include "kselftest_harness.h"
#include "twlib.h"

/* What run_kselftest.sh writes when it begins. */
#define BEGIN	"kselftest: Running tests in "

/*
 * KCSAN's report of two places that race, up to the next line of "=".  The
 * kernel has races of its own; one of the module's is told by a frame of it.
 */
static const char race[] = "BUG: KCSAN: data-race in ";

/*
 * But for the two ends of the kernel's clock, whoever asks for the time: qemu/verdict
 * says why KCSAN takes them for a race.
 */
static const char clock_read[] = "ktime_get";
static const char clock_update[] = " / timekeeping_update_from_shadow";
static const char *const worse[] = { "WARNING:", "BUG: ", "Oops", "Call Trace" };
static bool in_race, in_clock;

/*
 * Nothing to complain of.  Where the host takes the emulated CPU away within a
 * timer interrupt that takes long, and one clock seems to be faster than another:
 * nothing of the module runs in there.
 */
static const char *const harmless[] = {
	"hrtimer: interrupt took ", "clocksource: ", "TSC found unstable",
	"tsc: Marking TSC unstable", "sched_clock: Marking unstable",
	"module verification failed", "loading out-of-tree module",
	"ip_local_port_range: prefer different parity",
	/* faults, where it fails to load the module */
	"twinspect: cannot create twinspect", "debugfs: out of free dentries",
};

static bool has_one_of(const char *text, const char *const *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (strstr(text, list[i]))
			return true;
	}
	return false;
}

static bool is_bad(int level __attribute__((unused)), const char *text)
{
	if (!strncmp(text, race, strlen(race))) {
		in_race = true;
		text += strlen(race);
		in_clock = !strncmp(text, clock_read, strlen(clock_read)) &&
			   strstr(text, clock_update);
		return !!strstr(text, "[twinspect]");
	}
	if (!strncmp(text, "=====", 5)) {
		in_race = false;
		in_clock = false;
		return false;
	}
	/* A frame. */
	if (in_clock && text[0] == ' ' && strstr(text, "+0x"))
		return false;
	/* Not what another CPU says meanwhile. */
	if (in_race && !has_one_of(text, worse, sizeof(worse) / sizeof(worse[0])))
		return !!strstr(text, "[twinspect]");
	return !has_one_of(text, harmless,
			   sizeof(harmless) / sizeof(harmless[0]));
}

/* Kernel records after the one that has @begin; -1 if it is not there. */
static int check(const char *begin, bool (*is_bad)(int, const char *))
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	unsigned int prefix;
	int found = -1;
	char buf[8192], *text;
	ssize_t n;

	if (fd < 0)
		return tw_fail("/dev/kmsg");
	/* EPIPE: records were overwritten before they were read. */
	while ((n = read(fd, buf, sizeof(buf) - 1)) > 0 || errno == EPIPE) {
		if (n <= 0)
			continue;
		buf[n] = '\0';
		buf[strcspn(buf, "\n")] = '\0';
		text = strchr(buf, ';');
		if (!text || sscanf(buf, "%u,", &prefix) != 1)
			continue;
		if (!strncmp(++text, begin, strlen(begin)))
			found = 0;
		else if (found >= 0 && is_bad(prefix & 7, text) && ++found)
			tw_log("kmsg: %s", text);
	}
	close(fd);
	return found;
}

TEST(quiet)
{
	EXPECT_EQ(0, check(BEGIN, is_bad));
}

static bool is_ours(int level, const char *text)
{
	return level == 6 && !strcmp(text, "twinspect kmsg test: this one");
}

/* It finds what it looks for: here, a line that it writes itself. */
TEST(not_blind)
{
	EXPECT_TRUE(is_bad(6, "rcu: INFO: rcu_preempt self-detected stall"));
	EXPECT_TRUE(is_bad(4, "twinspect: anything"));
	EXPECT_TRUE(is_bad(3, " twi_walk+0x1/0x2 [twinspect]"));
	EXPECT_TRUE(is_bad(6, "twinspect: anything"));
	EXPECT_FALSE(is_bad(3, "BUG: KCSAN: data-race in tcp_poll / tcp_reset"));
	EXPECT_FALSE(is_bad(3, " tcp_poll+0x1/0x2"));
	EXPECT_TRUE(is_bad(3, " twi_walk+0x1/0x2 [twinspect]"));
	EXPECT_FALSE(is_bad(3, "====="));
	EXPECT_TRUE(is_bad(3, " tcp_poll+0x1/0x2"));
	EXPECT_FALSE(is_bad(3, "BUG: KCSAN: data-race in ktime_get"
				" / timekeeping_update_from_shadow"));
	EXPECT_FALSE(is_bad(3, " twi_report_get+0x1/0x2 [twinspect]"));
	EXPECT_TRUE(is_bad(4, "WARNING: twi_walk+0x1/0x2 [twinspect]"));
	EXPECT_FALSE(is_bad(3, "====="));
	EXPECT_TRUE(is_bad(3, " twi_report_get+0x1/0x2 [twinspect]"));
	EXPECT_FALSE(is_bad(3, "BUG: KCSAN: data-race in hash_ptr_find"
				" / timekeeping_update_from_shadow"));
	EXPECT_TRUE(is_bad(3, " twi_report_get+0x1/0x2 [twinspect]"));
	EXPECT_FALSE(is_bad(3, "====="));
	EXPECT_FALSE(is_bad(4, "x: loading out-of-tree module taints kernel"));
	ASSERT_EQ(0, tw_write("/dev/kmsg",
			      "<6>twinspect kmsg test: begins\n"));
	ASSERT_EQ(0, tw_write("/dev/kmsg",
			      "<6>twinspect kmsg test: this one\n"));
	EXPECT_EQ(1, check("twinspect kmsg test: begins", is_ours));
	EXPECT_EQ(-1, check("twinspect kmsg test: never written", is_ours));
}

TEST_HARNESS_MAIN
