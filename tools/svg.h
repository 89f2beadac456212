/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * svg.h - charts as inline SVG: columns over an axis, a bar in parts, and a
 * map of shaded cells.  Colours are those of the style sheet, by class.
 */
#ifndef TWINSPECT_SVG_H
#define TWINSPECT_SVG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "units.h"

#define TWI_SVG_TICKS	12

struct twi_tick {
	double		at;
	struct twi_str	name;
};

/*
 * 1, 2 or 5 times a power of ten, so that n steps of it reach max; at least
 * 1 if whole.
 */
double twi_nice_step(double max, int n, bool whole);

struct twi_column {
	double		value[2];	/* one upon the other */
	double		expected;	/* a mark; none if negative */
	struct twi_str	name;
};

struct twi_columns {
	const char		*id;		/* of the elements, unique */
	const char		*title;
	const char		*text;		/* what it shows, in words */
	const char		*x_name;
	const char		*y_name;
	const char		*unit;		/* of a value: "buckets" */
	const struct twi_column	*column;
	size_t			n;
	/* along the columns, each of which is 1 wide */
	struct twi_tick		tick[TWI_SVG_TICKS];
	int			nticks;
};

void twi_svg_columns(FILE *out, const struct twi_columns *chart);

/* A bar of n parts, of the classes k0, k1, ..., of total altogether. */
void twi_svg_bar(FILE *out, const double *part, size_t n, double total);

/* A small square of a class, for a legend: 'k' and 0 for k0. */
void twi_svg_key(FILE *out, char class, size_t number);
/* The same for the mark of what is expected. */
void twi_svg_key_mark(FILE *out);

/* Shade 0 is that of nothing; the last one is open to the top. */
#define TWI_SHADES	8

struct twi_map {
	const char		*id;
	const char		*title;
	const char		*text;
	const char		*unit;		/* of a cell's value */
	const double		*value;
	size_t			n;
	size_t			columns;
	double			per;		/* buckets in a cell */
	size_t			mark;		/* a cell to be outlined */
	/* filled in: the top of shade 1, the width of others, the largest */
	double			low;
	double			step;
	double			max;
};

/* Chooses the shades; most cells are in one that is not open. */
void twi_map_shades(struct twi_map *map, bool whole);
void twi_svg_map(FILE *out, const struct twi_map *map);
/* What each shade stands for, as a list. */
void twi_svg_scale(FILE *out, const struct twi_map *map);

#endif /* TWINSPECT_SVG_H */
