// SPDX-License-Identifier: GPL-2.0
/*
 * Namespaces, settings and populations of sockets for the tests;
 * see twlib.h.  Nothing in the library judges: it makes, reads and counts, and
 * the tests compare.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "twlib.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif
#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

const char *const tw_families[TW_FAMILIES] = { "v4", "v6", "mapped" };

const char *const tw_states[TW_STATES] = {
	"tw", "fw2", "established", "syn_sent", "syn_recv", "new_syn_recv",
	"fin_wait1", "fin_wait2", "close_wait", "last_ack", "closing",
};

void tw_log(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("# ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
}

int tw_fail(const char *what)
{
	int err = errno;

	tw_log("%s: %s", what, strerror(err));
	errno = err;
	return -1;
}

/* Out of memory ends a test: nothing that follows would mean anything. */
void *tw_need(void *p)
{
	if (!p)
		abort();
	return p;
}

int tw_slow(void)
{
	const char *text = getenv("TWINSPECT_SLOW");
	int slow = text ? atoi(text) : 1;

	return slow > 0 ? slow : 1;
}

bool tw_full(void)
{
	const char *text = getenv("TWINSPECT_FULL");

	return text && atoi(text);
}

/* time */

/* What the harness calls alarm(), see the Makefile; it is declared so too. */
#undef alarm
unsigned int alarm(unsigned int seconds);

unsigned int tw_alarm(unsigned int seconds)
{
	return alarm(seconds * tw_slow());
}

long long tw_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

long long tw_now_ms(void)
{
	return tw_now_ns() / 1000000;
}

static int compare(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return (x > y) - (x < y);
}

void tw_sort(long long *value, int n)
{
	qsort(value, n, sizeof(*value), compare);
}

void tw_sleep_until_ms(long long ms)
{
	struct timespec ts = {
		.tv_sec = ms / 1000,
		.tv_nsec = ms % 1000 * 1000000,
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) ==
	       EINTR)
		;
}

void tw_sleep_ms(long long ms)
{
	tw_sleep_until_ms(tw_now_ms() + ms);
}

bool tw_wait(bool (*cond)(void *arg), void *arg, long long ms)
{
	long long end = tw_now_ms() + ms * tw_slow();

	while (!cond(arg)) {
		if (tw_now_ms() > end)
			return false;
		tw_sleep_ms(20);
	}
	return true;
}

/* numbers in other files */

long long tw_read_number(const char *path)
{
	char text[64] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	long long value;
	ssize_t n;

	if (fd < 0)
		return tw_fail(path);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0 || sscanf(text, "%lld", &value) != 1)
		return tw_fail(path);
	return value;
}

int tw_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return tw_fail(path);
	n = write(fd, text, strlen(text));
	if (close(fd) || n != (ssize_t)strlen(text))
		return tw_fail(path);
	return 0;
}

int tw_sysctl_text(const char *name, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	return tw_write(path, text);
}

int tw_sysctl(const char *name, long long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", value);
	return tw_sysctl_text(name, text);
}

long long tw_sysctl_read(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	return tw_read_number(path);
}

/* Slabs, memory of modules and of vmalloc(), and what each CPU has a copy of. */
long long tw_kernel_kb(bool caches)
{
	const char *refresh = "/proc/sys/vm/stat_refresh";
	const char *const names[] = {
		caches ? "Slab:" : "SUnreclaim:", "VmallocUsed:", "Percpu:",
	};
	char line[128], name[64];
	long long sum = 0, kb;
	FILE *f;

	/* Else each CPU may have some pages that it alone knows of. */
	if (!access(refresh, F_OK))
		tw_write(refresh, "1");
	f = fopen("/proc/meminfo", "re");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%63s %lld", name, &kb) != 2)
			continue;
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			sum += strcmp(name, names[i]) ? 0 : kb;
	}
	if (f)
		fclose(f);
	return sum;
}

/*
 * What was freed shall count as free: KASAN keeps it in quarantine, up to a 32nd
 * of memory, and SLUB has slabs in reserve; but no cache that is told to shrink
 * does either (kasan_cache_shrink(), mm/kasan/common.c).
 */
void tw_shrink_caches(void)
{
	glob_t caches;

	if (glob("/sys/kernel/slab/*/shrink", 0, NULL, &caches))
		return;
	for (size_t i = 0; i < caches.gl_pathc; i++)
		tw_write(caches.gl_pathv[i], "1");
	globfree(&caches);
}

/* namespaces */

