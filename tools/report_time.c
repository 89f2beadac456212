// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * report_time.c - the death row: what dies in the next minute, and what was
 * closed in the last one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deathrow.h"
#include "html.h"
#include "life.h"
#include "report.h"
#include "svg.h"
#include "units.h"

#define TW_LEN_MS	60000
#define TW_LEN_MAX_MS	600000
#define STEP_MS		2000
#define BINS_MAX	72
#define SECONDS		(TWI_CLOSED_MAX + 1)

/* TIME-WAIT by the time it has left, in steps of its timers' level. */
struct row {
	int64_t			step_ms;
	size_t			n;
	struct twi_column	bin[BINS_MAX];
	double			overdue;
	double			later;
};

static void choose_bins(const struct twi_report *report, struct row *row)
{
	const struct twi_keys *keys = twi_report_keys(report,
						      TWI_REPORT_deathrow);
	int64_t len = twi_num(twi_report_keys(report, TWI_REPORT_caps),
			      "tw_len_ms");

	if (len <= 0 || len > TW_LEN_MAX_MS)
		len = TW_LEN_MS;
	row->step_ms = twi_wheel_step_ms(twi_num(keys, "hz"), len);
	if (row->step_ms <= 0)
		row->step_ms = STEP_MS;
	/* a timer fires up to a step late, and no step begins just now */
	while (len / row->step_ms + 3 > BINS_MAX)
		row->step_ms *= 2;
	row->n = len / row->step_ms + 3;
	for (size_t i = 0; i < row->n; i++) {
		row->bin[i].expected = -1;
		snprintf(row->bin[i].name.s, sizeof(row->bin[i].name.s),
			 "%.1f to %.1f s", i * row->step_ms / 1e3,
			 (i + 1) * row->step_ms / 1e3);
	}
}

static void fill_bins(const struct twi_model *model, struct row *row)
{
	for (size_t i = 0; i < model->nrows; i++) {
		const int64_t *batch = twi_model_row(model, i);
		int64_t ms = batch[TWI_deathrow_fires_ms];
		double tw = batch[TWI_deathrow_tw] > 0 ?
			    batch[TWI_deathrow_tw] : 0;
		double fw2 = batch[TWI_deathrow_fw2] > 0 ?
			     batch[TWI_deathrow_fw2] : 0;

		if (ms < 0) {
			row->overdue += tw + fw2;
		} else if ((uint64_t)(ms / row->step_ms) >= row->n) {
			row->later += tw + fw2;
		} else {
			row->bin[ms / row->step_ms].value[0] += tw;
			row->bin[ms / row->step_ms].value[1] += fw2;
		}
	}
}

/* Every ten seconds, or more of them. */
static void set_ticks(struct twi_columns *chart, double per_second)
{
	int step = 10;

	while (chart->n / per_second / step > TWI_SVG_TICKS - 1)
		step *= 2;
	for (int s = 0; s * per_second <= chart->n; s += step) {
		struct twi_tick *tick = &chart->tick[chart->nticks++];

		tick->at = s * per_second;
		snprintf(tick->name.s, sizeof(tick->name.s), "%d", s);
	}
}

static void write_legend(FILE *out, const char *first, const char *second)
{
	twi_html(out, "<ul class=\"legend\"><li>");
	twi_svg_key(out, 'k', 0);
	twi_html(out, "%s</li>", first);
	twi_html(out, "<li>");
	twi_svg_key(out, 'k', 1);
	twi_html(out, "%s</li></ul>\n", second);
}

static void write_bins(FILE *out, const struct row *row)
{
	twi_html(out, "<details><summary>As a table</summary>\n");
	twi_html_table(out, "Minisockets by the time they have left",
		       "<Dies in|TIME-WAIT|FIN-WAIT-2");
	for (size_t i = 0; i < row->n; i++) {
		twi_html(out, "<tr>");
		twi_html_head(out, row->bin[i].name.s);
		twi_html_count(out, twi_whole(row->bin[i].value[0]));
		twi_html_count(out, twi_whole(row->bin[i].value[1]));
		twi_html(out, "</tr>\n");
	}
	twi_html_table_end(out);
	twi_html(out, "</details>\n");
}

