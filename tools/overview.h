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

#endif /* TWINSPECT_OVERVIEW_H */
