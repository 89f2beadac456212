/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Folds value copies into totals, histograms and counts by port.
 *
 * No net headers and no locks: it sees values only, one thread works on one
 * census, and it is built in user space too (module/tests).
 */
#ifndef TWI_CENSUS_H
#define TWI_CENSUS_H

#include "clock.h"
#include "sides.h"
#include "value.h"

/* What a census is to count, besides the totals: bits of twi_census.want. */
#define TWI_WANT_DIST		0x01	/* how chains are spread */
#define TWI_WANT_PORTS		0x02	/* sockets by local port and device */
#define TWI_WANT_SIDES		0x04	/* by bound local port, or by remote */
#define TWI_WANT_BUCKETS	0x10	/* a row per ehash bucket */
#define TWI_WANT_WHEEL		0x20	/* batches of the timer wheel */
#define TWI_WANT_NETNS		0x40	/* totals by namespace */
#define TWI_WANT_BINDS		0x80	/* a row per bind bucket */
#define TWI_WANT_TUPLES		0x100	/* not the census: struct twi_tuples */

/* Chain lengths: 0 to 63, then a bin per power of two up to 65536 and more. */
#define TWI_DIST_EXACT		64
#define TWI_DIST_BINS		(TWI_DIST_EXACT + 11)

/**
 * struct twi_dist - how nodes are spread over the chains of a table
 * @buckets:	size of the table
 * @long_nodes:	nodes in the chains of TWI_DIST_EXACT and more
 * @long_squares: sum of the squares of the lengths of these chains
 * @longest:	nodes in the longest chain
 * @longest_slot: its bucket
 * @chains:	chains by length, without the empty ones
 */
struct twi_dist {
	u64 buckets;
	u64 long_nodes;
	u64 long_squares;
	u32 longest;
	u32 longest_slot;
	u32 chains[TWI_DIST_BINS];
};

/**
 * struct twi_port - sockets of one (namespace, port, device)
 * @key:	namespace, port and device; 0 in a slot that is free
 * @tw:		TIME-WAIT minisockets
 * @fw2:	FIN-WAIT-2 minisockets
 * @live:	other sockets of the established hash
 * @listeners:	listening sockets, 65535 for that many or more
 * @bind2:	bhash2 buckets, likewise
 */
struct twi_port {
	u64 key;
	u32 tw;
	u32 fw2;
	u32 live;
	u16 listeners;
	u16 bind2;
};

/**
 * struct twi_ports - counts by port, in a table of fixed size
 * @slot:	open-addressing hash, @slots of them
 * @slots:	a multiple of 8
 * @used:	slots taken
 * @max:	slots that may be taken
 * @factor:	of the hash, odd
 * @overflow:	sockets that found no slot
 * @last:	slot of the last socket; that of the next one is often the same
 */
struct twi_ports {
	struct twi_port *slot;
	struct twi_port *last;
	u32 slots;
	u32 used;
	u32 max;
	u64 factor;
	u64 overflow;
};

/* Ranks of the busiest ports that are kept. */
#define TWI_TOP_NR		10

/**
 * struct twi_top - what summary says of the counts by port
 * @port:	the busiest ones, most minisockets first
 * @nr:		how many of @port there are
 * @used:	ports with sockets; listeners and those without a slot left out
 */
struct twi_top {
	struct twi_port port[TWI_TOP_NR];
	u32 nr;
	u32 used;
};

/**
 * struct twi_batch - minisockets in one bucket of one CPU's timer wheel
 * @fires:	jiffy at which the bucket is due
 * @tw:		TIME-WAIT minisockets
 * @fw2:	FIN-WAIT-2 minisockets
 */
struct twi_batch {
	unsigned long fires;
	u32 tw;
	u32 fw2;
};

/* Seconds of closings that are kept apart: 60 and the wheel's rounding. */
#define TWI_CLOSED_NR		65

/**
 * struct twi_wheel - the death row
 * @batch:	TWI_WHEEL_SIZE batches a CPU, @cpus of them
 * @clock:	the kernel's, when the pass began
 * @cpus:	CPUs that there can be
 * @unarmed:	minisockets without a pending timer
 * @unplaced:	whose expiry and wheel index do not belong together
 * @overdue:	in batches that were due before the pass
 * @overdue_longest: jiffies by which the latest of them is
 * @closed:	TIME-WAIT minisockets by seconds since they entered it
 * @closed_older: those that entered it before
 */
struct twi_wheel {
	struct twi_batch *batch;
	struct twi_clock clock;
	u32 cpus;
	u64 unarmed;
	u64 unplaced;
	u64 overdue;
	unsigned long overdue_longest;
	u64 closed[TWI_CLOSED_NR];
	u64 closed_older;
};

/**
 * struct twi_bucket - one row of ehash_buckets
 */
struct twi_bucket {
	u32 sockets;
	u32 tw;
	u32 fw2;
};

/**
 * struct twi_cells - sockets by family and state
 */
struct twi_cells {
	u32 nr[TWI_FAMILY_NR][TWI_STATE_NR];
	u32 listeners;
};

/* Which of two: the shared ehash, or all those that namespaces own. */
enum twi_share {
	TWI_SHARED,
	TWI_OWN,
	TWI_SHARE_NR,
};

