// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * watch_panels.c - draws the panels, each within the rectangle that the layout
 * gives it, and the lines above and below them.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "chains.h"
#include "deathrow.h"
#include "ports.h"
#include "totals.h"
#include "watch.h"
#include "watch_player.h"

#define NEEDS(file)	(1U << TWI_HISTORY_##file)

/* The part of totals that is beside the table, and what it takes. */
#define BESIDE		52
#define BESIDE_COLS	28

/* Label of the chart's scale, and a space; columns of its axis' labels. */
#define SCALE		7
#define AXIS		6
#define WIDE_MAX	4

#define HINTS	"q quit  ? help  space pause  s sort  n p f d filter  1-5 zoom  Enter details"

/* What is before the time of day. */
#define DATE		strlen("2026-11-22 ")

static int64_t by_name(const struct twi_keys *keys, const char *name)
{
	return twi_num(keys, "%s", name);
}

/* What is below the table of totals: room for it and a fast line. */
static bool shows_closings(const struct twi_watch *watch,
			   const struct twi_rect *rect)
{
	return rect->rows > 4 && !watch->slow;
}

/* More than a line for each of the three kinds. */
static bool shows_states(const struct twi_watch *watch)
{
	return watch->zoom == TWI_PANEL_totals;
}

static void draw_kind(const struct twi_watch *watch,
		      const struct twi_rect *rect, int line, const char *title,
		      twi_value_fn value, const char *name)
{
	const struct twi_keys *keys = &twi_history_now(&watch->history,
						       TWI_HISTORY_summary)->keys;
	bool raw = watch->view.numeric;
	char text[256];
	int len;

	len = snprintf(text, sizeof(text), "%-11s%10s%9s", title,
		       twi_count(value(keys, name), raw).s,
		       twi_history_rate(&watch->history, TWI_HISTORY_summary,
					value, name).s);
	for (int i = 0; i < TWI_NFAMILIES; i++) {
		int64_t n;

		if (value == twi_live)
			n = twi_live(keys, twi_family_names[i]);
		else
			n = twi_num(keys, "%s_%s", name, twi_family_names[i]);
		/* the last one gives way to what is beside */
		if (i < 2 || shows_states(watch))
			len += snprintf(text + len, sizeof(text) - len, "%10s",
					twi_count(n, raw).s);
	}
	twi_screen_text(rect, line, 0, TWI_INK_plain, text);
}

static void draw_states(const struct twi_watch *watch,
			const struct twi_rect *rect)
{
	for (int i = 0; i < TWI_NSTATES; i++)
		draw_kind(watch, rect, i + 1, twi_state_names[i], by_name,
			  twi_state_names[i]);
}

static void draw_kernel(const struct twi_watch *watch,
			const struct twi_rect *rect,
			const struct twi_keys *keys)
{
	bool raw = watch->view.numeric;
	int64_t more;

	if (!twi_kernel_lacks(keys, &more))
		return;
	if (more)
		twi_screen_printf(rect, 1, 0, TWI_INK_plain,
				  "kernel counts %s",
				  twi_count(twi_num(keys, "tw_kernel"), raw).s);
	else
		twi_screen_text(rect, 1, 0, TWI_INK_plain,
				"kernel counts as many");
}

static void draw_beside(const struct twi_watch *watch,
			const struct twi_rect *rect,
			const struct twi_keys *keys)
{
	struct twi_rect beside = {
		rect->row, rect->col + BESIDE, rect->rows, rect->cols - BESIDE
	};
	bool raw = watch->view.numeric;

	if (beside.cols < BESIDE_COLS)
		return;
	draw_kernel(watch, &beside, keys);
	twi_screen_printf(&beside, 2, 0, TWI_INK_plain, "minisockets take %s",
			  twi_bytes(twi_num(keys, "mem_tw_bytes"), raw).s);
	twi_screen_printf(&beside, 3, 0, TWI_INK_plain,
			  "listening %s, netns %s",
			  twi_count(twi_num(keys, "listeners"), raw).s,
			  twi_count(twi_num(keys, "netns"), raw).s);
}

static void draw_closings(const struct twi_watch *watch,
			  const struct twi_rect *rect)
{
	const struct twi_model *deathrow =
		twi_history_now(&watch->history, TWI_HISTORY_deathrow);
	int64_t second[TWI_CLOSED_MAX + 1], most;
	size_t n = rect->cols - 20;
	char *spark;

	if (!deathrow)
		return;
	if (n > 60)
		n = 60;
	most = twi_deathrow_closed(&deathrow->keys, second, n);
	spark = twi_spark(second, n, watch->view.utf8);
	twi_screen_text(rect, 4, 0, TWI_INK_plain, "closed/s");
	twi_screen_text(rect, 4, 9, TWI_INK_fine, spark);
	twi_screen_printf(rect, 4, 9 + n, TWI_INK_plain, " %s max",
			  twi_count(most, watch->view.numeric).s);
	free(spark);
}

