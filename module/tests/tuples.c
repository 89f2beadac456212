// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of the groups of sockets, and of the sketch that finds the large
 * ones among those that have no place.  What a group really has is counted
 * beside, by a number that its remote address holds.
 */
#include <arpa/inet.h>

#include "../tuples.h"
#include "ktap.h"

#define HZ		250
#define TW_LEN		(60 * HZ)

static const struct twi_netns nets[3] = {
	{ .cookie = 1, .port_low = 32768, .port_high = 60999 },
	{ .cookie = 2, .port_low = 32768, .port_high = 60999 },
	{ .cookie = 3, .port_low = 1, .port_high = 65535 },
};

static struct twi_bind binds[3];

static int l3mdev(const void *arg, u32 net, int dev)
{
	(void)arg;
	(void)net;
	(void)dev;
	return 0;
}

/*
 * Of namespace 0: somebody listens on port 80, somebody bound port 81, and port
 * 82 is what a listener that is gone has left.
 */
static int init_sides(struct twi_sides *sides)
{
	const struct twi_sock listener = { .lport = 80 };

	binds[0] = (struct twi_bind){ .port = 80 };
	binds[1] = (struct twi_bind){ .port = 81 };
	binds[2] = (struct twi_bind){ .port = 82, .shared = true };
	if (twi_sides_alloc(sides, binds, 3, l3mdev, NULL))
		return -ENOMEM;
	twi_sides_listeners(sides, &listener, 1);
	twi_sides_settle(sides, false);
	return 0;
}

static void init(struct twi_tuples *t, u32 max)
{
	*t = (struct twi_tuples){
		.clock = { .now = 1000000, .now_ms = 4000000, .hz = HZ,
			   .tw_len = TW_LEN, .tw_step = 512 },
		.net = nets,
	};
	shim_random_bytes(&t->seed, sizeof(t->seed));
	EXPECT(0, init_sides(&t->sides));
	EXPECT(0, twi_tuples_alloc(t, max));
}

/* A TIME-WAIT socket of any port to port 443 of the address numbered @id. */
static void make(u32 id, struct twi_sock *sock, struct twi_ends *ends)
{
	*sock = (struct twi_sock){
		.lport = 32768 + shim_random() % 1000,
		.rport = 443,
	};
	*ends = (struct twi_ends){
		.laddr = { 0, 0, htonl(0xffff), htonl(0x0a000001) },
		.raddr = { 0, 0, htonl(0xffff), htonl(id) },
	};
}

/* All keys of make() have one hash, which is of the last slot. */
static void seed_same(struct twi_tuples *t)
{
	struct twi_sock sock;
	struct twi_ends ends;
	union twi_key key;

	/* Times it, the remote address is nothing. */
	t->seed.half[6] = -(u64)htonl(0xffff);
	make(0, &sock, &ends);
	twi_key_tuple(&key, &sock, &ends);
	while ((u64)twi_key_hash(&t->seed, &key) * t->slots >> 32 !=
	       t->slots - 1)
		t->seed.sum += 1ULL << 32;
}

/* A bit of each half of each word makes another hash, wherever it is. */
static void test_hash(void)
{
	union twi_key key = { .word = { 1, 2, 3, 4, 5, 6 } };
	struct twi_seed seed;
	u32 hash, bit;

	shim_random_bytes(&seed, sizeof(seed));
	hash = twi_key_hash(&seed, &key);
	for (bit = 0; bit < 6 * 64; bit++) {
		key.word[bit / 64] ^= 1ULL << bit % 64;
		EXPECT(true, hash != twi_key_hash(&seed, &key));
		key.word[bit / 64] ^= 1ULL << bit % 64;
	}
	for (bit = 0; bit < 13; bit++) {
		u64 *part = bit < 12 ? &seed.half[bit] : &seed.sum;

		*part += 1ULL << 32;
		EXPECT(true, hash != twi_key_hash(&seed, &key));
		*part -= 1ULL << 32;
	}
	EXPECT(hash, twi_key_hash(&seed, &key));
}

static void feed(struct twi_tuples *t, u32 id)
{
	struct twi_sock sock;
	struct twi_ends ends;

	make(id, &sock, &ends);
	twi_tuples_socks(t, &sock, &ends, 1);
}

static u32 group_id(const struct twi_group *group)
{
	return ntohl(group->key.raddr[3]);
}

