/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * rows.h - a table as long as the kernel's own, in constant memory: read once
 * to check it and to see how wide its columns get, and once more to print it.
 */
#ifndef TWINSPECT_ROWS_H
#define TWINSPECT_ROWS_H

#include "parse.h"
#include "view.h"

enum twi_cell {
	TWI_CELL_ID,		/* names something: no separators */
	TWI_CELL_COUNT,
	TWI_CELL_RAW,		/* as in the file, -1 too */
	TWI_CELL_YES,		/* yes, no, ? */
};

struct twi_rows_column {
	const char	*heading;
	int		column;		/* the schema's */
	enum twi_cell	cell;
	bool		verbose;	/* shown with --verbose only */
};

struct twi_rows {
	const struct twi_rows_column	*columns;
	size_t				n;
	int				bar;	/* a column, or -1 for none */
	/* found by twi_rows_measure() */
	unsigned int			width[TWI_COLUMNS_MAX];
	int64_t				longest;
	uint64_t			rows;
};

/* Check the whole file and go back to the first row; 0, or -1. */
int twi_rows_measure(const struct twi_view *view, struct twi_rows *rows,
		     struct twi_parse *p);

/* Print the headings and all rows; 0, or -1. */
int twi_rows_print(const struct twi_view *view, const struct twi_rows *rows,
		   struct twi_parse *p);

#endif /* TWINSPECT_ROWS_H */
