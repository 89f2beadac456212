// SPDX-License-Identifier: GPL-2.0
/*
 * supply - what tuples says of the ports that connect() can still choose,
 * against a model of its search and against connect() itself: as many of them
 * as there are said to be left succeed, and then comes EADDRNOTAVAIL.
 */
#include <fcntl.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "twlib.h"
#include "twports.h"

#define LOW	TW_DEST_LOW

#define EXPECT_SUPPLY(tw, left)	EXPECT_EQ(0, tw_dest_diff(&self->d, tw, left))

FIXTURE(family) {
	struct tw_dest d;
};

FIXTURE_VARIANT(family) {
	enum tw_family family;
	const char *address;
};

FIXTURE_VARIANT_ADD(family, v4) { .family = TW_V4 };
FIXTURE_VARIANT_ADD(family, v6) { .family = TW_V6 };
FIXTURE_VARIANT_ADD(family, mapped) { .family = TW_MAPPED };
FIXTURE_VARIANT_ADD(family, other_address) {
	.family = TW_V4, .address = "10.88.0.1"
};

FIXTURE_SETUP(family)
{
	ASSERT_EQ(0, tw_dest_init(&self->d, variant->family, variant->address,
				  100));
}

FIXTURE_TEARDOWN(family)
{
}

/* One port after the other, until there is none; on a slow kernel four at once. */
TEST_F_TIMEOUT(family, to_the_end, 60)
{
	struct tw_dest *d = &self->d;
	int row, step = tw_slow() > 1 ? 4 : 1;
	struct tw_file *f;
	long long left;

	for (int n = 0; n < 100; n += step) {
		if (n) {
			f = tw_load("tuples");
			row = tw_dest_row(d, f);
			ASSERT_LE(0, row);
			EXPECT_EQ(100 - n, tw_cell(f, row, "left"));
			EXPECT_EQ(100 - n, tw_cell(f, row, "free"));
			EXPECT_EQ(n, tw_cell(f, row, "used"));
			EXPECT_EQ(100, tw_cell(f, row, "capacity"));
			tw_free(f);
		}
		if (n % 10 == 0 || (n > 47 && n < 53) || n > 97) {
			EXPECT_SUPPLY(TW_PORT_TAKEN, &left);
			EXPECT_EQ(100 - n, left);
		}
		ASSERT_EQ(step, tw_dest_make_tw(d, step));
		ASSERT_TRUE(tw_wait_state(TW_TW, n + step));
	}
	EXPECT_EQ(0, tw_dest_cell(d, "left"));
	EXPECT_EQ(0, tw_dest_cell(d, "free"));
	EXPECT_EQ(100, tw_dest_cell(d, "used_percent"));
	EXPECT_EQ(-1, tw_dest_cell(d, "probes_mean_milli"));
	EXPECT_EQ(0, tw_dest_cell(d, "exhausted_s"));
	EXPECT_SUPPLY(TW_PORT_TAKEN, &left);
	EXPECT_EQ(0, tw_dest_make_tw(d, 1));
	EXPECT_EQ(EADDRNOTAVAIL, errno);
	/* One that goes leaves room for one. */
	ASSERT_EQ(1, tw_gen_drop(d->gen, LOW + 77));
	EXPECT_SUPPLY(TW_PORT_TAKEN, &left);
	EXPECT_EQ(1, left);
	EXPECT_EQ(1, tw_dest_count_left(d));
}

/* What is about the range of a destination. */
FIXTURE(range) {
	struct tw_dest d;
};

FIXTURE_VARIANT(range) {
	int size;
	bool reserved, blocked;
};

FIXTURE_VARIANT_ADD(range, hundred) { .size = 100 };
FIXTURE_VARIANT_ADD(range, odd) { .size = 99 };
FIXTURE_VARIANT_ADD(range, one) { .size = 1 };
FIXTURE_VARIANT_ADD(range, two) { .size = 2 };
FIXTURE_VARIANT_ADD(range, three) { .size = 3 };
FIXTURE_VARIANT_ADD(range, five) { .size = 5 };
FIXTURE_VARIANT_ADD(range, reserved) { .size = 100, .reserved = true };
FIXTURE_VARIANT_ADD(range, reserved_odd) { .size = 99, .reserved = true };
FIXTURE_VARIANT_ADD(range, blocked) { .size = 100, .blocked = true };
FIXTURE_VARIANT_ADD(range, both) {
	.size = 99, .reserved = true, .blocked = true
};

/* A socket that is bound and nothing else. */
static int bound(const char *address, int port, int option)
{
	union twgen_addr addr;
	int len = tw_addr(&addr, TW_V4, address, port), one = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (option)
		setsockopt(fd, SOL_SOCKET, option, &one, sizeof(one));
	return bind(fd, (struct sockaddr *)&addr, len) ? tw_fail("bind") : fd;
}

