// SPDX-License-Identifier: GPL-2.0
/*
 * The ports that an outbound group draws from.
 *
 * Sees values only, and is built in user space too (module/tests).  The order
 * is: twi_supplies_alloc() chooses the groups; the caller fills in what the
 * namespace says of each; twi_supplies_usable(); twi_supplies_seen(), or, where
 * not all sockets were remembered, another walk of the table through
 * twi_supplies_socks(); twi_supplies_finish().
 */
#include <linux/bitmap.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/timer.h>

#include "alloc.h"
#include "census.h"
#include "supply.h"

/* LOOPBACK_IFINDEX (include/net/flow.h) */
#define LOOPBACK_DEV		1
/* More seconds than are looked ahead. */
#define SUPPLY_NEVER		(TWI_AHEAD_NR + 1)
/* Remembered sockets that are looked at in one go. */
#define SUPPLY_BATCH		256U

static u32 net_ports(const struct twi_tuples *t, const union twi_key *key)
{
	const struct twi_netns *net = &t->net[key->net];

	return net->port_high - net->port_low + 1;
}

/* Sockets that count: of those beyond the range, some have no port of it. */
static u64 share_sockets(const struct twi_tuples *t,
			 const struct twi_group *group)
{
	return min_t(u64, twi_group_sockets(group), net_ports(t, &group->key));
}

/* Does @a use a larger share of its range than @b? */
static bool share_larger(const struct twi_tuples *t, const struct twi_group *a,
			 const struct twi_group *b)
{
	return share_sockets(t, a) * net_ports(t, &b->key) >
	       share_sockets(t, b) * net_ports(t, &a->key);
}

/*
 * Puts a group at its rank by share, if it has one; of equal ones the first
 * stays before.  The ranks before @from are not by share.
 */
static void supply_rank(struct twi_supplies *all, struct twi_group *group,
			u32 from)
{
	const struct twi_tuples *t = all->t;
	u32 at;

	if (all->nr < TWI_SUPPLIES_MAX)
		all->nr++;
	else if (!share_larger(t, group, all->supply[all->nr - 1].group))
		return;
	for (at = all->nr - 1; at > from; at--) {
		struct twi_group *before = all->supply[at - 1].group;

		if (!share_larger(t, group, before))
			break;
		all->supply[at].group = before;
	}
	all->supply[at].group = group;
}

/*
 * The first outbound groups in order, which have the most sockets, and of the
 * others those with the largest shares.  Not all by share: who has a namespace
 * of his own sets its range.
 */
static void supplies_choose(struct twi_supplies *all,
			    const struct twi_census *c)
{
	struct twi_tuples *t = all->t;
	u32 i;

	for (i = 0; i < t->listed; i++) {
		struct twi_group *group = twi_tuples_group(t, i);

		/* What connect() can choose is known with all bind buckets. */
		if (group->key.side != TWI_SIDE_outbound ||
		    !twi_census_binds_known(c, group->key.net))
			continue;
		if (all->nr < TWI_SUPPLIES_LARGE)
			all->supply[all->nr++].group = group;
		else
			supply_rank(all, group, TWI_SUPPLIES_LARGE);
	}
}

static u32 supply_slot(const struct twi_supplies *all, const union twi_key *key,
		       u32 hash)
{
	u32 i = hash % TWI_SUPPLY_SLOTS;

	while (all->slot[i] &&
	       !twi_key_same(&all->supply[all->slot[i] - 1].key, key))
		i = (i + 1) % TWI_SUPPLY_SLOTS;
	return i;
}

/* The bit of a key in @pairs. */
static u32 supply_pair(const struct twi_supplies *all, union twi_key key)
{
	key.port = 0;
	return twi_key_hash(&all->t->seed, &key) % TWI_SUPPLY_PAIRS;
}

static void supply_index(struct twi_supplies *all, u32 nr)
{
	struct twi_supply *s = &all->supply[nr];
	u32 slot;

	s->key = s->group->key;
	s->key.dev = 0;
	slot = supply_slot(all, &s->key, twi_key_hash(&all->t->seed, &s->key));
	all->next[nr] = all->slot[slot];
	all->slot[slot] = nr + 1;
	__set_bit(s->key.port, all->rports);
	__set_bit(supply_pair(all, s->key), all->pairs);
	s->group->supply = nr + 1;
}

