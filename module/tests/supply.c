// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of the ports that an outbound group draws from.  Sockets are put
 * on a list, which is what both walks go through: in each test the supplies are
 * filled from what was remembered of the first walk, and then by another one.
 */
#include <arpa/inet.h>

#include <linux/bitmap.h>
#include <linux/timer.h>

#include "../census.h"
#include "../supply.h"
#include "ktap.h"

#define HZ		250
#define TW_LEN		(60 * HZ)
#define NOW		1000000
#define NOW_MS		4000000
#define NOW_S		4000
#define SOCKS		70000

/* The ports of namespace 0 are 100 to 119, those of 1 are all there are. */
static const struct twi_netns nets[] = {
	{ .cookie = 1, .port_low = 100, .port_high = 119 },
	{ .cookie = 2, .port_low = 1, .port_high = 65535 },
	{ .cookie = 3, .port_low = 65533, .port_high = 65535 },
	{ .cookie = 4, .port_low = 1000, .port_high = 1999 },
	{ .cookie = 5, .port_low = 65535, .port_high = 65535 },
	{ .cookie = 6, .port_low = 1024, .port_high = 65535 },
};

static struct twi_tuples t;
static struct twi_supplies all;
static struct twi_census census;
static struct twi_sock sock[SOCKS];
static struct twi_ends ends[SOCKS];
static u32 nr;

/* Device 5 is of VRF 9, no other is of any. */
static int l3mdev(const void *arg, u32 net, int dev)
{
	(void)arg;
	(void)net;
	return dev == 5 || dev == 9 ? 9 : 0;
}

static void begin(struct twi_bind *bind, u32 binds)
{
	t = (struct twi_tuples){
		.clock = { .now = NOW, .now_ms = NOW_MS, .now_s = NOW_S,
			   .hz = HZ, .tw_len = TW_LEN, .tw_step = 512 },
		.net = nets,
		.seen_room = SOCKS,
	};
	shim_random_bytes(&t.seed, sizeof(t.seed));
	all = (struct twi_supplies){};
	nr = 0;
	EXPECT(0, twi_sides_alloc(&t.sides, bind, binds, l3mdev, NULL));
	twi_sides_settle(&t.sides, false);
	EXPECT(0, twi_tuples_alloc(&t, 1000));
}

/* Adds a TIME-WAIT socket of namespace 0, to port 443 of the address @id. */
static struct twi_sock *add(u32 id, u16 lport)
{
	sock[nr] = (struct twi_sock){ .lport = lport, .rport = 443 };
	ends[nr] = (struct twi_ends){
		.laddr = { 0, 0, htonl(0xffff), htonl(0x0a000001) },
		.raddr = { 0, 0, htonl(0xffff), htonl(id) },
	};
	return &sock[nr++];
}

/* The last one has a timestamp of @ago s ago, and entered @ago_ms ago. */
static struct twi_sock *stamp(u32 ago, u32 ago_ms)
{
	ends[nr - 1].recent = t.clock.now_s - ago;
	sock[nr - 1].stamp = t.clock.now_ms - ago_ms;
	return &sock[nr - 1];
}

/* As enqueue_timer() does it: the index of a level's step. */
static void timer(struct twi_sock *s, u32 level, unsigned long expires)
{
	u32 index = level * 64 + (((expires >> 3 * level) + 1) & 63);

	s->timer = index << TIMER_ARRAYSHIFT;
	s->expires = expires;
	s->flags |= TWI_SOCK_ARMED;
}

/* The first walk; what the namespaces say is as if there was no device. */
static void choose(void)
{
	u32 i;

	twi_tuples_socks(&t, sock, ends, nr);
	EXPECT(false, twi_tuples_recount(&t));
	EXPECT(0, twi_tuples_order(&t));
	EXPECT(0, twi_supplies_alloc(&all, &t, &census));
	for (i = 0; i < all.nr; i++)
		all.supply[i].any = true;
}

static void restart(struct twi_supply *s)
{
	bitmap_andnot(s->used, s->used, s->used, s->size);
	bitmap_andnot(s->hard, s->hard, s->hard, s->size);
	s->outlook = (struct twi_outlook){};
	s->held = 0;
	s->stamped = 0;
}

/* From what was remembered, which another walk has to confirm. */
static void finish(void)
{
	static struct twi_supply seen[TWI_SUPPLIES_MAX];
	u32 i;

	EXPECT(false, t.unseen);
	EXPECT(nr, t.seens + twi_group_sockets(&t.other));
	twi_supplies_usable(&all);
	twi_supplies_seen(&all);
	twi_supplies_finish(&all);

	memcpy(seen, all.supply, sizeof(seen));
	for (i = 0; i < all.nr; i++)
		restart(&all.supply[i]);
	all.known = 0;
	twi_supplies_usable(&all);
	twi_supplies_socks(&all, sock, ends, nr);
	twi_supplies_finish(&all);
	EXPECT(0, memcmp(seen, all.supply, sizeof(seen)));
}

static void end(void)
{
	twi_supplies_free(&all);
	twi_supplies_free(&all);
	twi_tuples_free(&t);
}

/* The supply of the sockets to @id that are bound to @dev. */
static struct twi_supply *supply(u32 id, s32 dev)
{
	u32 i;

