// SPDX-License-Identifier: GPL-2.0
/*
 * generator - twgen itself: what it makes is what was asked for, what it holds
 * outlives its time, and it is worth having.
 */
#include "kselftest_harness.h"
#include "twlib.h"
#include "twss.h"

#define PORT 5000

FIXTURE(twgen) {
	int gen;
};

FIXTURE_SETUP(twgen)
{
	self->gen = tw_gen_open();
	ASSERT_LE(0, self->gen);
	ASSERT_LE(0, tw_ns_new());
}

FIXTURE_TEARDOWN(twgen)
{
}

/* Addresses, ports and side of its sockets, as inet_diag tells them. */
TEST_F(twgen, tuples)
{
	struct tw_conn conn = {
		.family = TW_V4, .local = "127.0.0.7", .remote = "127.0.0.9",
		.port = PORT, .lport = 4000,
	};
	struct tw_count c;

	EXPECT_EQ(1, tw_gen(self->gen, &conn, 1));
	ASSERT_EQ(0, tw_count_diag(&c));
	EXPECT_EQ(1, c.n[TW_TW][TW_V4]);
	EXPECT_EQ(1, tw_count_total(&c));
	EXPECT_EQ(0, tw_gen_drop(self->gen, 4001));
	EXPECT_EQ(1, tw_gen_drop(self->gen, 4000));
	EXPECT_EQ(0, tw_sockstat());

	conn.lport = 0;
	conn.server_closes = true;
	EXPECT_EQ(10, tw_gen(self->gen, &conn, 10));
	EXPECT_EQ(10, tw_gen_drop(self->gen, PORT));
	EXPECT_EQ(0, tw_sockstat());
}

/* It stops at the caller's namespace. */
TEST_F(twgen, namespaces)
{
	struct tw_conn conn = { .family = TW_V6, .port = PORT };
	int first = tw_ns_fd(), second;

	EXPECT_EQ(10, tw_gen(self->gen, &conn, 10));
	second = tw_ns_new();
	ASSERT_LE(0, second);
	EXPECT_EQ(0, tw_sockstat());
	EXPECT_EQ(20, tw_gen(self->gen, &conn, 20));
	EXPECT_EQ(20, tw_sockstat());
	EXPECT_EQ(20, tw_gen_drop(self->gen, 0));
	EXPECT_EQ(0, tw_sockstat());
	ASSERT_EQ(0, tw_ns_enter(first));
	EXPECT_EQ(10, tw_sockstat());
	EXPECT_EQ(10, tw_gen_drop(self->gen, 0));
}

/* A side that closes and numbers that cannot be. */
TEST_F(twgen, bad_arguments)
{
	struct twgen_make arg = {
		.listener = -1, .closer = 99, .count = 1, .addresses = 1,
	};

	tw_addr(&arg.remote, TW_V4, NULL, PORT);
	arg.local.v4.sin_family = AF_INET;
	EXPECT_EQ(-1, ioctl(self->gen, TWGEN_MAKE, &arg));
	EXPECT_EQ(EINVAL, errno);
	arg.closer = TWGEN_CLIENT;
	arg.listener = self->gen;
	EXPECT_EQ(-1, ioctl(self->gen, TWGEN_MAKE, &arg));
	EXPECT_EQ(ENOTSOCK, errno);
	arg.listener = -1;
	arg.remote.v4.sin_family = AF_UNIX;
	EXPECT_EQ(-1, ioctl(self->gen, TWGEN_MAKE, &arg));
	EXPECT_EQ(EINVAL, errno);
	tw_addr(&arg.remote, TW_V4, NULL, PORT);
	arg.addresses = 0;
	EXPECT_EQ(-1, ioctl(self->gen, TWGEN_MAKE, &arg));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, ioctl(self->gen, _IO('w', 99)));
	EXPECT_EQ(ENOTTY, errno);
	EXPECT_EQ(0, tw_sockstat());
}

/* One minisocket for each connection, not two, not none. */
TEST_F_TIMEOUT(twgen, exact, 60)
{
	struct tw_conn conn = { .family = TW_V4, .port = PORT };
	int n = 10000 / tw_slow();

	TH_LOG("%d sockets", n);
	ASSERT_EQ(n, tw_gen(self->gen, &conn, n));
	EXPECT_TRUE(tw_wait_sockstat(n));
	EXPECT_EQ(0, tw_gen_drop(self->gen, PORT + 1));
	EXPECT_EQ(n, tw_gen_drop(self->gen, PORT));
	EXPECT_EQ(0, tw_sockstat());
}

/* Where both ends close at once, one on either side. */
TEST_F_TIMEOUT(twgen, both_sides, 60)
{
	struct tw_conn conn = {
		.family = TW_MAPPED, .port = PORT, .both_close = true,
	};
	int listener = tw_listen(TW_V6, "::", PORT + 1);

	ASSERT_LE(0, listener);
	ASSERT_EQ(1000, tw_gen(self->gen, &conn, 1000));
	EXPECT_TRUE(tw_wait_sockstat(2000));
	EXPECT_EQ(2000, tw_gen_drop(self->gen, PORT));
	EXPECT_EQ(0, tw_sockstat());
}

