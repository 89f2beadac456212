// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * watch_tuples.c - the panel of the tuples: which columns there is room for,
 * and the mark, which stays with its tuple wherever that is sorted to.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "doctor.h"
#include "tuples.h"
#include "watch.h"

#define NAME_MIN	20
#define BAR		8

static struct twi_str show_sockets(const struct twi_view *view,
				   const int64_t *row)
{
	return twi_count(twi_group_sockets(row), view->numeric);
}

static struct twi_str show_tw(const struct twi_view *view, const int64_t *row)
{
	return twi_count(row[TWI_tuples_tw], view->numeric);
}

static struct twi_str show_live(const struct twi_view *view,
				const int64_t *row)
{
	return twi_count(row[TWI_tuples_live], view->numeric);
}

static struct twi_str show_rate(const struct twi_view *view,
				const int64_t *row)
{
	return twi_rate(view, row[TWI_tuples_closed_10s]);
}

static struct twi_str show_left(const struct twi_view *view,
				const int64_t *row)
{
	return twi_count(row[TWI_tuples_left], view->numeric);
}

static struct twi_str show_probes(const struct twi_view *view,
				  const int64_t *row)
{
	return twi_milli(row[TWI_tuples_probes_mean_milli], view->numeric);
}

static struct twi_str show_age(const struct twi_view *view,
			       const int64_t *row)
{
	int64_t ms = row[TWI_tuples_oldest_ms];

	return ms < 0 ? twi_count(ms, view->numeric) :
			twi_when(ms, view->numeric);
}

static struct twi_str show_netns(const struct twi_view *view,
				 const int64_t *row)
{
	(void)view;
	return twi_count(row[TWI_tuples_netns], true);
}

/* In the order of the screen; ranks say what is left out first, last. */
static const struct column {
	const char	*heading;
	int		width;
	int		rank;
	enum twi_sort	sort;
	/* NULL: a bar */
	struct twi_str	(*show)(const struct twi_view *view,
				const int64_t *row);
	/* of plain numbers, where these are of another kind */
	const char	*plain;
} columns[] = {
	{ "USED%", 5, 0, TWI_SORT_used, twi_used_percent, NULL },
	{ "", BAR, 1, TWI_SORT_file, NULL, NULL },
	{ "LEFT", 6, 2, TWI_SORT_left, show_left, NULL },
	{ "FULL-IN", 7, 3, TWI_SORT_exhausted, twi_full_in, NULL },
	{ "CLOSED/S", 8, 4, TWI_SORT_rate, show_rate, "CLOSED-10S" },
	{ "SOCKETS", 9, 10, TWI_SORT_sockets, show_sockets, NULL },
	{ "TW", 8, 5, TWI_SORT_tw, show_tw, NULL },
	{ "LIVE", 7, 6, TWI_SORT_live, show_live, NULL },
	{ "PROBES", 9, 8, TWI_SORT_probes, show_probes, NULL },
	{ "OLDEST", 7, 9, TWI_SORT_age, show_age, NULL },
	{ "NETNS", 10, 7, TWI_SORT_file, show_netns, NULL },
};

static const char *heading(const struct twi_watch *watch,
			   const struct column *column)
{
	bool plain = watch->view.numeric && column->plain;

	return plain ? column->plain : column->heading;
}

static int width_of(const struct twi_watch *watch, const struct column *column)
{
	int len = strlen(heading(watch, column));

	return len > column->width ? len : column->width;
}

/* Half of the width is for the names of the tuples. */
static void choose(const struct twi_watch *watch, int width, bool *shown)
{
	int left = width - (width / 2 > NAME_MIN ? width / 2 : NAME_MIN);

	memset(shown, 0, ARRAY_SIZE(columns) * sizeof(*shown));
	/* what it is sorted by is always there */
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		if (columns[i].sort == watch->view.filter.sort) {
			shown[i] = true;
			left -= width_of(watch, &columns[i]) + 1;
		}
	}
	for (size_t rank = 0; rank < ARRAY_SIZE(columns); rank++) {
		for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
			if (columns[i].rank != (int)rank || shown[i])
				continue;
			if (width_of(watch, &columns[i]) >= left)
				return;
			shown[i] = true;
			left -= width_of(watch, &columns[i]) + 1;
		}
	}
}

