/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ports that connect() chooses from, one by one, and its search among them
 * as the kernel has it: what tuples says of a supply is held against this.
 */
#ifndef TWPORTS_H
#define TWPORTS_H

#include "twss.h"

enum tw_port {
	TW_PORT_FREE,
	TW_PORT_RESERVED,	/* ip_local_reserved_ports: not looked at */
	TW_PORT_BLOCKED,	/* somebody bound it */
	TW_PORT_TAKEN,
	TW_PORT_REUSABLE,	/* by a TIME-WAIT that connect() takes over */
};

struct tw_ports {
	int		low, high;
	unsigned char	state[65536];	/* enum tw_port */
};

/* The columns of tuples that follow from it. */
struct tw_supply {
	long long	capacity, used, free, free_first, used_percent, left;
	long long	probes_least, probes_mean_milli, probes_most;
};

/* net.ipv4.ip_local_port_range of the current namespace. */
int tw_ports_range(int low, int high);

/* All of them free. */
void tw_ports_init(struct tw_ports *p, int low, int high);
void tw_ports_set(struct tw_ports *p, int from, int to, enum tw_port state);
/*
 * Those of the sockets to @remote and @port from @local and @dev, by ss, are
 * taken: in TIME-WAIT, they are what @tw says.
 */
int tw_ports_ss(struct tw_ports *p, const char *local, const char *remote,
		int port, int dev, enum tw_port tw);
void tw_ports_supply(const struct tw_ports *p, struct tw_supply *s);
/*
 * The starts that a search may have are the even offsets below this: the size of
 * the range, rounded down to an even number unless it is 1.
 */
int tw_ports_length(const struct tw_ports *p);
/* The ports that a search from @offset finds taken before the one it gets. */
int tw_ports_probes(const struct tw_ports *p, int offset);

/* Number of columns of the row that say something else; each is printed. */
int tw_supply_diff(const struct tw_supply *s, const struct tw_file *f, int row);

/* A destination in a namespace of its own, and all about its range. */
struct tw_dest {
	struct tw_conn	conn;
	const char	*local, *remote;	/* as tuples has them */
	int		dev, listener, gen;
	struct tw_ports	ports;			/* without sockets */
};

#define TW_DEST_PORT	5000
#define TW_DEST_LOW	40000
#define TW_DEST_MOST	200	/* connections at a time */

/*
 * To and from @address, which is made ours, an IPv6 one in TW_OWN_V6, or to and
 * from the loopback address if that is NULL; in a new namespace with a range of
 * @size ports.
 */
int tw_dest_init(struct tw_dest *d, enum tw_family family, const char *address,
		 int size);
/* Its row of tuples, -1 if there is none. */
int tw_dest_row(const struct tw_dest *d, const struct tw_file *f);
/* One cell of its row, TW_NONE if there is none. */
long long tw_dest_cell(const struct tw_dest *d, const char *column);
/*
 * Columns of its row that differ from what the model makes of the sockets that
 * there are, those in TIME-WAIT being @tw; what the model says is left is put in
 * @left.  Without a socket there is no row, and the model alone tells.
 */
int tw_dest_diff(const struct tw_dest *d, enum tw_port tw, long long *left);
/* As many more in TIME-WAIT, or as there are ports for; their number. */
int tw_dest_make_tw(const struct tw_dest *d, int n);
/*
 * How many connections succeed, one after the other; then they are ended by a
 * reset and leave nothing, but for what they took over.
 */
int tw_dest_count_left(const struct tw_dest *d);
/*
 * Until tcp_tw_reuse takes over what is in TIME-WAIT now: in the second after,
 * by a clock that counts in seconds, or tcp_tw_reuse_delay later.
 */
void tw_dest_wait_old(void);
/* A live connection ended by a reset. */
void tw_abort(int client, int server);

#endif /* TWPORTS_H */
