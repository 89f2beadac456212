/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * tuples.h - what is said of a group, for all views that have groups.
 */
#ifndef TWINSPECT_TUPLES_H
#define TWINSPECT_TUPLES_H

#include "table.h"
#include "units.h"
#include "view.h"

/* Closings a second, from those of ten; those of ten if numeric. */
struct twi_str twi_rate(const struct twi_view *view, int64_t closed_10s);

/* When its ports will be exhausted: 12 s, now, never; - if not known. */
struct twi_str twi_full_in(const struct twi_view *view, const int64_t *row);

/* The share of its ports in use: 95%, rounded down. */
struct twi_str twi_used_percent(const struct twi_view *view,
				const int64_t *row);
void twi_used_bar(struct twi_table *table, const int64_t *row,
		  unsigned int width);

/* The same as text, to be freed. */
char *twi_used_text(const int64_t *row, unsigned int width, bool utf8);

#endif /* TWINSPECT_TUPLES_H */
