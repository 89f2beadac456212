// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of what a connect() would meet, against a literal copy of the
 * search in __inet_hash_connect() (net/ipv4/inet_hashtables.c) and against
 * sockets that come and go one by one.
 */
#include <linux/bitmap.h>

#include "../connect.h"
#include "ktap.h"

#define WORDS		(65536 / 64)

enum port {
	PORT_TAKEN,
	PORT_FREE,
	PORT_RESERVED,
	PORT_NR,
};

static unsigned long reserved[WORDS], usable[WORDS];
static struct twi_search ports = { .reserved = reserved, .free = usable };

static void ports_clear(u32 size)
{
	ports.size = size;
	memset(reserved, 0, sizeof(reserved));
	memset(usable, 0, sizeof(usable));
}

static void port_set(u32 port, enum port what)
{
	__clear_bit(port, usable);
	__clear_bit(port, reserved);
	if (what == PORT_FREE)
		__set_bit(port, usable);
	else if (what == PORT_RESERVED)
		__set_bit(port, reserved);
}

/*
 * The kernel's search, of a range that ends at port 65535.  Returns the number
 * of the port that it finds, or -1, and adds to @cost for what it examines.
 */
static int search(u32 offset, u64 *cost)
{
	int low = 65536 - ports.size, high = 65535;
	u32 remaining;
	int port, i;

	high++;
	remaining = high - low;
	if (remaining > 1)
		remaining &= ~1U;
	offset %= remaining;
	offset &= ~1U;
other_parity_scan:
	port = low + offset;
	for (i = 0; i < (int)remaining; i += 2, port += 2) {
		if (port >= high)
			port -= remaining;
		if (test_bit(port - low, reserved))
			continue;
		if (test_bit(port - low, usable))
			return port - low;
		++*cost;
	}
	offset++;
	if ((offset & 1) && remaining > 1)
		goto other_parity_scan;
	return -1;
}

/* Starts that there are: what the kernel takes its offset modulo of. */
static u32 starts(void)
{
	return ports.size > 1 ? ports.size & ~1U : 1;
}

static void expect_probes(void)
{
	struct twi_probes got, want = { -1, -1, -1 };
	u64 sum = 0, least = U32_MAX, most = 0;
	u32 left = twi_connect_left(&ports);
	u32 i;

	for (i = 0; i < starts(); i++) {
		u64 cost = 0;

		EXPECT(true, search(i, &cost) >= 0 || !left);
		sum += cost;
		least = min(least, cost);
		most = max(most, cost);
	}
	if (left)
		want = (struct twi_probes){
			least, 1000 * sum / starts(), most
		};
	twi_connect_probes(&ports, &got);
	EXPECT(want.least, got.least);
	EXPECT(want.mean_milli, got.mean_milli);
	EXPECT(want.most, got.most);
	if (failed)
		printf("# range of %u ports\n", ports.size);
}

static void test_probes_all(void)
{
	u32 size, ways, way, i, rest;

	for (size = 1, ways = PORT_NR; size <= 12; size++, ways *= PORT_NR) {
		ports_clear(size);
		for (way = 0; way < ways && !failed; way++) {
			for (i = 0, rest = way; i < size; i++, rest /= PORT_NR)
				port_set(i, rest % PORT_NR);
			expect_probes();
		}
	}
}

/* Of @of ports @nr are free and @nr reserved on average. */
static void ports_random(u32 size, u32 nr, u32 of)
{
	u32 i;

	ports_clear(size);
	for (i = 0; i < size; i++) {
		u32 r = shim_random() % of;

		port_set(i, r < nr ? PORT_FREE :
			 r < 2 * nr ? PORT_RESERVED : PORT_TAKEN);
	}
}

static void test_probes_random(void)
{
	u32 run;

	for (run = 0; run < 3000 && !failed; run++) {
		u32 size = 1 + shim_random() % 300;

		ports_random(size, 1 + shim_random() % 10,
			     20 + shim_random() % 400);
		expect_probes();
	}
}

static void test_probes_parity(void)
{
	u32 run, i;

	/* The first pass finds nothing, and then all but nothing. */
	for (run = 0; run < 1000 && !failed; run++) {
		u32 size = 2 + shim_random() % 300;

		ports_random(size, 1, 3 + shim_random() % 40);
		for (i = 0; i < size; i += 2)
			if (test_bit(i, usable))
				port_set(i, PORT_TAKEN);
		expect_probes();
		port_set(0, PORT_FREE);
		expect_probes();
		port_set(0, PORT_TAKEN);
		port_set((size - 1) & ~1U, PORT_FREE);
		expect_probes();
	}
}

