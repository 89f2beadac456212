// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of the census in user space, under ASan and UBSan.  Every
 * expectation is worked out by hand or by another way than the census does it.
 */
#include "../census.h"
#include "ktap.h"

static const struct twi_table tables[] = {
	{ .buckets = 8 }, { .owner = 77, .buckets = 1 },
	{ .owner = 78, .buckets = 4 },
};

static struct twi_census census(u32 want)
{
	struct twi_census c = { .seed = 0x9e3779b97f4a7c15 };

	EXPECT(0, twi_census_alloc(&c, want, 2, tables, 3));
	return c;
}

static struct twi_sock tw(u16 net, u16 lport, u16 rport)
{
	return (struct twi_sock){
		.net = net, .lport = lport, .rport = rport,
		.state = TWI_STATE_tw,
	};
}

static void test_totals(void)
{
	struct twi_census c = census(TWI_WANT_NETNS);
	struct twi_sock s[4] = { tw(0, 1, 2), tw(1, 1, 2), tw(1, 1, 3),
				 tw(TWI_NETNS_UNHELD, 9, 9) };

	s[1].family = TWI_FAMILY_mapped;
	s[2].state = TWI_STATE_closing;
	twi_census_chain(&c, 0, 3, s, 4);
	twi_census_listeners(&c, s, 2);
	EXPECT(3, twi_census_sum(&c, TWI_STATE_tw, TWI_FAMILY_NR));
	EXPECT(2, twi_census_sum(&c, TWI_STATE_tw, TWI_FAMILY_v4));
	EXPECT(1, twi_census_sum(&c, TWI_STATE_tw, TWI_FAMILY_mapped));
	EXPECT(1, twi_census_sum(&c, TWI_STATE_closing, TWI_FAMILY_NR));
	EXPECT(1, c.cells[0].nr[TWI_FAMILY_v4][TWI_STATE_tw]);
	EXPECT(1, c.cells[1].nr[TWI_FAMILY_v4][TWI_STATE_tw]);
	EXPECT(1, c.cells[2].nr[TWI_FAMILY_mapped][TWI_STATE_tw]);
	EXPECT(1, c.cells[2].nr[TWI_FAMILY_v4][TWI_STATE_closing]);
	EXPECT(1, c.cells[1].listeners);
	EXPECT(1, c.cells[2].listeners);
	twi_census_free(&c);
}

static void test_held_or_not(void)
{
	struct twi_census c = census(0);
	struct twi_sock s[3] = { tw(0, 1, 2), tw(1, 1, 2),
				 tw(TWI_NETNS_UNHELD, 9, 9) };

	twi_census_chain(&c, 0, 0, s, 3);
	EXPECT(1, c.cells[0].nr[TWI_FAMILY_v4][TWI_STATE_tw]);
	EXPECT(2, c.cells[1].nr[TWI_FAMILY_v4][TWI_STATE_tw]);
	twi_census_free(&c);
}

