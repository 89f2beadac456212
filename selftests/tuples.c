// SPDX-License-Identifier: GPL-2.0
/*
 * tuples - a row per group of sockets that draw from one supply of ports: every
 * row against the list of ss, which is grouped here.  What it says of the supply
 * is in supply.c, what it does with more groups than it counts in scale.c.
 */
#include <arpa/inet.h>
#include <fcntl.h>

#include "kselftest_harness.h"
#include "twlib.h"
#include "twss.h"

#define PORT	5000
#define SPACES	5
#define LOOP	"127.0.0.1"

/* By how much a time of the kernel's may be off: ticks, here and there. */
#define SLACK_MS	30

/* A row of ours: what it holds, and that it is there once. */
static int row_diff(enum tw_side side, const char *local, const char *remote,
		    int port, int dev, long long tw, long long fw2,
		    long long live)
{
	struct tw_file *f = tw_load("tuples");
	int row = tw_tuples_row(f, side, local, remote, port, dev), bad;

	if (row < 0) {
		tw_log("no row: %s %s %s %d dev %d", tw_sides[side], local,
		       remote, port, dev);
		return -1;
	}
	bad = tw_cell(f, row, "netns") != tw_ns_inode() ||
	      tw_cell(f, row, "tw") != tw || tw_cell(f, row, "fw2") != fw2 ||
	      tw_cell(f, row, "live") != live;
	if (bad)
		tw_log("%s %s %s %d: tw %lld fw2 %lld live %lld",
		       tw_sides[side], local, remote, port,
		       tw_cell(f, row, "tw"), tw_cell(f, row, "fw2"),
		       tw_cell(f, row, "live"));
	tw_free(f);
	return bad;
}

FIXTURE(tuples) {
	int ns[2];	/* init's and ours */
	int gen;
};

FIXTURE_SETUP(tuples)
{
	self->gen = tw_gen_open();
	ASSERT_LE(0, self->gen);
	self->ns[0] = tw_ns_fd();
	ASSERT_LE(0, self->ns[0]);
	ASSERT_TRUE(tw_ns_wait(1));
	self->ns[1] = tw_ns_new();
	ASSERT_LE(0, self->ns[1]);
}

FIXTURE_TEARDOWN(tuples)
{
}

#define EXPECT_SS_AGREES()	EXPECT_EQ(0, tw_tuples_diff(self->ns, 2))

TEST_F(tuples, empty)
{
	struct tw_file *f = tw_load("tuples");

	ASSERT_NE(NULL, f);
	EXPECT_EQ(0U, f->nrows);
	EXPECT_EQ(0, tw_get(f, "groups"));
	EXPECT_EQ(1, tw_get(f, "complete"));
	EXPECT_EQ(0, tw_get(f, "unlisted_max"));
	EXPECT_EQ(0, tw_get(f, "detailed"));
	EXPECT_EQ(0, tw_get(f, "sockets"));
	EXPECT_EQ(0, tw_get(f, "binds_overflow"));
	EXPECT_SS_AGREES();
}

/* Clients of both families on one supply are one group. */
TEST_F(tuples, mapped_is_v4)
{
	struct tw_conn conn = { .family = TW_V4, .port = PORT };
	struct tw_file *f;

	ASSERT_EQ(20, tw_make(&conn, 20));
	conn.family = TW_MAPPED;
	ASSERT_EQ(30, tw_make(&conn, 30));
	ASSERT_TRUE(tw_wait_sockstat(50));
	EXPECT_EQ(0, row_diff(TW_OUTBOUND, LOOP, LOOP, PORT, 0, 50, 0, 0));
	f = tw_load("tuples");
	EXPECT_EQ(1U, f->nrows);
	EXPECT_SS_AGREES();
}

