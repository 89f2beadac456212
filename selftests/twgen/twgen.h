/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests ask of twgen.ko, the test-only module that makes,
 * keeps and counts TCP sockets inside the kernel.  Everything acts in the
 * network namespace of the caller.
 */
#ifndef TWGEN_H
#define TWGEN_H

#ifdef __KERNEL__
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/ioctl.h>
#include <linux/types.h>
#else
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <linux/types.h>
#endif

#define TWGEN_DEV	"/dev/twgen"

union twgen_addr {
	struct sockaddr_in	v4;
	struct sockaddr_in6	v6;
};

/* Which side closes first, and so is the one that ends in TIME-WAIT. */
#define TWGEN_CLIENT	0	/* outbound */
#define TWGEN_SERVER	1	/* inbound */
#define TWGEN_BOTH	2	/* at once: a TIME-WAIT socket on either side */
#define TWGEN_RESET	3	/* with a RST: no TIME-WAIT socket at all */

/*
 * Open @count connections one after the other and close each.  They go round
 * over @addresses local addresses, beginning with @local: connection i has the
 * one that is i % @addresses higher, and a local port that is i / @addresses
 * higher.  So with two or more, there are as many groups of connections.
 *
 * A v4-mapped one has two AF_INET6 addresses with ::ffff:a.b.c.d in them.  The
 * listener is a file descriptor of the caller that listens on @remote, or -1
 * for one that lives as long as the call.  Two callers must not share one: each
 * would be given the other's connections.
 */
struct twgen_make {
	union twgen_addr	local;	/* port 0: as connect() chooses */
	union twgen_addr	remote;
	__s32			listener;
	__u32			closer;
	__u32			count;
	__u32			addresses;	/* at least 1 */
	__u32			made;	/* out: this many, also on error */
	__u32			pad;
};

/*
 * Minisockets with this port, local or remote, 0 stands for all; in buckets
 * @from to @to - 1 of the table, @to 0 stands for the last one.
 */
struct twgen_select {
	__u32			port;
	__u32			from;
	__u32			to;
	__u32			found;	/* out */
};

/*
 * The chains of a table, each read under its lock: of the caller's established
 * hash, of the bind hash, or of the second bind hash.
 */
#define TWGEN_EHASH	0
#define TWGEN_BHASH	1
#define TWGEN_BHASH2	2

/* Of a bind hash only the first of these is not 0: its buckets. */
struct twgen_chain {
	__u32			sockets;
	__u32			tw;	/* of these, in TIME-WAIT */
	__u32			fw2;	/* minisockets in FIN-WAIT-2 */
};

struct twgen_chains {
	__u64			buf;	/* struct twgen_chain[] */
	__u32			table;
	__u32			size;	/* in: elements there is room for */
	__u32			buckets; /* out: elements there are */
	__u32			pad;
};

/* The bind bucket of a port of the caller's namespace, read under its lock. */
struct twgen_bind {
	__u32			port;
	__s32			l3mdev;
	__s32			fastreuse;	/* out, from here on */
	__s32			fastreuseport;
	__u32			fastuid;	/* whether it means anything or not */
};

/* What this kernel was built with, by the compiler and not by probing. */
struct twgen_info {
	__u64			jiffies;	/* now */
	__u32			hz;
	__u32			tw_len_ms;
	__u32			tw_object;
	__u32			bind_object;
	__u32			bind2_object;
	__u32			ehash_buckets;	/* of the caller's table */
	__u32			ehash_locks;
	__u32			ehash_head;	/* bytes of one chain's head */
	__u32			ehash_lock;
	__u32			bhash_buckets;
	__u32			bhash_head;
	__u32			own_ehash;
	__u32			namespaces;	/* on the kernel's list of them */
	__u32			pad;
};

/*
 * Tries the lock of bucket @slot of the caller's established hash, over and
 * over for @ms, without ever waiting for it.
 */
struct twgen_lock {
	__u32			slot;
	__u32			ms;
	__u64			looks;	/* out */
	__u64			held;	/* out: of these, it was held */
};

/*
 * Takes minisockets of bucket @slot away from whoever has a reference to one of
 * them besides the kernel's own three, for @ms.
 */
struct twgen_hunt {
	__u32			slot;
	__u32			ms;
	__u32			found;	/* out */
	__u32			pad;
};

/* Waits for one expedited grace period of RCU after the other, for @ms. */
struct twgen_grace {
	__u32			ms;
	__u32			count;	/* out */
	__u64			longest_ns;	/* out */
};

#define TWGEN_MAKE	_IOWR('w', 1, struct twgen_make)
/* Re-arm their timers now, and every 15 s until the file is closed. */
#define TWGEN_HOLD	_IOWR('w', 2, struct twgen_select)
#define TWGEN_DROP	_IOWR('w', 3, struct twgen_select)
#define TWGEN_CHAINS	_IOWR('w', 4, struct twgen_chains)
#define TWGEN_INFO	_IOR('w', 5, struct twgen_info)
#define TWGEN_BIND	_IOWR('w', 6, struct twgen_bind)
#define TWGEN_LOCK	_IOWR('w', 7, struct twgen_lock)
#define TWGEN_GRACE	_IOWR('w', 8, struct twgen_grace)
#define TWGEN_HUNT	_IOWR('w', 9, struct twgen_hunt)

#endif /* TWGEN_H */