static struct twi_mark mark_of(const struct twi_model *model,
			       const int64_t *row)
{
	struct twi_mark mark;

	snprintf(mark.s, sizeof(mark.s), "%lld %lld %s",
		 (long long)row[TWI_tuples_cookie],
		 (long long)row[TWI_tuples_side],
		 twi_group_pair(model, row).s);
	return mark;
}

static bool is_marked(const struct twi_watch *watch,
		      const struct twi_model *model, const int64_t *row)
{
	return !strcmp(watch->mark.s, mark_of(model, row).s);
}

/* A mark whose tuple is not there any more stays on its line. */
static void find_cursor(struct twi_watch *watch)
{
	const struct twi_groups *groups = &watch->groups;

	if (!watch->mark.s[0]) {
		watch->cursor = 0;
		return;
	}
	for (size_t i = 0; i < groups->n; i++) {
		if (is_marked(watch, groups->model, groups->row[i])) {
			watch->cursor = i;
			return;
		}
	}
	if (watch->cursor >= groups->n)
		watch->cursor = groups->n ? groups->n - 1 : 0;
}

void twi_tuples_pick(struct twi_watch *watch)
{
	const struct twi_model *model = twi_history_now(&watch->history,
							TWI_HISTORY_tuples);
	const struct twi_filter *filter = &watch->view.filter;
	struct twi_groups *groups = &watch->groups;

	twi_groups_free(groups);
	if (!model)
		return;
	twi_groups_pick(filter, model, groups);
	if (filter->side != TWI_SIDE_other)
		twi_groups_drop_rest(groups);
	if (filter->top > 0 && groups->n > (size_t)filter->top)
		groups->n = filter->top;
	find_cursor(watch);
}

const int64_t *twi_tuples_marked(const struct twi_watch *watch)
{
	const struct twi_model *model = twi_history_now(&watch->history,
							TWI_HISTORY_tuples);

	for (size_t i = 0; model && i < model->nrows; i++) {
		const int64_t *row = twi_model_row(model, i);

		if (is_marked(watch, model, row))
			return row;
	}
	return NULL;
}

/* The first key marks what is at the top, and moves nothing. */
void twi_tuples_move(struct twi_watch *watch, enum twi_action action)
{
	size_t page = watch->layout.panel[TWI_PANEL_tuples].rows - 1;
	const struct twi_groups *groups = &watch->groups;
	bool marked = watch->mark.s[0];
	size_t to = watch->cursor;

	if (!groups->n)
		return;
	switch (action) {
	case TWI_ACT_up:
		to -= marked && to;
		break;
	case TWI_ACT_down:
		to += marked;
		break;
	case TWI_ACT_page_up:
		to = to > page ? to - page : 0;
		break;
	case TWI_ACT_page_down:
		to += page;
		break;
	case TWI_ACT_first:
		to = 0;
		break;
	case TWI_ACT_last:
		to = groups->n - 1;
		break;
	default:
		break;
	}
	watch->cursor = to < groups->n ? to : groups->n - 1;
	watch->mark = mark_of(groups->model, groups->row[watch->cursor]);
}

static void scroll(struct twi_watch *watch, size_t lines)
{
	size_t n = watch->groups.n;

	if (watch->cursor < watch->top)
		watch->top = watch->cursor;
	if (watch->cursor >= watch->top + lines)
		watch->top = watch->cursor - lines + 1;
	if (watch->top + lines > n)
		watch->top = n > lines ? n - lines : 0;
}

