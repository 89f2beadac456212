// SPDX-License-Identifier: GPL-2.0
/*
 * A report as text; the only file that knows the format, which is
 * described in Documentation/ABI/testing/debugfs-twinspect.
 *
 * Works on a report that no longer changes: seq_file calls show() again when
 * its buffer grows, and a reader may come back at any position.  Position 0 is
 * what stands above the rows, row r is position r + 1, and the last line comes
 * after them.
 */
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/utsname.h>
#include <net/ipv6.h>
#include <net/tcp.h>

#include "compat.h"
#include "render.h"

const char *const twi_file_names[TWI_FILE_NR] = {
#define X(name) #name,
	TWI_FILES(X)
#undef X
};

static const char *const state_names[TWI_STATE_NR] = {
#define X(name) #name,
	TWI_STATES(X)
#undef X
};

static const char *const family_names[TWI_FAMILY_NR] = {
#define X(name) #name,
	TWI_FAMILIES(X)
#undef X
};

static void put_key(struct seq_file *m, const char *key, s64 value)
{
	seq_printf(m, "%s %lld\n", key, value);
}

/* A key made of two parts. */
static void put_key2(struct seq_file *m, const char *key, const char *rest,
		     s64 value)
{
	seq_printf(m, "%s%s %lld\n", key, rest, value);
}

static void put_cost(struct seq_file *m, const struct twi_cost *cost)
{
#define PUT(field) put_key(m, "pass_" #field, cost->field)
	PUT(ns);
	PUT(netns_ns);
	PUT(ehash_ns);
	PUT(bind_ns);
	PUT(nodes);
	PUT(restarts);
	PUT(lock_fallbacks);
	PUT(floods);
	PUT(inexact);
	PUT(unfinished);
	PUT(longest_rcu_ns);
	PUT(longest_lock_ns);
	PUT(dropped_gone);
	PUT(dropped_moved);
	PUT(dropped_unborn);
	PUT(dropped_state);
	PUT(skipped);
	PUT(bytes);
#undef PUT
}

static u64 count_state(const struct twi_census *c, u32 state)
{
	return twi_census_sum(c, state, TWI_FAMILY_NR);
}

static u64 count_sockets(const struct twi_census *c)
{
	u64 sum = 0;
	u32 state;

	for (state = 0; state < TWI_STATE_NR; state++)
		sum += count_state(c, state);
	return sum;
}

static u64 cells_state(const struct twi_cells *cells, u32 state)
{
	u64 sum = 0;
	u32 family;

	for (family = 0; family < TWI_FAMILY_NR; family++)
		sum += cells->nr[family][state];
	return sum;
}

static u64 cells_sockets(const struct twi_cells *cells)
{
	u64 sum = 0;
	u32 state;

	for (state = 0; state < TWI_STATE_NR; state++)
		sum += cells_state(cells, state);
	return sum;
}

static void put_chains(struct seq_file *m, const char *key,
		       const struct twi_dist *dist)
{
	u64 empty = twi_dist_empty(dist);
	u32 i;

	if (empty)
		seq_printf(m, "%s_chains.0 %llu\n", key, empty);
	for (i = 1; i < TWI_DIST_BINS; i++) {
		u32 low = twi_dist_bin_low(i);

		if (!dist->chains[i])
			continue;
		if (i < TWI_DIST_EXACT)
			seq_printf(m, "%s_chains.%u", key, low);
		else if (i < TWI_DIST_BINS - 1)
			seq_printf(m, "%s_chains.%u-%u", key, low, 2 * low - 1);
		else
			seq_printf(m, "%s_chains.%u+", key, low);
		seq_printf(m, " %u\n", dist->chains[i]);
	}
}

static s64 longest_slot(const struct twi_dist *dist)
{
	return dist->longest ? (s64)dist->longest_slot : TWI_UNKNOWN;
}

/* What a table and its minisockets alone have in common. */
static void put_nodes(struct seq_file *m, const char *key,
		      const struct twi_dist *dist)
{
	put_key2(m, key, "_nodes", twi_dist_nodes(dist));
	put_key2(m, key, "_empty", twi_dist_empty(dist));
	put_key2(m, key, "_longest", dist->longest);
	put_key2(m, key, "_longest_bucket", longest_slot(dist));
}

