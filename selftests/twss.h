/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What tuples prints, from two sides: groups of sockets as ss lists them, made
 * here, and as the module has them.  Addresses are kept as IPv6 ones, IPv4
 * mapped, so that both families are compared as one.
 */
#ifndef TWSS_H
#define TWSS_H

#include <netinet/in.h>

#include "twlib.h"

/* A socket of the current namespace. */
struct tw_ss {
	enum tw_state	state;		/* of a listener: TW_STATES */
	struct in6_addr	local, remote;	/* of a listener: unspecified */
	uint16_t	lport, rport;
	int		dev;
};

struct tw_ss_list {
	struct tw_ss	*s;
	size_t		n;
};

enum tw_side { TW_OUTBOUND, TW_INBOUND, TW_BOUND, TW_SIDES };

extern const char *const tw_sides[TW_SIDES];

struct tw_group {
	long long	netns, cookie;
	enum tw_side	side;
	struct in6_addr	local, remote;
	bool		fixed_local;
	int		port, dev;
	long long	tw, fw2, live;
};

struct tw_groups {
	struct tw_group	*g;
	size_t		n;
};

/* An address as text; the end of the test if it is none. */
struct in6_addr tw_ss_addr(const char *text);

/* Sockets, listeners too, as "ss -tanHo" lists them; -1 if it can't. */
int tw_ss(struct tw_ss_list *list);
void tw_ss_free(struct tw_ss_list *list);
/* Those in @s. */
long long tw_ss_count(const struct tw_ss_list *list, enum tw_state s);

/*
 * Adds the groups of the current namespace, by ss.  What a socket's port tells
 * of its side: somebody listens on it, or it is in the range that connect()
 * chooses from, or neither, and then others may share it.  A test that binds in
 * that range knows better.
 */
int tw_ss_groups(struct tw_groups *groups);
/* The same out of the rows of tuples, without the one of side other. */
int tw_tuples_groups(const struct tw_file *f, struct tw_groups *groups);
void tw_groups_free(struct tw_groups *groups);
long long tw_groups_sockets(const struct tw_groups *groups);
/* The groups and numbers that are not in both; the first ones are printed. */
int tw_groups_diff(struct tw_groups *ss, struct tw_groups *tuples);
/*
 * The same where tuples may lack groups: the most sockets that one of these
 * has is put in @most.
 */
int tw_groups_diff_some(struct tw_groups *ss, struct tw_groups *tuples,
			long long *most);

/* The row of a group of the current namespace, -1 where there is none. */
int tw_tuples_row(const struct tw_file *f, enum tw_side side,
		  const char *local, const char *remote, int port, int dev);
/*
 * How many keys of tuples say something else than its rows, which @groups are;
 * the row of side other has to be the last.
 */
int tw_tuples_keys_diff(const struct tw_file *f,
			const struct tw_groups *groups);
/*
 * What differs between tuples and ss, of all namespaces at the @n @fds together;
 * the last one is the current one then.
 */
int tw_tuples_diff(const int *fds, int n);

#endif /* TWSS_H */
