// SPDX-License-Identifier: GPL-2.0
/*
 * states - sockets in every state that stands in the established hash, each in
 * another number, against inet_diag and /proc/net/tcp{,6}.  A peer of our own
 * leaves them where they are.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

#include "kselftest_harness.h"
#include "twlib.h"
#include "twpeer.h"

#define PORT	5000

/* How many of each there will be. */
static const int want[TW_STATES] = {
	[TW_TW] = 13, [TW_FW2] = 12, [TW_ESTABLISHED] = 11, [TW_SYN_SENT] = 3,
	[TW_SYN_RECV] = 4, [TW_NEW_SYN_RECV] = 5, [TW_FIN_WAIT1] = 6,
	[TW_FIN_WAIT2] = 7, [TW_CLOSE_WAIT] = 8, [TW_LAST_ACK] = 9,
	[TW_CLOSING] = 10,
};

/* All connections that were begun, as the peer has them. */
static struct twpeer_conn conns[200];
static int nconns;

static struct twpeer_conn *next_conn(void)
{
	struct twpeer_conn *c = &conns[nconns];

	*c = (struct twpeer_conn) {
		.port = 40000 + nconns, .to = PORT, .seq = nconns << 10,
	};
	nconns++;
	return c;
}

FIXTURE(states) {
	struct twpeer peer;
	bool no_tun;
	int listener;
};

FIXTURE_VARIANT(states) {
	enum tw_family family;
};

FIXTURE_VARIANT_ADD(states, v4) { .family = TW_V4 };
FIXTURE_VARIANT_ADD(states, v6) { .family = TW_V6 };
FIXTURE_VARIANT_ADD(states, mapped) { .family = TW_MAPPED };

FIXTURE_SETUP(states)
{
	ASSERT_TRUE(tw_ns_wait(1));
	ASSERT_LE(0, tw_ns_new());
	/* Data in a SYN makes a full socket at once, without a cookie. */
	ASSERT_EQ(0, tw_sysctl("net/ipv4/tcp_fastopen", 0x602));
	if (twpeer_open(&self->peer, variant->family == TW_V6)) {
		self->no_tun = access("/dev/net/tun", F_OK);
		ASSERT_NE(0, self->no_tun);
	}
	self->listener = variant->family == TW_V4 ?
			 tw_listen(TW_V4, "0.0.0.0", PORT) :
			 tw_listen(TW_V6, "::", PORT);
	ASSERT_LE(0, self->listener);
}

/*
 * Sockets that nobody owns would go on sending their FIN, and keep the
 * namespace, for a minute.
 */
FIXTURE_TEARDOWN(states)
{
	for (int i = 0; i < nconns; i++)
		twpeer_send(&self->peer, &conns[i], TWPEER_RST, 0);
}

/* The end of an established connection; the peer's is in @c. */
static int accept_one(struct twpeer *peer, int listener, struct twpeer_conn **c)
{
	*c = next_conn();
	if (twpeer_connect(peer, *c))
		return -1;
	return accept4(listener, NULL, NULL, SOCK_CLOEXEC);
}