	for (i = 0; i < all.nr; i++)
		if (ntohl(all.supply[i].group->key.raddr[3]) == id &&
		    all.supply[i].group->key.dev == dev)
			return &all.supply[i];
	EXPECT(true, false);
	return &all.supply[0];
}

static void expect_supply(const struct twi_supply *s, u32 capacity, u32 taken,
			  u32 free_first, u32 left, u32 reuse_1)
{
	EXPECT(capacity, s->capacity);
	EXPECT(taken, s->taken);
	EXPECT(free_first, s->free_first);
	EXPECT(left, s->left);
	EXPECT(reuse_1, s->reuse_1);
}

static void test_capacity(void)
{
	struct twi_bind binds[] = {
		{ .net = 0, .port = 99 },
		{ .net = 0, .port = 100 },
		{ .net = 0, .port = 104 },
		{ .net = 0, .port = 104, .l3mdev = 9 },
		{ .net = 0, .port = 105, .l3mdev = 9 },
		{ .net = 0, .port = 119 },
		{ .net = 0, .port = 120 },
		{ .net = 1, .port = 110 },
		{ .net = TWI_NETNS_UNHELD, .port = 111 },
	};
	struct twi_supply *s;

	begin(binds, sizeof(binds) / sizeof(binds[0]));
	add(1, 112);
	add(1, 112)->dev = 5;
	choose();
	s = supply(1, 0);
	/* 104 is bound and reserved. */
	__set_bit(104 - 100, s->reserved);
	__set_bit(106 - 100, s->reserved);
	s = supply(1, 5);
	s->l3mdev = 9;
	s->master = 9;
	s->any = false;
	finish();
	/* Less 100, 104, 106 and 119; the first port's parity is even. */
	expect_supply(supply(1, 0), 16, 1, 6, 15, 0);
	/* Less 104 and 105. */
	expect_supply(s, 18, 1, 8, 17, 0);
	end();
}

static void test_ranges(void)
{
	struct twi_bind bind = { .net = 1, .port = 65535 };

	/* All ports but 0, the last three, and the last one. */
	begin(&bind, 1);
	add(1, 1)->net = 1;
	add(1, 65534)->net = 1;
	add(2, 65534)->net = 2;
	add(3, 65535)->net = 4;
	/* Whole words. */
	add(4, 1024)->net = 5;
	add(4, 65534)->net = 5;
	add(4, 65535)->net = 5;
	choose();
	finish();
	expect_supply(supply(4, 0), 64512, 3, 32254, 64509, 0);
	EXPECT(65535, supply(1, 0)->size);
	/* The last port is bound, and the first one used. */
	expect_supply(supply(1, 0), 65534, 2, 32766, 65532, 0);
	/* 65533 and 65535, of which the latter is never tried. */
	expect_supply(supply(2, 0), 3, 1, 2, 1, 0);
	expect_supply(supply(3, 0), 1, 1, 0, 0, 0);
	EXPECT(-1, supply(3, 0)->probes.most);
	EXPECT(0, supply(3, 0)->exhausted_s);
	end();
}

static void test_used(void)
{
	struct twi_bind bind[] = { { .net = 0, .port = 105 },
				   { .net = 0, .port = 106, .l3mdev = 9 },
				   { .net = 1, .port = 107 } };
	u32 state;

	begin(bind, 3);
	/* One of each state, from port 108 on. */
	for (state = 0; state < TWI_STATE_NR; state++)
		add(1, 108 + state)->state = state;
	/* By bind(), where connect() might not: not of its ports. */
	add(1, 105);
	/* bind() chose it and told: used all the same. */
	add(1, 100)->flags = TWI_SOCK_TOLD;
	/* Twice on one port, and out of the range. */
	add(1, 108);
	add(1, 99);
	add(1, 120);
	/* Of others: address, remote port, namespace. */
	add(2, 101);
	add(1, 102)->rport = 444;
	add(1, 103)->net = 1;
	add(1, 104)->net = TWI_NETNS_UNHELD;
	add(1, 107);
	ends[nr - 1].laddr[3] = 0;
	choose();
	finish();
	/* 108 to 118 and 100 of 19. */
	expect_supply(supply(1, 0), 19, TWI_STATE_NR + 1, 3, 19 - 12, 0);
	expect_supply(supply(2, 0), 19, 1, 10, 18, 0);
	end();
}

/* A group with a fixed local port has sockets in the way of some or of none. */
static void test_used_local(void)
{
	struct twi_bind bind = { .net = 0, .port = 101, .shared = true };
	u32 i;

	begin(&bind, 1);
	add(1, 100);
	for (i = 0; i < 4; i++) {
		struct twi_sock *s = add(1, 102);

		s->state = TWI_STATE_new_syn_recv;
		s->rport = i % 2 ? 443 : 1000;
	}
	choose();
	EXPECT(1, all.nr);
	EXPECT(2, t.used);
	finish();
	expect_supply(supply(1, 0), 19, 2, 8, 17, 0);
	end();
}