static u64 sum(const struct twi_tuples *t)
{
	u64 sum = twi_group_sockets(&t->other);
	u32 i;

	for (i = 0; i < t->listed; i++)
		sum += twi_group_sockets(twi_tuples_group(t, i));
	return sum;
}

static void test_apart(void)
{
	struct twi_tuples t;
	struct twi_sock sock[12];
	struct twi_ends ends[12];
	u32 i, times;

	init(&t, 100);
	for (i = 0; i < 12; i++)
		make(7, &sock[i], &ends[i]);
	sock[1].net = 1;
	sock[2].dev = 5;
	sock[3].rport = 444;
	ends[4].raddr[0] = 1;
	ends[5].raddr[3]++;
	ends[6].laddr[1] = 1;
	ends[7].laddr[3]++;
	sock[8].lport = 80;
	sock[9].lport = 81;
	sock[10].lport = 82;
	sock[11].dev = -5;
	for (times = 0; times < 3; times++)
		for (i = 0; i < 12; i++)
			twi_tuples_socks(&t, &sock[i], &ends[i], 1);
	twi_tuples_socks(&t, sock, ends, 12);
	EXPECT(false, twi_tuples_recount(&t));
	EXPECT(0, t.unlisted);
	EXPECT(0, twi_tuples_order(&t));
	EXPECT(12, t.listed);
	for (i = 0; i < t.listed; i++)
		EXPECT(4, twi_tuples_group(&t, i)->tw);
	EXPECT(48, sum(&t));
	twi_tuples_free(&t);
}

static void test_together(void)
{
	struct twi_tuples t;
	struct twi_sock sock;
	struct twi_ends ends;
	u32 i;

	init(&t, 100);
	/* Local port, family, timer and state do not tell groups apart. */
	for (i = 0; i < TWI_STATE_NR; i++) {
		make(7, &sock, &ends);
		sock.lport = 40000 + i;
		sock.family = i % 2 ? TWI_FAMILY_mapped : TWI_FAMILY_v4;
		sock.state = i;
		sock.hash = i;
		ends.recent = i;
		if (i != TWI_STATE_new_syn_recv)
			twi_tuples_socks(&t, &sock, &ends, 1);
	}
	EXPECT(0, twi_tuples_order(&t));
	EXPECT(1, t.listed);
	EXPECT(1, twi_tuples_group(&t, 0)->tw);
	EXPECT(1, twi_tuples_group(&t, 0)->fw2);
	EXPECT(TWI_STATE_NR - 3, twi_tuples_group(&t, 0)->live);
	twi_tuples_free(&t);
}

static void expect_key(const struct twi_group *group, enum twi_side side,
		       u16 port, bool remote)
{
	EXPECT(side, group->key.side);
	EXPECT(port, group->key.port);
	EXPECT(remote, group->key.remote);
}

static void test_fixed(void)
{
	static const u16 lport[] = { 40000, 80, 81, 82 };
	struct twi_tuples t;
	struct twi_sock sock;
	struct twi_ends ends;
	u32 side, i;

	init(&t, 100);
	/* The other port does not tell the sockets of a group apart. */
	for (side = 0; side < 4; side++) {
		for (i = 0; i < 4 - side; i++) {
			make(7, &sock, &ends);
			sock.lport = lport[side];
			if (side == 0)
				sock.lport += i;
			else if (side != 2)
				sock.rport += i;
			twi_tuples_socks(&t, &sock, &ends, 1);
		}
	}
	EXPECT(0, twi_tuples_order(&t));
	EXPECT(4, t.listed);
	expect_key(twi_tuples_group(&t, 0), TWI_SIDE_outbound, 443, true);
	expect_key(twi_tuples_group(&t, 1), TWI_SIDE_inbound, 80, false);
	expect_key(twi_tuples_group(&t, 2), TWI_SIDE_bound, 443, true);
	expect_key(twi_tuples_group(&t, 3), TWI_SIDE_bound, 82, false);
	twi_tuples_free(&t);
}

/* The fields of a key, from the one that counts most. */
enum { BY_NET, BY_SIDE, BY_LADDR, BY_RADDR, BY_PORT, BY_DEV, BY_NR };

