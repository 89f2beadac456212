/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * capacity.h - how many connections a second each destination can take, as
 * things are and if they were otherwise.
 */
#ifndef TWINSPECT_CAPACITY_H
#define TWINSPECT_CAPACITY_H

#include "groups.h"
#include "life.h"
#include "model.h"
#include "units.h"

enum twi_case {
	TWI_CASE_now,
	TWI_CASE_range,		/* another ip_local_port_range */
	TWI_CASE_more,		/* more ports or addresses */
	TWI_CASE_tw30,		/* a kernel with another TIME-WAIT */
	TWI_CASE_tw15,
	TWI_CASE_tw10,
	TWI_CASE_reuse,		/* tcp_tw_reuse=1 */
	TWI_NCASES
};

extern const char *const twi_case_names[TWI_NCASES];

/* A length of TIME-WAIT, and of what there is now what it would have ended. */
struct twi_length {
	int64_t	tw_len_ms;
	int64_t	tw_step_ms;
	int64_t	gone;
};

/* Rates are in thousandths a second. */
struct twi_destination {
	const int64_t	*row;
	int64_t		held;		/* ports, by sockets not in TIME-WAIT */
	int64_t		range_capacity;	/* ports in the other range */
	int64_t		rate_milli;	/* now, by closings of ten seconds */
	int64_t		headroom_milli;	/* of any sign */
	bool		reuse;		/* tcp_tw_reuse applies */
	/* with the longest life that a port may have, and the mean one */
	int64_t		sustained_milli[TWI_NCASES];
	int64_t		sustained_mean_milli[TWI_NCASES];
};

struct twi_capacity {
	struct twi_model	caps;
	struct twi_model	tuples;
	struct twi_model	netns;
	struct twi_model	deathrow;
	int64_t			factor;
	/* outbound groups of which the capacity is not known */
	int64_t			unknown;
	struct twi_length	length[TWI_NCASES];
	/* fullest first; groups has the same rows */
	struct twi_destination	*destination;
	struct twi_groups	groups;
};

/*
 * Reckon, from the models; one that is empty leaves unknown what is reckoned
 * from it.  They stay the caller's when the rest is freed.
 */
void twi_capacity_find(const struct twi_view *view, struct twi_capacity *c);
void twi_capacity_free(struct twi_capacity *c);

/* Thousandths a second: below ten with tenths, of any sign if it has one. */
struct twi_str twi_per_second(const struct twi_view *view, int64_t milli,
			      bool has_sign);

#endif /* TWINSPECT_CAPACITY_H */
