// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * rows.c - prints the rows of a file in columns without ever holding more
 * than one of them.  Must not know which file it is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "block.h"
#include "rows.h"
#include "units.h"

#define BAR_MIN		8
#define BAR_MAX		64

static struct twi_str cell(const struct twi_view *view,
			   const struct twi_rows_column *column, int64_t value)
{
	bool raw = view->numeric;

	switch (column->cell) {
	case TWI_CELL_ID:
		raw = raw || value >= 0;
		break;
	case TWI_CELL_RAW:
		raw = true;
		break;
	case TWI_CELL_YES:
		if (raw)
			break;
		if (value < 0)
			return (struct twi_str){ "?" };
		if (value)
			return (struct twi_str){ "yes" };
		return (struct twi_str){ "no" };
	case TWI_CELL_COUNT:
		break;
	}
	return twi_count(value, raw);
}

static bool shown(const struct twi_view *view,
		  const struct twi_rows_column *column)
{
	return view->verbose || !column->verbose;
}

int twi_rows_measure(const struct twi_view *view, struct twi_rows *rows,
		     struct twi_parse *p)
{
	unsigned int len;
	int ret;

	for (size_t i = 0; i < rows->n && !view->no_header; i++)
		rows->width[i] = strlen(rows->columns[i].heading);
	while ((ret = twi_parse_row(p)) > 0) {
		for (size_t i = 0; i < rows->n; i++) {
			const struct twi_rows_column *c = &rows->columns[i];

			len = strlen(cell(view, c, p->row[c->column]).s);
			if (len > rows->width[i])
				rows->width[i] = len;
		}
		if (rows->bar >= 0 && p->row[rows->bar] > rows->longest)
			rows->longest = p->row[rows->bar];
	}
	rows->rows = p->rows;
	return ret ? ret : twi_parse_rewind(p);
}

/* What the columns leave of the line, and a character a socket is enough. */
static unsigned int bar_width(const struct twi_view *view,
			      const struct twi_rows *rows)
{
	unsigned int used = 0, left;

	for (size_t i = 0; i < rows->n; i++) {
		if (shown(view, &rows->columns[i]))
			used += rows->width[i] + 1;
	}
	left = view->width > used ? view->width - used : 0;
	if (left < BAR_MIN)
		left = BAR_MIN;
	if (left > BAR_MAX)
		left = BAR_MAX;
	return rows->longest < left ? rows->longest : left;
}

static void print_headings(const struct twi_view *view,
			   const struct twi_rows *rows)
{
	const char *space = "";

	for (size_t i = 0; i < rows->n; i++) {
		if (!shown(view, &rows->columns[i]))
			continue;
		printf("%s%*s", space, (int)rows->width[i],
		       rows->columns[i].heading);
		space = " ";
	}
	putchar('\n');
}

static void print_row(const struct twi_view *view, const struct twi_rows *rows,
		      const int64_t *row, unsigned int width)
{
	const char *space = "";
	char *bar;

	for (size_t i = 0; i < rows->n; i++) {
		const struct twi_rows_column *c = &rows->columns[i];

		if (!shown(view, c))
			continue;
		printf("%s%*s", space, (int)rows->width[i],
		       cell(view, c, row[c->column]).s);
		space = " ";
	}
	if (rows->bar >= 0) {
		bar = twi_bar(row[rows->bar], rows->longest, width,
			      view->utf8);
		printf("%s%s", *bar ? " " : "", bar);
		free(bar);
	}
	putchar('\n');
}

int twi_rows_print(const struct twi_view *view, const struct twi_rows *rows,
		   struct twi_parse *p)
{
	unsigned int width = bar_width(view, rows);
	int ret = 0;

	if (rows->rows && !view->no_header)
		print_headings(view, rows);
	while (!ferror(stdout) && (ret = twi_parse_row(p)) > 0)
		print_row(view, rows, p->row, width);
	return ferror(stdout) ? 0 : ret;
}
