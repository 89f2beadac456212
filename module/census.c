// SPDX-License-Identifier: GPL-2.0
/*
 * Folds value copies into totals, histograms and counts by port.
 *
 * Memory is allocated before the walk and is bounded whatever the tables hold;
 * what finds no place is counted as such.  Only the list of bind buckets grows
 * while it is walked, between two locks.  Nothing here sleeps otherwise, takes
 * a lock or knows a kernel pointer.
 */
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/sched.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/timer.h>

#include "alloc.h"
#include "census.h"

/* Stands for a device that is gone in the key of a port. */
#define DEV_LOST		(-1)

/* Never 0, as the topmost bit is set; unheld namespaces have number 0. */
static u64 port_key(u32 net, u16 port, s32 dev)
{
	return 1ULL << 63 | (u64)(u16)(net + 1) << 48 | (u64)port << 32 |
	       (u32)dev;
}

/*
 * Eight neighbouring ports share a block, as their sockets are often
 * neighbours in the ehash (one group's fill consecutive buckets from Linux
 * 7.3 on), and blocks are spread over the table, each time in another way:
 * multiplied by an odd number that chance gave, few of any blocks that somebody
 * chose meet (Dietzfelbinger and others, J. Algorithms 25, 1997).
 */
static u32 port_home(const struct twi_ports *ports, u64 key)
{
	u64 block = key & ~(7ULL << 32);
	u32 hash = (block * ports->factor) >> 32;

	return (((u64)hash * (ports->slots / 8)) >> 32) * 8 + (key >> 32) % 8;
}

/* Finds the slot of a key, or the free one where it would be put. */
static struct twi_port *port_probe(const struct twi_ports *ports, u64 key)
{
	u32 i = port_home(ports, key);

	while (ports->slot[i].key && ports->slot[i].key != key)
		if (++i == ports->slots)
			i = 0;
	return &ports->slot[i];
}

static const struct twi_port *port_find(const struct twi_ports *ports, u64 key)
{
	const struct twi_port *port = port_probe(ports, key);

	return port->key ? port : NULL;
}

static struct twi_port *port_get(struct twi_ports *ports, u64 key)
{
	struct twi_port *port = ports->last;

	if (port->key == key)
		return port;
	port = port_probe(ports, key);
	if (unlikely(!port->key)) {
		if (ports->used == ports->max)
			return NULL;
		ports->used++;
		port->key = key;
	}
	ports->last = port;
	return port;
}

static void port_add(struct twi_port *port, u8 state)
{
	if (state == TWI_STATE_tw)
		port->tw++;
	else if (state == TWI_STATE_fw2)
		port->fw2++;
	else
		port->live++;
}

static void port_count(struct twi_ports *ports, u64 key, u8 state)
{
	struct twi_port *port = port_get(ports, key);

	if (likely(port))
		port_add(port, state);
	else
		ports->overflow++;
}

/*
 * A socket on a local port that somebody bound is counted there; all others
 * are outbound, with a local port that connect() chose and that says nothing,
 * and are counted by their remote port.  Both tables are small, and hot.
 */
static void side_count(struct twi_census *c, const struct twi_sock *sock)
{
	struct twi_port *port = c->ports.last;
	u64 key;

	if (c->bound[sock->lport / 64] >> sock->lport % 64 & 1) {
		key = port_key(sock->net, sock->lport, 0);
		if (port->key != key)
			port = port_probe(&c->ports, key);
		if (likely(port->key)) {
			c->ports.last = port;
			port_add(port, sock->state);
			return;
		}
	}
	port_count(&c->rports, port_key(sock->net, sock->rport, 0),
		   sock->state);
}

/* The bin of a length of TWI_DIST_EXACT or more. */
static u32 dist_bin(u32 length)
{
	return min_t(u32, TWI_DIST_EXACT + ilog2(length) - 6,
		     TWI_DIST_BINS - 1);
}

/**
 * twi_dist_bin_low - the shortest chain of a bin
 * @bin: below TWI_DIST_BINS
 *
 * Return: its length.
 */
u32 twi_dist_bin_low(u32 bin)
{
	if (bin < TWI_DIST_EXACT)
		return bin;
	return TWI_DIST_EXACT << (bin - TWI_DIST_EXACT);
}