static void draw_totals(struct twi_watch *watch, const struct twi_rect *rect)
{
	const struct twi_model *summary =
		twi_history_now(&watch->history, TWI_HISTORY_summary);
	bool states = shows_states(watch);
	char heading[128];

	snprintf(heading, sizeof(heading), "%-11s%10s%9s%10s%10s%10s",
		 states ? "STATE" : "SOCKETS", "TOTAL", "CHANGE/S", "IPV4",
		 "IPV6", states ? "MAPPED" : "");
	twi_screen_line(rect, 0, TWI_INK_heading, heading);
	if (!summary)
		return;
	if (states) {
		draw_states(watch, rect);
		return;
	}
	draw_kind(watch, rect, 1, "TIME-WAIT", by_name, "tw");
	draw_kind(watch, rect, 2, "FIN-WAIT-2", by_name, "fw2");
	draw_kind(watch, rect, 3, "live", twi_live, NULL);
	draw_beside(watch, rect, &summary->keys);
	if (shows_closings(watch, rect))
		draw_closings(watch, rect);
}

/* The next time that people count in. */
static int64_t round_time(int64_t s)
{
	static const int times[] = { 1, 2, 5, 10, 20, 30, 60, 120, 300 };

	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		if (s <= times[i])
			return times[i];
	}
	return twi_round_up(s);
}

/* 0 s at the left, then round numbers of seconds as long as there is room. */
static void draw_axis(const struct twi_rect *rect, int line,
		      const struct twi_steps *steps, unsigned int wide)
{
	double column_s = steps->step_ms / 1e3 / wide;
	int64_t apart = round_time(ceil(AXIS * column_s));
	double end_s = steps->n * wide * column_s;

	for (int64_t s = 0; s < end_s; s += apart) {
		int col = SCALE + s / column_s;

		if (col + 4 <= rect->cols)
			twi_screen_printf(rect, line, col, TWI_INK_weak,
					  "%lld s", (long long)s);
	}
}

/* A round number as short as the scale is narrow. */
static struct twi_str scale_name(int64_t n)
{
	struct twi_str str;

	if (n < 10000 || n >= 1000000000)
		return twi_count(n, false);
	if (n < 1000000)
		snprintf(str.s, sizeof(str.s), "%dk", (int)(n / 1000));
	else
		snprintf(str.s, sizeof(str.s), "%dM", (int)(n / 1000000));
	return str;
}

static void draw_chart(const struct twi_watch *watch,
		       const struct twi_rect *rect,
		       const struct twi_steps *steps)
{
	struct twi_chart chart = {
		.value = steps->sockets, .n = steps->n, .rows = rect->rows - 2,
		.wide = (rect->cols - SCALE) / steps->n,
		.utf8 = watch->view.utf8
	};
	int64_t most = 0;

	if (chart.wide > WIDE_MAX)
		chart.wide = WIDE_MAX;
	for (size_t i = 0; i < steps->n; i++) {
		if (steps->sockets[i] > most)
			most = steps->sockets[i];
	}
	chart.max = twi_round_up(most);
	for (unsigned int row = 0; row < chart.rows; row++) {
		char *text = twi_chart_row(&chart, row);

		twi_screen_text(rect, chart.rows - row, SCALE, TWI_INK_fine,
				text);
		free(text);
	}
	twi_screen_printf(rect, 1, 0, TWI_INK_weak, "%*s", SCALE - 1,
			  scale_name(chart.max).s);
	draw_axis(rect, rect->rows - 1, steps, chart.wide);
}

static void draw_deathrow(struct twi_watch *watch, const struct twi_rect *rect)
{
	const struct twi_model *deathrow =
		twi_history_now(&watch->history, TWI_HISTORY_deathrow);
	bool raw = watch->view.numeric;
	struct twi_steps steps;
	char text[128];
	int len;

	if (!deathrow) {
		twi_screen_line(rect, 0, TWI_INK_heading, "DEATH ROW");
		return;
	}
	twi_deathrow_steps(deathrow, rect->cols - SCALE, &steps);
	len = snprintf(text, sizeof(text), "DEATH ROW by %s",
		       twi_when(steps.step_ms, raw).s);
	if (steps.overdue > 0)
		len += snprintf(text + len, sizeof(text) - len, ", %s overdue",
				twi_count(steps.overdue, raw).s);
	twi_screen_line(rect, 0, TWI_INK_heading, steps.n ? text : "DEATH ROW");
	if (steps.n)
		draw_chart(watch, rect, &steps);
	else
		twi_screen_text(rect, 1, 0, TWI_INK_weak,
				"nothing is on the death row");
	free(steps.sockets);
}

