// SPDX-License-Identifier: GPL-2.0
/*
 * totals - counts of minisockets, established sockets and listeners, by family
 * and side, in netns and in summary, against inet_diag, /proc/net/tcp{,6} and
 * sockstat.  The states that need a peer of their own are in states.c.
 */
#include "kselftest_harness.h"
#include "twlib.h"

#define PORT 5000

/* What netns says of our namespace is what every oracle says. */
#define EXPECT_ORACLES_AGREE() do {					\
	struct tw_count row, diag, proc;				\
	struct tw_file *f = tw_load("netns");				\
	int r;								\
									\
	ASSERT_NE(NULL, f);						\
	r = tw_row(f, "netns", tw_ns_inode());				\
	ASSERT_EQ(0, tw_count_row(f, r, &row));				\
	ASSERT_EQ(0, tw_count_diag(&diag));				\
	ASSERT_EQ(0, tw_count_proc(&proc));				\
	EXPECT_EQ(0, tw_count_diff("netns", &row, "inet_diag", &diag));	\
	tw_count_merge_syn_recv(&diag);					\
	EXPECT_EQ(0, tw_count_diff("inet_diag", &diag, "proc", &proc));	\
	EXPECT_EQ(tw_sockstat(), tw_count_state(&row, TW_TW) +		\
		  tw_count_state(&row, TW_FW2));			\
	EXPECT_EQ(tw_sockstat(), tw_cell(f, r, "tw_kernel"));		\
	EXPECT_EQ(0, tw_inexact(f));					\
	tw_free(f);							\
} while (0)

/* One cell of our row of netns. */
static long long row_cell(enum tw_state s, enum tw_family family)
{
	struct tw_file *f = tw_load("netns");
	int row = tw_row(f, "netns", tw_ns_inode());
	struct tw_count c;

	if (!f || tw_count_row(f, row, &c))
		return -1;
	tw_free(f);
	return c.n[s][family];
}

FIXTURE(closed) {
	struct tw_conn conn;
};

FIXTURE_VARIANT(closed) {
	enum tw_family family;
	bool inbound;
};

FIXTURE_VARIANT_ADD(closed, v4_outbound) { .family = TW_V4 };
FIXTURE_VARIANT_ADD(closed, v4_inbound) { .family = TW_V4, .inbound = true };
FIXTURE_VARIANT_ADD(closed, v6_outbound) { .family = TW_V6 };
FIXTURE_VARIANT_ADD(closed, v6_inbound) { .family = TW_V6, .inbound = true };
FIXTURE_VARIANT_ADD(closed, mapped_outbound) { .family = TW_MAPPED };
FIXTURE_VARIANT_ADD(closed, mapped_inbound) {
	.family = TW_MAPPED, .inbound = true
};

FIXTURE_SETUP(closed)
{
	ASSERT_LE(0, tw_ns_new());
	self->conn = (struct tw_conn) {
		.family = variant->family,
		.port = PORT,
		.server_closes = variant->inbound,
	};
}

FIXTURE_TEARDOWN(closed)
{
}

/* Made by system calls, of 1,000 sockets 1,000 are seen; on a slow kernel fewer. */
TEST_F(closed, tw)
{
	int n = 1000 / tw_slow();

	TH_LOG("%d sockets", n);
	ASSERT_EQ(n, tw_make(&self->conn, n));
	ASSERT_TRUE(tw_wait_sockstat(n));
	ASSERT_TRUE(tw_wait_state(TW_TW, n));
	EXPECT_EQ(n, row_cell(TW_TW, variant->family));
	EXPECT_ORACLES_AGREE();
}

/* The same, made inside the kernel. */
TEST_F(closed, tw_of_twgen)
{
	int gen = tw_gen_open(), n = 1000 / tw_slow();

	ASSERT_LE(0, gen);
	ASSERT_EQ(n, tw_gen(gen, &self->conn, n));
	ASSERT_TRUE(tw_wait_sockstat(n));
	ASSERT_TRUE(tw_wait_state(TW_TW, n));
	EXPECT_EQ(n, row_cell(TW_TW, variant->family));
	EXPECT_ORACLES_AGREE();
	EXPECT_EQ(n, tw_gen_drop(gen, 0));
	EXPECT_EQ(0, row_cell(TW_TW, variant->family));
	EXPECT_ORACLES_AGREE();
}

/*
 * FIN-WAIT-2 minisockets: one end closed, the other not.  The open ends are
 * in CLOSE-WAIT and are counted as such.
 */
TEST_F(closed, fw2)
{
	int ends[100];

	ASSERT_EQ(100, tw_make_fw2(&self->conn, 100, ends));
	ASSERT_TRUE(tw_wait_sockstat(100));
	EXPECT_EQ(100, row_cell(TW_FW2, variant->family));
	EXPECT_EQ(100, row_cell(TW_CLOSE_WAIT, variant->family));
	EXPECT_EQ(0, row_cell(TW_TW, variant->family));
	EXPECT_ORACLES_AGREE();
	/* The other FIN makes them TIME-WAIT. */
	for (int i = 0; i < 40; i++)
		close(ends[i]);
	ASSERT_TRUE(tw_wait_state(TW_TW, 40));
	EXPECT_EQ(60, row_cell(TW_FW2, variant->family));
	EXPECT_EQ(40, row_cell(TW_TW, variant->family));
	EXPECT_ORACLES_AGREE();
}

