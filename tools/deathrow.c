// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * deathrow.c - "twinspect deathrow": when minisockets die, and how many
 * entered TIME-WAIT in each of the last seconds; and both in short for the
 * overview.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deathrow.h"
#include "pass.h"
#include "table.h"
#include "units.h"

#define BAR_WIDTH	32

/* Of the timer wheel: as many or fewer. */
#define LEVELS		9

/* What dies at one time, on whatever CPU's wheel. */
struct batch {
	int64_t	fires_ms;
	int64_t	sockets;
};

static int64_t row_sockets(const int64_t *row)
{
	return twi_sum(row[TWI_deathrow_tw], row[TWI_deathrow_fw2]);
}

/* Batches by time, overdue ones apart; returns their number. */
static size_t merge(const struct twi_model *model, struct batch *batch,
		    int64_t *overdue)
{
	size_t n = 0;

	*overdue = 0;
	for (size_t i = 0; i < model->nrows; i++) {
		const int64_t *row = twi_model_row(model, i);
		int64_t fires_ms = row[TWI_deathrow_fires_ms];

		if (fires_ms < 0) {
			*overdue = twi_sum(*overdue, row_sockets(row));
			continue;
		}
		if (!n || batch[n - 1].fires_ms != fires_ms)
			batch[n++] = (struct batch){ .fires_ms = fires_ms };
		batch[n - 1].sockets = twi_sum(batch[n - 1].sockets,
					       row_sockets(row));
	}
	return n;
}

static int add_special(struct twi_table *table, const char *name, int64_t n)
{
	if (!n)
		return 0;
	twi_table_row(table);
	twi_table_cell(table, name);
	twi_table_count(table, n);
	return 1;
}

static void add_batches(const struct twi_view *view, struct twi_table *table,
			const struct batch *batch, size_t n, size_t lines,
			unsigned int width)
{
	size_t shown = n <= lines ? n : lines - 1;
	int64_t max = 0, rest = 0;
	char name[48];

	for (size_t i = 0; i < shown; i++) {
		if (batch[i].sockets > max)
			max = batch[i].sockets;
	}
	for (size_t i = 0; i < shown; i++) {
		twi_table_row(table);
		twi_table_cell(table, twi_when(batch[i].fires_ms,
					       view->numeric).s);
		twi_table_count(table, batch[i].sockets);
		twi_table_bar(table, batch[i].sockets, max, width);
	}
	for (size_t i = shown; i < n; i++)
		rest = twi_sum(rest, batch[i].sockets);
	if (shown == n)
		return;
	snprintf(name, sizeof(name), "%zu more", n - shown);
	twi_table_row(table);
	twi_table_cell(table, name);
	twi_table_count(table, rest);
	snprintf(name, sizeof(name), "to %s",
		 twi_when(batch[n - 1].fires_ms, view->numeric).s);
	twi_table_cell(table, name);
}

void twi_deathrow_add(const struct twi_view *view,
		      const struct twi_model *model, int n,
		      unsigned int width, struct twi_block *block)
{
	struct twi_table *table = twi_table_new(view, "DIE-IN SOCKETS <");
	struct batch *batch;
	int64_t overdue;
	size_t batches;
	int used;

	batch = twi_alloc(NULL, model->nrows + 1, sizeof(*batch));
	batches = merge(model, batch, &overdue);
	used = add_special(table, "overdue", overdue);
	used += add_special(table, "unarmed",
			    twi_num(&model->keys, "unarmed"));
	add_batches(view, table, batch, batches, n - used, width);
	twi_table_add_to(table, block);
	free(batch);
}

/* The step of the level that has most sockets; 1 if there are none. */
static int64_t common_step(const struct twi_model *model)
{
	struct { int64_t step_ms, sockets; } level[LEVELS] = { 0 };
	int64_t step_ms = 1, most = 0;

	for (size_t i = 0; i < model->nrows; i++) {
		const int64_t *row = twi_model_row(model, i);
		int64_t at = row[TWI_deathrow_level];

		if (at < 0 || at >= LEVELS || row[TWI_deathrow_step_ms] <= 0)
			continue;
		level[at].step_ms = row[TWI_deathrow_step_ms];
		level[at].sockets = twi_sum(level[at].sockets,
					    row_sockets(row));
	}
	for (int i = 0; i < LEVELS; i++) {
		if (level[i].sockets > most) {
			most = level[i].sockets;
			step_ms = level[i].step_ms;
		}
	}
	return step_ms;
}

void twi_deathrow_steps(const struct twi_model *model, size_t max,
			struct twi_steps *steps)
{
	struct batch *batch = twi_alloc(NULL, model->nrows + 1, sizeof(*batch));
	size_t n = merge(model, batch, &steps->overdue);
	int64_t last = -1;

