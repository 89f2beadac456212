// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * watch_text.c - the help, from the table of keys, and all that is known of
 * one tuple.
 */
#include <stdlib.h>

#include "doctor.h"
#include "tuples.h"
#include "watch.h"

#define LABEL	"%-11s"

void twi_help_text(struct twi_block *block)
{
	for (size_t i = 0; i < twi_nbindings; i++)
		twi_block_add(block, "%-8s %s", twi_bindings[i].name,
			      twi_bindings[i].help);
	twi_block_add(block, "%s", "");
	twi_block_add(block, "The columns are those of twinspect(8),");
	twi_block_add(block, "command tuples.");
}

static void add_sockets(const struct twi_view *view, const int64_t *row,
			struct twi_block *block)
{
	bool raw = view->numeric;

	twi_block_add(block, LABEL "%s TIME-WAIT, %s FIN-WAIT-2, %s live",
		      "sockets", twi_count(row[TWI_tuples_tw], raw).s,
		      twi_count(row[TWI_tuples_fw2], raw).s,
		      twi_count(row[TWI_tuples_live], raw).s);
	twi_block_add(block, LABEL "%s in the last second, %s in ten", "closed",
		      twi_count(row[TWI_tuples_closed_1s], raw).s,
		      twi_count(row[TWI_tuples_closed_10s], raw).s);
	if (row[TWI_tuples_oldest_ms] < 0)
		return;
	twi_block_add(block, LABEL "%s the oldest TIME-WAIT, %s the youngest",
		      "age", twi_when(row[TWI_tuples_oldest_ms], raw).s,
		      twi_when(row[TWI_tuples_youngest_ms], raw).s);
}

static void add_supply(const struct twi_watch *watch, const int64_t *row,
		       struct twi_block *block)
{
	const struct twi_view *view = &watch->view;
	int64_t capacity = row[TWI_tuples_capacity];
	int width = watch->layout.body.cols - 12;
	bool raw = view->numeric;
	char *bar;

	bar = twi_used_text(row, width < 60 ? width : 60, view->utf8);
	twi_block_add(block, LABEL "%s of %s ports, %s", "used",
		      twi_count(row[TWI_tuples_used], raw).s,
		      twi_count(capacity, raw).s,
		      twi_used_percent(view, row).s);
	twi_block_add(block, LABEL "%s", "", bar);
	free(bar);
	twi_block_add(block, LABEL "%s, %s of them tried first", "free",
		      twi_count(row[TWI_tuples_free], raw).s,
		      twi_count(row[TWI_tuples_free_first], raw).s);
	twi_block_add(block, LABEL "%s calls of connect()", "left",
		      twi_count(row[TWI_tuples_left], raw).s);
	twi_block_add(block, LABEL "%s, as things go", "full in",
		      twi_full_in(view, row).s);
	if (row[TWI_tuples_probes_mean_milli] >= 0)
		twi_block_add(block, LABEL "%s on average, %s to %s", "probes",
			      twi_milli(row[TWI_tuples_probes_mean_milli],
					raw).s,
			      twi_count(row[TWI_tuples_probes_least], raw).s,
			      twi_count(row[TWI_tuples_probes_most], raw).s);
	twi_block_add(block, LABEL "%s now, %s with tcp_tw_reuse=1", "reuse",
		      twi_count(row[TWI_tuples_reuse_now], raw).s,
		      twi_count(row[TWI_tuples_reuse_1], raw).s);
	twi_block_add(block, LABEL "%s minisockets have a timestamp", "stamped",
		      twi_count(row[TWI_tuples_reuse_bound], raw).s);
}

/* What doctor would find in it, and the first thing that it would advise. */
static void add_hint(const struct twi_view *view, const int64_t *row,
		     struct twi_block *block)
{
	enum twi_severity severity = twi_group_severity(row);
	int64_t gain = twi_group_reuse_gain(row);

	if (severity < TWI_WARNING)
		return;
	twi_block_add(block, "%s", "");
	if (!row[TWI_tuples_left])
		twi_block_add(block, LABEL "connect() fails with EADDRNOTAVAIL",
			      twi_severity_names[severity]);
	else
		twi_block_add(block, LABEL "ports are running short",
			      twi_severity_names[severity]);
	if (gain)
		twi_block_add(block, LABEL "tcp_tw_reuse=1: %s ports more now",
			      "", twi_count(gain, view->numeric).s);
	twi_block_add(block, LABEL "\"twinspect doctor\" has the commands", "");
}

void twi_detail_text(const struct twi_watch *watch, struct twi_block *block)
{
	const int64_t *row = twi_tuples_marked(watch);
	const struct twi_model *model;

	if (!row) {
		twi_block_add(block, "this tuple has no sockets any more");
		return;
	}
	model = twi_history_now(&watch->history, TWI_HISTORY_tuples);
	twi_block_add(block, "%s", twi_group_pair(model, row).s);
	twi_block_add(block, "%s, namespace %s (cookie %s)",
		      twi_model_text(model, row, TWI_tuples_side),
		      twi_count(row[TWI_tuples_netns], true).s,
		      twi_count(row[TWI_tuples_cookie], true).s);
	twi_block_add(block, "%s", "");
	add_sockets(&watch->view, row, block);
	if (row[TWI_tuples_capacity] < 0)
		return;
	add_supply(watch, row, block);
	add_hint(&watch->view, row, block);
}
