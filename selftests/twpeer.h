/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A TCP peer that does what a test says and nothing else: it sends
 * single segments over a TUN device and reads what the kernel answers.  With
 * it, a socket can be brought into any state and left there.
 */
#ifndef TWPEER_H
#define TWPEER_H

#include <stdbool.h>
#include <stdint.h>

/* The kernel's address on the device, and the peer's. */
#define TWPEER_LOCAL4	"10.66.0.1"
#define TWPEER_PEER4	"10.66.0.2"
#define TWPEER_LOCAL6	"fd66::1"
#define TWPEER_PEER6	"fd66::2"

struct twpeer {
	int	fd;
	bool	v6;	/* what is spoken on the wire */
};

/* A connection as the peer sees it: what it sends next, what it expects. */
struct twpeer_conn {
	uint16_t	port;	/* the peer's */
	uint16_t	to;	/* the kernel's */
	uint32_t	seq;
	uint32_t	ack;
};

#define TWPEER_FIN	0x01
#define TWPEER_SYN	0x02
#define TWPEER_RST	0x04
#define TWPEER_ACK	0x10

/* A device in the current namespace, once it answers; -1 and a word if not. */
int twpeer_open(struct twpeer *peer, bool v6);
/* One segment with @len bytes of data; advances c->seq. */
int twpeer_send(struct twpeer *peer, struct twpeer_conn *c, int flags, int len);
/*
 * Wait for a segment of this connection with all of @flags; c->ack is then
 * what acknowledges it.
 */
int twpeer_recv(struct twpeer *peer, struct twpeer_conn *c, int flags);
/* Handshake with a listener. */
int twpeer_connect(struct twpeer *peer, struct twpeer_conn *c);

#endif /* TWPEER_H */