static void dist_add(struct twi_dist *dist, u32 slot, u32 length)
{
	if (!length)
		return;
	if (likely(length < TWI_DIST_EXACT)) {
		dist->chains[length]++;
	} else {
		dist->chains[dist_bin(length)]++;
		dist->long_nodes += length;
		dist->long_squares += (u64)length * length;
	}
	if (length > dist->longest ||
	    (length == dist->longest && slot < dist->longest_slot)) {
		dist->longest = length;
		dist->longest_slot = slot;
	}
}

static void closed_add(struct twi_wheel *wheel, const struct twi_sock *sock)
{
	u32 age;

	if (sock->state != TWI_STATE_tw)
		return;
	age = twi_sock_age(&wheel->clock, sock);
	if (age == U32_MAX)
		return;
	age /= twi_clock_second(&wheel->clock);
	if (age < TWI_CLOSED_NR)
		wheel->closed[age]++;
	else
		wheel->closed_older++;
}

/*
 * Puts a minisocket into the batch that its timer is in.  calc_index()
 * (kernel/time/timer.c) rounds an expiry up to the step of its level and makes
 * the wheel index of it: an expiry and an index that do not fit were read
 * while the timer was being moved, and neither is to be trusted.
 */
static void wheel_add(struct twi_wheel *wheel, const struct twi_sock *sock)
{
	u32 index = sock->timer >> TIMER_ARRAYSHIFT;
	u32 cpu = sock->timer & TIMER_CPUMASK;
	u32 level = index / TWI_WHEEL_LEVEL_SIZE;
	struct twi_batch *batch;
	unsigned long fires;

	closed_add(wheel, sock);
	if (!(sock->flags & TWI_SOCK_ARMED)) {
		wheel->unarmed++;
		return;
	}
	if (cpu >= wheel->cpus || index >= TWI_WHEEL_SIZE) {
		wheel->unplaced++;
		return;
	}
	fires = twi_sock_fires(sock, level);
	if ((fires >> TWI_WHEEL_SHIFT(level)) % TWI_WHEEL_LEVEL_SIZE !=
	    index % TWI_WHEEL_LEVEL_SIZE) {
		wheel->unplaced++;
		return;
	}
	batch = &wheel->batch[cpu * TWI_WHEEL_SIZE + index];
	if ((batch->tw || batch->fw2) && batch->fires != fires) {
		wheel->unplaced++;
		return;
	}
	batch->fires = fires;
	if (sock->state == TWI_STATE_tw)
		batch->tw++;
	else
		batch->fw2++;
	if ((long)(wheel->clock.now - fires) > 0) {
		wheel->overdue++;
		wheel->overdue_longest = max(wheel->overdue_longest,
					     wheel->clock.now - fires);
	}
}

/**
 * twi_wheel_step - how coarse the wheel is for a timer
 * @timeout: of the timer, in jiffies
 *
 * Return: step of the level that it is put on, in jiffies.
 */
u32 twi_wheel_step(u32 timeout)
{
	u32 level = 0;

	/* LVL_START() of kernel/time/timer.c. */
	while (level < TWI_WHEEL_LEVELS - 1 &&
	       timeout >= 63UL << TWI_WHEEL_SHIFT(level))
		level++;
	return 1U << TWI_WHEEL_SHIFT(level);
}

/*
 * Index in the cells of a namespace: 0 for all that are not held, and 1 for all
 * others where they are not told apart.
 */
static u16 net_cells(u32 want, u16 net)
{
	const u16 last = want & TWI_WANT_NETNS ? U16_MAX : 1;

	static_assert(TWI_NETNS_UNHELD == U16_MAX,
		      "one more than it is 0");
	return min((u16)(net + 1), last);
}

/**
 * twi_census_socks - fold sockets of a chain, whole or a part of it
 * @c: the census
 * @sock: the copies
 * @nr: how many
 *
 * twi_census_long() must follow the last part of a chain.
 */