/* Whoever binds a port, and however: connect() leaves it out. */
static int block(struct tw_dest *d)
{
	struct tw_conn conn = d->conn;
	int client, server;

	if (bound(NULL, LOW + 3, 0) < 0 ||
	    bound(NULL, LOW + 4, SO_REUSEADDR) < 0 ||
	    bound("0.0.0.0", LOW + 5, SO_REUSEPORT) < 0 ||
	    bound("127.0.0.99", LOW + 98, SO_REUSEADDR) < 0 ||
	    tw_listen(TW_V4, NULL, LOW + 51) < 0 ||
	    tw_listen(TW_V6, NULL, LOW + 52) < 0)
		return -1;
	/* To the same destination: a live one and one in TIME-WAIT. */
	conn.lport = LOW + 20;
	if (tw_pair(&conn, d->listener, &client, &server))
		return -1;
	conn.lport = LOW + 21;
	if (tw_pair(&conn, d->listener, &client, &server) ||
	    tw_close(client, server))
		return -1;
	tw_ports_set(&d->ports, LOW + 3, LOW + 5, TW_PORT_BLOCKED);
	tw_ports_set(&d->ports, LOW + 20, LOW + 21, TW_PORT_BLOCKED);
	tw_ports_set(&d->ports, LOW + 51, LOW + 52, TW_PORT_BLOCKED);
	tw_ports_set(&d->ports, LOW + 98, LOW + 98, TW_PORT_BLOCKED);
	return 0;
}

FIXTURE_SETUP(range)
{
	struct tw_dest *d = &self->d;

	ASSERT_EQ(0, tw_dest_init(d, TW_V4, NULL, variant->size));
	if (variant->blocked) {
		ASSERT_EQ(0, block(d));
		ASSERT_TRUE(tw_wait_state(TW_TW, 1));
	}
	if (variant->reserved) {
		ASSERT_EQ(0, tw_sysctl_text("net/ipv4/ip_local_reserved_ports",
					    "40000-40009,40050,40097,40500"));
		tw_ports_set(&d->ports, LOW, LOW + 9, TW_PORT_RESERVED);
		tw_ports_set(&d->ports, LOW + 50, LOW + 50, TW_PORT_RESERVED);
		tw_ports_set(&d->ports, LOW + 97, LOW + 97, TW_PORT_RESERVED);
	}
}

FIXTURE_TEARDOWN(range)
{
}

/* But for the one of block(), whose port is LOW + 21. */
static void drop_all(const struct tw_dest *d, bool blocked)
{
	int port = d->ports.low;

	if (!blocked)
		tw_gen_drop(d->gen, 0);
	for (; blocked && port <= d->ports.high; port++) {
		if (port != LOW + 21)
			tw_gen_drop(d->gen, port);
	}
}

/*
 * From many levels: what is said to be left is what there is.  A slow kernel has
 * each fourth of them.
 */
TEST_F_TIMEOUT(range, levels, 100)
{
	static const int level[] = {
		1, 2, 3, 4, 5, 10, 37, 45, 49, 50, 51, 63, 75, 90, 97, 98, 99,
	};
	struct tw_dest *d = &self->d;
	bool odd = variant->size > 3 && variant->size % 2;
	long long left;
	int n, more = 0, step = tw_slow() > 1 ? 4 : 1;

	for (size_t i = 0; i < sizeof(level) / sizeof(level[0]); i += step) {
		n = tw_dest_make_tw(d, level[i]);
		ASSERT_LT(0, n);
		ASSERT_TRUE(tw_wait_state(TW_TW, n + variant->blocked));
		EXPECT_SUPPLY(TW_PORT_TAKEN, &left);
		EXPECT_EQ(left, tw_dest_cell(d, "left"));
		n = tw_dest_count_left(d);
		EXPECT_LE(left, n) {
			TH_LOG("at level %d", level[i]);
		}
		EXPECT_GE(left + odd, n) {
			TH_LOG("at level %d", level[i]);
		}
		more += n > left;
		drop_all(d, variant->blocked);
		ASSERT_TRUE(tw_wait_sockstat(variant->blocked));
		if (level[i] >= variant->size)
			break;
	}
	if (odd)
		TH_LOG("one more than was said to be left: %d times", more);
}

/* At the end: nothing is left, and there never was before. */
TEST_F_TIMEOUT(range, exhausted, 100)
{
	struct tw_dest *d = &self->d;
	long long left = -1, last;
	int n = 0;

	do {
		last = left;
		EXPECT_SUPPLY(TW_PORT_TAKEN, &left);
		/* Half of what there is, so that all is seen in a few steps. */
		n = tw_dest_make_tw(d, left > 2 ? left / 2 : 1);
	} while (n > 0);
	EXPECT_EQ(EADDRNOTAVAIL, errno);
	EXPECT_EQ(0, left);
	/* Of an odd range one port may be left, and is not promised. */
	EXPECT_LE(last, 2);
	EXPECT_EQ(-1, tw_dest_cell(d, "probes_most"));
	EXPECT_EQ(0, tw_dest_cell(d, "exhausted_s"));
}

