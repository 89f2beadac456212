/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * totals.h - sums over the keys of summary.
 */
#ifndef TWINSPECT_TOTALS_H
#define TWINSPECT_TOTALS_H

#include <stdbool.h>

#include "keys.h"

/* What is no minisocket; of a family if that is not NULL. */
int64_t twi_live(const struct twi_keys *keys, const char *family);

/*
 * How many minisockets more were seen than the kernel counts, of any sign;
 * false if that can't be told.
 */
bool twi_kernel_lacks(const struct twi_keys *keys, int64_t *more);

#endif /* TWINSPECT_TOTALS_H */
