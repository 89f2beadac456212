// SPDX-License-Identifier: GPL-2.0
/*
 * once - exactly once: each of 20,000 TIME-WAIT sockets on one port is reported
 * by every file, and none of them twice, while other sockets are opened and
 * closed on every CPU as fast as the guest can.
 */
#include "kselftest_harness.h"
#include "twlib.h"

#define PORT	5000
#define MARKED	(20000LL / tw_slow())
#define READS	200
/* Of a table of its own: chains of 156, long ones, yet far from a flooded one. */
#define BUCKETS	(128 / tw_slow())

/*
 * The marked sockets are of IPv4 in a namespace of their own, the others of
 * IPv6 in that one and in another: so that each file has a figure that is
 * theirs alone, or, where none of the others enters TIME-WAIT, more of them.
 */
FIXTURE(once) {
	struct tw_churn churn;
	struct twgen_chain *chains;
	size_t n;
	long long inode;
	int gen;
	int ns[2];
};

FIXTURE_VARIANT(once) {
	bool own;
};

FIXTURE_VARIANT_ADD(once, shared_table) { .own = false };
FIXTURE_VARIANT_ADD(once, own_table) { .own = true };

FIXTURE_SETUP(once)
{
	struct tw_conn conn = {
		.family = TW_V4, .port = PORT, .server_closes = true,
	};

	self->gen = tw_gen_open();
	ASSERT_LE(0, self->gen);
	ASSERT_TRUE(tw_ns_wait(1));
	if (variant->own && tw_cap("has_own_ehash") != 1)
		SKIP(return, "has_own_ehash: no table is a namespace's own");
	self->ns[1] = tw_ns_new();
	ASSERT_LE(0, self->ns[1]);
	if (variant->own) {
		ASSERT_EQ(0, tw_sysctl("net/ipv4/tcp_child_ehash_entries",
				       BUCKETS));
	}
	self->ns[0] = tw_ns_new();
	ASSERT_LE(0, self->ns[0]);
	self->inode = tw_ns_inode();
	/* They live for as long as this file is open: before there is one. */
	ASSERT_EQ(0, tw_gen_hold(self->gen, PORT));
	ASSERT_EQ(MARKED, tw_gen(self->gen, &conn, MARKED));
	ASSERT_TRUE(tw_wait_sockstat(MARKED));
	self->chains = tw_gen_chains(self->gen, TWGEN_EHASH, &self->n);
	ASSERT_NE(NULL, self->chains);
	ASSERT_EQ(0, tw_churn_start(&self->churn, TW_V6, PORT + 1, self->ns,
				    2));
}

FIXTURE_TEARDOWN(once)
{
	close(self->gen);
}

/* What a file may say. */
struct bounds {
	long long inode;
	long long table;		/* as ehash_buckets names it */
	const struct twgen_chain *chains;
	size_t n;
	long long others;		/* other TIME-WAIT sockets, at most */
};

static int is(const char *what, long long seen, long long least,
	      long long most)
{
	if (seen >= least && seen <= most)
		return 0;
	tw_log("%s: %lld, not %lld to %lld", what, seen, least, most);
	return 1;
}

/* The sums over all TIME-WAIT sockets, whosever. */
static int all_are(const struct tw_file *f, const struct bounds *b,
		   long long seen)
{
	return is(f->name, seen, MARKED, MARKED + b->others);
}

static int summary_differs(const struct tw_file *f, const struct bounds *b)
{
	return is("port.0.port", tw_get(f, "port.0.port"), PORT, PORT) +
	       is("port.0.tw", tw_get(f, "port.0.tw"), MARKED, MARKED) +
	       is("port.0.fw2", tw_get(f, "port.0.fw2"), 0, 0) +
	       is("port.0.live", tw_get(f, "port.0.live"), 0, 0) +
	       is("tw_v4", tw_get(f, "tw_v4"), MARKED, MARKED) +
	       all_are(f, b, tw_get(f, "tw")) +
	       all_are(f, b, tw_get(f, "tw_kernel"));
}

/* Row by row: a socket that is here twice is missing nowhere else. */
static int buckets_differ(const struct tw_file *f, const struct bounds *b)
{
	int table = tw_column(f, "table"), bucket = tw_column(f, "bucket");
	int tw = tw_column(f, "tw");
	long long *seen = tw_need(calloc(b->n, sizeof(*seen)));
	int bad = 0;
	size_t i;

	for (i = 0; i < f->nrows; i++) {
		const long long *row = &f->cells[i * f->ncolumns];

		if (row[table] == b->table && row[bucket] < (long long)b->n)
			seen[row[bucket]] += row[tw];
	}
	for (i = 0; i < b->n; i++)
		bad += is("tw of a bucket", seen[i], b->chains[i].tw,
			  b->chains[i].tw + b->others);
	free(seen);
	return bad + all_are(f, b, tw_get(f, "tw")) +
	       all_are(f, b, tw_sum(f, "tw"));
}

