// SPDX-License-Identifier: GPL-2.0
/*
 * bind - a row per bind bucket: whose it is, how it may be shared, what holds
 * it.  The ports are ours, so that each row is known beforehand; and twgen reads
 * the bucket under its lock.
 */
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "kselftest_harness.h"
#include "twlib.h"

#define PORT	5000

/* All that a row says of a port, in the order of the columns. */
struct row {
	long long l3mdev, fastreuse, fastreuseport, fastuid, tw, fw2, live;
	long long listeners, only_tw, bhash2, ambiguous;
};

static const char *const columns[] = {
	"l3mdev", "fastreuse", "fastreuseport", "fastuid", "tw", "fw2", "live",
	"listeners", "only_tw", "bhash2_buckets", "ambiguous",
};

static int find(const struct tw_file *f, long long port, long long l3mdev)
{
	long long inode = tw_ns_inode(), cookie = tw_ns_cookie();
	int found = -1;
	size_t i;

	for (i = 0; i < f->nrows; i++) {
		if (tw_cell(f, i, "netns") != inode ||
		    tw_cell(f, i, "cookie") != cookie ||
		    tw_cell(f, i, "port") != port ||
		    tw_cell(f, i, "l3mdev") != l3mdev)
			continue;
		if (found >= 0)
			return -2;
		found = i;
	}
	return found;
}

/* How the kernel itself has it. */
static bool shared_as(int gen, long long port, const struct row *row)
{
	struct twgen_bind b = { .port = port, .l3mdev = row->l3mdev };

	return !tw_gen_bind(gen, &b) && row->fastreuse == b.fastreuse &&
	       row->fastreuseport == b.fastreuseport &&
	       row->fastuid == (b.fastreuseport > 0 ? b.fastuid : -1LL);
}

/* The number of cells of the port's row that are not as @want has them. */
static int row_diff(int gen, long long port, struct row want)
{
	const long long *cells = (const long long *)&want;
	struct tw_file *f = tw_load("bind_buckets");
	long long seen;
	int row, diff = 0;
	size_t i;

	if (!f || tw_inexact(f) || tw_get(f, "join_overflow"))
		return -1;
	row = find(f, port, want.l3mdev);
	if (row < 0) {
		tw_log("%s row for port %lld", row == -1 ? "no" : "not one",
		       port);
		return -1;
	}
	for (i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		seen = tw_cell(f, row, columns[i]);
		if (seen == cells[i])
			continue;
		tw_log("port %lld: %s is %lld, not %lld", port, columns[i],
		       seen, cells[i]);
		diff++;
	}
	tw_free(f);
	if (!shared_as(gen, port, &want)) {
		tw_log("port %lld: not what the kernel has", port);
		diff++;
	}
	return diff;
}

static long long cell(long long port, long long l3mdev, const char *column)
{
	struct tw_file *f = tw_load("bind_buckets");
	int row = f ? find(f, port, l3mdev) : -1;

	return row < 0 ? TW_NONE : tw_cell(f, row, column);
}

#define EXPECT_ROW(port, ...)						\
	EXPECT_EQ(0, row_diff(self->gen, port, (struct row){ __VA_ARGS__ }))
/* What a bucket is where connect() alone has bound to it. */
#define BY_CONNECT .fastreuse = -1, .fastreuseport = -1, .fastuid = -1

static int port_of(int fd)
{
	struct sockaddr_in6 addr;
	socklen_t len = sizeof(addr);

	/* sin_port and sin6_port are at one place */
	return getsockname(fd, (struct sockaddr *)&addr, &len) ?
	       -1 : ntohs(addr.sin6_port);
}

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

FIXTURE(bind) {
	struct tw_conn conn;
	int gen;
};

FIXTURE_VARIANT(bind) {
	enum tw_family family;
};

FIXTURE_VARIANT_ADD(bind, v4) { .family = TW_V4 };
FIXTURE_VARIANT_ADD(bind, v6) { .family = TW_V6 };
FIXTURE_VARIANT_ADD(bind, mapped) { .family = TW_MAPPED };

FIXTURE_SETUP(bind)
{
	self->gen = tw_gen_open();
	ASSERT_LE(0, self->gen);
	ASSERT_LE(0, tw_ns_new());
	self->conn = (struct tw_conn) {
		.family = variant->family, .port = PORT,
	};
}

FIXTURE_TEARDOWN(bind)
{
}