static void test_dist(void)
{
	struct twi_census c = census(TWI_WANT_DIST);
	struct twi_sock s[256];
	u32 i;

	for (i = 0; i < 256; i++)
		s[i] = tw(0, i + 1, 80);
	s[0].state = TWI_STATE_established;
	/* Lengths 1, 2, 3 and, in parts, 64 and 600; two chains are empty. */
	twi_census_chain(&c, 0, 5, s, 1);
	twi_census_chain(&c, 0, 6, s, 2);
	twi_census_chain(&c, 0, 7, s, 3);
	twi_census_chain(&c, 0, 2, s, 64);
	twi_census_socks(&c, s, 256);
	twi_census_socks(&c, s, 256);
	twi_census_socks(&c, s, 88);
	twi_census_long(&c, 0, 1, 600);
	EXPECT(670, twi_dist_nodes(&c.ehash[TWI_SHARED]));
	EXPECT(600, c.ehash[TWI_SHARED].longest);
	EXPECT(1, c.ehash[TWI_SHARED].longest_slot);
	EXPECT(1, c.ehash[TWI_SHARED].chains[1]);
	EXPECT(1, c.ehash[TWI_SHARED].chains[2]);
	EXPECT(1, c.ehash[TWI_SHARED].chains[3]);
	EXPECT(1, c.ehash[TWI_SHARED].chains[64]);
	EXPECT(1, c.ehash[TWI_SHARED].chains[64 + 3]);
	EXPECT(3, twi_dist_empty(&c.ehash[TWI_SHARED]));
	/* 1 + (1+2) + (1+2+3) + 64*65/2 + 600*601/2 visits for 670 nodes. */
	EXPECT(1000 * (1 + 3 + 6 + 2080 + 180300) / 670,
	       twi_dist_hit_milli(&c.ehash[TWI_SHARED]));
	EXPECT(1000 * 670 / 8, twi_dist_miss_milli(&c.ehash[TWI_SHARED]));
	/* Of minisockets alone each chain has one less, the long one three. */
	EXPECT(663, twi_dist_nodes(&c.ehash_tw[TWI_SHARED]));
	EXPECT(4, twi_dist_empty(&c.ehash_tw[TWI_SHARED]));
	EXPECT(1, c.ehash_tw[TWI_SHARED].chains[63]);
	/* Own tables are kept apart, and an empty table costs nothing. */
	EXPECT(5, c.ehash[TWI_OWN].buckets);
	EXPECT(0, twi_dist_hit_milli(&c.ehash[TWI_OWN]));
	EXPECT(5, twi_dist_empty(&c.ehash[TWI_OWN]));
	twi_census_chain(&c, 2, 3, s, 7);
	EXPECT(7, c.ehash[TWI_OWN].longest);
	EXPECT(3, c.ehash[TWI_OWN].longest_slot);
	twi_census_free(&c);
}

static void test_dist_bins(void)
{
	static const u32 lengths[][2] = {
		{ 1, 1 }, { 63, 63 }, { 64, 64 }, { 127, 64 }, { 128, 65 },
		{ 65535, 73 }, { 65536, 74 }, { 0xffffffff, 74 },
	};
	u32 i;

	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct twi_census c = census(TWI_WANT_DIST);

		twi_census_bhash_len(&c, 0, lengths[i][0]);
		twi_census_bhash2_len(&c, 1, lengths[i][0]);
		EXPECT(1, c.bhash.chains[lengths[i][1]]);
		EXPECT(1, c.bhash2.chains[lengths[i][1]]);
		EXPECT(true, lengths[i][0] >= twi_dist_bin_low(lengths[i][1]));
		twi_census_free(&c);
	}
	EXPECT(0, twi_dist_bin_low(0));
	EXPECT(63, twi_dist_bin_low(63));
	EXPECT(64, twi_dist_bin_low(64));
	EXPECT(128, twi_dist_bin_low(65));
	EXPECT(65536, twi_dist_bin_low(TWI_DIST_BINS - 1));
}

static void test_longest_first(void)
{
	struct twi_census c = census(TWI_WANT_DIST);

	/* Chains end in any order; of equals the first bucket counts. */
	twi_census_bhash_len(&c, 6, 4);
	twi_census_bhash_len(&c, 2, 4);
	twi_census_bhash_len(&c, 4, 4);
	EXPECT(2, c.bhash.longest_slot);
	twi_census_free(&c);
}

static void test_buckets(void)
{
	struct twi_census c = census(TWI_WANT_BUCKETS);
	struct twi_sock s[3] = { tw(0, 1, 2), tw(0, 2, 2), tw(0, 3, 2) };

	s[1].state = TWI_STATE_fw2;
	s[2].state = TWI_STATE_established;
	twi_census_chain(&c, 0, 7, s, 3);
	twi_census_chain(&c, 1, 0, s, 2);
	twi_census_chain(&c, 2, 3, s, 1);
	EXPECT(13, c.buckets);
	EXPECT(3, c.bucket[7].sockets);
	EXPECT(1, c.bucket[7].tw);
	EXPECT(1, c.bucket[7].fw2);
	EXPECT(2, c.bucket[8].sockets);
	EXPECT(1, c.bucket[12].sockets);
	EXPECT(0, twi_census_bucket_table(&c, 0));
	EXPECT(0, twi_census_bucket_table(&c, 7));
	EXPECT(1, twi_census_bucket_table(&c, 8));
	EXPECT(2, twi_census_bucket_table(&c, 9));
	EXPECT(2, twi_census_bucket_table(&c, 12));
	twi_census_free(&c);
}