/* Several families, devices, namespaces or destinations at once. */
FIXTURE(many) {
	struct tw_dest d;
};

FIXTURE_SETUP(many)
{
	ASSERT_EQ(0, tw_dest_init(&self->d, TW_V4, NULL, 100));
}

FIXTURE_TEARDOWN(many)
{
}

/* The range is what it is now, not what it was. */
TEST_F(many, changed_range)
{
	struct tw_dest *d = &self->d;
	long long left;

	ASSERT_EQ(70, tw_dest_make_tw(d, 70));
	ASSERT_TRUE(tw_wait_state(TW_TW, 70));
	ASSERT_EQ(0, tw_ports_range(LOW + 50, LOW + 149));
	tw_ports_init(&d->ports, LOW + 50, LOW + 149);
	EXPECT_SUPPLY(TW_PORT_TAKEN, &left);
	EXPECT_LT(0, tw_dest_cell(d, "used"));
	EXPECT_EQ(left, tw_dest_count_left(d));
	/* None at all. */
	ASSERT_EQ(0, tw_sysctl_text("net/ipv4/ip_local_reserved_ports",
				    "40050-40149"));
	tw_ports_set(&d->ports, LOW + 50, LOW + 149, TW_PORT_RESERVED);
	EXPECT_SUPPLY(TW_PORT_TAKEN, &left);
	EXPECT_EQ(0, left);
	EXPECT_EQ(0, tw_dest_cell(d, "capacity"));
	EXPECT_EQ(100, tw_dest_cell(d, "used_percent"));
	EXPECT_EQ(0, tw_dest_count_left(d));
}

/* v4 and mapped clients use up one supply, whoever has the row. */
TEST_F(many, families)
{
	struct tw_dest *d = &self->d;
	long long left;

	ASSERT_EQ(33, tw_dest_make_tw(d, 33));
	close(d->listener);
	d->conn.family = TW_MAPPED;
	d->listener = tw_listen(TW_MAPPED, NULL, TW_DEST_PORT);
	ASSERT_EQ(50, tw_dest_make_tw(d, 50));
	ASSERT_TRUE(tw_wait_state(TW_TW, 83));
	EXPECT_SUPPLY(TW_PORT_TAKEN, &left);
	EXPECT_EQ(17, left);
	EXPECT_EQ(17, tw_dest_count_left(d));
	close(d->listener);
	d->conn.family = TW_V4;
	d->listener = tw_listen(TW_V4, NULL, TW_DEST_PORT);
	EXPECT_EQ(17, tw_dest_count_left(d));
}

/*
 * A socket that has a device is in the way of others with this device; one that
 * has none is in the way of all.
 */
TEST_F(many, device)
{
	struct tw_dest plain = self->d, dev = self->d;
	long long left;

	dev.conn.device = "lo";
	dev.dev = 1;
	ASSERT_EQ(20, tw_dest_make_tw(&dev, 20));
	ASSERT_EQ(30, tw_dest_make_tw(&plain, 30));
	ASSERT_TRUE(tw_wait_state(TW_TW, 50));
	EXPECT_EQ(0, tw_dest_diff(&plain, TW_PORT_TAKEN, &left));
	EXPECT_EQ(70, left);
	EXPECT_EQ(left, tw_dest_count_left(&plain));
	EXPECT_EQ(0, tw_dest_diff(&dev, TW_PORT_TAKEN, &left));
	EXPECT_LE(50, left);
	EXPECT_GE(70, left);
	EXPECT_EQ(left, tw_dest_cell(&dev, "left"));
	EXPECT_EQ(left, tw_dest_count_left(&dev));
}

/* A port that is bound in a VRF is another port. */
TEST_F(many, l3mdev)
{
	struct tw_dest *d = &self->d;
	union twgen_addr addr;
	int len = tw_addr(&addr, TW_V4, "10.77.0.1", LOW + 10), fd;
	long long left;

	if (system("ip link add vrf0 type vrf table 10"))
		SKIP(return, "no VRF device: CONFIG_NET_VRF");
	ASSERT_EQ(0, tw_add_address("vrf0", "10.77.0.1", 24));
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ASSERT_EQ(0, setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "vrf0", 5));
	ASSERT_EQ(0, bind(fd, (struct sockaddr *)&addr, len));
	ASSERT_EQ(60, tw_dest_make_tw(d, 60));
	ASSERT_TRUE(tw_wait_state(TW_TW, 60));
	EXPECT_SUPPLY(TW_PORT_TAKEN, &left);
	EXPECT_EQ(40, left);
	EXPECT_EQ(40, tw_dest_count_left(d));
}

