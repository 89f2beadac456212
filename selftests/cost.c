// SPDX-License-Identifier: GPL-2.0
/*
 * cost - how many ports connect() looks at before it has one: counted in the
 * kernel, search by search, against what tuples says; and the time that it takes
 * goes with that.  Times are compared with each other and with no clock, as an
 * emulated CPU may be thirty times slower than another.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "twlib.h"
#include "twports.h"

#define TRACING	"/sys/kernel/tracing/"
#define OTHER	50000	/* ports for searches that only move the next one */

static bool names_recorded;	/* record-cmd was on before the probe */

static void probe_stop(void)
{
	if (access(TRACING "events/twinspect/probe/enable", F_OK))
		return;
	tw_write(TRACING "events/twinspect/probe/enable", "0");
	tw_write(TRACING "kprobe_events", "-:twinspect/probe");
	if (names_recorded)
		tw_write(TRACING "options/record-cmd", "1");
	names_recorded = false;
}

/*
 * Every port that a search finds in TIME-WAIT is a call of tcp_twsk_unique(),
 * which nothing else calls here.
 *
 * With record-cmd, an event that is turned on has the tracer note the names of
 * tasks at each switch, and the kernel patches __schedule() for it.  QEMU's TCG
 * (7.2, a thread for each CPU) can keep the translation of an instruction that
 * another CPU has just patched: a CPU then takes the breakpoint of text_poke_bp()
 * for ever, with interrupts off, and the guest ends in a soft lockup.
 * qemu/tests/tcg-patching shows it without twinspect.
 */