static void test_ports_all(void)
{
	struct twi_census c = census(TWI_WANT_PORTS);
	struct twi_top top;
	u32 port, sum = 0, i;

	/* Every port of a namespace has room, and the table is full then. */
	EXPECT(0, twi_census_alloc_ports(&c, 65535, 0));
	for (port = 1; port < 65536; port++) {
		struct twi_sock s = tw(1, port, port % 3 + 1);

		twi_census_chain(&c, 0, 0, &s, 1);
		s.state = TWI_STATE_fw2;
		twi_census_chain(&c, 0, 0, &s, 1);
	}
	EXPECT(0, c.ports.overflow);
	twi_census_top(&c.ports, &top);
	EXPECT(65535, top.used);
	for (i = 0; i < c.ports.slots; i++)
		sum += c.ports.slot[i].tw == 1 && c.ports.slot[i].fw2 == 1;
	EXPECT(65535, sum);
	/* One more finds no place and is counted as such. */
	twi_census_chain(&c, 0, 0, &(struct twi_sock){ .net = 0, .lport = 1,
			 .rport = 1, .state = TWI_STATE_tw }, 1);
	EXPECT(1, c.ports.overflow);
	EXPECT(65535, c.ports.used);
	twi_census_free(&c);
}

static void test_sides(void)
{
	struct twi_census c = census(TWI_WANT_SIDES);
	const struct twi_bind b[] = { { .net = 0, .port = 80 },
				      { .net = 0, .port = 81 },
				      { .net = 0, .port = 82 },
				      { .net = 0, .port = 80, .l3mdev = 5 } };
	struct twi_top top;
	u32 i;

	/* There is room for two bound ports; 80 is there once. */
	EXPECT(0, twi_census_binds(&c, b, 4));
	EXPECT(0, twi_census_alloc_ports(&c, 2, 2));
	twi_census_bound(&c);
	EXPECT(1, c.ports.overflow);
	for (i = 0; i < 50; i++) {
		struct twi_sock s[3] = { tw(0, 80, 1000 + i),
					 tw(0, 2000 + i, 8080),
					 tw(1, 80, 9000 + i % 2) };

		s[0].dev = i;
		s[1].state = i % 2 ? TWI_STATE_tw : TWI_STATE_established;
		twi_census_chain(&c, 0, 0, s, 3);
	}
	twi_census_top(&c.ports, &top);
	EXPECT(1, top.used);
	EXPECT(80, twi_port_port(&top.port[0]));
	EXPECT(0, twi_port_net(&top.port[0]));
	EXPECT(50, top.port[0].tw);
	/* Nobody bound port 80 in the other namespace: outbound there. */
	twi_census_top(&c.rports, &top);
	EXPECT(2, top.used);
	EXPECT(8080, twi_port_port(&top.port[0]));
	EXPECT(25, top.port[0].tw);
	EXPECT(25, top.port[0].live);
	EXPECT(9000, twi_port_port(&top.port[1]));
	EXPECT(1, twi_port_net(&top.port[1]));
	EXPECT(25, top.port[1].tw);
	EXPECT(25, c.rports.overflow);
	twi_census_free(&c);
}

static void test_port_zero(void)
{
	struct twi_census c = census(TWI_WANT_SIDES);
	struct twi_sock s = tw(TWI_NETNS_UNHELD, 1, 0);
	struct twi_top top;

	/* Nothing refuses remote port 0, and its key is no free slot's. */
	EXPECT(0, twi_census_alloc_ports(&c, 0, 4));
	twi_census_chain(&c, 0, 0, &s, 1);
	twi_census_chain(&c, 0, 0, &s, 1);
	EXPECT(1, c.rports.used);
	twi_census_top(&c.rports, &top);
	EXPECT(1, top.nr);
	EXPECT(2, top.port[0].tw);
	EXPECT(0, twi_port_port(&top.port[0]));
	EXPECT(TWI_NETNS_UNHELD, twi_port_net(&top.port[0]));
	twi_census_free(&c);
}

