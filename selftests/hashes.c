// SPDX-License-Identifier: GPL-2.0
/*
 * hashes - how sockets are spread over the established hashes, and bind buckets
 * over theirs: every row of ehash_buckets against a count of twgen's that takes
 * each chain's lock, the figures of summary against what these chains make of
 * them, and namespaces that own their table.
 */
#include "kselftest_harness.h"
#include "twlib.h"

#define PORT 5000

/* What summary says of a table, from the chains themselves. */
struct spread {
	long long nodes, empty, longest, visits, hits;
	long long bins[64 + 11];
};

/* 0 to 63 each on its own, then powers of two up to 65536+. */
static size_t bin_of(long long len)
{
	size_t bin = 64;

	if (len < 64)
		return len;
	while (len >= 128 && bin < 74) {
		len /= 2;
		bin++;
	}
	return bin;
}

static void bin_name(char *name, size_t size, size_t bin)
{
	long long low = 64LL << (bin - 64);

	if (bin < 64)
		snprintf(name, size, "%zu", bin);
	else if (bin < 74)
		snprintf(name, size, "%lld-%lld", low, low * 2 - 1);
	else
		snprintf(name, size, "%lld+", low);
}

static void spread_add(struct spread *s, long long len)
{
	s->nodes += len;
	s->empty += !len;
	s->longest = len > s->longest ? len : s->longest;
	s->hits += len * (len + 1) / 2;
	s->bins[bin_of(len)]++;
}

/* Keys T + "_chains.L"; the number of differences. */
static int spread_diff_chains(const struct spread *s, const struct tw_file *f,
			      const char *prefix)
{
	char key[80], name[40];
	long long seen;
	int diff = 0;
	size_t bin;

	for (bin = 0; bin < sizeof(s->bins) / sizeof(s->bins[0]); bin++) {
		bin_name(name, sizeof(name), bin);
		snprintf(key, sizeof(key), "%s_chains.%s", prefix, name);
		seen = tw_has(f, key) ? tw_get(f, key) : 0;
		if (tw_has(f, key) && !seen)
			diff++;		/* only bins that are not 0 */
		if (seen != s->bins[bin]) {
			tw_log("%s is %lld, not %lld", key, seen, s->bins[bin]);
			diff++;
		}
	}
	return diff;
}

static int differs(const struct tw_file *f, const char *table, const char *key,
		   long long expected)
{
	long long seen = tw_getf(f, "%s_%s", table, key);

	if (seen == expected)
		return 0;
	tw_log("%s_%s is %lld, not %lld", table, key, seen, expected);
	return 1;
}

/* A mean in thousandths may be cut or rounded. */
static int mean_differs(const struct tw_file *f, const char *table,
			const char *key, long long sum, long long n)
{
	long long seen = tw_getf(f, "%s_%s", table, key);
	double mean = n ? 1000.0 * sum / n : 0;

	if (seen > mean - 1 && seen < mean + 1)
		return 0;
	tw_log("%s_%s is %lld, not %.3f", table, key, seen, mean);
	return 1;
}

static int spread_diff(const struct spread *s, const struct tw_file *f,
		       const char *table, long long buckets)
{
	return differs(f, table, "buckets", buckets) +
	       differs(f, table, "nodes", s->nodes) +
	       differs(f, table, "empty", s->empty) +
	       differs(f, table, "longest", s->longest) +
	       mean_differs(f, table, "hit_milli", s->hits, s->nodes) +
	       mean_differs(f, table, "miss_milli", s->nodes, buckets) +
	       spread_diff_chains(s, f, table);
}

static int spread_diff_tw(const struct spread *s, const struct tw_file *f,
			  const char *table)
{
	char prefix[32];

	snprintf(prefix, sizeof(prefix), "%s_tw", table);
	return differs(f, prefix, "nodes", s->nodes) +
	       differs(f, prefix, "empty", s->empty) +
	       differs(f, prefix, "longest", s->longest) +
	       spread_diff_chains(s, f, prefix);
}