/**
 * twi_supplies_alloc - choose the groups and allocate their bitmaps
 * @all: zeroed
 * @t: the groups, in order; no socket is added to them afterwards
 * @c: which bind buckets were left out
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM, after which it must be freed all the same.
 */
int twi_supplies_alloc(struct twi_supplies *all, struct twi_tuples *t,
		       const struct twi_census *c)
{
	const size_t ports = BITS_TO_LONGS(TWI_PORT_BITS);
	unsigned long *bits;
	size_t longs = 0;
	u32 i;

	static_assert(TWI_SUPPLIES_MAX < TWI_SUPPLY_BY_RPORT,
		      "a number + 1 is none that means something else");
	all->t = t;
	all->supply = kvcalloc(TWI_SUPPLIES_MAX, sizeof(*all->supply),
			       TWI_GFP);
	all->rports = kvcalloc(ports, sizeof(*bits), TWI_GFP);
	if (!all->supply || !all->rports)
		return -ENOMEM;
	supplies_choose(all, c);
	for (i = 0; i < all->nr; i++)
		longs += 4 * BITS_TO_LONGS(net_ports(t,
						     &all->supply[i].group->key));
	all->bits = kvcalloc(longs, sizeof(*bits), TWI_GFP);
	if (!all->bits)
		return -ENOMEM;
	all->bytes = (ports + longs) * sizeof(*bits) +
		     TWI_SUPPLIES_MAX * sizeof(*all->supply);
	if (all->nr && !t->unseen) {
		all->first = kvcalloc(t->used, sizeof(*all->first), TWI_GFP);
		if (!all->first)
			return -ENOMEM;
		all->bytes += t->used * sizeof(*all->first);
	}
	bits = all->bits;
	for (i = 0; i < all->nr; i++) {
		struct twi_supply *s = &all->supply[i];

		supply_index(all, i);
		s->low = t->net[s->key.net].port_low;
		s->size = net_ports(t, &s->key);
		longs = BITS_TO_LONGS(s->size);
		s->reserved = bits;
		s->usable = bits + longs;
		s->used = bits + 2 * longs;
		s->hard = bits + 3 * longs;
		bits += 4 * longs;
	}
	return 0;
}

/**
 * twi_supplies_trim - free what is not needed any more
 * @all: finished
 */
void twi_supplies_trim(struct twi_supplies *all)
{
	kvfree(all->first);
	kvfree(all->rports);
	kvfree(all->bits);
	all->first = NULL;
	all->rports = NULL;
	all->bits = NULL;
}

/**
 * twi_supplies_free - free what was allocated
 * @all: allocated in part or whole
 */
void twi_supplies_free(struct twi_supplies *all)
{
	twi_supplies_trim(all);
	kvfree(all->supply);
	all->supply = NULL;
}

/**
 * twi_supply_reuses - does connect() take over TIME-WAIT of a group?
 * @key: the group
 * @mode: net.ipv4.tcp_tw_reuse
 *
 * The rule of tcp_twsk_unique() (net/ipv4/tcp_ipv4.c) for the addresses.
 *
 * Return: whether it does, of those sockets that are old enough.
 */
bool twi_supply_reuses(const union twi_key *key, u8 mode)
{
	static const u8 mapped[13] = { [10] = 0xff, 0xff, 127 };
	static const u8 loopback[16] = { [15] = 1 };

	if (mode != 2)
		return mode;
	return key->dev == LOOPBACK_DEV ||
	       !memcmp(key->laddr, mapped, sizeof(mapped)) ||
	       !memcmp(key->raddr, mapped, sizeof(mapped)) ||
	       !memcmp(key->laddr, loopback, sizeof(loopback)) ||
	       !memcmp(key->raddr, loopback, sizeof(loopback));
}

/**
 * twi_supply_mode - say which TIME-WAIT connect() takes over
 * @s: the supply, of a group
 * @mode: net.ipv4.tcp_tw_reuse
 */
void twi_supply_mode(struct twi_supply *s, u8 mode)
{
	s->reuse = twi_supply_reuses(&s->group->key, mode);
	/* Sockets without a device are in the way too, and go by address. */
	s->lo_only = s->reuse && !twi_supply_reuses(&s->key, mode);
}