/* The life of a connection's two ports. */
TEST_F(bind, connection)
{
	long long has2 = tw_cap("has_bhash2") == 1 ? 1 : -1;
	int listener, client, server, port;

	listener = tw_listen(variant->family, NULL, PORT);
	ASSERT_LE(0, listener);
	EXPECT_ROW(PORT, .fastuid = -1, .listeners = 1, .bhash2 = has2);
	ASSERT_EQ(0, tw_pair(&self->conn, listener, &client, &server));
	port = port_of(client);
	EXPECT_ROW(port, BY_CONNECT, .live = 1, .bhash2 = has2);
	EXPECT_ROW(PORT, .fastuid = -1, .live = 1, .listeners = 1,
		   .bhash2 = has2);
	ASSERT_EQ(0, tw_close_fw2(&client, 1));
	EXPECT_ROW(port, BY_CONNECT, .fw2 = 1, .only_tw = 1, .bhash2 = has2);
	close(listener);
	EXPECT_ROW(PORT, .fastuid = -1, .live = 1, .bhash2 = has2);
	close(server);
	ASSERT_TRUE(tw_wait_state(TW_TW, 1));
	EXPECT_ROW(port, BY_CONNECT, .tw = 1, .only_tw = 1, .bhash2 = has2);
	ASSERT_EQ(1, tw_gen_drop(self->gen, 0));
	struct tw_file *f = tw_load("bind_buckets");

	EXPECT_EQ(-1, find(f, port, 0));
	EXPECT_EQ(-1, find(f, PORT, 0));
}

/* Whether TIME-WAIT alone holds a port, up to 64 owners and beyond. */
TEST_F(bind, only_tw)
{
	long long has2 = tw_cap("has_bhash2") == 1 ? 1 : -1;
	int listener;

	self->conn.server_closes = true;
	ASSERT_EQ(64, tw_make(&self->conn, 64));
	ASSERT_TRUE(tw_wait_sockstat(64));
	EXPECT_ROW(PORT, .fastuid = -1, .tw = 64, .only_tw = 1, .bhash2 = has2);
	ASSERT_EQ(1, tw_make(&self->conn, 1));
	ASSERT_TRUE(tw_wait_sockstat(65));
	EXPECT_ROW(PORT, .fastuid = -1, .tw = 65, .only_tw = -1,
		   .bhash2 = has2);
	/* A listener decides it whatever their number. */
	listener = tw_listen(variant->family, NULL, PORT);
	ASSERT_LE(0, listener);
	EXPECT_ROW(PORT, .fastuid = -1, .tw = 65, .listeners = 1,
		   .bhash2 = has2);
	close(listener);
	ASSERT_EQ(65, tw_gen_drop(self->gen, 0));
}

/* Sums over the rows are the totals. */
TEST_F(bind, totals)
{
	long long inode = tw_ns_inode();
	size_t rows, only = 0;
	struct tw_file *f;

	ASSERT_TRUE(tw_ns_wait(2));
	ASSERT_EQ(200, tw_make(&self->conn, 200));
	ASSERT_EQ(500, tw_gen(self->gen, &self->conn, 500));
	ASSERT_TRUE(tw_wait_sockstat(700));
	f = tw_load("bind_buckets");
	ASSERT_NE(NULL, f);
	EXPECT_EQ(700, tw_sum_by(f, "tw", "netns", inode, &rows));
	EXPECT_EQ(700U, rows);
	EXPECT_EQ(0, tw_sum_by(f, "live", "netns", inode, &rows));
	EXPECT_EQ((long long)f->nrows, tw_get(f, "bind_buckets"));
	for (size_t i = 0; i < f->nrows; i++)
		only += tw_cell(f, i, "only_tw") == 1;
	EXPECT_EQ((long long)only, tw_get(f, "only_tw"));
	EXPECT_EQ(700U, only);
	if (tw_cap("has_bhash2") == 1) {
		EXPECT_EQ(tw_sum(f, "bhash2_buckets"),
			  tw_get(f, "bind2_buckets"));
	}
}

FIXTURE(share) {
	long long has2;
	int gen;
	/*
	 * Whether SO_REUSEADDR and SO_REUSEPORT of the first socket of a port
	 * count.  They do not where the bucket has its bhash2 bucket before
	 * inet_csk_update_fastreuse() looks whether it has any.
	 */
	bool first_counts;
};

/* Asked of the kernel, not of the module. */
static int first_counts(int gen, bool *counts)
{
	struct twgen_bind b = { .port = PORT - 1 };
	int fd = bound(NULL, b.port, SO_REUSEADDR), err;

	err = fd < 0 ? -1 : tw_gen_bind(gen, &b);
	*counts = b.fastreuse == 1;
	close(fd);
	return err;
}

FIXTURE_SETUP(share)
{
	self->gen = tw_gen_open();
	ASSERT_LE(0, self->gen);
	ASSERT_LE(0, tw_ns_new());
	self->has2 = tw_cap("has_bhash2") == 1 ? 1 : -1;
	ASSERT_EQ(0, first_counts(self->gen, &self->first_counts));
}

FIXTURE_TEARDOWN(share)
{
}