static int link_up(const char *device)
{
	struct ifreq ifr = {};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return tw_fail("socket");
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", device);
	err = ioctl(fd, SIOCGIFFLAGS, &ifr);
	ifr.ifr_flags |= IFF_UP;
	if (!err)
		err = ioctl(fd, SIOCSIFFLAGS, &ifr);
	if (err)
		tw_fail(device);
	close(fd);
	return err;
}

/* An address of either family, by netlink, as ip(8) does it. */
int tw_add_address(const char *device, const char *address, int prefix)
{
	struct {
		struct nlmsghdr		nlh;
		struct ifaddrmsg	ifa;
		char			attrs[64];
	} req = {};
	struct { struct nlmsghdr nlh; struct nlmsgerr err; } ack;
	unsigned char raw[16];
	struct rtattr *rta;
	int fd, family, len, type;

	family = strchr(address, ':') ? AF_INET6 : AF_INET;
	len = family == AF_INET ? 4 : 16;
	if (inet_pton(family, address, raw) != 1)
		return tw_fail(address);
	if (link_up(device))
		return -1;
	req.nlh.nlmsg_len = NLMSG_LENGTH(sizeof(req.ifa));
	req.nlh.nlmsg_type = RTM_NEWADDR;
	req.nlh.nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_ACK;
	req.ifa.ifa_family = family;
	req.ifa.ifa_prefixlen = prefix;
	req.ifa.ifa_flags = family == AF_INET6 ? IFA_F_NODAD : 0;
	req.ifa.ifa_index = if_nametoindex(device);
	for (type = IFA_ADDRESS; type <= IFA_LOCAL; type++) {
		rta = (void *)((char *)&req + NLMSG_ALIGN(req.nlh.nlmsg_len));
		rta->rta_type = type;
		rta->rta_len = RTA_LENGTH(len);
		memcpy(RTA_DATA(rta), raw, len);
		req.nlh.nlmsg_len = NLMSG_ALIGN(req.nlh.nlmsg_len) +
				    RTA_ALIGN(rta->rta_len);
	}
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0)
		return tw_fail("socket");
	if (send(fd, &req, req.nlh.nlmsg_len, 0) < 0 ||
	    recv(fd, &ack, sizeof(ack), 0) < (ssize_t)sizeof(ack)) {
		close(fd);
		return tw_fail("rtnetlink");
	}
	close(fd);
	errno = -ack.err.error;
	return ack.err.error ? tw_fail(address) : 0;
}

int tw_ns_setup(void)
{
	return link_up("lo") || tw_sysctl("net/ipv4/tcp_tw_reuse", 0) ||
	       tw_sysctl("net/ipv4/tcp_rfc1337", 1) ||
	       tw_sysctl("net/ipv4/tcp_max_tw_buckets", 262144) ? -1 : 0;
}

int tw_ns_fd(void)
{
	int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? tw_fail("/proc/thread-self/ns/net") : fd;
}

int tw_ns_new(void)
{
	if (unshare(CLONE_NEWNET))
		return tw_fail("unshare");
	return tw_ns_setup() ? -1 : tw_ns_fd();
}

int tw_ns_own_v6(void)
{
	if (system("ip route add local " TW_OWN_V6 " dev lo")) {
		tw_log("no route for " TW_OWN_V6);
		return -1;
	}
	return tw_sysctl("net/ipv6/ip_nonlocal_bind", 1);
}

int tw_ns_enter(int fd)
{
	return setns(fd, CLONE_NEWNET) ? tw_fail("setns") : 0;
}

/*
 * A namespace is off the list before its sockets are ended: those in a table of
 * its own can't be seen any more, but their bind buckets can.
 */
static bool no_binds_left(void)
{
	struct tw_file *f = tw_load("bind_buckets");
	size_t rows = 1;

	tw_sum_by(f, "port", "netns", 0, &rows);
	tw_free(f);
	return !rows;
}

static bool ns_are(void *arg)
{
	struct tw_file *f = tw_load("summary");
	bool yes = tw_get(f, "netns") == *(int *)arg &&
		   !tw_get(f, "netns_unheld") && !tw_get(f, "unheld_sockets");

	tw_free(f);
	return yes && no_binds_left();
}

bool tw_ns_wait(int n)
{
	if (tw_wait(ns_are, &n, 15000))
		return true;
	tw_log("there are more than %d network namespaces", n);
	return false;
}

long long tw_ns_inode(void)
{
	struct stat st;

	if (stat("/proc/thread-self/ns/net", &st))
		return tw_fail("/proc/thread-self/ns/net");
	return st.st_ino;
}

long long tw_ns_cookie(void)
{
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie,
				 &len))
		tw_fail("SO_NETNS_COOKIE");
	close(fd);
	return cookie;
}