static void test_devices(void)
{
	static const s32 devs[] = { 0, 5, 6, 9 };
	struct twi_supply *s;
	u32 i;

	begin(NULL, 0);
	/* Ports 100, 101, 102, 103: one with each device. */
	for (i = 0; i < 4; i++)
		add(1, 100 + i)->dev = devs[i];
	choose();
	EXPECT(4, all.nr);
	s = supply(1, 5);
	s->master = 9;
	s->any = false;
	s = supply(1, 9);
	s->master = 9;
	s->any = false;
	finish();
	/* Without a device: only what has none. */
	expect_supply(supply(1, 0), 20, 1, 9, 19, 0);
	EXPECT(true, test_bit(0, supply(1, 0)->used));
	/* In a VRF: of the device and of the VRF; in the VRF itself: of it. */
	expect_supply(supply(1, 5), 20, 2, 10, 18, 0);
	EXPECT(true, test_bit(1, supply(1, 5)->used));
	EXPECT(true, test_bit(3, supply(1, 5)->used));
	expect_supply(supply(1, 9), 20, 1, 10, 19, 0);
	EXPECT(true, test_bit(3, supply(1, 9)->used));
	/* A device of none: its own, and what has none. */
	expect_supply(supply(1, 6), 20, 2, 8, 18, 0);
	EXPECT(true, test_bit(0, supply(1, 6)->used));
	EXPECT(true, test_bit(2, supply(1, 6)->used));
	end();
}

static void test_devices_accept(void)
{
	begin(NULL, 0);
	add(1, 100);
	add(1, 101)->dev = 5;
	add(1, 102)->dev = 9;
	choose();
	/* net.ipv4.tcp_l3mdev_accept: what has no device is in the way too. */
	supply(1, 5)->master = 9;
	finish();
	expect_supply(supply(1, 5), 20, 3, 8, 17, 0);
	end();
}

/* Ports 100 to 107; those of odd number come too early. */
static void add_ages(void)
{
	add(1, 100);
	stamp(1, 1001);
	add(1, 101);
	stamp(0, 1000);
	/* Not TIME-WAIT, or without a timestamp: never. */
	add(1, 103)->state = TWI_STATE_fw2;
	stamp(30, 30000);
	add(1, 105)->stamp = NOW_MS - 30000;
	add(1, 107)->state = TWI_STATE_established;
	/* Long ago; and after the walk began. */
	add(1, 106);
	stamp(59, 59000);
	add(1, 109);
	stamp(-1, -5);
}

static void test_reuse(void)
{
	u32 delayed, reuse;

	for (delayed = 0; delayed < 2; delayed++) {
		for (reuse = 0; reuse < 2; reuse++) {
			struct twi_supply *s;

			begin(NULL, 0);
			t.clock.delayed = delayed;
			t.clock.stamped = delayed;
			add_ages();
			choose();
			s = supply(1, 0);
			s->reuse = reuse;
			s->delay = delayed ? 1000 : -1;
			finish();
			expect_supply(s, 20, 7, 8, reuse ? 15 : 13, 2);
			EXPECT(true, !test_bit(0, s->hard));
			EXPECT(true, !test_bit(6, s->hard));
			/* FIN-WAIT-2 is stamped as well. */
			EXPECT(5, s->stamped);
			EXPECT(5, s->outlook.stamped);
			EXPECT(6, s->outlook.minis);
			end();
		}
	}
}

static void test_reuse_delay(void)
{
	static const u32 delays[] = { 1, 999, 1000, 60000 };
	u32 i;

	/* time_after32(tcp_clock_ms(), tw_entry_stamp + delay) */
	for (i = 0; i < 4; i++) {
		begin(NULL, 0);
		t.clock.delayed = true;
		/* Wraps between entry and now. */
		t.clock.now_ms = delays[i] / 2;
		add(1, 100);
		stamp(1, delays[i]);
		add(1, 101);
		stamp(1, delays[i] + 1);
		choose();
		supply(1, 0)->reuse = true;
		supply(1, 0)->delay = delays[i];
		finish();
		expect_supply(supply(1, 0), 20, 2, 9, 19, 1);
		EXPECT(delays[i] / 1000 + 1, supply(1, 0)->outlook.reuse_s);
		end();
	}
}

static void test_reuse_silent(void)
{
	static const u32 ages[] = { 2147483, 2147484, 3000000, 0x7fffffff };
	u32 i;

	/* The last timestamp is from weeks ago. */
	begin(NULL, 0);
	t.clock.now_s = 0x90000000;
	for (i = 0; i < 4; i++) {
		add(1, 100 + i);
		stamp(ages[i], 0);
	}
	choose();
	supply(1, 0)->reuse = true;
	finish();
	expect_supply(supply(1, 0), 20, 4, 8, 20, 4);
	end();
}

static void test_reuse_far(void)
{
	/* As far ahead as 32 bits of milliseconds can tell. */
	begin(NULL, 0);
	t.clock.delayed = true;
	add(1, 100);
	stamp(1, -0x7fffffffU);
	add(1, 101);
	stamp(1, 0x80000000U);
	choose();
	supply(1, 0)->reuse = true;
	finish();
	expect_supply(supply(1, 0), 20, 2, 9, 19, 1);
	end();
}

