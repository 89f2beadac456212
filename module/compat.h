/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bends older kernels to the newest one; the only file with
 * conditionals on the kernel.
 *
 * What differs is measured, not derived from a version, as stable branches
 * backport: probe.mk tries whether a member is there and writes probe.h.  Each
 * answer is checked below by the compiler, in both directions.
 */
#ifndef TWI_COMPAT_H
#define TWI_COMPAT_H

#include <net/inet_hashtables.h>
#include <net/inet_timewait_sock.h>
#include <net/l3mdev.h>
#include <net/sock.h>

#include "probe.h"
#include "value.h"

/*
 * A member that the probe found must be there, and one that it missed must
 * not: an anonymous copy of the struct would then have it twice.  Needs
 * -fms-extensions, which probe.mk adds.
 */
#define TWI_ASSERT_HAS(s, m)						\
	static inline void __maybe_unused twi_has_##s##_##m(struct s *p)	\
	{ (void)p->m; }
#define TWI_ASSERT_LACKS(s, m)						\
	struct twi_lacks_##s##_##m { struct s; char m; }

/*
 * Linux commit 28044fc1d495 ("net: Add a bhash2 table hashed by port and
 * address") (in v6.1), Linux commit cae3873c5b3a ("net: inet: Retire port only
 * listening_hash") (in v5.19) and Linux commit d1e5e6408b30 ("tcp: Introduce
 * optional per-netns ehash.") (in v6.1) gave the tables the shape that the
 * walk is written for.
 */
#if !TWI_HAVE_BHASH2 || !TWI_HAVE_LHASH2_NULLS || !TWI_HAVE_OWN_EHASH
#error "twinspect needs Linux 6.1 or later: bhash2, lhash2, ehash per namespace"
#endif

/*
 * Linux commit b2cb9f9ef240 ("tcp: Unlink sk from bhash.") (in v6.8) left the
 * sockets of a port below its bhash2 buckets only; until then they are on a
 * list of the port's own too, minisockets included.
 */
#if TWI_HAVE_TB_BHASH2
TWI_ASSERT_HAS(inet_bind_bucket, bhash2);
TWI_ASSERT_LACKS(inet_bind_bucket, owners);
#define twi_for_each_owner(sk, tb2, tb)					\
	hlist_for_each_entry(tb2, &(tb)->bhash2, bhash_node)		\
		sk_for_each_bound(sk, &(tb2)->owners)
#else
TWI_ASSERT_HAS(inet_bind_bucket, owners);
TWI_ASSERT_LACKS(inet_bind_bucket, bhash2);
#define twi_for_each_owner(sk, tb2, tb)					\
	sk_for_each_bound(sk, &(tb)->owners)
#endif

/*
 * Linux commit d186f405fdf4 ("tcp: add RCU management to inet_bind_bucket")
 * (in v6.15).
 */
#if TWI_HAVE_BIND_RCU
TWI_ASSERT_HAS(inet_bind_bucket, rcu);
#else
TWI_ASSERT_LACKS(inet_bind_bucket, rcu);
#endif

/*
 * The time of entry into TIME-WAIT in milliseconds, which Linux keeps as
 * tw_entry_stamp where net.ipv4.tcp_tw_reuse_delay exists (seen in 7.3, not in
 * 6.12).
 */
#if TWI_HAVE_ENTRY_STAMP
TWI_ASSERT_HAS(inet_timewait_sock, tw_entry_stamp);
static inline u32 twi_tw_stamp(const struct inet_timewait_sock *tw)
{
	return READ_ONCE(tw->tw_entry_stamp);
}
#else
TWI_ASSERT_LACKS(inet_timewait_sock, tw_entry_stamp);
static inline u32 twi_tw_stamp(const struct inet_timewait_sock *tw)
{
	return 0;
}
#endif

/* Whether connect() chose the port, kept in TIME-WAIT (as tw_entry_stamp). */
#if TWI_HAVE_CONNECT_BIND
TWI_ASSERT_HAS(inet_timewait_sock, tw_connect_bind);
static inline u8 twi_tw_connect(const struct inet_timewait_sock *tw)
{
	/* Set before it is hashed, in a word with other bits. */
	return TWI_SOCK_TOLD | (data_race(!!tw->tw_connect_bind) ?
				TWI_SOCK_CONNECT : 0);
}

static inline u8 twi_sk_connect(const struct sock *sk)
{
	/*
	 * A bit in a word with others, set right after a connect() put it into
	 * the ehash: in between it is told wrongly.
	 */
	bool connect = data_race(sk->sk_userlocks & SOCK_CONNECT_BIND);

	return TWI_SOCK_TOLD | (connect ? TWI_SOCK_CONNECT : 0);
}
#else
TWI_ASSERT_LACKS(inet_timewait_sock, tw_connect_bind);
static inline u8 twi_tw_connect(const struct inet_timewait_sock *tw)
{
	return 0;
}

static inline u8 twi_sk_connect(const struct sock *sk)
{
	return 0;
}
#endif

/*
 * Linux commit c274af224269 ("inet: introduce inet->inet_flags") (in v6.6).
 */
