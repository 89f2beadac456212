/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * deathrow.h - the parts of the death row that the overview shows too.
 */
#ifndef TWINSPECT_DEATHROW_H
#define TWINSPECT_DEATHROW_H

#include "block.h"
#include "model.h"
#include "view.h"

/*
 * The next batches, those of all CPUs together, in at most n lines with bars
 * of at most width columns.
 */
void twi_deathrow_add(const struct twi_view *view,
		      const struct twi_model *model, int n,
		      unsigned int width, struct twi_block *block);

/*
 * The label, closings in each of the last n seconds, oldest first, and the
 * most in one second.  Nothing if there are none.
 */
void twi_deathrow_print_closed(const struct twi_view *view,
			       const struct twi_keys *keys,
			       const char *label, unsigned int n);

#endif /* TWINSPECT_DEATHROW_H */
