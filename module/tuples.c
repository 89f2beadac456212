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
#include <linux/prefetch.h>
#include <linux/sched.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "alloc.h"
#include "prefetch.h"
#include "tuples.h"

static __always_inline void key_fill(union twi_key *key,
				     const struct twi_sock *sock,
				     const struct twi_ends *ends, u16 port,
				     enum twi_side side, bool remote)
{
	static_assert(offsetof(union twi_key, dev) == 4 * sizeof(u64) &&
		      offsetof(union twi_key, net) == 36 &&
		      offsetof(union twi_key, port) == 38 &&
		      offsetof(union twi_key, side) == 5 * sizeof(u64) &&
		      offsetof(union twi_key, remote) == 41,
		      "as its words are put together here");
	key->word[0] = ends->word[0];
	key->word[1] = ends->word[1];
	key->word[2] = ends->word[2];
	key->word[3] = ends->word[3];
	key->word[4] = twi_pair(sock->dev, twi_pair(sock->net, port, 16), 32);
	key->word[5] = twi_pair(twi_pair(twi_pair(side, remote, 8), 0, 16), 0,
				32);
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
	key_fill(key, sock, ends, sock->rport, TWI_SIDE_outbound, true);
}

static __always_inline void sock_key(struct twi_tuples *t,
				     const struct twi_sock *sock,
				     const struct twi_ends *ends,
				     union twi_key *key)
{
	bool local;
	enum twi_side side = twi_side(&t->sides, sock, &local);

	key_fill(key, sock, ends, local ? sock->lport : sock->rport, side,
		 !local);
}

/* Memory is asked for so many sockets before it is written. */
#define TUPLES_AHEAD		32

/* Those that the sketch may add come on top. */
#define TUPLES_GROUPS(max)	((max) + TWI_HEAVY_SETS * TWI_HEAVY_WAYS)

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

static __always_inline void group_add_tw(const struct twi_clock *clock,
					 struct twi_group *group,
					 const struct twi_sock *sock)
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

static __always_inline void group_add(const struct twi_tuples *t,
				      struct twi_group *group,
				      const struct twi_sock *sock)
{
	if (sock->state == TWI_STATE_tw)
		group_add_tw(&t->clock, group, sock);
	else if (sock->state == TWI_STATE_fw2)
		group->fw2++;
	else
		group->live++;
}

/* Where the search for a group begins, of @slots. */
static __always_inline u32 group_slot(u32 hash, u32 slots)
{
	return ((u64)hash * slots) >> 32;
}

/* Finds the slot of a group, or the free one where it would be put. */
static __always_inline u16 *group_probe(const struct twi_tuples *t,
					const union twi_key *key, u32 hash)
{
	u32 i = group_slot(hash, t->slots);

	while (t->slot[i]) {
		const struct twi_group *group = &t->group[t->slot[i] - 1];

		if (group->hash == hash && twi_key_same(&group->key, key))
			break;
		if (++i == t->slots)
			i = 0;
	}
	return &t->slot[i];
}

