// SPDX-License-Identifier: GPL-2.0
/*
 * Runs one pass for one file: which walks it takes, in which order,
 * and what their census counts.
 *
 * Owns the rule that there is one pass at a time in the whole module, and the
 * reports' lifetimes.  Touches no socket and prints nothing.
 */
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/sizes.h>
#include <linux/sort.h>
#include <linux/spinlock.h>
#include <net/tcp.h>

#include "alloc.h"
#include "compat.h"
#include "pass.h"

/*
 * Room in summary's counts: local ports that somebody bound, and remote ports.
 * 24 bytes and half as many free slots each, that is 1.2 and 0.6 MB at most,
 * and another 0.8 MB for the bind buckets: with the walk's stage (0.3 MB) below
 * 4 MiB.
 */
#define SUMMARY_PORTS		32768U
#define SUMMARY_RPORTS		16384U
/* Bind buckets that somebody bound, of which the side of a socket depends. */
#define TUPLES_BOUND		65536U

/* Held for a pass. */
static DEFINE_MUTEX(pass_mutex);

/* The last report of each file while somebody has it open, or NULL. */
static struct twi_report *pass_last[TWI_FILE_NR];

/* Protects pass_last and the reports' users; no pass is waited for under it. */
static DEFINE_SPINLOCK(pass_last_lock);

static const u32 file_wants[TWI_FILE_NR] = {
	[TWI_FILE_summary]	 = TWI_WANT_DIST | TWI_WANT_SIDES,
	[TWI_FILE_ehash_buckets] = TWI_WANT_BUCKETS,
	[TWI_FILE_deathrow]	 = TWI_WANT_WHEEL,
	[TWI_FILE_bind_buckets]	 = TWI_WANT_BINDS | TWI_WANT_PORTS,
	[TWI_FILE_tuples]	 = TWI_WANT_TUPLES,
	[TWI_FILE_netns]	 = TWI_WANT_NETNS,
};

static int resolve_l3mdev(const void *arg, u32 net, int dev)
{
	return twi_netns_l3mdev(arg, net, dev);
}

static int pass_ehash(struct twi_walk *walk, enum twi_walk_what what)
{
	u64 since = ktime_get_ns();
	int err = twi_walk_ehash(walk, what);

	walk->cost->ehash_ns += ktime_get_ns() - since;
	return err;
}

static int pass_summary(struct twi_report *report, struct twi_walk *walk)
{
	struct twi_census *c = &report->census;
	u64 since = ktime_get_ns();
	int err;

	c->bind_max = SUMMARY_PORTS;
	err = twi_walk_bound(walk);
	if (!err)
		err = twi_walk_bind2_lengths(walk);
	if (!err)
		err = twi_census_alloc_ports(c, c->binds, SUMMARY_RPORTS);
	if (!err)
		err = twi_walk_listeners(walk);
	walk->cost->bind_ns += ktime_get_ns() - since;
	if (err)
		return err;
	twi_census_bound(c);
	err = pass_ehash(walk, TWI_WALK_PLAIN);
	if (err)
		return err;
	twi_census_top(&c->ports, &report->top);
	twi_census_top(&c->rports, &report->rtop);
	return 0;
}

static int pass_bind_buckets(struct twi_report *report, struct twi_walk *walk)
{
	struct twi_census *c = &report->census;
	u64 since = ktime_get_ns();
	int err;

	err = twi_walk_bhash(walk);
	/*
	 * Every socket with a local port has a bind bucket: so their number
	 * bounds that of the counts, whatever number of sockets there is.  A
	 * quarter more leaves room for ports that are bound meanwhile and for
	 * several devices on one port.
	 */
	if (!err)
		err = twi_census_alloc_ports(c, c->binds + c->binds / 4 + 2048,
					     0);
	if (!err)
		err = twi_walk_bhash2(walk);
	if (!err)
		err = twi_walk_listeners(walk);
	walk->cost->bind_ns += ktime_get_ns() - since;
	if (!err)
		err = pass_ehash(walk, TWI_WALK_PLAIN);
	if (err)
		return err;
	twi_census_join(c, resolve_l3mdev, &report->set);
	report->rows = c->binds;
	report->only_tw = twi_census_only_tw(c, &report->only_tw_bind2);
	return 0;
}

