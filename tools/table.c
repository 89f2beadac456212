// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * table.c - the only file that knows libsmartcols.  A table is held as a
 * whole: what may be as long as a kernel table goes through rows.c instead.
 */
#include <libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"
#include "units.h"

struct twi_table {
	struct libscols_table	*cols;
	struct libscols_line	*line;
	size_t			cell;
	bool			numeric;
	bool			utf8;
};

struct twi_table *twi_table_new(const struct twi_view *view,
				const char *headings)
{
	struct twi_table *table = twi_alloc(NULL, 1, sizeof(*table));
	char *names = twi_strdup(headings);
	char *name, *rest = names;

	memset(table, 0, sizeof(*table));
	table->numeric = view->numeric;
	table->utf8 = view->utf8;
	table->cols = scols_new_table();
	if (!table->cols)
		twi_nomem();
	scols_table_set_termforce(table->cols, SCOLS_TERMFORCE_NEVER);
	scols_table_enable_noheadings(table->cols, view->no_header);
	while ((name = strsep(&rest, " "))) {
		bool left = *name == '<';

		if (!scols_table_new_column(table->cols, name + left, 0,
					    left ? 0 : SCOLS_FL_RIGHT))
			twi_nomem();
	}
	free(names);
	return table;
}

void twi_table_row(struct twi_table *table)
{
	table->line = scols_table_new_line(table->cols, NULL);
	if (!table->line)
		twi_nomem();
	table->cell = 0;
}

void twi_table_cell(struct twi_table *table, const char *text)
{
	if (scols_line_set_data(table->line, table->cell++, text))
		twi_nomem();
}

void twi_table_id(struct twi_table *table, int64_t number)
{
	twi_table_cell(table, twi_count(number,
					number >= 0 || table->numeric).s);
}

void twi_table_count(struct twi_table *table, int64_t number)
{
	twi_table_cell(table, twi_count(number, table->numeric).s);
}

void twi_table_bar(struct twi_table *table, int64_t value, int64_t max,
		   unsigned int width)
{
	char *bar = twi_bar(value, max, width, table->utf8);

	twi_table_cell(table, bar);
	free(bar);
}

void twi_table_add_to(struct twi_table *table, struct twi_block *block)
{
	char *text = NULL;

	if (scols_table_get_nlines(table->cols) &&
	    scols_print_table_to_string(table->cols, &text))
		twi_nomem();
	if (text)
		twi_block_add_text(block, text);
	free(text);
	scols_unref_table(table->cols);
	free(table);
}

void twi_table_print(struct twi_table *table)
{
	struct twi_block block = { 0 };

	twi_table_add_to(table, &block);
	for (size_t i = 0; i < block.n; i++)
		puts(block.line[i]);
	twi_block_free(&block);
}
