// SPDX-License-Identifier: GPL-2.0
/*
 * twbench - test-only module: what the walk of twinspect is compared with, on
 * the same sockets in the same boot.  Files in debugfs; to read one is to run it
 * once, and what it prints is numbers.
 *
 *	plain	the established hash of the reader's namespace, one chain at a
 *		time under RCU, as the kernel's own loops do it: state,
 *		namespace and ports of each socket, counted
 *	limit	as many objects, with the size and the lines of a minisocket,
 *		in an order that chance gave: nothing is done but to touch
 *		them, with as many in flight as the walk has chains
 *	empty	the heads of that established hash, one after the other
 *	nodes	how many objects limit touches; to be written
 *	lanes	how many of them are in flight; to be written
 */
#include <linux/debugfs.h>
#include <linux/gfp.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/overflow.h>
#include <linux/random.h>
#include <linux/rculist_nulls.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <net/inet_hashtables.h>
#include <net/inet_timewait_sock.h>
#include <net/tcp.h>

#include "../../module/prefetch.h"

/* As the walk: nodes and buckets after which RCU is left. */
#define BATCH		4096
/* As the walk: TWI_WALK_LANES. */
#define LANES		16U
#define LANES_MAX	64U
/* What is allocated in one piece: objects are not to be mapped one by one. */
#define PIECE		(4UL << 20)
/* What the walk reads of a minisocket lies before this. */
#define OBJECT_READ	offsetofend(struct inet_timewait_sock, tw_substate)

static struct dentry *dir;
static u32 nodes = 100000;
static u32 lanes = LANES;

/* One reader at a time, as otherwise they would measure each other. */
static DEFINE_MUTEX(bench_mutex);

static const struct inet_hashinfo *current_hashinfo(void)
{
	return current->nsproxy->net_ns->ipv4.tcp_death_row.hashinfo;
}

/**
 * struct plain - what a plain walk counts
 * @state:	sockets by state, FIN-WAIT-2 minisockets as the state they are for
 * @ours:	sockets of the reader's namespace
 * @ports:	a sum of all ports, so that they are read
 * @nodes:	sockets
 */
struct plain {
	u64 state[TCP_MAX_STATES];
	u64 ours;
	u64 ports;
	u64 nodes;
};

static __always_inline void plain_sock(const struct sock *sk,
				       const struct net *net, struct plain *p)
{
	u8 state = READ_ONCE(sk->sk_state);

	if (state == TCP_TIME_WAIT &&
	    READ_ONCE(inet_twsk(sk)->tw_substate) == TCP_FIN_WAIT2)
		state = TCP_FIN_WAIT2;
	p->state[state]++;
	p->ours += net_eq(sock_net(sk), net);
	p->ports += READ_ONCE(sk->sk_num) + ntohs(READ_ONCE(sk->sk_dport));
	p->nodes++;
}

/* Context: RCU. */
static void plain_chain(const struct inet_hashinfo *hinfo, u32 slot,
			const struct net *net, struct plain *p)
{
	const struct plain before = *p;
	struct hlist_nulls_node *node;
	struct sock *sk;

restart:
	sk_nulls_for_each_rcu(sk, node, &hinfo->ehash[slot].chain)
		plain_sock(sk, net, p);
	if (unlikely(get_nulls_value(node) != slot)) {
		*p = before;
		goto restart;
	}
}

static void plain_walk(const struct inet_hashinfo *hinfo,
		       const struct net *net, struct plain *p)
{
	u32 slot = 0;
	u64 until;

	while (slot <= hinfo->ehash_mask) {
		until = slot + p->nodes + BATCH;
		rcu_read_lock();
		for (; slot <= hinfo->ehash_mask && slot + p->nodes < until;
		     slot++) {
			if (!hlist_nulls_empty(&hinfo->ehash[slot].chain))
				plain_chain(hinfo, slot, net, p);
		}
		rcu_read_unlock();
		cond_resched();
	}
}

