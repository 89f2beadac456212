// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * report_ports.c - the outbound destinations, the fullest first: how many
 * ports are left, for how long, and how many connections a second they take.
 */
#include "html.h"
#include "report.h"
#include "svg.h"
#include "tuples.h"

#define BARS_SHOWN	12
#define ROWS_SHOWN	100

static void write_bar(const struct twi_report *report,
		      const struct twi_destination *d)
{
	const struct twi_model *tuples = report->model[TWI_REPORT_tuples];
	const struct twi_view *view = report->view;
	const int64_t *row = d->row;
	double used = twi_group_share(row);
	FILE *out = report->out;
	int64_t s = row[TWI_tuples_exhausted_s];

	twi_html(out, "<li><p class=\"pair\">%s",
		 twi_group_pair(tuples, row).s);
	/* one of them is for all that are not held */
	if (report->model[TWI_REPORT_netns]->nrows > 2)
		twi_html(out, ", network namespace %lld",
			 (long long)row[TWI_tuples_netns]);
	twi_html(out, "</p>\n");
	twi_svg_bar(out, &used, 1, 1);
	twi_html(out, "\n<p><strong>%s used</strong>: %s of %s ports, ",
		 twi_used_percent(view, row).s,
		 twi_count(row[TWI_tuples_used], false).s,
		 twi_count(row[TWI_tuples_capacity], false).s);
	twi_html(out, "%s left; ", twi_count(row[TWI_tuples_left], false).s);
	if (s < 0)
		twi_html(out, "not filling up");
	else
		twi_html(out, "<strong>full %s%s</strong>", s ? "in " : "",
			 twi_full_in(view, row).s);
	twi_html(out, "; %s closings a second, can take %s</p></li>\n",
		 twi_per_second(view, d->rate_milli, false).s,
		 twi_per_second(view, d->sustained_milli[TWI_CASE_now],
				false).s);
}

static void write_row(const struct twi_report *report,
		      const struct twi_destination *d)
{
	const struct twi_model *tuples = report->model[TWI_REPORT_tuples];
	int64_t now = d->sustained_milli[TWI_CASE_now];
	const struct twi_view *view = report->view;
	const int64_t *row = d->row;
	FILE *out = report->out;
	int64_t probes;

	twi_html(out, "<tr>");
	twi_html_head(out, twi_group_pair(tuples, row).s);
	twi_html_cell(out, twi_count(row[TWI_tuples_netns], true).s);
	twi_html_count(out, row[TWI_tuples_tw]);
	twi_html_count(out, row[TWI_tuples_live]);
	twi_html_count(out, row[TWI_tuples_used]);
	twi_html_count(out, row[TWI_tuples_left]);
	twi_html_count(out, row[TWI_tuples_capacity]);
	twi_html_number(out, row[TWI_tuples_used_percent],
			twi_used_percent(view, row).s);
	twi_html(out, "<td class=\"n\">%s</td>", twi_full_in(view, row).s);
	twi_html(out, "<td class=\"n\">%s</td>",
		 twi_per_second(view, d->rate_milli, false).s);
	twi_html(out, "<td class=\"n\">%s</td>",
		 twi_per_second(view, now, false).s);
	probes = row[TWI_tuples_probes_mean_milli];
	twi_html(out, "<td class=\"n\">%s</td></tr>\n",
		 twi_milli(probes, false).s);
}

static void write_table(const struct twi_report *report, size_t n)
{
	FILE *out = report->out;

	twi_html(out, "<details><summary>All figures as a table</summary>\n");
	twi_html_table(out, "Outbound destinations, the fullest first",
		       "<Destination|<Namespace|TIME-WAIT|Live|Used|Left|Ports|Used %|Full in|Closings/s|Can take/s|Probes");
	for (size_t i = 0; i < n && i < ROWS_SHOWN; i++)
		write_row(report, &report->capacity.destination[i]);
	twi_html_table_end(out);
	if (n > ROWS_SHOWN)
		twi_html(out, "<p>%s more: <code>twinspect tuples --top 0</code></p>\n",
			 twi_count(n - ROWS_SHOWN, false).s);
	twi_html(out,
		 "<p>Probes are the ports that connect() looks at, in the mean, until it finds one that is free. What a destination can take is reckoned for ever, with as many ports held by other sockets as now.</p>\n</details>\n");
}

void twi_report_ports(const struct twi_report *report)
{
	const struct twi_keys *keys = twi_report_keys(report,
						      TWI_REPORT_tuples);
	const struct twi_capacity *c = &report->capacity;
	FILE *out = report->out;
	size_t n = c->groups.n;

	if (!n)
		twi_html(out, "<p>%s</p>\n", c->unknown ?
			 "The capacity of no outbound destination is known." :
			 "Nothing is outbound: no connect() has a port of its own to run out of.");
	else
		twi_html(out,
			 "<p>A bar is as full as the share of its ports that a destination uses, TIME-WAIT included; when no port is left, connect() fails with EADDRNOTAVAIL.</p>\n<ol class=\"bars\">\n");
	for (size_t i = 0; i < n && i < BARS_SHOWN; i++)
		write_bar(report, &c->destination[i]);
	if (n) {
		twi_html(out, "</ol>\n");
		write_table(report, n);
	}
	if (n && c->unknown)
		twi_html(out, "<p>Of %s outbound groups the capacity is not known.</p>\n",
			 twi_count(c->unknown, false).s);
	if (twi_num(keys, "unlisted_max") > 0)
		twi_html(out,
			 "<p>There were more groups than a pass keeps: one that is not listed has at most %s sockets.</p>\n",
			 twi_count(twi_num(keys, "unlisted_max"), false).s);
}