/* Each namespace has its range and settings. */
TEST_F(many, namespaces)
{
	struct tw_dest *d = &self->d, other = {};
	int first = tw_ns_fd();
	long long left;

	ASSERT_EQ(40, tw_dest_make_tw(d, 40));
	ASSERT_EQ(0, tw_dest_init(&other, TW_V4, NULL, 50));
	ASSERT_EQ(0, tw_sysctl_text("net/ipv4/ip_local_reserved_ports",
				    "40000-40004"));
	tw_ports_set(&other.ports, LOW, LOW + 4, TW_PORT_RESERVED);
	ASSERT_EQ(40, tw_dest_make_tw(&other, 40));
	tw_dest_wait_old();
	ASSERT_EQ(0, tw_sysctl("net/ipv4/tcp_tw_reuse", 1));
	EXPECT_EQ(0, tw_dest_diff(&other, TW_PORT_REUSABLE, &left));
	EXPECT_EQ(45, left);
	EXPECT_EQ(88, tw_dest_cell(&other, "used_percent"));
	ASSERT_EQ(0, tw_ns_enter(first));
	EXPECT_SUPPLY(TW_PORT_TAKEN, &left);
	EXPECT_EQ(60, left);
	EXPECT_EQ(40, tw_dest_cell(d, "used_percent"));
	EXPECT_EQ(0, tw_dest_cell(d, "reuse_now"));
	EXPECT_EQ(40, tw_dest_cell(d, "reuse_1"));
}

/*
 * More destinations than have their capacity told: it is told of those that use
 * most of their range, and of no other side.
 */
TEST_F_TIMEOUT(many, detailed, 60)
{
	long long detailed = tw_cap("tuples_detailed"), n;
	struct tw_dest *d = &self->d;
	struct tw_file *f;
	char address[32];

	ASSERT_LT(0, detailed);
	ASSERT_GE(64, detailed);
	close(d->listener);
	d->listener = tw_listen(TW_V4, "0.0.0.0", TW_DEST_PORT);
	d->conn.remote = address;
	n = detailed + 7;
	for (int i = 1; i <= n; i++) {
		snprintf(address, sizeof(address), "127.3.0.%d", i);
		ASSERT_EQ(i, tw_dest_make_tw(d, i));
	}
	ASSERT_TRUE(tw_wait_state(TW_TW, n * (n + 1) / 2));
	f = tw_load("tuples");
	ASSERT_NE(NULL, f);
	EXPECT_EQ(n, tw_get(f, "groups"));
	EXPECT_EQ(detailed, tw_get(f, "detailed"));
	for (size_t i = 0; i < f->nrows; i++) {
		long long tw = tw_cell(f, i, "tw");
		bool told = tw > 7;

		EXPECT_EQ(told ? 100 : -1, tw_cell(f, i, "capacity"));
		EXPECT_EQ(told ? tw : -1, tw_cell(f, i, "used"));
		EXPECT_EQ(told ? 100 - tw : -1, tw_cell(f, i, "left"));
		EXPECT_EQ(told ? 0 : -1, tw_cell(f, i, "reuse_now"));
		EXPECT_EQ(told ? tw : -1, tw_cell(f, i, "reuse_bound"));
	}
}

/* When it will be used up, by how many closings there were. */
TEST_F_TIMEOUT(many, exhausted_s, 60)
{
	struct tw_dest *d = &self->d;
	long long began = tw_now_ms(), end, s;

	ASSERT_EQ(50, tw_dest_make_tw(d, 50));
	ASSERT_TRUE(tw_wait_state(TW_TW, 50));
	end = tw_now_ms();
	ASSERT_GT(9000, end - began);
	ASSERT_EQ(50, tw_dest_cell(d, "closed_10s"));
	/* 5 a second, and 50 are left: before the first of them dies. */
	s = tw_dest_cell(d, "exhausted_s");
	EXPECT_LE(9, s);
	EXPECT_GE(11, s);
	tw_sleep_until_ms(end + 10100);
	EXPECT_EQ(0, tw_dest_cell(d, "closed_10s"));
	EXPECT_EQ(-1, tw_dest_cell(d, "exhausted_s"));
	/* One in ten seconds: the 50 die long before they are in the way. */
	ASSERT_EQ(1, tw_dest_make_tw(d, 1));
	EXPECT_EQ(1, tw_dest_cell(d, "closed_10s"));
	EXPECT_EQ(-1, tw_dest_cell(d, "exhausted_s"));
}

TEST_HARNESS_MAIN
