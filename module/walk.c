// SPDX-License-Identifier: GPL-2.0
/*
 * The only file that touches struct sock, inet_timewait_sock and the
 * bind buckets.  It copies what the census needs into plain values and hands
 * them over a chain at a time; it counts and prints nothing itself.
 *
 * The established hash and the listening hash are walked under RCU, many
 * chains side by side (struct lane): following one chain waits for memory at
 * every node, and the waits of different chains overlap.
 *
 * What is exact.  Sockets are SLAB_TYPESAFE_BY_RCU: the one we stand on may be
 * freed and become another in this chain, in another, or in none.  So:
 *
 *  1. Its hash is read, then its next pointer and its fields, then whether it
 *     is hashed and its reference count, then its hash once more, an smp_rmb()
 *     between any two of these.  It must be hashed, have that hash still, be in
 *     this chain by its hash and its namespace, and have a reference count that
 *     is not 0 and a state that belongs here.  Else its chain is walked again.
 *  2. No next pointer may lead to the node that we began at, and at the end
 *     that one must still be the head.  Sockets enter an ehash at the head, so
 *     that one that was freed and came back into this very chain while we were
 *     on our way to it, from where we would meet others twice, is seen.  Else
 *     again.
 *  3. A chain must end on its own nulls value.  In an ehash, 1 sees already
 *     that we were led into another, but for that of a namespace that is not
 *     held; the hash of a listener does not tell where it is.  Else again.
 *  4. Only then are the copies handed over.  After WALK_TRIES tries the chain
 *     is walked once more under its lock.
 *
 * module/tests/walk.c tries each of these: it has a socket move between any two
 * reads.
 *
 * What remains: a socket that leaves after its copy was checked and before the
 * chain's end is counted (it was there).  One that was freed and then put in
 * the place of another of this chain (a child in that of its request, from 6.12
 * on a minisocket in that of its socket), or at the tail of this chain (some
 * listeners), can be met twice or lead us past the nodes between.  One of a
 * namespace that is not held can lead us into the same bucket of another table.
 * Where the node that we began at left and came back besides, 2 sees nothing.
 * All of these are sockets that moved during the pass.
 *
 * A chain of more than TWI_CHAIN_MAX nodes is flooded: see walk_flood().
 */
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/rculist_nulls.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <net/inet_hashtables.h>
#include <net/inet_timewait_sock.h>
#include <net/request_sock.h>
#include <net/tcp.h>
#include <net/timewait_sock.h>

#include "alloc.h"
#include "census.h"
#include "compat.h"
#include "netns.h"
#include "prefetch.h"
#include "supply.h"
#include "tuples.h"
#include "walk.h"

/* Copies that a lane has room for before it spills. */
#define WALK_LANE_SOCKS		16
/* Nodes and buckets after which RCU is left at the next chain end. */
#define WALK_RCU_BATCH		3072
/* Tries under RCU before a chain is walked under its lock. */
#define WALK_TRIES		8
/* Times a flooded chain is taken up again after it was lost. */
#define WALK_FLOOD_TRIES	8
/* Owners of a bind bucket that are looked at. */
#define WALK_OWNERS_MAX		64
/* Bind buckets, and with their owners, looked at in one hold of their lock. */
#define WALK_BIND_STAGE		256
#define WALK_BIND_NODES		1024
/* Nodes above which a hold of a bind lock is worth the clock that times it. */
#define WALK_BIND_TIMED		16
/* Bind buckets and chains counted before softirqs are let run. */
#define WALK_BIND_RUN		32
/* Bind buckets of one chain that are walked at all. */
#define WALK_BIND_CHAIN		4096

enum walk_kind {
	WALK_EHASH,
	WALK_EHASH_TIMERS,
	WALK_EHASH_TUPLES,
	WALK_LISTEN,
};

/**
 * struct chains - a hash table of sockets on nulls lists
 * @heads:	its first bucket's chain
 * @stride:	bytes from one bucket's chain to the next
 * @mask:	number of buckets - 1
 * @nulls:	what the nulls value of bucket 0 is
 * @index:	index of the table in the pass
 * @hinfo:	the hashinfo it belongs to
 */
struct chains {
	void *heads;
	size_t stride;
	u32 mask;
	u32 nulls;
	u32 index;
	struct inet_hashinfo *hinfo;
};

/**
 * struct lane - one chain on its way
 * @node:	next node to visit, its lines on their way; NULL when idle
 * @copy:	where its copy goes
 * @limit:	where there is no more room for copies
 * @base:	the chain's first copy: @sock, or this lane's part of the spill
 * @first:	the chain's first node when the walk of it began
 * @slot:	its bucket
 * @tries:	walks of this chain that came to nothing
 * @sock:	room for the copies of most chains, so that all lanes together
 *		stay in the nearest cache
 */
struct lane {
	struct hlist_nulls_node *node;
	struct twi_sock *copy;
	struct twi_sock *limit;
	struct twi_sock *base;
	struct hlist_nulls_node *first;
	u32 slot;
	u32 tries;
	struct twi_sock sock[WALK_LANE_SOCKS];
};

/**
 * struct twi_stage - memory of a walk, allocated once
 * @lane:	chains in flight
 * @spill:	room for the copies of a long chain, for each lane
 * @bind:	copies of one bind chain, or a part of it
 * @bind2:	likewise
 * @hard:	buckets that RCU alone did not settle
 * @flooded:	for each of them, whether it is too long for its lock
 * @hards:	how many
 */
struct twi_stage {
	struct lane lane[TWI_WALK_LANES];
	struct twi_sock spill[TWI_WALK_LANES][TWI_CHAIN_MAX];
	union {
		struct twi_bind bind[WALK_BIND_CHAIN];
		struct twi_bind2 bind2[WALK_BIND_STAGE];
	};
	u32 hard[TWI_WALK_LANES];
	bool flooded[TWI_WALK_LANES];
	u32 hards;
};

/**
 * struct course - how far the walk of a table is; lives in registers
 * @set:	namespaces held
 * @next:	next bucket to begin
 * @busy:	lanes that are not idle
 * @budget:	nodes and buckets left in this RCU section
 * @nodes:	nodes visited
 */
struct course {
	struct twi_netns_set set;
	u32 next;
	u32 busy;
	int budget;
	u64 nodes;
};

/* Why a copy can't be used. */
enum visit {
	VISIT_GOOD,
	VISIT_GONE,
	VISIT_MOVED,
	VISIT_UNBORN,
	VISIT_STATE,
};

static struct hlist_nulls_head *chain_head(const struct chains *t, u32 slot)
{
	return t->heads + slot * t->stride;
}

