// SPDX-License-Identifier: GPL-2.0
/*
 * The search of __inet_hash_connect() over a range of ports; see twports.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "twports.h"

int tw_ports_range(int low, int high)
{
	char range[32];

	snprintf(range, sizeof(range), "%d %d", low, high);
	return tw_sysctl_text("net/ipv4/ip_local_port_range", range);
}

void tw_ports_init(struct tw_ports *p, int low, int high)
{
	memset(p, 0, sizeof(*p));
	p->low = low;
	p->high = high;
}

void tw_ports_set(struct tw_ports *p, int from, int to, enum tw_port state)
{
	while (from <= to)
		p->state[from++] = state;
}

int tw_ports_ss(struct tw_ports *p, const char *local, const char *remote,
		int port, int dev, enum tw_port tw)
{
	struct in6_addr from = tw_ss_addr(local), to = tw_ss_addr(remote);
	struct tw_ss_list list;
	size_t i;

	if (tw_ss(&list))
		return -1;
	for (i = 0; i < list.n; i++) {
		const struct tw_ss *s = &list.s[i];

		if (s->state == TW_STATES || s->rport != port ||
		    s->dev != dev || memcmp(&s->local, &from, sizeof(from)) ||
		    memcmp(&s->remote, &to, sizeof(to)))
			continue;
		if (p->state[s->lport] == TW_PORT_FREE)
			p->state[s->lport] = s->state == TW_TW ? tw :
					     TW_PORT_TAKEN;
	}
	tw_ss_free(&list);
	return 0;
}

static bool available(const struct tw_ports *p, int port)
{
	return p->state[port] == TW_PORT_FREE ||
	       p->state[port] == TW_PORT_REUSABLE;
}

int tw_ports_length(const struct tw_ports *p)
{
	int n = p->high - p->low + 1;

	return n > 1 ? n & ~1 : n;
}

int tw_ports_probes(const struct tw_ports *p, int offset)
{
	int length = tw_ports_length(p), taken = 0, parity, port, i;

	for (parity = 0; parity < 2; parity++, offset++) {
		port = p->low + offset;
		for (i = 0; i < length; i += 2, port += 2) {
			if (port > p->high)
				port -= length;
			if (available(p, port))
				return taken;
			taken += p->state[port] != TW_PORT_RESERVED;
		}
		if (length == 1)
			break;
	}
	return taken;
}

/*
 * In a range of odd size, a search that starts at its first port does not come
 * to the last one, and any other not to the first one.  If only these are left,
 * one of the two will be found in each case.
 */
static int guaranteed(const struct tw_ports *p, int n)
{
	int ends = available(p, p->low) + available(p, p->high);
	int size = p->high - p->low + 1;

	if (size == 1 || size % 2 == 0)
		return n;
	if (size == 3)		/* there is but one start */
		return n - available(p, p->high);
	return n - ends + (ends == 2);
}

void tw_ports_supply(const struct tw_ports *p, struct tw_supply *s)
{
	int length = tw_ports_length(p), n = 0, offset, port;
	long long sum = 0, starts = 0;

	memset(s, 0, sizeof(*s));
	for (port = p->low; port <= p->high; port++) {
		enum tw_port state = p->state[port];

		if (state == TW_PORT_RESERVED || state == TW_PORT_BLOCKED)
			continue;
		s->capacity++;
		s->used += state != TW_PORT_FREE;
		s->free += state == TW_PORT_FREE;
		s->free_first += state == TW_PORT_FREE &&
				 (port - p->low) % 2 == 0;
		n += available(p, port);
	}
	s->used_percent = s->capacity ? 100 * s->used / s->capacity : 100;
	s->left = guaranteed(p, n);
	s->probes_least = -1;
	s->probes_mean_milli = -1;
	s->probes_most = -1;
	if (!s->left)
		return;
	for (offset = 0; offset < length; offset += 2, starts++) {
		int k = tw_ports_probes(p, offset);

		sum += k;
		if (!starts || k < s->probes_least)
			s->probes_least = k;
		if (k > s->probes_most)
			s->probes_most = k;
	}
	s->probes_mean_milli = 1000 * sum / starts;
}

