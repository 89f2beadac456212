// SPDX-License-Identifier: GPL-2.0
/*
 * The oracles: counts the sockets of the current namespace through
 * inet_diag, /proc/net/tcp{,6} and /proc/net/sockstat, none of which shares
 * code with the module; see twlib.h.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>

#include "twlib.h"

/* State numbers of include/net/tcp_states.h, as the kernel reports them. */
static const int full_state[12] = {
	-1, TW_ESTABLISHED, TW_SYN_SENT, TW_SYN_RECV, TW_FIN_WAIT1,
	TW_FIN_WAIT2, -1 /* a minisocket */, -1 /* CLOSE */, TW_CLOSE_WAIT,
	TW_LAST_ACK, -1 /* LISTEN */, TW_CLOSING,
};

/* Full sockets alone carry INET_DIAG_SHUTDOWN, whatever is asked for. */
static bool diag_is_full(const struct nlmsghdr *nlh)
{
	const struct inet_diag_msg *msg = NLMSG_DATA(nlh);
	const struct rtattr *rta = (const void *)(msg + 1);
	int len = nlh->nlmsg_len - NLMSG_LENGTH(sizeof(*msg));

	for (; RTA_OK(rta, len); rta = RTA_NEXT(rta, len)) {
		if (rta->rta_type == INET_DIAG_SHUTDOWN)
			return true;
	}
	return false;
}

static int diag_state(const struct nlmsghdr *nlh)
{
	const struct inet_diag_msg *msg = NLMSG_DATA(nlh);

	if (diag_is_full(nlh))
		return full_state[msg->idiag_state];
	switch (msg->idiag_state) {
	case TCP_TIME_WAIT:
		return TW_TW;
	case TCP_FIN_WAIT2:
		return TW_FW2;
	case TCP_SYN_RECV:
		return TW_NEW_SYN_RECV;
	default:
		return -1;
	}
}

static int diag_count_one(struct tw_count *c, const struct nlmsghdr *nlh)
{
	const struct inet_diag_msg *msg = NLMSG_DATA(nlh);
	const struct in6_addr *peer = (const void *)msg->id.idiag_dst;
	enum tw_family family = TW_V4;
	int state;

	if (msg->idiag_state == TCP_LISTEN) {
		c->listeners++;
		return 0;
	}
	if (msg->idiag_family == AF_INET6)
		family = IN6_IS_ADDR_V4MAPPED(peer) ? TW_MAPPED : TW_V6;
	state = diag_state(nlh);
	if (state < 0) {
		tw_log("inet_diag: state %d", msg->idiag_state);
		return -1;
	}
	c->n[state][family]++;
	return 0;
}

/* One datagram of a dump: 1 if more will come, 0 at its end. */
static int diag_datagram(struct tw_count *c, const void *buf, int len)
{
	const struct nlmsghdr *nlh = buf;

	for (; NLMSG_OK(nlh, (unsigned int)len); nlh = NLMSG_NEXT(nlh, len)) {
		if (nlh->nlmsg_type == NLMSG_DONE)
			return 0;
		if (nlh->nlmsg_type == NLMSG_ERROR) {
			const struct nlmsgerr *err = NLMSG_DATA(nlh);

			errno = -err->error;
			return tw_fail("inet_diag");
		}
		if (nlh->nlmsg_flags & NLM_F_DUMP_INTR) {
			tw_log("inet_diag: dump was interrupted");
			return -1;
		}
		if (diag_count_one(c, nlh))
			return -1;
	}
	return 1;
}

/* TCPF_BOUND_INACTIVE, include/net/tcp_states.h: in no hash that is counted. */
#define BOUND_INACTIVE	0x2000

static int diag_dump(struct tw_count *c, int family)
{
	static char buf[1 << 16] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct {
		struct nlmsghdr		nlh;
		struct inet_diag_req_v2	r;
	} req = {
		.nlh.nlmsg_len = sizeof(req),
		.nlh.nlmsg_type = SOCK_DIAG_BY_FAMILY,
		.nlh.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		.r.sdiag_family = family,
		.r.sdiag_protocol = IPPROTO_TCP,
		/*
		 * every state but CLOSE, the request sockets' bit included;
		 * newer kernels list what is only bound by one of its own
		 */
		.r.idiag_states = ~(1U << TCP_CLOSE | BOUND_INACTIVE),
	};
	int fd, more = 1;
	ssize_t len;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	if (fd < 0)
		return tw_fail("NETLINK_SOCK_DIAG");
	if (send(fd, &req, sizeof(req), 0) < 0)
		more = tw_fail("inet_diag");
	while (more > 0) {
		len = recv(fd, buf, sizeof(buf), 0);
		more = len <= 0 ? tw_fail("inet_diag") :
		       diag_datagram(c, buf, len);
	}
	close(fd);
	return more;
}

int tw_count_diag(struct tw_count *c)
{
	memset(c, 0, sizeof(*c));
	return diag_dump(c, AF_INET) || diag_dump(c, AF_INET6) ? -1 : 0;
}