static void test_probes_one(void)
{
	u32 size, i;

	for (size = 1; size <= 65; size++) {
		ports_clear(size);
		for (i = 0; i < size && !failed; i++) {
			port_set(i, PORT_FREE);
			expect_probes();
			port_set(i, PORT_TAKEN);
		}
	}
}

static void test_probes_large(void)
{
	static const u32 sizes[] = { 28232, 28233, 64511, 64512, 65535, 65536 };
	u32 i, port;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		ports_random(sizes[i], 1, 200);
		expect_probes();
		ports_random(sizes[i], 49, 100);
		expect_probes();
	}
	/* All of the first parity taken. */
	ports_random(28232, 1, 100);
	for (port = 0; port < 28232; port += 2)
		port_set(port, PORT_TAKEN);
	expect_probes();
}

static void test_probes_by_hand(void)
{
	struct twi_probes probes;
	u32 i;

	/* One free port of 65536, the last that is tried from next to it. */
	ports_clear(65536);
	port_set(65535, PORT_FREE);
	twi_connect_probes(&ports, &probes);
	EXPECT(32768, probes.least);
	EXPECT(32768 + 32767, probes.most);
	EXPECT(32768000LL + 32767 * 500, probes.mean_milli);
	/* And all of the first parity but one reserved. */
	for (i = 2; i < 65536; i += 2)
		port_set(i, PORT_RESERVED);
	twi_connect_probes(&ports, &probes);
	EXPECT(1, probes.least);
	EXPECT(1 + 32767, probes.most);
}

/*
 * The fewest that succeed one after the other, whoever chooses the starts: of
 * @set the ports are free that have a bit.
 */
static u32 game(u32 set, u8 *fewest)
{
	u32 least = U32_MAX;
	u32 i;

	if (fewest[set] != UINT8_MAX)
		return fewest[set];
	for (i = 0; i < starts(); i++) {
		u32 then = 0;
		u64 cost = 0;
		int port;

		usable[0] = set;
		port = search(i, &cost);
		if (port >= 0)
			then = 1 + game(set & ~(1U << port), fewest);
		least = min(least, then);
	}
	return fewest[set] = least;
}

static void test_left(void)
{
	u8 fewest[1 << 11];
	u32 size, set;

	for (size = 1; size <= 11; size++) {
		ports_clear(size);
		memset(fewest, UINT8_MAX, sizeof(fewest));
		for (set = 0; set < 1U << size && !failed; set++) {
			u32 want = game(set, fewest);

			usable[0] = set;
			EXPECT(want, twi_connect_left(&ports));
			if (failed)
				printf("# size %u, set %x\n", size, set);
		}
	}
}

static void test_left_word(void)
{
	/* Bits after the range are not ports of it. */
	ports_clear(9);
	usable[0] = ~0UL;
	EXPECT(8, twi_connect_left(&ports));
	usable[0] = ~0x101UL;
	EXPECT(7, twi_connect_left(&ports));
	ports_clear(8);
	usable[0] = ~0xffUL;
	EXPECT(0, twi_connect_left(&ports));
}

/*
 * Second by second: ports come back, sockets give theirs back, and @lasting and
 * @stamped sockets take one each.  Returns when the last one is taken, or -1.
 */
static s32 run_out(const struct twi_outlook *o, u32 lasting, u32 stamped)
{
	static u32 until[1 << 16];
	u32 left = o->left, nr = 0, end = 0, t, i;

	if (!left)
		return 0;
	for (t = 1; t <= 400; t++) {
		if (t <= TWI_AHEAD_NR)
			left += o->freed[t - 1];
		for (i = 0; i < end; i++) {
			if (until[i] == t) {
				until[i] = 0;
				left++;
			}
		}
		for (nr = 0; nr < lasting + stamped; nr++) {
			u32 lives = o->life_s;

			if (nr < stamped && o->reuse_s)
				lives = min(lives, o->reuse_s);
			if (!--left)
				return t;
			for (i = 0; until[i] && i < end; i++)
				;
			until[i] = t + lives;
			end = max(end, i + 1);
		}
	}
	return -1;
}