static void test_reuse_both(void)
{
	struct twi_supply *s;
	u32 swap;

	/* One may be taken over, but the other is in the way. */
	for (swap = 0; swap < 2; swap++) {
		begin(NULL, 0);
		if (swap)
			add(1, 100)->dev = 6;
		add(1, 100);
		stamp(5, 5000);
		if (!swap)
			add(1, 100)->dev = 6;
		choose();
		s = supply(1, 6);
		s->reuse = true;
		finish();
		expect_supply(s, 20, 1, 9, 19, 0);
		end();
	}
}

static void test_stamped(void)
{
	struct twi_bind bind = { .port = 102 };

	begin(&bind, 1);
	add(1, 100);
	stamp(1, 1000);
	/* Of another side, of another device, live: not the group's. */
	add(1, 101)->flags = TWI_SOCK_TOLD;
	stamp(1, 1000);
	add(1, 102);
	stamp(1, 1000);
	add(1, 103)->dev = 6;
	stamp(1, 1000);
	add(1, 104)->state = TWI_STATE_established;
	stamp(1, 1000);
	/* Outside of the range, as connect() chose it before that changed. */
	add(1, 99)->state = TWI_STATE_fw2;
	stamp(1, 1000);
	choose();
	finish();
	EXPECT(2, supply(1, 0)->stamped);
	EXPECT(1, supply(1, 6)->stamped);
	end();
}

static union twi_key key_of(const char *laddr, const char *raddr, s32 dev)
{
	union twi_key key = {};

	EXPECT(1, inet_pton(AF_INET6, laddr, key.laddr));
	EXPECT(1, inet_pton(AF_INET6, raddr, key.raddr));
	key.dev = dev;
	return key;
}

static void test_reuse_rule(void)
{
	static const struct {
		const char *laddr, *raddr;
		s32 dev;
		bool loopback;
	} keys[] = {
		{ "::ffff:10.0.0.1", "::ffff:10.0.0.2", 0, false },
		{ "::ffff:10.0.0.1", "::ffff:10.0.0.2", 2, false },
		{ "::ffff:10.0.0.1", "::ffff:10.0.0.2", 1, true },
		{ "::ffff:127.0.0.1", "::ffff:10.0.0.2", 0, true },
		{ "::ffff:10.0.0.1", "::ffff:127.255.0.1", 0, true },
		{ "::ffff:126.0.0.1", "::ffff:128.0.0.1", 0, false },
		{ "::ffff:1.127.0.1", "::ffff:1.0.0.127", 0, false },
		{ "2001:db8::1", "2001:db8::2", 0, false },
		{ "2001:db8::1", "2001:db8::2", 1, true },
		{ "::1", "2001:db8::2", 0, true },
		{ "2001:db8::1", "::1", 2, true },
		{ "::2", "::101", 0, false },
		{ "::", "2001:db8::1", 0, false },
		{ "::7f00:1", "::127.0.0.1", 0, false },
		{ "64:ff9b::127.0.0.1", "1::1", 0, false },
	};
	u32 i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const union twi_key key = key_of(keys[i].laddr, keys[i].raddr,
						 keys[i].dev);

		EXPECT(false, twi_supply_reuses(&key, 0));
		EXPECT(true, twi_supply_reuses(&key, 1));
		EXPECT(keys[i].loopback, twi_supply_reuses(&key, 2));
		if (failed)
			printf("# %s %s\n", keys[i].laddr, keys[i].raddr);
	}
}

static void test_reuse_lo(void)
{
	static const u8 loopback[] = { 127, 0, 0, 1 };
	struct twi_supply *s;
	u32 mode, local;

	/* Mode 2, by the address or by the device that a socket is bound to. */
	for (mode = 1; mode < 3; mode++) {
		for (local = 0; local < 2; local++) {
			u32 left = mode == 1 || local ? 20 : 19;
			u32 i;

			begin(NULL, 0);
			add(1, 100)->dev = 1;
			stamp(5, 5000);
			add(1, 101);
			stamp(5, 5000);
			for (i = 0; local && i < nr; i++)
				memcpy(&ends[i].laddr[3], loopback, 4);
			choose();
			s = supply(1, 1);
			twi_supply_mode(s, mode);
			finish();
			EXPECT(2, s->taken);
			EXPECT(left, s->left);
			EXPECT(2, s->reuse_1);
			EXPECT(20 - left, s->held);
			/* And it will not be until its timer fires. */
			EXPECT(0, s->outlook.freed[0]);
			end();
		}
	}
}

/* The group with @sockets of namespace @net, from port 1000 or 1 on. */
static void add_group(u32 id, u16 net, u32 sockets)
{
	while (sockets--)
		add(id, 1 + sockets)->net = net;
}

