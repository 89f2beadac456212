/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the walk uses of the kernel, in user space: sockets, their tables, and
 * another CPU that changes them between any two reads of the walk's.  Each other
 * header here stands for the kernel's of that name and includes this.
 *
 * With SHIM_STILL there is no other CPU, and what is left is what a kernel
 * without any debugging would compile: for who counts instructions.
 *
 * In place of compat.h too, whose answers are those of one kernel.
 */
#ifndef TWI_NET_SHIM_H
#define TWI_NET_SHIM_H

#define TWI_COMPAT_H

#include <stdio.h>

#include "../linux/shim.h"

/* Before each read of what another CPU may change. */
#ifndef SHIM_STILL
void shim_step(const void *what);
#else
#define shim_step(what)		do { } while (0)
#endif
/* What the walk did wrong. */
void shim_wrong(const char *what);
/* Locks of hash tables held, RCU sections entered. */
extern int shim_locked;
extern int shim_rcu;

struct shim_refcount {
	int counter;
};

struct shim_lock {
	int held;
};

#define __be16			u16
#define __be32			u32
#define refcount_t		struct shim_refcount
#define spinlock_t		struct shim_lock
#define __force
#define __maybe_unused		__attribute__((unused))
#undef __always_inline
#define __always_inline		inline __attribute__((always_inline))
#define htons(x)		__builtin_bswap16(x)
#define ntohs(x)		__builtin_bswap16(x)
#define htonl(x)		__builtin_bswap32(x)
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define offsetofend(t, m)	(offsetof(t, m) + sizeof(((t *)0)->m))
#define container_of(p, t, m)	((t *)((char *)(p) - offsetof(t, m)))
#define data_race(x)		(x)	/* KCSAN does not look here */
#define pr_err(...)		fprintf(stderr, __VA_ARGS__)

/* Once, as the kernel's: the compiler makes nothing of what it read before. */
#define READ_ONCE(x)							\
	({								\
		const __typeof__(x) *at_ = &(x);			\
									\
		shim_step(at_);						\
		__atomic_load_n(at_, __ATOMIC_RELAXED);			\
	})

static inline u64 ktime_get_ns(void)
{
	return 0;
}

#define current			NULL
#define fatal_signal_pending(task)	((void)(task), false)

/* One CPU sees its own order. */
#define smp_rmb()		asm volatile("" ::: "memory")

static inline u32 hash_ptr(const void *p, u32 bits)
{
	return (u64)(uintptr_t)p * 0x61C8864680B583EBULL >> (64 - bits);
}

static inline void *kvmalloc(size_t size, int gfp)
{
	return kvcalloc(1, size, gfp);
}

/* RCU */
static inline void rcu_read_lock(void)
{
	shim_rcu++;
}

static inline void rcu_read_unlock(void)
{
	shim_rcu--;
}

#define rcu_read_lock_held()	(shim_rcu > 0)
#ifndef SHIM_STILL
#define RCU_LOCKDEP_WARN(c, s)	do { if (c) shim_wrong(s); } while (0)
#else
#define RCU_LOCKDEP_WARN(c, s)	do { } while (0)
#endif

/* Locks */
static inline void shim_lock(spinlock_t *lock)
{
	if (lock->held++)
		shim_wrong("a lock is taken twice");
	shim_locked++;
}

static inline void shim_unlock(spinlock_t *lock)
{
	lock->held--;
	shim_locked--;
}

#define spin_lock(lock)		shim_lock(lock)
#define spin_unlock(lock)	shim_unlock(lock)
#define spin_lock_bh(lock)	shim_lock(lock)
#define spin_unlock_bh(lock)	shim_unlock(lock)
#define local_bh_disable()	do { } while (0)
#define local_bh_enable()	do { } while (0)

/* Lists */
struct hlist_node {
	struct hlist_node *next;
};

struct hlist_head {
	struct hlist_node *first;
};

#define hlist_empty(head)	(!READ_ONCE((head)->first))
#define hlist_entry(p, t, m)	container_of(p, t, m)
#define hlist_for_each(p, head)						\
	for (p = (head)->first; p; p = p->next)
#define hlist_entry_safe(p, t, m)					\
	((p) ? container_of(p, t, m) : NULL)
#define hlist_for_each_entry(p, head, m)				\
	for (p = hlist_entry_safe((head)->first, __typeof__(*(p)), m); p; \
	     p = hlist_entry_safe((p)->m.next, __typeof__(*(p)), m))

struct hlist_nulls_node {
	struct hlist_nulls_node *next, **pprev;
};

struct hlist_nulls_head {
	struct hlist_nulls_node *first;
};

#define NULLS_MARKER(value)	(1UL | ((unsigned long)(value) << 1))
#define hlist_nulls_entry(p, t, m)	container_of(p, t, m)

static inline bool is_a_nulls(const struct hlist_nulls_node *p)
{
	return (unsigned long)p & 1;
}

static inline unsigned long get_nulls_value(const struct hlist_nulls_node *p)
{
	return (unsigned long)p >> 1;
}