static bool chain_ended_well(const struct chains *t, u32 slot,
			     const struct hlist_nulls_node *end)
{
	return get_nulls_value(end) == (unsigned long)t->nulls + slot;
}

static struct sock *node_sock(struct hlist_nulls_node *node)
{
	return hlist_nulls_entry(node, struct sock, sk_nulls_node);
}

static void walk_longest(u64 *longest, u64 since)
{
	u64 ns = ktime_get_ns() - since;

	if (ns > *longest)
		*longest = ns;
}

/*
 * Asks for the lines of a socket that a visit reads: from the start of struct
 * sock_common to the reference count, the substate and the timer.  A prefetch of
 * an address that is no longer mapped does nothing.
 */
static __always_inline void node_prefetch(struct hlist_nulls_node *node,
					  enum walk_kind kind)
{
	const size_t end = kind == WALK_EHASH_TUPLES ?
		offsetofend(struct tcp_timewait_sock, tw_ts_recent_stamp) :
		kind == WALK_EHASH_TIMERS ?
		offsetofend(struct inet_timewait_sock, tw_timer) :
		offsetofend(struct inet_timewait_sock, tw_substate);

	twi_prefetch_range(node_sock(node), end);
}

static __always_inline u8 sock_state(const struct sock *sk)
{
	/* One more than the state; 0 for those that no table holds. */
	static const u8 states[16] = {
		[TCP_ESTABLISHED]	= TWI_STATE_established + 1,
		[TCP_SYN_SENT]		= TWI_STATE_syn_sent + 1,
		[TCP_SYN_RECV]		= TWI_STATE_syn_recv + 1,
		[TCP_NEW_SYN_RECV]	= TWI_STATE_new_syn_recv + 1,
		[TCP_FIN_WAIT1]		= TWI_STATE_fin_wait1 + 1,
		[TCP_FIN_WAIT2]		= TWI_STATE_fin_wait2 + 1,
		[TCP_TIME_WAIT]		= TWI_STATE_tw + 1,
		[TCP_CLOSE_WAIT]	= TWI_STATE_close_wait + 1,
		[TCP_LAST_ACK]		= TWI_STATE_last_ack + 1,
		[TCP_CLOSING]		= TWI_STATE_closing + 1,
		[TCP_LISTEN]		= TWI_STATE_listen + 1,
	};
	u8 state;

	static_assert(ARRAY_SIZE(states) >= TCP_MAX_STATES,
		      "a state is an index");
	state = states[READ_ONCE(sk->sk_state) % ARRAY_SIZE(states)] - 1;
	if (state == TWI_STATE_tw &&
	    READ_ONCE(inet_twsk(sk)->tw_substate) == TCP_FIN_WAIT2)
		state = TWI_STATE_fw2;
	return state;
}

static __always_inline u8 sock_family(const struct sock *sk)
{
	const __be32 *a = twi_sock_daddr6(sk);

	if (a && READ_ONCE(sk->sk_family) == AF_INET6) {
		if (!READ_ONCE(a[0]) && !READ_ONCE(a[1]) &&
		    READ_ONCE(a[2]) == htonl(0x0000ffff))
			return TWI_FAMILY_mapped;
		return TWI_FAMILY_v6;
	}
	return TWI_FAMILY_v4;
}

static __always_inline void sock_timer(const struct sock *sk,
				       struct twi_sock *copy)
{
	const struct inet_timewait_sock *tw = inet_twsk(sk);

	/* hlist_unhashed_lockless() as timer_pending() does it. */
	if (READ_ONCE(tw->tw_timer.entry.pprev))
		copy->flags |= TWI_SOCK_ARMED;
	/* Written plainly, under the lock of its wheel: see wheel_add(). */
	copy->expires = data_race(READ_ONCE(tw->tw_timer.expires));
	copy->timer = READ_ONCE(tw->tw_timer.flags);
	copy->stamp = twi_tw_stamp(tw);
}

static __always_inline void addr_copy(const struct sock *sk,
				      const struct twi_sock *copy,
				      struct twi_ends *ends)
{
	const u32 mapped = (__force u32)htonl(0x0000ffff);
	u32 i;

	if (copy->family != TWI_FAMILY_v6) {
		ends->word[0] = 0;
		ends->word[1] = twi_pair(mapped, (__force u32)
					 READ_ONCE(sk->sk_rcv_saddr), 32);
		ends->word[2] = 0;
		ends->word[3] = twi_pair(mapped, (__force u32)
					 READ_ONCE(sk->sk_daddr), 32);
		return;
	}
	for (i = 0; i < 2; i++) {
		ends->word[i] = twi_pair(twi_sock_saddr6_word(sk, 2 * i),
					 twi_sock_saddr6_word(sk, 2 * i + 1),
					 32);
		ends->word[i + 2] = twi_pair(twi_sock_daddr6_word(sk, 2 * i),
					     twi_sock_daddr6_word(sk, 2 * i + 1),
					     32);
	}
}

/*
 * Addresses, and what tells the side of a socket and whether connect() may take
 * it over.  The state says what the memory is, for as long as RCU is held.  A
 * full socket has its flags in a line of their own, which is read only where it
 * matters: on ports that somebody bound and where nobody listens.
 */
static __always_inline void sock_ends(const struct sock *sk,
				      const struct twi_sides *sides,
				      struct twi_sock *copy,
				      struct twi_ends *ends)
{
	addr_copy(sk, copy, ends);
	ends->recent = 0;
	if (copy->state <= TWI_STATE_fw2) {
		ends->recent = READ_ONCE(tcp_twsk(sk)->tw_ts_recent_stamp);
		copy->flags |= twi_tw_side(inet_twsk(sk));
	} else if (copy->state != TWI_STATE_new_syn_recv &&
		   unlikely(test_bit(copy->lport, sides->ask))) {
		copy->flags |= twi_sk_side(sk);
	}
}

/*
 * Chains of the same bucket end on the same nulls value in every table: what
 * tells that a socket went to the same bucket of another one is its namespace.
 */
static __always_inline bool sock_in_table(const struct chains *t,
					  const struct twi_netns_set *set,
					  const struct twi_sock *copy)
{
	return set->tables == 1 || copy->net == TWI_NETNS_UNHELD ||
	       set->info[copy->net].table == t->index;
}

/*
 * What tells a socket from the one that had its memory before, even in the same
 * chain: all 32 bits of its hash.  A listener's is not set.
 */