static void put_dist(struct seq_file *m, const char *key, u32 locks,
		     const struct twi_dist *dist)
{
	put_key2(m, key, "_buckets", dist->buckets);
	put_key2(m, key, "_locks", locks);
	put_nodes(m, key, dist);
	put_key2(m, key, "_hit_milli", twi_dist_hit_milli(dist));
	put_key2(m, key, "_miss_milli", twi_dist_miss_milli(dist));
	put_chains(m, key, dist);
}

static void put_dist_tw(struct seq_file *m, const char *key,
			const struct twi_dist *dist)
{
	put_nodes(m, key, dist);
	put_chains(m, key, dist);
}

static void put_spread(struct seq_file *m, const struct twi_report *report)
{
	const struct twi_census *c = &report->census;
	u32 buckets = report->objects.bhash_buckets;
	u32 own_locks = 0;
	u32 i;

	for (i = 1; i < report->set.tables; i++)
		own_locks += report->set.table[i].locks;
	put_dist(m, "ehash", report->set.table[0].locks,
		 &c->ehash[TWI_SHARED]);
	put_dist_tw(m, "ehash_tw", &c->ehash_tw[TWI_SHARED]);
	put_dist(m, "ehash_own", own_locks, &c->ehash[TWI_OWN]);
	put_dist_tw(m, "ehash_own_tw", &c->ehash_tw[TWI_OWN]);
	/* A bind hash has a lock in each bucket. */
	put_dist(m, "bhash", buckets, &c->bhash);
	put_dist(m, "bhash2", buckets, &c->bhash2);
}

static void put_states(struct seq_file *m, const struct twi_census *c)
{
	u32 state, family;

	for (state = 0; state < TWI_STATE_NR; state++) {
		put_key(m, state_names[state], count_state(c, state));
		for (family = 0; family < TWI_FAMILY_NR; family++)
			seq_printf(m, "%s_%s %llu\n", state_names[state],
				   family_names[family],
				   twi_census_sum(c, state, family));
	}
}

static void put_memory(struct seq_file *m, const struct twi_report *report)
{
	const struct twi_objects *o = &report->objects;
	const struct twi_census *c = &report->census;
	u64 mini = count_state(c, TWI_STATE_tw) + count_state(c, TWI_STATE_fw2);
	u64 own = 0;
	u32 i;

	for (i = 1; i < report->set.tables; i++)
		own += report->set.table[i].bytes +
		       report->set.table[i].lock_bytes;
	put_key(m, "mem_tw_object_bytes", o->tw_bytes);
	put_key(m, "mem_bind_object_bytes", o->bind_bytes);
	put_key(m, "mem_bind2_object_bytes", o->bind2_bytes);
	put_key(m, "mem_tw_bytes", mini * o->tw_bytes);
	put_key(m, "mem_bind_bytes", twi_dist_nodes(&c->bhash) * o->bind_bytes);
	put_key(m, "mem_bind2_bytes", twi_dist_nodes(&c->bhash2) * o->bind2_bytes);
	put_key(m, "mem_ehash_bytes", report->set.table[0].bytes);
	put_key(m, "mem_ehash_locks_bytes", report->set.table[0].lock_bytes);
	put_key(m, "mem_ehash_own_bytes", own);
	put_key(m, "mem_bhash_bytes", o->bhash_bytes);
}

static u32 net_inum(const struct twi_report *report, u16 net)
{
	return net == TWI_NETNS_UNHELD ? 0 : report->set.info[net].inum;
}

static u64 net_cookie(const struct twi_report *report, u16 net)
{
	return net == TWI_NETNS_UNHELD ? 0 : report->set.info[net].cookie;
}

static void put_top(struct seq_file *m, const struct twi_report *report,
		    const char *key, const struct twi_top *top)
{
	u32 i;

	for (i = 0; i < top->nr; i++) {
		const struct twi_port *port = &top->port[i];
		u16 net = twi_port_net(port);

		seq_printf(m, "%s.%u.netns %u\n", key, i,
			   net_inum(report, net));
		seq_printf(m, "%s.%u.cookie %llu\n", key, i,
			   net_cookie(report, net));
		seq_printf(m, "%s.%u.port %u\n", key, i, twi_port_port(port));
		seq_printf(m, "%s.%u.tw %u\n", key, i, port->tw);
		seq_printf(m, "%s.%u.fw2 %u\n", key, i, port->fw2);
		seq_printf(m, "%s.%u.live %u\n", key, i, port->live);
	}
}

