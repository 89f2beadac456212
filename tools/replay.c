// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * replay.c - "twinspect replay": the snapshots of a recording, as a list or
 * one after the other in another view.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "input.h"
#include "json.h"
#include "progress.h"
#include "replay.h"
#include "table.h"
#include "totals.h"
#include "units.h"

/* All snapshots from this to that one, by index. */
struct range {
	size_t	first;
	size_t	last;
};

/* So many are read before it tells how far it is. */
#define STEP	100

/* What was not recorded is not known, and no error. */
static int load_file(struct twi_view *view, const struct twi_source *source,
		     const char *file, struct twi_model *model)
{
	if (!twi_model_load(model, source, file, &view->err))
		return 1;
	return view->err.status == TWI_EXIT_ABSENT ? 0 : -1;
}

static int count(struct twi_view *view, const struct twi_source *source,
		 struct twi_moment *moment)
{
	struct twi_model model;
	int ret;

	moment->tw = TWI_UNKNOWN;
	moment->live = TWI_UNKNOWN;
	moment->exhausted = TWI_UNKNOWN;
	ret = load_file(view, source, "summary", &model);
	if (ret > 0) {
		moment->tw = twi_num(&model.keys, "tw");
		moment->live = twi_live(&model.keys, NULL);
		twi_model_free(&model);
	}
	if (ret >= 0)
		ret = load_file(view, source, "tuples", &model);
	if (ret > 0) {
		moment->exhausted = 0;
		for (size_t i = 0; i < model.nrows; i++)
			moment->exhausted += !twi_model_row(&model,
							    i)[TWI_tuples_left];
		twi_model_free(&model);
	}
	return ret < 0 ? -1 : 0;
}

static int read_moment(struct twi_view *view, const struct twi_recording *r,
		       size_t index, struct twi_moment *moment)
{
	struct twi_input input;
	int ret;

	memset(moment, 0, sizeof(*moment));
	moment->bytes = r->start[index + 1] - r->start[index];
	if (twi_input_load(&input, r, index, &view->err))
		return -1;
	ret = twi_model_load(&moment->head, &input.source, TWI_RECORDING,
			     &view->err);
	if (!ret)
		ret = count(view, &input.source, moment);
	twi_input_close(&input);
	return ret;
}

static void free_moments(struct twi_moments *moments)
{
	for (size_t i = 0; i < moments->n; i++)
		twi_model_free(&moments->moment[i].head);
	free(moments->moment);
}

static void print_list(const struct twi_view *view,
		       const struct twi_moments *moments)
{
	struct twi_table *table;
	bool raw = view->numeric;

	table = twi_table_new(view, "NUMBER <TIME TW LIVE EXHAUSTED SIZE <HOST");
	for (size_t i = 0; i < moments->n; i++) {
		const struct twi_moment *m = &moments->moment[i];
		const struct twi_keys *keys = &m->head.keys;

		twi_table_row(table);
		twi_table_id(table, twi_num(keys, "number"));
		twi_table_cell(table, twi_date(twi_num(keys, "time_ns"),
					       raw).s);
		twi_table_count(table, m->tw);
		twi_table_count(table, m->live);
		twi_table_count(table, m->exhausted);
		twi_table_cell(table, twi_bytes(m->bytes, raw).s);
		twi_table_cell(table, twi_text(keys, "host"));
	}
	twi_table_print(table);
}

static int list(struct twi_view *view, const struct twi_recording *recording,
		const struct range *range)
{
	struct twi_moments moments = { .recording = recording };
	struct twi_moment *moment;
	int ret = 0;

	for (size_t i = range->first; i <= range->last && !ret; i++) {
		moments.moment = twi_alloc(moments.moment, moments.n + 1,
					   sizeof(*moment));
		moment = &moments.moment[moments.n++];
		ret = read_moment(view, recording, i, moment);
		if (moments.n % STEP == 0)
			twi_progress("%s of %s snapshots",
				     twi_count(moments.n, false).s,
				     twi_count(range->last - range->first + 1,
					       false).s);
	}
	twi_progress_clear();
	if (!ret && view->json)
		twi_json_moments(view, &moments);
	else if (!ret)
		print_list(view, &moments);
	free_moments(&moments);
	return ret;
}

static int print_heading(struct twi_view *view,
			 const struct twi_recording *recording, size_t index,
			 bool first)
{
	struct twi_model head;

	if (twi_recording_head(recording, index, &head, &view->err))
		return -1;
	printf("%s==> %s, snapshot %lld <==\n", first ? "" : "\n",
	       twi_date(twi_num(&head.keys, "time_ns"), false).s,
	       (long long)twi_num(&head.keys, "number"));
	twi_model_free(&head);
	return 0;
}

/* The status is the worst one: of doctor, the largest number. */
static int show(struct twi_view *view, const struct twi_command *command,
		const struct twi_recording *recording,
		const struct range *range)
{
	struct twi_input input;
	int status = 0, ret = 0;

	for (size_t i = range->first; i <= range->last && !ret; i++) {
		if (twi_input_load(&input, recording, i, &view->err))
			return -1;
		view->source = input.source;
		if (!view->json)
			ret = print_heading(view, recording, i,
					    i == range->first);
		if (!ret)
			ret = twi_command_run(view, command);
		twi_input_close(&input);
		if (view->status > status)
			status = view->status;
	}
	view->status = status;
	return ret;
}

static int choose(struct twi_view *view, const struct twi_recording *recording,
		  struct range *range)
{
	range->first = 0;
	range->last = recording->n - 1;
	if (view->at && (view->from || view->to))
		return twi_fail(&view->err, TWI_EXIT_USAGE,
				"--at is one snapshot, not from one to another");
	if (view->at) {
		if (twi_recording_find(recording, view->at, &range->last,
				       &view->err))
			return -1;
		range->first = range->last;
		return 0;
	}
	if (view->from && twi_recording_find_from(recording, view->from,
						  &range->first, &view->err))
		return -1;
	if (view->to && twi_recording_find(recording, view->to, &range->last,
					   &view->err))
		return -1;
	if (range->first <= range->last)
		return 0;
	return twi_fail(&view->err, TWI_EXIT_ABSENT,
			"%s: no snapshot from %s to %s", recording->path,
			view->from, view->to ? view->to : "the end");
}

int twi_view_replay(struct twi_view *view)
{
	const struct twi_command *command = NULL;
	struct twi_recording recording;
	struct range range;
	int ret;

	if (view->noperands > 1)
		command = twi_command_find(view->operand[1]);
	/* these take a recording, or one snapshot of it, with --root and --at */
	if (view->noperands > 1 &&
	    (!command || command->max ||
	     command->takes &
	     (TWI_FOR_EXPORT | TWI_FOR_REPORT | TWI_FOR_WATCH)))
		return twi_fail(&view->err, TWI_EXIT_USAGE,
				"replay has no view \"%s\"; try \"twinspect --help\"",
				view->operand[1]);
	if (twi_recording_open(&recording, view->operand[0], &view->err))
		return -1;
	twi_recording_warn(&recording);
	ret = choose(view, &recording, &range);
	if (!ret && command)
		ret = show(view, command, &recording, &range);
	else if (!ret)
		ret = list(view, &recording, &range);
	twi_recording_close(&recording);
	return ret;
}
