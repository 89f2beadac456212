// SPDX-License-Identifier: GPL-2.0
/*
 * What a connect() that chooses its local port would meet: how many
 * ports it would find, at which cost, and until when.
 *
 * The search is that of __inet_hash_connect() (net/ipv4/inet_hashtables.c),
 * for a socket without IP_LOCAL_PORT_RANGE.  Of a range of n ports it tries
 * n / 2 of the parity of the first one, from a start of that parity upwards and
 * round, and then as many of the other.  Its start moves on with each connect()
 * and can't be read: so all of them are looked at.
 *
 * With ports 0 to n - 1, m = n / 2, and a start of 2k below 2m:
 *
 *   n even:  2k, ..., n - 2, 0, ..., 2k - 2, then the same of the odd ones.
 *   n odd:   where it comes round it goes back by 2m, not by n: from a start of
 *            0 port 2m is not tried, from any other one port 0 is not.  The m
 *            odd ones are all tried.
 *   n = 1:   that one port.
 */
#include <linux/bitmap.h>
#include <linux/math64.h>
#include <linux/minmax.h>

#include "connect.h"

/* Ports of one parity that are tried round and round: @first, @first + 2... */
struct circle {
	u32 first;
	u32 nr;
};

/* Costs of all starts so far. */
struct costs {
	u64 sum;
	u32 starts;
	u32 least;
	u32 most;
};

/* @starts more of the same cost. */
static inline void costs_add(struct costs *costs, u32 cost, u32 starts)
{
	if (!costs->starts || cost < costs->least)
		costs->least = cost;
	if (cost > costs->most)
		costs->most = cost;
	costs->sum += (u64)cost * starts;
	costs->starts += starts;
}

static inline bool circle_free(const struct twi_search *s,
			       const struct circle *c, u32 i)
{
	return test_bit(c->first + 2 * i, s->free);
}

static inline u32 circle_cost(const struct twi_search *s,
			      const struct circle *c, u32 i)
{
	return !test_bit(c->first + 2 * i, s->reserved);
}

/* What it costs to try them all in vain. */
static u32 circle_round(const struct twi_search *s, const struct circle *c)
{
	u32 cost = 0;
	u32 i;

	for (i = 0; i < c->nr; i++)
		cost += circle_cost(s, c, i);
	return cost;
}

/* Starts of which the costs are wanted, and what they come on top of. */
struct starts {
	u32 begin;
	u32 end;
	u32 before;
};

/* Of a word with the bits of both circles, those of one. */
static unsigned long circle_bits(const struct circle *c)
{
	return ~0UL / 3 << c->first % 2;
}

/*
 * Adds the costs of those starts from @high down to @low where the port is not
 * free: one more than from the next, which it is that @cost is of at first and,
 * for who goes on below @low, at last.
 */
static void costs_down(const struct twi_search *s, const struct circle *c,
		       u32 high, u32 low, const struct starts *starts,
		       u32 *cost, struct costs *costs)
{
	const u32 top = c->first + 2 * high, bottom = c->first + 2 * low;
	u32 next = top + 2;
	u32 at = top / BITS_PER_LONG;
	unsigned long taken = ~s->free[at] & GENMASK(top % BITS_PER_LONG, 0);

	for (;; taken = ~s->free[--at]) {
		taken &= circle_bits(c);
		if (at == bottom / BITS_PER_LONG)
			taken &= ~0UL << bottom % BITS_PER_LONG;
		while (taken) {
			const u32 bit = __fls(taken);
			const u32 port = at * BITS_PER_LONG + bit;
			const u32 i = (port - c->first) / 2;

			taken ^= 1UL << bit;
			if (port + 2 != next)
				*cost = 0;
			*cost += circle_cost(s, c, i);
			if (i >= starts->begin && i < starts->end)
				costs_add(costs, starts->before + *cost, 1);
			next = port;
		}
		if (at == bottom / BITS_PER_LONG)
			break;
	}
	if (next != bottom)
		*cost = 0;
}

/*
 * Adds the costs of the @starts.  Goes round backwards from a free port.
 *
 * Return: false if none is free; nothing is added then.
 */