static void test_top(void)
{
	struct twi_census c = census(TWI_WANT_PORTS);
	struct twi_top top;
	struct twi_sock s;
	u32 port, i;

	EXPECT(0, twi_census_alloc_ports(&c, 100, 0));
	twi_census_top(&c.ports, &top);
	EXPECT(0, top.nr);
	/* Port p has p % 20 minisockets, so 19 and 39 have the most. */
	for (port = 1; port <= 40; port++) {
		s = tw(0, port, 1);
		for (i = 0; i < port % 20; i++) {
			s.state = i % 2 ? TWI_STATE_fw2 : TWI_STATE_tw;
			twi_census_chain(&c, 0, 0, &s, 1);
		}
	}
	s = tw(TWI_NETNS_UNHELD, 39, 1);
	for (i = 0; i < 19; i++)
		twi_census_chain(&c, 0, 0, &s, 1);
	s.state = TWI_STATE_listen;
	s.lport = 50;
	twi_census_listeners(&c, &s, 1);
	twi_census_top(&c.ports, &top);
	EXPECT(TWI_TOP_NR, top.nr);
	EXPECT(39, top.used);
	EXPECT(TWI_NETNS_UNHELD, twi_port_net(&top.port[0]));
	EXPECT(19, twi_port_port(&top.port[1]));
	EXPECT(10, top.port[1].tw);
	EXPECT(9, top.port[1].fw2);
	EXPECT(39, twi_port_port(&top.port[2]));
	EXPECT(18, twi_port_port(&top.port[3]));
	EXPECT(38, twi_port_port(&top.port[4]));
	EXPECT(15, twi_port_port(&top.port[TWI_TOP_NR - 1]));
	twi_census_free(&c);
}

/* As enqueue_timer() does it: the index and the jiffy of a level's step. */
static struct twi_sock timer(u32 cpu, u32 level, unsigned long expires)
{
	struct twi_sock s = tw(0, 1, 1);
	u32 index = level * 64 + (((expires >> 3 * level) + 1) & 63);

	s.timer = index << TIMER_ARRAYSHIFT | cpu;
	s.expires = expires;
	s.flags = TWI_SOCK_ARMED;
	return s;
}

static struct twi_census wheel(unsigned long now)
{
	struct twi_census c = census(TWI_WANT_WHEEL);

	EXPECT(0, twi_census_alloc_wheel(&c, 2));
	c.wheel.clock.now = now;
	c.wheel.clock.hz = 250;
	c.wheel.clock.tw_len = 15000;
	return c;
}

static void fold(struct twi_census *c, struct twi_sock s)
{
	twi_census_chain(c, 0, 0, &s, 1);
}

static void test_wheel(void)
{
	struct twi_census c = wheel(100000);
	const struct twi_batch *batch;
	struct twi_sock s;

	/* 114800 >> 9 = 224: due at 225 << 9 = 115200, wheel index 33. */
	fold(&c, timer(1, 3, 114800));
	s = timer(1, 3, 115199);
	s.state = TWI_STATE_fw2;
	fold(&c, s);
	fold(&c, timer(1, 3, 115200));
	batch = &c.wheel.batch[TWI_WHEEL_SIZE + 3 * 64 + 33];
	EXPECT(115200, batch->fires);
	EXPECT(1, batch->tw);
	EXPECT(1, batch->fw2);
	EXPECT(115712, batch[1].fires);
	EXPECT(1, batch[1].tw);
	EXPECT(0, c.wheel.overdue);
	/* Due at 99840, before now; and at 100000, now. */
	fold(&c, timer(0, 2, 99800));
	fold(&c, timer(0, 0, 99999));
	EXPECT(1, c.wheel.overdue);
	EXPECT(160, c.wheel.overdue_longest);
	EXPECT(0, c.wheel.unplaced + c.wheel.unarmed);
	twi_census_free(&c);
}

