// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * tuples.c - "twinspect tuples": the groups of sockets that share a supply of
 * ports, fullest first, and for those that connect() draws from what is left.
 */
#include <stdio.h>

#include "array.h"
#include "groups.h"
#include "json.h"
#include "pass.h"
#include "tuples.h"
#include "units.h"

/* Lines of a screen that are not a group's. */
#define LINES_AROUND	6

#define CELLS		"TW FW2 LIVE %s USED OF USED%% LEFT PROBES FULL-IN%s"
#define MORE_CELLS	" FREE FIRST REUSE REUSE-1 STAMPED LEAST MOST OLDEST YOUNGEST"

/* A rate that is below ten with its tenths. */
struct twi_str twi_rate(const struct twi_view *view, int64_t closed_10s)
{
	struct twi_str str;

	if (view->numeric || closed_10s < 0)
		return twi_count(closed_10s, view->numeric);
	if (closed_10s >= 100)
		return twi_count(closed_10s / 10, false);
	snprintf(str.s, sizeof(str.s), "%d.%d", (int)closed_10s / 10,
		 (int)closed_10s % 10);
	return str;
}

struct twi_str twi_full_in(const struct twi_view *view, const int64_t *row)
{
	int64_t s = row[TWI_tuples_exhausted_s];
	struct twi_str str;

	if (view->numeric)
		return twi_count(s, true);
	if (row[TWI_tuples_capacity] < 0)
		return (struct twi_str){ "-" };
	if (s < 0)
		return (struct twi_str){ "never" };
	if (!s)
		return (struct twi_str){ "now" };
	snprintf(str.s, sizeof(str.s), "%.24s s", twi_count(s, false).s);
	return str;
}

struct twi_str twi_used_percent(const struct twi_view *view,
				const int64_t *row)
{
	int64_t percent = row[TWI_tuples_used_percent];
	struct twi_str str;

	if (view->numeric || percent < 0)
		return twi_count(percent, view->numeric);
	snprintf(str.s, sizeof(str.s), "%.24s%%",
		 twi_count(percent, false).s);
	return str;
}

void twi_used_bar(struct twi_table *table, const int64_t *row,
		  unsigned int width)
{
	if (!row[TWI_tuples_capacity])
		twi_table_bar(table, 1, 1, width);
	else
		twi_table_bar(table, row[TWI_tuples_used],
			      row[TWI_tuples_capacity], width);
}

char *twi_used_text(const int64_t *row, unsigned int width, bool utf8)
{
	bool none = !row[TWI_tuples_capacity];

	return twi_bar(none ? 1 : row[TWI_tuples_used],
		       none ? 1 : row[TWI_tuples_capacity], width, utf8);
}

struct lines {
	const struct twi_view	*view;
	const struct twi_groups	*groups;
};

static void add_more_cells(const struct twi_view *view,
			   struct twi_table *table, const int64_t *row)
{
	static const int columns[] = {
		TWI_tuples_free, TWI_tuples_free_first, TWI_tuples_reuse_now,
		TWI_tuples_reuse_1, TWI_tuples_reuse_bound,
		TWI_tuples_probes_least, TWI_tuples_probes_most,
	};
	static const int times[] = {
		TWI_tuples_oldest_ms, TWI_tuples_youngest_ms
	};

	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		twi_table_count(table, row[columns[i]]);
	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		if (row[times[i]] < 0)
			twi_table_count(table, row[times[i]]);
		else
			twi_table_cell(table, twi_when(row[times[i]],
						       view->numeric).s);
	}
}

static void add_cells(struct twi_table *table, const void *data, size_t i,
		      unsigned int width)
{
	const struct lines *lines = data;
	const struct twi_view *view = lines->view;
	const int64_t *row = lines->groups->row[i];

	twi_table_count(table, row[TWI_tuples_tw]);
	twi_table_count(table, row[TWI_tuples_fw2]);
	twi_table_count(table, row[TWI_tuples_live]);
	twi_table_cell(table, twi_rate(view, row[TWI_tuples_closed_10s]).s);
	twi_table_count(table, row[TWI_tuples_used]);
	twi_table_count(table, row[TWI_tuples_capacity]);
	twi_table_cell(table, twi_used_percent(view, row).s);
	twi_table_count(table, row[TWI_tuples_left]);
	twi_table_cell(table, twi_milli(row[TWI_tuples_probes_mean_milli],
					view->numeric).s);
	twi_table_cell(table, twi_full_in(view, row).s);
	if (view->verbose)
		add_more_cells(view, table, row);
	if (width)
		twi_used_bar(table, row, width);
}

