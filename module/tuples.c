// SPDX-License-Identifier: GPL-2.0
/*
 * Folds sockets into groups that draw their quadruplets from the same
 * supply.
 *
 * Memory is allocated before a walk and is bounded whatever the table holds.
 * Groups are counted as they come until there is no more room; those are exact.
 * What comes then goes into a sketch, Misra-Gries counters in sets: of the groups
 * that share a set it keeps each that was met more often than was taken off the
 * set.  A second walk counts the groups that it kept.  Folding does not sleep or
 * take a lock, and nothing here knows a kernel pointer.
 *
 * What the supplies need of a socket is remembered, so that they need no walk of
 * their own: which groups have one is known when all are counted.
 */
#include <linux/sched.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "alloc.h"
#include "tuples.h"

/**
 * twi_key_hash - hash of a key
 * @t: the groups
 * @key: the key
 *
 * Return: 32 bits that nobody who does not know the seed can foresee.
 */
u32 twi_key_hash(const struct twi_tuples *t, const union twi_key *key)
{
	return hsiphash(key, sizeof(*key), &t->seed);
}

/**
 * twi_key_tuple - the key of a connection to somewhere
 * @key: filled in, for the outbound side and with the device
 * @sock: copy of a socket
 * @ends: its addresses
 */
void twi_key_tuple(union twi_key *key, const struct twi_sock *sock,
		   const struct twi_ends *ends)
{
	memset(key, 0, sizeof(*key));
	memcpy(key->laddr, ends->laddr, sizeof(key->laddr));
	memcpy(key->raddr, ends->raddr, sizeof(key->raddr));
	key->dev = sock->dev;
	key->net = sock->net;
	key->port = sock->rport;
	key->side = TWI_SIDE_outbound;
	key->remote = true;
}

static void sock_key(struct twi_tuples *t, const struct twi_sock *sock,
		     const struct twi_ends *ends, union twi_key *key)
{
	bool local;

	twi_key_tuple(key, sock, ends);
	key->side = twi_side(&t->sides, sock, &local);
	if (local) {
		key->port = sock->lport;
		key->remote = false;
	}
}

/* Room for groups, of which a third stays free. */
#define TUPLES_SLOTS(max)						\
	(((max) + TWI_HEAVY_SETS * TWI_HEAVY_WAYS) / 2 * 3 + 1)

static void group_clear(struct twi_group *group)
{
	group->tw = 0;
	group->fw2 = 0;
	group->live = 0;
	group->closed_1s = 0;
	group->closed_10s = 0;
	group->oldest = 0;
	group->youngest = U32_MAX;
}

static void group_add_tw(const struct twi_clock *clock,
			 struct twi_group *group, const struct twi_sock *sock)
{
	u32 second = twi_clock_second(clock);
	u32 age = twi_sock_age(clock, sock);

	group->tw++;
	if (age == U32_MAX)
		return;
	group->closed_1s += age < second;
	group->closed_10s += age < 10 * second;
	group->oldest = max(group->oldest, age);
	group->youngest = min(group->youngest, age);
}

static void group_add(const struct twi_tuples *t, struct twi_group *group,
		      const struct twi_sock *sock)
{
	if (sock->state == TWI_STATE_tw)
		group_add_tw(&t->clock, group, sock);
	else if (sock->state == TWI_STATE_fw2)
		group->fw2++;
	else
		group->live++;
}

/* Finds a group, or the free slot where it would be put. */
static struct twi_group *group_probe(const struct twi_tuples *t,
				     const union twi_key *key, u32 hash)
{
	u32 i = ((u64)hash * t->slots) >> 32;

	while (t->group[i].here && (t->group[i].hash != hash ||
				    !twi_key_same(&t->group[i].key, key)))
		if (++i == t->slots)
			i = 0;
	return &t->group[i];
}

static void group_put(struct twi_tuples *t, struct twi_group *group,
		      const union twi_key *key, u32 hash)
{
	group->here = true;
	group->key = *key;
	group->hash = hash;
	group_clear(group);
	t->used++;
}