static void test_wheel_odd(void)
{
	struct twi_census c = wheel(100000);
	struct twi_sock s = timer(1, 3, 114800);

	/* Not armed; torn while moved; no such CPU; no such index. */
	s.flags = 0;
	fold(&c, s);
	EXPECT(1, c.wheel.unarmed);
	s = timer(1, 3, 114800);
	s.expires += 512;
	fold(&c, s);
	EXPECT(1, c.wheel.unplaced);
	fold(&c, timer(2, 3, 114800));
	EXPECT(2, c.wheel.unplaced);
	s = timer(0, 3, 114800);
	s.timer |= 0x3c0U << TIMER_ARRAYSHIFT;
	fold(&c, s);
	EXPECT(3, c.wheel.unplaced);
	/* A turn of level 0 later in the same bucket. */
	fold(&c, timer(0, 0, 100010));
	fold(&c, timer(0, 0, 100010 + 64));
	EXPECT(4, c.wheel.unplaced);
	/* A live socket has no timer of that kind. */
	s = timer(0, 3, 114800);
	s.state = TWI_STATE_established;
	fold(&c, s);
	EXPECT(4, c.wheel.unplaced);
	EXPECT(1, c.wheel.unarmed);
	twi_census_free(&c);
}

static void test_wheel_wraps(void)
{
	struct twi_census c = wheel(-100UL);
	const struct twi_batch *batch;

	/* jiffies start five minutes before they wrap. */
	fold(&c, timer(0, 3, 14900));
	batch = &c.wheel.batch[3 * 64 + ((14900 >> 9) + 1) % 64];
	EXPECT(1, batch->tw);
	EXPECT(0, c.wheel.overdue);
	EXPECT(1, c.wheel.closed[0]);
	twi_census_free(&c);
}

static void test_closed(void)
{
	struct twi_census c = wheel(100000);
	struct twi_sock s;

	/* Armed at 99999, 99750, 99749, and 70 s ago. */
	fold(&c, timer(0, 3, 99999 + 15000));
	fold(&c, timer(0, 3, 99750 + 15000));
	fold(&c, timer(0, 3, 99749 + 15000));
	fold(&c, timer(0, 3, 100000 - 70 * 250 + 15000));
	s = timer(0, 3, 99999 + 15000);
	s.state = TWI_STATE_fw2;
	fold(&c, s);
	EXPECT(1, c.wheel.closed[0]);
	EXPECT(2, c.wheel.closed[1]);
	EXPECT(1, c.wheel.closed_older);

	/* By the stamp: 5.999 s, and one that is 2 ms ahead of us. */
	c.wheel.clock.stamped = true;
	c.wheel.clock.now_ms = 1000;
	s = timer(0, 3, 99999 + 15000);
	s.stamp = 1000 - 5999;
	fold(&c, s);
	s.stamp = 1002;
	fold(&c, s);
	EXPECT(1, c.wheel.closed[5]);
	EXPECT(2, c.wheel.closed[0]);
	twi_census_free(&c);
}

/* Devices 5 and 6 are of VRF 9, device 7 of none; device 8 is gone. */
static int l3mdev(const void *arg, u32 net, int dev)
{
	EXPECT(42, *(const int *)arg);
	EXPECT(0, net);
	return dev == 5 || dev == 6 || dev == 9 ? 9 : dev == 7 ? 0 : -1;
}

static struct twi_bind bind(u16 net, u16 port, s32 dev, u8 owners)
{
	return (struct twi_bind){
		.net = net, .port = port, .l3mdev = dev, .owners = owners,
		.fastuid = -1,
	};
}

static struct twi_census binds(const struct twi_bind *list, u32 nr)
{
	struct twi_census c = census(TWI_WANT_BINDS | TWI_WANT_PORTS);

	EXPECT(0, twi_census_binds(&c, list, nr));
	EXPECT(0, twi_census_alloc_ports(&c, 100, 0));
	return c;
}

static struct twi_bind_row row(const struct twi_census *c, u32 index)
{
	struct twi_bind_row row;

	twi_census_bind_row(c, index, &row);
	return row;
}