static bool circle_costs(const struct twi_search *s, const struct circle *c,
			 const struct starts *starts, struct costs *costs)
{
	const u32 others = costs->starts;
	u32 found = 0, cost = 0;
	u32 free;

	while (found < c->nr && !circle_free(s, c, found))
		found++;
	if (found == c->nr)
		return false;
	if (found)
		costs_down(s, c, found - 1, 0, starts, &cost, costs);
	if (found < c->nr - 1)
		costs_down(s, c, c->nr - 1, found + 1, starts, &cost, costs);
	free = starts->end - starts->begin - (costs->starts - others);
	if (free)
		costs_add(costs, starts->before, free);
	return true;
}

static void costs_even(const struct twi_search *s, struct costs *costs)
{
	const struct circle first = { 0, s->size / 2 };
	const struct circle other = { 1, s->size / 2 };
	struct starts starts = { 0, first.nr, 0 };

	if (circle_costs(s, &first, &starts, costs))
		return;
	starts.before = circle_round(s, &first);
	circle_costs(s, &other, &starts, costs);
}

/* Tries ports in line.  Returns whether one was free. */
static bool line_cost(const struct twi_search *s, const struct circle *c,
		      u32 *cost)
{
	u32 i;

	for (i = 0; i < c->nr; i++) {
		if (circle_free(s, c, i))
			return true;
		*cost += circle_cost(s, c, i);
	}
	return false;
}

/* From each start some port is found, as twi_connect_left() is not 0. */
static void costs_odd(const struct twi_search *s, struct costs *costs)
{
	const u32 m = s->size / 2;
	const struct circle line = { 0, m };	/* from a start of 0 */
	const struct circle first = { 2, m };	/* from all others, 2 to 2m - 2 */
	const struct circle other = { 1, m };
	struct starts starts = { 0, m - 1, 0 };
	u32 cost = 0;

	if (!line_cost(s, &line, &cost))
		line_cost(s, &other, &cost);
	costs_add(costs, cost, 1);
	if (m < 2 || circle_costs(s, &first, &starts, costs))
		return;
	starts = (struct starts){ 1, m, circle_round(s, &first) };
	circle_costs(s, &other, &starts, costs);
}

/**
 * twi_connect_left - how many connect() will succeed, at least
 * @search: the ports
 *
 * Return: the number of free ports; in a range of odd size one less if its
 * first or its last port is among them, as the search may come to leave out
 * the one of them that is left.
 */
u32 twi_connect_left(const struct twi_search *search)
{
	u32 left = bitmap_weight(search->free, search->size);
	bool first, last;

	if (search->size % 2 == 0 || search->size == 1)
		return left;
	first = test_bit(0, search->free);
	last = test_bit(search->size - 1, search->free);
	/* Of three ports the start is always the first. */
	if (search->size == 3)
		return left - last;
	return left - (first || last);
}

/**
 * twi_connect_probes - what a search costs
 * @search: the ports
 * @probes: filled in
 */
void twi_connect_probes(const struct twi_search *search,
			struct twi_probes *probes)
{
	struct costs costs = {};

	probes->least = -1;
	probes->mean_milli = -1;
	probes->most = -1;
	if (!twi_connect_left(search))
		return;
	if (search->size == 1)
		costs_add(&costs, 0, 1);
	else if (search->size % 2)
		costs_odd(search, &costs);
	else
		costs_even(search, &costs);
	probes->least = costs.least;
	probes->mean_milli = div_u64(1000 * costs.sum, costs.starts);
	probes->most = costs.most;
}

/**
 * twi_connect_exhausted - when no port will be left
 * @outlook: what is known
 *
 * Supposes that as many sockets go on to enter TIME-WAIT as in the last 10 s,
 * each from a port of its own, and with timestamps as often as now.  After a
 * lifetime as many leave as enter: what has not happened until then will not.
 *
 * Return: seconds, 0 if none is left now, -1 if that will not be.
 */
s32 twi_connect_exhausted(const struct twi_outlook *outlook)
{
	u64 stamped = outlook->reuse_s ? outlook->stamped : 0;
	u64 lasting = outlook->minis - stamped;
	u64 left = outlook->left;
	u32 t;

	if (!left)
		return 0;
	for (t = 1; t <= outlook->life_s && t <= TWI_AHEAD_NR; t++) {
		u64 taken = lasting * t + stamped * min(t, outlook->reuse_s);

		left += outlook->freed[t - 1];
		/* taken / minis is the share of closed_10s / 10 a second. */
		if (outlook->closed_10s &&
		    outlook->closed_10s * taken >= 10 * left * outlook->minis)
			return t;
	}
	return -1;
}