static void heavy_add(struct twi_tuples *t, const union twi_key *key, u32 hash)
{
	u32 set = ((u64)hash * TWI_HEAVY_SETS) >> 32;
	struct twi_heavy *way = &t->heavy[set * TWI_HEAVY_WAYS];
	struct twi_heavy *end = way + TWI_HEAVY_WAYS;
	struct twi_heavy *free = NULL;

	for (; way < end; way++) {
		if (!way->count) {
			free = way;
		} else if (way->hash == hash && twi_key_same(&way->key, key)) {
			way->count++;
			return;
		}
	}
	if (free) {
		free->key = *key;
		free->hash = hash;
		free->count = 1;
		return;
	}
	for (way = end - TWI_HEAVY_WAYS; way < end; way++)
		way->count--;
	t->off[set]++;
}

static void seen_add(struct twi_tuples *t, const struct twi_group *group,
		     const struct twi_sock *sock, const struct twi_ends *ends)
{
	if (unlikely(t->seens == t->seen_room)) {
		t->unseen = true;
		return;
	}
	static_assert(TUPLES_SLOTS(TWI_TUPLES_MAX) <= U16_MAX,
		      "a slot fits struct twi_seen");
	t->seen[t->seens++] = (struct twi_seen){
		.expires = sock->expires,
		.timer = sock->timer,
		.stamp = sock->stamp,
		.recent = ends->recent,
		.group = group - t->group,
		.lport = sock->lport,
		.rport = sock->rport,
		.state = sock->state,
		.flags = sock->flags,
	};
}

static void tuples_add(struct twi_tuples *t, const struct twi_sock *sock,
		       const struct twi_ends *ends)
{
	struct twi_group **recent, *group;
	union twi_key key;
	u32 hash;

	sock_key(t, sock, ends, &key);
	recent = &t->recent[twi_key_spot(&key)];
	group = *recent;
	if (!twi_key_same(&group->key, &key)) {
		hash = twi_key_hash(t, &key);
		group = group_probe(t, &key, hash);
		if (!group->here && (t->recount || t->used == t->max)) {
			if (!t->recount)
				heavy_add(t, &key, hash);
			t->lost = true;
			t->unseen = true;
			group_add(t, &t->other, sock);
			return;
		}
		if (!group->here)
			group_put(t, group, &key, hash);
		*recent = group;
	}
	if (!t->recount || group->sketched)
		group_add(t, group, sock);
	if (likely(!t->unseen))
		seen_add(t, group, sock, ends);
}

/**
 * twi_tuples_socks - fold sockets
 * @t: the groups
 * @sock: the copies
 * @ends: their addresses
 * @nr: how many
 */
void twi_tuples_socks(struct twi_tuples *t, const struct twi_sock *sock,
		      const struct twi_ends *ends, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		/* Of which namespace it is can't be told. */
		if (unlikely(sock[i].net == TWI_NETNS_UNHELD))
			group_add(t, &t->other, &sock[i]);
		else
			tuples_add(t, &sock[i], &ends[i]);
	}
}

/**
 * twi_tuples_recount - is another walk needed?
 * @t: the groups, after the walk
 *
 * If so, prepares for it: the groups that the sketch kept have a place now,
 * and all sockets that have none are counted again.
 *
 * Return: whether groups were left out.
 */
bool twi_tuples_recount(struct twi_tuples *t)
{
	struct twi_heavy *way = t->heavy;
	struct twi_heavy *end = way + TWI_HEAVY_SETS * TWI_HEAVY_WAYS;
	u32 set;

	if (!t->lost)
		return false;
	for (; way < end; way++) {
		struct twi_group *group;

		if (!way->count)
			continue;
		group = group_probe(t, &way->key, way->hash);
		group_put(t, group, &way->key, way->hash);
		group->sketched = true;
	}
	for (set = 0; set < TWI_HEAVY_SETS; set++)
		t->unlisted = max(t->unlisted, t->off[set]);
	t->recount = true;
	t->lost = false;
	group_clear(&t->other);
	return true;
}