void twi_census_socks(struct twi_census *c, const struct twi_sock *sock,
		      u32 nr)
{
	const struct twi_sock *end = sock + nr;
	const struct twi_sock *s;
	const u32 want = c->want;
	u32 tw = 0, fw2 = 0;

	for (s = sock; s < end; s++) {
		c->cells[net_cells(want, s->net)].nr[s->family][s->state]++;
		tw += s->state == TWI_STATE_tw;
		fw2 += s->state == TWI_STATE_fw2;
	}
	c->part_tw += tw;
	c->part_fw2 += fw2;
	/* Each file wants one of these at most, and most files none. */
	if (want & TWI_WANT_SIDES)
		for (s = sock; s < end; s++)
			side_count(c, s);
	if (want & TWI_WANT_PORTS)
		for (s = sock; s < end; s++)
			port_count(&c->ports, port_key(s->net, s->lport,
						       s->dev), s->state);
	if (want & TWI_WANT_WHEEL)
		for (s = sock; s < end; s++)
			if (s->state <= TWI_STATE_fw2)
				wheel_add(&c->wheel, s);
}

/**
 * twi_census_long - end a chain that was folded in parts
 * @c: the census
 * @table: index of its table
 * @slot: its bucket
 * @nr: sockets in it
 */
void twi_census_long(struct twi_census *c, u32 table, u32 slot, u32 nr)
{
	enum twi_share share = table ? TWI_OWN : TWI_SHARED;

	if (c->want & TWI_WANT_DIST) {
		dist_add(&c->ehash[share], slot, nr);
		dist_add(&c->ehash_tw[share], slot, c->part_tw + c->part_fw2);
	}
	if (c->want & TWI_WANT_BUCKETS) {
		struct twi_bucket *bucket = &c->bucket[c->base[table] + slot];

		bucket->sockets = nr;
		bucket->tw = c->part_tw;
		bucket->fw2 = c->part_fw2;
	}
	c->part_tw = 0;
	c->part_fw2 = 0;
}

/**
 * twi_census_chain - fold a whole chain of an established hash
 * @c: the census
 * @table: index of its table
 * @slot: its bucket
 * @sock: copies of its sockets
 * @nr: how many
 */
void twi_census_chain(struct twi_census *c, u32 table, u32 slot,
		      const struct twi_sock *sock, u32 nr)
{
	twi_census_socks(c, sock, nr);
	twi_census_long(c, table, slot, nr);
}

/**
 * twi_census_listeners - fold listeners
 * @c: the census
 * @sock: the copies
 * @nr: how many
 */
void twi_census_listeners(struct twi_census *c, const struct twi_sock *sock,
			  u32 nr)
{
	const struct twi_sock *end = sock + nr;

	for (; sock < end; sock++) {
		struct twi_port *port;

		c->cells[net_cells(c->want, sock->net)].listeners++;
		if (!(c->want & TWI_WANT_PORTS))
			continue;
		port = port_get(&c->ports, port_key(sock->net, sock->lport,
						    sock->dev));
		if (port)
			port->listeners += port->listeners < U16_MAX;
		else
			c->ports.overflow++;
	}
}

static int bind_grow(struct twi_census *c, u32 nr)
{
	u32 room = max(c->bind_room, 1024U);
	struct twi_bind *bind;

	if (c->binds + nr <= c->bind_room)
		return 0;
	while (room < c->binds + nr)
		room *= 2;
	bind = kvcalloc(room, sizeof(*bind), TWI_GFP);
	if (!bind)
		return -ENOMEM;
	if (c->binds)
		memcpy(bind, c->bind, c->binds * sizeof(*bind));
	kvfree(c->bind);
	c->bytes += (room - c->bind_room) * sizeof(*bind);
	c->bind = bind;
	c->bind_room = room;
	return 0;
}

static void bind_lost(struct twi_census *c, u32 net)
{
	c->binds_overflow++;
	if (net != TWI_NETNS_UNHELD)
		c->binds_lost[net / 64] |= 1ULL << net % 64;
}

/**
 * twi_census_binds_cut - bind buckets of any namespace were left out
 * @c: the census
 */
void twi_census_binds_cut(struct twi_census *c)
{
	c->binds_overflow++;
	c->binds_lost_any = true;
}

/**
 * twi_census_binds_known - are all bind buckets of a namespace there?
 * @c: the census
 * @net: index of the namespace
 *
 * Return: false if one of them may have been left out.
 */
bool twi_census_binds_known(const struct twi_census *c, u32 net)
{
	return !c->binds_lost_any && !(c->binds_lost[net / 64] >> net % 64 & 1);
}