/**
 * twi_supplies_usable - which ports connect() may choose
 * @all: with the reserved ports of each
 *
 * Not those whose bind bucket has fastreuse or fastreuseport of 0 or more.
 *
 * Context: may sleep.
 */
void twi_supplies_usable(struct twi_supplies *all)
{
	const struct twi_sides *sides = &all->t->sides;
	u32 nr, i;

	for (nr = 0; nr < all->nr; nr++) {
		struct twi_supply *s = &all->supply[nr];

		cond_resched();
		/* Of a device that is gone nobody can say, or connect(). */
		if (s->l3mdev < 0) {
			s->group->supply = 0;
			continue;
		}
		all->known++;
		bitmap_complement(s->usable, s->reserved, s->size);
		i = twi_sides_first(sides, s->key.net, s->low);
		for (; i < sides->binds; i++) {
			const struct twi_bind *bind = &sides->bind[i];

			if (bind->net != s->key.net ||
			    bind->port - s->low >= s->size)
				break;
			if (bind->l3mdev == s->l3mdev)
				__clear_bit(bind->port - s->low, s->usable);
		}
		s->capacity = bitmap_weight(s->usable, s->size);
	}
}

/* Would a socket of the supply's device find this one in its way? */
static bool dev_matches(const struct twi_supply *s, s32 dev)
{
	/* inet_bound_dev_eq() (include/net/inet_sock.h) */
	if (!dev)
		return s->any;
	return dev == s->group->key.dev || dev == s->master;
}

/* Seconds until its timer fires, SUPPLY_NEVER where that is not known. */
static __always_inline u32 sock_due(const struct twi_clock *clock,
				    const struct twi_sock *sock)
{
	u32 level = twi_sock_level(sock);
	long left;

	if (!(sock->flags & TWI_SOCK_ARMED) || level >= TWI_WHEEL_LEVELS)
		return SUPPLY_NEVER;
	left = twi_sock_fires(sock, level) - clock->now;
	if (left <= 0)
		return 0;
	if (left > TWI_AHEAD_NR * clock->hz)
		return SUPPLY_NEVER;
	/* In 32 bits, as no more are left. */
	return DIV_ROUND_UP((u32)left, clock->hz);
}

/*
 * Seconds, rounded up, until connect() may take over a TIME-WAIT socket that has
 * a timestamp, the other half of the rule of tcp_twsk_unique(); 0: now.
 */
static __always_inline u32 sock_fresh(const struct twi_clock *clock, u32 delay,
				      const struct twi_sock *sock,
				      const struct twi_ends *ends)
{
	s32 left;

	/* After that time, not at it. */
	if (clock->delayed) {
		left = sock->stamp + delay - clock->now_ms;
		return left < 0 ? 0 : left / 1000 + 1;
	}
	left = ends->recent - clock->now_s;
	return left < 0 ? 0 : left + 1U;
}

/* Notes when a port will be free again. */
static void supply_due(struct twi_supply *s, u32 seconds)
{
	if (seconds < 1)
		seconds = 1;
	if (seconds <= TWI_AHEAD_NR)
		s->outlook.freed[seconds - 1]++;
}

/*
 * Notes a socket on a port that connect() may choose.  Of two on one port the
 * first one met says when it will be free.
 */
static __always_inline void supply_use(const struct twi_clock *clock,
				       struct twi_supply *s, u32 port,
				       const struct twi_sock *sock,
				       const struct twi_ends *ends)
{
	const bool first = !__test_and_set_bit(port, s->used);
	u32 seconds = SUPPLY_NEVER, fresh = SUPPLY_NEVER;

	if (sock->state == TWI_STATE_tw && ends->recent)
		fresh = sock_fresh(clock, s->delay, sock, ends);
	if (s->lo_only && sock->dev != LOOPBACK_DEV) {
		s->held += first && !fresh;
		fresh = SUPPLY_NEVER;
	}
	if (fresh)
		__set_bit(port, s->hard);
	if (!first || (!fresh && s->reuse))
		return;
	if (sock->state <= TWI_STATE_fw2)
		seconds = sock_due(clock, sock);
	if (s->reuse)
		seconds = min(seconds, fresh);
	supply_due(s, seconds);
}