/* The same of a server, which knows its v4 clients by a mapped address. */
TEST_F(tuples, dual_stack)
{
	struct tw_conn conn = {
		.family = TW_V4, .port = PORT, .lport = 20000,
	};
	int listener, client, server;

	listener = tw_listen(TW_V6, "::", PORT);
	ASSERT_LE(0, listener);
	for (int i = 0; i < 30; i++, conn.lport++) {
		ASSERT_EQ(0, tw_pair(&conn, listener, &client, &server));
		ASSERT_EQ(0, tw_close(server, client));
	}
	close(listener);
	conn.server_closes = true;
	ASSERT_EQ(15, tw_make(&conn, 15));
	ASSERT_LE(0, tw_listen(TW_V4, "0.0.0.0", PORT));
	ASSERT_TRUE(tw_wait_sockstat(45));
	EXPECT_EQ(0, row_diff(TW_INBOUND, LOOP, LOOP, PORT, 0, 45, 0, 0));
	EXPECT_SS_AGREES();
}

/* A device makes it another group. */
TEST_F(tuples, device)
{
	struct tw_conn conn = { .family = TW_V4, .port = PORT };
	int listener, client, server;

	ASSERT_EQ(10, tw_make(&conn, 10));
	conn.device = "lo";
	ASSERT_EQ(15, tw_make(&conn, 15));
	listener = tw_listen(TW_V4, NULL, PORT);
	ASSERT_EQ(0, tw_pair(&conn, listener, &client, &server));
	ASSERT_TRUE(tw_wait_sockstat(25));
	EXPECT_EQ(0, row_diff(TW_OUTBOUND, LOOP, LOOP, PORT, 0, 10, 0, 0));
	EXPECT_EQ(0, row_diff(TW_OUTBOUND, LOOP, LOOP, PORT, 1, 15, 0, 1));
	EXPECT_EQ(0, row_diff(TW_INBOUND, LOOP, LOOP, PORT, 0, 0, 0, 1));
	EXPECT_SS_AGREES();
}

/* Ports that bind() chose, below those that connect() chooses and among them. */
TEST_F(tuples, bound_clients)
{
	struct tw_conn conn = {
		.family = TW_V4, .port = PORT, .lport = 10000,
	};

	ASSERT_EQ(12, tw_make(&conn, 12));
	ASSERT_TRUE(tw_wait_sockstat(12));
	EXPECT_EQ(0, row_diff(TW_BOUND, LOOP, LOOP, PORT, 0, 12, 0, 0));
	EXPECT_SS_AGREES();
	conn.lport = 40000;
	ASSERT_EQ(5, tw_make(&conn, 5));
	ASSERT_TRUE(tw_wait_sockstat(17));
	EXPECT_EQ(0, row_diff(TW_BOUND, LOOP, LOOP, PORT, 0, 17, 0, 0));
}

/* A server's sockets, with its listener, without it, with it again. */
TEST_F(tuples, listener_gone)
{
	struct tw_conn conn = {
		.family = TW_V6, .port = PORT, .lport = 40000,
		.server_closes = true,
	};
	int listener;

	ASSERT_EQ(25, tw_make(&conn, 25));
	ASSERT_TRUE(tw_wait_sockstat(25));
	EXPECT_EQ(0, row_diff(TW_BOUND, "::1", "::1", PORT, 0, 25, 0, 0));
	EXPECT_SS_AGREES();
	listener = tw_listen(TW_V6, NULL, PORT);
	ASSERT_LE(0, listener);
	EXPECT_EQ(0, row_diff(TW_INBOUND, "::1", "::1", PORT, 0, 25, 0, 0));
	EXPECT_SS_AGREES();
	close(listener);
	/* Whatever the clients' ports are. */
	conn.lport = 10000;
	ASSERT_EQ(3, tw_make(&conn, 3));
	ASSERT_TRUE(tw_wait_sockstat(28));
	EXPECT_EQ(0, row_diff(TW_BOUND, "::1", "::1", PORT, 0, 28, 0, 0));
	EXPECT_SS_AGREES();
	/* One alone on its port can't be told from a client. */
	conn.port = PORT + 1;
	ASSERT_EQ(1, tw_make(&conn, 1));
	ASSERT_TRUE(tw_wait_sockstat(29));
	EXPECT_EQ(0, row_diff(TW_BOUND, "::1", "::1", 10000, 0, 1, 0, 0));
	EXPECT_SS_AGREES();
}