static void test_choice(void)
{
	u32 i;

	begin(NULL, 0);
	/* 60 of a range of 65535, with 600 sockets and more. */
	for (i = 0; i < 60; i++)
		add_group(i, 1, 600 + i);
	/* 40 of a range of 20, with 1 each, which is a larger share; one of 3. */
	for (i = 0; i < 40; i++)
		add_group(1000 + i, 0, 1);
	add_group(2000, 2, 1);
	/* None that is not outbound. */
	for (i = 0; i < 19; i++)
		add(3000, 1 + i)->flags = TWI_SOCK_TOLD;
	choose();
	EXPECT(TWI_SUPPLIES_MAX, all.nr);
	/* Half of them by size. */
	for (i = 0; i < 32; i++)
		EXPECT(59 - i, ntohl(all.supply[i].key.raddr[3]));
	/* Of equal shares the first by address. */
	EXPECT(2000, ntohl(all.supply[32].key.raddr[3]));
	for (i = 0; i < 31; i++)
		EXPECT(1000 + i, ntohl(all.supply[33 + i].key.raddr[3]));
	for (i = 0; i < t.listed; i++) {
		const struct twi_group *group = twi_tuples_group(&t, i);
		u32 id = ntohl(group->key.raddr[3]);

		if (group->supply)
			EXPECT(true, all.supply[group->supply - 1].group ==
			       group);
		else
			EXPECT(true, group->key.side == TWI_SIDE_bound ||
			       id < 28 || (id >= 1031 && id < 1040));
	}
	end();
}

static void test_choice_full(void)
{
	u32 i;

	begin(NULL, 0);
	/* Nothing is more than full: 100 of 3 ports, or 4, are not more than 20
	 * of 20, which come first as they are more.
	 */
	for (i = 0; i < 40; i++)
		add_group(100 + i, 2, 100);
	for (i = 0; i < 40; i++)
		add_group(200 + i, 0, 200);
	choose();
	for (i = 0; i < 40; i++)
		EXPECT(200 + i, ntohl(all.supply[i].key.raddr[3]));
	for (i = 40; i < 64; i++)
		EXPECT(100 + i - 40, ntohl(all.supply[i].key.raddr[3]));
	end();
}

static void test_choice_binds(void)
{
	struct twi_bind bind[3] = { { .net = 3 }, { .net = 1 },
				    { .net = TWI_NETNS_UNHELD } };

	/* Not of namespaces whose bind buckets are not all known. */
	begin(NULL, 0);
	add_group(1, 0, 5);
	add_group(2, 1, 4);
	census.bind_max = 1;
	EXPECT(0, twi_census_binds(&census, bind, 3));
	EXPECT(1, census.binds);
	EXPECT(2, census.binds_overflow);
	choose();
	EXPECT(1, all.nr);
	EXPECT(1, ntohl(all.supply[0].key.raddr[3]));
	end();

	begin(NULL, 0);
	add_group(1, 0, 5);
	twi_census_binds_cut(&census);
	choose();
	EXPECT(0, all.nr);
	end();
	twi_census_free(&census);
}

static void test_device_gone(void)
{
	struct twi_supply *s;

	begin(NULL, 0);
	add(1, 100)->dev = 6;
	add(1, 101);
	choose();
	supply(1, 6)->l3mdev = -1;
	finish();
	s = supply(1, 0);
	EXPECT(1, all.known);
	EXPECT(true, s->group->supply);
	EXPECT(1, s->taken);
	EXPECT(false, supply(1, 6)->group->supply);
	end();
}

static double share_of(const struct twi_group *g)
{
	const struct twi_netns *net = &nets[g->key.net];
	double share = g->tw / (net->port_high - net->port_low + 1.0);

	return share > 1 ? 1 : share;
}

static void test_choice_random(void)
{
	u32 run, i, j;

	for (run = 0; run < 20; run++) {
		const struct twi_group *list[200];
		u32 nr_list = 0;
		double share;

		begin(NULL, 0);
		for (i = 0; i < 150; i++) {
			u32 net = shim_random() % 5;

			add_group(i, net, 1 + shim_random() % (net ? 300 : 9));
		}
		choose();
		/* By insertion: share, and where they are the same the order */
		for (i = 0; i < t.listed; i++) {
			const struct twi_group *g = twi_tuples_group(&t, i);

			/* After the first half, which is by size. */
			share = share_of(g);
			for (j = nr_list++; j > TWI_SUPPLIES_LARGE; j--) {
				if (share_of(list[j - 1]) >= share)
					break;
				list[j] = list[j - 1];
			}
			list[j] = g;
		}
		for (i = 0; i < TWI_SUPPLIES_MAX; i++)
			EXPECT(true, all.supply[i].group == list[i]);
		end();
	}
}

static void test_slots(void)
{
	union twi_key key;
	u32 i, j;

	begin(NULL, 0);
	/* 32 tuples of two devices each, all in the last slot. */
	add(0, 0);
	nr--;
	twi_key_tuple(&key, &sock[nr], &ends[nr]);
	t.seed.half[6] = -(u64)htonl(0xffff);
	while (twi_key_hash(&t.seed, &key) % TWI_SUPPLY_SLOTS !=
	       TWI_SUPPLY_SLOTS - 1)
		t.seed.sum += 1ULL << 32;
	for (i = 0; i < 32; i++) {
		for (j = 0; j < 1 + i % 5; j++)
			add(i, 100 + j);
		for (j = 0; j < 1 + i % 4; j++)
			add(i, 110 + j)->dev = 6;
	}
	choose();
	EXPECT(64, all.nr);
	for (i = 0; i < 32; i++)
		supply(i, 6)->any = false;
	finish();
	for (i = 0; i < 32; i++) {
		EXPECT(1 + i % 5, supply(i, 0)->taken);
		EXPECT(1 + i % 4, supply(i, 6)->taken);
		EXPECT(20 - 1 - i % 5, supply(i, 0)->left);
	}
	end();
}