static struct twi_group *group_put(struct twi_tuples *t, u16 *slot,
				   const union twi_key *key, u32 hash)
{
	struct twi_group *group = &t->group[t->used++];

	*slot = t->used;
	group->key = *key;
	group->hash = hash;
	group->supply = 0;
	group->sketched = false;
	group_clear(group);
	return group;
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

static __always_inline void seen_add(struct twi_tuples *t,
				     const struct twi_group *group,
				     const struct twi_sock *sock,
				     const struct twi_ends *ends)
{
	const u32 room = t->pieces * TWI_SEEN_PIECE;

	static_assert(TWI_STATE_NR <= 16, "a state has 4 bits");
	static_assert(sizeof(struct twi_seen) == 16, "as TWI_SEEN_MAX says");
	if (unlikely(t->seens == room)) {
		t->unseen = true;
		return;
	}
	/* Nobody has used that memory for long. */
	prefetchw(twi_tuples_seen(t, min(t->seens + TUPLES_AHEAD, room - 1)));
	*twi_tuples_seen(t, t->seens++) = (struct twi_seen){
		.expires = sock->expires,
		.stamp = t->clock.delayed ? sock->stamp : ends->recent,
		.group = group - t->group,
		.lport = sock->lport,
		.rport = sock->rport,
		.flags = sock->flags | (ends->recent ? TWI_SEEN_RECENT : 0),
		.state = sock->state,
		.level = twi_sock_level(sock),
	};
}

static __always_inline void tuples_add(struct twi_tuples *t,
				       const struct twi_sock *sock,
				       const struct twi_ends *ends,
				       const union twi_key *key, u32 hash)
{
	struct twi_group *group;
	u16 *slot;

	slot = group_probe(t, key, hash);
	if (!*slot && (t->recount || t->used == t->max)) {
		if (!t->recount)
			heavy_add(t, key, hash);
		t->lost = true;
		t->unseen = true;
		group_add(t, &t->other, sock);
		return;
	}
	group = *slot ? &t->group[*slot - 1] : group_put(t, slot, key, hash);
	if (!t->recount || group->sketched)
		group_add(t, group, sock);
	if (likely(!t->unseen))
		seen_add(t, group, sock, ends);
}

/*
 * In steps, each for all of them: the slot where a search begins follows from a
 * socket, its group from the slot, and what is compared and counted is in the
 * group.  So the waits for memory of each step overlap.
 */
static void tuples_batch(struct twi_tuples *t, const struct twi_sock *sock,
			 const struct twi_ends *ends, u32 nr)
{
	union twi_key *key = t->batch_key;
	const struct twi_group *groups = t->group;
	const u16 *slot = t->slot;
	const u32 slots = t->slots;
	u32 *hash = t->batch_hash;
	u32 i;

	for (i = 0; i < nr; i++) {
		/* Any that has a slot. */
		hash[i] = 0;
		/* Of which namespace it is can't be told. */
		if (unlikely(sock[i].net == TWI_NETNS_UNHELD))
			continue;
		sock_key(t, &sock[i], &ends[i], &key[i]);
		hash[i] = twi_key_hash(&t->seed, &key[i]);
		twi_prefetch(&slot[group_slot(hash[i], slots)]);
	}
	for (i = 0; i < nr; i++) {
		const u32 place = slot[group_slot(hash[i], slots)];
		const struct twi_group *group = &groups[place ? place - 1 : 0];

		twi_prefetch_range(group, sizeof(*group));
	}
	for (i = 0; i < nr; i++) {
		if (unlikely(sock[i].net == TWI_NETNS_UNHELD))
			group_add(t, &t->other, &sock[i]);
		else
			tuples_add(t, &sock[i], &ends[i], &key[i], hash[i]);
	}
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
	while (nr) {
		const u32 batch = min(nr, TWI_TUPLES_BATCH);

		tuples_batch(t, sock, ends, batch);
		sock += batch;
		ends += batch;
		nr -= batch;
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
		u16 *slot;

		if (!way->count)
			continue;
		slot = group_probe(t, &way->key, way->hash);
		group_put(t, slot, &way->key, way->hash)->sketched = true;
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
	for (i = 0; i < t->used; i++) {
		if (!twi_group_sockets(&t->group[i]))
			continue;
		t->order[t->listed++] = i;
		t->sketched += t->group[i].sketched;
	}
	sort_r(t->order, t->listed, sizeof(*t->order), group_cmp, NULL, t);
	return 0;
}

static void seen_free(struct twi_tuples *t)
{
	u32 i;

	for (i = 0; i < t->pieces; i++)
		kfree(t->seen[i]);
	kvfree(t->seen);
	t->seen = NULL;
	t->pieces = 0;
}

/*
 * In pieces that need no mapping.  What can be done without is not asked for so
 * that others lose theirs; selftests/faults.c knows by this name what it is.
 */
static noinline int seen_alloc(struct twi_tuples *t)
{
	const u32 nr = DIV_ROUND_UP(t->seen_room, TWI_SEEN_PIECE);

	t->seen = kvcalloc(nr, sizeof(*t->seen), TWI_GFP);
	if (!t->seen)
		return -ENOMEM;
	for (; t->pieces < nr; t->pieces++) {
		struct twi_seen *piece;

		piece = kmalloc_array(TWI_SEEN_PIECE, sizeof(*piece),
				      TWI_GFP | __GFP_NORETRY);
		if (!piece)
			return -ENOMEM;
		t->seen[t->pieces] = piece;
	}
	t->bytes += nr * (sizeof(*t->seen) +
			  TWI_SEEN_PIECE * sizeof(**t->seen));
	return 0;
}

static void tuples_drop(struct twi_tuples *t)
{
	seen_free(t);
	kvfree(t->group);
	kvfree(t->slot);
	kvfree(t->heavy);
	kvfree(t->off);
	kvfree(t->order);
	t->group = NULL;
	t->slot = NULL;
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

	static_assert(TUPLES_GROUPS(TWI_TUPLES_MAX) <= U16_MAX,
		      "an index + 1 fits a slot");
	tuples_drop(t);
	t->max = max;
	t->used = 0;
	t->lost = false;
	t->slots = TUPLES_GROUPS(max) / 2 * 3 + 1;
	t->group = kvmalloc_array(TUPLES_GROUPS(max), sizeof(*t->group),
				  TWI_GFP);
	t->slot = kvcalloc(t->slots, sizeof(*t->slot), TWI_GFP);
	t->heavy = kvcalloc(ways, sizeof(*t->heavy), TWI_GFP);
	t->off = kvcalloc(TWI_HEAVY_SETS, sizeof(*t->off), TWI_GFP);
	if (!t->group || !t->slot || !t->heavy || !t->off)
		return -ENOMEM;
	t->bytes = TUPLES_GROUPS(max) * sizeof(*t->group) +
		   t->slots * sizeof(*t->slot) + ways * sizeof(*t->heavy) +
		   TWI_HEAVY_SETS * sizeof(*t->off);
	t->seens = 0;
	t->unseen = !t->seen_room || seen_alloc(t);
	if (t->unseen)
		seen_free(t);
	group_clear(&t->other);
	return 0;
}

/**
 * twi_tuples_trim - free what is not needed any more
 * @t: the groups, in order; their sides and the sockets that were remembered go
 */
void twi_tuples_trim(struct twi_tuples *t)
{
	twi_sides_free(&t->sides);
	seen_free(t);
	kvfree(t->slot);
	kvfree(t->heavy);
	kvfree(t->off);
	t->slot = NULL;
	t->heavy = NULL;
	t->off = NULL;
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