static int probe_start(void)
{
	int fd = open(TRACING "kprobe_events", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	close(fd);
	probe_stop();	/* what a test left that was cut short */
	names_recorded = tw_read_number(TRACING "options/record-cmd") == 1;
	if (names_recorded && tw_write(TRACING "options/record-cmd", "0"))
		return -2;
	return tw_write(TRACING "kprobe_events",
			"p:twinspect/probe tcp_twsk_unique") ||
	       tw_write(TRACING "events/twinspect/probe/enable", "1") ? -2 : 0;
}

/* Calls up to now. */
static long long probe_hits(void)
{
	FILE *f = fopen(TRACING "kprobe_profile", "re");
	long long hits = -1;
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		sscanf(line, " probe %lld", &hits);
	if (f)
		fclose(f);
	return hits;
}

/* A range, of which nothing but one port is not reserved. */
static int only_port(int low, int size, int at)
{
	char text[64] = "\n";

	if (at == 0)
		snprintf(text, sizeof(text), "%d-%d", low + 1, low + size - 1);
	else if (at == size - 1)
		snprintf(text, sizeof(text), "%d-%d", low, low + at - 1);
	else
		snprintf(text, sizeof(text), "%d-%d,%d-%d", low, low + at - 1,
			 low + at + 1, low + size - 1);
	return tw_sysctl_text("net/ipv4/ip_local_reserved_ports", text);
}

/* A connection that leaves nothing; false where no port is left. */
static bool connect_once(const struct tw_dest *d)
{
	int client, server;

	if (tw_pair(&d->conn, d->listener, &client, &server))
		return false;
	tw_abort(client, server);
	return true;
}

/*
 * The next search shall start at @offset.  A destination's searches start where
 * the last one ended, and two ports on, counted from the range's first port
 * whatever that is; so let one end where it should, in a range of the same size
 * where there is but one port.  Where it has less than eight steps to go, the
 * kernel adds some of its own: therefore the first one of two.
 */
static int steer(const struct tw_dest *d, int offset)
{
	int size = d->ports.high - d->ports.low + 1;
	int length = tw_ports_length(&d->ports);
	int at = (offset + length - 2) % length, first;

	/* Of an odd range, all starts but 0 come to the last port instead. */
	if (!at && size % 2)
		at = length;
	first = at < length / 2 ? length / 4 * 3 : length / 4;
	if (tw_ports_range(OTHER, OTHER + size - 1) ||
	    only_port(OTHER, size, first & ~1) || !connect_once(d) ||
	    only_port(OTHER, size, at) || !connect_once(d))
		return -1;
	return tw_ports_range(d->ports.low, d->ports.high);
}

FIXTURE(counted) {
	struct tw_dest d;
	const char *reserved;
};

FIXTURE_VARIANT(counted) {
	int size;
	int level[4];
	bool reserved;
};

FIXTURE_VARIANT_ADD(counted, even) {
	.size = 200, .level = { 40, 100, 150, 190 }
};

FIXTURE_VARIANT_ADD(counted, odd) {
	.size = 99, .level = { 30, 50, 80, 97 }
};

FIXTURE_VARIANT_ADD(counted, reserved) {
	.size = 150, .level = { 10, 60, 100, 118 }, .reserved = true
};

FIXTURE_SETUP(counted)
{
	struct tw_dest *d = &self->d;

	ASSERT_EQ(0, tw_dest_init(d, TW_V4, NULL, variant->size));
	self->reserved = "\n";
	if (variant->reserved) {
		self->reserved = "40011-40030,40077,40100-40108";
		tw_ports_set(&d->ports, 40011, 40030, TW_PORT_RESERVED);
		tw_ports_set(&d->ports, 40077, 40077, TW_PORT_RESERVED);
		tw_ports_set(&d->ports, 40100, 40108, TW_PORT_RESERVED);
	}
}

FIXTURE_TEARDOWN(counted)
{
	probe_stop();
}

/*
 * The kernel draws new starts for all destinations every 10 s of its jiffies
 * (EPHEMERAL_PORT_SHUFFLE_PERIOD): this is another number then.
 */
static long long shuffle(const struct tw_dest *d)
{
	struct twgen_info info;

	if (tw_gen_info(d->gen, &info))
		return -1;
	return info.jiffies / (10 * info.hz);
}

/*
 * Calls in the search from @offset, -1 on error.  One that was not steered, as
 * the starts were drawn anew meanwhile, is made again.
 */
static long long count_search(const struct tw_dest *d, const char *reserved,
			      int offset)
{
	long long hits, before;

	for (int tries = 0; tries < 10; tries++) {
		before = shuffle(d);
		if (before < 0 || steer(d, offset) ||
		    tw_sysctl_text("net/ipv4/ip_local_reserved_ports",
				   reserved))
			return -1;
		hits = probe_hits();
		connect_once(d);
		hits = probe_hits() - hits;
		if (shuffle(d) == before)
			return hits;
		tw_log("from %d: new starts, once more", offset);
	}
	tw_log("from %d: a search takes 10 s", offset);
	return -1;
}

/* What the searches from each start that there is come to, all together. */
struct count {
	long long least, most, sum, starts, wrong;
};

static int count_searches(const struct tw_dest *d, const char *reserved,
			  struct count *c)
{
	static struct tw_ports ports;
	int length = tw_ports_length(&d->ports), offset;

	memset(c, 0, sizeof(*c));
	ports = d->ports;
	if (tw_ports_ss(&ports, d->local, d->remote, TW_DEST_PORT, 0,
			TW_PORT_TAKEN))
		return -1;
	for (offset = 0; offset < length; offset += 2, c->starts++) {
		long long hits = count_search(d, reserved, offset);

		if (hits < 0)
			return -1;
		if (hits != tw_ports_probes(&ports, offset) && !c->wrong++)
			tw_log("from %d: %lld, not %d", offset, hits,
			       tw_ports_probes(&ports, offset));
		c->sum += hits;
		if (!offset || hits < c->least)
			c->least = hits;
		if (hits > c->most)
			c->most = hits;
	}
	return 0;
}

TEST_F_TIMEOUT(counted, from_every_start, 120)
{
	struct tw_dest *d = &self->d;
	struct count c;
	int now = 0;

	switch (probe_start()) {
	case -1:
		SKIP(return, "no kprobe_events: CONFIG_KPROBE_EVENTS");
	case -2:
		ASSERT_TRUE(false);
	}
	for (int i = 0; i < 4; now = variant->level[i++]) {
		long long mean;

		ASSERT_EQ(0, tw_sysctl_text("net/ipv4/ip_local_reserved_ports",
					    self->reserved));
		ASSERT_EQ(variant->level[i] - now,
			  tw_dest_make_tw(d, variant->level[i] - now));
		ASSERT_TRUE(tw_wait_state(TW_TW, variant->level[i]));
		ASSERT_EQ(0, count_searches(d, self->reserved, &c));
		EXPECT_EQ(0, c.wrong);
		mean = tw_dest_cell(d, "probes_mean_milli");
		TH_LOG("%d of %d used: %lld to %lld ports from %lld starts, mean %.3f",
		       variant->level[i], variant->size, c.least, c.most,
		       c.starts, mean / 1e3);
		EXPECT_EQ(c.least, tw_dest_cell(d, "probes_least"));
		EXPECT_EQ(c.most, tw_dest_cell(d, "probes_most"));
		EXPECT_LE(1000 * c.sum / c.starts, mean);
		EXPECT_GE(1000 * c.sum / c.starts + 1, mean);
	}
}

#define ROUNDS	20
#define LEVELS	7
#define CALLS	20	/* a round and level */

/* A line through points, by least squares. */
struct line {
	double slope, start, correlation;
};

static struct line fit(const double *x, const double *y, int n)
{
	double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
	struct line line;
	int i;

	for (i = 0; i < n; i++) {
		mx += x[i] / n;
		my += y[i] / n;
	}
	for (i = 0; i < n; i++) {
		xx += (x[i] - mx) * (x[i] - mx);
		yy += (y[i] - my) * (y[i] - my);
		xy += (x[i] - mx) * (y[i] - my);
	}
	line.slope = xy / xx;
	line.start = my - line.slope * mx;
	/* squared: no need for a library */
	line.correlation = xy * xy / (xx * yy);
	return line;
}

/* Times of calls of connect(), of which nothing stays behind. */
struct times {
	long long ns[ROUNDS * CALLS];
	int n;
};

static int time_calls(const struct tw_dest *d, struct times *t)
{
	int client, server, len, i;
	union twgen_addr to;

	len = tw_addr(&to, TW_V4, d->conn.remote, TW_DEST_PORT);
	for (i = 0; i < CALLS; i++) {
		long long *ns = &t->ns[t->n++];

		client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		*ns = tw_now_ns();
		if (connect(client, (struct sockaddr *)&to, len))
			return tw_fail("connect");
		*ns = tw_now_ns() - *ns;
		server = accept(d->listener, NULL, NULL);
		if (server < 0)
			return tw_fail("accept");
		tw_abort(client, server);
	}
	return 0;
}

/*
 * Mean of the fastest tenth: something else was in the way of most, where the
 * guest's CPU has to share one.  They should be searches of one length.
 */
static double mean_ns(struct times *t)
{
	double sum = 0;
	int i;

	tw_sort(t->ns, t->n);
	for (i = 0; i < t->n / 10; i++)
		sum += t->ns[i];
	return sum / (t->n / 10);
}

FIXTURE(timed) {
	struct tw_dest d;
	struct times times[LEVELS];
};

FIXTURE_SETUP(timed)
{
}

FIXTURE_TEARDOWN(timed)
{
}

/* Whether the times are what a line over the numbers of ports would have. */
static void check_line(struct __test_metadata *_metadata, const double *probes,
		       struct times *times, double least)
{
	double ns[LEVELS];
	struct line line;

	for (int i = 0; i < LEVELS; i++) {
		ns[i] = mean_ns(&times[i]);
		TH_LOG("%.1f ports, %.1f us", probes[i], ns[i] / 1e3);
	}
	line = fit(probes, ns, LEVELS);
	TH_LOG("%.1f us and %.2f us a port, r squared %.3f", line.start / 1e3,
	       line.slope / 1e3, line.correlation);
	EXPECT_LT(0, line.slope);
	EXPECT_LT(least, line.correlation);
}

/*
 * Destinations that share a range, each of them more used than the last: one
 * whose searches find a port at once, and others for which most searches go
 * through one parity, and few any further.
 */
TEST_F_TIMEOUT(timed, filled, 200)
{
	static const int levels[LEVELS] = {
		10, 500, 600, 700, 750, 800, 850,
	};
	static char address[LEVELS][32];
	double probes[LEVELS];
	struct tw_dest *d = &self->d;
	long long sum = 0;

	if (tw_slow() > 1)
		SKIP(return, "times in a kernel that looks for bugs tell nothing");
	ASSERT_EQ(0, tw_dest_init(d, TW_V4, NULL, 1000));
	close(d->listener);
	for (int i = 0; i < LEVELS; i++) {
		snprintf(address[i], sizeof(address[i]), "127.4.0.%d", i + 1);
		d->conn.remote = address[i];
		ASSERT_EQ(levels[i], tw_gen(d->gen, &d->conn, levels[i]));
		sum += levels[i];
	}
	ASSERT_TRUE(tw_wait_state(TW_TW, sum));
	ASSERT_EQ(sum, tw_gen_hold(d->gen, 0));
	d->listener = tw_listen(TW_V4, "0.0.0.0", TW_DEST_PORT);
	ASSERT_LE(0, d->listener);
	/* In turns, so that whatever slows this down slows all of them down. */
	for (int i = 0; i < LEVELS * ROUNDS; i++) {
		d->conn.remote = address[i % LEVELS];
		ASSERT_EQ(0, time_calls(d, &self->times[i % LEVELS]));
	}
	for (int i = 0; i < LEVELS; i++) {
		d->remote = address[i];
		probes[i] = tw_dest_cell(d, "probes_mean_milli") / 1e3;
		EXPECT_EQ(levels[i], tw_dest_cell(d, "used"));
		if (i) {
			EXPECT_LT(probes[i - 1], probes[i]);
		}
	}
	check_line(_metadata, probes, self->times, 0.8);
}

/* All ports of one parity from @first on, in the form of a sysctl. */
static int reserve_from(int first, int high)
{
	static char text[4096];
	size_t len = 0;

	strcpy(text, "\n");
	for (; first <= high; first += 2)
		len += snprintf(text + len, sizeof(text) - len, "%d,", first);
	return tw_sysctl_text("net/ipv4/ip_local_reserved_ports", text);
}

/*
 * The ports of the first parity are used, those of the other one are free, and
 * of the first all but so many are reserved: these are looked at and no others,
 * wherever the search starts.
 */
TEST_F_TIMEOUT(timed, exactly, 200)
{
	const int size = 1200, used = size / 2, high = TW_DEST_LOW + size - 1;
	double probes[LEVELS];
	struct tw_dest *d = &self->d;

	if (tw_slow() > 1)
		SKIP(return, "times in a kernel that looks for bugs tell nothing");
	ASSERT_EQ(0, tw_dest_init(d, TW_V4, NULL, size));
	ASSERT_EQ(used, tw_dest_make_tw(d, used));
	ASSERT_TRUE(tw_wait_state(TW_TW, used));
	ASSERT_EQ(used, tw_gen_hold(d->gen, 0));
	EXPECT_EQ(0, tw_dest_cell(d, "free_first"));
	for (int i = 0; i < LEVELS * ROUNDS; i++) {
		int level = i % LEVELS, n = level * used / (LEVELS - 1);

		ASSERT_EQ(0, reserve_from(TW_DEST_LOW + 2 * n, high));
		if (i == level) {
			EXPECT_EQ(n, tw_dest_cell(d, "probes_least"));
			EXPECT_EQ(n, tw_dest_cell(d, "probes_most"));
			EXPECT_EQ(used, tw_dest_cell(d, "left"));
			probes[level] =
				tw_dest_cell(d, "probes_mean_milli") / 1e3;
			EXPECT_EQ(n, probes[level]);
		}
		ASSERT_EQ(0, time_calls(d, &self->times[level]));
	}
	check_line(_metadata, probes, self->times, 0.9);
}

TEST_HARNESS_MAIN