/* Of two, the one @above has a larger field @by and smaller ones after it. */
static void make_tied(u32 by, bool above, struct twi_sock *sock,
		      struct twi_ends *ends)
{
	make(0x0a0a0a0a, sock, ends);
	sock->net = 1;
	sock->dev = 5;
	ends->laddr[3] = htonl(0x010000ff + (by == BY_LADDR && above) -
			       (by < BY_LADDR && above));
	ends->raddr[3] = htonl(0x020000ff + (by == BY_RADDR && above) -
			       (by < BY_RADDR && above));
	sock->rport += (by == BY_PORT && above) - (by < BY_PORT && above);
	sock->dev += (by == BY_DEV && above) - (by < BY_DEV && above);
	sock->flags = TWI_SOCK_TOLD | TWI_SOCK_CONNECT;
	if (by == BY_SIDE && above)
		sock->flags = TWI_SOCK_TOLD;
	if (by == BY_NET)
		sock->net += above;
	if (by == BY_NET && !above)
		sock->flags = TWI_SOCK_TOLD;
}

static void test_ties(void)
{
	u32 by, swap;

	for (by = 0; by < BY_NR; by++) {
		for (swap = 0; swap < 2; swap++) {
			struct twi_tuples t;
			union twi_key key[2];
			struct twi_sock sock[2];
			struct twi_ends ends[2];
			u32 i;

			init(&t, 100);
			for (i = 0; i < 2; i++) {
				make_tied(by, i, &sock[i], &ends[i]);
				twi_key_tuple(&key[i], &sock[i], &ends[i]);
			}
			twi_tuples_socks(&t, &sock[swap], &ends[swap], 1);
			twi_tuples_socks(&t, &sock[!swap], &ends[!swap], 1);
			EXPECT(0, twi_tuples_order(&t));
			EXPECT(2, t.listed);
			for (i = 0; i < 2; i++) {
				union twi_key *got =
					&twi_tuples_group(&t, i)->key;

				/* By side, the keys alone are the same. */
				key[i].side = got->side;
				EXPECT(true, twi_key_same(&key[i], got));
			}
			if (by == BY_SIDE)
				EXPECT(TWI_SIDE_outbound,
				       twi_tuples_group(&t, 0)->key.side);
			/* The larger one is first all the same. */
			twi_tuples_socks(&t, &sock[1], &ends[1], 1);
			kvfree(t.order);
			t.listed = 0;
			EXPECT(0, twi_tuples_order(&t));
			EXPECT(2, twi_tuples_group(&t, 0)->tw);
			twi_tuples_free(&t);
		}
	}
}

static void test_ties_fixed(void)
{
	struct twi_tuples t;
	struct twi_sock sock;
	struct twi_ends ends;
	u32 i;

	init(&t, 100);
	/* The same but for which port is the fixed one. */
	for (i = 0; i < 2; i++) {
		make(7, &sock, &ends);
		sock.lport = i ? 82 : 81;
		sock.rport = i ? 83 : 82;
		twi_tuples_socks(&t, &sock, &ends, 1);
	}
	EXPECT(0, twi_tuples_order(&t));
	EXPECT(2, t.listed);
	expect_key(twi_tuples_group(&t, 0), TWI_SIDE_bound, 82, false);
	expect_key(twi_tuples_group(&t, 1), TWI_SIDE_bound, 82, true);
	twi_tuples_free(&t);
}

static void test_order(void)
{
	struct twi_tuples t;
	u32 real[2000] = {};
	u32 i;

	init(&t, 3000);
	for (i = 0; i < 20000; i++) {
		u32 id = shim_random() % (1 + shim_random() % 2000);

		real[id]++;
		feed(&t, id);
	}
	EXPECT(0, twi_tuples_order(&t));
	for (i = 0; i < t.listed; i++) {
		const struct twi_group *group = twi_tuples_group(&t, i);
		const struct twi_group *before = group;

		if (i)
			before = twi_tuples_group(&t, i - 1);
		EXPECT(real[group_id(group)], group->tw);
		real[group_id(group)] = 0;
		EXPECT(true, before->tw > group->tw ||
		       (before->tw == group->tw &&
			group_id(before) <= group_id(group)));
	}
	for (i = 0; i < 2000; i++)
		EXPECT(0, real[i]);
	EXPECT(20000, sum(&t));
	twi_tuples_free(&t);
}