/* Each row of @table is the chain of its bucket; the number that are not. */
static int rows_diff(const struct tw_file *f, long long table,
		     const struct twgen_chain *chains, size_t n)
{
	int col = tw_column(f, "table");
	long long last = -1;
	size_t row, i, seen = 0, want = 0;
	int diff = 0;

	if (col < 0)
		return -1;
	for (row = 0; row < f->nrows; row++) {
		if (f->cells[row * f->ncolumns + col] != table)
			continue;
		i = tw_cell(f, row, "bucket");
		if ((long long)i <= last || i >= n ||
		    tw_cell(f, row, "sockets") != chains[i].sockets ||
		    tw_cell(f, row, "tw") != chains[i].tw ||
		    tw_cell(f, row, "fw2") != chains[i].fw2) {
			tw_log("bucket %zu: %lld %lld %lld", i,
			       tw_cell(f, row, "sockets"),
			       tw_cell(f, row, "tw"), tw_cell(f, row, "fw2"));
			diff++;
		}
		last = i;
		seen++;
	}
	for (i = 0; i < n; i++)
		want += chains[i].sockets != 0;
	if (seen != want) {
		tw_log("%zu rows for %zu buckets with sockets", seen, want);
		diff++;
	}
	return diff;
}

static void spread_of(const struct twgen_chain *chains, size_t n,
		      struct spread *all, struct spread *tw)
{
	size_t i;

	memset(all, 0, sizeof(*all));
	memset(tw, 0, sizeof(*tw));
	for (i = 0; i < n; i++) {
		spread_add(all, chains[i].sockets);
		spread_add(tw, chains[i].tw + chains[i].fw2);
	}
}

FIXTURE(hashes) {
	int gen;
	int ends[60];
	struct twgen_chain *chains;
	size_t n;
};

FIXTURE_SETUP(hashes)
{
	self->gen = tw_gen_open();
	ASSERT_LE(0, self->gen);
	ASSERT_TRUE(tw_ns_wait(1));
	ASSERT_LE(0, tw_ns_new());
}

FIXTURE_TEARDOWN(hashes)
{
}

/* Four sockets in ten buckets, with all that may stand in a chain. */
static int populate(int gen, int *ends)
{
	struct tw_conn conn = { .family = TW_V4, .port = PORT };
	struct twgen_info info;
	int n;

	if (tw_gen_info(gen, &info))
		return -1;
	conn.both_close = true;
	n = 2 * tw_gen(gen, &conn, info.ehash_buckets / 5);
	conn.both_close = false;
	conn.family = TW_V6;
	conn.port = PORT + 1;
	return n + tw_make_fw2(&conn, 60, ends);
}

#define SUMMARY_IS_QUIET(f) do {					\
	ASSERT_NE(NULL, f);						\
	EXPECT_EQ(0, tw_inexact(f));					\
} while (0)

/* Row by row. The shared table has the sockets of all namespaces. */
TEST_F_TIMEOUT(hashes, buckets, 60)
{
	int minis = populate(self->gen, self->ends);
	struct tw_file *f;

	ASSERT_LT(60, minis);
	ASSERT_TRUE(tw_wait_sockstat(minis));
	self->chains = tw_gen_chains(self->gen, TWGEN_EHASH, &self->n);
	ASSERT_NE(NULL, self->chains);
	f = tw_load("ehash_buckets");
	SUMMARY_IS_QUIET(f);
	EXPECT_EQ(0, rows_diff(f, 0, self->chains, self->n));
	EXPECT_EQ(tw_sum(f, "sockets"), tw_get(f, "sockets"));
	EXPECT_EQ(tw_sum(f, "tw"), tw_get(f, "tw"));
	EXPECT_EQ(tw_sum(f, "fw2"), tw_get(f, "fw2"));
	EXPECT_EQ(minis + 60, tw_get(f, "sockets"));
	EXPECT_EQ(minis - 60, tw_get(f, "tw"));
	EXPECT_EQ(60, tw_get(f, "fw2"));
	EXPECT_EQ(1, tw_get(f, "tables"));
	EXPECT_EQ((long long)self->n, tw_get(f, "buckets"));
}