static void head_summary(struct seq_file *m, const struct twi_report *report)
{
	const struct twi_census *c = &report->census;
	s64 tw_kernel = 0;
	u32 i;

	for (i = 0; i < report->set.nr; i++)
		tw_kernel += report->set.info[i].tw_kernel;
	put_key(m, "netns", report->set.nr);
	put_key(m, "netns_unheld", report->set.unheld);
	put_key(m, "tables", report->set.tables);
	put_key(m, "sockets", count_sockets(c));
	put_states(m, c);
	put_key(m, "unheld_tw", cells_state(&c->cells[0], TWI_STATE_tw));
	put_key(m, "unheld_fw2", cells_state(&c->cells[0], TWI_STATE_fw2));
	put_key(m, "unheld_sockets", cells_sockets(&c->cells[0]));
	put_key(m, "tw_kernel", tw_kernel);
	put_key(m, "listeners", c->cells[0].listeners + c->cells[1].listeners);
	put_memory(m, report);
	put_spread(m, report);
	put_key(m, "ports", report->top.used);
	put_key(m, "ports_overflow", c->ports.overflow + c->binds_overflow);
	put_top(m, report, "port", &report->top);
	put_key(m, "rports", report->rtop.used);
	put_key(m, "rports_overflow", c->rports.overflow);
	put_top(m, report, "rport", &report->rtop);
}

static void put_columns(struct seq_file *m, const char *columns)
{
	seq_printf(m, "# %s", columns);
}

static void head_ehash_buckets(struct seq_file *m,
			       const struct twi_report *report)
{
	const struct twi_census *c = &report->census;

	put_key(m, "tables", report->set.tables);
	put_key(m, "buckets", c->buckets);
	put_key(m, "sockets", count_sockets(c));
	put_key(m, "tw", count_state(c, TWI_STATE_tw));
	put_key(m, "fw2", count_state(c, TWI_STATE_fw2));
	put_columns(m, TWI_COLUMNS_ehash_buckets "\n");
}

static void row_ehash_buckets(struct seq_file *m,
			      const struct twi_report *report, u32 row)
{
	const struct twi_census *c = &report->census;
	u32 table = twi_census_bucket_table(c, row);

	seq_put_decimal_ull(m, "", c->table[table].owner);
	seq_put_decimal_ull(m, " ", row - c->base[table]);
	seq_put_decimal_ull(m, " ", c->bucket[row].sockets);
	seq_put_decimal_ull(m, " ", c->bucket[row].tw);
	seq_put_decimal_ull(m, " ", c->bucket[row].fw2);
}

/* Milliseconds of a number of jiffies, which may be negative. */
static s64 jiffies_ms(long jiffies)
{
	return div_s64((s64)jiffies * MSEC_PER_SEC, HZ);
}

static void head_deathrow(struct seq_file *m, const struct twi_report *report)
{
	const struct twi_wheel *wheel = &report->census.wheel;
	u32 i;

	put_key(m, "tw", count_state(&report->census, TWI_STATE_tw));
	put_key(m, "fw2", count_state(&report->census, TWI_STATE_fw2));
	put_key(m, "hz", wheel->clock.hz);
	put_key(m, "unarmed", wheel->unarmed);
	put_key(m, "unplaced", wheel->unplaced);
	put_key(m, "overdue", wheel->overdue);
	put_key(m, "overdue_longest_ms", jiffies_ms(wheel->overdue_longest));
	seq_printf(m, "closed_from %s\n", wheel->clock.stamped ? "stamp" : "timer");
	for (i = 0; i < TWI_CLOSED_NR; i++)
		seq_printf(m, "closed.%u %llu\n", i, wheel->closed[i]);
	put_key(m, "closed_older", wheel->closed_older);
	put_columns(m, TWI_COLUMNS_deathrow "\n");
}