static int plain_show(struct seq_file *m, void *v)
{
	const struct inet_hashinfo *hinfo = current_hashinfo();
	struct plain p = {};
	u64 ns;

	mutex_lock(&bench_mutex);
	ns = ktime_get_ns();
	plain_walk(hinfo, current->nsproxy->net_ns, &p);
	ns = ktime_get_ns() - ns;
	mutex_unlock(&bench_mutex);
	seq_printf(m, "ns %llu\nnodes %llu\nours %llu\ntw %llu\nports %llu\n",
		   ns, p.nodes, p.ours, p.state[TCP_TIME_WAIT], p.ports);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(plain);

static int empty_show(struct seq_file *m, void *v)
{
	const struct inet_hashinfo *hinfo = current_hashinfo();
	u32 slot, empty = 0;
	u64 ns;

	mutex_lock(&bench_mutex);
	ns = ktime_get_ns();
	for (slot = 0; slot <= hinfo->ehash_mask; slot++)
		empty += hlist_nulls_empty(&hinfo->ehash[slot].chain);
	ns = ktime_get_ns() - ns;
	mutex_unlock(&bench_mutex);
	seq_printf(m, "ns %llu\nbuckets %u\nempty %u\n", ns, slot, empty);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(empty);

/**
 * struct object - begins each of them
 * @next:	the one that is touched after it
 */
struct object {
	const struct object *next;
};

/**
 * struct field - objects
 * @piece:	their memory
 * @pieces:	of PIECE bytes each
 * @nr:		objects
 * @size:	bytes of each
 * @lanes:	chains that they are dealt out to
 * @lane:	the first object of each
 */
struct field {
	void **piece;
	u32 pieces;
	u32 nr;
	u32 size;
	u32 lanes;
	const struct object *lane[LANES_MAX];
};

/* Stays as it is between two runs that want the same. */
static struct field field;

static struct object *field_object(const struct field *f, u32 i)
{
	u32 each = PIECE / f->size;

	return f->piece[i / each] + i % each * f->size;
}

static void field_free(struct field *f)
{
	while (f->pieces)
		free_pages_exact(f->piece[--f->pieces], PIECE);
	kvfree(f->piece);
	*f = (struct field) {};
}

static int field_alloc(struct field *f, u32 nr, u32 size)
{
	u32 pieces = DIV_ROUND_UP(nr, PIECE / size);

	f->nr = nr;
	f->size = size;
	f->piece = kvcalloc(pieces, sizeof(*f->piece), GFP_KERNEL);
	if (!f->piece)
		return -ENOMEM;
	while (f->pieces < pieces) {
		void *piece = alloc_pages_exact(PIECE,
						GFP_KERNEL | __GFP_ZERO);

		if (!piece)
			return -ENOMEM;
		f->piece[f->pieces++] = piece;
	}
	return 0;
}

/* Numbers in an order that chance gives; the caller frees them. */
static u32 *shuffled(u32 nr)
{
	u32 *order = kvmalloc_array(nr, sizeof(*order), GFP_KERNEL);
	u32 i, j;

	if (!order)
		return NULL;
	for (i = 0; i < nr; i++) {
		j = get_random_u32_below(i + 1);
		order[i] = order[j];
		order[j] = i;
	}
	return order;
}

/* Deals the objects out to the lanes. */
static int field_link(struct field *f, u32 nr_lanes)
{
	u32 *order = shuffled(f->nr);
	struct object *object;
	u32 i, lane;

	if (!order)
		return -ENOMEM;
	f->lanes = nr_lanes;
	memset(f->lane, 0, sizeof(f->lane));
	for (i = 0; i < f->nr; i++) {
		lane = i % nr_lanes;
		object = field_object(f, order[i]);
		object->next = f->lane[lane];
		f->lane[lane] = object;
	}
	kvfree(order);
	return 0;
}

static int field_make(struct field *f, u32 nr, u32 nr_lanes)
{
	u32 size = kmem_cache_size(tcp_prot.twsk_prot->twsk_slab);
	int err = 0;

	/* SLUB has a pointer behind each object that RCU readers may still see. */
	size = ALIGN(size, sizeof(void *)) + sizeof(void *);
	if (f->nr == nr && f->lanes == nr_lanes)
		return 0;
	if (f->nr != nr) {
		field_free(f);
		err = field_alloc(f, nr, size);
	}
	if (!err)
		err = field_link(f, nr_lanes);
	if (err)
		field_free(f);
	return err;
}

/* Reads a word of each line that the walk reads. */
static __always_inline unsigned long object_touch(const struct object *object)
{
	unsigned long sum = 0;
	size_t line;

	for (line = 0; line < OBJECT_READ; line += L1_CACHE_BYTES)
		sum += READ_ONCE(*(const u32 *)((const char *)object + line));
	return sum + READ_ONCE(*((const u8 *)object + OBJECT_READ - 1));
}

/* Touches all objects, one of each lane in turn. */
static void field_touch(const struct field *f)
{
	const struct object *lane[LANES_MAX];
	unsigned long sum = 0;
	u32 left = f->nr, i;

	memcpy(lane, f->lane, sizeof(lane));
	for (i = 0; i < f->lanes; i++) {
		if (lane[i])
			twi_prefetch_range(lane[i], OBJECT_READ);
	}
	while (left) {
		for (i = 0; i < f->lanes; i++) {
			const struct object *object = lane[i];

			if (unlikely(!object))
				continue;
			lane[i] = READ_ONCE(object->next);
			sum += object_touch(object);
			/* That of NULL does nothing. */
			twi_prefetch_range(lane[i], OBJECT_READ);
			left--;
		}
	}
	OPTIMIZER_HIDE_VAR(sum);
}

static int limit_show(struct seq_file *m, void *v)
{
	u32 nr = clamp(READ_ONCE(nodes), 1U, 1U << 24);
	u32 nr_lanes = clamp(READ_ONCE(lanes), 1U, LANES_MAX);
	u64 ns = 0;
	int err;

	mutex_lock(&bench_mutex);
	err = field_make(&field, nr, nr_lanes);
	if (!err) {
		ns = ktime_get_ns();
		field_touch(&field);
		ns = ktime_get_ns() - ns;
	}
	mutex_unlock(&bench_mutex);
	if (err)
		return err;
	seq_printf(m, "ns %llu\nnodes %u\nlanes %u\nlines %zu\n", ns, nr,
		   nr_lanes, DIV_ROUND_UP(OBJECT_READ, L1_CACHE_BYTES));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(limit);

static int __init twbench_init(void)
{
	dir = debugfs_create_dir("twbench", NULL);
	if (IS_ERR(dir))
		return PTR_ERR(dir);
	debugfs_create_file("plain", 0400, dir, NULL, &plain_fops);
	debugfs_create_file("limit", 0400, dir, NULL, &limit_fops);
	debugfs_create_file("empty", 0400, dir, NULL, &empty_fops);
	debugfs_create_u32("nodes", 0600, dir, &nodes);
	debugfs_create_u32("lanes", 0600, dir, &lanes);
	return 0;
}

static void __exit twbench_exit(void)
{
	debugfs_remove(dir);
	field_free(&field);
}

module_init(twbench_init);
module_exit(twbench_exit);
MODULE_DESCRIPTION("Yardsticks for the walk of twinspect");
MODULE_LICENSE("GPL");