static __always_inline u32 sock_id(const struct sock *sk, enum walk_kind kind)
{
	return kind == WALK_LISTEN ? READ_ONCE(sk->sk_num) :
				     READ_ONCE(sk->sk_hash);
}

/* The sock_id() before anything else is read of a socket. */
static __always_inline u32 sock_begin(const struct sock *sk,
				      enum walk_kind kind)
{
	u32 id = sock_id(sk, kind);

	/* As in sock_copy(): what follows is no older than the hash. */
	smp_rmb();
	return id;
}

/*
 * Copies one socket, whose sock_id() was @id before anything else was read of
 * it.  @locked says that the chain's lock is held, so that what
 * is found is what there is, a minisocket whose reference count is still 0
 * included (before 6.12 it is set after the lock is let go).
 *
 * Context: RCU or the chain's lock.  Inlined: it runs once a socket.
 */
static __always_inline enum visit sock_copy(const struct chains *t, u32 slot,
					    const struct twi_netns_set *set,
					    struct hlist_nulls_node *node,
					    u32 id, enum walk_kind kind,
					    bool locked,
					    const struct twi_sides *sides,
					    struct twi_sock *copy,
					    struct twi_ends *ends)
{
	const struct sock *sk = node_sock(node);
	bool gone = false, unborn = false;

	/* Nodes are read as they are: no accessor of the kernel's asks this. */
	RCU_LOCKDEP_WARN(!locked && !rcu_read_lock_held(),
			 "a socket is visited outside of RCU");
	copy->hash = id;
	copy->state = sock_state(sk);
	copy->family = sock_family(sk);
	copy->flags = 0;
	copy->lport = READ_ONCE(sk->sk_num);
	copy->rport = ntohs(READ_ONCE(sk->sk_dport));
	copy->dev = READ_ONCE(sk->sk_bound_dev_if);
	copy->net = twi_netns_find(set, twi_sock_net(sk));
	if ((kind == WALK_EHASH_TIMERS || kind == WALK_EHASH_TUPLES) &&
	    copy->state <= TWI_STATE_fw2)
		sock_timer(sk, copy);
	if (kind == WALK_EHASH_TUPLES)
		sock_ends(sk, sides, copy, ends);

	if (!locked) {
		/* Pairs with the barriers of whoever frees, fills and links
		 * this memory anew: what follows is read after the fields.
		 */
		smp_rmb();
		gone = hlist_nulls_unhashed_lockless(node);
		unborn = !refcount_read(&sk->sk_refcnt);
		/* And the hash last: memory that is filled anew has lost the
		 * one it had before its reference count is set.
		 */
		smp_rmb();
		if (sock_id(sk, kind) != id)
			return VISIT_MOVED;
	}
	if (kind != WALK_LISTEN &&
	    ((id & t->mask) != slot || !sock_in_table(t, set, copy)))
		return VISIT_MOVED;
	if (gone)
		return VISIT_GONE;
	if (unborn)
		return VISIT_UNBORN;
	if (kind == WALK_LISTEN)
		return copy->state == TWI_STATE_listen ? VISIT_GOOD :
							 VISIT_STATE;
	return copy->state < TWI_STATE_NR ? VISIT_GOOD : VISIT_STATE;
}

static void walk_dropped(struct twi_cost *cost, enum visit why)
{
	switch (why) {
	case VISIT_GONE:
		cost->dropped_gone++;
		break;
	case VISIT_MOVED:
		cost->dropped_moved++;
		break;
	case VISIT_UNBORN:
		cost->dropped_unborn++;
		break;
	default:
		cost->dropped_state++;
	}
}

/* Hands over copies that twi_census_chain() or _socks() is not meant for. */
static bool walk_divert(struct twi_walk *walk, enum walk_kind kind,
			const struct twi_sock *sock,
			const struct twi_ends *ends, u32 nr)
{
	if (kind == WALK_LISTEN && walk->tuples)
		twi_sides_listeners(&walk->tuples->sides, sock, nr);
	else if (kind == WALK_LISTEN)
		twi_census_listeners(walk->census, sock, nr);
	else if (kind != WALK_EHASH_TUPLES)
		return false;
	else if (walk->supplies)
		twi_supplies_socks(walk->supplies, sock, ends, nr);
	else
		twi_tuples_socks(walk->tuples, sock, ends, nr);
	return true;
}

/* Hands over what one whole chain held. */
static void walk_fold(struct twi_walk *walk, const struct chains *t, u32 slot,
		      enum walk_kind kind, const struct twi_sock *sock,
		      const struct twi_ends *ends, u32 nr)
{
	if (!walk_divert(walk, kind, sock, ends, nr))
		twi_census_chain(walk->census, t->index, slot, sock, nr);
}

/* Where the addresses of a lane's copy go. */
static __always_inline struct twi_ends *walk_ends(const struct twi_walk *walk,
						  enum walk_kind kind,
						  u32 lane, u32 copy)
{
	return kind == WALK_EHASH_TUPLES ? &walk->ends[lane][copy] : NULL;
}

static __always_inline const struct twi_sides *
walk_sides(const struct twi_walk *walk, enum walk_kind kind)
{
	return kind == WALK_EHASH_TUPLES ? &walk->tuples->sides : NULL;
}

/*
 * Copies a chain whose lock is held: its end is certain, and nothing enters or
 * leaves it.
 *
 * Return: how many nodes it has; more than TWI_CHAIN_MAX if it is longer than
 * that, of which @nr copies were good.
 */
static u32 locked_copy(struct twi_walk *walk, const struct chains *t, u32 slot,
		       enum walk_kind kind, u32 *nr)
{
	struct twi_sock *sock = walk->stage->spill[0];
	struct hlist_nulls_node *node;
	u64 since = ktime_get_ns();
	u32 seen = 0;

	*nr = 0;
	for (node = chain_head(t, slot)->first; !is_a_nulls(node);
	     node = node->next) {
		if (++seen > TWI_CHAIN_MAX)
			break;
		if (sock_copy(t, slot, walk->set, node,
			      sock_id(node_sock(node), kind), kind, true,
			      walk_sides(walk, kind), &sock[*nr],
			      walk_ends(walk, kind, 0, *nr)) == VISIT_GOOD)
			++*nr;
	}
	walk_longest(&walk->cost->longest_lock_ns, since);
	walk->cost->nodes += seen;
	return seen;
}

/*
 * Walks one chain under its lock, at most TWI_CHAIN_MAX nodes of it.
 *
 * The kernel takes the locks of lhash2 with softirqs on, as reuseport_lock is
 * taken under them: see inet_unhash(), where the other order would deadlock on
 * PREEMPT_RT.  No softirq takes them.
 *
 * Return: false when the chain is longer; nothing is folded then.
 */
