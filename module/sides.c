// SPDX-License-Identifier: GPL-2.0
/*
 * Tells who chose the local port of a socket, from the bind buckets
 * that somebody bound and from the listeners.
 *
 * Sees values only; it is built in user space too (module/tests).
 */
#include <linux/bitmap.h>
#include <linux/sort.h>

#include "alloc.h"
#include "census.h"
#include "sides.h"

/**
 * twi_sides_alloc - make the bind buckets known
 * @sides: zeroed
 * @bind: those that somebody bound; they are put in order, and kept by the
 *	caller as long as @sides
 * @binds: how many
 * @l3mdev: resolves the device that a socket is bound to
 * @arg: passed to @l3mdev
 *
 * Return: 0 or -ENOMEM, after which it must be freed all the same.
 */
int twi_sides_alloc(struct twi_sides *sides, struct twi_bind *bind, u32 binds,
		    twi_l3mdev_fn l3mdev, const void *arg)
{
	u32 i;

	sides->bind = bind;
	sides->binds = binds;
	sides->l3mdev = l3mdev;
	sides->arg = arg;
	for (i = 0; i < TWI_SIDES_DEVS; i++)
		sides->last_dev[i].net = TWI_NETNS_UNHELD;
	for (i = 0; i < TWI_SIDES_PORTS; i++)
		sides->last_port[i].net = TWI_NETNS_UNHELD;
	sides->bound = kvcalloc(BITS_TO_LONGS(TWI_PORT_BITS), sizeof(long),
				TWI_GFP);
	sides->ask = kvcalloc(BITS_TO_LONGS(TWI_PORT_BITS), sizeof(long),
			      TWI_GFP);
	if (!sides->bound || !sides->ask)
		return -ENOMEM;
	sides->bytes = 2 * TWI_PORT_BITS / 8;
	sort(bind, binds, sizeof(*bind), twi_bind_cmp, NULL);
	for (i = 0; i < binds; i++)
		__set_bit(bind[i].port, sides->bound);
	return 0;
}

/**
 * twi_sides_free - free what twi_sides_alloc() allocated
 * @sides: the sides
 */
void twi_sides_free(struct twi_sides *sides)
{
	kvfree(sides->bound);
	kvfree(sides->ask);
	sides->bound = NULL;
	sides->ask = NULL;
}

/**
 * twi_sides_first - the first bind bucket from a port on
 * @sides: the sides
 * @net: index of the namespace
 * @port: the port
 *
 * Return: its number in @sides->bind, or @sides->binds.
 */
u32 twi_sides_first(const struct twi_sides *sides, u16 net, u16 port)
{
	u32 low = 0, high = sides->binds;

	while (low < high) {
		u32 middle = low + (high - low) / 2;
		const struct twi_bind *bind = &sides->bind[middle];

		if (bind->net < net || (bind->net == net && bind->port < port))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool bind_is(const struct twi_sides *sides, u32 i, u16 net, u16 port)
{
	return i < sides->binds && sides->bind[i].net == net &&
	       sides->bind[i].port == port;
}

/*
 * The l3mdev under which the port of a socket is bound.  A device is looked up
 * in a chain that may be long: not for each socket.
 */
static s32 sides_l3mdev(struct twi_sides *sides, u16 net, s32 dev)
{
	struct twi_sides_dev *last;

	if (!dev)
		return 0;
	last = &sides->last_dev[(dev + 7U * net) % TWI_SIDES_DEVS];
	if (last->net != net || last->dev != dev) {
		last->net = net;
		last->dev = dev;
		last->l3mdev = sides->l3mdev(sides->arg, net, dev);
	}
	return last->l3mdev;
}

/* Of a device that is gone any bucket may be meant. */
static bool bind_matches(const struct twi_bind *bind, s32 l3mdev)
{
	return bind->l3mdev == l3mdev || l3mdev < 0;
}

/**
 * twi_sides_listeners - fold listeners
 * @sides: the sides
 * @sock: copies of them
 * @nr: how many
 */
void twi_sides_listeners(struct twi_sides *sides, const struct twi_sock *sock,
			 u32 nr)
{
	const struct twi_sock *end = sock + nr;

	for (; sock < end; sock++) {
		u32 i = twi_sides_first(sides, sock->net, sock->lport);
		s32 l3mdev;

		/* Nobody is asked for a namespace that may be gone. */
		if (sock->net == TWI_NETNS_UNHELD)
			continue;
		if (!bind_is(sides, i, sock->net, sock->lport))
			continue;
		l3mdev = sides_l3mdev(sides, sock->net, sock->dev);
		for (; bind_is(sides, i, sock->net, sock->lport); i++)
			if (bind_matches(&sides->bind[i], l3mdev))
				sides->bind[i].listens = true;
	}
}

/**
 * twi_sides_settle - all listeners are known
 * @sides: the sides
 * @tell: sockets know whether connect() chose their port
 *
 * Sockets that do not are asked only where nobody listens, whether they are
 * transparent.
 *
 * From here on twi_side() may be asked.
 */
void twi_sides_settle(struct twi_sides *sides, bool tell)
{
	u32 i;

	for (i = 0; i < sides->binds; i++)
		if (tell || !sides->bind[i].listens)
			__set_bit(sides->bind[i].port, sides->ask);
}

/* Looks a port up, unless it was not long ago. */
static const struct twi_sides_port *sides_port(struct twi_sides *sides,
					       const struct twi_sock *sock)
{
	s32 l3mdev = sides_l3mdev(sides, sock->net, sock->dev);
	struct twi_sides_port *last;
	u32 i;

	/* Not 80 where 8080 is, nor 443 where 8443 is. */
	last = &sides->last_port[(sock->lport ^ sock->lport >> 6 ^ sock->net) %
				 TWI_SIDES_PORTS];
	if (last->net == sock->net && last->port == sock->lport &&
	    last->l3mdev == l3mdev)
		return last;
	*last = (struct twi_sides_port){
		.net = sock->net, .port = sock->lport, .l3mdev = l3mdev,
	};
	i = twi_sides_first(sides, sock->net, sock->lport);
	for (; bind_is(sides, i, sock->net, sock->lport); i++) {
		const struct twi_bind *bind = &sides->bind[i];

		if (bind_matches(bind, l3mdev)) {
			last->bound = true;
			last->shared |= bind->shared;
			last->listens |= bind->listens;
		}
	}
	return last;
}

/**
 * twi_side - the side of a socket
 * @sides: the sides
 * @sock: copy of a socket of an established hash, in a namespace that is held
 * @local: set to whether its fixed port is the local one
 *
 * Return: who chose its local port, as Documentation/ABI says.
 */
enum twi_side twi_side(struct twi_sides *sides, const struct twi_sock *sock,
		       bool *local)
{
	const bool told = sock->flags & TWI_SOCK_TOLD;
	const struct twi_sides_port *port;

	*local = false;
	if (sock->state == TWI_STATE_new_syn_recv) {
		*local = true;
		return TWI_SIDE_inbound;
	}
	if (told && sock->flags & TWI_SOCK_CONNECT)
		return TWI_SIDE_outbound;
	if (!told && !test_bit(sock->lport, sides->bound))
		return TWI_SIDE_outbound;
	port = sides_port(sides, sock);
	if (!told && !port->bound)
		return TWI_SIDE_outbound;
	if (port->listens || sock->flags & TWI_SOCK_TRANSPARENT) {
		*local = true;
		return TWI_SIDE_inbound;
	}
	*local = port->shared;
	return TWI_SIDE_bound;
}