/* populations */

int tw_addr(union twgen_addr *addr, enum tw_family family, const char *text,
	    uint16_t port)
{
	static const char *const loopback[TW_FAMILIES] = {
		"127.0.0.1", "::1", "127.0.0.1",
	};
	char mapped[64];

	memset(addr, 0, sizeof(*addr));
	if (!text)
		text = loopback[family];
	if (family == TW_V4) {
		addr->v4.sin_family = AF_INET;
		addr->v4.sin_port = htons(port);
		if (inet_pton(AF_INET, text, &addr->v4.sin_addr) == 1)
			return sizeof(addr->v4);
	} else {
		snprintf(mapped, sizeof(mapped), "%s%s",
			 family == TW_MAPPED ? "::ffff:" : "", text);
		addr->v6.sin6_family = AF_INET6;
		addr->v6.sin6_port = htons(port);
		if (inet_pton(AF_INET6, mapped, &addr->v6.sin6_addr) == 1)
			return sizeof(addr->v6);
	}
	tw_log("no address: %s", text);
	abort();
}

static int af(enum tw_family family)
{
	return family == TW_V4 ? AF_INET : AF_INET6;
}

int tw_listen(enum tw_family family, const char *local, uint16_t port)
{
	union twgen_addr addr;
	int len = tw_addr(&addr, family, local, port), one = 1;
	int fd = socket(af(family), SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return tw_fail("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&addr, len) || listen(fd, 1024)) {
		tw_fail("listen");
		close(fd);
		return -1;
	}
	return fd;
}

static int bind_client(int fd, const struct tw_conn *conn)
{
	union twgen_addr addr;
	int len, one = 1;

	if (conn->device && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE,
				       conn->device, strlen(conn->device)))
		return tw_fail("SO_BINDTODEVICE");
	if (!conn->local && !conn->lport)
		return 0;
	len = tw_addr(&addr, conn->family, conn->local, conn->lport);
	if (conn->lport)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	else
		setsockopt(fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, &one,
			   sizeof(one));
	return bind(fd, (struct sockaddr *)&addr, len);
}

int tw_connect(const struct tw_conn *conn)
{
	union twgen_addr addr;
	int len = tw_addr(&addr, conn->family, conn->remote, conn->port);
	int fd = socket(af(conn->family), SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return tw_fail("socket");
	if (bind_client(fd, conn) ||
	    connect(fd, (struct sockaddr *)&addr, len)) {
		tw_fail("connect");
		close(fd);
		return -1;
	}
	return fd;
}

int tw_pair(const struct tw_conn *conn, int listener, int *client, int *server)
{
	*client = tw_connect(conn);
	if (*client < 0)
		return -1;
	*server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (*server < 0) {
		close(*client);
		return tw_fail("accept");
	}
	return 0;
}

int tw_close(int first, int second)
{
	char byte;
	int err = 0;

	close(first);
	if (read(second, &byte, 1))
		err = tw_fail("no FIN");
	close(second);
	return err;
}

/*
 * @conn with the first of @n ports that no connection of ours has had, below
 * those that connect() chooses from.
 */
static struct tw_conn with_lport(const struct tw_conn *conn, int n)
{
	static uint16_t next = 10000;
	struct tw_conn c = *conn;

	if (c.server_closes && !c.lport) {
		c.lport = next;
		next += n;
	}
	return c;
}

int tw_make(const struct tw_conn *conn, int n)
{
	struct tw_conn c = with_lport(conn, n);
	int listener, client, server, made;

	listener = tw_listen(conn->family, conn->remote, conn->port);
	if (listener < 0)
		return -1;
	for (made = 0; made < n; made++, c.lport += !!c.lport) {
		if (tw_pair(&c, listener, &client, &server))
			break;
		if (conn->server_closes ? tw_close(server, client) :
					  tw_close(client, server))
			break;
	}
	close(listener);
	return made;
}

static bool is_fin_wait2(void *arg)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	return !getsockopt(*(int *)arg, IPPROTO_TCP, TCP_INFO, &info, &len) &&
	       info.tcpi_state == TCP_FIN_WAIT2;
}

/*
 * Not by close() alone: were the ACK of its FIN to arrive while close() is at
 * work, a full socket would be left in FIN-WAIT-2.
 */
int tw_close_fw2(const int *fds, int n)
{
	int i;

	for (i = 0; i < n; i++)
		shutdown(fds[i], SHUT_WR);
	for (i = 0; i < n; i++) {
		if (!tw_wait(is_fin_wait2, (void *)&fds[i], 3000))
			return tw_fail("no FIN-WAIT-2");
		close(fds[i]);
	}
	return 0;
}