static void draw_chains(struct twi_watch *watch, const struct twi_rect *rect)
{
	const struct twi_model *summary =
		twi_history_now(&watch->history, TWI_HISTORY_summary);
	const struct twi_keys *keys;
	struct twi_chains_line *line;
	bool raw = watch->view.numeric;
	char text[128], more[48];
	int64_t most = 0;
	char *bar;
	int len, n;

	if (!summary) {
		twi_screen_line(rect, 0, TWI_INK_heading, "CHAIN");
		return;
	}
	keys = &summary->keys;
	len = snprintf(text, sizeof(text), "%7s%9s longest %s", "CHAIN",
		       "BUCKETS",
		       twi_count(twi_num(keys, "ehash_longest"), raw).s);
	snprintf(more, sizeof(more), ", hit %s",
		 twi_milli(twi_num(keys, "ehash_hit_milli"), raw).s);
	if (len + (int)strlen(more) <= rect->cols)
		strcpy(text + len, more);
	twi_screen_line(rect, 0, TWI_INK_heading, text);
	line = twi_alloc(NULL, rect->rows, sizeof(*line));
	n = twi_chains_fold(keys, "ehash", line, rect->rows - 1);
	for (int i = 0; i < n; i++) {
		if (line[i].buckets > most)
			most = line[i].buckets;
	}
	for (int i = 0; i < n; i++) {
		twi_screen_printf(rect, i + 1, 0, TWI_INK_plain, "%7s%9s",
				  line[i].name.s,
				  twi_count(line[i].buckets, raw).s);
		bar = twi_bar(line[i].buckets, most, rect->cols - 17,
			      watch->view.utf8);
		twi_screen_text(rect, i + 1, 17, TWI_INK_fine, bar);
		free(bar);
	}
	free(line);
}

static void draw_side(const struct twi_watch *watch,
		      const struct twi_rect *rect, const char *side)
{
	const struct twi_model *summary =
		twi_history_now(&watch->history, TWI_HISTORY_summary);
	bool remote = !strcmp(side, "rport");
	struct twi_block block = { 0 };

	twi_screen_line(rect, 0, TWI_INK_heading, remote ? "RPORT" : "PORT");
	if (summary)
		twi_ports_add(&watch->view, &summary->keys, side,
			      rect->rows - 1, &block);
	for (size_t i = 0; i < block.n; i++) {
		if (i)
			twi_screen_text(rect, i, 0, TWI_INK_plain,
					block.line[i]);
		else
			twi_screen_line(rect, 0, TWI_INK_heading,
					block.line[0]);
	}
	twi_block_free(&block);
}

/* Local and remote ones, side by side where there is room. */
static void draw_ports(struct twi_watch *watch, const struct twi_rect *rect)
{
	struct twi_rect left = *rect, right = *rect;

	if (rect->cols >= 2 * TWI_SCREEN_COLS_MIN) {
		left.cols = (rect->cols - 2) / 2;
		right.col += left.cols + 2;
		right.cols -= left.cols + 2;
	} else if (rect->rows >= 6) {
		left.rows = rect->rows / 2;
		right.row += left.rows;
		right.rows -= left.rows;
	} else {
		right.rows = 0;
	}
	draw_side(watch, &left, "port");
	if (right.rows)
		draw_side(watch, &right, "rport");
}

static const struct {
	void		(*draw)(struct twi_watch *watch,
				const struct twi_rect *rect);
	unsigned int	files;
} panels[TWI_NPANELS] = {
	[TWI_PANEL_totals] = { draw_totals, NEEDS(summary) },
	[TWI_PANEL_deathrow] = { draw_deathrow, NEEDS(deathrow) },
	[TWI_PANEL_chains] = { draw_chains, NEEDS(summary) },
	[TWI_PANEL_tuples] = { twi_tuples_draw, NEEDS(tuples) },
	[TWI_PANEL_ports] = { draw_ports, NEEDS(summary) },
};

unsigned int twi_watch_files(const struct twi_watch *watch)
{
	const struct twi_rect *totals = &watch->layout.panel[TWI_PANEL_totals];
	unsigned int files = 0;

	if (watch->cover == TWI_COVER_detail)
		return NEEDS(tuples);
	if (watch->cover == TWI_COVER_help)
		return 0;
	for (int i = 0; i < TWI_NPANELS; i++) {
		if (watch->layout.panel[i].rows)
			files |= panels[i].files;
	}
	if (totals->rows && shows_closings(watch, totals) &&
	    !shows_states(watch))
		files |= NEEDS(deathrow);
	return files;
}

