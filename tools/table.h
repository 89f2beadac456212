/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * table.h - short tables, laid out by libsmartcols.
 */
#ifndef TWINSPECT_TABLE_H
#define TWINSPECT_TABLE_H

#include "block.h"
#include "view.h"

struct twi_table;

/* Headings separated by spaces; one that begins with '<' is left-aligned. */
struct twi_table *twi_table_new(const struct twi_view *view,
				const char *headings);

/* A new row, and its cells from left to right. */
void twi_table_row(struct twi_table *table);
void twi_table_cell(struct twi_table *table, const char *text);
void twi_table_id(struct twi_table *table, int64_t number);
void twi_table_count(struct twi_table *table, int64_t number);
void twi_table_bar(struct twi_table *table, int64_t value, int64_t max,
		   unsigned int width);

/* Both free the table; a table without rows is nothing at all. */
void twi_table_print(struct twi_table *table);
void twi_table_add_to(struct twi_table *table, struct twi_block *block);

#endif /* TWINSPECT_TABLE_H */