/* Or on none of them, and nothing else is left either. */
TEST_F(twgen, resets)
{
	struct tw_conn conn = {
		.family = TW_V6, .port = PORT, .reset = true,
	};
	struct tw_count c;

	ASSERT_EQ(500, tw_gen(self->gen, &conn, 500));
	EXPECT_EQ(0, tw_sockstat());
	ASSERT_EQ(0, tw_count_diag(&c));
	EXPECT_EQ(0, tw_count_total(&c));
}

/* It keeps to the buckets that it is told. */
TEST_F(twgen, buckets)
{
	struct tw_conn conn = { .family = TW_V4, .port = PORT };
	struct twgen_chain *chains;
	unsigned int first = 0;
	long long in_first = 0;
	size_t n;

	ASSERT_EQ(1000, tw_gen(self->gen, &conn, 1000));
	chains = tw_gen_chains(self->gen, TWGEN_EHASH, &n);
	ASSERT_NE(NULL, chains);
	/* Newer kernels have consecutive ports in consecutive buckets. */
	for (; first < n && in_first < 250; first++)
		in_first += chains[first].tw;
	EXPECT_LE(250, in_first);
	EXPECT_GT(300, in_first);
	EXPECT_EQ(1000 - in_first, tw_gen_drop_in(self->gen, PORT, first, 0));
	EXPECT_EQ(0, tw_gen_drop_in(self->gen, 0, first, n));
	EXPECT_EQ(in_first, tw_gen_drop_in(self->gen, 0, 0, first));
	EXPECT_EQ(0, tw_sockstat());
}

/* Groups of as many sockets each, by local address and by remote address. */
static int expect_groups(enum tw_side side, size_t n, long long each)
{
	struct tw_groups groups = {};
	int bad;
	size_t i;

	if (tw_ss_groups(&groups))
		return -1;
	bad = groups.n != n;
	for (i = 0; i < groups.n; i++)
		bad += groups.g[i].side != side || groups.g[i].tw != each;
	if (bad)
		tw_log("%zu groups, not %zu of %lld each", groups.n, n, each);
	tw_groups_free(&groups);
	return bad;
}

FIXTURE(groups) {
	struct tw_conn conn;
	int gen;
};

FIXTURE_VARIANT(groups) {
	enum tw_family family;
	const char *local;
};

FIXTURE_VARIANT_ADD(groups, v4) { .family = TW_V4, .local = "127.1.0.250" };
FIXTURE_VARIANT_ADD(groups, v6) { .family = TW_V6, .local = "fd77::fffa" };
FIXTURE_VARIANT_ADD(groups, mapped) {
	.family = TW_MAPPED, .local = "127.1.0.250"
};

FIXTURE_SETUP(groups)
{
	self->gen = tw_gen_open();
	ASSERT_LE(0, self->gen);
	ASSERT_LE(0, tw_ns_new());
	ASSERT_EQ(0, tw_ns_own_v6());
	self->conn = (struct tw_conn) {
		.family = variant->family, .local = variant->local,
		.port = PORT, .addresses = 500,
	};
}

FIXTURE_TEARDOWN(groups)
{
}

/* Every address has its connections, on the side that closed. */
TEST_F(groups, outbound)
{
	ASSERT_EQ(1000, tw_gen(self->gen, &self->conn, 1000));
	ASSERT_TRUE(tw_wait_sockstat(1000));
	EXPECT_EQ(0, expect_groups(TW_OUTBOUND, 500, 2));
	EXPECT_EQ(1000, tw_gen_drop(self->gen, 0));
}

TEST_F(groups, inbound)
{
	self->conn.server_closes = true;
	ASSERT_EQ(1500, tw_gen(self->gen, &self->conn, 1500));
	ASSERT_LE(0, tw_listen(variant->family, NULL, PORT));
	ASSERT_TRUE(tw_wait_sockstat(1500));
	EXPECT_EQ(0, expect_groups(TW_INBOUND, 500, 3));
	EXPECT_EQ(1500, tw_gen_drop(self->gen, 0));
}

static long long per_second(long long n, long long start)
{
	return n * 1000000000 / (tw_now_ns() - start);
}

/*
 * TIME-WAIT sockets a second: the reason why twgen exists, on kernels made to be
 * fast.  Runs alternate, and medians are compared.
 */
TEST_F_TIMEOUT(twgen, rate, 120)
{
	struct tw_conn conn = { .family = TW_V4, .port = PORT };
	struct tw_conn both = conn;
	long long user[5], twgen[5], start;
	int n = 500 / tw_slow();

	both.both_close = true;
	for (int i = 0; i < 5; i++) {
		start = tw_now_ns();
		ASSERT_EQ(n, tw_make(&conn, n));
		user[i] = per_second(n, start);
		start = tw_now_ns();
		ASSERT_EQ(n, tw_gen(self->gen, &both, n));
		twgen[i] = per_second(2 * n, start);
		ASSERT_TRUE(tw_wait_sockstat(3 * n));
		ASSERT_EQ(3 * n, tw_gen_drop(self->gen, 0));
	}
	tw_sort(user, 5);
	tw_sort(twgen, 5);
	tw_log("TIME-WAIT sockets a second: system calls %lld, twgen %lld, %.1f times as many",
	       user[2], twgen[2], (double)twgen[2] / user[2]);
	if (tw_slow() == 1)
		EXPECT_GT(twgen[2], user[2]);
}

TEST_HARNESS_MAIN
