// SPDX-License-Identifier: GPL-2.0
/*
 * reuse - which TIME-WAIT sockets tuples says that connect() may take over, by
 * tcp_tw_reuse, timestamps, addresses, device and age, against how many it does
 * take over, as TWRecycled counts them.
 */
#include <fcntl.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "twlib.h"
#include "twports.h"

#define EXPECT_SUPPLY(tw, left)	EXPECT_EQ(0, tw_dest_diff(&self->d, tw, left))

/* A socket that is bound and nothing else. */
static int bound(int port)
{
	union twgen_addr addr;
	int len = tw_addr(&addr, TW_V4, NULL, port), one = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	return bind(fd, (struct sockaddr *)&addr, len) ? tw_fail("bind") : fd;
}

static long long recycled(void)
{
	FILE *f = popen("nstat -asz TcpExtTWRecycled", "re");
	long long n = -1;
	char line[128];

	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "TcpExtTWRecycled %lld", &n);
	if (f)
		pclose(f);
	return n;
}

/* TIME-WAIT that connect() may take over. */
FIXTURE(reuse) {
	struct tw_dest d;
	bool may;	/* as tcp_twsk_unique() has it */
};

FIXTURE_VARIANT(reuse) {
	int reuse, timestamps;
	enum tw_family family;
	const char *address;
	const char *device;
};

#define ADDRESS "10.88.0.1"

FIXTURE_VARIANT_ADD(reuse, off) { .reuse = 0, .timestamps = 1 };
FIXTURE_VARIANT_ADD(reuse, on) { .reuse = 1, .timestamps = 1 };
FIXTURE_VARIANT_ADD(reuse, loopback) { .reuse = 2, .timestamps = 1 };

FIXTURE_VARIANT_ADD(reuse, on_elsewhere) {
	.reuse = 1, .timestamps = 1, .address = ADDRESS
};

FIXTURE_VARIANT_ADD(reuse, loopback_elsewhere) {
	.reuse = 2, .timestamps = 1, .address = ADDRESS
};

FIXTURE_VARIANT_ADD(reuse, loopback_device) {
	.reuse = 2, .timestamps = 1, .address = ADDRESS, .device = "lo"
};

FIXTURE_VARIANT_ADD(reuse, on_v6) {
	.reuse = 1, .timestamps = 1, .family = TW_V6
};

FIXTURE_VARIANT_ADD(reuse, loopback_v6) {
	.reuse = 2, .timestamps = 1, .family = TW_V6
};

FIXTURE_VARIANT_ADD(reuse, loopback_v6_elsewhere) {
	.reuse = 2, .timestamps = 1, .family = TW_V6, .address = "fd77::88"
};

FIXTURE_VARIANT_ADD(reuse, loopback_mapped) {
	.reuse = 2, .timestamps = 1, .family = TW_MAPPED
};

FIXTURE_VARIANT_ADD(reuse, on_without_timestamps) {
	.reuse = 1, .timestamps = 0
};

FIXTURE_VARIANT_ADD(reuse, loopback_without_timestamps) {
	.reuse = 2, .timestamps = 0
};

FIXTURE_SETUP(reuse)
{
	struct tw_dest *d = &self->d;

	ASSERT_EQ(0, tw_dest_init(d, variant->family, variant->address, 100));
	if (variant->device) {
		d->conn.device = variant->device;
		d->dev = 1;
	}
	ASSERT_EQ(0, tw_sysctl("net/ipv4/tcp_timestamps", variant->timestamps));
	self->may = variant->timestamps && variant->reuse &&
		    (variant->reuse == 1 || !variant->address ||
		     variant->device);
}

FIXTURE_TEARDOWN(reuse)
{
}

/*
 * 40 in TIME-WAIT, 10 in FIN-WAIT-2, 5 that live: as many of the first are
 * taken over as are said to be, and none of the others.
 */