/**
 * twi_census_binds - fold bind buckets
 * @c: the census
 * @bind: the copies
 * @nr: how many
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int twi_census_binds(struct twi_census *c, const struct twi_bind *bind, u32 nr)
{
	while (c->bind_max && c->binds + nr > c->bind_max)
		bind_lost(c, bind[--nr].net);
	if (bind_grow(c, nr))
		return -ENOMEM;
	memcpy(c->bind + c->binds, bind, nr * sizeof(*bind));
	c->binds += nr;
	return 0;
}

/**
 * twi_census_bound - make the local ports known that somebody bound
 * @c: the census, with TWI_WANT_SIDES and room for them, and their bind
 *     buckets folded
 *
 * Must come before any socket is folded.
 */
void twi_census_bound(struct twi_census *c)
{
	u32 i;

	for (i = 0; i < c->binds; i++) {
		const struct twi_bind *bind = &c->bind[i];

		c->bound[bind->port / 64] |= 1ULL << bind->port % 64;
		if (!port_get(&c->ports, port_key(bind->net, bind->port, 0)))
			c->ports.overflow++;
	}
}

/**
 * twi_census_bind2s - fold bhash2 buckets
 * @c: the census
 * @bind2: the copies
 * @nr: how many
 */
void twi_census_bind2s(struct twi_census *c, const struct twi_bind2 *bind2,
		       u32 nr)
{
	const struct twi_bind2 *end = bind2 + nr;

	if (!(c->want & TWI_WANT_BINDS))
		return;
	for (; bind2 < end; bind2++) {
		struct twi_port *port;

		port = port_get(&c->ports, port_key(bind2->net, bind2->port,
						    bind2->l3mdev));
		if (port)
			port->bind2 += port->bind2 < U16_MAX;
	}
}

/**
 * twi_census_bhash_len - count a chain of bhash
 * @c: the census
 * @slot: its bucket
 * @nr: bind buckets in it
 */
void twi_census_bhash_len(struct twi_census *c, u32 slot, u32 nr)
{
	dist_add(&c->bhash, slot, nr);
}

/**
 * twi_census_bhash2_len - count a chain of bhash2
 * @c: the census
 * @slot: its bucket
 * @nr: bhash2 buckets in it
 */
void twi_census_bhash2_len(struct twi_census *c, u32 slot, u32 nr)
{
	dist_add(&c->bhash2, slot, nr);
}

/**
 * twi_bind_cmp - order of bind buckets: by namespace, port and l3mdev
 * @a: a struct twi_bind
 * @b: another
 *
 * Context: may sleep.
 * Return: as for sort().
 */
int twi_bind_cmp(const void *a, const void *b)
{
	const struct twi_bind *x = a, *y = b;

	/* sort() does not, and there may be many of them. */
	cond_resched();
	if (x->net != y->net)
		return x->net < y->net ? -1 : 1;
	if (x->port != y->port)
		return x->port < y->port ? -1 : 1;
	if (x->l3mdev != y->l3mdev)
		return x->l3mdev < y->l3mdev ? -1 : 1;
	return 0;
}

/* Moves the counts of one device to the l3mdev that its port is hashed under */
static void port_move(struct twi_ports *ports, struct twi_port *from, s32 dev)
{
	struct twi_port *to;

	to = port_get(ports, port_key(twi_port_net(from), twi_port_port(from),
				      dev));
	if (!to) {
		ports->overflow += from->tw + from->fw2 + from->live;
	} else {
		to->tw += from->tw;
		to->fw2 += from->fw2;
		to->live += from->live;
		to->listeners = min_t(u32, U16_MAX,
				      to->listeners + from->listeners);
	}
	from->tw = 0;
	from->fw2 = 0;
	from->live = 0;
	from->listeners = 0;
}

/**
 * twi_census_join - order the bind buckets and join the sockets to them
 * @c: the census, with TWI_WANT_BINDS and TWI_WANT_PORTS
 * @l3mdev: resolves the device that a socket is bound to
 * @arg: passed to @l3mdev
 *
 * Sockets were counted by the device that they are bound to, bind buckets are
 * by the l3 master device of that: this brings the first under the second.
 */