static void write_special(FILE *out, const struct twi_keys *keys,
			  const struct row *row)
{
	twi_html(out, "<p>%s overdue", twi_count(twi_whole(row->overdue), false).s);
	if (row->overdue > 0)
		twi_html(out, " by up to %s",
			 twi_when(twi_num(keys, "overdue_longest_ms"),
				  false).s);
	twi_html(out, ", %s later than the chart reaches, %s with no timer, ",
		 twi_count(twi_whole(row->later), false).s,
		 twi_count(twi_num(keys, "unarmed"), false).s);
	twi_html(out, "%s being moved.</p>\n",
		 twi_count(twi_num(keys, "unplaced"), false).s);
}

void twi_report_deathrow(const struct twi_report *report)
{
	const struct twi_model *model = report->model[TWI_REPORT_deathrow];
	struct row row = { 0 };
	struct twi_columns chart = {
		.id = "deathrow-chart",
		.title = "Minisockets by the time they have left",
		.x_name = "seconds from now",
		.unit = "minisockets",
	};
	FILE *out = report->out;
	char *text;

	choose_bins(report, &row);
	fill_bins(model, &row);
	text = twi_text_new("%s TIME-WAIT and %s FIN-WAIT-2 minisockets, in steps of %s.",
			    twi_count(twi_num(&model->keys, "tw"), false).s,
			    twi_count(twi_num(&model->keys, "fw2"), false).s,
			    twi_when(row.step_ms, false).s);
	chart.text = text;
	chart.column = row.bin;
	chart.n = row.n;
	set_ticks(&chart, 1000.0 / row.step_ms);
	twi_html(out,
		 "<p>When minisockets die. The kernel's timer wheel rounds their timers up to steps of %s, so that they die in batches.</p>\n",
		 twi_when(row.step_ms, false).s);
	twi_svg_columns(out, &chart);
	write_legend(out, "TIME-WAIT", "FIN-WAIT-2");
	write_special(out, &model->keys, &row);
	write_bins(out, &row);
	free(text);
}

static void write_seconds(FILE *out, const int64_t second[SECONDS])
{
	twi_html(out, "<details><summary>As a table</summary>\n");
	twi_html_table(out, "Closings by second", "<Seconds ago|Closings");
	for (int s = 0; s < SECONDS; s++) {
		twi_html(out, "<tr>");
		twi_html_head(out, twi_count(s, true).s);
		twi_html_count(out, second[SECONDS - 1 - s]);
		twi_html(out, "</tr>\n");
	}
	twi_html_table_end(out);
	twi_html(out, "</details>\n");
}

void twi_report_closed(const struct twi_report *report)
{
	const struct twi_keys *keys = twi_report_keys(report,
						      TWI_REPORT_deathrow);
	struct twi_column column[SECONDS] = { 0 };
	int64_t second[SECONDS], sum = 0, most;
	struct twi_columns chart = {
		.id = "closed-chart",
		.title = "Closings in each of the last 65 seconds",
		.x_name = "seconds ago",
		.unit = "closings",
		.column = column,
		.n = SECONDS,
	};
	FILE *out = report->out;
	char *text;

	most = twi_deathrow_closed(keys, second, SECONDS);
	for (int i = 0; i < SECONDS; i++) {
		struct twi_column *c = &column[i];

		c->value[0] = second[i] > 0 ? second[i] : 0;
		c->expected = -1;
		snprintf(c->name.s, sizeof(c->name.s), "%d s ago",
			 SECONDS - 1 - i);
		sum = twi_sum(sum, second[i] > 0 ? second[i] : 0);
	}
	for (int s = SECONDS / 10 * 10; s >= 0; s -= 10) {
		struct twi_tick *tick = &chart.tick[chart.nticks++];

		tick->at = SECONDS - 0.5 - s;
		snprintf(tick->name.s, sizeof(tick->name.s), "%d", s);
	}
	text = twi_text_new("%s closings, %s in one second at most, now at the right.",
			    twi_count(sum, false).s,
			    twi_count(most, false).s);
	chart.text = text;
	twi_html(out,
		 "<p>Sockets that entered TIME-WAIT in each of the last %d seconds: at least %s in all, and %s in one second at most. Those that were reused or reset meanwhile are not there any more.</p>\n",
		 SECONDS, twi_count(sum, false).s, twi_count(most, false).s);
	twi_svg_columns(out, &chart);
	write_seconds(out, second);
	free(text);
}