TEST_F_TIMEOUT(reuse, taken_over, 60)
{
	struct tw_dest *d = &self->d;
	int client[10], server[10], live[5], live_server[5];
	long long left, before;

	for (int i = 0; i < 10; i++) {
		ASSERT_EQ(0, tw_pair(&d->conn, d->listener, &client[i],
				     &server[i]));
	}
	for (int i = 0; i < 5; i++) {
		ASSERT_EQ(0, tw_pair(&d->conn, d->listener, &live[i],
				     &live_server[i]));
	}
	ASSERT_EQ(40, tw_dest_make_tw(d, 40));
	ASSERT_EQ(0, tw_close_fw2(client, 10));
	ASSERT_TRUE(tw_wait_state(TW_TW, 40));
	ASSERT_TRUE(tw_wait_state(TW_FW2, 10));
	tw_dest_wait_old();
	/* Only now: it would have let go of some while they were made. */
	ASSERT_EQ(0, tw_sysctl("net/ipv4/tcp_tw_reuse", variant->reuse));
	EXPECT_SUPPLY(self->may ? TW_PORT_REUSABLE : TW_PORT_TAKEN, &left);
	EXPECT_EQ(45 + 40 * self->may, left);
	EXPECT_EQ(55, tw_dest_cell(d, "used"));
	EXPECT_EQ(45, tw_dest_cell(d, "free"));
	EXPECT_EQ(40 * self->may, tw_dest_cell(d, "reuse_now"));
	EXPECT_EQ(40 * variant->timestamps, tw_dest_cell(d, "reuse_1"));
	EXPECT_EQ(50 * variant->timestamps, tw_dest_cell(d, "reuse_bound"));
	before = recycled();
	ASSERT_LE(0, before);
	EXPECT_EQ(left, tw_dest_count_left(d));
	EXPECT_EQ(40 * self->may, recycled() - before);
	ASSERT_TRUE(tw_wait_sockstat(self->may ? 10 : 50));
	EXPECT_SUPPLY(TW_PORT_TAKEN, &left);
	EXPECT_EQ(85 - 40 * !self->may, left);
}

/* Down to the last port, and beyond: all in TIME-WAIT, and taken over again. */
TEST_F_TIMEOUT(reuse, full, 60)
{
	struct tw_dest *d = &self->d;
	long long left, before;

	ASSERT_EQ(100, tw_dest_make_tw(d, 100));
	ASSERT_TRUE(tw_wait_state(TW_TW, 100));
	EXPECT_EQ(0, tw_dest_cell(d, "left"));
	tw_dest_wait_old();
	ASSERT_EQ(0, tw_sysctl("net/ipv4/tcp_tw_reuse", variant->reuse));
	EXPECT_SUPPLY(self->may ? TW_PORT_REUSABLE : TW_PORT_TAKEN, &left);
	EXPECT_EQ(100 * self->may, left);
	EXPECT_EQ(100 * self->may, tw_dest_cell(d, "reuse_now"));
	EXPECT_EQ(100, tw_dest_cell(d, "used_percent"));
	before = recycled();
	EXPECT_EQ(left, tw_dest_count_left(d));
	EXPECT_EQ(left, recycled() - before);
}

/*
 * Under 2, elsewhere than on loopback addresses, it goes by the device of the
 * TIME-WAIT: of those in the way of a socket that is bound to lo, only what was
 * bound to lo itself lets go.
 */
TEST(devices)
{
	struct tw_dest plain, dev;
	long long before;

	ASSERT_EQ(0, tw_dest_init(&plain, TW_V4, ADDRESS, 100));
	dev = plain;
	dev.conn.device = "lo";
	dev.dev = 1;
	ASSERT_EQ(30, tw_dest_make_tw(&plain, 30));
	ASSERT_EQ(20, tw_dest_make_tw(&dev, 20));
	ASSERT_TRUE(tw_wait_state(TW_TW, 50));
	tw_dest_wait_old();
	ASSERT_EQ(0, tw_sysctl("net/ipv4/tcp_tw_reuse", 2));
	EXPECT_EQ(0, tw_dest_cell(&plain, "reuse_now"));
	EXPECT_EQ(70, tw_dest_cell(&plain, "left"));
	EXPECT_EQ(50, tw_dest_cell(&dev, "used"));
	EXPECT_EQ(20, tw_dest_cell(&dev, "reuse_now"));
	EXPECT_EQ(70, tw_dest_cell(&dev, "left"));
	before = recycled();
	EXPECT_EQ(70, tw_dest_count_left(&dev));
	EXPECT_EQ(20, recycled() - before);
}

/* When a connection's TIME-WAIT began, by a clock of ours. */
struct began {
	long long from, to;
};

/*
 * How many of @n may be taken over, at least, when it is @ms: those that began
 * in an earlier second, or where the kernel has tcp_tw_reuse_delay, so many ms
 * ago.  A coarse clock may be a tick behind.
 */
static int old_enough(const struct began *b, int n, long long ms, bool least,
		      long long delay)
{
	const long long tick = 20;
	int old = 0, i;

	for (i = 0; i < n; i++) {
		long long now = least ? ms - tick : ms;
		long long then = least ? b[i].to : b[i].from - tick;

		old += delay < 0 ? now / 1000 > then / 1000 :
				   now - then > delay;
	}
	return old;
}

/* What takes time. */
FIXTURE(age) {
	struct tw_dest d;
};

FIXTURE_VARIANT(age) {
	int reuse;
	enum tw_family family;
};

FIXTURE_VARIANT_ADD(age, v4) { .reuse = 2, .family = TW_V4 };
FIXTURE_VARIANT_ADD(age, v6) { .reuse = 2, .family = TW_V6 };
FIXTURE_VARIANT_ADD(age, mapped) { .reuse = 1, .family = TW_MAPPED };