static int deathrow_differs(const struct tw_file *f, const struct bounds *b)
{
	return all_are(f, b, tw_get(f, "tw")) +
	       all_are(f, b, tw_sum(f, "tw") + tw_get(f, "unarmed") +
			     tw_get(f, "unplaced"));
}

static int binds_differ(const struct tw_file *f, const struct bounds *b)
{
	int row = tw_row(f, "port", PORT);

	return is("netns", tw_cell(f, row, "netns"), b->inode, b->inode) +
	       is("tw", tw_cell(f, row, "tw"), MARKED, MARKED) +
	       is("fw2", tw_cell(f, row, "fw2"), 0, 0) +
	       is("live", tw_cell(f, row, "live"), 0, 0);
}

static int tuples_differ(const struct tw_file *f, const struct bounds *b)
{
	int row = tw_row(f, "port", PORT);

	return is("netns", tw_cell(f, row, "netns"), b->inode, b->inode) +
	       is("tw", tw_cell(f, row, "tw"), MARKED, MARKED) +
	       is("fw2", tw_cell(f, row, "fw2"), 0, 0) +
	       is("live", tw_cell(f, row, "live"), 0, 0) +
	       all_are(f, b, tw_get(f, "tw"));
}

static int netns_differs(const struct tw_file *f, const struct bounds *b)
{
	int row = tw_row(f, "netns", b->inode);

	return is("tw_v4", tw_cell(f, row, "tw_v4"), MARKED, MARKED) +
	       is("fw2_v4", tw_cell(f, row, "fw2_v4"), 0, 0) +
	       is("established_v4", tw_cell(f, row, "established_v4"), 0, 0) +
	       all_are(f, b, tw_cell(f, row, "tw_kernel"));
}

/* caps has no count. */
#define FILES	6

static const struct {
	const char *name;
	int (*differs)(const struct tw_file *f, const struct bounds *b);
} files[FILES] = {
	{ "summary", summary_differs },
	{ "ehash_buckets", buckets_differ },
	{ "deathrow", deathrow_differs },
	{ "bind_buckets", binds_differ },
	{ "tuples", tuples_differ },
	{ "netns", netns_differs },
};

struct tally {
	int bad;
	int inexact;			/* reads that say they were */
	long long restarts;
	long long dropped;
	long long locked;
};

static long long dropped(const struct tw_file *f)
{
	return tw_get(f, "pass_dropped_gone") +
	       tw_get(f, "pass_dropped_moved") +
	       tw_get(f, "pass_dropped_unborn") +
	       tw_get(f, "pass_dropped_state");
}

static void read_one(struct tw_churn *churn, struct bounds *b, bool tw, int i,
		     struct tally *t)
{
	long long closed = tw_churn_closed(churn);
	struct tw_file *f = tw_load(files[i].name);
	int bad;

	if (!f) {
		t->bad++;
		return;
	}
	b->others = tw ? 2 * (tw_churn_opened(churn) - closed) : 0;
	bad = files[i].differs(f, b);
	if (bad)
		tw_log("%s: %lld restarts, %lld copies dropped", f->name,
		       tw_get(f, "pass_restarts"), dropped(f));
	t->bad += bad;
	t->inexact += tw_inexact(f) != 0;
	t->restarts += tw_get(f, "pass_restarts");
	t->dropped += dropped(f);
	t->locked += tw_get(f, "pass_lock_fallbacks");
	tw_free(f);
}

static const char *const hows[] = {
	[TW_CHURN_RESET] = "no other TIME-WAIT",
	[TW_CHURN_TW] = "other TIME-WAIT",
};

TEST_F_TIMEOUT(once, each_read, 240)
{
	struct bounds b = {
		.inode = self->inode, .table = variant->own ? self->inode : 0,
		.chains = self->chains, .n = self->n,
	};
	struct tw_churn *churn = &self->churn;

	for (int how = TW_CHURN_RESET; how <= TW_CHURN_TW; how++) {
		struct tally t = {};
		long long ms, closed;

		ASSERT_EQ(0, tw_churn_how(churn, how));
		ms = tw_now_ms();
		closed = tw_churn_closed(churn);
		for (int i = 0; i < READS / 2; i++)
			read_one(churn, &b, how == TW_CHURN_TW, i % FILES, &t);
		ms = tw_now_ms() - ms;
		closed = tw_churn_closed(churn) - closed;
		TH_LOG("%lld marked, %d reads in %lld ms, %s", MARKED,
		       READS / 2, ms, hows[how]);
		TH_LOG("%lld others opened and closed a second, on %d CPUs",
		       2000 * closed / (ms + 1), churn->n);
		TH_LOG("%lld chains walked again, %lld under their lock",
		       t.restarts, t.locked);
		TH_LOG("%lld copies dropped, %d reads inexact", t.dropped,
		       t.inexact);
		EXPECT_EQ(0, t.bad);
		/* None of these chains is long enough for that. */
		EXPECT_EQ(0, t.inexact);
		EXPECT_LT(0, closed);
	}
	ASSERT_EQ(0, tw_churn_stop(churn));
	EXPECT_EQ(MARKED, tw_sockstat());
}

TEST_HARNESS_MAIN