static void test_unheld(void)
{
	struct twi_sock sock, chain[17];
	struct twi_ends ends, chain_ends[17];
	struct twi_tuples t;
	u32 state, i;

	init(&t, 1);
	make(7, &sock, &ends);
	sock.net = TWI_NETNS_UNHELD;
	for (state = 0; state < 4; state++) {
		sock.state = state;
		twi_tuples_socks(&t, &sock, &ends, 1);
	}
	feed(&t, 7);
	/* Among others of a chain: first, last, and at the ends of a batch. */
	for (i = 0; i < 17; i++) {
		make(7, &chain[i], &chain_ends[i]);
		if (i == 0 || i == 7 || i == 8 || i == 16)
			chain[i].net = TWI_NETNS_UNHELD;
	}
	twi_tuples_socks(&t, chain, chain_ends, 17);
	EXPECT(false, twi_tuples_recount(&t));
	EXPECT(0, twi_tuples_order(&t));
	EXPECT(1, t.listed);
	EXPECT(14, twi_tuples_group(&t, 0)->tw);
	EXPECT(5, t.other.tw);
	EXPECT(1, t.other.fw2);
	EXPECT(2, t.other.live);
	EXPECT(22, sum(&t));
	twi_tuples_free(&t);
}

/* A walk of the table, whose chains are of any length. */
static void feed_all(struct twi_tuples *t, const u32 *id, u32 nr)
{
	struct twi_sock sock[20];
	struct twi_ends ends[20];
	u32 at, i;

	for (i = 0; i < nr; i += at) {
		const u32 chain = shim_random() % 21;

		for (at = 0; at < chain && i + at < nr; at++)
			make(id[i + at], &sock[at], &ends[at]);
		twi_tuples_socks(t, sock, ends, at);
	}
}

/* Both walks; afterwards the groups are in order and each is what it is. */
static void count(struct twi_tuples *t, const u32 *id, u32 nr, u32 *real,
		  u32 ids)
{
	u32 listed = 0, unlisted;
	u64 rest = 0;
	u32 i;

	memset(real, 0, ids * sizeof(*real));
	for (i = 0; i < nr; i++)
		real[id[i]]++;
	feed_all(t, id, nr);
	EXPECT(t->lost, twi_tuples_recount(t));
	unlisted = t->unlisted;
	if (t->recount)
		feed_all(t, id, nr);
	EXPECT(unlisted, t->unlisted);
	EXPECT(0, twi_tuples_order(t));
	EXPECT(nr, sum(t));
	for (i = 0; i < t->listed && !failed; i++) {
		const struct twi_group *group = twi_tuples_group(t, i);

		EXPECT(real[group_id(group)], group->tw);
		listed += real[group_id(group)];
		real[group_id(group)] = 0;
	}
	for (i = 0; i < ids; i++)
		rest += real[i];
	EXPECT(rest, twi_group_sockets(&t->other));
	EXPECT(nr - listed, rest);
	for (i = 0; i < ids && !failed; i++)
		EXPECT(true, real[i] <= unlisted);
}

#define MANY		1000000
#define HEAVY		(MANY / 100)

/* Where the sockets of the one large group are among all the others. */
enum { FIRST, MIXED, LAST };

static void expect_found(u32 where)
{
	struct twi_tuples t;
	u32 nr = MANY + HEAVY, at = 0, one = 1, i;
	u32 *real = calloc(MANY + 1, sizeof(*real));
	u32 *id = calloc(nr, sizeof(*id));

	init(&t, 100);
	for (i = 0; i < nr; i++) {
		bool heavy = where == LAST ? i >= MANY :
			     where == MIXED ? i % 101 == 100 :
			     /* After those that fill the table. */
			     i >= 2000 && i < 2000 + HEAVY;

		id[i] = heavy ? 0 : one++;
		at += heavy;
	}
	EXPECT(HEAVY, at);
	count(&t, id, nr, real, MANY + 1);
	EXPECT(0, group_id(twi_tuples_group(&t, 0)));
	EXPECT(HEAVY, twi_tuples_group(&t, 0)->tw);
	EXPECT(true, twi_tuples_group(&t, 0)->sketched);
	EXPECT(100 + t.sketched, t.listed);
	/* Nine must come to a set for one to be taken off each. */
	EXPECT(true, t.unlisted < nr / 512 / 9 + HEAVY / 9);
	free(real);
	free(id);
	twi_tuples_free(&t);
}

static void test_found_first(void)
{
	expect_found(FIRST);
}

static void test_found_mixed(void)
{
	expect_found(MIXED);
}

static void test_found_last(void)
{
	expect_found(LAST);
}