/* FIN-WAIT-2 minisockets, full sockets in FIN-WAIT-2, and all others. */
TEST_F(tuples, states)
{
	struct tw_conn conn = { .family = TW_V4, .port = PORT };
	int ends[10], listener, client[8], server[8];

	ASSERT_EQ(40, tw_make(&conn, 40));
	ASSERT_EQ(10, tw_make_fw2(&conn, 10, ends));
	listener = tw_listen(TW_V4, NULL, PORT);
	for (int i = 0; i < 8; i++) {
		ASSERT_EQ(0, tw_pair(&conn, listener, &client[i], &server[i]));
		if (i < 3) {
			ASSERT_EQ(0, shutdown(client[i], SHUT_WR));
		}
	}
	ASSERT_TRUE(tw_wait_state(TW_FIN_WAIT2, 3));
	ASSERT_TRUE(tw_wait_sockstat(50));
	EXPECT_EQ(0, row_diff(TW_OUTBOUND, LOOP, LOOP, PORT, 0, 40, 10, 8));
	EXPECT_EQ(0, row_diff(TW_INBOUND, LOOP, LOOP, PORT, 0, 0, 0, 18));
	EXPECT_SS_AGREES();
	/* The other FIN makes them TIME-WAIT. */
	for (int i = 0; i < 4; i++)
		close(ends[i]);
	ASSERT_TRUE(tw_wait_state(TW_TW, 44));
	EXPECT_EQ(0, row_diff(TW_OUTBOUND, LOOP, LOOP, PORT, 0, 44, 6, 8));
	EXPECT_SS_AGREES();
}

/* Each with its own number, so that none can be taken for another. */
static int populate(int gen, int i)
{
	static int ends[2 * SPACES];
	struct tw_conn conn = { .family = i % TW_FAMILIES, .port = PORT + i };
	struct tw_conn round = {
		.family = TW_V6, .port = 80, .local = "fd77::100",
		.remote = "fd77::1", .addresses = 10 + i,
	};
	int n = 0;

	n += tw_make(&conn, 10 * i + 3);
	conn.port = PORT;
	n += tw_gen(gen, &conn, 5);
	n += tw_make_fw2(&conn, i, ends + 2 * i);
	conn.server_closes = true;
	conn.port = PORT + 10 + i;
	n += tw_make(&conn, 4 + i);
	n += tw_gen(gen, &round, 30 + 3 * i);
	round.server_closes = true;
	round.port = 443;
	n += tw_gen(gen, &round, 30 + 3 * i);
	if (tw_listen(conn.family, NULL, conn.port) < 0 ||
	    tw_listen(TW_V6, "::", 443) < 0)
		return -1;
	return n;
}

/* The same addresses and ports again are other groups. */
TEST_F(tuples, namespaces)
{
	int ns[SPACES + 1] = { self->ns[0] };

	for (int i = 0; i < SPACES; i++) {
		ns[i + 1] = i ? tw_ns_new() : self->ns[1];
		ASSERT_LE(0, ns[i + 1]);
		ASSERT_EQ(0, tw_ns_own_v6());
		ASSERT_EQ(72 + 18 * i, populate(self->gen, i));
		ASSERT_TRUE(tw_wait_sockstat(72 + 18 * i));
	}
	EXPECT_EQ(0, tw_tuples_diff(ns, SPACES + 1));
}

/* Rank of a row's side in the order that the document gives. */
static int side_of(const struct tw_file *f, size_t row)
{
	int side = 0;

	while (side < TW_SIDES && strcmp(tw_text(f, row, "side"), tw_sides[side]))
		side++;
	return side;
}

static long long sockets_of(const struct tw_file *f, size_t row)
{
	return tw_cell(f, row, "tw") + tw_cell(f, row, "fw2") +
	       tw_cell(f, row, "live");
}

