// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * chains.c - the chain-length histograms of summary, as the file has them and
 * folded into a few lines.
 */
#include <stdio.h>
#include <string.h>

#include "chains.h"
#include "table.h"
#include "units.h"

#define LINES	6

struct lines {
	struct twi_str	name[LINES];
	int64_t		buckets[LINES];
	int		n;
};

static int bin_of(int64_t length)
{
	int bin = TWI_CHAINS_EXACT;

	if (length < TWI_CHAINS_EXACT)
		return length;
	while (length >= 2 * TWI_CHAINS_EXACT && bin < TWI_CHAINS_BINS - 1) {
		length /= 2;
		bin++;
	}
	return bin;
}

void twi_chains_read(const struct twi_keys *keys, const char *table,
		     int64_t bin[TWI_CHAINS_BINS])
{
	char name[64];
	int64_t *b;

	snprintf(name, sizeof(name), "%s_chains.~", table);
	memset(bin, 0, TWI_CHAINS_BINS * sizeof(*bin));
	for (size_t i = 0; i < keys->n; i++) {
		if (strcmp(keys->key[i].spec->name, name))
			continue;
		b = &bin[bin_of(keys->key[i].index)];
		*b = twi_sum(*b, keys->key[i].number);
	}
}

static long first(int bin)
{
	if (bin < TWI_CHAINS_EXACT)
		return bin;
	return (long)TWI_CHAINS_EXACT << (bin - TWI_CHAINS_EXACT);
}

int64_t twi_chains_last(int bin)
{
	return bin < TWI_CHAINS_BINS - 1 ? first(bin + 1) - 1 : INT64_MAX;
}

struct twi_str twi_chains_name(int bin)
{
	struct twi_str str;

	if (bin < TWI_CHAINS_EXACT)
		snprintf(str.s, sizeof(str.s), "%d", bin);
	else if (bin == TWI_CHAINS_BINS - 1)
		snprintf(str.s, sizeof(str.s), "%ld+", first(bin));
	else
		snprintf(str.s, sizeof(str.s), "%ld-%lld", first(bin),
			 (long long)twi_chains_last(bin));
	return str;
}

/* The length that all but 5 in 1,000 buckets do not exceed, as a bin. */
static int nearly_all(const int64_t bin[TWI_CHAINS_BINS])
{
	double all = 0, seen = 0;
	int i;

	for (i = 0; i < TWI_CHAINS_BINS; i++)
		all += bin[i];
	for (i = 0; i < TWI_CHAINS_BINS - 1; i++) {
		seen += bin[i];
		if (seen >= 0.995 * all)
			break;
	}
	return i;
}

/* Lines of the same width in nodes, and one for what is longer. */
static void fold_even(const int64_t bin[TWI_CHAINS_BINS], int step,
		      struct lines *lines)
{
	int64_t *sum;
	int line;

	for (line = 0; line < LINES; line++) {
		struct twi_str *name = &lines->name[line];
		int low = line * step;

		if (line == LINES - 1)
			snprintf(name->s, sizeof(name->s), "%d+", low);
		else if (step == 1)
			snprintf(name->s, sizeof(name->s), "%d", low);
		else
			snprintf(name->s, sizeof(name->s), "%d-%d", low,
				 low + step - 1);
	}
	for (int i = 0; i < TWI_CHAINS_BINS; i++) {
		line = i / step < LINES - 1 ? i / step : LINES - 1;
		sum = &lines->buckets[line];
		*sum = twi_sum(*sum, bin[i]);
	}
}

/* A flooded table: 0-63, 64-127, 128-255, ..., 1024+. */
static void fold_doubling(const int64_t bin[TWI_CHAINS_BINS],
			  struct lines *lines)
{
	int64_t *sum;
	int line;

	for (line = 0; line < LINES; line++)
		lines->name[line] = line ?
			twi_chains_name(TWI_CHAINS_EXACT + line - 1) :
			(struct twi_str){ "0-63" };
	lines->name[LINES - 1] = (struct twi_str){ "1024+" };
	for (int i = 0; i < TWI_CHAINS_BINS; i++) {
		line = i < TWI_CHAINS_EXACT ? 0 : i - TWI_CHAINS_EXACT + 1;
		sum = &lines->buckets[line < LINES - 1 ? line : LINES - 1];
		*sum = twi_sum(*sum, bin[i]);
	}
}

void twi_chains_add(const struct twi_view *view, const struct twi_keys *keys,
		    const char *table, unsigned int width,
		    struct twi_block *block)
{
	int64_t bin[TWI_CHAINS_BINS], max = 0;
	struct lines lines = { .n = LINES };
	struct twi_table *t;
	int last;

	twi_chains_read(keys, table, bin);
	last = nearly_all(bin);
	if (last < TWI_CHAINS_EXACT)
		fold_even(bin, last / (LINES - 1) + 1, &lines);
	else
		fold_doubling(bin, &lines);
	while (lines.n && !lines.buckets[lines.n - 1])
		lines.n--;

	t = twi_table_new(view, "CHAIN BUCKETS <");
	for (int i = 0; i < lines.n; i++) {
		if (lines.buckets[i] > max)
			max = lines.buckets[i];
	}
	for (int i = 0; i < lines.n; i++) {
		twi_table_row(t);
		twi_table_cell(t, lines.name[i].s);
		twi_table_count(t, lines.buckets[i]);
		twi_table_bar(t, lines.buckets[i], max, width);
	}
	twi_table_add_to(t, block);
}