FIXTURE_SETUP(age)
{
	ASSERT_EQ(0, tw_dest_init(&self->d, variant->family, NULL, 100));
}

FIXTURE_TEARDOWN(age)
{
}

/* Each moment has its number of those that are old enough. */
TEST_F_TIMEOUT(age, in_time, 60)
{
	const char *delay_path = "/proc/sys/net/ipv4/tcp_tw_reuse_delay";
	struct tw_dest *d = &self->d;
	struct began b[20], now;
	long long delay = -1, seen, end;
	int exact = 0;

	if (!access(delay_path, F_OK))
		delay = tw_read_number(delay_path);
	for (int i = 0; i < 20; i++) {
		b[i].from = tw_now_ms();
		ASSERT_EQ(1, tw_dest_make_tw(d, 1));
		ASSERT_TRUE(tw_wait_state(TW_TW, i + 1));
		b[i].to = tw_now_ms();
		tw_sleep_until_ms(b[i].from + 60);
	}
	ASSERT_EQ(0, tw_sysctl("net/ipv4/tcp_tw_reuse", variant->reuse));
	end = tw_now_ms() + 2000;
	do {
		int least, most;

		now.from = tw_now_ms();
		seen = tw_dest_cell(d, "reuse_now");
		now.to = tw_now_ms();
		least = old_enough(b, 20, now.from, true, delay);
		most = old_enough(b, 20, now.to, false, delay);
		EXPECT_LE(least, seen);
		EXPECT_GE(most, seen);
		exact += least == most;
	} while (now.to < end);
	/* The bounds meant something. */
	EXPECT_LT(3, exact);
	EXPECT_EQ(20, seen);
}

FIXTURE(bound) {
	struct tw_dest d;
};

FIXTURE_VARIANT(bound) {
	int reuse, timestamps;
};

FIXTURE_VARIANT_ADD(bound, off) { .reuse = 0, .timestamps = 1 };
FIXTURE_VARIANT_ADD(bound, on) { .reuse = 1, .timestamps = 1 };

FIXTURE_VARIANT_ADD(bound, off_without_timestamps) {
	.reuse = 0, .timestamps = 0
};

FIXTURE_VARIANT_ADD(bound, on_without_timestamps) {
	.reuse = 1, .timestamps = 0
};

FIXTURE_SETUP(bound)
{
	ASSERT_EQ(0, tw_dest_init(&self->d, TW_V4, NULL, 100));
	ASSERT_EQ(0, tw_sysctl("net/ipv4/tcp_timestamps", variant->timestamps));
}

FIXTURE_TEARDOWN(bound)
{
}

/* A socket that was bound may take over whatever has a timestamp. */
TEST_F_TIMEOUT(bound, takes_over, 60)
{
	struct tw_dest *d = &self->d;
	union twgen_addr addr, to;
	int fd[30], server, one = 1, n = 0, len, taken = 0, flags;
	uint16_t port[30];
	socklen_t size;

	len = tw_addr(&to, TW_V4, NULL, TW_DEST_PORT);
	for (; n < 30; n++) {
		fd[n] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		/* or bind() would not have its port again */
		setsockopt(fd[n], SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		ASSERT_EQ(0, connect(fd[n], (struct sockaddr *)&to, len));
		server = accept(d->listener, NULL, NULL);
		size = sizeof(addr);
		ASSERT_EQ(0, getsockname(fd[n], (struct sockaddr *)&addr,
					 &size));
		port[n] = ntohs(addr.v4.sin_port);
		if (n < 20) {
			ASSERT_EQ(0, tw_close(fd[n], server));
		}
	}
	ASSERT_EQ(0, tw_close_fw2(fd + 20, 10));
	ASSERT_TRUE(tw_wait_state(TW_TW, 20));
	ASSERT_EQ(0, tw_sysctl("net/ipv4/tcp_tw_reuse", variant->reuse));
	EXPECT_EQ(30 * variant->timestamps, tw_dest_cell(d, "reuse_bound"));
	for (n = 0; n < 30; n++) {
		fd[n] = bound(port[n]);
		ASSERT_LE(0, fd[n]);
		/* A server that knows the old connection answers late. */
		flags = fcntl(fd[n], F_GETFL);
		fcntl(fd[n], F_SETFL, flags | O_NONBLOCK);
		if (!connect(fd[n], (struct sockaddr *)&to, len) ||
		    errno == EINPROGRESS) {
			taken++;
		} else {
			EXPECT_EQ(EADDRNOTAVAIL, errno);
		}
	}
	EXPECT_EQ(30 * variant->timestamps, taken);
}

TEST_HARNESS_MAIN