static int syn_sent(enum tw_family family)
{
	union twgen_addr addr;
	int len, fd;

	len = tw_addr(&addr, family, family == TW_V6 ? TWPEER_PEER6 :
		      TWPEER_PEER4, PORT);
	fd = socket(family == TW_V4 ? AF_INET : AF_INET6,
		    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (!connect(fd, (struct sockaddr *)&addr, len) ||
	    errno != EINPROGRESS)
		return tw_fail("connect");
	return 0;
}

/* Before the handshake: nothing is accepted. */
static int embryonic(struct twpeer *peer, int data)
{
	struct twpeer_conn *c = next_conn();

	return twpeer_send(peer, c, TWPEER_SYN, data) ||
	       twpeer_recv(peer, c, TWPEER_SYN | TWPEER_ACK) ? -1 : 0;
}

/* The peer closes first. */
static int passive(struct twpeer *peer, int listener, bool close_ours)
{
	struct twpeer_conn *c;
	int fd = accept_one(peer, listener, &c);

	if (fd < 0 || twpeer_send(peer, c, TWPEER_FIN | TWPEER_ACK, 0))
		return -1;
	if (!close_ours)
		return 0;
	/* Only when its FIN has arrived is ours the last one. */
	if (twpeer_recv(peer, c, TWPEER_ACK))
		return -1;
	close(fd);
	return twpeer_recv(peer, c, TWPEER_FIN);
}

/* We close first; the peer answers our FIN with @flags, or not at all. */
static int active(struct twpeer *peer, int listener, bool half, bool acks,
		  int flags)
{
	struct twpeer_conn *c;
	int fd = accept_one(peer, listener, &c);

	if (fd < 0)
		return -1;
	if (half)
		shutdown(fd, SHUT_WR);
	else
		close(fd);
	if (twpeer_recv(peer, c, TWPEER_FIN))
		return -1;
	if (!acks && !flags)
		return 0;
	c->ack -= !acks;
	return twpeer_send(peer, c, flags | TWPEER_ACK, 0);
}

static int make_one(struct twpeer *peer, int listener, enum tw_family family,
		    enum tw_state state)
{
	struct twpeer_conn *c;

	switch (state) {
	case TW_ESTABLISHED:
		return accept_one(peer, listener, &c) < 0;
	case TW_SYN_SENT:
		return syn_sent(family);
	case TW_SYN_RECV:
		return embryonic(peer, 10);
	case TW_NEW_SYN_RECV:
		return embryonic(peer, 0);
	case TW_CLOSE_WAIT:
		return passive(peer, listener, false);
	case TW_LAST_ACK:
		return passive(peer, listener, true);
	case TW_FIN_WAIT1:
		return active(peer, listener, false, false, 0);
	case TW_CLOSING:
		return active(peer, listener, false, false, TWPEER_FIN);
	case TW_FIN_WAIT2:
		return active(peer, listener, true, true, 0);
	case TW_FW2:
		return active(peer, listener, false, true, 0);
	case TW_TW:
		return active(peer, listener, false, true, TWPEER_FIN);
	default:
		return -1;
	}
}

struct expected {
	struct tw_count want, seen;
};

static bool diag_is_as_expected(void *arg)
{
	struct expected *e = arg;

	return !tw_count_diag(&e->seen) &&
	       !memcmp(&e->want, &e->seen, sizeof(e->want));
}

/* All of them at once, in netns and in summary. */
TEST_F_TIMEOUT(states, all, 60)
{
	struct expected e = { .want.listeners = 1 };
	struct tw_count row, proc;
	struct tw_file *f;

	if (self->no_tun)
		SKIP(return, "no TUN device: CONFIG_TUN");
	/* what is not accepted comes last */
	for (int s = TW_STATES - 1; s >= 0; s--) {
		if (s == TW_SYN_RECV || s == TW_NEW_SYN_RECV)
			continue;
		for (int i = 0; i < want[s]; i++) {
			ASSERT_EQ(0, make_one(&self->peer, self->listener,
					      variant->family, s)) {
				TH_LOG("%s", tw_states[s]);
			}
		}
	}
	for (int s = TW_SYN_RECV; s <= TW_NEW_SYN_RECV; s++) {
		for (int i = 0; i < want[s]; i++) {
			ASSERT_EQ(0, make_one(&self->peer, self->listener,
					      variant->family, s));
		}
	}
	for (int s = 0; s < TW_STATES; s++)
		e.want.n[s][variant->family] = want[s];
	/* The population is what it should be, or the test is no test. */
	if (!tw_wait(diag_is_as_expected, &e, 3000)) {
		tw_count_diff("wanted", &e.want, "inet_diag", &e.seen);
		ASSERT_TRUE(false);
	}

	f = tw_load("netns");
	ASSERT_NE(NULL, f);
	EXPECT_EQ(0, tw_inexact(f));
	ASSERT_EQ(0, tw_count_row(f, tw_row(f, "netns", tw_ns_inode()), &row));
	EXPECT_EQ(0, tw_count_diff("netns", &row, "wanted", &e.want));
	EXPECT_EQ(tw_sockstat(), want[TW_TW] + want[TW_FW2]);
	f = tw_load("summary");
	ASSERT_NE(NULL, f);
	for (int s = 0; s < TW_STATES; s++) {
		EXPECT_EQ(want[s], tw_get(f, tw_states[s]));
		EXPECT_EQ(want[s], tw_getf(f, "%s_%s", tw_states[s],
					   tw_families[variant->family]));
	}
	EXPECT_EQ(tw_count_total(&e.want), tw_get(f, "sockets"));
	ASSERT_EQ(0, tw_count_proc(&proc));
	tw_count_merge_syn_recv(&e.want);
	EXPECT_EQ(0, tw_count_diff("wanted", &e.want, "proc", &proc));
}

TEST_HARNESS_MAIN
