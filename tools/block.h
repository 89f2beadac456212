/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * block.h - lines of text that are laid out before they are printed, and the
 * bars among them.
 */
#ifndef TWINSPECT_BLOCK_H
#define TWINSPECT_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct twi_block {
	char	**line;
	size_t	n;
};

void twi_block_add(struct twi_block *block, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Text of several lines. */
void twi_block_add_text(struct twi_block *block, const char *text);

/* Columns that the text takes. */
unsigned int twi_columns(const char *text);

/* Bytes that the first columns of the text take. */
size_t twi_clip(const char *text, unsigned int columns);

/* Columns of the longest line. */
unsigned int twi_block_width(const struct twi_block *block);

/*
 * Print two blocks side by side, the right one from the middle of width on;
 * one below the other where they don't fit.  Both are freed.
 */
void twi_block_print_two(struct twi_block *left, struct twi_block *right,
			 unsigned int width);

void twi_block_free(struct twi_block *block);

/* A bar as long as value is of max, at most width columns; to be freed. */
char *twi_bar(int64_t value, int64_t max, unsigned int width, bool utf8);

/* A column for each value, as high as it is of the highest; to be freed. */
char *twi_spark(const int64_t *value, size_t n, bool utf8);

/* A chart of upright bars: its values, and how it is drawn. */
struct twi_chart {
	const int64_t	*value;
	size_t		n;
	int64_t		max;		/* as high as the chart */
	unsigned int	rows;
	unsigned int	wide;		/* columns a value; of 3, one between */
	bool		utf8;
};

/* Row of a chart, 0 is the lowest; to be freed. */
char *twi_chart_row(const struct twi_chart *chart, unsigned int row);

/* The next number with one digit and zeros that is not less; 1 at least. */
int64_t twi_round_up(int64_t n);

#endif /* TWINSPECT_BLOCK_H */
