// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * report_hash.c - how sockets are spread over the established hash: where, as
 * a map of its buckets, and in chains of which length, beside what chance
 * alone would give.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chains.h"
#include "html.h"
#include "poisson.h"
#include "report.h"
#include "svg.h"
#include "units.h"

#define ROWS_MAX	64	/* of the table that stands for a map */
#define COLUMNS_MAX	33
#define FEW		1000	/* one of so many buckets */
#define DEVIATIONS	3

/* As wide as high, or twice as wide. */
static size_t map_columns(size_t cells)
{
	size_t columns = 1;

	while (columns * columns < cells)
		columns *= 2;
	return columns;
}

static double cell_value(const struct twi_grid *grid, size_t i, bool longest)
{
	if (longest)
		return grid->cell[i].longest;
	return (double)grid->cell[i].sockets / twi_grid_buckets(grid, i);
}

static void write_map(FILE *out, const struct twi_grid *grid, bool longest)
{
	size_t n = twi_grid_cells(grid);
	double *value = twi_alloc(NULL, n + 1, sizeof(*value));
	struct twi_map map = {
		.title = longest ? "Longest chain of each cell" :
				   "Mean sockets a bucket of each cell",
		.unit = longest ? "sockets in the longest chain" :
				  "sockets a bucket",
		.value = value,
		.n = n,
		.columns = map_columns(n),
		.per = grid->per,
		.mark = longest && grid->worst >= 0 ?
			(size_t)(grid->worst / grid->per) : n,
	};
	char *id = twi_text_new("map-%lld-%s", (long long)grid->table,
				longest ? "longest" : "mean");
	char *text;

	for (size_t i = 0; i < n; i++)
		value[i] = cell_value(grid, i, longest);
	twi_map_shades(&map, longest || grid->per == 1);
	text = twi_text_new("%zu cells of %s buckets each, by number of bucket; at most %.2f %s.",
			    n, twi_count(grid->per, false).s, map.max,
			    map.unit);
	map.id = id;
	map.text = text;
	twi_html(out, "<figure><figcaption>%s</figcaption>\n",
		 grid->per > 1 ? map.title : "Sockets in each bucket");
	twi_svg_map(out, &map);
	twi_svg_scale(out, &map);
	twi_html(out, "</figure>\n");
	free(text);
	free(id);
	free(value);
}

/* A line of the table stands for this many cells. */
static void write_cells(FILE *out, const struct twi_grid *grid)
{
	size_t n = twi_grid_cells(grid), step = n / ROWS_MAX + !!(n % ROWS_MAX);
	char caption[64] = "Buckets of the shared table";

	if (grid->table)
		snprintf(caption, sizeof(caption),
			 "Buckets of the table of namespace %lld",
			 (long long)grid->table);
	twi_html(out, "<details><summary>As a table</summary>\n");
	twi_html_table(out, caption,
		       "<Buckets|Sockets|TIME-WAIT|Mean|Longest|Empty");
	for (size_t i = 0; i < n; i += step) {
		struct twi_cell sum = { 0 };
		int64_t first = grid->per * (int64_t)i, buckets = 0;

		for (size_t k = i; k < i + step && k < n; k++) {
			twi_cell_add(&sum, &grid->cell[k]);
			buckets += twi_grid_buckets(grid, k);
		}
		twi_html(out, "<tr><th scope=\"row\">%s to ",
			 twi_count(first, false).s);
		twi_html(out, "%s</th>",
			 twi_count(first + buckets - 1, false).s);
		twi_html_count(out, sum.sockets);
		twi_html_count(out, sum.tw);
		twi_html(out, "<td class=\"n\">%.2f</td>",
			 (double)sum.sockets / buckets);
		twi_html_count(out, sum.longest);
		twi_html_count(out, buckets - sum.used);
		twi_html(out, "</tr>\n");
	}
	twi_html_table_end(out);
	twi_html(out, "</details>\n");
}

static void write_grid(FILE *out, const struct twi_grid *grid)
{
	const struct twi_cell *all = &grid->all;
	int64_t size = twi_grid_size(grid);

	twi_html(out, "<p>%s sockets in ", twi_count(all->sockets, false).s);
	twi_html(out, "%s of %s buckets; ", twi_count(all->used, false).s,
		 twi_count(size, false).s);
	if (grid->worst >= 0)
		twi_html(out,
			 "the longest chain has %s and is that of bucket %s, which is outlined. ",
			 twi_count(all->longest, false).s,
			 twi_count(grid->worst, false).s);
	twi_html(out, "A cell stands for %s %s.</p>\n",
		 twi_count(grid->per, false).s,
		 grid->per == 1 ? "bucket" : "buckets");
	twi_html(out, "<div class=\"maps\">\n");
	if (grid->per > 1)
		write_map(out, grid, false);
	write_map(out, grid, true);
	twi_html(out, "</div>\n");
	write_cells(out, grid);
}

