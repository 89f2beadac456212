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

/* The death row from now on, in equal steps. */
struct twi_steps {
	int64_t	*sockets;	/* in each step; to be freed */
	size_t	n;
	int64_t	step_ms;
	int64_t	overdue;
};

/* In at most max steps, each as long as most batches are apart, or longer. */
void twi_deathrow_steps(const struct twi_model *model, size_t max,
			struct twi_steps *steps);

/*
 * Closings in each of the last n seconds, oldest first, n being at most
 * TWI_CLOSED_MAX + 1; returns the most in one second.
 */
int64_t twi_deathrow_closed(const struct twi_keys *keys, int64_t *second,
			    size_t n);

/*
 * The label, closings in each of the last n seconds, oldest first, and the
 * most in one second.  Nothing if there are none.
 */
void twi_deathrow_print_closed(const struct twi_view *view,
			       const struct twi_keys *keys,
			       const char *label, unsigned int n);

#endif /* TWINSPECT_DEATHROW_H */