static void test_bound(void)
{
	const u32 ids = 40000, nr = 150000;
	u32 *real = calloc(ids, sizeof(*real));
	u32 *id = calloc(nr, sizeof(*id));
	u32 run, i;

	/* Of all sizes, in runs and mixed; in all sets, in one. */
	for (run = 0; run < 6 && !failed; run++) {
		const bool slow = run % 3 == 2;
		struct twi_tuples t;

		/* Slots are searched one by one there. */
		init(&t, slow ? 20 : 100 << run);
		if (slow)
			seed_same(&t);
		for (i = 0; i < nr; i++) {
			id[i] = shim_random() % (1 + shim_random() % ids);
			if (i && shim_random() % 3 == 0)
				id[i] = id[i - 1];
		}
		count(&t, id, slow ? nr / 50 : nr, real, ids);
		EXPECT(true, t.recount && t.unlisted);
		twi_tuples_free(&t);
	}
	free(real);
	free(id);
}

static void test_slots(void)
{
	struct twi_tuples t;
	u32 real[600] = {};
	u32 id[3000];
	u32 i;

	init(&t, 500);
	/* All begin at the last slot, go round, and share one set. */
	seed_same(&t);
	for (i = 0; i < 3000; i++)
		id[i] = i < 600 ? i : shim_random() % 600;
	count(&t, id, 3000, real, 600);
	EXPECT(500 + t.sketched, t.listed);
	EXPECT(true, t.sketched <= TWI_HEAVY_WAYS);
	twi_tuples_free(&t);
}

static void test_room(void)
{
	u32 real[20];
	u32 id[40];
	u32 max, i;

	for (i = 0; i < 40; i++)
		id[i] = i % 20;
	/* Just enough, and just not: the sketch keeps all of these. */
	for (max = 0; max <= 20; max++) {
		struct twi_tuples t;

		init(&t, max);
		count(&t, id, 40, real, 20);
		EXPECT(20, t.listed);
		EXPECT(20 - max, t.sketched);
		EXPECT(0, t.unlisted);
		EXPECT(false, t.lost);
		twi_tuples_free(&t);
	}
}

static void test_between(void)
{
	struct twi_tuples t;
	u32 i;

	init(&t, 2);
	/* The sketch keeps group 3, of which nothing is left. */
	for (i = 0; i < 3; i++)
		feed(&t, 1 + i);
	feed(&t, 3);
	EXPECT(true, twi_tuples_recount(&t));
	/* One of a group that has a place, and one of a new one. */
	feed(&t, 1);
	feed(&t, 4);
	EXPECT(true, t.lost);
	EXPECT(0, twi_tuples_order(&t));
	EXPECT(2, t.listed);
	EXPECT(1, twi_tuples_group(&t, 0)->tw);
	EXPECT(3, sum(&t));
	twi_tuples_free(&t);
}

static void test_recount_last(void)
{
	struct twi_tuples t;
	u32 i;

	init(&t, 1);
	/* The last of the first walk is of the group that comes first then. */
	feed(&t, 1);
	feed(&t, 2);
	feed(&t, 1);
	EXPECT(true, twi_tuples_recount(&t));
	for (i = 0; i < 2; i++)
		feed(&t, 1);
	for (i = 0; i < 2; i++)
		feed(&t, 2);
	feed(&t, 1);
	EXPECT(0, twi_tuples_order(&t));
	EXPECT(2, t.listed);
	for (i = 0; i < 2; i++)
		EXPECT(2, twi_tuples_group(&t, i)->tw);
	twi_tuples_free(&t);
}

static void test_again(void)
{
	struct twi_tuples t;
	u32 i;

	init(&t, 1);
	for (i = 0; i < 20; i++)
		feed(&t, i);
	EXPECT(true, t.lost);
	/* All of it is forgotten. */
	EXPECT(0, twi_tuples_alloc(&t, 20));
	EXPECT(0, twi_group_sockets(&t.other));
	for (i = 0; i < 20; i++)
		feed(&t, 19 - i);
	EXPECT(false, twi_tuples_recount(&t));
	EXPECT(0, t.unlisted);
	EXPECT(0, twi_tuples_order(&t));
	EXPECT(20, t.listed);
	EXPECT(20, sum(&t));
	twi_tuples_free(&t);
}

