// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of the sides: who chose the local port of a socket, by the rules
 * of Documentation/ABI.
 */
#include "../sides.h"
#include "ktap.h"

#define TOLD		TWI_SOCK_TOLD
#define CHOSEN		(TWI_SOCK_TOLD | TWI_SOCK_CONNECT)
#define TPROXY		TWI_SOCK_TRANSPARENT

static u32 asked;

/* Devices 5 and 6 are of VRF 9, device 7 of none; device 8 is gone. */
static int l3mdev(const void *arg, u32 net, int dev)
{
	EXPECT(42, *(const int *)arg);
	/* Of one that is not held nothing is known, nor whether it is there. */
	EXPECT(true, net != TWI_NETNS_UNHELD);
	asked++;
	if (net == 1 || net == 64)
		return dev == 5 ? 0 : -1;
	return dev == 5 || dev == 6 || dev == 9 ? 9 : dev == 7 ? 0 : -1;
}

static struct twi_sock sock(u16 net, u16 port, s32 dev)
{
	return (struct twi_sock){
		.net = net, .lport = port, .rport = 1000, .dev = dev,
		.state = TWI_STATE_tw,
	};
}

/* Not in order: that is up to the sides. */
static const struct twi_bind ports[] = {
	{ .net = 1, .port = 443, .l3mdev = 0 },
	{ .net = 0, .port = 8080, .l3mdev = 9, .shared = true },
	{ .net = 0, .port = 65535, .l3mdev = 0 },
	{ .net = 0, .port = 80, .l3mdev = 0 },
	{ .net = 0, .port = 8080, .l3mdev = 0 },
	{ .net = 0, .port = 8081, .l3mdev = 9 },
	{ .net = 0, .port = 1, .l3mdev = 0, .shared = true },
	{ .net = 0, .port = 1, .l3mdev = 9 },
	{ .net = 1, .port = 80, .l3mdev = 0 },
	{ .net = 64, .port = 80, .l3mdev = 0 },
	{ .net = 64, .port = 8081, .l3mdev = 0 },
	{ .net = TWI_NETNS_UNHELD, .port = 80, .l3mdev = 0 },
};

#define PORTS		(sizeof(ports) / sizeof(ports[0]))

static struct twi_bind binds[PORTS];
static const int arg = 42;

/* Somebody listens on port 80 of namespace 0, and on one that is not bound. */
static struct twi_sides sides(void)
{
	const struct twi_sock listeners[] = { sock(0, 80, 0), sock(1, 22, 0),
					      sock(TWI_NETNS_UNHELD, 80, 7) };
	struct twi_sides sides = {};

	memcpy(binds, ports, sizeof(binds));
	EXPECT(0, twi_sides_alloc(&sides, binds, PORTS, l3mdev, &arg));
	twi_sides_listeners(&sides, listeners, 3);
	twi_sides_settle(&sides, false);
	asked = 0;
	return sides;
}

/* A socket, its flags, and what is to be said of it. */
struct side_case {
	u16 net;
	u16 port;
	s32 dev;
	u8 state;
	u8 flags;
	enum twi_side side;
	bool local;
};

static void expect_side(struct twi_sides *s, const struct side_case *c)
{
	struct twi_sock one = sock(c->net, c->port, c->dev);
	bool local = !c->local;

	one.state = c->state;
	one.flags = c->flags;
	EXPECT(c->side, twi_side(s, &one, &local));
	EXPECT(c->local, local);
}

#define TW		TWI_STATE_tw
#define EST		TWI_STATE_established
#define OUTBOUND	TWI_SIDE_outbound, false
#define INBOUND		TWI_SIDE_inbound, true
#define BOUND		TWI_SIDE_bound, false
#define SHARED		TWI_SIDE_bound, true