static bool walk_locked(struct twi_walk *walk, const struct chains *t, u32 slot,
			enum walk_kind kind)
{
	u32 seen, nr;

	if (kind == WALK_LISTEN) {
		spin_lock(&t->hinfo->lhash2[slot].lock);
		seen = locked_copy(walk, t, slot, kind, &nr);
		spin_unlock(&t->hinfo->lhash2[slot].lock);
	} else {
		spin_lock_bh(inet_ehash_lockp(t->hinfo, slot));
		seen = locked_copy(walk, t, slot, kind, &nr);
		spin_unlock_bh(inet_ehash_lockp(t->hinfo, slot));
	}
	if (seen > TWI_CHAIN_MAX)
		return false;
	walk->cost->lock_fallbacks++;
	walk->cost->skipped += seen - nr;
	walk_fold(walk, t, slot, kind, walk->stage->spill[0],
		  walk_ends(walk, kind, 0, 0), nr);
	return true;
}

/**
 * struct flood - a flooded chain on its way
 * @sum:	folds the addresses of the nodes visited; never shown
 * @nodes:	nodes visited since the head
 * @folded:	good nodes folded so far
 * @skip:	good nodes to pass over, as they were folded before the chain
 *		was lost
 * @staged:	copies waiting to be folded
 */
struct flood {
	unsigned long sum;
	u32 nodes;
	u32 folded;
	u32 skip;
	u32 staged;
};

/*
 * Leaves RCU and enters it again, with one reference on @node so that its
 * place in the chain can be found again.
 *
 * Return: true if @node is still in the chain, with @next what follows it now;
 * else its next pointer leads to memory that may have been given back.
 */
static bool flood_pause(struct twi_walk *walk, struct hlist_nulls_node *node,
			struct hlist_nulls_node **next, u64 *since)
{
	struct sock *sk = node_sock(node);
	u32 hash = READ_ONCE(sk->sk_hash);
	bool kept;

	if (!refcount_inc_not_zero(&sk->sk_refcnt))
		return false;
	walk_longest(&walk->cost->longest_rcu_ns, *since);
	rcu_read_unlock();
	cond_resched();
	rcu_read_lock();
	*since = ktime_get_ns();
	*next = READ_ONCE(node->next);
	/* As in sock_copy(): whether the pointer was this socket's to the end. */
	smp_rmb();
	kept = !hlist_nulls_unhashed_lockless(node) &&
	       READ_ONCE(sk->sk_hash) == hash;
	/* RCU keeps the memory a socket from here on, whoever frees it. */
	sock_gen_put(sk);
	return kept;
}

static void flood_fold(struct twi_walk *walk, struct flood *f,
		       enum walk_kind kind)
{
	const struct twi_sock *sock = walk->stage->spill[0];

	if (!walk_divert(walk, kind, sock, walk_ends(walk, kind, 0, 0),
			 f->staged))
		twi_census_socks(walk->census, sock, f->staged);
	f->folded += f->staged;
	f->staged = 0;
}

/* Keeps the copy that was just made, unless it was folded before. */
static void flood_take(struct twi_walk *walk, struct flood *f,
		       enum walk_kind kind)
{
	if (f->skip)
		f->skip--;
	else if (++f->staged == TWI_CHAIN_MAX)
		flood_fold(walk, f, kind);
}

static void flood_begin(struct flood *f)
{
	f->sum = 0;
	f->nodes = 0;
	f->skip = f->folded + f->staged;
}

/*
 * Visits the chain from its head to its end, by rules 1 to 3 above but for the
 * head, folding what is new unless @count says only to add up which nodes there
 * are.
 *
 * Return: true at the end of the chain, with @f->sum and @f->nodes those of all
 * its nodes; false when the place in it was lost.
 */
static bool flood_run(struct twi_walk *walk, const struct chains *t, u32 slot,
		      enum walk_kind kind, struct flood *f, bool count)
{
	struct twi_sock *sock = walk->stage->spill[0];
	struct hlist_nulls_node *first, *node, *next;
	bool whole = true;
	u32 run = 0;
	u64 since;

	rcu_read_lock();
	since = ktime_get_ns();
	/* Not before: a socket's memory stays one in this section alone. */
	first = READ_ONCE(chain_head(t, slot)->first);
	for (node = first; whole && !is_a_nulls(node); node = next) {
		u32 id = sock_begin(node_sock(node), kind);
		enum visit visit;

		next = READ_ONCE(node->next);
		visit = sock_copy(t, slot, walk->set, node, id, kind, false,
				  walk_sides(walk, kind), &sock[f->staged],
				  walk_ends(walk, kind, 0, f->staged));
		f->nodes++;
		run++;
		if (visit == VISIT_GOOD) {
			f->sum += (unsigned long)node ^ sock[f->staged].hash;
			if (!count)
				flood_take(walk, f, kind);
			if (run >= WALK_RCU_BATCH) {
				whole = flood_pause(walk, node, &next, &since);
				run = 0;
			}
		} else {
			/* One that left or enters leads on in this chain. */
			walk_dropped(walk->cost, visit);
			whole = visit == VISIT_GONE || visit == VISIT_UNBORN;
			f->sum++;
		}
		if (next == first)
			whole = false;
	}
	whole = whole && chain_ended_well(t, slot, node);
	walk_longest(&walk->cost->longest_rcu_ns, since);
	rcu_read_unlock();
	cond_resched();
	walk->cost->nodes += f->nodes;
	return whole;
}

/*
 * Walks a chain of more than TWI_CHAIN_MAX nodes: a flooded table, or a
 * namespace with a very small one of its own.
 *
 * Context: RCU alone, left every WALK_RCU_BATCH nodes.  Never the chain's
 * lock: tens of thousands of cache misses with softirqs off would do the
 * attacker's work.
 *
 * Copies are folded as they come, there is no room to keep them.  When the
 * chain is lost, it is begun again, and as many sockets are passed over as
 * were folded: new ones enter at the head, so this is wrong by at most what
 * entered and left meanwhile.  That the chain leads back to its first node is
 * such a loss; where that one has left, nodes may be met twice.  A second run,
 * that only adds up which nodes there are, tells whether anything did: if not,
 * the first one was exact.
 */
static void walk_flood(struct twi_walk *walk, const struct chains *t, u32 slot,
		       enum walk_kind kind)
{
	struct flood f = {}, again = {};
	bool exact = true;
	u32 tries = 0;