static int group_cmp(const void *a, const void *b, const void *arg)
{
	const struct twi_tuples *t = arg;
	const struct twi_group *x = &t->group[*(const u32 *)a];
	const struct twi_group *y = &t->group[*(const u32 *)b];
	int cmp;

	/* sort_r() does not, and there may be many of them. */
	cond_resched();
	if (twi_group_sockets(x) != twi_group_sockets(y))
		return twi_group_sockets(x) > twi_group_sockets(y) ? -1 : 1;
	/* Namespaces are numbered by cookie. */
	if (x->key.net != y->key.net)
		return x->key.net < y->key.net ? -1 : 1;
	if (x->key.side != y->key.side)
		return x->key.side < y->key.side ? -1 : 1;
	cmp = memcmp(x->key.laddr, y->key.laddr, sizeof(x->key.laddr));
	if (!cmp)
		cmp = memcmp(x->key.raddr, y->key.raddr, sizeof(x->key.raddr));
	if (cmp)
		return cmp;
	if (x->key.port != y->key.port)
		return x->key.port < y->key.port ? -1 : 1;
	if (x->key.dev != y->key.dev)
		return x->key.dev < y->key.dev ? -1 : 1;
	return x->key.remote - y->key.remote;
}

/**
 * twi_tuples_order - put the groups in order, most sockets first
 * @t: the groups
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int twi_tuples_order(struct twi_tuples *t)
{
	u32 i;

	t->order = kvcalloc(t->used + 1, sizeof(*t->order), TWI_GFP);
	if (!t->order)
		return -ENOMEM;
	t->bytes += (t->used + 1) * sizeof(*t->order);
	for (i = 0; i < t->slots; i++) {
		if (!t->group[i].here || !twi_group_sockets(&t->group[i]))
			continue;
		t->order[t->listed++] = i;
		t->sketched += t->group[i].sketched;
	}
	sort_r(t->order, t->listed, sizeof(*t->order), group_cmp, NULL, t);
	return 0;
}

static void tuples_drop(struct twi_tuples *t)
{
	kvfree(t->group);
	kvfree(t->heavy);
	kvfree(t->off);
	kvfree(t->order);
	kvfree(t->seen);
	t->group = NULL;
	t->seen = NULL;
	t->heavy = NULL;
	t->off = NULL;
	t->order = NULL;
}

/**
 * twi_tuples_alloc - allocate room for groups
 * @t: zeroed, but for what the caller fills in: clock, net, sides, seed and
 *	seen_room; or allocated before and counted into, which is forgotten
 * @max: groups that are counted as they come
 *
 * Without memory for the sockets that are to be remembered, none is.
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM, after which it must be freed all the same.
 */
int twi_tuples_alloc(struct twi_tuples *t, u32 max)
{
	const u32 ways = TWI_HEAVY_SETS * TWI_HEAVY_WAYS;
	u32 i;

	tuples_drop(t);
	t->max = max;
	t->used = 0;
	t->lost = false;
	t->slots = TUPLES_SLOTS(max);
	t->group = kvcalloc(t->slots, sizeof(*t->group), TWI_GFP);
	t->heavy = kvcalloc(ways, sizeof(*t->heavy), TWI_GFP);
	t->off = kvcalloc(TWI_HEAVY_SETS, sizeof(*t->off), TWI_GFP);
	if (!t->group || !t->heavy || !t->off)
		return -ENOMEM;
	t->bytes = t->slots * sizeof(*t->group) + ways * sizeof(*t->heavy) +
		   TWI_HEAVY_SETS * sizeof(*t->off);
	t->seens = 0;
	if (t->seen_room)
		t->seen = kvmalloc_array(t->seen_room, sizeof(*t->seen),
					 TWI_GFP);
	t->unseen = !t->seen;
	if (t->seen)
		t->bytes += t->seen_room * sizeof(*t->seen);
	group_clear(&t->other);
	/* Its key is no socket's: the first one finds its own. */
	for (i = 0; i < TWI_KEY_SPOTS; i++)
		t->recent[i] = &t->other;
	return 0;
}

/**
 * twi_tuples_trim - free what is not needed any more
 * @t: the groups, in order; their sides and the sockets that were remembered go
 */
void twi_tuples_trim(struct twi_tuples *t)
{
	twi_sides_free(&t->sides);
	kvfree(t->heavy);
	kvfree(t->off);
	kvfree(t->seen);
	t->heavy = NULL;
	t->off = NULL;
	t->seen = NULL;
}

/**
 * twi_tuples_free - free what was allocated
 * @t: the groups, allocated in part or whole
 */
void twi_tuples_free(struct twi_tuples *t)
{
	twi_sides_free(&t->sides);
	tuples_drop(t);
}
