// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * poisson.c - the tail of the Poisson distribution, by the logarithm of its
 * first term, so that neither a large load nor a long chain underflows early.
 */
#include <math.h>

#include "poisson.h"

/* The logarithm of the chance of this very length. */
static double log_term(double load, int64_t length)
{
	return length * log(load) - load - lgamma(length + 1.0);
}

/* Enough for a load of 10^8; what is larger is no table, and is not exact. */
#define TERMS_MAX	200000

double twi_poisson_tail(double load, int64_t length)
{
	double log_first, sum = 1, term = 1;

	if (length <= 0)
		return 1;
	if (load <= 0)
		return 0;
	/* up to the mean, it is no tail: half of it all, or more */
	if (length <= load)
		return 1;
	log_first = log_term(load, length);
	/* each term is smaller than the last by load / k, which is below 1 */
	for (int i = 1; i <= TERMS_MAX && term * 1e12 > sum; i++) {
		term *= load / (length + (double)i);
		sum += term;
	}
	return fmin(1, exp(log_first + log(sum)));
}

double twi_poisson_longest(int64_t buckets, double load, int64_t length)
{
	if (buckets <= 0)
		return 1;
	return fmin(1, buckets * twi_poisson_tail(load, length));
}

double twi_poisson_between(double load, int64_t low, int64_t high)
{
	double sum = 0;

	if (high < 0)
		return low > load ? twi_poisson_tail(load, low) :
		       1 - (low > 0 ? twi_poisson_between(load, 0, low - 1) : 0);
	for (int64_t length = low; length <= high; length++)
		sum += load > 0 ? exp(log_term(load, length)) : !length;
	return fmin(1, sum);
}