/* A line of /proc/net/tcp or tcp6. */
static int proc_count_line(struct tw_count *c, const char *line, bool v6)
{
	enum tw_family family = TW_V4;
	unsigned int state, timer;
	char peer[33], mapped[25];	/* words of host byte order */
	int s;

	/* sl local:port remote:port st tx:rx tr:when ... */
	if (sscanf(line, " %*u: %*[0-9A-F]:%*x %32[0-9A-F]:%*x %x %*x:%*x %x:",
		   peer, &state, &timer) != 3 || !state || state > 12) {
		tw_log("/proc/net/tcp: %s", line);
		return -1;
	}
	if (state == TCP_LISTEN) {
		c->listeners++;
		return 0;
	}
	if (v6) {
		snprintf(mapped, sizeof(mapped), "%016x%08X", 0, htonl(0xffff));
		family = strncmp(peer, mapped, 24) ? TW_V6 : TW_MAPPED;
	}
	s = state < 12 ? full_state[state] : -1;
	if (state == TCP_SYN_RECV)
		s = TW_NEW_SYN_RECV;
	/* Timer 3 is what the kernel prints for minisockets alone. */
	if (timer == 3)
		s = state == TCP_TIME_WAIT ? TW_TW : TW_FW2;
	if (s < 0) {
		tw_log("/proc/net/tcp: state %u", state);
		return -1;
	}
	c->n[s][family]++;
	return 0;
}

static int proc_count(struct tw_count *c, const char *path, bool v6)
{
	FILE *f = fopen(path, "re");
	char line[512];
	int err = 0;

	if (!f)
		return tw_fail(path);
	if (!fgets(line, sizeof(line), f))
		err = -1;
	while (!err && fgets(line, sizeof(line), f))
		err = proc_count_line(c, line, v6);
	fclose(f);
	return err;
}

int tw_count_proc(struct tw_count *c)
{
	memset(c, 0, sizeof(*c));
	return proc_count(c, "/proc/thread-self/net/tcp", false) ||
	       proc_count(c, "/proc/thread-self/net/tcp6", true) ? -1 : 0;
}

int tw_count_row(const struct tw_file *netns, int row, struct tw_count *c)
{
	char column[64];
	int s, f;

	memset(c, 0, sizeof(*c));
	if (row < 0)
		return -1;
	for (s = 0; s < TW_STATES; s++) {
		for (f = 0; f < TW_FAMILIES; f++) {
			snprintf(column, sizeof(column), "%s_%s", tw_states[s],
				 tw_families[f]);
			c->n[s][f] = tw_cell(netns, row, column);
		}
	}
	c->listeners = tw_cell(netns, row, "listeners");
	return 0;
}

int tw_count_diff(const char *what_a, const struct tw_count *a,
		  const char *what_b, const struct tw_count *b)
{
	int s, f, diff = 0;

	for (s = 0; s < TW_STATES; s++) {
		for (f = 0; f < TW_FAMILIES; f++) {
			if (a->n[s][f] == b->n[s][f])
				continue;
			tw_log("%s_%s: %s %lld, %s %lld", tw_states[s],
			       tw_families[f], what_a, a->n[s][f], what_b,
			       b->n[s][f]);
			diff++;
		}
	}
	if (a->listeners != b->listeners) {
		tw_log("listeners: %s %lld, %s %lld", what_a, a->listeners,
		       what_b, b->listeners);
		diff++;
	}
	return diff;
}

/* What is not 0. */
void tw_count_log(const char *what, const struct tw_count *c)
{
	int s, f;

	for (s = 0; s < TW_STATES; s++) {
		for (f = 0; f < TW_FAMILIES; f++) {
			if (c->n[s][f])
				tw_log("%s: %s_%s %lld", what, tw_states[s],
				       tw_families[f], c->n[s][f]);
		}
	}
}

void tw_count_merge_syn_recv(struct tw_count *c)
{
	int f;

	for (f = 0; f < TW_FAMILIES; f++) {
		c->n[TW_NEW_SYN_RECV][f] += c->n[TW_SYN_RECV][f];
		c->n[TW_SYN_RECV][f] = 0;
	}
}

void tw_count_add(struct tw_count *sum, const struct tw_count *c)
{
	int s, f;

	for (s = 0; s < TW_STATES; s++) {
		for (f = 0; f < TW_FAMILIES; f++)
			sum->n[s][f] += c->n[s][f];
	}
	sum->listeners += c->listeners;
}

long long tw_count_state(const struct tw_count *c, enum tw_state s)
{
	return c->n[s][TW_V4] + c->n[s][TW_V6] + c->n[s][TW_MAPPED];
}

long long tw_count_total(const struct tw_count *c)
{
	long long sum = 0;
	int s;

	for (s = 0; s < TW_STATES; s++)
		sum += tw_count_state(c, s);
	return sum;
}

long long tw_sockstat(void)
{
	FILE *f = fopen("/proc/thread-self/net/sockstat", "re");
	long long tw = -1;
	char line[256];

	if (!f)
		return tw_fail("sockstat");
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "TCP: inuse %*d orphan %*d tw %lld", &tw) == 1)
			break;
	}
	fclose(f);
	return tw;
}

static bool sockstat_is(void *arg)
{
	return tw_sockstat() == *(long long *)arg;
}

struct state_count {
	enum tw_state s;
	long long n;
};

static bool state_is(void *arg)
{
	struct state_count *want = arg;
	struct tw_count c;

	return !tw_count_diag(&c) && tw_count_state(&c, want->s) == want->n;
}

bool tw_wait_state(enum tw_state s, long long n)
{
	struct state_count want = { .s = s, .n = n };
	struct tw_count c;

	if (tw_wait(state_is, &want, 5000))
		return true;
	tw_log("not %lld sockets in %s", n, tw_states[s]);
	if (!tw_count_diag(&c))
		tw_count_log("inet_diag", &c);
	return false;
}

bool tw_wait_sockstat(long long n)
{
	struct tw_count c;

	if (tw_wait(sockstat_is, &n, 5000))
		return true;
	tw_log("sockstat: tw is %lld, not %lld", tw_sockstat(), n);
	if (!tw_count_diag(&c))
		tw_count_log("inet_diag", &c);
	return false;
}