static void test_exhausted_random(void)
{
	u32 runs[3] = {};
	u32 run, i;

	for (run = 0; run < 3000 && !failed; run++) {
		u32 lasting = shim_random() % 4, stamped = shim_random() % 4;
		u32 scale = 1 + shim_random() % 50;
		struct twi_outlook o = {
			.left = shim_random() % 300,
			.closed_10s = 10 * (lasting + stamped),
			.minis = scale * (lasting + stamped),
			.stamped = scale * stamped,
			.life_s = 60 + shim_random() % 10,
			.reuse_s = shim_random() % 4,
		};
		s32 want;

		for (i = shim_random() % 20; i; i--)
			o.freed[shim_random() % 68] += shim_random() % 10;
		want = run_out(&o, lasting, stamped);
		EXPECT(want, twi_connect_exhausted(&o));
		runs[want < 0 ? 0 : want ? 2 : 1]++;
	}
	/* All of the answers came. */
	EXPECT(true, runs[0] > 100 && runs[1] && runs[2] > 100);
}

static void test_exhausted_edges(void)
{
	/* A socket a second, and they live for 60. */
	const struct twi_outlook each = {
		.left = 60, .closed_10s = 10, .minis = 10, .life_s = 60,
	};
	struct twi_outlook o = each;

	EXPECT(60, twi_connect_exhausted(&o));
	o.left = 61;
	EXPECT(-1, twi_connect_exhausted(&o));
	o.left = 1;
	EXPECT(1, twi_connect_exhausted(&o));
	o.left = 0;
	o.freed[0] = 1000;
	EXPECT(0, twi_connect_exhausted(&o));

	/* What comes back in the last second counts. */
	o = each;
	o.freed[59] = 1;
	EXPECT(-1, twi_connect_exhausted(&o));
	o.freed[59] = 0;
	o.freed[60] = 1;
	EXPECT(60, twi_connect_exhausted(&o));

	/* Nothing closed; nothing there. */
	o = each;
	o.left = 1;
	o.closed_10s = 0;
	EXPECT(-1, twi_connect_exhausted(&o));
	o.minis = 0;
	EXPECT(-1, twi_connect_exhausted(&o));

	/* All stamped: taken over after 2 s, so that two are held. */
	o = each;
	o.stamped = o.minis;
	EXPECT(60, twi_connect_exhausted(&o));
	o.reuse_s = 2;
	EXPECT(-1, twi_connect_exhausted(&o));
	o.left = 2;
	EXPECT(2, twi_connect_exhausted(&o));
	o.left = 3;
	EXPECT(-1, twi_connect_exhausted(&o));
	o.reuse_s = 1000;
	o.left = 60;
	EXPECT(60, twi_connect_exhausted(&o));

	/* Less than one a second: a tenth, of which half is held for 2 s. */
	o = (struct twi_outlook){
		.left = 3, .closed_10s = 1, .minis = 1, .life_s = 67,
	};
	EXPECT(30, twi_connect_exhausted(&o));
	o.minis = 2;
	o.stamped = 1;
	o.reuse_s = 2;
	/* t / 20 + 2 / 20 >= 3 */
	EXPECT(58, twi_connect_exhausted(&o));
}

static void test_exhausted_far(void)
{
	struct twi_outlook o = {
		.left = 65536, .closed_10s = 65536, .minis = 65536,
		.life_s = U32_MAX,
	};
	u32 i;

	/* No further than what is known of the ports. */
	EXPECT(10, twi_connect_exhausted(&o));
	for (i = 0; i < TWI_AHEAD_NR; i++)
		o.freed[i] = 65536;
	EXPECT(-1, twi_connect_exhausted(&o));
	o = (struct twi_outlook){
		.left = 1280, .closed_10s = 100, .minis = 1, .life_s = 1000,
	};
	EXPECT(128, twi_connect_exhausted(&o));
	o.left = 1281;
	EXPECT(-1, twi_connect_exhausted(&o));
}

static const struct test tests[] = {
	{ "probes: all ranges of up to 12 ports", test_probes_all },
	{ "probes: ranges of up to 300 ports", test_probes_random },
	{ "probes: one parity taken", test_probes_parity },
	{ "probes: one port free", test_probes_one },
	{ "probes: ranges as they are in use", test_probes_large },
	{ "probes: by hand", test_probes_by_hand },
	{ "left: the fewest that succeed", test_left },
	{ "left: what follows the range in its last word", test_left_word },
	{ "exhausted: like sockets one by one", test_exhausted_random },
	{ "exhausted: edges", test_exhausted_edges },
	{ "exhausted: further than is known", test_exhausted_far },
};

int main(void)
{
	return run(tests, sizeof(tests) / sizeof(tests[0]));
}