void twi_report_map(const struct twi_report *report)
{
	const struct twi_grids *grids = &report->grids;
	FILE *out = report->out;

	if (grids->shared)
		write_grid(out, grids->shared);
	else
		twi_html(out, "<p>All buckets of the shared table are empty.</p>\n");
	for (size_t i = 0; i < grids->nown; i++) {
		twi_html(out, "<h3>Table of network namespace %lld</h3>\n",
			 (long long)grids->own[i]->table);
		write_grid(out, grids->own[i]);
	}
	if (grids->tables > (int64_t)grids->nown)
		twi_html(out,
			 "<p>%s more namespaces own a table; these are the ones with the most sockets.</p>\n",
			 twi_count(grids->tables - grids->nown, false).s);
	if (grids->unknown)
		twi_html(out, "<p>Of %s buckets the number or the sockets are not known.</p>\n",
			 twi_count(grids->unknown, false).s);
}

/* Lengths in so many columns, the last of which may have no end. */
struct chains {
	int64_t			bin[TWI_CHAINS_BINS];
	struct twi_column	column[COLUMNS_MAX];
	size_t			n;
	double			buckets;
	double			load;
	int			step;
};

static void add_chain(struct chains *c, int low, int high, bool chance)
{
	struct twi_column *column = &c->column[c->n++];
	int last = high < 0 ? TWI_CHAINS_BINS - 1 : high;

	memset(column, 0, sizeof(*column));
	for (int i = low; i <= last; i++)
		column->value[0] += c->bin[i] > 0 ? c->bin[i] : 0;
	column->expected = chance ? c->buckets *
				    twi_poisson_between(c->load, low, high) :
				    -1;
	column->name = twi_chains_span(low, high);
}

/* Buckets of this length or more. */
static double longer(const struct chains *c, int length)
{
	double sum = 0;

	for (int i = length; i < TWI_CHAINS_BINS; i++)
		sum += c->bin[i] > 0 ? c->bin[i] : 0;
	return sum;
}

/* The first length that so few buckets exceed, by chance too if asked for. */
static int last_length(const struct chains *c, bool chance, double few)
{
	int last = 0;

	while (last < TWI_CHAINS_EXACT - 1 &&
	       (longer(c, last + 1) > few ||
		(chance && c->buckets *
		 twi_poisson_between(c->load, last + 1, -1) > few + 0.5)))
		last++;
	return last;
}

static void find_chains(struct chains *c, const struct twi_keys *keys,
			const char *hash, bool chance)
{
	int last;

	memset(c, 0, sizeof(*c));
	twi_chains_read(keys, hash, c->bin);
	c->buckets = twi_num(keys, "%s_buckets", hash);
	if (c->buckets > 0)
		c->load = twi_num(keys, "%s_nodes", hash) / c->buckets;
	last = last_length(c, chance, 0);
	/* where some chains are far longer, they are one column */
	if (last >= COLUMNS_MAX - 1)
		last = last_length(c, chance, c->buckets / FEW);
	c->step = last / (COLUMNS_MAX - 1) + 1;
	last = last / c->step * c->step + c->step - 1;
	for (int low = 0; low <= last; low += c->step)
		add_chain(c, low, low + c->step - 1, chance);
	if (longer(c, last + 1) > 0)
		add_chain(c, last + 1, -1, chance);
}

/* The variance over the mean: 1 where each socket falls into any bucket alike. */
static double dispersion(const struct chains *c)
{
	double sum = 0;

	for (int i = 0; i < TWI_CHAINS_EXACT; i++)
		sum += (c->bin[i] > 0 ? c->bin[i] : 0) * (i - c->load) *
		       (i - c->load);
	return sum / c->buckets / c->load;
}