static int batch_cmp(const void *a, const void *b, const void *arg)
{
	const u32 x = *(const u32 *)a, y = *(const u32 *)b;
	const struct twi_wheel *wheel = arg;
	long late = (long)(wheel->batch[x].fires - wheel->batch[y].fires);

	if (late)
		return late < 0 ? -1 : 1;
	/* Numbered by CPU, then by level. */
	return x < y ? -1 : x > y;
}

/* Lists the batches that are not empty in the order in which they fire. */
static int order_batches(struct twi_report *report)
{
	const struct twi_wheel *wheel = &report->census.wheel;
	u32 all = wheel->cpus * TWI_WHEEL_SIZE;
	u32 i;

	for (i = 0; i < all; i++)
		report->rows += wheel->batch[i].tw || wheel->batch[i].fw2;
	report->batch = kvcalloc(report->rows + 1, sizeof(*report->batch),
				 TWI_GFP);
	if (!report->batch)
		return -ENOMEM;
	report->census.bytes += (report->rows + 1) * sizeof(*report->batch);
	report->rows = 0;
	for (i = 0; i < all; i++)
		if (wheel->batch[i].tw || wheel->batch[i].fw2)
			report->batch[report->rows++] = i;
	sort_r(report->batch, report->rows, sizeof(*report->batch), batch_cmp,
	       NULL, wheel);
	return 0;
}

static_assert(!TWI_CAP_REUSE_DELAY || TWI_CAP_ENTRY_STAMP,
	      "the delay is counted from the stamp");

static void clock_read(struct twi_clock *clock)
{
	struct timespec64 coarse;

	/*
	 * The seconds of ktime_get_seconds(), which tw_ts_recent_stamp is taken
	 * from: that reads them while they may be changing.
	 */
	ktime_get_coarse_ts64(&coarse);
	clock->now_s = coarse.tv_sec;
	clock->now = jiffies;
	/* tcp_clock_ms(), which tw_entry_stamp is taken from. */
	clock->now_ms = div_u64(ktime_get_ns(), NSEC_PER_MSEC);
	clock->hz = HZ;
	clock->tw_len = TCP_TIMEWAIT_LEN;
	clock->tw_step = twi_wheel_step(TCP_TIMEWAIT_LEN);
	clock->stamped = TWI_CAP_ENTRY_STAMP;
	clock->delayed = TWI_CAP_REUSE_DELAY;
}

static int pass_deathrow(struct twi_report *report, struct twi_walk *walk)
{
	int err;

	err = twi_census_alloc_wheel(&report->census, nr_cpu_ids);
	if (err)
		return err;
	clock_read(&report->census.wheel.clock);
	err = pass_ehash(walk, TWI_WALK_TIMERS);
	return err ?: order_batches(report);
}

/* ehash_buckets has a row for each bucket that is not empty. */
static void count_buckets(struct twi_report *report)
{
	const struct twi_census *c = &report->census;
	u32 i;

	for (i = 0; i < c->buckets; i++) {
		if (!(i % 65536))
			cond_resched();
		report->rows += c->bucket[i].sockets > 0;
	}
}

/* What the namespace of each supply says, as of now. */
static void supplies_ask(struct twi_report *report)
{
	struct twi_supplies *all = &report->supplies;
	u32 i;

	for (i = 0; i < all->nr; i++, cond_resched()) {
		struct twi_supply *s = &all->supply[i];
		const union twi_key *key = &s->group->key;
		const struct twi_netns *net = &report->set.info[key->net];

		s->master = twi_netns_master(&report->set, key->net, key->dev,
					     &s->any);
		s->l3mdev = twi_netns_l3mdev(&report->set, key->net, key->dev);
		twi_supply_mode(s, net->reuse);
		s->delay = net->reuse_delay;
		s->steps = net->port_step > 0;
		twi_netns_reserved(&report->set, key->net, s->low, s->size,
				   s->reserved);
	}
}

