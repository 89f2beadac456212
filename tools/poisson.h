/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * poisson.h - how long the chains of a hash get by chance.
 */
#ifndef TWINSPECT_POISSON_H
#define TWINSPECT_POISSON_H

#include <stdint.h>

/* The chance that a chain of a table of this mean load has length or more. */
double twi_poisson_tail(double load, int64_t length);

/*
 * An upper bound of the chance that the longest of so many chains has length
 * or more, where each node falls into any of them alike.
 */
double twi_poisson_longest(int64_t buckets, double load, int64_t length);

/*
 * The chance of a length from low to high, each included; a negative high
 * stands for no end.
 */
double twi_poisson_between(double load, int64_t low, int64_t high);

#endif /* TWINSPECT_POISSON_H */