/*
 * Folds a socket with the key of a supply.
 *
 * Return: whether it counts as stamped, if it is of the group.
 */
static __always_inline bool supply_sock(const struct twi_clock *clock,
					struct twi_supply *s,
					const struct twi_sock *sock,
					const struct twi_ends *ends)
{
	u32 port = sock->lport - s->low;

	if (!dev_matches(s, sock->dev))
		return false;
	if (port < s->size && test_bit(port, s->usable))
		supply_use(clock, s, port, sock, ends);
	return sock->state <= TWI_STATE_fw2 && ends->recent;
}

/* The first supply of a key + 1, 0 for none. */
static u32 supplies_find(const struct twi_supplies *all, const union twi_key *key)
{
	return all->slot[supply_slot(all, key,
				     twi_key_hash(&all->t->seed, key))];
}

/* As of twi_key_tuple(): a group may have another side and port. */
static void group_tuple(const struct twi_group *group, u16 rport,
			union twi_key *key)
{
	*key = group->key;
	key->dev = 0;
	key->port = rport;
	key->side = TWI_SIDE_outbound;
	key->remote = true;
}

/* What @first of struct twi_supplies has of a group. */
static u8 group_first(const struct twi_supplies *all, const struct twi_group *group)
{
	union twi_key key;

	group_tuple(group, group->key.port, &key);
	if (group->key.remote)
		return supplies_find(all, &key);
	return test_bit(supply_pair(all, key), all->pairs) ? TWI_SUPPLY_BY_RPORT : 0;
}

/*
 * The first supply that a socket is for + 1, 0 for none, where its remote port
 * tells.  Not inlined: many a compiler would clear the key for each socket.
 */
static noinline u32 seen_find(const struct twi_supplies *all,
			      const struct twi_seen *seen)
{
	union twi_key key;

	group_tuple(&all->t->group[seen->group], seen->rport, &key);
	return supplies_find(all, &key);
}

/* The first supply that a socket is for + 1, 0 for none. */
static u32 seen_first(const struct twi_supplies *all,
		      const struct twi_seen *seen)
{
	u32 at = all->first[seen->group];

	if (at != TWI_SUPPLY_BY_RPORT)
		return at;
	return test_bit(seen->rport, all->rports) ? seen_find(all, seen) : 0;
}

/* From the supply @at - 1 on, all those that have its key. */
static void supplies_seen(struct twi_supplies *all, u32 at,
			  const struct twi_seen *seen)
{
	const struct twi_group *group = &all->t->group[seen->group];
	const struct twi_clock *clock = &all->t->clock;
	const struct twi_ends ends = {
		/* The second is asked for only where it is the stamp. */
		.recent = seen->flags & TWI_SEEN_RECENT ? seen->stamp ?: 1 : 0,
	};
	const struct twi_sock sock = {
		/* Less than 2^31 jiffies away. */
		.expires = clock->now + (s32)(seen->expires - (u32)clock->now),
		.timer = (u32)seen->level * TWI_WHEEL_LEVEL_SIZE
			 << TIMER_ARRAYSHIFT,
		.stamp = seen->stamp,
		.dev = group->key.dev,
		.net = group->key.net,
		.lport = seen->lport,
		.rport = seen->rport,
		.state = seen->state,
		.flags = seen->flags,
	};

	for (; at; at = all->next[at - 1]) {
		struct twi_supply *s = &all->supply[at - 1];

		if (supply_sock(clock, s, &sock, &ends) && group == s->group)
			s->stamped++;
	}
}

/**
 * twi_supplies_seen - fold the sockets that were remembered
 * @all: the supplies of groups that remember all their sockets
 *
 * Some at a time, first finds out of which groups are for a supply: as no CPU can
 * foretell that, no branch depends on it.
 *
 * Context: may sleep.
 */