static void test_join(void)
{
	const struct twi_bind list[] = {
		bind(0, 81, 9, TWI_OWNERS_MINI),
		bind(0, 81, 0, TWI_OWNERS_MANY),
		bind(0, 80, 0, TWI_OWNERS_MINI),
	};
	const struct twi_bind2 b2[] = {
		{ .net = 0, .port = 81, .l3mdev = 9 },
		{ .net = 0, .port = 81, .l3mdev = 9 },
		{ .net = 0, .port = 80 },
	};
	static const s32 devs[] = { 0, 5, 6, 6, 7, 9 };
	struct twi_census c = binds(list, 3);
	const int arg = 42;
	struct twi_sock s;
	u64 bind2;
	u32 i;

	twi_census_bind2s(&c, b2, 3);
	for (i = 0; i < 6; i++) {
		s = tw(0, 81, 1000);
		s.dev = devs[i];
		fold(&c, s);
	}
	/* The only bucket of port 80: its device is gone, yet it is its. */
	s = tw(0, 80, 1000);
	s.dev = 8;
	fold(&c, s);
	twi_census_join(&c, l3mdev, &arg);
	EXPECT(80, row(&c, 0).bind.port);
	EXPECT(1, row(&c, 0).tw);
	EXPECT(0, row(&c, 0).ambiguous);
	EXPECT(1, row(&c, 0).only_tw);
	EXPECT(1, row(&c, 0).bind2);
	EXPECT(0, row(&c, 1).bind.l3mdev);
	EXPECT(2, row(&c, 1).tw);
	EXPECT(-1, row(&c, 1).only_tw);
	EXPECT(0, row(&c, 1).bind2);
	EXPECT(9, row(&c, 2).bind.l3mdev);
	EXPECT(4, row(&c, 2).tw);
	EXPECT(1, row(&c, 2).only_tw);
	EXPECT(2, twi_census_only_tw(&c, &bind2));
	EXPECT(3, bind2);
	EXPECT(2, row(&c, 2).bind2);
	twi_census_free(&c);
}

static void test_join_ambiguous(void)
{
	const struct twi_bind list[] = {
		bind(0, 81, 9, TWI_OWNERS_MINI), bind(0, 81, 0, TWI_OWNERS_MINI),
		bind(0, 82, 0, TWI_OWNERS_MINI),
	};
	struct twi_census c = binds(list, 3);
	struct twi_sock s = tw(0, 81, 1000);
	const int arg = 42;

	s.dev = 8;
	fold(&c, s);
	twi_census_join(&c, l3mdev, &arg);
	EXPECT(1, row(&c, 0).ambiguous);
	EXPECT(0, row(&c, 0).tw);
	EXPECT(1, row(&c, 1).ambiguous);
	EXPECT(0, row(&c, 2).ambiguous);
	twi_census_free(&c);
}

static void test_only_tw(void)
{
	static const struct {
		u8 owners, state, listens;
		s8 only_tw;
	} cases[] = {
		{ TWI_OWNERS_MINI, TWI_STATE_tw, 0, 1 },
		{ TWI_OWNERS_MINI, TWI_STATE_fw2, 0, 1 },
		{ TWI_OWNERS_MINI, TWI_STATE_tw, 1, 0 },
		{ TWI_OWNERS_MINI, TWI_STATE_established, 0, 0 },
		{ TWI_OWNERS_OTHER, TWI_STATE_tw, 0, 0 },
		{ TWI_OWNERS_NONE, TWI_STATE_tw, 0, 0 },
		{ TWI_OWNERS_MANY, TWI_STATE_tw, 0, -1 },
		{ TWI_OWNERS_MANY, TWI_STATE_tw, 1, 0 },
		{ TWI_OWNERS_MANY, TWI_STATE_closing, 0, 0 },
	};
	const int arg = 42;
	u32 i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct twi_bind b = bind(0, 80, 0, cases[i].owners);
		struct twi_census c = binds(&b, 1);
		struct twi_sock s = tw(0, 80, 1000);

		s.state = cases[i].state;
		fold(&c, s);
		twi_census_listeners(&c, &s, cases[i].listens);
		twi_census_join(&c, l3mdev, &arg);
		if (row(&c, 0).only_tw != cases[i].only_tw)
			printf("# case %u\n", i);
		EXPECT(cases[i].only_tw, row(&c, 0).only_tw);
		EXPECT(cases[i].listens, row(&c, 0).listeners);
		twi_census_free(&c);
	}
}