/* Both ends of a living connection are sockets of the table. */
TEST_F(closed, established)
{
	int listener, client[50], server[50];

	listener = tw_listen(variant->family, NULL, PORT);
	ASSERT_LE(0, listener);
	for (int i = 0; i < 50; i++) {
		ASSERT_EQ(0, tw_pair(&self->conn, listener, &client[i],
				     &server[i]));
	}
	EXPECT_EQ(100, row_cell(TW_ESTABLISHED, variant->family));
	EXPECT_ORACLES_AGREE();
	/* shutdown() alone makes a full socket in FIN-WAIT-2. */
	for (int i = 0; i < 20; i++) {
		ASSERT_EQ(0, shutdown(client[i], SHUT_WR));
	}
	/* the ACK of a FIN may be late */
	ASSERT_TRUE(tw_wait_state(TW_FIN_WAIT2, 20));
	EXPECT_EQ(60, row_cell(TW_ESTABLISHED, variant->family));
	EXPECT_EQ(20, row_cell(TW_FIN_WAIT2, variant->family));
	EXPECT_EQ(20, row_cell(TW_CLOSE_WAIT, variant->family));
	EXPECT_EQ(0, row_cell(TW_FW2, variant->family));
	EXPECT_ORACLES_AGREE();
}

FIXTURE(mixed) {
	int init;
	int ns;
};

FIXTURE_SETUP(mixed)
{
	self->init = tw_ns_fd();
	ASSERT_LE(0, self->init);
	/* summary would have what is left of an earlier one */
	ASSERT_TRUE(tw_ns_wait(1));
	self->ns = tw_ns_new();
	ASSERT_LE(0, self->ns);
}

FIXTURE_TEARDOWN(mixed)
{
}

/* A v4 client of a dual-stack server: one end is v4, the other mapped. */
TEST_F(mixed, dual_stack)
{
	struct tw_conn conn = { .family = TW_V4, .port = PORT };
	int listener, client, server;

	listener = tw_listen(TW_V6, "::", PORT);
	ASSERT_LE(0, listener);
	for (int i = 0; i < 30; i++) {
		conn.lport = 20000 + i;
		ASSERT_EQ(0, tw_pair(&conn, listener, &client, &server));
		ASSERT_EQ(0, i < 10 ? tw_close(client, server) :
				      tw_close(server, client));
	}
	ASSERT_TRUE(tw_wait_sockstat(30));
	ASSERT_TRUE(tw_wait_state(TW_TW, 30));
	EXPECT_EQ(10, row_cell(TW_TW, TW_V4));
	EXPECT_EQ(20, row_cell(TW_TW, TW_MAPPED));
	EXPECT_EQ(0, row_cell(TW_TW, TW_V6));
	EXPECT_ORACLES_AGREE();
}

TEST_F(mixed, listeners)
{
	struct tw_file *f;
	int row;

	for (int i = 0; i < 7; i++) {
		ASSERT_LE(0, tw_listen(TW_V4, NULL, PORT + i));
	}
	for (int i = 0; i < 5; i++) {
		ASSERT_LE(0, tw_listen(TW_V6, NULL, PORT + i));
	}
	ASSERT_LE(0, tw_listen(TW_V6, "::", PORT + 100));
	f = tw_load("netns");
	row = tw_row(f, "netns", tw_ns_inode());
	EXPECT_EQ(13, tw_cell(f, row, "listeners"));
	EXPECT_ORACLES_AGREE();
}

/* Each family, each with its own number, at once. */
static int populate(void)
{
	static int ends[11];
	struct tw_conn conn = { .port = PORT };
	int n = 0;

	conn.family = TW_V4;
	n += tw_make(&conn, 101);
	conn.server_closes = true;
	n += tw_make(&conn, 53);
	conn.family = TW_V6;
	n += tw_make(&conn, 37);
	conn.family = TW_MAPPED;
	conn.server_closes = false;
	conn.port = PORT + 1;
	n += tw_make(&conn, 23);
	conn.port = PORT + 2;
	n += tw_make_fw2(&conn, 11, ends);
	tw_listen(TW_V4, NULL, PORT + 3);
	return n;
}

