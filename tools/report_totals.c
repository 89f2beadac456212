// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * report_totals.c - how many sockets there are, what they take, whose they
 * are, and how exactly that is known.
 */
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "html.h"
#include "netns.h"
#include "pass.h"
#include "report.h"
#include "slab.h"
#include "summary.h"
#include "svg.h"
#include "totals.h"
#include "units.h"

#define NETNS_SHOWN	100

static void open_tile(FILE *out, const char *name, int64_t number,
		      const char *text)
{
	twi_html(out, "<div><dt>%s</dt><dd class=\"figure\">", name);
	twi_html_data(out, number, text);
	twi_html(out, "</dd>");
}

static void close_tile(FILE *out)
{
	twi_html(out, "</div>\n");
}

static void write_tile(FILE *out, const char *name, int64_t count,
		       const char *note)
{
	open_tile(out, name, count, twi_count(count, false).s);
	twi_html(out, "<dd>%s</dd>", note);
	close_tile(out);
}

static void write_kernel(FILE *out, const struct twi_keys *keys)
{
	int64_t less;

	if (!twi_kernel_lacks(keys, &less))
		return;
	twi_html(out, "<dd>the kernel counts %s minisockets: ",
		 twi_count(twi_num(keys, "tw_kernel"), false).s);
	if (less)
		twi_html(out, "%s %s</dd>",
			 twi_count(less > 0 ? less : twi_difference(0, less),
				   false).s,
			 less > 0 ? "less" : "more");
	else
		twi_html(out, "agrees</dd>");
}

/* The namespace that is nearest to its limit. */
static void write_limit(const struct twi_report *report)
{
	const struct twi_model *netns = report->model[TWI_REPORT_netns];
	const int64_t *row = twi_netns_fullest(netns);
	FILE *out = report->out;

	if (!row)
		return;
	open_tile(out, "Limit used",
		  row[TWI_netns_tw_kernel],
		  twi_percent(row[TWI_netns_tw_kernel],
			      row[TWI_netns_tw_max]).s);
	twi_html(out, "<dd>of %s, tcp_max_tw_buckets",
		 twi_count(row[TWI_netns_tw_max], false).s);
	if (netns->nrows > 2)
		twi_html(out, " of namespace %lld",
			 (long long)row[TWI_netns_netns]);
	twi_html(out, "</dd>");
	close_tile(out);
}

static void write_states(FILE *out, const struct twi_keys *keys)
{
	twi_html(out, "<details><summary>By state and family</summary>\n");
	twi_html_table(out, "Sockets by state and family",
		       "<State|Sockets|IPv4|IPv6|Mapped");
	for (int state = 0; state < TWI_NSTATES; state++) {
		const char *name = twi_state_names[state];

		twi_html(out, "<tr>");
		twi_html_head(out, name);
		twi_html_count(out, twi_num(keys, "%s", name));
		for (int i = 0; i < TWI_NFAMILIES; i++)
			twi_html_count(out, twi_num(keys, "%s_%s", name,
						    twi_family_names[i]));
		twi_html(out, "</tr>\n");
	}
	twi_html_table_end(out);
	twi_html(out, "</details>\n");
}

void twi_report_totals(const struct twi_report *report)
{
	const struct twi_keys *keys = twi_report_keys(report,
						      TWI_REPORT_summary);
	FILE *out = report->out;
	int64_t tw = twi_num(keys, "tw");

	twi_html(out, "<dl class=\"tiles\">\n");
	open_tile(out, "TIME-WAIT", tw, twi_count(tw, false).s);
	write_kernel(out, keys);
	close_tile(out);
	write_tile(out, "FIN-WAIT-2", twi_num(keys, "fw2"),
		   "minisockets that wait for a FIN");
	write_tile(out, "Live", twi_live(keys, NULL),
		   "all others in the established hash");
	open_tile(out, "Listening", twi_num(keys, "listeners"),
		  twi_count(twi_num(keys, "listeners"), false).s);
	twi_html(out, "<dd>network namespaces: %s</dd>",
		 twi_count(twi_num(keys, "netns"), false).s);
	close_tile(out);
	write_limit(report);
	twi_html(out, "</dl>\n");
	write_states(out, keys);
}

static void write_slab(FILE *out, const struct twi_report *report)
{
	struct twi_slab slab[TWI_NSLABS];
	int64_t bytes = 0, active = 0, objects = 0;
	int n = twi_slab_read(&report->view->source, slab);

	for (int i = 0; i < n; i++) {
		bytes = twi_sum(bytes, slab[i].bytes);
		active = twi_sum(active, slab[i].active_objs);
		objects = twi_sum(objects, slab[i].num_objs);
	}
	if (n && bytes >= 0)
		twi_html(out,
			 "<p>The slab caches of minisockets take %s, of which %s is in use.</p>\n",
			 twi_bytes(bytes, false).s,
			 twi_percent(active, objects).s);
}

