// SPDX-License-Identifier: GPL-2.0
/*
 * netns - several network namespaces in one read: each row's name, settings
 * and sockets, against what the namespace itself says of them.
 */
#include <fcntl.h>

#include "kselftest_harness.h"
#include "twlib.h"

#define PORT	5000
#define SPACES	5

/* A namespace and what must be found in it. */
struct space {
	int fd;
	long long inode, cookie, low, high, max;
	struct tw_count count;
};

FIXTURE(netns) {
	int init;
	struct space s[SPACES];
};

/* Each one with other numbers, so that no two can be taken for each other. */
static int populate(struct space *s, int i)
{
	static int ends[SPACES * 3];
	struct tw_conn conn = { .family = i % TW_FAMILIES, .port = PORT + i };
	char range[32];

	s->fd = tw_ns_new();
	if (s->fd < 0)
		return -1;
	s->inode = tw_ns_inode();
	s->cookie = tw_ns_cookie();
	s->low = 20000 + 2 * i;
	s->high = 30001 + 14 * i;	/* the kernel likes the other parity */
	s->max = 1000 + i;
	snprintf(range, sizeof(range), "%lld %lld", s->low, s->high);
	if (tw_sysctl_text("net/ipv4/ip_local_port_range", range) ||
	    tw_sysctl("net/ipv4/tcp_max_tw_buckets", s->max))
		return -1;
	if (tw_make(&conn, 10 * i + 3) != 10 * i + 3)
		return -1;
	conn.port += SPACES;
	if (tw_make_fw2(&conn, i, ends + 3 * i) != i)
		return -1;
	while (i--) {
		if (tw_listen(TW_V4, NULL, PORT + 100 + i) < 0)
			return -1;
	}
	return 0;
}

FIXTURE_SETUP(netns)
{
	self->init = tw_ns_fd();
	ASSERT_LE(0, self->init);
	ASSERT_TRUE(tw_ns_wait(1));
	for (int i = 0; i < SPACES; i++) {
		ASSERT_EQ(0, populate(&self->s[i], i));
		ASSERT_TRUE(tw_wait_sockstat(11 * i + 3));
		/* not one more in FIN-WAIT-2, and its other end in LAST-ACK */
		ASSERT_TRUE(tw_wait_state(TW_TW, 10 * i + 3));
		ASSERT_EQ(0, tw_count_diag(&self->s[i].count));
	}
}

FIXTURE_TEARDOWN(netns)
{
}

/* The population itself is what was wanted. */
TEST_F(netns, oracle)
{
	for (int i = 0; i < SPACES; i++) {
		struct tw_count *c = &self->s[i].count;

		EXPECT_EQ(10 * i + 3, c->n[TW_TW][i % TW_FAMILIES]);
		EXPECT_EQ(i, c->n[TW_FW2][i % TW_FAMILIES]);
		EXPECT_EQ(i, c->n[TW_CLOSE_WAIT][i % TW_FAMILIES]);
		EXPECT_EQ(12 * i + 3, tw_count_total(c));
		EXPECT_EQ(i, c->listeners);
	}
}

TEST_F(netns, rows)
{
	struct tw_file *f = tw_load("netns");
	struct tw_count row;

	ASSERT_NE(NULL, f);
	EXPECT_EQ(0, tw_inexact(f));
	EXPECT_EQ(SPACES + 1, tw_get(f, "netns"));
	EXPECT_EQ(0, tw_get(f, "netns_unheld"));
	/* with the row of the others */
	EXPECT_EQ(SPACES + 2U, f->nrows);
	for (int i = 0; i < SPACES; i++) {
		struct space *s = &self->s[i];
		int r = tw_row(f, "netns", s->inode);

		ASSERT_LE(0, r);
		EXPECT_EQ(s->cookie, tw_cell(f, r, "cookie"));
		EXPECT_EQ(s->low, tw_cell(f, r, "port_low"));
		EXPECT_EQ(s->high, tw_cell(f, r, "port_high"));
		EXPECT_EQ(s->max, tw_cell(f, r, "tw_max"));
		EXPECT_EQ(11 * i + 3, tw_cell(f, r, "tw_kernel"));
		EXPECT_EQ(0, tw_cell(f, r, "own_ehash"));
		EXPECT_EQ(0, tw_cell(f, r, "table"));
		ASSERT_EQ(0, tw_count_row(f, r, &row));
		EXPECT_EQ(0, tw_count_diff("netns", &row, "inet_diag",
					   &s->count));
	}
}

/* init's row, and the first one: of those that are not held, if any. */
TEST_F(netns, first_rows)
{
	struct tw_file *f = tw_load("netns");
	struct tw_count row, count;
	long long last = 0;
	int r;

	ASSERT_NE(NULL, f);
	ASSERT_EQ(0, tw_ns_enter(self->init));
	EXPECT_EQ(0, tw_cell(f, 0, "netns"));
	EXPECT_EQ(0, tw_cell(f, 0, "cookie"));
	EXPECT_EQ(-1, tw_cell(f, 0, "tw_max"));
	EXPECT_EQ(-1, tw_cell(f, 0, "port_low"));
	EXPECT_EQ(-1, tw_cell(f, 0, "tw_kernel"));
	ASSERT_EQ(0, tw_count_row(f, 0, &row));
	EXPECT_EQ(0, tw_count_total(&row));
	r = tw_row(f, "netns", tw_ns_inode());
	EXPECT_EQ(tw_ns_cookie(), tw_cell(f, r, "cookie"));
	EXPECT_EQ(tw_sysctl_read("net/ipv4/tcp_max_tw_buckets"),
		  tw_cell(f, r, "tw_max"));
	EXPECT_EQ(tw_sysctl_read("net/ipv4/ip_local_port_range"),
		  tw_cell(f, r, "port_low"));
	EXPECT_EQ(tw_sockstat(), tw_cell(f, r, "tw_kernel"));
	ASSERT_EQ(0, tw_count_row(f, r, &row));
	ASSERT_EQ(0, tw_count_diag(&count));
	EXPECT_EQ(0, tw_count_diff("netns", &row, "inet_diag", &count));
	for (size_t i = 1; i < f->nrows; i++) {
		EXPECT_LT(last, tw_cell(f, i, "cookie"));
		last = tw_cell(f, i, "cookie");
	}
}

/* A namespace that goes takes its TIME-WAIT along; the others stay exact. */
TEST_F(netns, one_goes)
{
	struct space *gone = &self->s[SPACES - 1];
	struct tw_file *f;
	long long sum = 0;

	ASSERT_EQ(0, tw_ns_enter(self->s[0].fd));
	close(gone->fd);
	/* Its listeners and open ends hold it, too. */
	for (int fd = gone->fd + 1; fd < 1024; fd++)
		close(fd);
	ASSERT_TRUE(tw_ns_wait(SPACES));
	f = tw_load("netns");
	EXPECT_EQ(0, tw_inexact(f));
	EXPECT_EQ(SPACES + 1U, f->nrows);
	for (int i = 0; i < SPACES - 1; i++) {
		EXPECT_EQ(self->s[i].cookie,
			  tw_cell(f, tw_row(f, "netns", self->s[i].inode),
				  "cookie"));
		sum += 11 * i + 3;
	}
	f = tw_load("summary");
	EXPECT_EQ(sum, tw_get(f, "tw") + tw_get(f, "fw2"));
	EXPECT_EQ(sum, tw_get(f, "tw_kernel"));
}

TEST_HARNESS_MAIN