int tw_make_fw2(const struct tw_conn *conn, int n, int *ends)
{
	int *closing = tw_need(calloc(n, sizeof(*closing)));
	int listener, client, server, made;

	listener = tw_listen(conn->family, conn->remote, conn->port);
	if (listener < 0)
		return -1;
	for (made = 0; made < n; made++) {
		if (tw_pair(conn, listener, &client, &server))
			break;
		closing[made] = conn->server_closes ? server : client;
		ends[made] = conn->server_closes ? client : server;
	}
	close(listener);
	if (tw_close_fw2(closing, made))
		made = -1;
	free(closing);
	return made;
}

int tw_gen_open(void)
{
	int fd = open(TWGEN_DEV, O_RDWR | O_CLOEXEC);

	return fd < 0 ? tw_fail(TWGEN_DEV) : fd;
}

int tw_gen(int gen, const struct tw_conn *conn, int n)
{
	int addresses = conn->addresses ? conn->addresses : 1;
	struct tw_conn c = with_lport(conn, (n - 1) / addresses + 1);
	struct twgen_make arg = {
		.listener = -1,
		.closer = conn->reset ? TWGEN_RESET :
			  conn->both_close ? TWGEN_BOTH :
			  conn->server_closes ? TWGEN_SERVER : TWGEN_CLIENT,
		.count = n,
		.addresses = addresses,
	};

	tw_addr(&arg.remote, conn->family, conn->remote, conn->port);
	if (c.local || c.lport)
		tw_addr(&arg.local, c.family, c.local, c.lport);
	else
		arg.local.v4.sin_family = af(conn->family);
	if (ioctl(gen, TWGEN_MAKE, &arg))
		tw_fail("TWGEN_MAKE");
	return arg.made;
}

long long tw_gen_hold(int gen, uint16_t port)
{
	struct twgen_select arg = { .port = port };

	return ioctl(gen, TWGEN_HOLD, &arg) ?
	       tw_fail("TWGEN_HOLD") : (long long)arg.found;
}

long long tw_gen_drop(int gen, uint16_t port)
{
	return tw_gen_drop_in(gen, port, 0, 0);
}

long long tw_gen_drop_in(int gen, uint16_t port, unsigned int from,
			 unsigned int to)
{
	struct twgen_select arg = { .port = port, .from = from, .to = to };

	return ioctl(gen, TWGEN_DROP, &arg) ?
	       tw_fail("TWGEN_DROP") : (long long)arg.found;
}

int tw_gen_info(int gen, struct twgen_info *info)
{
	return ioctl(gen, TWGEN_INFO, info) ? tw_fail("TWGEN_INFO") : 0;
}

int tw_gen_bind(int gen, struct twgen_bind *bind)
{
	return ioctl(gen, TWGEN_BIND, bind) ? tw_fail("TWGEN_BIND") : 0;
}

int tw_gen_lock(int gen, unsigned int slot, unsigned int ms,
		struct twgen_lock *lock)
{
	*lock = (struct twgen_lock) { .slot = slot, .ms = ms };
	return ioctl(gen, TWGEN_LOCK, lock) ? tw_fail("TWGEN_LOCK") : 0;
}

int tw_gen_grace(int gen, unsigned int ms, struct twgen_grace *grace)
{
	*grace = (struct twgen_grace) { .ms = ms };
	return ioctl(gen, TWGEN_GRACE, grace) ? tw_fail("TWGEN_GRACE") : 0;
}

long long tw_gen_hunt(int gen, unsigned int slot, unsigned int ms)
{
	struct twgen_hunt arg = { .slot = slot, .ms = ms };

	return ioctl(gen, TWGEN_HUNT, &arg) ?
	       tw_fail("TWGEN_HUNT") : (long long)arg.found;
}

struct twgen_chain *tw_gen_chains(int gen, int table, size_t *n)
{
	struct twgen_chains arg = { .table = table };
	struct twgen_chain *chains;

	if (!ioctl(gen, TWGEN_CHAINS, &arg) || errno != ENOSPC) {
		tw_fail("TWGEN_CHAINS");
		return NULL;
	}
	chains = tw_need(calloc(arg.buckets, sizeof(*chains)));
	arg.size = arg.buckets;
	arg.buf = (uintptr_t)chains;
	if (ioctl(gen, TWGEN_CHAINS, &arg)) {
		tw_fail("TWGEN_CHAINS");
		free(chains);
		return NULL;
	}
	*n = arg.buckets;
	return chains;
}