static void row_deathrow(struct seq_file *m, const struct twi_report *report,
			 u32 row)
{
	const struct twi_wheel *wheel = &report->census.wheel;
	u32 nr = report->batch[row];
	const struct twi_batch *batch = &wheel->batch[nr];
	u32 level = nr % TWI_WHEEL_SIZE / TWI_WHEEL_LEVEL_SIZE;

	seq_put_decimal_ll(m, "", jiffies_ms(batch->fires - wheel->clock.now));
	seq_put_decimal_ull(m, " ", nr / TWI_WHEEL_SIZE);
	seq_put_decimal_ull(m, " ", level);
	seq_put_decimal_ull(m, " ", jiffies_ms(1L << TWI_WHEEL_SHIFT(level)));
	seq_put_decimal_ull(m, " ", batch->tw);
	seq_put_decimal_ull(m, " ", batch->fw2);
}

static void head_bind_buckets(struct seq_file *m,
			      const struct twi_report *report)
{
	const struct twi_census *c = &report->census;

	put_key(m, "bind_buckets", c->binds);
	put_key(m, "bind2_buckets", twi_dist_nodes(&c->bhash2));
	put_key(m, "only_tw", report->only_tw);
	put_key(m, "mem_only_tw_bytes",
		(u64)report->only_tw * report->objects.bind_bytes +
		report->only_tw_bind2 * report->objects.bind2_bytes);
	put_key(m, "join_overflow", c->ports.overflow);
	put_columns(m, TWI_COLUMNS_bind_buckets "\n");
}

static void row_bind_buckets(struct seq_file *m,
			     const struct twi_report *report, u32 nr)
{
	struct twi_bind_row row;

	twi_census_bind_row(&report->census, nr, &row);
	seq_put_decimal_ull(m, "", net_inum(report, row.bind.net));
	seq_put_decimal_ull(m, " ", net_cookie(report, row.bind.net));
	seq_put_decimal_ull(m, " ", row.bind.port);
	seq_put_decimal_ll(m, " ", row.bind.l3mdev);
	seq_put_decimal_ll(m, " ", row.bind.fastreuse);
	seq_put_decimal_ll(m, " ", row.bind.fastreuseport);
	seq_put_decimal_ll(m, " ", row.bind.fastuid);
	seq_put_decimal_ll(m, " ", row.tw);
	seq_put_decimal_ll(m, " ", row.fw2);
	seq_put_decimal_ll(m, " ", row.live);
	seq_put_decimal_ll(m, " ", row.listeners);
	seq_put_decimal_ll(m, " ", row.only_tw);
	seq_put_decimal_ll(m, " ", row.bind2);
	seq_put_decimal_ull(m, " ", row.ambiguous);
}

static void head_tuples(struct seq_file *m, const struct twi_report *report)
{
	const struct twi_tuples *t = &report->tuples;
	struct twi_group sum = t->other;
	u32 i;

	for (i = 0; i < t->listed; i++) {
		const struct twi_group *group = twi_tuples_group(t, i);

		sum.tw += group->tw;
		sum.fw2 += group->fw2;
		sum.live += group->live;
	}
	put_key(m, "groups", t->listed);
	put_key(m, "complete", !t->recount);
	put_key(m, "unlisted_max", t->unlisted);
	put_key(m, "recounted", t->sketched);
	put_key(m, "detailed", report->supplies.known);
	put_key(m, "binds_overflow", report->census.binds_overflow);
	put_key(m, "sockets", twi_group_sockets(&sum));
	put_key(m, "tw", sum.tw);
	put_key(m, "fw2", sum.fw2);
	put_columns(m, TWI_COLUMNS_tuples "\n");
}

static void put_address(struct seq_file *m, const u32 *address)
{
	struct in6_addr addr;

	memcpy(&addr, address, sizeof(addr));
	if (ipv6_addr_v4mapped(&addr))
		seq_printf(m, " %pI4", &addr.s6_addr32[3]);
	else
		seq_printf(m, " %pI6c", &addr);
}

/* Milliseconds of an age in ticks of the clock. */
static s64 ticks_ms(const struct twi_clock *clock, u32 ticks)
{
	return clock->stamped ? ticks : jiffies_ms(ticks);
}

static void put_group(struct seq_file *m, const struct twi_clock *clock,
		      const struct twi_group *group)
{
	const bool none = group->youngest > group->oldest;

	seq_put_decimal_ull(m, " ", group->tw);
	seq_put_decimal_ull(m, " ", group->fw2);
	seq_put_decimal_ull(m, " ", group->live);
	seq_put_decimal_ull(m, " ", group->closed_1s);
	seq_put_decimal_ull(m, " ", group->closed_10s);
	seq_put_decimal_ll(m, " ", none ? TWI_UNKNOWN :
			   ticks_ms(clock, group->oldest));
	seq_put_decimal_ll(m, " ", none ? TWI_UNKNOWN :
			   ticks_ms(clock, group->youngest));
}

