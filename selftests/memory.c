// SPDX-License-Identifier: GPL-2.0
/*
 * memory - sizes of objects and tables against what the compiler and the slab
 * say they are, and the bytes that TIME-WAIT holds against counts times sizes.
 */
#include <unistd.h>

#include "kselftest_harness.h"
#include "twlib.h"

#define PORT 5000

FIXTURE(memory) {
	int gen;
	struct twgen_info info;
};

FIXTURE_SETUP(memory)
{
	self->gen = tw_gen_open();
	ASSERT_LE(0, self->gen);
	ASSERT_TRUE(tw_ns_wait(1));
	ASSERT_LE(0, tw_ns_new());
	ASSERT_EQ(0, tw_gen_info(self->gen, &self->info));
}

FIXTURE_TEARDOWN(memory)
{
}

TEST_F(memory, sizes)
{
	const struct twgen_info *info = &self->info;
	struct tw_file *f = tw_load("summary");

	ASSERT_NE(NULL, f);
	EXPECT_EQ(info->tw_object, tw_get(f, "mem_tw_object_bytes"));
	EXPECT_EQ(info->bind_object, tw_get(f, "mem_bind_object_bytes"));
	if (tw_cap("has_bhash2") == 1) {
		EXPECT_EQ(info->bind2_object,
			  tw_get(f, "mem_bind2_object_bytes"));
	} else {
		EXPECT_EQ(-1, tw_get(f, "mem_bind2_object_bytes"));
	}
	EXPECT_EQ((long long)info->ehash_buckets * info->ehash_head,
		  tw_get(f, "mem_ehash_bytes"));
	EXPECT_EQ((long long)info->ehash_locks * info->ehash_lock,
		  tw_get(f, "mem_ehash_locks_bytes"));
	EXPECT_EQ(0, tw_get(f, "mem_ehash_own_bytes"));
	EXPECT_EQ(info->bhash_buckets, tw_get(f, "bhash_buckets"));
	EXPECT_EQ((long long)info->bhash_buckets * info->bhash_head *
		  (tw_cap("has_bhash2") == 1 ? 2 : 1),
		  tw_get(f, "mem_bhash_bytes"));
}

TEST_F(memory, slab)
{
	const char *path = "/sys/kernel/slab/tw_sock_TCP/object_size";
	struct tw_file *f = tw_load("summary");

	ASSERT_NE(NULL, f);
	if (access(path, R_OK))
		SKIP(return, "no %s: CONFIG_SLUB_DEBUG or CONFIG_SYSFS", path);
	EXPECT_EQ(tw_read_number(path), tw_get(f, "mem_tw_object_bytes"));
}

/*
 * 300 outbound minisockets on ports that connect() chose, one bind bucket
 * each; 200 inbound ones on one port with a listener; 20 in FIN-WAIT-2.
 */
TEST_F(memory, held)
{
	struct tw_conn conn = { .family = TW_V4, .port = PORT };
	long long binds, binds2, object;
	int ends[20];
	struct tw_file *f;

	ASSERT_EQ(300, tw_make(&conn, 300));
	ASSERT_EQ(20, tw_make_fw2(&conn, 20, ends));
	conn.port = PORT + 1;
	conn.server_closes = true;
	ASSERT_EQ(200, tw_make(&conn, 200));
	ASSERT_LE(0, tw_listen(TW_V4, NULL, PORT + 1));
	ASSERT_TRUE(tw_wait_sockstat(520));
	f = tw_load("summary");
	ASSERT_NE(NULL, f);
	EXPECT_EQ(0, tw_inexact(f));
	object = self->info.tw_object;
	EXPECT_EQ(520 * object, tw_get(f, "mem_tw_bytes"));
	/*
	 * 300 + 20 of clients, PORT of the ends that are still open, and
	 * PORT + 1; all with one local address.
	 */
	binds = tw_get(f, "bhash_nodes");
	binds2 = tw_get(f, "bhash2_nodes");
	EXPECT_EQ(322, binds);
	EXPECT_EQ(binds * self->info.bind_object, tw_get(f, "mem_bind_bytes"));
	if (tw_cap("has_bhash2") == 1) {
		EXPECT_EQ(322, binds2);
		EXPECT_EQ(binds2 * self->info.bind2_object,
			  tw_get(f, "mem_bind2_bytes"));
	}
	/* Those of the clients are held by nothing else. */
	f = tw_load("bind_buckets");
	EXPECT_EQ(320, tw_get(f, "only_tw"));
	EXPECT_EQ(320LL * (self->info.bind_object +
			   (tw_cap("has_bhash2") == 1 ?
			    self->info.bind2_object : 0)),
		  tw_get(f, "mem_only_tw_bytes"));
	/* Dropped, they hold nothing. */
	ASSERT_EQ(520, tw_gen_drop(self->gen, 0));
	f = tw_load("summary");
	EXPECT_EQ(0, tw_get(f, "mem_tw_bytes"));
	EXPECT_EQ(2 * self->info.bind_object, tw_get(f, "mem_bind_bytes"));
	f = tw_load("bind_buckets");
	EXPECT_EQ(0, tw_get(f, "mem_only_tw_bytes"));
}

TEST_HARNESS_MAIN