static void test_ages_stamp(void)
{
	struct twi_tuples t;
	struct twi_group *group;
	struct twi_sock sock;
	struct twi_ends ends;
	static const u32 ages[] = { 999, 1000, 9999, 10000, 60000, -2U };
	u32 i;

	init(&t, 10);
	/* The stamps are of before the clock came round, of 32 bits. */
	t.clock.stamped = true;
	t.clock.now_ms = 500;
	for (i = 0; i < 6; i++) {
		make(7, &sock, &ends);
		sock.stamp = t.clock.now_ms - ages[i];
		twi_tuples_socks(&t, &sock, &ends, 1);
	}
	/* Not TIME-WAIT: they have no such age. */
	sock.state = TWI_STATE_fw2;
	sock.stamp = t.clock.now_ms - 100000;
	twi_tuples_socks(&t, &sock, &ends, 1);
	sock.state = TWI_STATE_established;
	twi_tuples_socks(&t, &sock, &ends, 1);
	EXPECT(0, twi_tuples_order(&t));
	group = twi_tuples_group(&t, 0);
	EXPECT(2, group->closed_1s);
	EXPECT(4, group->closed_10s);
	EXPECT(60000, group->oldest);
	EXPECT(0, group->youngest);
	twi_tuples_free(&t);
}

static void test_ages_timer(void)
{
	struct twi_tuples t;
	struct twi_group *group;
	struct twi_sock sock;
	struct twi_ends ends;
	static const s32 ages[] = { HZ - 1, HZ, 10 * HZ - 1, 10 * HZ, 15000 };
	u32 i;

	init(&t, 10);
	/* jiffies start five minutes before they wrap. */
	t.clock.now = 700;
	for (i = 0; i < 5; i++) {
		make(7, &sock, &ends);
		sock.flags = TWI_SOCK_ARMED;
		sock.expires = t.clock.now - ages[i] + TW_LEN;
		twi_tuples_socks(&t, &sock, &ends, 1);
	}
	/* What has no timer, has no age. */
	sock.flags = 0;
	sock.expires = t.clock.now + TW_LEN;
	twi_tuples_socks(&t, &sock, &ends, 1);
	/* Armed after the walk began. */
	make(8, &sock, &ends);
	sock.flags = TWI_SOCK_ARMED;
	sock.expires = t.clock.now + 3 + TW_LEN;
	twi_tuples_socks(&t, &sock, &ends, 1);
	make(9, &sock, &ends);
	twi_tuples_socks(&t, &sock, &ends, 1);
	EXPECT(0, twi_tuples_order(&t));
	group = twi_tuples_group(&t, 0);
	EXPECT(6, group->tw);
	EXPECT(1, group->closed_1s);
	EXPECT(3, group->closed_10s);
	EXPECT(15000, group->oldest);
	EXPECT(HZ - 1, group->youngest);
	group = twi_tuples_group(&t, 1);
	EXPECT(1, group->closed_1s);
	EXPECT(0, group->oldest);
	EXPECT(0, group->youngest);
	group = twi_tuples_group(&t, 2);
	EXPECT(0, group->closed_10s);
	EXPECT(true, group->youngest > group->oldest);
	twi_tuples_free(&t);
}

/* Without those that are remembered. */
static size_t bytes(const struct twi_tuples *t)
{
	const u32 groups = t->max + TWI_HEAVY_SETS * TWI_HEAVY_WAYS;

	return groups * sizeof(*t->group) + t->slots * sizeof(*t->slot) +
	       TWI_HEAVY_SETS * (TWI_HEAVY_WAYS * sizeof(*t->heavy) +
				 sizeof(*t->off));
}