static char *describe(const struct twi_watch *watch)
{
	const struct twi_filter *filter = &watch->view.filter;
	const struct twi_model *model = watch->groups.model;
	size_t len;
	char *text;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		twi_nomem();
	fputs("TUPLE", out);
	if (model)
		fprintf(out, " %zu/%s", watch->groups.n,
			twi_count(twi_num(&model->keys, "groups"), true).s);
	if (filter->netns >= 0)
		fprintf(out, " netns %lld", (long long)filter->netns);
	if (filter->port >= 0)
		fprintf(out, " port %lld", (long long)filter->port);
	if (filter->family)
		fprintf(out, " IPv%d", filter->family);
	if (filter->side >= 0)
		fprintf(out, " %s", twi_side_names[filter->side]);
	if (filter->reverse)
		fputs(" reversed", out);
	if (fclose(out))
		twi_nomem();
	return text;
}

static void draw_heading(const struct twi_watch *watch,
			 const struct twi_rect *rect, const bool *shown)
{
	char *text = describe(watch);
	int col = 0;

	twi_screen_line(rect, 0, TWI_INK_heading, "");
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		const struct column *column = &columns[i];

		if (!shown[i])
			continue;
		twi_screen_printf(rect, 0, col,
				  column->show && column->sort ==
				  watch->view.filter.sort ?
				  TWI_INK_sorted : TWI_INK_heading,
				  "%*s", width_of(watch, column),
				  heading(watch, column));
		col += width_of(watch, column) + 1;
	}
	twi_screen_text(rect, 0, col, TWI_INK_heading, text);
	free(text);
}

static enum twi_ink bar_ink(const int64_t *row)
{
	switch (row[TWI_tuples_capacity] < 0 ? TWI_FINE :
		twi_group_severity(row)) {
	case TWI_CRITICAL:
		return TWI_INK_critical;
	case TWI_WARNING:
		return TWI_INK_warning;
	default:
		return TWI_INK_fine;
	}
}

static void draw_bar(const struct twi_watch *watch,
		     const struct twi_rect *rect, int line, int col,
		     const int64_t *row)
{
	char *bar = twi_used_text(row, BAR, watch->view.utf8);

	twi_screen_text(rect, line, col, bar_ink(row), bar);
	free(bar);
}

/* Where a name is too long, two dots say so. */
static void draw_name(const struct twi_rect *rect, int line, int col,
		      enum twi_ink ink, const char *name)
{
	int room = rect->cols - col;

	if ((int)twi_columns(name) > room && room > 2)
		twi_screen_printf(rect, line, col, ink, "%.*s..", room - 2,
				  name);
	else
		twi_screen_text(rect, line, col, ink, name);
}

static void draw_row(const struct twi_watch *watch,
		     const struct twi_rect *rect, const bool *shown, int line,
		     size_t i)
{
	const int64_t *row = watch->groups.row[i];
	bool marked = watch->mark.s[0] && i == watch->cursor;
	enum twi_ink ink = marked ? TWI_INK_cursor : TWI_INK_plain;
	int col = 0;

	twi_screen_line(rect, line, ink, "");
	for (size_t c = 0; c < ARRAY_SIZE(columns); c++) {
		const struct column *column = &columns[c];

		if (!shown[c])
			continue;
		if (column->show)
			twi_screen_printf(rect, line, col, ink, "%*s",
					  width_of(watch, column),
					  column->show(&watch->view, row).s);
		else
			draw_bar(watch, rect, line, col, row);
		col += width_of(watch, column) + 1;
	}
	draw_name(rect, line, col, ink,
		  twi_group_pair(watch->groups.model, row).s);
}

void twi_tuples_draw(struct twi_watch *watch, const struct twi_rect *rect)
{
	size_t lines = rect->rows - 1;
	bool shown[ARRAY_SIZE(columns)];

	choose(watch, rect->cols, shown);
	draw_heading(watch, rect, shown);
	scroll(watch, lines);
	for (size_t i = 0; i < lines && watch->top + i < watch->groups.n; i++)
		draw_row(watch, rect, shown, i + 1, watch->top + i);
	if (!watch->groups.n && watch->groups.model)
		twi_screen_text(rect, 1, 0, TWI_INK_weak,
				twi_filter_any(&watch->view.filter) ?
				"no tuple is one of those asked for" :
				"there are no tuples");
}