/**
 * struct twi_bind_row - one row of bind_buckets: the bucket, and what the
 * tables say of its port
 */
struct twi_bind_row {
	struct twi_bind bind;
	s64 tw;
	s64 fw2;
	s64 live;
	s32 listeners;
	s32 bind2;
	s8 only_tw;
	u8 ambiguous;
};

/**
 * struct twi_census - everything a pass counted
 * @want:	TWI_WANT_* that were asked for
 * @netns:	namespaces of the pass
 * @cells:	sockets of all namespaces not held, then of all those held or,
 *		with TWI_WANT_NETNS, of each of them
 * @table:	the pass's established hashes, @tables of them
 * @ehash:	all sockets by chain, in the shared hash and in all others
 * @ehash_tw:	minisockets by chain, likewise
 * @bhash:	bind buckets by chain
 * @bhash2:	bhash2 buckets by chain
 * @ports:	with TWI_WANT_PORTS sockets by local port and device, with
 *		TWI_WANT_SIDES those on local ports that somebody bound
 * @rports:	with TWI_WANT_SIDES the others, by remote port: outbound ones
 * @bound:	a bit for each local port that somebody bound in any namespace
 * @bucket:	a row per bucket of all tables, table after table
 * @base:	number of each table's first bucket in @bucket
 * @buckets:	buckets of all tables
 * @wheel:	the death row
 * @bind:	bind buckets, @binds of them in room for @bind_room
 * @bind_max:	how many may be kept, 0 for all; set by the caller
 * @seed:	of the places of ports, so that nobody outside can aim at one; set
 *		by the caller
 * @binds_overflow: bind buckets that were left out
 * @binds_lost:	a bit for each namespace of which there are such
 * @binds_lost_any: they may be of any namespace
 * @bytes:	memory allocated
 */
struct twi_census {
	u32 want;
	u32 netns;
	u32 tables;
	struct twi_cells *cells;
	const struct twi_table *table;
	struct twi_dist ehash[TWI_SHARE_NR];
	struct twi_dist ehash_tw[TWI_SHARE_NR];
	struct twi_dist bhash;
	struct twi_dist bhash2;
	struct twi_ports ports;
	struct twi_ports rports;
	u64 *bound;
	struct twi_bucket *bucket;
	u32 *base;
	u32 buckets;
	struct twi_wheel wheel;
	struct twi_bind *bind;
	u32 binds;
	u32 bind_room;
	u32 bind_max;
	u64 seed;
	u32 binds_overflow;
	u64 binds_lost[TWI_NETNS_MAX / 64];
	bool binds_lost_any;
	/* The chain that twi_census_socks() is being given in parts. */
	u32 part_tw;
	u32 part_fw2;
	size_t bytes;
};

int twi_bind_cmp(const void *a, const void *b);

int twi_census_alloc(struct twi_census *c, u32 want, u32 netns,
		     const struct twi_table *table, u32 tables);
int twi_census_alloc_ports(struct twi_census *c, u32 ports, u32 rports);
int twi_census_alloc_wheel(struct twi_census *c, u32 cpus);
void twi_census_drop_binds(struct twi_census *c);
void twi_census_free(struct twi_census *c);

void twi_census_chain(struct twi_census *c, u32 table, u32 slot,
		      const struct twi_sock *sock, u32 nr);
void twi_census_socks(struct twi_census *c, const struct twi_sock *sock,
		      u32 nr);
void twi_census_long(struct twi_census *c, u32 table, u32 slot, u32 nr);
void twi_census_listeners(struct twi_census *c, const struct twi_sock *sock,
			  u32 nr);
int twi_census_binds(struct twi_census *c, const struct twi_bind *bind,
		     u32 nr);
void twi_census_binds_cut(struct twi_census *c);
bool twi_census_binds_known(const struct twi_census *c, u32 net);
void twi_census_bound(struct twi_census *c);
void twi_census_bind2s(struct twi_census *c, const struct twi_bind2 *bind2,
		       u32 nr);
void twi_census_bhash_len(struct twi_census *c, u32 slot, u32 nr);
void twi_census_bhash2_len(struct twi_census *c, u32 slot, u32 nr);

void twi_census_join(struct twi_census *c, twi_l3mdev_fn l3mdev,
		     const void *arg);
void twi_census_bind_row(const struct twi_census *c, u32 index,
			 struct twi_bind_row *row);

u32 twi_census_bucket_table(const struct twi_census *c, u32 bucket);
u64 twi_census_sum(const struct twi_census *c, u32 state, u32 family);
u32 twi_census_only_tw(const struct twi_census *c, u64 *bind2);
void twi_census_top(const struct twi_ports *ports, struct twi_top *top);
u32 twi_wheel_step(u32 timeout);
u32 twi_dist_bin_low(u32 bin);
u64 twi_dist_nodes(const struct twi_dist *dist);
u64 twi_dist_hit_milli(const struct twi_dist *dist);
u64 twi_dist_miss_milli(const struct twi_dist *dist);
u64 twi_dist_empty(const struct twi_dist *dist);

static inline u16 twi_port_net(const struct twi_port *port)
{
	return (port->key >> 48 & 0x7fff) - 1;
}

static inline u16 twi_port_port(const struct twi_port *port)
{
	return port->key >> 32;
}

#endif /* TWI_CENSUS_H */