static void test_outlook(void)
{
	struct twi_outlook *o;
	struct twi_sock *s;
	u32 freed = 0, i;

	begin(NULL, 0);
	/* In 128 s, and later than anybody asks for. */
	timer(add(1, 109), 0, NOW + TWI_AHEAD_NR * HZ - 1);
	timer(add(1, 110), 0, NOW + TWI_AHEAD_NR * HZ);
	timer(add(1, 111), 0, (unsigned long)NOW + INT32_MAX);
	/* Fires at ((1000000 + 1000 >> 9) + 1) << 9 = 1001472: in 5.9 s. */
	timer(add(1, 100), 3, NOW + 1000);
	/* At 1000001: in 4 ms; overdue; in exactly a second. */
	timer(add(1, 101), 0, NOW);
	timer(add(1, 102), 1, NOW - 1000);
	timer(add(1, 103), 0, NOW + HZ - 1);
	timer(add(1, 104), 0, NOW + HZ);
	/* FIN-WAIT-2 as well; not armed and live ones: not within a lifetime. */
	s = add(1, 105);
	s->state = TWI_STATE_fw2;
	timer(s, 3, NOW + 1000);
	timer(add(1, 106), 3, NOW + 1000);
	sock[nr - 1].flags = 0;
	s = add(1, 107);
	s->state = TWI_STATE_established;
	timer(s, 3, NOW + 1000);
	/* The index is of no level; and out of the range. */
	timer(add(1, 108), 9, NOW);
	timer(add(1, 120), 0, NOW);
	choose();
	finish();
	o = &supply(1, 0)->outlook;
	EXPECT(8, supply(1, 0)->left);
	EXPECT(8, o->left);
	EXPECT(1, o->freed[TWI_AHEAD_NR - 1]);
	EXPECT(3, o->freed[0]);
	EXPECT(1, o->freed[1]);
	EXPECT(2, o->freed[5]);
	for (i = 0; i < o->life_s; i++)
		freed += o->freed[i];
	EXPECT(6, freed);
	EXPECT(12, o->minis);
	EXPECT(0, o->reuse_s);
	/* 60 s, and up to 512 jiffies of 4 ms. */
	EXPECT(63, o->life_s);
	end();
}

static void test_outlook_wraps(void)
{
	begin(NULL, 0);
	t.clock.now = -100UL;
	timer(add(1, 100), 0, 150);
	timer(add(1, 101), 3, -2000UL);
	timer(add(1, 102), 3, 14900);
	choose();
	finish();
	EXPECT(1, supply(1, 0)->outlook.freed[0]);
	EXPECT(1, supply(1, 0)->outlook.freed[1]);
	/* 15360 + 100 jiffies */
	EXPECT(1, supply(1, 0)->outlook.freed[61]);
	end();
}

static void test_outlook_reuse(void)
{
	struct twi_outlook *o;

	begin(NULL, 0);
	t.clock.delayed = true;
	/* Now; in 1 ms; in 1000 ms; in 1001 ms; when the timer fires. */
	add(1, 100);
	stamp(1, 3001);
	add(1, 101);
	stamp(1, 3000);
	add(1, 102);
	stamp(1, 2001);
	add(1, 103);
	stamp(1, 2000);
	timer(add(1, 104), 0, NOW + 4 * HZ - 1);
	timer(stamp(1, 0), 0, NOW + 1);
	timer(add(1, 105), 0, NOW + 4 * HZ - 1);
	choose();
	supply(1, 0)->reuse = true;
	supply(1, 0)->delay = 3000;
	finish();
	o = &supply(1, 0)->outlook;
	EXPECT(15, o->left);
	EXPECT(3, o->freed[0]);
	EXPECT(1, o->freed[1]);
	EXPECT(0, o->freed[2]);
	EXPECT(1, o->freed[3]);
	EXPECT(4, o->reuse_s);
	EXPECT(5, o->stamped);
	end();
}

static void test_outlook_seconds(void)
{
	u32 i;

	begin(NULL, 0);
	/* The timestamp's second is over in one; it is one ahead of us. */
	add(1, 100);
	stamp(0, 0);
	add(1, 101);
	stamp(-1, 0);
	add(1, 102);
	stamp(1, 0);
	for (i = 0; i < nr; i++)
		timer(&sock[i], 3, NOW + TW_LEN);
	choose();
	supply(1, 0)->reuse = true;
	finish();
	EXPECT(18, supply(1, 0)->left);
	EXPECT(1, supply(1, 0)->outlook.freed[0]);
	EXPECT(1, supply(1, 0)->outlook.freed[1]);
	EXPECT(2, supply(1, 0)->outlook.reuse_s);
	end();
}

