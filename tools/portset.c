// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * portset.c - arithmetic on ports: which are reserved, how far a range can be
 * widened.  Reads no file and knows of no namespace.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "portset.h"

#define LOW_MIN		1024

void twi_portset_add(struct twi_portset *set, unsigned int port)
{
	if (port <= TWI_PORT_MAX)
		set->word[port / 64] |= 1ULL << port % 64;
}

bool twi_portset_has(const struct twi_portset *set, unsigned int port)
{
	return port <= TWI_PORT_MAX && set->word[port / 64] >> port % 64 & 1;
}

int64_t twi_portset_count(const struct twi_portset *set,
			  const struct twi_range *range)
{
	int64_t n = 0;

	for (int64_t port = range->low; port <= range->high; port++)
		n += twi_portset_has(set, port);
	return n;
}

/* Digits of a port, as far as they go; NULL if it is none. */
static const char *parse_port(const char *text, unsigned int *port)
{
	char *end;

	if (!isdigit((unsigned char)*text) || strspn(text, "0123456789") > 5)
		return NULL;
	*port = strtoul(text, &end, 10);
	return *port <= TWI_PORT_MAX ? end : NULL;
}

bool twi_portset_parse(struct twi_portset *set, const char *text)
{
	unsigned int first, last;

	while (*text && *text != '\n') {
		text = parse_port(text, &first);
		if (!text)
			return false;
		last = first;
		if (*text == '-')
			text = parse_port(text + 1, &last);
		if (!text || last < first)
			return false;
		while (first <= last)
			twi_portset_add(set, first++);
		if (*text == ',')
			text++;
		else if (*text && *text != '\n')
			return false;
	}
	return true;
}

char *twi_portset_text(const struct twi_portset *set)
{
	/* at worst every other port, of five digits and a comma */
	char *text = twi_alloc(NULL, TWI_PORT_MAX / 2 + 2, 6);
	unsigned int port = 0, first;
	char *end = text;

	*end = '\0';
	while (port <= TWI_PORT_MAX) {
		if (!twi_portset_has(set, port)) {
			port++;
			continue;
		}
		first = port;
		while (twi_portset_has(set, port + 1))
			port++;
		end += sprintf(end, "%s%u", end == text ? "" : ",", first);
		if (port > first)
			end += sprintf(end, "-%u", port);
		port++;
	}
	return text;
}

int64_t twi_range_size(const struct twi_range *range)
{
	return range->high - range->low + 1;
}

bool twi_range_widen(const struct twi_range *now, int64_t unprivileged,
		     struct twi_range *wide)
{
	int64_t size;

	if (now->low < 0 || now->high < now->low || now->high > TWI_PORT_MAX ||
	    unprivileged > TWI_PORT_MAX)
		return false;
	size = twi_range_size(now);
	wide->low = unprivileged > LOW_MIN ? unprivileged : LOW_MIN;
	/* even to odd: the kernel wants as many ports of either parity */
	wide->low += wide->low & 1;
	wide->high = TWI_PORT_MAX;
	if (wide->low > now->low)
		wide->low = now->low;
	return twi_range_size(wide) - size >= size / 10 + 1;
}
