// SPDX-License-Identifier: GPL-2.0
/*
 * See twpeer.h.  No timers and no state machine: what the kernel
 * repeats is read and thrown away.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/if_tun.h>

#include "twlib.h"
#include "twpeer.h"

#define DEVICE	"twpeer0"

/* The sum of RFC 1071, not folded. */
static uint32_t sum(uint32_t start, const void *data, size_t len)
{
	const uint8_t *p = data;
	size_t i;

	for (i = 0; i < len; i++)
		start += i & 1 ? p[i] : p[i] << 8;
	return start;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

/* Sum over both addresses: the part of the pseudo header that has bytes. */
static size_t header4(uint8_t *packet, size_t payload, uint32_t *pseudo)
{
	struct iphdr *ip = (struct iphdr *)packet;

	ip->version = 4;
	ip->ihl = 5;
	ip->tot_len = htons(sizeof(*ip) + payload);
	ip->ttl = 64;
	ip->protocol = IPPROTO_TCP;
	inet_pton(AF_INET, TWPEER_PEER4, &ip->saddr);
	inet_pton(AF_INET, TWPEER_LOCAL4, &ip->daddr);
	ip->check = fold(sum(0, ip, sizeof(*ip)));
	*pseudo = sum(0, &ip->saddr, 8);
	return sizeof(*ip);
}

static size_t header6(uint8_t *packet, size_t payload, uint32_t *pseudo)
{
	struct ip6_hdr *ip = (struct ip6_hdr *)packet;

	ip->ip6_flow = htonl(6 << 28);
	ip->ip6_plen = htons(payload);
	ip->ip6_nxt = IPPROTO_TCP;
	ip->ip6_hlim = 64;
	inet_pton(AF_INET6, TWPEER_PEER6, &ip->ip6_src);
	inet_pton(AF_INET6, TWPEER_LOCAL6, &ip->ip6_dst);
	*pseudo = sum(0, &ip->ip6_src, 32);
	return sizeof(*ip);
}

int twpeer_send(struct twpeer *peer, struct twpeer_conn *c, int flags, int len)
{
	uint8_t packet[512] __attribute__((aligned(4))) = {};
	size_t payload = sizeof(struct tcphdr) + len, at;
	struct tcphdr *tcp;
	uint32_t pseudo;

	at = peer->v6 ? header6(packet, payload, &pseudo) :
			header4(packet, payload, &pseudo);
	tcp = (struct tcphdr *)(packet + at);
	tcp->source = htons(c->port);
	tcp->dest = htons(c->to);
	tcp->seq = htonl(c->seq);
	tcp->ack_seq = htonl(flags & TWPEER_ACK ? c->ack : 0);
	tcp->doff = sizeof(*tcp) / 4;
	tcp->window = htons(65535);
	tcp->th_flags = flags;
	tcp->check = fold(sum(pseudo + IPPROTO_TCP + payload, tcp, payload));
	c->seq += len + !!(flags & TWPEER_SYN) + !!(flags & TWPEER_FIN);
	if (write(peer->fd, packet, at + payload) != (ssize_t)(at + payload))
		return tw_fail("tun");
	return 0;
}

/* The TCP header of a packet and the length of the data, or NULL. */
static const struct tcphdr *parse(const uint8_t *packet, size_t len, bool v6,
				  size_t *data)
{
	const struct iphdr *ip = (const void *)packet;
	const struct ip6_hdr *ip6 = (const void *)packet;
	size_t at = v6 ? sizeof(*ip6) : ip->ihl * 4U;
	const struct tcphdr *tcp = (const void *)(packet + at);

	if (len < at + sizeof(*tcp) || ip->version != (v6 ? 6 : 4))
		return NULL;
	if ((v6 ? ip6->ip6_nxt : ip->protocol) != IPPROTO_TCP)
		return NULL;
	*data = len - at - tcp->doff * 4;
	return tcp;
}

static int recv_within(struct twpeer *peer, struct twpeer_conn *c, int flags,
		       int ms)
{
	uint8_t packet[2048] __attribute__((aligned(4)));
	struct pollfd pfd = { .fd = peer->fd, .events = POLLIN };
	const struct tcphdr *tcp;
	size_t data;
	ssize_t n;

	while (poll(&pfd, 1, ms) == 1) {
		n = read(peer->fd, packet, sizeof(packet));
		tcp = n > 0 ? parse(packet, n, peer->v6, &data) : NULL;
		if (!tcp || ntohs(tcp->dest) != c->port ||
		    ntohs(tcp->source) != c->to ||
		    (tcp->th_flags & flags) != flags)
			continue;
		c->ack = ntohl(tcp->seq) + data +
			 !!(tcp->th_flags & (TWPEER_SYN | TWPEER_FIN));
		return 0;
	}
	return -1;
}

int twpeer_recv(struct twpeer *peer, struct twpeer_conn *c, int flags)
{
	if (!recv_within(peer, c, flags, 3000))
		return 0;
	tw_log("twpeer: no segment with flags %#x for port %u", flags, c->port);
	return -1;
}

/*
 * An IPv6 address has its route only when a worker of the kernel has run.
 * Until then a segment to it goes nowhere, and nobody here would repeat it: ask
 * a port that is closed until it says so.
 */
static int wait_ready(struct twpeer *peer)
{
	struct twpeer_conn c = { .port = 9, .to = 9 };

	for (int i = 0; i < 50; i++) {
		if (twpeer_send(peer, &c, TWPEER_SYN, 0))
			return -1;
		if (!recv_within(peer, &c, TWPEER_RST, 100))
			return 0;
	}
	tw_log("twpeer: no answer from a closed port");
	return -1;
}

int twpeer_open(struct twpeer *peer, bool v6)
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int err;

	peer->v6 = v6;
	peer->fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (peer->fd < 0)
		return tw_fail("/dev/net/tun");
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), DEVICE);
	if (ioctl(peer->fd, TUNSETIFF, &ifr))
		return tw_fail("TUNSETIFF");
	err = v6 ? tw_add_address(DEVICE, TWPEER_LOCAL6, 64) :
		   tw_add_address(DEVICE, TWPEER_LOCAL4, 24);
	return err ? err : wait_ready(peer);
}

int twpeer_connect(struct twpeer *peer, struct twpeer_conn *c)
{
	return twpeer_send(peer, c, TWPEER_SYN, 0) ||
	       twpeer_recv(peer, c, TWPEER_SYN | TWPEER_ACK) ||
	       twpeer_send(peer, c, TWPEER_ACK, 0) ? -1 : 0;
}