/* summary is the sum over the namespaces, by state and by family. */
TEST_F(mixed, summary)
{
	struct tw_count sum = {}, c;
	struct tw_file *f;
	long long kernel;

	ASSERT_EQ(225, populate());
	ASSERT_TRUE(tw_wait_sockstat(225));
	ASSERT_TRUE(tw_wait_state(TW_TW, 214));
	ASSERT_EQ(0, tw_ns_enter(self->init));
	ASSERT_EQ(0, tw_count_diag(&sum));
	kernel = tw_sockstat();
	ASSERT_EQ(0, tw_ns_enter(self->ns));
	ASSERT_EQ(0, tw_count_diag(&c));
	ASSERT_EQ(154, c.n[TW_TW][TW_V4]);
	ASSERT_EQ(37, c.n[TW_TW][TW_V6]);
	ASSERT_EQ(23, c.n[TW_TW][TW_MAPPED]);
	ASSERT_EQ(11, c.n[TW_FW2][TW_MAPPED]);
	tw_count_add(&sum, &c);
	kernel += tw_sockstat();

	f = tw_load("summary");
	ASSERT_NE(NULL, f);
	for (int s = 0; s < TW_STATES; s++) {
		EXPECT_EQ(tw_count_state(&sum, s), tw_get(f, tw_states[s]));
		for (int v = 0; v < TW_FAMILIES; v++) {
			EXPECT_EQ(sum.n[s][v], tw_getf(f, "%s_%s", tw_states[s],
						       tw_families[v]));
		}
	}
	EXPECT_EQ(tw_count_total(&sum), tw_get(f, "sockets"));
	EXPECT_EQ(kernel, tw_get(f, "tw_kernel"));
	EXPECT_EQ(kernel, tw_get(f, "tw") + tw_get(f, "fw2"));
	EXPECT_EQ(sum.listeners, tw_get(f, "listeners"));
	EXPECT_EQ(0, tw_get(f, "unheld_tw"));
	EXPECT_EQ(0, tw_get(f, "unheld_sockets"));
	EXPECT_EQ(0, tw_inexact(f));
	EXPECT_ORACLES_AGREE();
}

/*
 * The busiest ports, by local and by remote port: the servers' ports as the
 * closer sees them.
 */
TEST_F(mixed, busiest_ports)
{
	long long inode = tw_ns_inode(), cookie = tw_ns_cookie();
	struct tw_file *f;

	ASSERT_EQ(225, populate());
	ASSERT_TRUE(tw_wait_sockstat(225));
	ASSERT_TRUE(tw_wait_state(TW_TW, 214));
	f = tw_load("summary");
	ASSERT_NE(NULL, f);
	/* inbound: 53 v4 and 37 v6 on the server's own port */
	EXPECT_EQ(inode, tw_get(f, "port.0.netns"));
	EXPECT_EQ(cookie, tw_get(f, "port.0.cookie"));
	EXPECT_EQ(PORT, tw_get(f, "port.0.port"));
	EXPECT_EQ(90, tw_get(f, "port.0.tw"));
	EXPECT_EQ(0, tw_get(f, "port.0.fw2"));
	EXPECT_EQ(0, tw_get(f, "port.0.live"));
	/* outbound: 101 to PORT, 23 to the next, 11 in FIN-WAIT-2 to the third */
	EXPECT_EQ(inode, tw_get(f, "rport.0.netns"));
	EXPECT_EQ(cookie, tw_get(f, "rport.0.cookie"));
	EXPECT_EQ(PORT, tw_get(f, "rport.0.port"));
	EXPECT_EQ(101, tw_get(f, "rport.0.tw"));
	EXPECT_EQ(PORT + 1, tw_get(f, "rport.1.port"));
	EXPECT_EQ(23, tw_get(f, "rport.1.tw"));
	EXPECT_EQ(PORT + 2, tw_get(f, "rport.2.port"));
	EXPECT_EQ(0, tw_get(f, "rport.2.tw"));
	EXPECT_EQ(11, tw_get(f, "rport.2.fw2"));
	EXPECT_EQ(0, tw_get(f, "rport.2.live"));
	EXPECT_EQ(0, tw_get(f, "ports_overflow"));
	EXPECT_EQ(0, tw_get(f, "rports_overflow"));
	for (int k = 0; k < 9 && tw_get(f, "ports") > k + 1; k++) {
		EXPECT_GE(tw_getf(f, "port.%d.tw", k) +
			  tw_getf(f, "port.%d.fw2", k),
			  tw_getf(f, "port.%d.tw", k + 1) +
			  tw_getf(f, "port.%d.fw2", k + 1));
	}
}

/* What the kernel does with TIME-WAIT past the limit is none at all. */
TEST_F(mixed, limit)
{
	struct tw_conn conn = { .family = TW_V4, .port = PORT };
	struct tw_file *f;
	int row;

	ASSERT_EQ(0, tw_sysctl("net/ipv4/tcp_max_tw_buckets", 70));
	ASSERT_EQ(100, tw_make(&conn, 100));
	ASSERT_TRUE(tw_wait_sockstat(70));
	ASSERT_TRUE(tw_wait_state(TW_TW, 70));
	f = tw_load("netns");
	row = tw_row(f, "netns", tw_ns_inode());
	EXPECT_EQ(70, tw_cell(f, row, "tw_max"));
	EXPECT_EQ(70, tw_cell(f, row, "tw_kernel"));
	EXPECT_EQ(70, tw_cell(f, row, "tw_v4"));
	EXPECT_ORACLES_AGREE();
}

TEST_HARNESS_MAIN
