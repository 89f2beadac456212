/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tells who chose the local port of a socket.
 */
#ifndef TWI_SIDES_H
#define TWI_SIDES_H

#include "value.h"

/* A bit for each port. */
#define TWI_PORT_BITS		65536
/* Devices, and ports, of which it is remembered what was found of them. */
#define TWI_SIDES_DEVS		64
#define TWI_SIDES_PORTS		64

enum twi_side {
#define X(name) TWI_SIDE_##name,
	TWI_SIDES(X)
#undef X
	TWI_SIDE_NR,
};

/**
 * typedef twi_l3mdev_fn - the l3mdev under which a bound socket's port is hashed
 * @arg: whatever was given with it
 * @net: index of its namespace
 * @dev: ifindex of the device it is bound to
 *
 * Return: ifindex of the l3 master device, 0 for none, -1 when unknown.
 */
typedef int (*twi_l3mdev_fn)(const void *arg, u32 net, int dev);

/**
 * struct twi_sides - what the sides of sockets depend on
 * @bind:	bind buckets that somebody bound, in order; another's
 * @binds:	how many
 * @bound:	a bit for each port that one of them is of
 * @ask:	a bit for each of these where the socket itself has to be asked
 * @l3mdev:	resolves the device that a socket is bound to
 * @arg:	passed to @l3mdev
 * @bytes:	memory allocated
 */
struct twi_sides {
	struct twi_bind *bind;
	u32 binds;
	unsigned long *bound;
	unsigned long *ask;
	twi_l3mdev_fn l3mdev;
	const void *arg;
	size_t bytes;
	/* The devices and the ports that were asked for last. */
	struct twi_sides_dev {
		u16 net;
		s32 dev;
		s32 l3mdev;
	} last_dev[TWI_SIDES_DEVS];
	struct twi_sides_port {
		u16 net;
		u16 port;
		s32 l3mdev;
		bool bound;
		bool shared;
		bool listens;
	} last_port[TWI_SIDES_PORTS];
};

int twi_sides_alloc(struct twi_sides *sides, struct twi_bind *bind, u32 binds,
		    twi_l3mdev_fn l3mdev, const void *arg);
void twi_sides_free(struct twi_sides *sides);
void twi_sides_listeners(struct twi_sides *sides, const struct twi_sock *sock,
			 u32 nr);
void twi_sides_settle(struct twi_sides *sides, bool tell);
u32 twi_sides_first(const struct twi_sides *sides, u16 net, u16 port);
enum twi_side twi_side(struct twi_sides *sides, const struct twi_sock *sock,
		       bool *local);

#endif /* TWI_SIDES_H */