static void test_exhausted(void)
{
	u32 i;

	begin(NULL, 0);
	t.clock.stamped = true;
	/* One of the last second, 9 of before: 1 a second, and 10 are left. */
	for (i = 0; i < 10; i++) {
		add(1, 100 + i)->stamp = NOW_MS - 1000 * i - 500;
		timer(&sock[i], 3, NOW + TW_LEN - HZ * i);
	}
	choose();
	finish();
	EXPECT(10, supply(1, 0)->outlook.closed_10s);
	EXPECT(10, supply(1, 0)->left);
	EXPECT(10, supply(1, 0)->exhausted_s);
	end();
}

static void test_probes(void)
{
	struct twi_supply *s;
	u32 steps;

	for (steps = 0; steps < 2; steps++) {
		begin(NULL, 0);
		/* All of the even ones but 118, of which 116 is reserved. */
		add(1, 100);
		add(1, 102);
		add(1, 104);
		add(1, 106);
		add(1, 108);
		add(1, 110);
		add(1, 112);
		add(1, 114);
		choose();
		s = supply(1, 0);
		__set_bit(16, s->reserved);
		s->steps = steps;
		finish();
		EXPECT(11, s->left);
		EXPECT(1, s->free_first);
		/* From 116 and 118 none, from 114 one, from 100 eight. */
		EXPECT(steps ? -1 : 0, s->probes.least);
		EXPECT(steps ? -1 : 8, s->probes.most);
		EXPECT(steps ? -1 : 3600, s->probes.mean_milli);
		end();
	}
}

/* inet_bound_dev_eq() without net.ipv4.tcp_l3mdev_accept, by the two rules. */
static bool in_the_way(s32 bound, s32 dev)
{
	s32 vrf = l3mdev(NULL, 0, dev);

	return bound ? bound == dev || bound == vrf : !vrf;
}

/* tcp_twsk_unique() of a connect() that chooses its port. */
static bool taken_over(const struct twi_sock *s, const struct twi_ends *e,
		       u32 delay)
{
	if (s->state != TWI_STATE_tw || !e->recent)
		return false;
	if (t.clock.delayed)
		return (s32)(s->stamp + delay - t.clock.now_ms) < 0;
	return (s32)(e->recent - t.clock.now_s) < 0;
}

/* What a search would find, socket by socket for each port. */
static void expect_like_list(const struct twi_supply *s,
			     const struct twi_bind *bind, u32 binds)
{
	const s32 dev = s->group->key.dev;
	u32 capacity = 0, taken = 0, first = 0, left = 0, reuse_1 = 0;
	u32 port, i;

	for (port = 1000; port <= 1999; port++) {
		bool usable = !test_bit(port - 1000, s->reserved);
		bool used = false, hard = false;

		for (i = 0; i < binds; i++)
			usable &= bind[i].net != 3 || bind[i].port != port ||
				  bind[i].l3mdev != l3mdev(NULL, 3, dev);
		if (!usable)
			continue;
		for (i = 0; i < nr; i++) {
			if (sock[i].net != 3 || sock[i].lport != port ||
			    sock[i].rport != 443 ||
			    ntohl(ends[i].raddr[3]) != 1 ||
			    !in_the_way(sock[i].dev, dev))
				continue;
			used = true;
			hard |= !taken_over(&sock[i], &ends[i], s->delay);
		}
		capacity++;
		taken += used;
		first += !used && port % 2 == 0;
		reuse_1 += used && !hard;
		left += !used || (s->reuse && !hard);
	}
	expect_supply(s, capacity, taken, first, left, reuse_1);
}

static void random_socks(void)
{
	static const s32 devs[] = { 0, 5, 6, 9 };
	u32 i;

	for (i = 0; i < 1500; i++) {
		struct twi_sock *s = add(1 + (shim_random() % 9 == 0),
					 990 + shim_random() % 1020);

		s->net = shim_random() % 9 ? 3 : 1;
		s->dev = devs[shim_random() % 4];
		s->rport += shim_random() % 9 == 0;
		s->state = shim_random() % 3 ? TWI_STATE_tw :
			   shim_random() % TWI_STATE_NR;
		if (shim_random() % 4)
			stamp(shim_random() % 4, shim_random() % 3000);
	}
}

static void test_like_list(void)
{
	struct twi_bind binds[100];
	u32 run, i, j;

	for (run = 0; run < 8 && !failed; run++) {
		for (i = 0; i < 100; i++)
			binds[i] = (struct twi_bind){
				.net = shim_random() % 4 ? 3 : 1,
				.port = 990 + shim_random() % 1020,
				.l3mdev = shim_random() % 2 ? 9 : 0,
			};
		begin(binds, 100);
		t.clock.delayed = run % 2;
		random_socks();
		choose();
		for (i = 0; i < all.nr; i++) {
			struct twi_supply *s = &all.supply[i];

			s->master = l3mdev(NULL, 3, s->group->key.dev);
			s->l3mdev = s->master;
			s->any = !s->master;
			s->reuse = run & 2;
			s->delay = run & 1 ? 1000 : -1;
			for (j = 0; j < 100; j++)
				__set_bit(shim_random() % s->size, s->reserved);
		}
		finish();
		expect_like_list(supply(1, 0), binds, 100);
		expect_like_list(supply(1, 5), binds, 100);
		expect_like_list(supply(1, 6), binds, 100);
		expect_like_list(supply(1, 9), binds, 100);
		end();
	}
}

