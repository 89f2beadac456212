/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the walk hands to the right: plain values copied out of the
 * kernel's tables, without a pointer among them.
 *
 * No net headers here: the census includes it and is also built in user space.
 */
#ifndef TWI_VALUE_H
#define TWI_VALUE_H

#include <linux/build_bug.h>
#include <linux/types.h>

#include "../include/twinspect.h"

enum twi_state {
#define X(name) TWI_STATE_##name,
	TWI_STATES(X)
#undef X
	TWI_STATE_NR,
	/* A listener; never in an ehash chain. */
	TWI_STATE_listen = TWI_STATE_NR,
};

enum twi_family {
#define X(name) TWI_FAMILY_##name,
	TWI_FAMILIES(X)
#undef X
	TWI_FAMILY_NR,
};

/* Namespaces held in one pass at most; what is beyond counts as unheld. */
#define TWI_NETNS_MAX		8192
/* Index that stands for every namespace that the pass does not hold. */
#define TWI_NETNS_UNHELD	0xffff

/* Nodes that a chain may have before it is taken for a flooded one. */
#define TWI_CHAIN_MAX		256

/* Bits of twi_sock.flags */
#define TWI_SOCK_ARMED		0x01	/* tw_timer was pending */
#define TWI_SOCK_TRANSPARENT	0x02	/* IP_TRANSPARENT (TPROXY) */
#define TWI_SOCK_CONNECT	0x04	/* connect() chose its local port... */
#define TWI_SOCK_TOLD		0x08	/* ...or not: the socket tells */

/**
 * struct twi_sock - one socket of an established hash, or one listener
 * @expires:	minisockets, if the walk was asked for timers: the jiffy at
 *		which tw_timer expires; stale unless TWI_SOCK_ARMED
 * @hash:	its sk_hash
 * @timer:	as @expires: flags of tw_timer, which hold CPU and wheel index
 *		(include/linux/timer.h)
 * @stamp:	as @expires: low 32 bits of the millisecond (CLOCK_MONOTONIC) at
 *		which it entered TIME-WAIT; 0 where the kernel does not keep it
 * @dev:	ifindex of the device it is bound to, 0 for none
 * @net:	index of its namespace in the pass, or TWI_NETNS_UNHELD
 * @lport:	local port, host order
 * @rport:	remote port, host order; 0 for a listener
 * @state:	enum twi_state
 * @family:	enum twi_family
 * @flags:	TWI_SOCK_*
 */
struct twi_sock {
	unsigned long expires;
	u32 hash;
	u32 timer;
	u32 stamp;
	s32 dev;
	u16 net;
	u16 lport;
	u16 rport;
	u8 state;
	u8 family;
	u8 flags;
};

/**
 * struct twi_ends - the addresses of a socket, if the walk was asked for them
 * @laddr:	local address in network order, IPv4 as ::ffff:a.b.c.d
 * @raddr:	remote address, likewise
 * @word:	both of them
 * @recent:	minisockets: low 32 bits of the second (CLOCK_MONOTONIC) of the
 *		peer's last timestamp, 0 without any
 */
struct twi_ends {
	union {
		struct {
			u32 laddr[4];
			u32 raddr[4];
		};
		u64 word[4];
	};
	u32 recent;
};

/*
 * Two values of @bits that follow each other in memory, as one: a CPU waits long
 * where it reads a word that it has just written in parts.
 */
static inline u64 twi_pair(u32 first, u32 second, u32 bits)
{
	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
		return (u64)first << bits | second;
	return (u64)second << bits | first;
}

/* What a bounded look at the owners of a bind bucket found. */
enum twi_owners {
	TWI_OWNERS_NONE,	/* all of them seen, there was none */
	TWI_OWNERS_MINI,	/* all of them seen, minisockets only */
	TWI_OWNERS_OTHER,	/* something else owns it too */
	TWI_OWNERS_MANY,	/* minisockets only, but not all were seen */
};

/**
 * struct twi_bind - one struct inet_bind_bucket
 * @fastuid:	uid in the initial user namespace, -1 where it has no meaning
 * @l3mdev:	ifindex of its l3 master device, 0 for none
 * @net:	index of its namespace, or TWI_NETNS_UNHELD
 * @port:	local port, host order
 * @fastreuse:	as in the kernel
 * @fastreuseport: as in the kernel
 * @owners:	enum twi_owners
 * @shared:	it has several owners; only where a walk for tuples looked
 * @listens:	somebody listens on the port; not of the bucket, added later
 */
struct twi_bind {
	s64 fastuid;
	s32 l3mdev;
	u16 net;
	u16 port;
	s8 fastreuse;
	s8 fastreuseport;
	u8 owners;
	bool shared;
	bool listens;
};

/* What Documentation/ABI promises of memory counts on it. */
static_assert(sizeof(struct twi_bind) == 24, "struct twi_bind has grown");

/**
 * struct twi_bind2 - one struct inet_bind2_bucket
 * @l3mdev:	ifindex of its l3 master device, 0 for none
 * @net:	index of its namespace, or TWI_NETNS_UNHELD
 * @port:	local port, host order
 */
struct twi_bind2 {
	s32 l3mdev;
	u16 net;
	u16 port;
};

/**
 * struct twi_netns - what a pass keeps of a namespace that it held
 * @cookie:	net_cookie
 * @tw_kernel:	tw_refcount - 1 when the pass began: its minisockets
 * @inum:	inode number
 * @table:	index of its established hash in the pass
 * @tw_max:	net.ipv4.tcp_max_tw_buckets
 * @port_low:	net.ipv4.ip_local_port_range, first port
 * @port_high:	net.ipv4.ip_local_port_range, last port
 * @ports_reserved: of these, in net.ipv4.ip_local_reserved_ports; filled in
 *		where it is shown
 * @port_step:	net.ipv4.ip_local_port_step_width, -1 where there is none
 * @reuse_delay: net.ipv4.tcp_tw_reuse_delay in ms, -1 where there is none
 * @reuse:	net.ipv4.tcp_tw_reuse
 * @timestamps:	net.ipv4.tcp_timestamps
 */
struct twi_netns {
	u64 cookie;
	s64 tw_kernel;
	u32 inum;
	u32 table;
	s32 tw_max;
	u16 port_low;
	u16 port_high;
	u32 ports_reserved;
	s64 port_step;
	s64 reuse_delay;
	u8 reuse;
	u8 timestamps;
};

/**
 * struct twi_table - what a pass keeps of an established hash
 * @owner:	inode number of the namespace that owns it, 0 for the shared one
 * @buckets:	its size
 * @locks:	number of its locks
 * @bytes:	of its bucket array
 * @lock_bytes:	of its lock array
 */
struct twi_table {
	u32 owner;
	u32 buckets;
	u32 locks;
	u64 bytes;
	u64 lock_bytes;
};

/**
 * struct twi_cost - what a pass cost, and how exact it was
 *
 * Field by field what Documentation/ABI says of the key pass_<field>.
 */
struct twi_cost {
	u64 ns;
	u64 netns_ns;
	u64 ehash_ns;
	u64 bind_ns;
	u64 nodes;
	u64 restarts;
	u64 lock_fallbacks;
	u64 floods;
	u64 inexact;
	u64 unfinished;
	u64 longest_rcu_ns;
	u64 longest_lock_ns;
	u64 dropped_gone;
	u64 dropped_moved;
	u64 dropped_unborn;
	u64 dropped_state;
	u64 skipped;
	u64 bytes;
};

#endif /* TWI_VALUE_H */