	walk->cost->floods++;
	flood_begin(&f);
	while (!flood_run(walk, t, slot, kind, &f, false)) {
		exact = false;
		walk->cost->restarts++;
		if (++tries == WALK_FLOOD_TRIES ||
		    fatal_signal_pending(current)) {
			walk->cost->unfinished++;
			break;
		}
		flood_begin(&f);
	}
	flood_fold(walk, &f, kind);
	if (kind == WALK_EHASH || kind == WALK_EHASH_TIMERS)
		twi_census_long(walk->census, t->index, slot, f.folded);

	if (exact) {
		flood_begin(&again);
		exact = flood_run(walk, t, slot, kind, &again, true) &&
			again.sum == f.sum && again.nodes == f.nodes;
	}
	if (!exact)
		walk->cost->inexact++;
}

/* Settles the buckets that RCU alone did not.  Outside of RCU. */
static void walk_hard(struct twi_walk *walk, const struct chains *t,
		      enum walk_kind kind)
{
	struct twi_stage *stage = walk->stage;
	u32 i;

	for (i = 0; i < stage->hards; i++)
		if (stage->flooded[i] ||
		    !walk_locked(walk, t, stage->hard[i], kind))
			walk_flood(walk, t, stage->hard[i], kind);
	stage->hards = 0;
}

/* (Re)starts a lane on its bucket.  Returns false if the chain is empty. */
static __always_inline bool lane_start(const struct chains *t,
				       struct lane *lane, enum walk_kind kind)
{
	struct hlist_nulls_node *first;

	first = READ_ONCE(chain_head(t, lane->slot)->first);
	if (is_a_nulls(first))
		return false;
	node_prefetch(first, kind);
	lane->node = first;
	lane->first = first;
	lane->base = lane->sock;
	lane->copy = lane->sock;
	lane->limit = lane->sock + WALK_LANE_SOCKS;
	return true;
}

/* Puts a lane on the next bucket that is not empty, or leaves it idle. */
static __always_inline void lane_next(struct course *course,
				      const struct chains *t,
				      struct lane *lane, enum walk_kind kind)
{
	while (course->next <= t->mask && course->budget > 0) {
		lane->slot = course->next++;
		lane->tries = 0;
		course->budget--;
		if (lane_start(t, lane, kind))
			return;
	}
	lane->node = NULL;
	course->busy--;
}

/* Leaves a bucket to walk_hard(), and the RCU section soon. */
static __always_inline void lane_give_up(struct twi_stage *stage,
					 struct course *course,
					 struct lane *lane, bool flooded)
{
	stage->hard[stage->hards] = lane->slot;
	stage->flooded[stage->hards++] = flooded;
	course->budget = 0;
	course->busy--;
	lane->node = NULL;
}

/* Makes room for a long chain's copies.  Returns false for a flooded one. */
static noinline bool lane_spill(struct twi_stage *stage, struct lane *lane)
{
	struct twi_sock *spill = stage->spill[lane - stage->lane];

	if (lane->base == spill)
		return false;
	memcpy(spill, lane->sock, sizeof(lane->sock));
	lane->base = spill;
	lane->copy = spill + WALK_LANE_SOCKS;
	lane->limit = spill + TWI_CHAIN_MAX;
	return true;
}

/* Accounts for the nodes that a lane visited in one go, and counts them. */
static __always_inline u32 lane_visited(struct course *course,
					const struct lane *lane)
{
	u32 nr = lane->copy - lane->base;

	course->budget -= nr;
	course->nodes += nr;
	return nr;
}

/* Walks a chain again from its head, the copies so far thrown away. */
static __always_inline void lane_again(struct twi_walk *walk,
				       struct course *course,
				       const struct chains *t,
				       struct lane *lane, enum walk_kind kind)
{
	lane_visited(course, lane);
	walk->cost->restarts++;
	if (++lane->tries == WALK_TRIES)
		lane_give_up(walk->stage, course, lane, false);
	else if (!lane_start(t, lane, kind))
		lane_next(course, t, lane, kind);
}

/* The end of a chain: take it, or walk it again. */
static __always_inline void lane_end(struct twi_walk *walk,
				     struct course *course,
				     const struct chains *t, struct lane *lane,
				     struct hlist_nulls_node *end,
				     enum walk_kind kind)
{
	if (unlikely(!chain_ended_well(t, lane->slot, end) ||
		     READ_ONCE(chain_head(t, lane->slot)->first) !=
		     lane->first)) {
		lane_again(walk, course, t, lane, kind);
		return;
	}
	walk_fold(walk, t, lane->slot, kind, lane->base,
		  walk_ends(walk, kind, lane - walk->stage->lane, 0),
		  lane_visited(course, lane));
	lane_next(course, t, lane, kind);
}

/*
 * Visits one node of a lane's chain and asks for the next one, which is read
 * when the lane's turn comes again.
 */
static __always_inline void lane_step(struct twi_walk *walk,
				      struct course *course,
				      const struct chains *t,
				      struct lane *lane,
				      struct hlist_nulls_node *node,
				      enum walk_kind kind)
{
	struct twi_sock *copy = lane->copy;
	struct hlist_nulls_node *next;
	enum visit visit;
	u32 id;

	if (unlikely(copy == lane->limit)) {
		if (!lane_spill(walk->stage, lane)) {
			lane_visited(course, lane);
			lane_give_up(walk->stage, course, lane, true);
			return;
		}
		copy = lane->copy;
	}
	/* The pointer is of the socket that the id and the copy are of. */
	id = sock_begin(node_sock(node), kind);
	next = READ_ONCE(node->next);
	visit = sock_copy(t, lane->slot, &course->set, node, id, kind, false,
			  walk_sides(walk, kind), copy,
			  walk_ends(walk, kind, lane - walk->stage->lane,
				    copy - lane->base));
	lane->copy = copy + 1;
	if (unlikely(visit != VISIT_GOOD)) {
		/* At once: this may be another chain by now, and a long one. */
		walk_dropped(walk->cost, visit);
		lane_again(walk, course, t, lane, kind);
		return;
	}
	if (is_a_nulls(next)) {
		lane_end(walk, course, t, lane, next, kind);
	} else if (unlikely(next == lane->first)) {
		lane_again(walk, course, t, lane, kind);
	} else {
		lane->node = next;
		node_prefetch(next, kind);
	}
}

/*
 * Walks one table.  An RCU section begins chains until its budget is used up,
 * and ends when the last of them has ended.
 *
 * Return: 0, or -EINTR when the task is being killed.
 */