static void print_totals(const struct twi_view *view,
			 const struct twi_keys *keys)
{
	int64_t overflow = twi_num(keys, "binds_overflow");
	bool raw = view->numeric;

	twi_pass_print_one(view, keys);
	printf("%s sockets", twi_count(twi_num(keys, "sockets"), raw).s);
	printf(" (%s TIME-WAIT,", twi_count(twi_num(keys, "tw"), raw).s);
	printf(" %s FIN-WAIT-2)", twi_count(twi_num(keys, "fw2"), raw).s);
	printf(" in %s groups", twi_count(twi_num(keys, "groups"), raw).s);
	printf(", %s in detail\n", twi_count(twi_num(keys, "detailed"), raw).s);
	if (overflow > 0)
		printf("too many bound ports, %s not looked at: some count as outbound\n",
		       twi_count(overflow, raw).s);
}

/* The row of the sockets that are in no group, if there are any. */
static const int64_t *find_rest(const struct twi_model *model)
{
	for (size_t i = 0; i < model->nrows; i++) {
		const int64_t *row = twi_model_row(model, i);

		if (row[TWI_tuples_side] == TWI_SIDE_other &&
		    twi_group_sockets(row))
			return row;
	}
	return NULL;
}

static void print_incomplete(const struct twi_view *view,
			     const struct twi_model *model)
{
	const struct twi_keys *keys = &model->keys;
	bool complete = twi_num(keys, "complete");
	const int64_t *rest = find_rest(model);
	bool raw = view->numeric;

	if (rest && complete) {
		printf("%s sockets are of namespaces that could not be held\n",
		       twi_count(twi_group_sockets(rest), raw).s);
		return;
	}
	if (complete)
		return;
	fputs("not complete: ", stdout);
	if (rest)
		printf("%s sockets are in ",
		       twi_count(twi_group_sockets(rest), raw).s);
	else
		fputs("there may be ", stdout);
	printf("groups without a line, of at most %s each\n",
	       twi_count(twi_num(keys, "unlisted_max"), raw).s);
}

static void print_rest(const struct twi_view *view,
		       const struct twi_model *model,
		       const struct twi_groups *groups, size_t more)
{
	if (!groups->n && twi_filter_any(&view->filter))
		puts("no group is one of those asked for");
	if (more)
		printf("and %s more (--top 0 shows all)\n",
		       twi_count(more, view->numeric).s);
	print_incomplete(view, model);
}

static void print(const struct twi_view *view, const struct twi_model *model,
		  struct twi_groups *groups)
{
	struct lines lines = { .view = view, .groups = groups };
	struct twi_cells cells = {
		.add = add_cells, .data = &lines, .around = LINES_AROUND
	};
	char headings[sizeof(CELLS MORE_CELLS) + 16];
	size_t more;

	/* it has a line of its own below the table */
	if (view->filter.side != TWI_SIDE_other)
		twi_groups_drop_rest(groups);
	snprintf(headings, sizeof(headings), CELLS,
		 view->numeric ? "CLOSED-10S" : "CLOSED/S",
		 view->verbose ? MORE_CELLS : "");
	cells.headings = headings;
	if (!view->no_header)
		print_totals(view, &model->keys);
	more = twi_groups_print(view, groups, &cells);
	if (!view->no_header)
		print_rest(view, model, groups, more);
}

int twi_view_tuples(struct twi_view *view)
{
	struct twi_groups groups;
	struct twi_model model;

	if (twi_model_load(&model, &view->source, "tuples", &view->err))
		return -1;
	if (!view->json && view->filter.sort == TWI_SORT_file)
		view->filter.sort = TWI_SORT_used;
	twi_groups_pick(&view->filter, &model, &groups);
	if (view->json)
		twi_json_groups(view, &groups);
	else
		print(view, &model, &groups);
	twi_groups_free(&groups);
	twi_model_free(&model);
	return 0;
}
