// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * diff_text.c - what changed from one snapshot to the other, as tables.
 */
#include <stdio.h>
#include <string.h>

#include "array.h"
#include "diff.h"
#include "table.h"
#include "tuples.h"
#include "units.h"

/* Groups that are shown if the user did not say how many. */
#define TOP	10

static struct twi_str value(const struct twi_view *view, enum twi_unit unit,
			    int64_t n)
{
	switch (unit) {
	case TWI_UNIT_BYTES:
		return twi_bytes(n, view->numeric || n < 0);
	case TWI_UNIT_MILLI:
		return twi_milli(n, view->numeric);
	default:
		return twi_count(n, view->numeric);
	}
}

/* With its sign, which none but 0 goes without. */
static struct twi_str signed_value(const struct twi_view *view,
				   enum twi_unit unit, int64_t n)
{
	struct twi_str str, size;

	size = value(view, unit, n < 0 ? twi_difference(0, n) : n);
	snprintf(str.s, sizeof(str.s), "%s%.30s",
		 n < 0 ? "-" : n > 0 ? "+" : "", size.s);
	return str;
}

/* As in the files, but without the unit, which the figure has. */
static struct twi_str name(const struct twi_view *view,
			   const struct twi_change *change)
{
	static const char *const units[] = {
		[TWI_UNIT_COUNT] = "", [TWI_UNIT_BYTES] = "_bytes",
		[TWI_UNIT_MILLI] = "_milli",
	};
	int len = strlen(change->name);
	struct twi_str str;

	if (!view->numeric)
		len -= strlen(units[change->unit]);
	snprintf(str.s, sizeof(str.s), "%.*s", len, change->name);
	return str;
}

static void add_change(const struct twi_view *view, struct twi_table *table,
		       const struct twi_change *change)
{
	int64_t before = change->before, after = change->after;
	bool known = before >= 0 && after >= 0;

	twi_table_row(table);
	if (change->section == TWI_SECTION_netns)
		twi_table_id(table, change->netns);
	twi_table_cell(table, name(view, change).s);
	twi_table_cell(table, before < 0 ? "-" :
			      value(view, change->unit, before).s);
	twi_table_cell(table, after < 0 ? "-" :
			      value(view, change->unit, after).s);
	twi_table_cell(table, known ?
		       signed_value(view, change->unit,
				    twi_difference(after, before)).s : "-");
}

static void print_section(const struct twi_view *view,
			  const struct twi_diff *diff, enum twi_section section)
{
	static const char *const headings[TWI_NSECTIONS] = {
		[TWI_SECTION_totals] = "<TOTALS BEFORE AFTER CHANGE",
		[TWI_SECTION_memory] = "<MEMORY BEFORE AFTER CHANGE",
		[TWI_SECTION_hash] = "<HASH BEFORE AFTER CHANGE",
		[TWI_SECTION_netns] = "NETNS <COUNT BEFORE AFTER CHANGE",
	};
	struct twi_table *table = twi_table_new(view, headings[section]);
	size_t n = 0;

	for (size_t i = 0; i < diff->n; i++) {
		if (diff->change[i].section != section)
			continue;
		add_change(view, table, &diff->change[i]);
		n++;
	}
	if (n && !view->no_header)
		putchar('\n');
	twi_table_print(table);
}

static void add_moved(const struct twi_view *view, struct twi_table *table,
		      const struct twi_moved *moved)
{
	static const int columns[] = {
		TWI_tuples_tw, TWI_tuples_live, TWI_tuples_used,
		TWI_tuples_left
	};
	const int64_t *row = moved->after;
	const char *what = "moved";

	if (!moved->before)
		what = "came";
	if (!moved->after)
		what = "went";
	twi_table_row(table);
	twi_table_cell(table, what);
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		int64_t by = twi_moved_by(moved, columns[i]);

		twi_table_cell(table, row ? twi_count(row[columns[i]],
						      view->numeric).s : "-");
		twi_table_cell(table, by ? signed_value(view, TWI_UNIT_COUNT,
							by).s : "");
	}
	twi_table_cell(table, row ? twi_full_in(view, row).s : "-");
}

/* Which group it is: on a screen it would not fit beside the figures. */
static void print_name(const struct twi_diff *diff,
		       const struct twi_moved *moved)
{
	const int64_t *row = moved->after ? moved->after : moved->before;
	const struct twi_side_of_diff *side;
	const struct twi_model *model;

	side = moved->after ? &diff->after : &diff->before;
	model = &side->model[TWI_COMPARED_tuples];
	printf("%-8s %s netns %lld\n",
	       twi_model_text(model, row, TWI_tuples_side),
	       twi_group_pair(model, row).s,
	       (long long)row[TWI_tuples_netns]);
}

static size_t limit(const struct twi_view *view, size_t n)
{
	int64_t top = view->filter.top;

	if (top < 0)
		top = view->no_header ? 0 : TOP;
	return top && (size_t)top < n ? (size_t)top : n;
}

static void print_moved(const struct twi_view *view,
			const struct twi_diff *diff)
{
	size_t head = !view->no_header, n = limit(view, diff->nmoved);
	struct twi_block block = { 0 };
	struct twi_table *table;

	if (!diff->nmoved)
		return;
	table = twi_table_new(view,
			      "<GROUP TW BY LIVE BY USED BY LEFT BY FULL-IN");
	for (size_t i = 0; i < n; i++)
		add_moved(view, table, &diff->moved[i]);
	twi_table_add_to(table, &block);
	if (head)
		putchar('\n');
	for (size_t i = 0; i < block.n; i++) {
		if (head && i)
			print_name(diff, &diff->moved[i - 1]);
		printf("%s%s%s", head ? "  " : "", block.line[i],
		       head ? "\n" : " ");
		if (!head)
			print_name(diff, &diff->moved[i]);
	}
	twi_block_free(&block);
	if (n < diff->nmoved && head)
		printf("and %s more (--top 0 shows all)\n",
		       twi_count(diff->nmoved - n, view->numeric).s);
}

static void print_sides(const struct twi_view *view,
			const struct twi_diff *diff)
{
	int64_t before = twi_diff_time(&diff->before);
	int64_t after = twi_diff_time(&diff->after);

	printf("before %s  %s\n", twi_date(before, view->numeric).s,
	       diff->before.name);
	printf("after  %s  %s\n", twi_date(after, view->numeric).s,
	       diff->after.name);
	if (before >= 0 && after >= 0)
		printf("%s between them\n",
		       twi_span(twi_difference(after, before) / 1000000,
				view->numeric).s);
}

/* Why a difference may be none, or none may be one. */
static void print_notes(const struct twi_diff *diff)
{
	for (int i = 0; i < TWI_NCOMPARED; i++) {
		if (!diff->compared[i])
			printf("not compared: %s, which one of them lacks\n",
			       twi_compared_names[i]);
	}
	if (diff->incomplete)
		puts("not complete: a group that came or went may have had no line");
}

void twi_diff_print(const struct twi_view *view, const struct twi_diff *diff)
{
	if (!view->no_header) {
		print_sides(view, diff);
		print_notes(diff);
	}
	if (!diff->n && !diff->nmoved && !view->no_header)
		puts("no difference");
	for (int i = 0; i < TWI_NSECTIONS; i++)
		print_section(view, diff, i);
	print_moved(view, diff);
}