#if TWI_HAVE_INET_FLAGS
TWI_ASSERT_HAS(inet_sock, inet_flags);
static inline bool twi_sk_transparent(const struct sock *sk)
{
	return inet_test_bit(TRANSPARENT, sk);
}
#else
TWI_ASSERT_LACKS(inet_sock, inet_flags);
static inline bool twi_sk_transparent(const struct sock *sk)
{
	/* A bit in a word with others, which may change. */
	return data_race(!!inet_sk(sk)->transparent);
}
#endif

/* What a socket tells of its side: TWI_SOCK_*. */
static inline u8 twi_tw_side(const struct inet_timewait_sock *tw)
{
	/* Set before it is hashed, in a word with other bits. */
	return twi_tw_connect(tw) | (data_race(!!tw->tw_transparent) ?
				     TWI_SOCK_TRANSPARENT : 0);
}

/* A full socket, not a request. */
static inline u8 twi_sk_side(const struct sock *sk)
{
	return twi_sk_connect(sk) | (twi_sk_transparent(sk) ?
				     TWI_SOCK_TRANSPARENT : 0);
}

/* net.ipv4.tcp_tw_reuse_delay, in ms (seen in 7.3, not in 6.12). */
#if TWI_HAVE_REUSE_DELAY
TWI_ASSERT_HAS(netns_ipv4, sysctl_tcp_tw_reuse_delay);
static inline s64 twi_net_reuse_delay(const struct net *net)
{
	return READ_ONCE(net->ipv4.sysctl_tcp_tw_reuse_delay);
}
#else
TWI_ASSERT_LACKS(netns_ipv4, sysctl_tcp_tw_reuse_delay);
static inline s64 twi_net_reuse_delay(const struct net *net)
{
	return TWI_UNKNOWN;
}
#endif

/* net.ipv4.ip_local_port_step_width (seen in 7.3, not in 6.12). */
#if TWI_HAVE_PORT_STEP
TWI_ASSERT_HAS(netns_ipv4, sysctl_ip_local_port_step_width);
static inline s64 twi_net_port_step(const struct net *net)
{
	return READ_ONCE(net->ipv4.sysctl_ip_local_port_step_width);
}
#else
TWI_ASSERT_LACKS(netns_ipv4, sysctl_ip_local_port_step_width);
static inline s64 twi_net_port_step(const struct net *net)
{
	return TWI_UNKNOWN;
}
#endif

/*
 * The namespace of a socket that may be freed and filled anew meanwhile: a
 * pointer to compare, never to follow.  read_pnet() would read it plainly.
 */
static inline const struct net *twi_sock_net(const struct sock *sk)
{
#ifdef CONFIG_NET_NS
	return (__force const struct net *)READ_ONCE(sk->sk_net.net);
#else
	return &init_net;
#endif
}

/* The remote address of an AF_INET6 socket, NULL where IPv6 is not built. */
static inline const __be32 *twi_sock_daddr6(const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	return sk->sk_v6_daddr.s6_addr32;
#else
	return NULL;
#endif
}

/* Bits of net.ipv4.ip_local_reserved_ports, or NULL. */
static inline const unsigned long *twi_net_reserved(const struct net *net)
{
#ifdef CONFIG_SYSCTL
	return net->ipv4.sysctl_local_reserved_ports;
#else
	return NULL;
#endif
}

/* A word of an address of an AF_INET6 socket. */
static inline u32 twi_sock_daddr6_word(const struct sock *sk, u32 i)
{
#if IS_ENABLED(CONFIG_IPV6)
	return (__force u32)READ_ONCE(sk->sk_v6_daddr.s6_addr32[i]);
#else
	return 0;
#endif
}

static inline u32 twi_sock_saddr6_word(const struct sock *sk, u32 i)
{
#if IS_ENABLED(CONFIG_IPV6)
	return (__force u32)READ_ONCE(sk->sk_v6_rcv_saddr.s6_addr32[i]);
#else
	return 0;
#endif
}

/* Whether bind buckets are kept apart by l3mdev: inet_sk_bound_l3mdev(). */
static inline bool twi_bound_by_l3mdev(const struct net *net)
{
#ifdef CONFIG_NET_L3_MASTER_DEV
	return !READ_ONCE(net->ipv4.sysctl_tcp_l3mdev_accept);
#else
	return false;
#endif
}

/* What this build can report on this kernel, as caps prints it. */
enum twi_caps {
	TWI_CAP_ENTRY_STAMP = TWI_HAVE_ENTRY_STAMP,
	TWI_CAP_CONNECT_BIND = TWI_HAVE_CONNECT_BIND,
	TWI_CAP_REUSE_DELAY = TWI_HAVE_REUSE_DELAY,
	TWI_CAP_BIND_RCU = TWI_HAVE_BIND_RCU,
	TWI_CAP_BHASH2 = TWI_HAVE_BHASH2,
	TWI_CAP_OWN_EHASH = TWI_HAVE_OWN_EHASH,
	TWI_CAP_IPV6 = IS_ENABLED(CONFIG_IPV6),
};

#endif /* TWI_COMPAT_H */