static int pass_supplies(struct twi_report *report, struct twi_walk *walk)
{
	struct twi_supplies *all = &report->supplies;
	u64 since;
	int err;

	err = twi_supplies_alloc(all, &report->tuples, &report->census);
	if (err || !all->nr)
		return err;
	supplies_ask(report);
	twi_supplies_usable(all);
	if (report->tuples.unseen) {
		clock_read(&report->tuples.clock);
		walk->supplies = all;
		err = pass_ehash(walk, TWI_WALK_TUPLES);
	} else {
		since = ktime_get_ns();
		twi_supplies_seen(all);
		walk->cost->ehash_ns += ktime_get_ns() - since;
	}
	if (!err)
		twi_supplies_finish(all);
	return err;
}

static int pass_binds(struct twi_report *report, struct twi_walk *walk)
{
	struct twi_tuples *t = &report->tuples;
	struct twi_census *c = &report->census;
	u64 since = ktime_get_ns();
	int err;

	c->bind_max = TUPLES_BOUND;
	err = twi_walk_bound(walk);
	if (!err)
		err = twi_sides_alloc(&t->sides, c->bind, c->binds,
				      resolve_l3mdev, &report->set);
	if (!err)
		err = twi_walk_listeners(walk);
	if (!err)
		twi_sides_settle(&t->sides, TWI_CAP_CONNECT_BIND);
	walk->cost->bind_ns += ktime_get_ns() - since;
	return err;
}

/*
 * Room for the sockets that there are.  Requests are not known in number: too
 * little room is found out.
 */
static u64 tuples_room(const struct twi_report *report)
{
	u64 sockets = proto_sockets_allocated_sum_positive(&tcp_prot);
	u32 i;

	for (i = 0; i < report->set.nr; i++)
		sockets += report->set.info[i].tw_kernel;
	return sockets + sockets / 8 + 256;
}

static int count_tuples(struct twi_report *report, struct twi_walk *walk,
			u32 room)
{
	int err = twi_tuples_alloc(&report->tuples, room);

	clock_read(&report->tuples.clock);
	return err ?: pass_ehash(walk, TWI_WALK_TUPLES);
}

static int pass_tuples(struct twi_report *report, struct twi_walk *walk)
{
	struct twi_tuples *t = &report->tuples;
	u64 room;
	int err;

	walk->tuples = t;
	err = twi_walk_alloc_ends(walk);
	if (!err)
		err = pass_binds(report, walk);
	if (err)
		return err;
	t->net = report->set.info;
	get_random_bytes(&t->seed, sizeof(t->seed));
	room = tuples_room(report);
	t->seen_room = room <= TWI_SEEN_MAX ? room : 0;
	err = count_tuples(report, walk, min_t(u64, room, TWI_TUPLES_MAX));
	if (!err && t->lost && t->max < TWI_TUPLES_MAX) {
		t->seen_room = TWI_SEEN_MAX;
		err = count_tuples(report, walk, TWI_TUPLES_MAX);
	}
	if (!err && twi_tuples_recount(t)) {
		clock_read(&t->clock);
		err = pass_ehash(walk, TWI_WALK_TUPLES);
	}
	if (!err)
		err = twi_tuples_order(t);
	if (!err)
		err = pass_supplies(report, walk);
	twi_supplies_trim(&report->supplies);
	twi_tuples_trim(t);
	twi_census_drop_binds(&report->census);
	/* One more for all that have none. */
	report->rows = t->listed + (twi_group_sockets(&t->other) > 0);
	return err;
}

static int pass_netns(struct twi_report *report, struct twi_walk *walk)
{
	u64 since;
	int err;

	twi_netns_count_reserved(&report->set);

	err = pass_ehash(walk, TWI_WALK_PLAIN);
	since = ktime_get_ns();
	if (!err)
		err = twi_walk_listeners(walk);
	walk->cost->bind_ns += ktime_get_ns() - since;
	return err;
}