/* Addresses of one family only: which comes first is not said. */
static int compare_address(const struct tw_file *f, size_t row,
			   const char *column)
{
	struct in6_addr a = tw_ss_addr(tw_text(f, row, column));
	struct in6_addr b = tw_ss_addr(tw_text(f, row + 1, column));

	if (IN6_IS_ADDR_V4MAPPED(&a) != IN6_IS_ADDR_V4MAPPED(&b))
		return -1;
	return memcmp(&a, &b, sizeof(a));
}

/* Negative if a row and the next one are in order. */
static long long order(const struct tw_file *f, size_t row)
{
	static const char *const last[] = { "port", "dev" };
	long long diff = sockets_of(f, row + 1) - sockets_of(f, row);
	int i;

	if (!diff)
		diff = tw_cell(f, row, "cookie") - tw_cell(f, row + 1, "cookie");
	if (!diff)
		diff = side_of(f, row) - side_of(f, row + 1);
	if (!diff)
		diff = compare_address(f, row, "local");
	if (!diff)
		diff = compare_address(f, row, "remote");
	for (i = 0; i < 2 && !diff; i++)
		diff = tw_cell(f, row, last[i]) - tw_cell(f, row + 1, last[i]);
	return diff;
}

/* The columns up to dev, and no more: others change as time goes by. */
static bool same_row(const struct tw_file *a, const struct tw_file *b,
		     size_t row)
{
	size_t dev = tw_column(a, "live"), i, cell = row * a->ncolumns;

	for (i = 0; i <= dev; i++, cell++) {
		if (strcmp(a->words[cell], b->words[cell]))
			return false;
	}
	return true;
}

static int rows_diff(const struct tw_file *a, const struct tw_file *b)
{
	int diff = 0;
	size_t i;

	if (a->nrows != b->nrows)
		return -1;
	for (i = 0; i < a->nrows; i++)
		diff += !same_row(a, b, i);
	return diff;
}

TEST_F(tuples, order)
{
	struct tw_file *first, *f;

	ASSERT_EQ(0, tw_ns_own_v6());
	ASSERT_EQ(108, populate(self->gen, 2));
	ASSERT_LE(0, tw_ns_new());
	ASSERT_EQ(0, tw_ns_own_v6());
	ASSERT_EQ(126, populate(self->gen, 3));
	ASSERT_TRUE(tw_wait_sockstat(126));
	first = tw_load("tuples");
	ASSERT_NE(NULL, first);
	EXPECT_LE(50U, first->nrows);
	for (size_t i = 0; i + 1 < first->nrows; i++) {
		EXPECT_GT(0, order(first, i)) {
			TH_LOG("rows %zu and %zu", i, i + 1);
		}
	}
	for (int i = 0; i < 5; i++) {
		f = tw_load("tuples");
		ASSERT_NE(NULL, f);
		EXPECT_EQ(0, rows_diff(first, f));
		tw_free(f);
	}
}

/* Two that are open at once, read in turn, are two passes and both whole. */
TEST_F(tuples, opened_twice)
{
	struct tw_conn conn = {
		.family = TW_V4, .port = PORT, .local = "127.1.0.1",
		.addresses = 1000,
	};
	char *text[2] = { malloc(1 << 20), malloc(1 << 20) };
	size_t at[2] = {};
	struct tw_file *f[2];
	ssize_t n = 1, m;
	int fd[2];

	ASSERT_EQ(2000, tw_gen(self->gen, &conn, 2000));
	ASSERT_TRUE(tw_wait_sockstat(2000));
	fd[0] = tw_open("tuples", O_RDONLY);
	ASSERT_LE(0, fd[0]);
	fd[1] = tw_open("tuples", O_RDONLY);
	ASSERT_LE(0, fd[1]);
	while (n) {
		for (int i = n = 0; i < 2; i++) {
			m = read(fd[i], text[i] + at[i], 1009);
			ASSERT_LE(0, m);
			at[i] += m;
			n += m;
		}
	}
	for (int i = 0; i < 2; i++) {
		f[i] = tw_parse("tuples", text[i], at[i]);
		ASSERT_NE(NULL, f[i]);
	}
	EXPECT_EQ(1000U, f[0]->nrows);
	EXPECT_EQ(0, rows_diff(f[0], f[1]));
	EXPECT_LE(tw_get(f[0], "time_ns"), tw_get(f[1], "time_ns"));
	EXPECT_SS_AGREES();
}

