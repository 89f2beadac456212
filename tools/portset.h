/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * portset.h - sets of ports as net.ipv4.ip_local_reserved_ports writes them,
 * and ranges as net.ipv4.ip_local_port_range.
 */
#ifndef TWINSPECT_PORTSET_H
#define TWINSPECT_PORTSET_H

#include <stdbool.h>
#include <stdint.h>

#define TWI_PORT_MAX	65535

struct twi_portset {
	uint64_t	word[(TWI_PORT_MAX + 1) / 64];
};

struct twi_range {
	int64_t	low;
	int64_t	high;
};

void twi_portset_add(struct twi_portset *set, unsigned int port);
bool twi_portset_has(const struct twi_portset *set, unsigned int port);

/* How many ports of the range are in the set. */
int64_t twi_portset_count(const struct twi_portset *set,
			  const struct twi_range *range);

/* Add "1-3,8080"; nothing and a line's end will do. False if garbled. */
bool twi_portset_parse(struct twi_portset *set, const char *text);

/* As it is written to the sysctl, "" for none; to be freed. */
char *twi_portset_text(const struct twi_portset *set);

int64_t twi_range_size(const struct twi_range *range);

/*
 * The widest range that holds this one, leaves alone what is below 1024 and
 * what is privileged (ip_unprivileged_port_start, -1 if unknown).  False if
 * it is less than a tenth wider: not worth a change.
 */
bool twi_range_widen(const struct twi_range *now, int64_t unprivileged,
		     struct twi_range *wide);

#endif /* TWINSPECT_PORTSET_H */