/* The histogram, the longest chain, what a hit and a miss cost. */
TEST_F_TIMEOUT(hashes, summary, 60)
{
	int minis = populate(self->gen, self->ends);
	struct spread all, tw;
	struct twgen_info info;
	struct tw_file *f;
	long long bucket;

	ASSERT_TRUE(tw_wait_sockstat(minis));
	ASSERT_EQ(0, tw_gen_info(self->gen, &info));
	self->chains = tw_gen_chains(self->gen, TWGEN_EHASH, &self->n);
	ASSERT_NE(NULL, self->chains);
	spread_of(self->chains, self->n, &all, &tw);
	/* Or there is nothing to be seen here. */
	ASSERT_LE(3, all.longest);
	ASSERT_LT(0, all.empty);
	f = tw_load("summary");
	SUMMARY_IS_QUIET(f);
	EXPECT_EQ(0, spread_diff(&all, f, "ehash", self->n));
	EXPECT_EQ(0, spread_diff_tw(&tw, f, "ehash"));
	bucket = tw_get(f, "ehash_longest_bucket");
	ASSERT_TRUE(bucket >= 0 && bucket < (long long)self->n);
	EXPECT_EQ(all.longest, self->chains[bucket].sockets);
	bucket = tw_get(f, "ehash_tw_longest_bucket");
	ASSERT_TRUE(bucket >= 0 && bucket < (long long)self->n);
	EXPECT_EQ(tw.longest, self->chains[bucket].tw +
			      self->chains[bucket].fw2);
	EXPECT_EQ(info.ehash_locks, tw_get(f, "ehash_locks"));
	EXPECT_EQ(all.nodes, tw_get(f, "sockets"));
	/* Every node was visited, and none that is not there. */
	EXPECT_LE(all.nodes, tw_get(f, "pass_nodes"));
	EXPECT_EQ(1, tw_get(f, "tables"));
}

/* The bind hashes, with several addresses on one port for the second one. */
static void populate_binds(int gen)
{
	struct tw_conn conn = { .family = TW_V4, .port = PORT };
	char address[32];
	int i;

	tw_gen(gen, &conn, 4000);
	for (i = 1; i <= 20; i++) {
		snprintf(address, sizeof(address), "127.0.2.%d", i);
		conn.remote = address;
		conn.server_closes = true;
		tw_gen(gen, &conn, 3);
		tw_listen(TW_V4, address, PORT + i);
	}
}

TEST_F_TIMEOUT(hashes, binds, 60)
{
	static const struct { int table; const char *key; } t[] = {
		{ TWGEN_BHASH, "bhash" }, { TWGEN_BHASH2, "bhash2" },
	};
	struct spread all, tw;
	struct tw_file *f;
	long long bucket;
	char key[32];

	populate_binds(self->gen);
	ASSERT_TRUE(tw_wait_sockstat(4060));
	f = tw_load("summary");
	SUMMARY_IS_QUIET(f);
	for (int i = 0; i < 2; i++) {
		self->chains = tw_gen_chains(self->gen, t[i].table, &self->n);
		ASSERT_NE(NULL, self->chains);
		spread_of(self->chains, self->n, &all, &tw);
		ASSERT_LE(2, all.longest);
		EXPECT_EQ(0, spread_diff(&all, f, t[i].key, self->n));
		snprintf(key, sizeof(key), "%s_longest_bucket", t[i].key);
		bucket = tw_get(f, key);
		ASSERT_TRUE(bucket >= 0 && bucket < (long long)self->n);
		EXPECT_EQ(all.longest, self->chains[bucket].sockets);
	}
	/* clients' ports, PORT, and one of each listener */
	EXPECT_EQ(4000 + 1 + 20, tw_get(f, "bhash_nodes"));
	EXPECT_EQ(4000 + 20 + 20, tw_get(f, "bhash2_nodes"));
}

/*
 * A namespace below another, with a table of its own.  It gets half as many
 * TIME-WAIT as entries, which is raised by tw_ns_setup().
 */
static int own_table(int entries)
{
	if (tw_sysctl("net/ipv4/tcp_child_ehash_entries", entries))
		return -1;
	return tw_ns_new();
}