static void put_supply(struct seq_file *m, const struct twi_supply *s)
{
	seq_put_decimal_ull(m, " ", s->capacity);
	seq_put_decimal_ull(m, " ", s->taken);
	seq_put_decimal_ull(m, " ", s->capacity - s->taken);
	seq_put_decimal_ull(m, " ", s->free_first);
	seq_put_decimal_ull(m, " ", s->capacity ?
			    100 * s->taken / s->capacity : 100);
	seq_put_decimal_ull(m, " ", s->left);
	seq_put_decimal_ull(m, " ", s->reuse ? s->reuse_1 - s->held : 0);
	seq_put_decimal_ull(m, " ", s->reuse_1);
	seq_put_decimal_ull(m, " ", s->stamped);
	seq_put_decimal_ll(m, " ", s->probes.least);
	seq_put_decimal_ll(m, " ", s->probes.mean_milli);
	seq_put_decimal_ll(m, " ", s->probes.most);
	seq_put_decimal_ll(m, " ", s->exhausted_s);
}

static void row_tuples(struct seq_file *m, const struct twi_report *report,
		       u32 row)
{
	static const char *const side_names[TWI_SIDE_NR] = {
#define X(name) #name,
		TWI_SIDES(X)
#undef X
	};
	const struct twi_tuples *t = &report->tuples;
	const struct twi_group *group = &t->other;

	if (row < t->listed) {
		const union twi_key *key;

		group = twi_tuples_group(t, row);
		key = &group->key;
		seq_printf(m, "%u %llu %s", net_inum(report, key->net),
			   net_cookie(report, key->net), side_names[key->side]);
		put_address(m, key->laddr);
		put_address(m, key->raddr);
		seq_printf(m, " %s %u %d", key->remote ? "remote" : "local",
			   key->port, key->dev);
	} else {
		seq_printf(m, "0 0 %s * * * 0 0", side_names[TWI_SIDE_other]);
	}
	put_group(m, &t->clock, group);
	if (group->supply)
		put_supply(m, &report->supplies.supply[group->supply - 1]);
	else
		seq_puts(m, " -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1");
}

static void head_netns(struct seq_file *m, const struct twi_report *report)
{
	u32 state, family;

	put_key(m, "netns", report->set.nr);
	put_key(m, "netns_unheld", report->set.unheld);
	put_columns(m, TWI_COLUMNS_netns);
	for (state = 0; state < TWI_STATE_NR; state++)
		for (family = 0; family < TWI_FAMILY_NR; family++)
			seq_printf(m, " %s_%s", state_names[state],
				   family_names[family]);
	seq_putc(m, '\n');
}

static void row_netns(struct seq_file *m, const struct twi_report *report,
		      u32 row)
{
	const struct twi_cells *cells = &report->census.cells[row];
	u32 state, family;

	if (!row) {
		/* The namespaces that are not held have no values. */
		seq_puts(m, "0 0 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1");
	} else {
		const struct twi_netns *net = &report->set.info[row - 1];
		const struct twi_table *table = &report->set.table[net->table];

		seq_put_decimal_ull(m, "", net->inum);
		seq_put_decimal_ull(m, " ", net->cookie);
		seq_put_decimal_ull(m, " ", net->table > 0);
		seq_put_decimal_ull(m, " ", table->owner);
		seq_put_decimal_ull(m, " ", table->buckets);
		seq_put_decimal_ll(m, " ", net->tw_kernel);
		seq_put_decimal_ll(m, " ", net->tw_max);
		seq_put_decimal_ull(m, " ", net->port_low);
		seq_put_decimal_ull(m, " ", net->port_high);
		seq_put_decimal_ull(m, " ", net->ports_reserved);
		seq_put_decimal_ll(m, " ", net->port_step);
		seq_put_decimal_ull(m, " ", net->reuse);
		seq_put_decimal_ll(m, " ", net->reuse_delay);
		seq_put_decimal_ull(m, " ", net->timestamps);
	}
	seq_put_decimal_ull(m, " ", cells->listeners);
	for (state = 0; state < TWI_STATE_NR; state++)
		for (family = 0; family < TWI_FAMILY_NR; family++)
			seq_put_decimal_ull(m, " ", cells->nr[family][state]);
}