void twi_census_join(struct twi_census *c, twi_l3mdev_fn l3mdev,
		     const void *arg)
{
	u32 i;

	sort(c->bind, c->binds, sizeof(*c->bind), twi_bind_cmp, NULL);
	for (i = 0; i < c->ports.slots; i++) {
		struct twi_port *port = &c->ports.slot[i];
		s32 dev = (u32)port->key;
		int master;

		if (!(i % 1024))
			cond_resched();
		if (!port->key || !dev || dev == DEV_LOST ||
		    twi_port_net(port) == TWI_NETNS_UNHELD)
			continue;
		master = l3mdev(arg, twi_port_net(port), dev);
		if (master != dev)
			port_move(&c->ports, port,
				  master < 0 ? DEV_LOST : master);
	}
}

/* Is there another bind bucket of the same port?  They are in order. */
static bool bind_shared(const struct twi_census *c, u32 index)
{
	const struct twi_bind *bind = &c->bind[index];

	return (index && bind[-1].net == bind->net &&
		bind[-1].port == bind->port) ||
	       (index + 1 < c->binds && bind[1].net == bind->net &&
		bind[1].port == bind->port);
}

static void row_add(struct twi_bind_row *row, const struct twi_port *port)
{
	row->tw += port->tw;
	row->fw2 += port->fw2;
	row->live += port->live;
	row->listeners += port->listeners;
	row->bind2 += port->bind2;
}

/*
 * What the tables show decides first; sockets that are only bound are in no
 * table, and of those the owners tell.
 */
static s8 row_only_tw(const struct twi_bind_row *row)
{
	if (row->live > 0 || row->listeners > 0 ||
	    row->bind.owners == TWI_OWNERS_OTHER ||
	    row->bind.owners == TWI_OWNERS_NONE)
		return 0;
	return row->bind.owners == TWI_OWNERS_MINI ? 1 : TWI_UNKNOWN;
}

/**
 * twi_census_bind_row - what is known of one bind bucket
 * @c: the census, joined
 * @index: number of the bucket, below c->binds
 * @row: filled in
 */
void twi_census_bind_row(const struct twi_census *c, u32 index,
			 struct twi_bind_row *row)
{
	const struct twi_bind *bind = &c->bind[index];
	const struct twi_port *port, *lost;

	memset(row, 0, sizeof(*row));
	row->bind = *bind;
	port = port_find(&c->ports, port_key(bind->net, bind->port,
					     bind->l3mdev));
	lost = port_find(&c->ports, port_key(bind->net, bind->port, DEV_LOST));
	if (port)
		row_add(row, port);
	if (lost && (lost->tw || lost->fw2 || lost->live || lost->listeners)) {
		row->ambiguous = bind_shared(c, index);
		if (!row->ambiguous)
			row_add(row, lost);
	}
	row->only_tw = row_only_tw(row);
	/* Unheld namespaces are counted as one; without a slot, nothing is. */
	if (bind->net == TWI_NETNS_UNHELD || (!port && c->ports.overflow)) {
		row->tw = TWI_UNKNOWN;
		row->fw2 = TWI_UNKNOWN;
		row->live = TWI_UNKNOWN;
		row->listeners = TWI_UNKNOWN;
		row->bind2 = TWI_UNKNOWN;
		row->only_tw = row->bind.owners == TWI_OWNERS_MANY ?
			       TWI_UNKNOWN :
			       row->bind.owners == TWI_OWNERS_MINI;
	}
}

/**
 * twi_census_bucket_table - the table that a bucket is of
 * @c: the census, with TWI_WANT_BUCKETS
 * @bucket: number of the bucket in c->bucket
 *
 * Return: index of the table.
 */