void twi_supplies_seen(struct twi_supplies *all)
{
	const struct twi_tuples *t = all->t;
	u8 chosen[SUPPLY_BATCH];
	u32 i, j, nr, batch;

	static_assert(!((SUPPLY_BATCH - 1) & ~U8_MAX) &&
		      !(TWI_SEEN_PIECE % SUPPLY_BATCH),
		      "an index fits, and a batch is in one piece");
	for (i = 0; i < t->used; i++) {
		all->first[i] = group_first(all, &t->group[i]);
		if (!(i % SUPPLY_BATCH))
			cond_resched();
	}
	for (i = 0; i < t->seens; i += batch) {
		const struct twi_seen *seen = twi_tuples_seen(t, i);

		batch = min(t->seens - i, SUPPLY_BATCH);
		nr = 0;
		for (j = 0; j < batch; j++) {
			chosen[nr] = j;
			nr += all->first[seen[j].group] != 0;
		}
		for (j = 0; j < nr; j++)
			supplies_seen(all, seen_first(all, &seen[chosen[j]]),
				      &seen[chosen[j]]);
		/* Each may be in the way of all supplies. */
		cond_resched();
	}
}

/* Is a socket of the supply's group?  Its key is the supply's. */
static bool supply_is_of(struct twi_tuples *t, const struct twi_supply *s,
			 const struct twi_sock *sock)
{
	bool local;

	return sock->dev == s->group->key.dev &&
	       twi_side(&t->sides, sock, &local) == TWI_SIDE_outbound;
}

/**
 * twi_supplies_socks - fold sockets
 * @all: the supplies
 * @sock: the copies
 * @ends: their addresses
 * @nr: how many
 */
void twi_supplies_socks(struct twi_supplies *all, const struct twi_sock *sock,
			const struct twi_ends *ends, u32 nr)
{
	const struct twi_sock *end = sock + nr;
	union twi_key key;
	u32 at;

	for (; sock < end; sock++, ends++) {
		if (likely(!test_bit(sock->rport, all->rports)) ||
		    sock->net == TWI_NETNS_UNHELD)
			continue;
		twi_key_tuple(&key, sock, ends);
		key.dev = 0;
		at = supplies_find(all, &key);
		for (; at; at = all->next[at - 1]) {
			struct twi_supply *s = &all->supply[at - 1];

			if (supply_sock(&all->t->clock, s, sock, ends) &&
			    supply_is_of(all->t, s, sock))
				s->stamped++;
		}
	}
}

/* Free ports of the parity of the first port of the range. */
static u32 supply_first(const struct twi_supply *s)
{
	const unsigned long even = ~0UL / 3;
	const u32 last = BITS_TO_LONGS(s->size) - 1;
	u32 nr = 0;
	u32 i;

	for (i = 0; i < last; i++)
		nr += hweight_long(s->usable[i] & ~s->used[i] & even);
	return nr + hweight_long(s->usable[last] & ~s->used[last] & even &
				 BITMAP_LAST_WORD_MASK(s->size));
}

static void supply_finish(const struct twi_clock *clock, struct twi_supply *s)
{
	struct twi_search search = {
		.size = s->size,
		.reserved = s->reserved,
		.free = s->usable,
	};
	u32 hard = bitmap_weight(s->hard, s->size);

	s->taken = bitmap_weight(s->used, s->size);
	s->reuse_1 = s->taken - hard + s->held;
	s->free_first = supply_first(s);
	bitmap_andnot(s->usable, s->usable, s->reuse ? s->hard : s->used,
		      s->size);
	s->left = twi_connect_left(&search);
	twi_connect_probes(&search, &s->probes);
	if (s->steps)
		s->probes = (struct twi_probes){ -1, -1, -1 };

	s->outlook.left = s->left;
	s->outlook.closed_10s = s->group->closed_10s;
	s->outlook.minis = s->group->tw + s->group->fw2;
	s->outlook.stamped = min(s->stamped, s->outlook.minis);
	s->outlook.life_s = (clock->tw_len + clock->tw_step + clock->hz - 1) /
			    clock->hz;
	/* By the second of the timestamp: after one, up to two. */
	if (s->reuse)
		s->outlook.reuse_s = clock->delayed ? s->delay / 1000 + 1 : 2;
	s->exhausted_s = twi_connect_exhausted(&s->outlook);
}

/**
 * twi_supplies_finish - the results, after the walk
 * @all: the supplies
 *
 * Context: may sleep.
 */
void twi_supplies_finish(struct twi_supplies *all)
{
	u32 i;

	for (i = 0; i < all->nr; i++) {
		cond_resched();
		if (all->supply[i].group->supply)
			supply_finish(&all->t->clock, &all->supply[i]);
	}
}