static void write_evenness(FILE *out, const struct chains *c)
{
	double value = dispersion(c);
	/* by chance it is off by this much, and seldom by more than three */
	double margin = DEVIATIONS * sqrt(2 / c->buckets);
	const char *words = "as chance would have it";

	if (!(c->load > 0))
		return;
	/* those that are longer are not told apart, and make it larger yet */
	if (value < 1 - margin)
		words = "more even than chance would have it";
	else if (value > 1 + margin)
		words = "less even than chance would have it";
	twi_html(out,
		 "<p>The variance of the lengths is %s%.2f times their mean, where chance gives 1: <strong>%s</strong>. ",
		 longer(c, TWI_CHAINS_EXACT) > 0 ? "at least " : "", value,
		 words);
	twi_html(out,
		 "An ideal hash throws each socket into any bucket alike, which the marks show. Newer kernels hash the rest of the tuple and add the local port, so that the sockets of one group fill buckets side by side, and chains come out more even than chance; a few that are far longer point to somebody who chooses addresses and ports that collide.</p>\n");
}

static void write_lengths(FILE *out, const struct chains *c,
			  const char *title, bool chance)
{
	twi_html(out, "<details><summary>As a table</summary>\n");
	twi_html_table(out, title,
		       chance ? "<Sockets in the chain|Buckets|By chance" :
				"<Sockets in the chain|Buckets");
	for (size_t i = 0; i < c->n; i++) {
		twi_html(out, "<tr>");
		twi_html_head(out, c->column[i].name.s);
		twi_html_count(out, twi_whole(c->column[i].value[0]));
		if (chance)
			twi_html(out, "<td class=\"n\">%.1f</td>",
				 c->column[i].expected);
		twi_html(out, "</tr>\n");
	}
	twi_html_table_end(out);
	twi_html(out, "</details>\n");
}

static void write_legend(FILE *out)
{
	twi_html(out, "<ul class=\"legend\"><li>");
	twi_svg_key(out, 'k', 0);
	twi_html(out, "buckets</li><li>");
	twi_svg_key_mark(out);
	twi_html(out, "by chance</li></ul>\n");
}

static void write_hash(FILE *out, const struct twi_keys *keys,
		       const char *hash)
{
	int64_t buckets = twi_num(keys, "%s_buckets", hash);

	twi_html(out, "<p>%s sockets in %s buckets, ",
		 twi_count(twi_num(keys, "%s_nodes", hash), false).s,
		 twi_count(buckets, false).s);
	twi_html(out, "%s of them empty; the longest chain has %s. ",
		 twi_percent(twi_num(keys, "%s_empty", hash), buckets).s,
		 twi_count(twi_num(keys, "%s_longest", hash), false).s);
	twi_html(out,
		 "To find a socket takes %s nodes in the mean, to find that there is none %s.</p>\n",
		 twi_milli(twi_num(keys, "%s_hit_milli", hash), false).s,
		 twi_milli(twi_num(keys, "%s_miss_milli", hash), false).s);
}

static void write_chains(const struct twi_report *report, const char *hash,
			 bool chance)
{
	const struct twi_keys *keys = twi_report_keys(report,
						      TWI_REPORT_summary);
	struct twi_columns chart = {
		.title = chance ? "Buckets by the length of their chain" :
				  "Buckets of namespaces by the length of their chain",
		.x_name = "sockets in the chain",
		.unit = "buckets",
	};
	FILE *out = report->out;
	struct chains c;
	char *id, *text;

	write_hash(out, keys, hash);
	find_chains(&c, keys, hash, chance);
	if (longer(&c, 0) <= 0) {
		twi_html(out, "<p>The lengths of the chains are not known.</p>\n");
		return;
	}
	id = twi_text_new("%s-chart", hash);
	text = twi_text_new("%s buckets with %.2f sockets in the mean; the longest chain has %s.",
			    twi_count(twi_whole(c.buckets), false).s, c.load,
			    twi_count(twi_num(keys, "%s_longest", hash),
				      false).s);
	chart.id = id;
	chart.text = text;
	chart.column = c.column;
	chart.n = c.n;
	for (size_t i = 0; i < c.n; i += c.n / TWI_SVG_TICKS + 1) {
		chart.tick[chart.nticks].at = i + 0.5;
		chart.tick[chart.nticks++].name = c.column[i].name;
	}
	twi_svg_columns(out, &chart);
	if (chance) {
		write_legend(out);
		write_evenness(out, &c);
	}
	write_lengths(out, &c, chart.title, chance);
	free(text);
	free(id);
}

void twi_report_chains(const struct twi_report *report)
{
	const struct twi_keys *keys = twi_report_keys(report,
						      TWI_REPORT_summary);

	write_chains(report, "ehash", true);
	if (twi_num(keys, "ehash_own_buckets") <= 0)
		return;
	/* their loads differ: no one distribution is to be expected */
	twi_html(report->out, "<h3>Tables that namespaces own, together</h3>\n");
	write_chains(report, "ehash_own", false);
}
