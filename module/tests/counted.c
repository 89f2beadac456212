// SPDX-License-Identifier: GPL-2.0
/*
 * One walk for one file over a table that nobody changes, in measured() and
 * nowhere else: what module/tests/instructions has counted.
 *
 *	counted FILE BUCKETS SOCKETS
 *	counted --compiler
 *
 * All sockets are minisockets, half of them a server's, half outbound to one;
 * half of each are IPv6.  The same in every run.
 */
#include "../census.h"
#include "../netns.h"
#include "../tuples.h"
#include "../walk.h"
#include "ktap.h"
#include "net/shim.h"

#define SERVED		80
#define ASKED		443
#define RPORTS		64

struct net init_net;
int shim_locked;
int shim_rcu;

static struct inet_hashinfo hinfo;

static struct inet_listen_hashbucket lhead = {
	.nulls_head.first = (void *)NULLS_MARKER(LISTENING_NULLS_BASE),
};

static struct inet_bind_hashbucket bhead;
static struct inet_bind_bucket served = {
	.ib_net = &init_net, .port = SERVED, .fastreuse = 1,
};

static struct twi_netns info;
static struct twi_table table;
static struct twi_netns_slot slots[2];
static struct inet_hashinfo *hinfos[1] = { &hinfo };
static struct twi_netns_set set = {
	.info = &info, .slot = slots, .hinfo = hinfos,
	.nr = 1, .tables = 1, .bits = 1,
};

static struct twi_cost cost;
static struct twi_census census;
static struct twi_tuples tuples;
static struct twi_walk walk = {
	.set = &set, .census = &census, .cost = &cost,
};

void shim_wrong(const char *what)
{
	fprintf(stderr, "counted: %s\n", what);
	exit(1);
}

static void must(bool good, const char *what)
{
	if (!good)
		shim_wrong(what);
}

static void *must_alloc(size_t nr, size_t size)
{
	void *p = kvcalloc(nr, size, 0);

	must(p, "no memory");
	return p;
}

/* The last one that comes is the first of its chain, as in the kernel. */
static void add(struct tcp_timewait_sock *tw, u32 i)
{
	struct sock *sk = &tw->tw_sk.tw_sk;
	struct hlist_nulls_head *head;

	sk->sk_hash = shim_random();
	sk->sk_state = TCP_TIME_WAIT;
	sk->sk_family = i & 1 ? AF_INET6 : 0;
	sk->sk_num = i & 2 ? SERVED : 1024 + i % 64000;
	sk->sk_dport = htons(i & 2 ? 1024 + i % 64000 : ASKED);
	sk->sk_refcnt.counter = 1;
	sk->sk_v6_daddr.s6_addr32[0] = i & 1;
	sk->sk_net = &init_net;
	head = &hinfo.ehash[sk->sk_hash & hinfo.ehash_mask].chain;
	sk->sk_nulls_node.next = head->first;
	sk->sk_nulls_node.pprev = &head->first;
	head->first = &sk->sk_nulls_node;
}

static void populate(u32 buckets, u32 sockets)
{
	struct tcp_timewait_sock *tw = must_alloc(sockets, sizeof(*tw));
	u32 i;

	hinfo = (struct inet_hashinfo) {
		.ehash = must_alloc(buckets, sizeof(*hinfo.ehash)),
		.ehash_mask = buckets - 1,
		.lhash2 = &lhead, .bhash = &bhead, .bhash2 = &bhead,
		.bhash_size = 1,
	};
	init_net.ipv4.tcp_death_row.hashinfo = &hinfo;
	slots[hash_ptr(&init_net, set.bits)].net = &init_net;
	bhead.chain.first = &served.node;
	table.buckets = buckets;
	for (i = 0; i < buckets; i++)
		hinfo.ehash[i].chain.first = (void *)NULLS_MARKER(i);
	for (i = 0; i < sockets; i++)
		add(&tw[i], i);
}

/* What pass.c does before it walks. */
static void prepare(u32 want, u32 sockets)
{
	const struct twi_sock listener = { .lport = SERVED };
	struct twi_sides *sides = &tuples.sides;

	census.seed = 0x9e3779b97f4a7c15;
	must(!twi_census_alloc(&census, want, set.nr, &table, 1) &&
	     !twi_walk_alloc(&walk), "no memory");
	if (want & (TWI_WANT_SIDES | TWI_WANT_TUPLES))
		must(!twi_walk_bound(&walk), "no bind buckets");
	if (want & TWI_WANT_SIDES) {
		must(!twi_census_alloc_ports(&census, census.binds, RPORTS),
		     "no memory");
		twi_census_bound(&census);
	}
	if (want & TWI_WANT_WHEEL)
		must(!twi_census_alloc_wheel(&census, 1), "no memory");
	if (want & TWI_WANT_TUPLES) {
		walk.tuples = &tuples;
		tuples.net = &info;
		tuples.seen_room = sockets;
		shim_random_bytes(&tuples.seed, sizeof(tuples.seed));
		must(!twi_walk_alloc_ends(&walk) &&
		     !twi_sides_alloc(sides, census.bind, census.binds, NULL,
				      NULL) &&
		     !twi_tuples_alloc(&tuples, sockets + 1), "no memory");
		twi_sides_listeners(sides, &listener, 1);
		twi_sides_settle(sides, false);
	}
}

static noinline int measured(enum twi_walk_what what)
{
	return twi_walk_ehash(&walk, what);
}

static const struct file {
	const char *name;
	u32 want;
	enum twi_walk_what what;
} files[] = {
	{ "netns", TWI_WANT_NETNS, TWI_WALK_PLAIN },
	{ "summary", TWI_WANT_DIST | TWI_WANT_SIDES, TWI_WALK_PLAIN },
	{ "ehash_buckets", TWI_WANT_BUCKETS, TWI_WALK_PLAIN },
	{ "deathrow", TWI_WANT_WHEEL, TWI_WALK_TIMERS },
	{ "tuples", TWI_WANT_TUPLES, TWI_WALK_TUPLES },
};

int main(int argc, char **argv)
{
	u32 i, sockets;

	if (argc == 2 && !strcmp(argv[1], "--compiler")) {
		puts(__VERSION__ " " MACHINE);
		return 0;
	}
	must(argc == 4, "usage: counted FILE BUCKETS SOCKETS");
	sockets = atoi(argv[3]);
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		if (strcmp(files[i].name, argv[1]))
			continue;
		populate(atoi(argv[2]), sockets);
		prepare(files[i].want, sockets);
		cost = (struct twi_cost) {};
		must(!measured(files[i].what), "the walk was ended");
		must(cost.nodes == sockets && !cost.restarts &&
		     !cost.floods, "not the walk that was to be measured");
		return 0;
	}
	shim_wrong("no such file");
}