TEST_F(hashes, own)
{
	struct tw_conn conn = { .family = TW_V4, .port = PORT };
	struct spread all, tw;
	struct twgen_info info;
	struct tw_file *f;
	long long table;
	size_t rows;
	int row;

	if (tw_cap("has_own_ehash") != 1)
		SKIP(return, "has_own_ehash: no table is a namespace's own");
	/* some in the shared table, which must not be mixed in */
	ASSERT_EQ(100, tw_gen(self->gen, &conn, 100));
	ASSERT_LE(0, own_table(64));
	table = tw_ns_inode();
	ASSERT_EQ(0, tw_gen_info(self->gen, &info));
	ASSERT_EQ(64, info.ehash_buckets);
	ASSERT_EQ(1, info.own_ehash);
	ASSERT_EQ(300, tw_make(&conn, 300));
	ASSERT_TRUE(tw_wait_sockstat(300));
	self->chains = tw_gen_chains(self->gen, TWGEN_EHASH, &self->n);
	ASSERT_NE(NULL, self->chains);

	f = tw_load("ehash_buckets");
	SUMMARY_IS_QUIET(f);
	EXPECT_EQ(2, tw_get(f, "tables"));
	EXPECT_EQ(0, rows_diff(f, table, self->chains, self->n));
	EXPECT_EQ(300, tw_sum_by(f, "tw", "table", table, &rows));
	EXPECT_EQ(100, tw_sum_by(f, "tw", "table", 0, &rows));

	f = tw_load("netns");
	SUMMARY_IS_QUIET(f);
	row = tw_row(f, "netns", table);
	EXPECT_EQ(1, tw_cell(f, row, "own_ehash"));
	EXPECT_EQ(table, tw_cell(f, row, "table"));
	EXPECT_EQ(64, tw_cell(f, row, "ehash_buckets"));
	EXPECT_EQ(300, tw_cell(f, row, "tw_v4"));
	EXPECT_EQ(300, tw_cell(f, row, "tw_kernel"));

	f = tw_load("summary");
	SUMMARY_IS_QUIET(f);
	spread_of(self->chains, self->n, &all, &tw);
	EXPECT_EQ(0, spread_diff(&all, f, "ehash_own", self->n));
	EXPECT_EQ(0, spread_diff_tw(&tw, f, "ehash_own"));
	EXPECT_EQ(info.ehash_locks, tw_get(f, "ehash_own_locks"));
	EXPECT_EQ(64LL * info.ehash_head + info.ehash_locks * info.ehash_lock,
		  tw_get(f, "mem_ehash_own_bytes"));
	EXPECT_EQ(100, tw_get(f, "ehash_nodes"));
	EXPECT_EQ(2, tw_get(f, "tables"));
}

/* Two of them are added up, and told apart. */
TEST_F(hashes, two_own)
{
	struct tw_conn conn = { .family = TW_V6, .port = PORT };
	long long table[2];
	int parent = tw_ns_fd();
	struct tw_file *f;

	if (tw_cap("has_own_ehash") != 1)
		SKIP(return, "has_own_ehash: no table is a namespace's own");
	int first = own_table(16);

	ASSERT_LE(0, first);
	table[0] = tw_ns_inode();
	ASSERT_EQ(30, tw_make(&conn, 30));
	ASSERT_EQ(0, tw_ns_enter(parent));
	ASSERT_LE(0, own_table(32));
	table[1] = tw_ns_inode();
	ASSERT_EQ(50, tw_make(&conn, 50));
	ASSERT_TRUE(tw_wait_sockstat(50));

	f = tw_load("ehash_buckets");
	EXPECT_EQ(3, tw_get(f, "tables"));
	EXPECT_EQ(30, tw_sum_by(f, "tw", "table", table[0], NULL));
	EXPECT_EQ(50, tw_sum_by(f, "tw", "table", table[1], NULL));
	f = tw_load("summary");
	SUMMARY_IS_QUIET(f);
	EXPECT_EQ(48, tw_get(f, "ehash_own_buckets"));
	EXPECT_EQ(80, tw_get(f, "ehash_own_nodes"));
}

TEST_HARNESS_MAIN