/* Parts that are left out from the right where the line is too short. */
static void draw_title(const struct twi_watch *watch)
{
	const struct twi_history *history = &watch->history;
	struct twi_str date = twi_date(twi_history_time(history, ~0U),
				       watch->view.numeric);
	const struct twi_rect *rect = &watch->layout.title;
	const char *time = date.s;
	const char *state = watch->paused ? "PAUSED" :
			    history->failed ? "NOT READ" : "";
	char rest[96];
	int col = strlen(TWI_NAME) + 2;

	/* the time of day alone where there is little room */
	if (rect->cols < 80 && strlen(time) > DATE)
		time += DATE;
	twi_screen_text(rect, 0, 0, TWI_INK_strong, TWI_NAME);
	twi_screen_text(rect, 0, col, TWI_INK_plain, time);
	col += strlen(time) + 2;
	if (watch->player)
		snprintf(rest, sizeof(rest), "snapshot %zu/%zu, %s",
			 watch->player->index + 1, watch->player->recording.n,
			 twi_player_speed(watch->player).s);
	else
		snprintf(rest, sizeof(rest), "every %lld s, took %s",
			 (long long)watch->view.interval,
			 twi_nsec(history->took_ns, watch->view.numeric).s);
	if (col + (int)(strlen(rest) + strlen(state)) < rect->cols)
		twi_screen_text(rect, 0, col, TWI_INK_plain, rest);
	twi_screen_text(rect, 0, rect->cols - (int)strlen(state),
			watch->paused ? TWI_INK_strong : TWI_INK_alert, state);
}

static void draw_prompt(const struct twi_watch *watch,
			const struct twi_rect *rect)
{
	char *text = twi_text_new("%s: %s", watch->prompt.text,
				  watch->prompt.typed);
	int col = strlen(text);

	twi_screen_text(rect, 0, 0, TWI_INK_strong, text);
	twi_screen_cursor(rect, 0, col < rect->cols ? col : rect->cols - 1);
	free(text);
}

static void draw_status(const struct twi_watch *watch)
{
	static const char *const hints[TWI_COVER_detail + 1] = {
		[TWI_COVER_none] = HINTS,
		[TWI_COVER_help] = "q quit  Esc back  up down",
		[TWI_COVER_detail] = "q quit  Esc back  up down",
	};
	const struct twi_rect *rect = &watch->layout.status;

	if (watch->prompt.text)
		draw_prompt(watch, rect);
	else if (watch->message[0])
		twi_screen_text(rect, 0, 0, TWI_INK_strong, watch->message);
	else if (watch->history.failed)
		twi_screen_text(rect, 0, 0, TWI_INK_alert,
				watch->history.err.text);
	else
		twi_screen_text(rect, 0, 0, TWI_INK_weak,
				hints[watch->cover]);
}

static void draw_cover(struct twi_watch *watch)
{
	const struct twi_rect *rect = &watch->layout.body;
	struct twi_block block = { 0 };
	size_t rows = rect->rows;

	if (watch->cover == TWI_COVER_help)
		twi_help_text(&block);
	else
		twi_detail_text(watch, &block);
	if (watch->cover_top + rows > block.n)
		watch->cover_top = block.n > rows ? block.n - rows : 0;
	for (size_t i = watch->cover_top; i < block.n; i++)
		twi_screen_text(rect, i - watch->cover_top, 0, TWI_INK_plain,
				block.line[i]);
	twi_block_free(&block);
}

static void draw_too_small(void)
{
	static const struct twi_rect all = { 0, 0, 1000, 1000 };

	twi_screen_printf(&all, 0, 0, TWI_INK_plain,
			  "too small: make it %d by %d", TWI_SCREEN_COLS_MIN,
			  TWI_SCREEN_ROWS_MIN);
	twi_screen_text(&all, 1, 0, TWI_INK_plain, "(q quits)");
}

void twi_watch_draw(struct twi_watch *watch)
{
	twi_screen_erase();
	twi_screen_hide_cursor();
	if (!watch->layout.fits) {
		draw_too_small();
		twi_screen_send();
		return;
	}
	draw_title(watch);
	if (watch->cover) {
		draw_cover(watch);
	} else {
		for (int i = 0; i < TWI_NPANELS; i++) {
			if (watch->layout.panel[i].rows)
				panels[i].draw(watch, &watch->layout.panel[i]);
		}
	}
	draw_status(watch);
	twi_screen_send();
}