int tw_supply_diff(const struct tw_supply *s, const struct tw_file *f, int row)
{
	const struct {
		const char *column;
		long long value;
	} want[] = {
		{ "capacity", s->capacity },
		{ "used", s->used },
		{ "free", s->free },
		{ "free_first", s->free_first },
		{ "used_percent", s->used_percent },
		{ "left", s->left },
		{ "probes_least", s->probes_least },
		{ "probes_mean_milli", s->probes_mean_milli },
		{ "probes_most", s->probes_most },
	};
	int diff = 0;
	size_t i;

	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		long long seen = tw_cell(f, row, want[i].column);

		/* Whether it is rounded is not said. */
		if (seen == want[i].value ||
		    (seen == want[i].value + 1 && seen &&
		     strstr(want[i].column, "milli")))
			continue;
		tw_log("%s is %lld, not %lld", want[i].column, seen,
		       want[i].value);
		diff++;
	}
	return diff;
}

int tw_dest_init(struct tw_dest *d, enum tw_family family, const char *address,
		 int size)
{
	static const char *const loopback[TW_FAMILIES] = {
		"127.0.0.1", "::1", "127.0.0.1",
	};
	int high = TW_DEST_LOW + size - 1;

	memset(d, 0, sizeof(*d));
	d->gen = tw_gen_open();
	if (d->gen < 0 || tw_ns_new() < 0 || tw_ports_range(TW_DEST_LOW, high))
		return -1;
	if (address && family == TW_V6 ? tw_ns_own_v6() :
	    address ? tw_add_address("lo", address, 32) : 0)
		return -1;
	d->local = address ? address : loopback[family];
	d->remote = d->local;
	d->conn = (struct tw_conn) {
		.family = family, .local = address, .remote = address,
		.port = TW_DEST_PORT,
	};
	tw_ports_init(&d->ports, TW_DEST_LOW, high);
	d->listener = tw_listen(family, address, TW_DEST_PORT);
	return d->listener < 0 ? -1 : 0;
}

int tw_dest_row(const struct tw_dest *d, const struct tw_file *f)
{
	return tw_tuples_row(f, TW_OUTBOUND, d->local, d->remote, TW_DEST_PORT,
			     d->dev);
}

long long tw_dest_cell(const struct tw_dest *d, const char *column)
{
	struct tw_file *f = tw_load("tuples");
	int row = tw_dest_row(d, f);
	long long value = row < 0 ? TW_NONE : tw_cell(f, row, column);

	tw_free(f);
	return value;
}

/* What the model makes of the sockets that there are. */
static int predict(const struct tw_dest *d, enum tw_port tw,
		   struct tw_supply *s)
{
	static struct tw_ports ports;

	ports = d->ports;
	if (tw_ports_ss(&ports, d->local, d->remote, TW_DEST_PORT, d->dev, tw))
		return -1;
	/* Whatever has no device is in the way of those that have one. */
	if (d->dev &&
	    tw_ports_ss(&ports, d->local, d->remote, TW_DEST_PORT, 0, tw))
		return -1;
	tw_ports_supply(&ports, s);
	return 0;
}

int tw_dest_diff(const struct tw_dest *d, enum tw_port tw, long long *left)
{
	struct tw_supply s;
	struct tw_file *f;
	int row, diff;

	if (predict(d, tw, &s))
		return -1;
	*left = s.left;
	f = tw_load("tuples");
	row = tw_dest_row(d, f);
	if (row < 0) {
		diff = s.used > 0;
	} else {
		diff = tw_supply_diff(&s, f, row);
		diff += tw_inexact(f) != 0;
	}
	if (diff)
		tw_log("%s, %lld of %lld used", row < 0 ? "no row" : "a row",
		       s.used, s.capacity);
	tw_free(f);
	return diff;
}

int tw_dest_make_tw(const struct tw_dest *d, int n)
{
	int client, server, made;

	for (made = 0; made < n; made++) {
		if (tw_pair(&d->conn, d->listener, &client, &server))
			return errno == EADDRNOTAVAIL ? made : -1;
		if (tw_close(client, server))
			return -1;
	}
	return made;
}

/* A second, and some ticks of the clocks that are read once in a tick. */
void tw_dest_wait_old(void)
{
	tw_sleep_ms(1100);
}

void tw_abort(int client, int server)
{
	struct linger linger = { .l_onoff = 1 };

	setsockopt(client, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close(client);
	setsockopt(server, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	close(server);
}

int tw_dest_count_left(const struct tw_dest *d)
{
	static int client[TW_DEST_MOST], server[TW_DEST_MOST];
	int n = 0, err = 0, i;

	while (n < TW_DEST_MOST && !err) {
		err = tw_pair(&d->conn, d->listener, &client[n], &server[n]);
		n += !err;
	}
	err = err && errno != EADDRNOTAVAIL;
	for (i = 0; i < n; i++)
		tw_abort(client[i], server[i]);
	return err ? -1 : n;
}
