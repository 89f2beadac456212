// SPDX-License-Identifier: GPL-2.0
/*
 * pass - what a pass says of itself: when it was, what it cost, what it saw
 * twice.
 */
#include <time.h>

#include "kselftest_harness.h"
#include "twlib.h"

#define PORT	5000

static long long real_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

FIXTURE(pass) {
	struct tw_conn conn;
	int gen;
};

FIXTURE_SETUP(pass)
{
	self->gen = tw_gen_open();
	ASSERT_LE(0, self->gen);
	ASSERT_TRUE(tw_ns_wait(1));
	ASSERT_LE(0, tw_ns_new());
	self->conn = (struct tw_conn) { .family = TW_V4, .port = PORT };
}

FIXTURE_TEARDOWN(pass)
{
}

/* On a quiet table each node is visited once, and nothing twice. */
TEST_F(pass, quiet)
{
	long long bhash;

	ASSERT_EQ(5000, tw_gen(self->gen, &self->conn, 5000));
	ASSERT_TRUE(tw_wait_sockstat(5000));
	bhash = tw_get(tw_load("summary"), "bhash_nodes");
	for (int i = 0; i < TW_FILES - 1; i++) {
		long long before = real_ns(), length = tw_now_ns(), parts;
		struct tw_file *f = tw_load(tw_files[i]);

		length = tw_now_ns() - length;
		ASSERT_NE(NULL, f);
		EXPECT_LE(before, tw_get(f, "time_ns"));
		EXPECT_GE(real_ns(), tw_get(f, "time_ns"));
		EXPECT_LT(0, tw_get(f, "pass_ns"));
		EXPECT_GE(length, tw_get(f, "pass_ns"));
		parts = tw_get(f, "pass_netns_ns") + tw_get(f, "pass_ehash_ns") +
			tw_get(f, "pass_bind_ns");
		EXPECT_LT(0, tw_get(f, "pass_netns_ns"));
		EXPECT_LT(0, tw_get(f, "pass_ehash_ns"));
		EXPECT_GE(tw_get(f, "pass_ns"), parts);
		EXPECT_LT(0, tw_get(f, "pass_longest_rcu_ns"));
		EXPECT_GE(tw_get(f, "pass_ns"),
			  tw_get(f, "pass_longest_rcu_ns"));
		EXPECT_LT(0, tw_get(f, "pass_bytes"));
		EXPECT_EQ(0, tw_get(f, "pass_restarts"));
		EXPECT_EQ(0, tw_get(f, "pass_lock_fallbacks"));
		EXPECT_EQ(0, tw_get(f, "pass_floods"));
		EXPECT_EQ(0, tw_get(f, "pass_dropped_gone"));
		EXPECT_EQ(0, tw_get(f, "pass_dropped_moved"));
		EXPECT_EQ(0, tw_get(f, "pass_dropped_unborn"));
		EXPECT_EQ(0, tw_get(f, "pass_dropped_state"));
		EXPECT_EQ(0, tw_inexact(f));
		/* these three walk the bind hashes, too */
		if (!strcmp(f->name, "summary")) {
			EXPECT_EQ(5000 + tw_get(f, "bhash_nodes") +
				  tw_get(f, "bhash2_nodes"),
				  tw_get(f, "pass_nodes"));
			EXPECT_GE(4 << 20, tw_get(f, "pass_bytes"));
			EXPECT_LT(0, tw_get(f, "pass_longest_lock_ns"));
			EXPECT_GE(tw_get(f, "pass_bind_ns"),
				  tw_get(f, "pass_longest_lock_ns"));
		} else if (!strcmp(f->name, "bind_buckets")) {
			/* and owners, up to 64 a port */
			EXPECT_LE(15000, tw_get(f, "pass_nodes"));
		} else if (!strcmp(f->name, "tuples")) {
			/* once, and who bound what */
			EXPECT_EQ(5000 + bhash, tw_get(f, "pass_nodes"));
		} else {
			EXPECT_EQ(5000, tw_get(f, "pass_nodes"));
			EXPECT_EQ(0, tw_get(f, "pass_longest_lock_ns"));
		}
		tw_free(f);
	}
}

TEST_HARNESS_MAIN