	/* a file may say that they are sorted, and lie */
	for (size_t i = 0; i < n; i++) {
		if (batch[i].fires_ms > last)
			last = batch[i].fires_ms;
	}
	steps->step_ms = common_step(model);
	while (last / steps->step_ms >= (int64_t)max)
		steps->step_ms = twi_sum(steps->step_ms, steps->step_ms);
	steps->n = last < 0 ? 0 : last / steps->step_ms + 1;
	steps->sockets = twi_alloc(NULL, steps->n + 1, sizeof(int64_t));
	memset(steps->sockets, 0, (steps->n + 1) * sizeof(int64_t));
	for (size_t i = 0; i < n; i++) {
		int64_t *sum = &steps->sockets[batch[i].fires_ms /
					       steps->step_ms];

		*sum = twi_sum(*sum, batch[i].sockets);
	}
	free(batch);
}

int64_t twi_deathrow_closed(const struct twi_keys *keys, int64_t *second,
			    size_t n)
{
	int64_t most = 0;

	for (size_t i = 0; i < n; i++) {
		second[i] = twi_num(keys, "closed.%zu", n - 1 - i);
		if (second[i] > most)
			most = second[i];
	}
	return most;
}

void twi_deathrow_print_closed(const struct twi_view *view,
			       const struct twi_keys *keys,
			       const char *label, unsigned int n)
{
	int64_t second[TWI_CLOSED_MAX + 1], most;
	char *spark;

	if (n > TWI_CLOSED_MAX + 1)
		n = TWI_CLOSED_MAX + 1;
	most = twi_deathrow_closed(keys, second, n);
	if (!most)
		return;
	spark = twi_spark(second, n, view->utf8);
	printf("%s%s %s max\n", label, spark,
	       twi_count(most, view->numeric).s);
	free(spark);
}

static void print_totals(const struct twi_view *view,
			 const struct twi_keys *keys, size_t rows)
{
	int64_t overdue = twi_num(keys, "overdue");
	bool raw = view->numeric;

	twi_pass_print_one(view, keys);
	printf("%s TIME-WAIT,", twi_count(twi_num(keys, "tw"), raw).s);
	printf(" %s FIN-WAIT-2", twi_count(twi_num(keys, "fw2"), raw).s);
	printf(" in %s batches\n", twi_count(rows, raw).s);
	printf("%s unarmed,", twi_count(twi_num(keys, "unarmed"), raw).s);
	printf(" %s being moved,",
	       twi_count(twi_num(keys, "unplaced"), raw).s);
	printf(" %s overdue", twi_count(overdue, raw).s);
	if (overdue > 0)
		printf(" by up to %s",
		       twi_when(twi_num(keys, "overdue_longest_ms"), raw).s);
	putchar('\n');
}

static void print_batches(const struct twi_view *view,
			  const struct twi_model *model)
{
	struct twi_table *table;
	const int64_t *row;
	int64_t max = 0;

	table = twi_table_new(view, "DIE-IN CPU LEVEL STEP TW FW2 <");
	for (size_t i = 0; i < model->nrows; i++) {
		int64_t n = row_sockets(twi_model_row(model, i));

		if (n > max)
			max = n;
	}
	for (size_t i = 0; i < model->nrows; i++) {
		row = twi_model_row(model, i);
		twi_table_row(table);
		twi_table_cell(table, twi_when(row[TWI_deathrow_fires_ms],
					       view->numeric).s);
		twi_table_id(table, row[TWI_deathrow_cpu]);
		twi_table_id(table, row[TWI_deathrow_level]);
		twi_table_cell(table, twi_when(row[TWI_deathrow_step_ms],
					       view->numeric).s);
		twi_table_count(table, row[TWI_deathrow_tw]);
		twi_table_count(table, row[TWI_deathrow_fw2]);
		twi_table_bar(table, row_sockets(row), max, BAR_WIDTH);
	}
	twi_table_print(table);
}

int twi_view_deathrow(struct twi_view *view)
{
	struct twi_model model;
	char label[128];

	if (twi_model_load(&model, &view->source, "deathrow", &view->err))
		return -1;
	if (!view->no_header)
		print_totals(view, &model.keys, model.nrows);
	print_batches(view, &model);
	if (!view->no_header) {
		snprintf(label, sizeof(label),
			 "closed in each of the last %d s, at least (by %s), now at the right:\n",
			 TWI_CLOSED_MAX + 1,
			 twi_text(&model.keys, "closed_from"));
		twi_deathrow_print_closed(view, &model.keys, label,
					  TWI_CLOSED_MAX + 1);
	}
	twi_model_free(&model);
	return 0;
}