void twi_report_memory(const struct twi_report *report)
{
	const struct twi_keys *keys = twi_report_keys(report,
						      TWI_REPORT_summary);
	double part[TWI_NMEMORY], total = 0;
	FILE *out = report->out;
	int64_t bytes, each;

	for (size_t i = 0; i < TWI_NMEMORY; i++) {
		bytes = twi_num(keys, "%s", twi_memory_kinds[i].key);
		part[i] = bytes > 0 ? bytes : 0;
		total += part[i];
	}
	twi_svg_bar(out, part, TWI_NMEMORY, total);
	twi_html_table(out, "Memory, as the bar has it from left to right",
		       "<What|Bytes|Share|Each");
	for (size_t i = 0; i < TWI_NMEMORY; i++) {
		const struct twi_memory_kind *kind = &twi_memory_kinds[i];

		bytes = twi_num(keys, "%s", kind->key);
		twi_html(out, "<tr><th scope=\"row\">");
		twi_svg_key(out, 'k', i);
		twi_html(out, "%s</th>", kind->name);
		twi_html_bytes(out, bytes);
		twi_html(out, "<td class=\"n\">%.1f%%</td>",
			 total > 0 ? 100 * part[i] / total : 0);
		each = kind->each ? twi_num(keys, "%s", kind->each) :
				    TWI_UNKNOWN;
		twi_html(out, "<td class=\"n\">%s</td></tr>\n",
			 each < 0 ? "" : twi_bytes(each, false).s);
	}
	twi_html_table_end(out);
	write_slab(out, report);
}

static int64_t minisockets(const int64_t *row)
{
	return twi_sum(twi_netns_total(row, TWI_STATE_tw),
		       twi_netns_total(row, TWI_STATE_fw2));
}

static int compare(const void *x, const void *y)
{
	const int64_t *a = *(const int64_t *const *)x;
	const int64_t *b = *(const int64_t *const *)y;
	int64_t m = minisockets(a), n = minisockets(b);

	if (m != n)
		return m > n ? -1 : 1;
	return a < b ? -1 : a > b;
}

static void write_space(FILE *out, const int64_t *row)
{
	int64_t used = row[TWI_netns_tw_kernel], max = row[TWI_netns_tw_max];
	int64_t live = 0;

	for (int family = 0; family < TWI_NFAMILIES; family++)
		live = twi_sum(live, twi_netns_live(row, family));
	twi_html(out, "<tr>");
	if (row[TWI_netns_netns])
		twi_html_head(out, twi_count(row[TWI_netns_netns], true).s);
	else
		twi_html_head(out, "not held");
	twi_html_count(out, twi_netns_total(row, TWI_STATE_tw));
	twi_html_count(out, twi_netns_total(row, TWI_STATE_fw2));
	twi_html_count(out, live);
	twi_html_count(out, row[TWI_netns_listeners]);
	twi_html_count(out, used);
	twi_html_count(out, max);
	twi_html(out, "<td class=\"n\">%s</td>", twi_percent(used, max).s);
	if (row[TWI_netns_port_low] < 0)
		twi_html_cell(out, "-");
	else
		twi_html(out, "<td>%lld-%lld</td>",
			 (long long)row[TWI_netns_port_low],
			 (long long)row[TWI_netns_port_high]);
	twi_html_cell(out, row[TWI_netns_own_ehash] < 0 ? "-" :
			   row[TWI_netns_own_ehash] ? "own" : "shared");
	twi_html(out, "</tr>\n");
}

void twi_report_netns(const struct twi_report *report)
{
	const struct twi_model *netns = report->model[TWI_REPORT_netns];
	size_t n = netns->nrows;
	FILE *out = report->out;
	const int64_t **row;

	row = twi_alloc(NULL, n + 1, sizeof(*row));
	for (size_t i = 0; i < n; i++)
		row[i] = twi_model_row(netns, i);
	if (n)
		qsort(row, n, sizeof(*row), compare);
	twi_html_table(out, "Network namespaces, most minisockets first",
		       "<Namespace|TIME-WAIT|FIN-WAIT-2|Live|Listening|Counted|Limit|Used|<Ports|<Hash");
	for (size_t i = 0; i < n && i < NETNS_SHOWN; i++)
		write_space(out, row[i]);
	twi_html_table_end(out);
	if (n > NETNS_SHOWN)
		twi_html(out, "<p>%s more: <code>twinspect netns</code></p>\n",
			 twi_count(n - NETNS_SHOWN, false).s);
	free(row);
}

static void write_pass(FILE *out, const char *file,
		       const struct twi_keys *keys)
{
	static const struct {
		const char	*key;
		const char	*meaning;
	} why[] = {
		{ "pass_inexact", "chains changed" },
		{ "pass_unfinished", "chains given up" },
		{ "pass_skipped", "nodes skipped" },
	};
	int64_t ns = twi_num(keys, "pass_ns");

	twi_html(out, "<tr>");
	twi_html_head(out, file);
	twi_html_number(out, ns, twi_nsec(ns, false).s);
	twi_html_count(out, twi_num(keys, "pass_nodes"));
	twi_html_count(out, twi_num(keys, "pass_restarts"));
	twi_html(out, "<td>%s", twi_pass_inexact(&keys, 1) ? "no" : "yes");
	for (size_t i = 0; i < ARRAY_SIZE(why); i++) {
		int64_t n = twi_num(keys, "%s", why[i].key);

		if (n)
			twi_html(out, ", %s: %s", why[i].meaning,
				 twi_count(n, false).s);
	}
	twi_html(out, "</td></tr>\n");
}

void twi_report_passes(const struct twi_report *report)
{
	FILE *out = report->out;

	twi_html(out,
		 "<p>Each file is a pass of its own over the kernel's tables; what was counted in one is not the same moment as in another. A pass is exact if each chain was seen in one piece.</p>\n");
	twi_html_table(out, "Passes",
		       "<File|Took|Nodes|Restarts|<Exact");
	for (int i = 0; i < TWI_REPORT_NFILES; i++) {
		const struct twi_keys *keys = twi_report_keys(report, i);

		/* caps is no pass */
		if (keys->n && i != TWI_REPORT_caps)
			write_pass(out, twi_report_names[i], keys);
	}
	twi_html_table_end(out);
}