/* All sockets are remembered, or it is known that not all are. */
static void test_seen(void)
{
	struct twi_tuples t;
	u32 i;

	init(&t, 2);
	EXPECT(true, t.unseen);
	t.seen_room = TWI_SEEN_PIECE + 2;
	EXPECT(0, twi_tuples_alloc(&t, 2));
	/* In whole pieces. */
	for (i = 0; i < 2 * TWI_SEEN_PIECE; i++)
		feed(&t, i % 2);
	EXPECT(false, t.unseen);
	EXPECT(2 * TWI_SEEN_PIECE, t.seens);
	for (i = 0; i < t.seens; i++)
		EXPECT(i % 2, group_id(&t.group[twi_tuples_seen(&t, i)->group]));
	feed(&t, 1);
	EXPECT(true, t.unseen);

	/* Room for more, and for less. */
	t.seen_room = 9 * TWI_SEEN_PIECE;
	EXPECT(0, twi_tuples_alloc(&t, 2));
	for (i = 0; i < 9 * TWI_SEEN_PIECE; i++)
		feed(&t, 1);
	EXPECT(false, t.unseen);
	t.seen_room = 1;

	/* One without a group, counted anew where there is room for it. */
	EXPECT(0, twi_tuples_alloc(&t, 2));
	EXPECT(false, t.unseen);
	EXPECT(0, t.seens);
	feed(&t, 1);
	feed(&t, 2);
	feed(&t, 3);
	EXPECT(true, t.lost);
	EXPECT(true, t.unseen);
	EXPECT(2, t.seens);
	EXPECT(0, twi_tuples_alloc(&t, 3));
	feed(&t, 3);
	EXPECT(false, t.unseen);
	EXPECT(1, t.seens);

	/* Without memory, for any piece of it, it goes without. */
	t.seen_room = 2 * TWI_SEEN_PIECE;
	for (i = 4; i < 8; i++) {
		shim_allocs = i;
		EXPECT(0, twi_tuples_alloc(&t, 2));
		EXPECT(i < 7, t.unseen);
		feed(&t, 1);
		EXPECT(1, t.used);
		EXPECT(bytes(&t) + (i < 7 ? 0 : 2 * sizeof(*t.seen) +
				    2 * 16 * TWI_SEEN_PIECE), t.bytes);
	}
	twi_tuples_trim(&t);
	twi_tuples_free(&t);
}

static void test_none(void)
{
	struct twi_tuples t;

	init(&t, 0);
	EXPECT(false, twi_tuples_recount(&t));
	EXPECT(0, twi_tuples_order(&t));
	EXPECT(0, t.listed);
	EXPECT(0, sum(&t));
	twi_tuples_free(&t);
}

static void test_no_memory(void)
{
	int allocs;

	/* Each fails in turn, those of the second time too. */
	for (allocs = 0; allocs < 12; allocs++) {
		struct twi_tuples t = { .net = nets };
		int err;

		shim_allocs = allocs;
		err = init_sides(&t.sides) ?: twi_tuples_alloc(&t, 1);
		if (!err)
			feed(&t, 1);
		err = err ?: twi_tuples_alloc(&t, 10);
		if (!err)
			feed(&t, 1);
		err = err ?: twi_tuples_order(&t);
		EXPECT(allocs < 11 ? -ENOMEM : 0, err);
		if (!err)
			EXPECT(1, t.listed);
		twi_tuples_free(&t);
		EXPECT(0, shim_held);
	}
}

static void test_bytes(void)
{
	struct twi_tuples t;

	init(&t, TWI_TUPLES_MAX);
	/* A third of the slots is free even when the sketch is full. */
	EXPECT(true, 2 * t.slots >= 3 * (TWI_TUPLES_MAX + TWI_HEAVY_SETS *
					 TWI_HEAVY_WAYS));
	EXPECT(bytes(&t), t.bytes);
	feed(&t, 1);
	EXPECT(0, twi_tuples_order(&t));
	EXPECT(bytes(&t) + 2 * sizeof(*t.order), t.bytes);
	twi_tuples_free(&t);
}

static const struct test tests[] = {
	{ "what tells groups apart", test_apart },
	{ "what does not", test_together },
	{ "the fixed port of each side", test_fixed },
	{ "as many sockets: each field in turn", test_ties },
	{ "as many sockets: which port is fixed", test_ties_fixed },
	{ "most sockets first", test_order },
	{ "namespaces that are not held", test_unheld },
	{ "1 % among a million, when there is no room any more",
	  test_found_first },
	{ "1 % among a million, one by one", test_found_mixed },
	{ "1 % among a million, last", test_found_last },
	{ "no group left out is larger than is said", test_bound },
	{ "all in one slot and one set", test_slots },
	{ "room for one more, and for one less", test_room },
	{ "sockets that go and come between the walks", test_between },
	{ "the group of the last socket of the first walk",
	  test_recount_last },
	{ "room once more", test_again },
	{ "ages by the stamp", test_ages_stamp },
	{ "ages by the timer", test_ages_timer },
	{ "the hash of all of a key", test_hash },
	{ "what is remembered for the supplies", test_seen },
	{ "no socket", test_none },
	{ "no memory", test_no_memory },
	{ "memory", test_bytes },
};

int main(void)
{
	return run(tests, sizeof(tests) / sizeof(tests[0]));
}