static void test_none(void)
{
	begin(NULL, 0);
	choose();
	EXPECT(0, all.nr);
	finish();
	twi_supplies_socks(&all, &(struct twi_sock){ .rport = 443 },
			   &(struct twi_ends){}, 1);
	end();
}

/* A socket of namespace 1 from or to a port that is fixed here. */
static bool add_mixed(u32 id, u32 kind, u16 lport)
{
	struct twi_sock *s = add(id, kind ? 80 + lport % 2 : lport);

	s->net = 1;
	if (kind) {
		s->state = TWI_STATE_new_syn_recv;
		s->rport = 442 + kind;
	}
	return s->rport == 443;
}

/* Some for a supply and some for none, in no order, and more than one piece. */
static void test_mixed(void)
{
	bool fixed[2] = {};
	u32 used = 0, i;

	begin(NULL, 0);
	/* That port is one of a supply, and none of the one to address 1. */
	add(2, 9)->rport = 444;
	sock[nr - 1].net = 1;
	for (i = 0; i < 2 * TWI_SEEN_PIECE + 300; i++) {
		const u32 kind = shim_random() % 4;
		const u32 id = shim_random() % 2 ? 1 : 9;
		const bool known = add_mixed(id, kind, 1000 + i) && id == 1;

		if (kind)
			fixed[i % 2] |= known;
		else if (known)
			used++;
		else	/* From a port that somebody bound. */
			sock[nr - 1].flags = TWI_SOCK_TOLD;
	}
	choose();
	EXPECT(2, all.nr);
	finish();
	EXPECT(used + fixed[0] + fixed[1], supply(1, 0)->taken);
	EXPECT(1, supply(2, 0)->taken);
	EXPECT(7, t.used);
	for (i = 0; i < t.used; i++) {
		const union twi_key *key = &t.group[i].key;

		if (ntohl(key->raddr[3]) == 9)
			EXPECT(0, all.first[i]);
		else if (!key->remote)
			EXPECT(TWI_SUPPLY_BY_RPORT, all.first[i]);
		else
			EXPECT(t.group[i].supply, all.first[i]);
	}
	end();
}

/* Where not all sockets are remembered, no memory is asked for that needs it. */
static void test_unseen(void)
{
	begin(NULL, 0);
	add(1, 100);
	t.unseen = true;
	/* The order, and three of the supplies. */
	shim_allocs = 4;
	choose();
	shim_allocs = 1 << 30;
	EXPECT(true, !all.first);
	end();
}

static void test_no_memory(void)
{
	int allocs;

	for (allocs = 0; allocs < 5; allocs++) {
		begin(NULL, 0);
		add(1, 100);
		twi_tuples_socks(&t, sock, ends, nr);
		EXPECT(0, twi_tuples_order(&t));
		shim_allocs = allocs;
		EXPECT(allocs < 4 ? -ENOMEM : 0,
		       twi_supplies_alloc(&all, &t, &census));
		/* Rounded up to words: all ports, and four times 20; a group. */
		if (allocs == 4)
			EXPECT(8192 + 4 * 8 + 64 * sizeof(*all.supply) + 1,
			       all.bytes);
		shim_allocs = 1 << 30;
		end();
		EXPECT(0, shim_held);
	}
}

static const struct test tests[] = {
	{ "capacity: reserved and bound ports", test_capacity },
	{ "capacity: ranges of all ports, of three, of one", test_ranges },
	{ "used: sockets of any state and side", test_used },
	{ "used: sockets of a fixed local port", test_used_local },
	{ "used: sockets of a device, of a VRF, of none", test_devices },
	{ "used: tcp_l3mdev_accept", test_devices_accept },
	{ "reuse: by the second, by the delay", test_reuse },
	{ "reuse: to the millisecond", test_reuse_delay },
	{ "reuse: a peer that was silent for weeks", test_reuse_silent },
	{ "reuse: the longest time there is", test_reuse_far },
	{ "reuse: two on one port", test_reuse_both },
	{ "reuse: from a port that was bound", test_stamped },
	{ "reuse: the rule of loopback", test_reuse_rule },
	{ "reuse: bound to the loopback device or not", test_reuse_lo },
	{ "all of it, like a list of sockets", test_like_list },
	{ "the 64 with the largest share", test_choice },
	{ "the 64 with the largest share, of any", test_choice_random },
	{ "choice: nothing is more than full", test_choice_full },
	{ "choice: bind buckets that were left out", test_choice_binds },
	{ "a device that is gone", test_device_gone },
	{ "all in one slot, with two devices each", test_slots },
	{ "outlook: when timers fire", test_outlook },
	{ "outlook: jiffies that wrap", test_outlook_wraps },
	{ "outlook: when the delay is over", test_outlook_reuse },
	{ "outlook: when the second is over", test_outlook_seconds },
	{ "outlook: until none is left", test_exhausted },
	{ "what a search costs", test_probes },
	{ "no group", test_none },
	{ "sockets for a supply and for none, mixed", test_mixed },
	{ "not all sockets remembered", test_unseen },
	{ "no memory", test_no_memory },
};

int main(void)
{
	return run(tests, sizeof(tests) / sizeof(tests[0]));
}
