/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a connect() that chooses its local port would meet.
 *
 * Bits and numbers only, no kernel object: it is built in user space too
 * (module/tests).
 */
#ifndef TWI_CONNECT_H
#define TWI_CONNECT_H

#include <linux/types.h>

/**
 * struct twi_search - the ports that a search goes through
 * @size:	ports in the range, 1 to 65536
 * @reserved:	a bit for each that is passed over unexamined, from the lowest
 * @free:	a bit for each that connect() would get
 */
struct twi_search {
	u32 size;
	const unsigned long *reserved;
	const unsigned long *free;
};

/**
 * struct twi_probes - ports examined in vain, over all starts of a search
 * @least:	from the best start, -1 without a free port
 * @mean_milli: mean of all starts, in thousandths, likewise
 * @most:	from the worst start, likewise
 */
struct twi_probes {
	s64 least;
	s64 mean_milli;
	s64 most;
};

/* Seconds that are looked ahead: more than a TIME-WAIT socket lives. */
#define TWI_AHEAD_NR		128

/**
 * struct twi_outlook - what is known of the ports that will be needed
 * @left:	ports that connect() would get now
 * @freed:	ports that are free again after up to 1 s, 2 s, ...
 * @closed_10s:	TIME-WAIT entered in the last 10 s
 * @minis:	minisockets
 * @stamped:	of these, with a timestamp
 * @life_s:	seconds for which TIME-WAIT keeps a port
 * @reuse_s:	seconds after which connect() takes over one with a timestamp,
 *		0 if it does not
 */
struct twi_outlook {
	u32 left;
	u32 freed[TWI_AHEAD_NR];
	u32 closed_10s;
	u32 minis;
	u32 stamped;
	u32 life_s;
	u32 reuse_s;
};

u32 twi_connect_left(const struct twi_search *search);
void twi_connect_probes(const struct twi_search *search,
			struct twi_probes *probes);
s32 twi_connect_exhausted(const struct twi_outlook *outlook);

#endif /* TWI_CONNECT_H */