/* Sockets that are bound and nothing else are in no table but this one. */
TEST_F(share, bound_only)
{
	ASSERT_LE(0, bound(NULL, PORT, 0));
	ASSERT_LE(0, bound(NULL, PORT + 1, SO_REUSEADDR));
	EXPECT_ROW(PORT, .fastuid = -1, .bhash2 = self->has2);
	EXPECT_ROW(PORT + 1, .fastreuse = self->first_counts, .fastuid = -1,
		   .bhash2 = self->has2);
}

/* A bound socket among TIME-WAIT sockets of its port keeps it. */
TEST_F(share, bound_among_tw)
{
	struct tw_conn conn = {
		.family = TW_V4, .port = PORT, .server_closes = true,
	};
	int fd;

	ASSERT_EQ(10, tw_make(&conn, 10));
	ASSERT_TRUE(tw_wait_sockstat(10));
	EXPECT_ROW(PORT, .fastuid = -1, .tw = 10, .only_tw = 1,
		   .bhash2 = self->has2);
	fd = bound(NULL, PORT, SO_REUSEADDR);
	ASSERT_LE(0, fd);
	EXPECT_ROW(PORT, .fastuid = -1, .tw = 10, .bhash2 = self->has2);
	close(fd);
	EXPECT_ROW(PORT, .fastuid = -1, .tw = 10, .only_tw = 1,
		   .bhash2 = self->has2);
}

/* The owner of a port that is shared by SO_REUSEPORT. */
TEST_F(share, reuseport)
{
	int any_or_strict = self->first_counts ? 1 : 2, fd;

	ASSERT_EQ(0, seteuid(1234));
	fd = bound(NULL, PORT, SO_REUSEPORT);
	ASSERT_EQ(0, seteuid(0));
	ASSERT_LE(0, fd);
	EXPECT_ROW(PORT, .fastreuseport = any_or_strict, .fastuid = 1234,
		   .bhash2 = self->has2);
	ASSERT_EQ(0, listen(fd, 1));
	EXPECT_ROW(PORT, .fastreuseport = any_or_strict, .fastuid = 1234,
		   .listeners = 1, .bhash2 = self->has2);
}

/* One that joins sockets which do not share leaves the strict mark. */
TEST_F(share, reuseport_strict)
{
	int fd;

	ASSERT_LE(0, bound("127.0.0.1", PORT, 0));
	ASSERT_EQ(0, seteuid(4321));
	fd = bound("127.0.0.2", PORT, SO_REUSEPORT);
	ASSERT_EQ(0, seteuid(0));
	ASSERT_LE(0, fd);
	EXPECT_ROW(PORT, .fastreuseport = 2, .fastuid = 4321,
		   .bhash2 = self->has2 * (self->has2 > 0 ? 2 : 1));
}

/* Several local addresses on one port: one bhash2 bucket each. */
TEST_F(share, addresses)
{
	static const char *const to[] = {
		"127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4",
	};
	struct tw_conn conn = { .family = TW_V4, .port = PORT };
	int listener, client, server;

	if (self->has2 < 0)
		SKIP(return, "has_bhash2: the kernel has no second bind hash");
	listener = tw_listen(TW_V4, "0.0.0.0", PORT);
	ASSERT_LE(0, listener);
	for (int i = 0; i < 40; i++) {
		conn.remote = to[i % 4];
		conn.lport = 20000 + i;
		ASSERT_EQ(0, tw_pair(&conn, listener, &client, &server));
		ASSERT_EQ(0, tw_close(server, client));
	}
	ASSERT_TRUE(tw_wait_sockstat(40));
	EXPECT_ROW(PORT, .fastuid = -1, .tw = 40, .listeners = 1, .bhash2 = 5);
	close(listener);
	EXPECT_ROW(PORT, .fastuid = -1, .tw = 40, .only_tw = 1, .bhash2 = 4);
}

/* The same port in two namespaces is two ports. */
TEST_F(share, namespaces)
{
	struct tw_conn conn = {
		.family = TW_V4, .port = PORT, .server_closes = true,
	};
	int first = tw_ns_fd();

	ASSERT_EQ(5, tw_make(&conn, 5));
	ASSERT_TRUE(tw_wait_sockstat(5));
	ASSERT_LE(0, tw_ns_new());
	ASSERT_EQ(7, tw_make(&conn, 7));
	ASSERT_LE(0, tw_listen(TW_V4, NULL, PORT));
	ASSERT_TRUE(tw_wait_sockstat(7));
	EXPECT_ROW(PORT, .fastuid = -1, .tw = 7, .listeners = 1,
		   .bhash2 = self->has2);
	ASSERT_EQ(0, tw_ns_enter(first));
	EXPECT_ROW(PORT, .fastuid = -1, .tw = 5, .only_tw = 1,
		   .bhash2 = self->has2);
}