static __always_inline int walk_chains(struct twi_walk *walk,
				       const struct chains table,
				       enum walk_kind kind)
{
	struct course course = { .set = *walk->set };
	struct lane *lanes = walk->stage->lane;
	struct lane *end = lanes + TWI_WALK_LANES;
	const struct chains *t = &table;
	struct lane *lane;
	u64 since;

	walk->stage->hards = 0;
	while (course.next <= t->mask) {
		rcu_read_lock();
		since = ktime_get_ns();
		course.budget = WALK_RCU_BATCH;
		course.busy = TWI_WALK_LANES;
		for (lane = lanes; lane < end; lane++)
			lane_next(&course, t, lane, kind);
		while (course.busy) {
			for (lane = lanes; lane < end; lane++) {
				struct hlist_nulls_node *node = lane->node;

				if (likely(node))
					lane_step(walk, &course, t, lane, node,
						  kind);
			}
		}
		walk_longest(&walk->cost->longest_rcu_ns, since);
		rcu_read_unlock();

		walk_hard(walk, t, kind);
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	walk->cost->nodes += course.nodes;
	return 0;
}

/**
 * twi_walk_ehash - walk every established hash of the held namespaces
 * @walk: the walk
 * @what: what to copy
 *
 * Context: Process context, may sleep between RCU sections.  Takes no
 * reference but in a flooded chain, and an ehash lock for at most
 * TWI_CHAIN_MAX nodes of a chain that would not hold still.
 * Return: 0, or -EINTR when the task is being killed.
 */
int twi_walk_ehash(struct twi_walk *walk, enum twi_walk_what what)
{
	u32 i;

	for (i = 0; i < walk->set->tables; i++) {
		struct inet_hashinfo *hinfo = walk->set->hinfo[i];
		const struct chains t = {
			.heads = &hinfo->ehash[0].chain,
			.stride = sizeof(hinfo->ehash[0]),
			.mask = hinfo->ehash_mask,
			.index = i,
			.hinfo = hinfo,
		};
		int err;

		switch (what) {
		case TWI_WALK_TUPLES:
			err = walk_chains(walk, t, WALK_EHASH_TUPLES);
			break;
		case TWI_WALK_TIMERS:
			err = walk_chains(walk, t, WALK_EHASH_TIMERS);
			break;
		default:
			err = walk_chains(walk, t, WALK_EHASH);
		}
		if (err)
			return err;
	}
	return 0;
}

/**
 * twi_walk_listeners - walk the listening hash, which all namespaces share
 * @walk: the walk
 *
 * Context: as twi_walk_ehash(), with the locks of lhash2.
 * Return: 0, or -EINTR when the task is being killed.
 */
int twi_walk_listeners(struct twi_walk *walk)
{
	struct inet_hashinfo *hinfo = walk->set->hinfo[0];
	const struct chains t = {
		.heads = &hinfo->lhash2[0].nulls_head,
		.stride = sizeof(hinfo->lhash2[0]),
		.mask = hinfo->lhash2_mask,
		.nulls = LISTENING_NULLS_BASE,
		.hinfo = hinfo,
	};

	return walk_chains(walk, t, WALK_LISTEN);
}

/*
 * Looks at the owners of a bind bucket until one is no minisocket, or all or
 * WALK_OWNERS_MAX were seen.
 *
 * Context: the lock of the bhash chain, under which sockets are added to and
 * removed from every owners list of its buckets.
 */
static u8 bind_owners(struct inet_bind_bucket *tb, u32 *visited)
{
	struct inet_bind2_bucket __maybe_unused *tb2;
	u8 owners = TWI_OWNERS_NONE;
	u32 left = WALK_OWNERS_MAX;
	const struct sock *sk;

	twi_for_each_owner(sk, tb2, tb) {
		if (!left--)
			return TWI_OWNERS_MANY;
		++*visited;
		if (READ_ONCE(sk->sk_state) != TCP_TIME_WAIT)
			return TWI_OWNERS_OTHER;
		owners = TWI_OWNERS_MINI;
	}
	return owners;
}

static void bind_copy(const struct twi_netns_set *set,
		      struct inet_bind_bucket *tb, u32 *visited,
		      struct twi_bind *copy)
{
	++*visited;
	copy->net = twi_netns_find(set, ib_net(tb));
	copy->port = tb->port;
	copy->l3mdev = tb->l3mdev;
	copy->shared = false;
	copy->listens = false;
	copy->fastreuse = tb->fastreuse;
	copy->fastreuseport = tb->fastreuseport;
	/* Never set where nobody asked for SO_REUSEPORT. */
	copy->fastuid = tb->fastreuseport > 0 ?
			(s64)from_kuid(&init_user_ns, tb->fastuid) : -1;
	copy->owners = bind_owners(tb, visited);
}

/* Starts the clock of a hold once it is a long one: most are of one node. */
static void bind_clock(u64 *since, u32 seen)
{
	if (unlikely(seen >= WALK_BIND_TIMED && !*since))
		*since = ktime_get_ns();
}

/*
 * Copies the buckets of a bhash chain from the one at @skip on, as many as one
 * hold of its lock may look at.  Those before @skip are passed over under the
 * lock too, which WALK_BIND_CHAIN bounds.
 *
 * Return: how many, with @more set if the chain goes on.
 */
static u32 bhash_part(struct twi_walk *walk, struct inet_bind_hashbucket *head,
		      u32 skip, bool *more)
{
	struct twi_bind *bind = walk->stage->bind;
	u32 at = 0, nr = 0, visited = 0;
	struct inet_bind_bucket *tb;
	u64 since = 0;

	*more = false;
	spin_lock_bh(&head->lock);
	hlist_for_each_entry(tb, &head->chain, node) {
		bind_clock(&since, at + visited);
		if (at++ < skip)
			continue;
		if (nr == WALK_BIND_STAGE ||
		    visited + WALK_OWNERS_MAX >= WALK_BIND_NODES) {
			*more = true;
			break;
		}
		bind_copy(walk->set, tb, &visited, &bind[nr++]);
	}
	if (since)
		walk_longest(&walk->cost->longest_lock_ns, since);
	spin_unlock_bh(&head->lock);
	walk->cost->nodes += visited;
	return nr;
}

/* As bhash_part(), of a bhash2 chain. */
static u32 bhash2_part(struct twi_walk *walk, struct inet_bind_hashbucket *head,
		       u32 skip, bool *more)
{
	struct twi_bind2 *bind2 = walk->stage->bind2;
	struct inet_bind2_bucket *tb2;
	u32 at = 0, nr = 0;
	u64 since = 0;

	*more = false;
	spin_lock_bh(&head->lock);
	hlist_for_each_entry(tb2, &head->chain, node) {
		bind_clock(&since, at);
		if (at++ < skip)
			continue;
		if (nr == WALK_BIND_STAGE) {
			*more = true;
			break;
		}
		bind2[nr].net = twi_netns_find(walk->set, ib2_net(tb2));
		bind2[nr].port = tb2->port;
		bind2[nr++].l3mdev = tb2->l3mdev;
	}
	if (since)
		walk_longest(&walk->cost->longest_lock_ns, since);
	spin_unlock_bh(&head->lock);
	walk->cost->nodes += nr;
	return nr;
}

/* Leaves the CPU now and then; tells when the task is being killed. */
static bool walk_rest(u32 step)
{
	if (step % 256)
		return false;
	cond_resched();
	return fatal_signal_pending(current);
}

/*
 * A bind chain that took more than one hold of its lock: what entered and left
 * between two may be missing or be there twice.
 *
 * Return: whether to go on with it.
 */
static bool bind_split(struct twi_walk *walk, u32 seen, bool first)
{
	if (first)
		walk->cost->inexact++;
	cond_resched();
	if (seen < WALK_BIND_CHAIN && !fatal_signal_pending(current))
		return true;
	walk->cost->unfinished++;
	return false;
}

/*
 * Asks for the first bucket of a chain some steps ahead of the walk.  The
 * pointer is only given to twi_prefetch().
 */
static void bind_prefetch(const struct inet_bind_hashbucket *table, u32 size,
			  u32 slot)
{
	const u32 ahead = 8;

	if (slot + ahead < size)
		twi_prefetch(READ_ONCE(table[slot + ahead].chain.first));
}

/* Context: as bind_owners().  Looks at two owners at most. */
static bool bound_shared(struct inet_bind_bucket *tb)
{
	struct inet_bind2_bucket __maybe_unused *tb2;
	const struct sock *sk;
	u32 nr = 0;

	twi_for_each_owner(sk, tb2, tb) {
		if (++nr == 2)
			return true;
	}
	return false;
}

static void bound_copy(struct twi_walk *walk, struct hlist_node *node, u32 *nr)
{
	struct inet_bind_bucket *tb;
	struct twi_bind *copy;

	tb = hlist_entry(node, struct inet_bind_bucket, node);
	if (likely(tb->fastreuse < 0 && tb->fastreuseport < 0))
		return;
	copy = &walk->stage->bind[(*nr)++];
	copy->net = twi_netns_find(walk->set, ib_net(tb));
	copy->port = tb->port;
	copy->l3mdev = tb->l3mdev;
	/* In one hold as many owners as elsewhere; then it is not told. */
	copy->shared = walk->tuples && *nr <= WALK_BIND_NODES / 2 &&
		       bound_shared(tb);
	copy->listens = false;
	copy->fastreuse = tb->fastreuse;
	copy->fastreuseport = tb->fastreuseport;
}

/*
 * Counts a chain, of bhash2 if @bound is NULL.  Of bhash, copies those of its
 * buckets that somebody bound, and counts them in @bound.  In one hold of its
 * lock, up to WALK_BIND_CHAIN nodes.
 *
 * Context: softirqs off.
 * Return: how many nodes.
 */
static __always_inline u32 bind_length(struct twi_walk *walk,
				       struct inet_bind_hashbucket *head,
				       u32 *bound)
{
	struct hlist_node *node;
	bool cut = false;
	u32 nr = 0;

	spin_lock(&head->lock);
	hlist_for_each(node, &head->chain) {
		cut = nr == WALK_BIND_CHAIN;
		if (unlikely(cut))
			break;
		nr++;
		if (bound)
			bound_copy(walk, node, bound);
	}
	spin_unlock(&head->lock);
	if (unlikely(cut)) {
		walk->cost->unfinished++;
		/* Whose buckets come after is not known. */
		if (bound)
			twi_census_binds_cut(walk->census);
	}
	return nr;
}

/*
 * Counts chains from @slot on with softirqs off, until it has seen a few nodes
 * or something was copied: to turn them off and on costs more than most holds.
 *
 * Return: the first slot not counted.
 */
static __always_inline u32 bind_lengths(struct twi_walk *walk,
					struct inet_bind_hashbucket *table,
					u32 size, u32 slot, u32 *bound)
{
	u32 visited = 0;
	u64 since;

	local_bh_disable();
	since = ktime_get_ns();
	for (; slot < size && visited < WALK_BIND_RUN; slot++) {
		u32 nr;

		bind_prefetch(table, size, slot);
		visited++;
		if (hlist_empty(&table[slot].chain))
			continue;
		nr = bind_length(walk, &table[slot], bound);
		visited += nr;
		walk->cost->nodes += nr;
		if (bound)
			twi_census_bhash_len(walk->census, slot, nr);
		else
			twi_census_bhash2_len(walk->census, slot, nr);
		if (bound && *bound)
			visited = WALK_BIND_RUN;
	}
	walk_longest(&walk->cost->longest_lock_ns, since);
	local_bh_enable();
	return slot;
}

/**
 * twi_walk_bound - count the chains of bhash and find what somebody bound
 * @walk: the walk
 *
 * Hands over those buckets that somebody bound: the few that connect() alone
 * did not choose.
 *
 * Context: Process context, may sleep between locks; each chain that is not
 * empty is counted in one hold of its lock, up to WALK_BIND_CHAIN nodes.
 * Return: 0; -EINTR when the task is being killed; -ENOMEM from the census.
 */
int twi_walk_bound(struct twi_walk *walk)
{
	struct inet_hashinfo *hinfo = walk->set->hinfo[0];
	u32 rest = 0;
	u32 slot;

	for (slot = 0; slot < hinfo->bhash_size;) {
		u32 bound = 0;

		slot = bind_lengths(walk, hinfo->bhash, hinfo->bhash_size,
				    slot, &bound);
		if (twi_census_binds(walk->census, walk->stage->bind, bound))
			return -ENOMEM;
		if (walk_rest(rest++))
			return -EINTR;
	}
	return 0;
}

/**
 * twi_walk_bind2_lengths - count the chains of bhash2
 * @walk: the walk
 *
 * Context: as twi_walk_bound().
 * Return: 0, or -EINTR when the task is being killed.
 */
int twi_walk_bind2_lengths(struct twi_walk *walk)
{
	struct inet_hashinfo *hinfo = walk->set->hinfo[0];
	u32 rest = 0;
	u32 slot;

	for (slot = 0; slot < hinfo->bhash_size;) {
		slot = bind_lengths(walk, hinfo->bhash2, hinfo->bhash_size,
				    slot, NULL);
		if (walk_rest(rest++))
			return -EINTR;
	}
	return 0;
}

/**
 * twi_walk_bhash - walk the bind hash, which all namespaces share
 * @walk: the walk
 *
 * Before Linux commit d186f405fdf4 ("tcp: add RCU management to
 * inet_bind_bucket") (in v6.15) a bucket is freed at once, and its owners list
 * needs the lock on every kernel: so each chain that is not empty is walked
 * under its lock.  One hold copies at most WALK_BIND_STAGE buckets, looks at
 * WALK_BIND_NODES buckets and owners, and passes over WALK_BIND_CHAIN.
 *
 * Context: Process context, may sleep between locks.
 * Return: 0; -EINTR when the task is being killed; -ENOMEM from the census.
 */
int twi_walk_bhash(struct twi_walk *walk)
{
	struct inet_hashinfo *hinfo = walk->set->hinfo[0];
	u32 slot;

	for (slot = 0; slot < hinfo->bhash_size; slot++) {
		struct inet_bind_hashbucket *head = &hinfo->bhash[slot];
		u32 seen = 0, nr;
		bool more;
		int err;

		bind_prefetch(hinfo->bhash, hinfo->bhash_size, slot);
		if (walk_rest(slot))
			return -EINTR;
		if (hlist_empty(&head->chain))
			continue;
		do {
			nr = bhash_part(walk, head, seen, &more);
			err = twi_census_binds(walk->census, walk->stage->bind,
					       nr);
			if (err)
				return err;
			seen += nr;
		} while (more && bind_split(walk, seen, seen == nr));
		twi_census_bhash_len(walk->census, slot, seen);
	}
	return 0;
}

/**
 * twi_walk_bhash2 - walk the second bind hash, which all namespaces share
 * @walk: the walk
 *
 * Buckets of bhash2 are freed at once on all kernels so far: as
 * twi_walk_bhash(), under the lock of each chain that is not empty.
 *
 * Context: Process context, may sleep between locks.
 * Return: 0, or -EINTR when the task is being killed.
 */
int twi_walk_bhash2(struct twi_walk *walk)
{
	struct inet_hashinfo *hinfo = walk->set->hinfo[0];
	u32 slot;

	for (slot = 0; slot < hinfo->bhash_size; slot++) {
		struct inet_bind_hashbucket *head = &hinfo->bhash2[slot];
		u32 seen = 0, nr;
		bool more;

		bind_prefetch(hinfo->bhash2, hinfo->bhash_size, slot);
		if (walk_rest(slot))
			return -EINTR;
		if (hlist_empty(&head->chain))
			continue;
		do {
			nr = bhash2_part(walk, head, seen, &more);
			twi_census_bind2s(walk->census, walk->stage->bind2,
					  nr);
			seen += nr;
		} while (more && bind_split(walk, seen, seen == nr));
		twi_census_bhash2_len(walk->census, slot, seen);
	}
	return 0;
}

/**
 * twi_walk_alloc - allocate what a walk needs
 * @walk: the walk
 *
 * Return: 0 or -ENOMEM.
 */
int twi_walk_alloc(struct twi_walk *walk)
{
	walk->stage = kvmalloc(sizeof(*walk->stage), TWI_GFP);
	if (!walk->stage)
		return -ENOMEM;
	walk->cost->bytes += sizeof(*walk->stage);
	return 0;
}

/**
 * twi_walk_alloc_ends - allocate what a walk for TWI_WALK_TUPLES needs besides
 * @walk: the walk
 *
 * Return: 0 or -ENOMEM.
 */
int twi_walk_alloc_ends(struct twi_walk *walk)
{
	const size_t bytes = TWI_WALK_LANES * sizeof(*walk->ends);

	walk->ends = kvmalloc(bytes, TWI_GFP);
	if (!walk->ends)
		return -ENOMEM;
	walk->cost->bytes += bytes;
	return 0;
}

/**
 * twi_walk_free - free what was allocated for a walk
 * @walk: the walk
 */
void twi_walk_free(struct twi_walk *walk)
{
	kvfree(walk->stage);
	kvfree(walk->ends);
	walk->stage = NULL;
	walk->ends = NULL;
}

/**
 * twi_walk_objects - sizes of the kernel's objects and of the shared tables
 * @objects: filled in
 */
void twi_walk_objects(struct twi_objects *objects)
{
	struct inet_hashinfo *hinfo = init_net.ipv4.tcp_death_row.hashinfo;

	objects->tw_bytes = sizeof(struct tcp_timewait_sock);
	objects->bind_bytes = sizeof(struct inet_bind_bucket);
	objects->bind2_bytes = sizeof(struct inet_bind2_bucket);
	objects->bhash_buckets = hinfo->bhash_size;
	objects->bhash_bytes = 2ULL * hinfo->bhash_size *
			       sizeof(*hinfo->bhash);
}

/**
 * twi_walk_supported - can this kernel's tables be walked?
 *
 * Checks at run time what the walk takes for granted and no compiler can
 * check: that the tables are there and that the slabs hold what the headers
 * that the module was built with say.  The slab of TIME-WAIT sockets is never
 * merged with another (SLAB_TYPESAFE_BY_RCU) and has their very size; those of
 * the bind buckets may be merged into a larger one.
 *
 * Return: 0 or -EOPNOTSUPP, having said why in the log.
 */
int twi_walk_supported(void)
{
	struct inet_hashinfo *hinfo = init_net.ipv4.tcp_death_row.hashinfo;
	u32 size;

	if (!hinfo || !hinfo->ehash || !hinfo->bhash || !hinfo->bhash2 ||
	    !hinfo->lhash2) {
		pr_err("the kernel's TCP hash tables are not set up\n");
		return -EOPNOTSUPP;
	}
	size = kmem_cache_size(tcp_prot.twsk_prot->twsk_slab);
	if (size != sizeof(struct tcp_timewait_sock)) {
		pr_err("TIME-WAIT sockets have %u bytes here, %zu in the headers this module was built with\n",
		       size, sizeof(struct tcp_timewait_sock));
		return -EOPNOTSUPP;
	}
	if (kmem_cache_size(hinfo->bind_bucket_cachep) <
	    sizeof(struct inet_bind_bucket) ||
	    kmem_cache_size(hinfo->bind2_bucket_cachep) <
	    sizeof(struct inet_bind2_bucket)) {
		pr_err("bind buckets are smaller here than in the headers this module was built with\n");
		return -EOPNOTSUPP;
	}
	return 0;
}