static void head_caps(struct seq_file *m, const struct twi_report *report)
{
	u32 i;

	seq_printf(m, "module %s\n", TWI_VERSION);
	seq_printf(m, "release %s\n", init_utsname()->release);
	put_key(m, "hz", HZ);
	put_key(m, "tw_len_ms", jiffies_ms(TCP_TIMEWAIT_LEN));
	put_key(m, "tw_step_ms", jiffies_ms(twi_wheel_step(TCP_TIMEWAIT_LEN)));
	put_key(m, "lanes", TWI_WALK_LANES);
	put_key(m, "chain_max", TWI_CHAIN_MAX);
	put_key(m, "netns_max", TWI_NETNS_MAX);
	put_key(m, "tuples_max", TWI_TUPLES_MAX);
	put_key(m, "tuples_detailed", TWI_SUPPLIES_MAX);
	put_key(m, "tuples_bytes_max", TWI_TUPLES_BYTES);
	for (i = 0; i < TWI_FILE_NR; i++)
		put_key2(m, "file.", twi_file_names[i], 1);
	put_key(m, "has_entry_stamp", TWI_CAP_ENTRY_STAMP);
	put_key(m, "has_connect_bind", TWI_CAP_CONNECT_BIND);
	put_key(m, "has_reuse_delay", TWI_CAP_REUSE_DELAY);
	put_key(m, "has_bind_rcu", TWI_CAP_BIND_RCU);
	put_key(m, "has_bhash2", TWI_CAP_BHASH2);
	put_key(m, "has_own_ehash", TWI_CAP_OWN_EHASH);
	put_key(m, "has_ipv6", TWI_CAP_IPV6);
}

static const struct {
	void (*head)(struct seq_file *m, const struct twi_report *report);
	void (*row)(struct seq_file *m, const struct twi_report *report,
		    u32 row);
} files[TWI_FILE_NR] = {
	[TWI_FILE_summary]	 = { head_summary },
	[TWI_FILE_ehash_buckets] = { head_ehash_buckets, row_ehash_buckets },
	[TWI_FILE_deathrow]	 = { head_deathrow, row_deathrow },
	[TWI_FILE_bind_buckets]	 = { head_bind_buckets, row_bind_buckets },
	[TWI_FILE_tuples]	 = { head_tuples, row_tuples },
	[TWI_FILE_netns]	 = { head_netns, row_netns },
	[TWI_FILE_caps]		 = { head_caps },
};

/* Positions between the head and the last line: empty buckets have one too. */
static u32 row_positions(const struct twi_report *report)
{
	if (report->file == TWI_FILE_ehash_buckets)
		return report->census.buckets;
	return report->rows;
}

static void *render_at(const struct twi_report *report, loff_t *pos)
{
	const struct twi_bucket *bucket = report->census.bucket;
	u32 rows = row_positions(report);

	if (report->file == TWI_FILE_ehash_buckets)
		while (*pos > 0 && *pos <= rows && !bucket[*pos - 1].sockets)
			++*pos;
	return *pos <= (loff_t)rows + 1 ? pos : NULL;
}

static void *render_start(struct seq_file *m, loff_t *pos)
{
	return render_at(m->private, pos);
}

static void *render_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return render_at(m->private, pos);
}

static void render_stop(struct seq_file *m, void *v)
{
}

static int render_show(struct seq_file *m, void *v)
{
	const struct twi_report *report = m->private;
	loff_t pos = *(loff_t *)v;

	if (!pos) {
		seq_printf(m, "# " TWI_NAME " %s %d\n",
			   twi_file_names[report->file], TWI_FORMAT);
		put_key(m, "time_ns", report->time_ns);
		if (report->set.tables)
			put_cost(m, &report->cost);
		files[report->file].head(m, report);
	} else if (pos > row_positions(report)) {
		seq_printf(m, "# end %u\n", report->rows);
	} else {
		files[report->file].row(m, report, pos - 1);
		seq_putc(m, '\n');
	}
	return 0;
}

/* On a struct twi_report as the seq_file's private. */
const struct seq_operations twi_render_ops = {
	.start	= render_start,
	.next	= render_next,
	.stop	= render_stop,
	.show	= render_show,
};