static inline bool
hlist_nulls_unhashed_lockless(const struct hlist_nulls_node *p)
{
	return !READ_ONCE(p->pprev);
}

/* Sockets */
enum {
	TCP_ESTABLISHED = 1, TCP_SYN_SENT, TCP_SYN_RECV, TCP_FIN_WAIT1,
	TCP_FIN_WAIT2, TCP_TIME_WAIT, TCP_CLOSE, TCP_CLOSE_WAIT, TCP_LAST_ACK,
	TCP_LISTEN, TCP_CLOSING, TCP_NEW_SYN_RECV, TCP_MAX_STATES
};

struct inet_hashinfo;

struct net {
	struct {
		struct { struct inet_hashinfo *hashinfo; } tcp_death_row;
	} ipv4;
};

extern struct net init_net;

struct sock {
	struct hlist_nulls_node sk_nulls_node;
	u32 sk_hash;
	u8 sk_state;
	u16 sk_family;
	u16 sk_num;
	__be16 sk_dport;
	int sk_bound_dev_if;
	refcount_t sk_refcnt;
	__be32 sk_rcv_saddr, sk_daddr;
	struct { __be32 s6_addr32[4]; } sk_v6_rcv_saddr, sk_v6_daddr;
	const struct net *sk_net;
};

struct timer_list {
	struct { void *pprev; } entry;
	unsigned long expires;
	u32 flags;
};

struct inet_timewait_sock {
	struct sock tw_sk;
	u8 tw_substate;
	struct timer_list tw_timer;
};

struct tcp_timewait_sock {
	struct inet_timewait_sock tw_sk;
	u32 tw_ts_recent_stamp;
};

#define inet_twsk(sk)		((struct inet_timewait_sock *)(sk))
#define tcp_twsk(sk)		((struct tcp_timewait_sock *)(sk))

static inline unsigned int refcount_read(const refcount_t *r)
{
	return READ_ONCE(r->counter);
}

static inline bool refcount_inc_not_zero(refcount_t *r)
{
	shim_step(r);
	if (!r->counter)
		return false;
	r->counter++;
	return true;
}

/* Gives a reference back; to take the last one would be to free it. */
static inline void sock_gen_put(struct sock *sk)
{
	shim_step(sk);
	if (--sk->sk_refcnt.counter < 0)
		shim_wrong("a reference is given back twice");
}

/* What compat.h makes of a socket. */
static inline const struct net *twi_sock_net(const struct sock *sk)
{
	return READ_ONCE(sk->sk_net);
}

static inline const __be32 *twi_sock_daddr6(const struct sock *sk)
{
	return sk->sk_v6_daddr.s6_addr32;
}

#define twi_sock_daddr6_word(sk, i)	READ_ONCE((sk)->sk_v6_daddr.s6_addr32[i])
#define twi_sock_saddr6_word(sk, i)					\
	READ_ONCE((sk)->sk_v6_rcv_saddr.s6_addr32[i])
#define twi_tw_stamp(tw)	((void)(tw), 0)
#define twi_tw_side(tw)		((void)(tw), 0)
#define twi_sk_side(sk)		((void)(sk), 0)

/* Tables */
#define LISTENING_NULLS_BASE	0x20000000U
#define AF_INET6		10

struct inet_ehash_bucket {
	struct hlist_nulls_head chain;
};

struct inet_listen_hashbucket {
	struct shim_lock lock;
	struct hlist_nulls_head nulls_head;
};

struct inet_bind_hashbucket {
	struct shim_lock lock;
	struct hlist_head chain;
};

struct inet_bind_bucket {
	struct net *ib_net;
	int l3mdev;
	u16 port;
	s8 fastreuse, fastreuseport;
	int fastuid;
	struct hlist_node node;
	struct { struct sock *first; } owners;
};

struct inet_bind2_bucket {
	struct net *ib_net;
	int l3mdev;
	u16 port;
	struct hlist_node node;
};

struct inet_hashinfo {
	struct inet_ehash_bucket *ehash;
	struct shim_lock *ehash_locks;
	u32 ehash_mask;
	struct inet_listen_hashbucket *lhash2;
	u32 lhash2_mask;
	struct inet_bind_hashbucket *bhash, *bhash2;
	u32 bhash_size;
	size_t *bind_bucket_cachep, *bind2_bucket_cachep;
};

static inline spinlock_t *inet_ehash_lockp(struct inet_hashinfo *hinfo,
					   u32 slot)
{
	return &hinfo->ehash_locks[slot];
}

/* One owner at most; bind buckets are for the selftests. */
#define twi_for_each_owner(sk, tb2, tb)					\
	for ((void)(tb2), (sk) = (tb)->owners.first; sk; (sk) = NULL)
#define ib_net(tb)		((tb)->ib_net)
#define ib2_net(tb2)		((tb2)->ib_net)
#define init_user_ns		(*(int *)NULL)
#define from_kuid(ns, uid)	(uid)
#define kmem_cache_size(cache)	(*(cache))

static const struct {
	const struct { size_t *twsk_slab; } *twsk_prot;
} tcp_prot;

#endif /* TWI_NET_SHIM_H */