static int pass_walk(struct twi_report *report)
{
	struct twi_walk walk = {
		.set = &report->set,
		.census = &report->census,
		.cost = &report->cost,
	};
	int err;

	twi_walk_objects(&report->objects);
	report->census.seed = get_random_u64();
	err = twi_census_alloc(&report->census, file_wants[report->file],
			       report->set.nr, report->set.table,
			       report->set.tables);
	if (!err)
		err = twi_walk_alloc(&walk);
	if (err)
		return err;
	report->census.bhash.buckets = report->objects.bhash_buckets;
	report->census.bhash2.buckets = report->objects.bhash_buckets;

	switch (report->file) {
	case TWI_FILE_summary:
		err = pass_summary(report, &walk);
		break;
	case TWI_FILE_ehash_buckets:
		err = pass_ehash(&walk, TWI_WALK_PLAIN);
		count_buckets(report);
		break;
	case TWI_FILE_deathrow:
		err = pass_deathrow(report, &walk);
		break;
	case TWI_FILE_bind_buckets:
		err = pass_bind_buckets(report, &walk);
		break;
	case TWI_FILE_tuples:
		err = pass_tuples(report, &walk);
		break;
	case TWI_FILE_netns:
		err = pass_netns(report, &walk);
		/* One more for all those that are not held. */
		report->rows = report->set.nr + 1;
		break;
	}
	twi_walk_free(&walk);
	return err;
}

static int pass_run(struct twi_report *report)
{
	u64 held;
	int err;

	report->began = ktime_get_ns();
	report->time_ns = ktime_get_real_ns();
	if (!file_wants[report->file])
		return 0;
	err = twi_netns_hold(&report->set);
	if (err)
		return err;
	held = ktime_get_ns();
	report->cost.netns_ns = held - report->began;

	err = pass_walk(report);
	report->cost.bytes += report->census.bytes + report->set.bytes +
			      report->tuples.bytes +
			      report->tuples.sides.bytes +
			      report->supplies.bytes + sizeof(*report);

	held = ktime_get_ns();
	twi_netns_release(&report->set);
	report->cost.netns_ns += ktime_get_ns() - held;
	report->cost.ns = ktime_get_ns() - report->began;
	return err;
}

static void report_free(struct twi_report *report)
{
	twi_supplies_free(&report->supplies);
	twi_tuples_free(&report->tuples);
	twi_census_free(&report->census);
	twi_netns_free(&report->set);
	kvfree(report->batch);
	kfree(report);
}

/* A report of a pass that began after @asked, if there is one to share. */
static struct twi_report *report_share(enum twi_file file, u64 asked)
{
	struct twi_report *report;

	spin_lock(&pass_last_lock);
	report = pass_last[file];
	if (report && report->began >= asked)
		report->users++;
	else
		report = NULL;
	spin_unlock(&pass_last_lock);
	return report;
}

static struct twi_report *report_make(enum twi_file file)
{
	struct twi_report *report;
	int err;

	/* In a slab, not in pages twice its size, and where KASAN sees more. */
	static_assert(sizeof(*report) <= SZ_8K, "a report fits kmalloc-8k");
	report = kzalloc(sizeof(*report), TWI_GFP);
	if (!report)
		return ERR_PTR(-ENOMEM);
	report->users = 1;
	report->file = file;
	err = pass_run(report);
	if (err) {
		report_free(report);
		return ERR_PTR(err);
	}
	spin_lock(&pass_last_lock);
	pass_last[file] = report;
	spin_unlock(&pass_last_lock);
	return report;
}

/**
 * twi_report_get - the report of a pass over a file that begins from now on
 * @file: which file
 *
 * Waits for the pass that runs, if any.  When another task that waited as well
 * has run one for the same file meanwhile, that one's report is shared.
 *
 * Context: Process context, sleeps.
 * Return: the report, for twi_report_put(); or an ERR_PTR(): -EINTR when the
 * task is being killed, -ENOMEM.
 */
struct twi_report *twi_report_get(enum twi_file file)
{
	u64 asked = ktime_get_ns();
	struct twi_report *report;

	if (mutex_lock_killable(&pass_mutex))
		return ERR_PTR(-EINTR);
	report = report_share(file, asked);
	if (!report)
		report = report_make(file);
	mutex_unlock(&pass_mutex);
	return report;
}

/**
 * twi_report_put - let go of a report
 * @report: from twi_report_get()
 *
 * Context: Process context, may sleep.
 */
void twi_report_put(struct twi_report *report)
{
	u32 users;

	spin_lock(&pass_last_lock);
	users = --report->users;
	if (!users && pass_last[report->file] == report)
		pass_last[report->file] = NULL;
	spin_unlock(&pass_last_lock);
	if (!users)
		report_free(report);
}