static void test_bind_unknown(void)
{
	const struct twi_bind list[] = {
		bind(TWI_NETNS_UNHELD, 80, 0, TWI_OWNERS_MINI),
		bind(0, 80, 0, TWI_OWNERS_MANY),
	};
	struct twi_census c = binds(list, 2);
	const int arg = 42;
	u32 i;

	/* Fill the counts, so that the one that matters has no place. */
	for (i = 0; i < 101; i++)
		fold(&c, tw(1, 1000 + i, 1));
	fold(&c, tw(0, 80, 1));
	EXPECT(2, c.ports.overflow);
	twi_census_join(&c, l3mdev, &arg);
	EXPECT(0, row(&c, 0).bind.net);
	EXPECT(-1, row(&c, 0).tw);
	EXPECT(-1, row(&c, 0).live);
	EXPECT(-1, row(&c, 0).only_tw);
	EXPECT(TWI_NETNS_UNHELD, row(&c, 1).bind.net);
	EXPECT(-1, row(&c, 1).tw);
	EXPECT(1, row(&c, 1).only_tw);
	twi_census_free(&c);
}

static void test_binds_grow(void)
{
	struct twi_census c = census(TWI_WANT_BINDS | TWI_WANT_PORTS);
	u32 i;

	for (i = 0; i < 5000; i++) {
		struct twi_bind b = bind(0, 60000 - i, 0, TWI_OWNERS_MINI);

		EXPECT(0, twi_census_binds(&c, &b, 1));
	}
	EXPECT(0, twi_census_alloc_ports(&c, 1, 0));
	twi_census_join(&c, l3mdev, NULL);
	EXPECT(5000, c.binds);
	for (i = 1; i < 5000; i++)
		EXPECT(c.bind[i - 1].port + 1, c.bind[i].port);
	twi_census_free(&c);
}

static void test_no_memory(void)
{
	const u32 all = TWI_WANT_DIST | TWI_WANT_SIDES |
			TWI_WANT_BUCKETS | TWI_WANT_WHEEL | TWI_WANT_BINDS;
	const struct twi_bind b = bind(0, 80, 0, TWI_OWNERS_MINI);
	int allocs;

	/* Each allocation fails in turn: an error, and all can be freed. */
	for (allocs = 0; allocs < 9; allocs++) {
		struct twi_census c = {};
		int err;

		shim_allocs = allocs;
		err = twi_census_alloc(&c, all, 2, tables, 3) ?:
		      twi_census_alloc_ports(&c, 10, 10) ?:
		      twi_census_alloc_wheel(&c, 1) ?:
		      twi_census_binds(&c, &b, 1);
		EXPECT(allocs < 8 ? -ENOMEM : 0, err);
		twi_census_free(&c);
		EXPECT(true, !c.cells && !c.bind && !c.bucket);
	}
	shim_allocs = 1 << 30;
}

static const struct test tests[] = {
	{ "totals by namespace, family and state", test_totals },
	{ "held namespaces apart from the others", test_held_or_not },
	{ "chain lengths, cost of hit and miss", test_dist },
	{ "bins of chain lengths", test_dist_bins },
	{ "of equally long chains the first", test_longest_first },
	{ "rows by bucket of several tables", test_buckets },
	{ "all ports of a namespace, and one too many", test_ports_all },
	{ "port 0 of a namespace that is not held", test_port_zero },
	{ "busiest ports in order", test_top },
	{ "bound local ports, remote ports of all others", test_sides },
	{ "batches of the timer wheel", test_wheel },
	{ "timers that fit no batch", test_wheel_odd },
	{ "jiffies that wrap", test_wheel_wraps },
	{ "closings by second", test_closed },
	{ "sockets joined to bind buckets by l3mdev", test_join },
	{ "sockets of a device that is gone", test_join_ambiguous },
	{ "whether only TIME-WAIT holds a port", test_only_tw },
	{ "bind buckets whose sockets are not known", test_bind_unknown },
	{ "more bind buckets than there was room for", test_binds_grow },
	{ "no memory", test_no_memory },
};

int main(void)
{
	return run(tests, sizeof(tests) / sizeof(tests[0]));
}
