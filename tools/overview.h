/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * overview.h - what the overview is made from.
 */
#ifndef TWINSPECT_OVERVIEW_H
#define TWINSPECT_OVERVIEW_H

#include "model.h"
#include "slab.h"

struct twi_overview {
	struct twi_model	summary;
	struct twi_model	deathrow;
	struct twi_model	netns;
	/* no rows where the module has none, or JSON is asked for */
	struct twi_model	tuples;
	bool			has_tuples;
	struct twi_slab		slab[TWI_NSLABS];
	int			nslabs;
};

/* Sockets that are no minisockets; of a family if that is not NULL. */
int64_t twi_live(const struct twi_keys *keys, const char *family);

/*
 * How many minisockets fewer than were found the kernel counts; false if that
 * is not known.
 */
bool twi_kernel_less(const struct twi_keys *keys, int64_t *less);

#endif /* TWINSPECT_OVERVIEW_H */
