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

static int first(int bin)
{
	if (bin < TWI_CHAINS_EXACT)
		return bin;
	return TWI_CHAINS_EXACT << (bin - TWI_CHAINS_EXACT);
}

int64_t twi_chains_last(int bin)
{
	return bin < TWI_CHAINS_BINS - 1 ? first(bin + 1) - 1 : INT64_MAX;
}

struct twi_str twi_chains_span(int low, int high)
{
	struct twi_str str;

	if (high < 0)
		snprintf(str.s, sizeof(str.s), "%d+", low);
	else if (low == high)
		snprintf(str.s, sizeof(str.s), "%d", low);
	else
		snprintf(str.s, sizeof(str.s), "%d-%d", low, high);
	return str;
}

struct twi_str twi_chains_name(int bin)
{
	return twi_chains_span(first(bin), bin < TWI_CHAINS_BINS - 1 ?
					   first(bin + 1) - 1 : -1);
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
		      struct twi_chains_line *line, int n)
{
	for (int i = 0; i < n; i++) {
		int low = i * step;

		line[i].name = twi_chains_span(low, i < n - 1 ?
						    low + step - 1 : -1);
	}
	for (int i = 0; i < TWI_CHAINS_BINS; i++) {
		int at = i / step < n - 1 ? i / step : n - 1;
		int64_t *sum = &line[at].buckets;

		*sum = twi_sum(*sum, bin[i]);
	}
}

/* A flooded table: 0-63, 64-127, 128-255, ..., 1024+. */
static void fold_doubling(const int64_t bin[TWI_CHAINS_BINS],
			  struct twi_chains_line *line, int n)
{
	line[0].name = twi_chains_span(0, TWI_CHAINS_EXACT - 1);
	for (int i = 1; i < n; i++)
		line[i].name = twi_chains_name(TWI_CHAINS_EXACT + i - 1);
	if (n - 1 < TWI_CHAINS_BINS - TWI_CHAINS_EXACT)
		line[n - 1].name =
			twi_chains_span(first(TWI_CHAINS_EXACT + n - 2), -1);
	for (int i = 0; i < TWI_CHAINS_BINS; i++) {
		int at = i < TWI_CHAINS_EXACT ? 0 : i - TWI_CHAINS_EXACT + 1;
		int64_t *sum = &line[at < n - 1 ? at : n - 1].buckets;

		*sum = twi_sum(*sum, bin[i]);
	}
}

int twi_chains_fold(const struct twi_keys *keys, const char *table,
		    struct twi_chains_line *line, int n)
{
	int64_t bin[TWI_CHAINS_BINS];
	int last;

	twi_chains_read(keys, table, bin);
	last = nearly_all(bin);
	if (last >= TWI_CHAINS_EXACT &&
	    n > TWI_CHAINS_BINS - TWI_CHAINS_EXACT + 1)
		n = TWI_CHAINS_BINS - TWI_CHAINS_EXACT + 1;
	for (int i = 0; i < n; i++)
		line[i].buckets = 0;
	if (last < TWI_CHAINS_EXACT)
		fold_even(bin, last / (n - 1) + 1, line, n);
	else
		fold_doubling(bin, line, n);
	while (n && !line[n - 1].buckets)
		n--;
	return n;
}

void twi_chains_add(const struct twi_view *view, const struct twi_keys *keys,
		    const char *table, unsigned int width,
		    struct twi_block *block)
{
	struct twi_chains_line line[LINES];
	int n = twi_chains_fold(keys, table, line, LINES);
	struct twi_table *t;
	int64_t max = 0;

	t = twi_table_new(view, "CHAIN BUCKETS <");
	for (int i = 0; i < n; i++) {
		if (line[i].buckets > max)
			max = line[i].buckets;
	}
	for (int i = 0; i < n; i++) {
		twi_table_row(t);
		twi_table_cell(t, line[i].name.s);
		twi_table_count(t, line[i].buckets);
		twi_table_bar(t, line[i].buckets, max, width);
	}
	twi_table_add_to(t, block);
}
