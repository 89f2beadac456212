/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * pass.h - what looking cost, and whether what was seen is exact.
 */
#ifndef TWINSPECT_PASS_H
#define TWINSPECT_PASS_H

#include "keys.h"
#include "view.h"

/* One line about the passes of n files, taken together. */
void twi_pass_print(const struct twi_view *view, const char *label,
		    const struct twi_keys *const *keys, size_t n);

/* Whether one of them is not exact: twi_pass_print() takes two lines then. */
bool twi_pass_inexact(const struct twi_keys *const *keys, size_t n);

/* The first line of a view of one file: when it was taken, and its pass. */
void twi_pass_print_one(const struct twi_view *view,
			const struct twi_keys *keys);

#endif /* TWINSPECT_PASS_H */