static const struct side_case cases[] = {
	/* Nobody bound the port, in any namespace or in this one. */
	{ 0, 2000, 0, TW, 0, OUTBOUND },
	{ 0, 2000, 0, EST, TPROXY, OUTBOUND },
	{ 0, 443, 0, TW, 0, OUTBOUND },
	{ 0, 443, 0, TW, TPROXY, OUTBOUND },
	/* Somebody did, and listens; and the same port elsewhere. */
	{ 0, 80, 0, TW, 0, INBOUND },
	{ 0, 80, 0, EST, TPROXY, INBOUND },
	{ 0, 80, 7, EST, 0, INBOUND },
	{ 1, 80, 0, TW, 0, BOUND },
	{ 1, 443, 0, TW, 0, BOUND },
	{ 1, 443, 0, TW, TPROXY, INBOUND },
	{ 0, 65535, 0, TW, 0, BOUND },
	{ 0, 1, 0, TW, 0, SHARED },
	/* In a namespace that is remembered in the same place. */
	{ 64, 80, 0, TW, 0, BOUND },
	{ 64, 8081, 5, TW, 0, BOUND },
	{ 64, 8081, 6, TW, 0, BOUND },
	/* Bound under another l3mdev. */
	{ 0, 80, 5, TW, 0, OUTBOUND },
	{ 0, 80, 5, TW, TPROXY, OUTBOUND },
	{ 0, 8081, 0, TW, 0, OUTBOUND },
	{ 0, 8081, 7, TW, 0, OUTBOUND },
	{ 0, 8081, 5, TW, 0, BOUND },
	{ 0, 8081, 9, TW, 0, BOUND },
	/* Under both: which of them is shared counts. */
	{ 0, 8080, 0, TW, 0, BOUND },
	{ 0, 8080, 7, TW, 0, BOUND },
	{ 0, 8080, 6, TW, 0, SHARED },
	/* Of a device that is gone, any may be meant. */
	{ 0, 8080, 8, TW, 0, SHARED },
	{ 0, 8081, 8, TW, 0, BOUND },
	{ 0, 1, 8, TW, 0, SHARED },
	{ 0, 1, 5, TW, 0, BOUND },
	{ 0, 80, 8, TW, 0, INBOUND },
	{ 0, 81, 8, TW, 0, OUTBOUND },
	/* The socket tells that connect() chose the port, or that it did not. */
	{ 0, 80, 0, TW, CHOSEN, OUTBOUND },
	{ 0, 80, 0, TW, CHOSEN | TPROXY, OUTBOUND },
	{ 1, 80, 0, TW, CHOSEN, OUTBOUND },
	{ 0, 2000, 0, TW, CHOSEN, OUTBOUND },
	{ 0, 2000, 0, TW, TOLD, BOUND },
	{ 0, 2000, 0, TW, TOLD | TPROXY, INBOUND },
	{ 0, 80, 0, TW, TOLD, INBOUND },
	{ 0, 80, 5, TW, TOLD, BOUND },
	{ 1, 80, 0, TW, TOLD, BOUND },
	{ 0, 1, 0, TW, TOLD, SHARED },
	{ 0, 8081, 0, TW, TOLD, BOUND },
	/* CONNECT alone says nothing. */
	{ 0, 80, 0, TW, TWI_SOCK_CONNECT, INBOUND },
	/* A request has a listener, known or not. */
	{ 0, 2000, 0, TWI_STATE_new_syn_recv, 0, INBOUND },
	{ 1, 80, 0, TWI_STATE_new_syn_recv, CHOSEN, INBOUND },
};

#define CASES		(sizeof(cases) / sizeof(cases[0]))

static void test_rule(void)
{
	u32 i;

	for (i = 0; i < CASES && !failed; i++) {
		struct twi_sides s = sides();

		expect_side(&s, &cases[i]);
		if (failed)
			printf("# case %u\n", i);
		twi_sides_free(&s);
	}
}

static void test_kept(void)
{
	struct twi_sides s = sides();
	u32 i, j;

	/* After each socket each other one: nothing is kept from the former. */
	for (i = 0; i < CASES && !failed; i++) {
		for (j = 0; j < CASES && !failed; j++) {
			expect_side(&s, &cases[i]);
			expect_side(&s, &cases[j]);
			if (failed)
				printf("# case %u, then %u\n", i, j);
		}
	}
	twi_sides_free(&s);
}

static void test_asked_once(void)
{
	struct twi_sides s = sides();
	u32 i;

	for (i = 0; i < 10; i++)
		expect_side(&s, &(struct side_case){ 0, 8081, 5, TW, 0, BOUND });
	EXPECT(1, asked);
	/* The same device of another namespace is another one. */
	expect_side(&s, &(struct side_case){ 1, 443, 5, TW, 0, BOUND });
	EXPECT(2, asked);
	/* Ports that nobody bound are not looked up, nor is no device. */
	expect_side(&s, &(struct side_case){ 0, 99, 6, TW, 0, OUTBOUND });
	expect_side(&s, &(struct side_case){ 0, 80, 0, TW, 0, INBOUND });
	EXPECT(2, asked);
	twi_sides_free(&s);
}

static void test_first(void)
{
	struct twi_sides s = sides();
	u32 net, port, i;

	for (net = 0; net < 3; net++) {
		for (port = 0; port < 65536; port++) {
			for (i = 0; i < PORTS; i++)
				if (binds[i].net > net ||
				    (binds[i].net == net &&
				     binds[i].port >= port))
					break;
			if (twi_sides_first(&s, net, port) != i)
				EXPECT(i, twi_sides_first(&s, net, port));
		}
	}
	EXPECT(PORTS - 1, twi_sides_first(&s, TWI_NETNS_UNHELD, 80));
	EXPECT(PORTS, twi_sides_first(&s, TWI_NETNS_UNHELD, 81));
	for (i = 1; i < PORTS; i++)
		EXPECT(true, binds[i - 1].net < binds[i].net ||
		       binds[i - 1].port < binds[i].port ||
		       binds[i - 1].l3mdev < binds[i].l3mdev);
	twi_sides_free(&s);
}