/* In the VRF: a connection to its own address. */
static int vrf_pair(int *listener, int *client, int *server)
{
	union twgen_addr addr;
	int len = tw_addr(&addr, TW_V4, "10.77.0.1", PORT), one = 1;

	*listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	*client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (setsockopt(*listener, SOL_SOCKET, SO_BINDTODEVICE, "vrf0", 5) ||
	    setsockopt(*client, SOL_SOCKET, SO_BINDTODEVICE, "vrf0", 5) ||
	    setsockopt(*listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)))
		return tw_fail("SO_BINDTODEVICE");
	if (bind(*listener, (struct sockaddr *)&addr, len) ||
	    listen(*listener, 10) ||
	    connect(*client, (struct sockaddr *)&addr, len))
		return tw_fail("vrf0");
	*server = accept(*listener, NULL, NULL);
	return *server < 0 ? tw_fail("accept") : 0;
}

/* The same port in a VRF and outside, and after the VRF has gone. */
TEST_F(share, l3mdev)
{
	struct tw_conn conn = {
		.family = TW_V4, .port = PORT, .server_closes = true,
	};
	int vrf, listener = -1, client = -1, server = -1;

	if (system("ip link add vrf0 type vrf table 10"))
		SKIP(return, "no VRF device: CONFIG_NET_VRF");
	vrf = if_nametoindex("vrf0");
	ASSERT_EQ(0, tw_add_address("vrf0", "10.77.0.1", 24));
	ASSERT_EQ(0, vrf_pair(&listener, &client, &server));
	EXPECT_ROW(PORT, .l3mdev = vrf, .fastuid = -1, .live = 1,
		   .listeners = 1, .bhash2 = self->has2);
	EXPECT_ROW(port_of(client), .l3mdev = vrf, BY_CONNECT, .live = 1,
		   .bhash2 = self->has2);
	ASSERT_EQ(0, tw_close(server, client));
	close(listener);
	ASSERT_EQ(3, tw_make(&conn, 3));
	ASSERT_TRUE(tw_wait_sockstat(4));
	EXPECT_ROW(PORT, .l3mdev = vrf, .fastuid = -1, .tw = 1, .only_tw = 1,
		   .bhash2 = self->has2);
	EXPECT_ROW(PORT, .fastuid = -1, .tw = 3, .only_tw = 1,
		   .bhash2 = self->has2);
	/* Now nothing tells what the device was that they are bound to. */
	ASSERT_EQ(0, system("ip link del vrf0"));
	ASSERT_EQ(4, tw_sockstat());
	EXPECT_EQ(1, cell(PORT, vrf, "ambiguous"));
	EXPECT_EQ(1, cell(PORT, 0, "ambiguous"));
}

static int listen_in(const char *vrf)
{
	const struct sockaddr_in any = {
		.sin_family = AF_INET, .sin_port = htons(PORT),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, vrf, strlen(vrf)) ||
	    bind(fd, (const void *)&any, sizeof(any)) || listen(fd, 1))
		return tw_fail(vrf);
	return fd;
}

/*
 * The buckets of a port in many VRFs share a chain of bhash, and one of bhash2.
 * More of them than one hold of its lock copies: each is there once, and the
 * pass says that it let go of the lock in between.
 */
TEST_F_TIMEOUT(share, long_chain, 200)
{
	const int n = 300;
	struct tw_file *f;
	char vrf[16];
	int seen = 0;
	FILE *ip;

	if (system("ip link add vrf0 type vrf table 1000"))
		SKIP(return, "no VRF device: CONFIG_NET_VRF");
	ip = popen("ip -batch -", "w");
	ASSERT_NE(NULL, ip);
	for (int i = 1; i < n; i++)
		fprintf(ip, "link add vrf%d type vrf table %d\n", i, 1000 + i);
	ASSERT_EQ(0, pclose(ip));
	for (int i = 0; i < n; i++) {
		snprintf(vrf, sizeof(vrf), "vrf%d", i);
		ASSERT_LE(0, listen_in(vrf));
	}
	f = tw_load("bind_buckets");
	ASSERT_NE(NULL, f);
	for (int i = 0; i < n; i++) {
		int row;

		snprintf(vrf, sizeof(vrf), "vrf%d", i);
		row = find(f, PORT, if_nametoindex(vrf));
		seen += row >= 0 && tw_cell(f, row, "listeners") == 1 &&
			tw_cell(f, row, "ambiguous") == 0;
	}
	EXPECT_EQ(n, seen);
	EXPECT_EQ(self->has2 > 0 ? 2 : 1, tw_get(f, "pass_inexact"));
	EXPECT_EQ(0, tw_get(f, "pass_unfinished"));
}

TEST_HARNESS_MAIN