u32 twi_census_bucket_table(const struct twi_census *c, u32 bucket)
{
	u32 low = 0, high = c->tables;

	while (high - low > 1) {
		u32 middle = low + (high - low) / 2;

		if (c->base[middle] <= bucket)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/**
 * twi_census_sum - sockets of a state
 * @c: the census
 * @state: enum twi_state
 * @family: enum twi_family, or TWI_FAMILY_NR for all
 *
 * Return: how many, over all namespaces.
 */
u64 twi_census_sum(const struct twi_census *c, u32 state, u32 family)
{
	u32 rows = c->want & TWI_WANT_NETNS ? c->netns + 1 : 2;
	u64 sum = 0;
	u32 i, f;

	for (i = 0; i < rows; i++)
		for (f = 0; f < TWI_FAMILY_NR; f++)
			if (family == TWI_FAMILY_NR || family == f)
				sum += c->cells[i].nr[f][state];
	return sum;
}

/**
 * twi_census_only_tw - bind buckets that nothing but minisockets holds
 * @c: the census, joined
 * @bind2: set to the number of bhash2 buckets of their ports
 *
 * Return: how many.
 */
u32 twi_census_only_tw(const struct twi_census *c, u64 *bind2)
{
	struct twi_bind_row row;
	u32 nr = 0;
	u32 i;

	*bind2 = 0;
	for (i = 0; i < c->binds; i++) {
		if (!(i % 1024))
			cond_resched();
		twi_census_bind_row(c, i, &row);
		if (row.only_tw != 1)
			continue;
		nr++;
		if (row.bind2 > 0)
			*bind2 += row.bind2;
	}
	return nr;
}

static bool port_busier(const struct twi_port *a, const struct twi_port *b)
{
	u64 x = (u64)a->tw + a->fw2, y = (u64)b->tw + b->fw2;

	if (x != y)
		return x > y;
	/* Namespaces are numbered by cookie. */
	return a->key < b->key;
}

/* Puts a port at its rank, if it has one. */
static void top_add(struct twi_top *top, const struct twi_port *port)
{
	u32 at;

	if (top->nr < TWI_TOP_NR)
		top->nr++;
	else if (!port_busier(port, &top->port[TWI_TOP_NR - 1]))
		return;
	for (at = top->nr - 1; at; at--) {
		if (!port_busier(port, &top->port[at - 1]))
			break;
		top->port[at] = top->port[at - 1];
	}
	top->port[at] = *port;
}

/**
 * twi_census_top - the busiest ports, and how many there are
 * @ports: counts by port
 * @top: filled in
 */
void twi_census_top(const struct twi_ports *ports, struct twi_top *top)
{
	u32 i;

	memset(top, 0, sizeof(*top));
	for (i = 0; i < ports->slots; i++) {
		const struct twi_port *port = &ports->slot[i];

		if (!port->tw && !port->fw2 && !port->live)
			continue;
		top->used++;
		top_add(top, port);
	}
}

/**
 * twi_dist_nodes - nodes in the chains of a table
 * @dist: the distribution
 *
 * Return: how many.
 */
u64 twi_dist_nodes(const struct twi_dist *dist)
{
	u64 nodes = dist->long_nodes;
	u32 i;

	for (i = 1; i < TWI_DIST_EXACT; i++)
		nodes += (u64)i * dist->chains[i];
	return nodes;
}

/**
 * twi_dist_hit_milli - cost of finding a node that is there
 * @dist: the distribution
 *
 * Return: mean number of nodes visited, each node as likely, in thousandths;
 * 0 for an empty table.
 */
u64 twi_dist_hit_milli(const struct twi_dist *dist)
{
	u64 nodes = twi_dist_nodes(dist);
	u64 squares = dist->long_squares;
	u32 i;

	for (i = 1; i < TWI_DIST_EXACT; i++)
		squares += (u64)i * i * dist->chains[i];
	/* A chain of n nodes costs 1 + 2 + ... + n for its n nodes. */
	return nodes ? div64_u64(500 * (squares + nodes), nodes) : 0;
}

/**
 * twi_dist_miss_milli - cost of finding that a node is not there
 * @dist: the distribution
 *
 * Return: mean number of nodes visited, each bucket as likely, in thousandths;
 * 0 for a table without buckets.
 */
u64 twi_dist_miss_milli(const struct twi_dist *dist)
{
	if (!dist->buckets)
		return 0;
	return div64_u64(1000 * twi_dist_nodes(dist), dist->buckets);
}

/**
 * twi_dist_empty - buckets without a node
 * @dist: the distribution
 *
 * Return: how many.
 */
u64 twi_dist_empty(const struct twi_dist *dist)
{
	u64 empty = dist->buckets;
	u32 i;

	for (i = 0; i < TWI_DIST_BINS; i++)
		empty -= dist->chains[i];
	return empty;
}

static void *census_calloc(struct twi_census *c, size_t nr, size_t size)
{
	void *p = kvcalloc(nr, size, TWI_GFP);

	if (p)
		c->bytes += nr * size;
	return p;
}

static int alloc_buckets(struct twi_census *c)
{
	u64 buckets = 0;
	u32 i;

	c->base = census_calloc(c, c->tables, sizeof(*c->base));
	if (!c->base)
		return -ENOMEM;
	for (i = 0; i < c->tables; i++) {
		c->base[i] = buckets;
		buckets += c->table[i].buckets;
	}
	if (buckets > U32_MAX)
		return -ENOMEM;
	c->buckets = buckets;
	c->bucket = census_calloc(c, c->buckets, sizeof(*c->bucket));
	return c->bucket ? 0 : -ENOMEM;
}

/**
 * twi_census_alloc - allocate a census
 * @c: the census, zeroed
 * @want: TWI_WANT_* bits
 * @netns: namespaces that there are
 * @table: established hashes, kept by the caller as long as the census
 * @tables: how many
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM, after which it must be freed all the same.
 */
int twi_census_alloc(struct twi_census *c, u32 want, u32 netns,
		     const struct twi_table *table, u32 tables)
{
	u32 rows = want & TWI_WANT_NETNS ? netns + 1 : 2;
	u32 i;

	c->want = want;
	c->netns = netns;
	c->table = table;
	c->tables = tables;
	for (i = 0; i < tables; i++) {
		enum twi_share share = i ? TWI_OWN : TWI_SHARED;

		c->ehash[share].buckets += table[i].buckets;
		c->ehash_tw[share].buckets += table[i].buckets;
	}
	c->cells = census_calloc(c, rows, sizeof(*c->cells));
	if (!c->cells)
		return -ENOMEM;
	return want & TWI_WANT_BUCKETS ? alloc_buckets(c) : 0;
}

static int alloc_ports(struct twi_census *c, struct twi_ports *ports, u32 max)
{
	/* A third stays free, so that a probe for what is not there ends soon. */
	ports->slots = ALIGN(max + max / 2 + 1, 8);
	ports->max = max;
	ports->factor = c->seed | 1;
	ports->slot = census_calloc(c, ports->slots, sizeof(*ports->slot));
	ports->last = ports->slot;
	return ports->slot ? 0 : -ENOMEM;
}

/**
 * twi_census_alloc_ports - allocate the counts by port
 * @c: the census
 * @ports: local ports that can be counted
 * @rports: remote ports that can be counted, with TWI_WANT_SIDES
 *
 * Return: 0 or -ENOMEM.
 */
int twi_census_alloc_ports(struct twi_census *c, u32 ports, u32 rports)
{
	if (alloc_ports(c, &c->ports, ports))
		return -ENOMEM;
	if (!(c->want & TWI_WANT_SIDES))
		return 0;
	c->bound = census_calloc(c, 65536 / 64, sizeof(*c->bound));
	if (!c->bound || alloc_ports(c, &c->rports, rports))
		return -ENOMEM;
	return 0;
}

/**
 * twi_census_alloc_wheel - allocate the death row
 * @c: the census
 * @cpus: CPUs that there can be
 *
 * Return: 0 or -ENOMEM.
 */
int twi_census_alloc_wheel(struct twi_census *c, u32 cpus)
{
	c->wheel.cpus = cpus;
	c->wheel.batch = census_calloc(c, (size_t)cpus * TWI_WHEEL_SIZE,
				       sizeof(*c->wheel.batch));
	return c->wheel.batch ? 0 : -ENOMEM;
}

/**
 * twi_census_drop_binds - free the bind buckets, which nobody asks for any more
 * @c: the census
 */
void twi_census_drop_binds(struct twi_census *c)
{
	kvfree(c->bind);
	c->bind = NULL;
	c->binds = 0;
}

/**
 * twi_census_free - free a census, whole or allocated in part
 * @c: the census
 */
void twi_census_free(struct twi_census *c)
{
	kvfree(c->bucket);
	kvfree(c->base);
	kvfree(c->cells);
	kvfree(c->bound);
	kvfree(c->ports.slot);
	kvfree(c->rports.slot);
	kvfree(c->wheel.batch);
	kvfree(c->bind);
	memset(c, 0, sizeof(*c));
}