/* When something was done, by a clock of ours. */
struct span {
	long long from, to;
};

static int make_in(struct span *span, const struct tw_conn *conn, int n)
{
	span->from = tw_now_ms();
	n = tw_make(conn, n);
	span->to = tw_now_ms();
	return n;
}

/* Whether @ms is a time from some moment of @began to some moment of @now. */
static bool since(long long ms, const struct span *began,
		  const struct span *now)
{
	long long least = now->from - began->to - SLACK_MS;
	long long most = now->to - began->from + SLACK_MS;

	if (ms >= least && ms <= most)
		return true;
	tw_log("%lld ms is not from %lld to %lld", ms, least, most);
	return false;
}

/* How long ago the closings were; the clock is waited for, not the kernel. */
TEST_F(tuples, times)
{
	struct tw_conn conn = { .family = TW_V4, .port = PORT };
	struct span first, many, last, now;
	struct tw_file *f;
	int row, end;

	ASSERT_EQ(1, make_in(&first, &conn, 1));
	ASSERT_EQ(30, make_in(&many, &conn, 30));
	tw_sleep_until_ms(many.to + 3000);
	ASSERT_EQ(20, make_in(&last, &conn, 20));
	conn.port = PORT + 1;
	ASSERT_EQ(1, tw_make_fw2(&conn, 1, &end));
	ASSERT_TRUE(tw_wait_sockstat(52));
	now.from = tw_now_ms();
	f = tw_load("tuples");
	now.to = tw_now_ms();
	row = tw_tuples_row(f, TW_OUTBOUND, LOOP, LOOP, PORT, 0);
	ASSERT_LE(0, row);
	EXPECT_TRUE(since(tw_cell(f, row, "oldest_ms"), &first, &now));
	EXPECT_TRUE(since(tw_cell(f, row, "youngest_ms"), &last, &now));
	/* An emulated CPU may have needed a second for the last of them. */
	EXPECT_GE(20, tw_cell(f, row, "closed_1s"));
	if (now.to - last.from < 1000 - SLACK_MS) {
		EXPECT_EQ(20, tw_cell(f, row, "closed_1s"));
	}
	if (now.to - first.from < 10000 - SLACK_MS) {
		EXPECT_EQ(51, tw_cell(f, row, "closed_10s"));
	}
	row = tw_tuples_row(f, TW_OUTBOUND, LOOP, LOOP, PORT + 1, 0);
	ASSERT_LE(0, row);
	EXPECT_EQ(1, tw_cell(f, row, "fw2"));
	EXPECT_EQ(-1, tw_cell(f, row, "oldest_ms"));
	EXPECT_EQ(-1, tw_cell(f, row, "youngest_ms"));
	EXPECT_EQ(0, tw_cell(f, row, "closed_1s"));
	EXPECT_EQ(0, tw_cell(f, row, "closed_10s"));

	tw_sleep_until_ms(many.to + 10000 + SLACK_MS);
	now.from = tw_now_ms();
	f = tw_load("tuples");
	now.to = tw_now_ms();
	row = tw_tuples_row(f, TW_OUTBOUND, LOOP, LOOP, PORT, 0);
	EXPECT_EQ(0, tw_cell(f, row, "closed_1s"));
	EXPECT_EQ(now.to - last.from < 10000 - SLACK_MS ? 20 : 0,
		  tw_cell(f, row, "closed_10s"));
	EXPECT_TRUE(since(tw_cell(f, row, "oldest_ms"), &first, &now));
}

TEST_HARNESS_MAIN
