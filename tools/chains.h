/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * chains.h - how long the chains of a hash table are.
 */
#ifndef TWINSPECT_CHAINS_H
#define TWINSPECT_CHAINS_H

#include "block.h"
#include "keys.h"
#include "units.h"
#include "view.h"

/* Lengths 0 to 63 one by one, then 64-127, 128-255, ..., 65536+. */
#define TWI_CHAINS_EXACT	64
#define TWI_CHAINS_BINS		(TWI_CHAINS_EXACT + 11)

/* The buckets in each bin of T_chains.L, T being table. */
void twi_chains_read(const struct twi_keys *keys, const char *table,
		     int64_t bin[TWI_CHAINS_BINS]);

/* The longest chain that is in a bin. */
int64_t twi_chains_last(int bin);

/* 7, 4-7, or 20+ if high is negative. */
struct twi_str twi_chains_span(int low, int high);

/* Name of a bin as the file has it. */
struct twi_str twi_chains_name(int bin);

/* Buckets whose chains have these lengths: 7, 4-7, 64-127 or 20+. */
struct twi_chains_line {
	struct twi_str	name;
	int64_t		buckets;
};

/*
 * The histogram folded into at most n lines, the last of which has all that is
 * longer; returns how many there are.
 */
int twi_chains_fold(const struct twi_keys *keys, const char *table,
		    struct twi_chains_line *line, int n);

/* A few lines with bars that show the shape, at most width columns wide. */
void twi_chains_add(const struct twi_view *view, const struct twi_keys *keys,
		    const char *table, unsigned int width,
		    struct twi_block *block);

#endif /* TWINSPECT_CHAINS_H */