static void test_ask(void)
{
	static const u16 ask[] = { 1, 80, 443, 8080, 8081, 65535 };
	struct twi_sides s = sides();
	u32 i;

	/* Of port 80 there are two buckets where nobody listens. */
	EXPECT(6, bitmap_weight(s.ask, TWI_PORT_BITS));
	EXPECT(6, bitmap_weight(s.bound, TWI_PORT_BITS));
	for (i = 0; i < 6; i++)
		EXPECT(true, test_bit(ask[i], s.ask) &&
		       test_bit(ask[i], s.bound));
	EXPECT(2 * 8192, s.bytes);
	twi_sides_free(&s);
}

static void test_listened(void)
{
	struct twi_bind bind[] = { { .port = 80, .l3mdev = 9 },
				   { .port = 80 }, { .port = 81 } };
	const struct twi_sock listeners[] = { sock(0, 80, 0), sock(0, 80, 0) };
	const struct twi_sock lost[] = { sock(0, 80, 8) };
	struct twi_sides s = {};

	/* A listener is told from one of the same port and other l3mdev... */
	EXPECT(0, twi_sides_alloc(&s, bind, 3, l3mdev, &arg));
	twi_sides_listeners(&s, listeners, 2);
	twi_sides_settle(&s, false);
	EXPECT(true, test_bit(80, s.ask));
	EXPECT(true, test_bit(81, s.ask));
	expect_side(&s, &(struct side_case){ 0, 80, 0, TW, 0, INBOUND });
	expect_side(&s, &(struct side_case){ 0, 80, 5, TW, 0, BOUND });
	expect_side(&s, &(struct side_case){ 0, 81, 5, TW, 0, OUTBOUND });
	twi_sides_free(&s);

	/* ...but not if its device is gone. */
	s = (struct twi_sides){};
	EXPECT(0, twi_sides_alloc(&s, bind, 3, l3mdev, &arg));
	twi_sides_listeners(&s, lost, 1);
	twi_sides_settle(&s, false);
	EXPECT(false, test_bit(80, s.ask));
	expect_side(&s, &(struct side_case){ 0, 80, 5, TW, 0, INBOUND });
	twi_sides_free(&s);

	/* Sockets that can tell are asked wherever it matters. */
	s = (struct twi_sides){};
	EXPECT(0, twi_sides_alloc(&s, bind, 3, l3mdev, &arg));
	twi_sides_listeners(&s, lost, 1);
	twi_sides_settle(&s, true);
	EXPECT(true, test_bit(80, s.ask) && test_bit(81, s.ask));
	EXPECT(2, bitmap_weight(s.ask, TWI_PORT_BITS));
	twi_sides_free(&s);
}

static void test_none(void)
{
	struct twi_sides s = {};

	EXPECT(0, twi_sides_alloc(&s, NULL, 0, l3mdev, &arg));
	twi_sides_listeners(&s, &(struct twi_sock){ .lport = 80 }, 1);
	twi_sides_settle(&s, false);
	EXPECT(0, twi_sides_first(&s, 0, 0));
	expect_side(&s, &(struct side_case){ 0, 80, 5, TW, 0, OUTBOUND });
	expect_side(&s, &(struct side_case){ 0, 80, 5, TW, TOLD, BOUND });
	twi_sides_free(&s);
}

static void test_no_memory(void)
{
	int allocs;

	for (allocs = 0; allocs < 3; allocs++) {
		struct twi_sides s = {};

		memcpy(binds, ports, sizeof(binds));
		shim_allocs = allocs;
		EXPECT(allocs < 2 ? -ENOMEM : 0,
		       twi_sides_alloc(&s, binds, PORTS, l3mdev, &arg));
		twi_sides_free(&s);
		twi_sides_free(&s);
		EXPECT(0, shim_held);
	}
}

static const struct test tests[] = {
	{ "who chose the port", test_rule },
	{ "who chose the port, after any other socket", test_kept },
	{ "a device is asked for once", test_asked_once },
	{ "the first bind bucket from a port on", test_first },
	{ "ports whose sockets are to be asked", test_ask },
	{ "listeners of every l3mdev", test_listened },
	{ "nobody bound a port", test_none },
	{ "no memory", test_no_memory },
};

int main(void)
{
	return run(tests, sizeof(tests) / sizeof(tests[0]));
}
