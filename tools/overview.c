// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * overview.c - "twinspect" alone: one screen that answers how many, how much
 * memory, how well spread, when they die, who made them and who will be short
 * of ports.  Picks from summary, deathrow, netns and tuples, and adds what the
 * slab spends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "chains.h"
#include "deathrow.h"
#include "groups.h"
#include "json.h"
#include "netns.h"
#include "overview.h"
#include "pass.h"
#include "ports.h"
#include "table.h"
#include "totals.h"
#include "tuples.h"
#include "units.h"

#define PANEL_LINES	6
#define PORT_LINES	4
#define GROUP_LINES	3
#define GROUP_BAR	10
/* What is left for ports and groups of a screen of 24 lines. */
#define ROOM_LINES	6
#define LABEL		"%-9s"

/* An older module does not have the file; JSON would be long with it. */
static int load_tuples(struct twi_view *view, struct twi_overview *o)
{
	memset(&o->tuples, 0, sizeof(o->tuples));
	o->has_tuples = false;
	if (view->json)
		return 0;
	if (twi_model_load(&o->tuples, &view->source, "tuples", &view->err))
		return view->err.status == TWI_EXIT_ABSENT ? 0 : -1;
	o->has_tuples = true;
	return 0;
}

static int load(struct twi_view *view, struct twi_overview *o)
{
	const struct twi_source *source = &view->source;
	struct twi_error *err = &view->err;

	if (twi_model_load(&o->summary, source, "summary", err))
		return -1;
	if (twi_model_load(&o->deathrow, source, "deathrow", err))
		goto free_summary;
	if (twi_model_load(&o->netns, source, "netns", err))
		goto free_deathrow;
	if (load_tuples(view, o))
		goto free_netns;
	o->nslabs = twi_slab_read(source, o->slab);
	return 0;

free_netns:
	twi_model_free(&o->netns);
free_deathrow:
	twi_model_free(&o->deathrow);
free_summary:
	twi_model_free(&o->summary);
	return -1;
}

static void unload(struct twi_overview *o)
{
	twi_model_free(&o->tuples);
	twi_model_free(&o->netns);
	twi_model_free(&o->deathrow);
	twi_model_free(&o->summary);
}

static void add_totals(const struct twi_view *view,
		       const struct twi_keys *keys, struct twi_block *block)
{
	static const char *const name[] = { "TIME-WAIT", "FIN-WAIT-2" };
	static const char *const key[] = { "tw", "fw2" };
	struct twi_table *table;

	table = twi_table_new(view, "<SOCKETS TOTAL IPV4 IPV6 MAPPED");
	for (int i = 0; i < 2; i++) {
		twi_table_row(table);
		twi_table_cell(table, name[i]);
		twi_table_count(table, twi_num(keys, "%s", key[i]));
		for (int f = 0; f < TWI_NFAMILIES; f++)
			twi_table_count(table, twi_num(keys, "%s_%s", key[i],
						       twi_family_names[f]));
	}
	twi_table_row(table);
	twi_table_cell(table, "live");
	twi_table_count(table, twi_live(keys, NULL));
	for (int f = 0; f < TWI_NFAMILIES; f++)
		twi_table_count(table, twi_live(keys, twi_family_names[f]));
	twi_table_add_to(table, block);
}

static void add_kernel(const struct twi_view *view,
		       const struct twi_keys *keys, struct twi_block *block)
{
	int64_t kernel = twi_num(keys, "tw_kernel");
	int64_t more;

	if (!twi_kernel_lacks(keys, &more))
		return;
	if (!more)
		twi_block_add(block, "kernel counts %s: agrees",
			      twi_count(kernel, view->numeric).s);
	else
		twi_block_add(block, "kernel counts %s: %s %s",
			      twi_count(kernel, view->numeric).s,
			      twi_count(more > 0 ? more :
					twi_difference(0, more),
					view->numeric).s,
			      more > 0 ? "less" : "more");
}

static void add_limit(const struct twi_view *view,
		      const struct twi_model *netns, struct twi_block *block)
{
	const int64_t *fullest = twi_netns_fullest(netns);

	if (!fullest)
		return;
	twi_block_add(block, "limit %s, %s used",
		      twi_count(fullest[TWI_netns_tw_max], view->numeric).s,
		      twi_percent(fullest[TWI_netns_tw_kernel],
				  fullest[TWI_netns_tw_max]).s);
	if (netns->nrows > 2)
		twi_block_add(block, "  by netns %s",
			      twi_count(fullest[TWI_netns_netns], true).s);
}

static void print_sockets(const struct twi_view *view,
			  const struct twi_overview *o)
{
	struct twi_block left = { 0 }, right = { 0 };
	const struct twi_keys *keys = &o->summary.keys;

	add_totals(view, keys, &left);
	twi_block_add(&right, "listening %s",
		      twi_count(twi_num(keys, "listeners"), view->numeric).s);
	add_kernel(view, keys, &right);
	add_limit(view, &o->netns, &right);
	twi_block_print_two(&left, &right, view->width);
}

/* What all slabs of the caches take, unknown without /proc/slabinfo. */
static void print_slabs(const struct twi_view *view,
			const struct twi_overview *o)
{
	int64_t bytes = 0, active = 0, objects = 0;

	for (int i = 0; i < o->nslabs; i++) {
		bytes = twi_sum(bytes, o->slab[i].bytes);
		active = twi_sum(active, o->slab[i].active_objs);
		objects = twi_sum(objects, o->slab[i].num_objs);
	}
	if (!o->nslabs)
		return;
	if (bytes < 0)
		printf("; slab %s each",
		       twi_bytes(o->slab[0].slab_size, view->numeric).s);
	else
		printf("; slab %s, %s in use",
		       twi_bytes(bytes, view->numeric).s,
		       twi_percent(active, objects).s);
}

static void print_memory(const struct twi_view *view,
			 const struct twi_overview *o)
{
	const struct twi_keys *keys = &o->summary.keys;
	int64_t bind2 = twi_num(keys, "mem_bind2_bytes");
	int64_t bind, tables = 0;
	bool raw = view->numeric;

	printf(LABEL "minisockets %s", "memory",
	       twi_bytes(twi_num(keys, "mem_tw_bytes"), raw).s);
	printf(" (%s each)",
	       twi_bytes(twi_num(keys, "mem_tw_object_bytes"), raw).s);
	print_slabs(view, o);

	/* a kernel without bhash2 spends nothing on it */
	bind = twi_sum(twi_num(keys, "mem_bind_bytes"), bind2 < 0 ? 0 : bind2);
	tables = twi_sum(twi_num(keys, "mem_ehash_bytes"),
			 twi_num(keys, "mem_ehash_locks_bytes"));
	tables = twi_sum(tables, twi_num(keys, "mem_ehash_own_bytes"));
	tables = twi_sum(tables, twi_num(keys, "mem_bhash_bytes"));
	printf("\n" LABEL "bind buckets %s; tables %s\n", "",
	       twi_bytes(bind, raw).s, twi_bytes(tables, raw).s);
}

static void print_hash(const struct twi_view *view,
		       const struct twi_keys *keys, const char *label,
		       const char *hash)
{
	int64_t buckets = twi_num(keys, "%s_buckets", hash);
	bool raw = view->numeric;

	printf(LABEL "%s buckets", label, twi_count(buckets, raw).s);
	printf(", longest %s",
	       twi_count(twi_num(keys, "%s_longest", hash), raw).s);
	printf(", %s empty",
	       twi_percent(twi_num(keys, "%s_empty", hash), buckets).s);
	printf(", hit %s",
	       twi_milli(twi_num(keys, "%s_hit_milli", hash), raw).s);
	printf(", miss %s\n",
	       twi_milli(twi_num(keys, "%s_miss_milli", hash), raw).s);
}

static void print_panels(const struct twi_view *view,
			 const struct twi_overview *o)
{
	struct twi_block left = { 0 }, right = { 0 };
	unsigned int width = view->width / 2;

	/* what a name and a number leave */
	width = width > 28 ? width - 20 : 8;
	twi_chains_add(view, &o->summary.keys, "ehash", width, &left);
	twi_deathrow_add(view, &o->deathrow, PANEL_LINES, width, &right);
	if (!right.n)
		twi_block_add(&right, "nothing is on the death row");
	twi_block_print_two(&left, &right, view->width);
}

static void print_closed(const struct twi_view *view,
			 const struct twi_overview *o)
{
	/* what the label and the number leave, and a minute at most */
	unsigned int n = view->width > 40 ? view->width - 20 : 20;

	twi_deathrow_print_closed(view, &o->deathrow.keys, "closed/s ",
				  n < 60 ? n : 60);
}

static void print_ports(const struct twi_view *view,
			const struct twi_overview *o, int lines)
{
	struct twi_block left = { 0 }, right = { 0 };

	twi_ports_add(view, &o->summary.keys, "port", lines, &left);
	twi_ports_add(view, &o->summary.keys, "rport", lines, &right);
	twi_block_print_two(&left, &right, view->width);
}

/* Its addresses are cut where the line ends: tuples has them whole. */
static void print_group(const struct twi_view *view, const char *label,
			const struct twi_model *tuples, const int64_t *row)
{
	char *bar = twi_bar(row[TWI_tuples_used], row[TWI_tuples_capacity],
			    GROUP_BAR, view->utf8);
	struct twi_pair pair = twi_group_pair(tuples, row);
	int64_t s = row[TWI_tuples_exhausted_s];
	int used, room = view->width;
	char when[48] = "";

	if (s >= 0)
		snprintf(when, sizeof(when), ", full %s%s",
			 s || view->numeric ? "in " : "",
			 twi_full_in(view, row).s);
	used = printf(LABEL "%4s ", label, twi_used_percent(view, row).s);
	used += GROUP_BAR + 1;
	printf("%s%*s ", bar, GROUP_BAR - (int)twi_columns(bar), "");
	room -= used + (int)strlen(when);
	if (room < (int)strlen(pair.s))
		printf("%.*s..%s\n", room > 2 ? room - 2 : 0, pair.s, when);
	else
		printf("%s%s\n", pair.s, when);
	free(bar);
}

/* The outbound groups that are nearest to having no port left. */
static void print_groups(const struct twi_view *view,
			 const struct twi_groups *groups, size_t lines)
{
	for (size_t i = 0; i < lines; i++)
		print_group(view, i ? "" : "fullest", groups->model,
			    groups->row[i]);
}

/* How many of them are worth a line: those that use a hundredth or more. */
static size_t pick_groups(const struct twi_overview *o,
			  struct twi_groups *groups)
{
	const struct twi_filter fullest = {
		.netns = -1, .port = -1, .side = TWI_SIDE_outbound,
		.sort = TWI_SORT_used,
	};
	size_t n = 0;

	twi_groups_pick(&fullest, &o->tuples, groups);
	while (n < groups->n && groups->row[n][TWI_tuples_used_percent] > 0)
		n++;
	return n;
}

/* Lines of the screen that only some tables need. */
static int more_lines(const struct twi_keys *keys, bool inexact)
{
	return (twi_num(keys, "ehash_own_buckets") > 0) + inexact +
	       (twi_num(keys, "ports_overflow") > 0 ||
		twi_num(keys, "rports_overflow") > 0);
}

static void print_ports_and_groups(const struct twi_view *view,
				   const struct twi_overview *o, bool inexact)
{
	int room = ROOM_LINES - more_lines(&o->summary.keys, inexact);
	struct twi_groups groups;
	int lines = pick_groups(o, &groups);

	if (lines > GROUP_LINES)
		lines = GROUP_LINES;
	if (lines > room - 1)
		lines = room - 1;
	room -= lines;
	print_ports(view, o, room < PORT_LINES ? room : PORT_LINES);
	print_groups(view, &groups, lines);
	twi_groups_free(&groups);
}

static void print(const struct twi_view *view, const struct twi_overview *o)
{
	const struct twi_keys *keys = &o->summary.keys;
	const struct twi_keys *all[] = {
		keys, &o->deathrow.keys, &o->netns.keys, &o->tuples.keys
	};
	size_t files = ARRAY_SIZE(all) - !o->has_tuples;

	if (!view->no_header)
		printf("%s, network namespaces: %s\n",
		       twi_date(twi_num(keys, "time_ns"), view->numeric).s,
		       twi_count(twi_num(keys, "netns"), view->numeric).s);
	print_sockets(view, o);
	print_memory(view, o);
	print_hash(view, keys, "ehash", "ehash");
	if (twi_num(keys, "ehash_own_buckets") > 0)
		print_hash(view, keys, "own", "ehash_own");
	print_panels(view, o);
	print_closed(view, o);
	print_ports_and_groups(view, o, twi_pass_inexact(all, files));
	twi_pass_print(view, "cost     ", all, files);
}

int twi_view_overview(struct twi_view *view)
{
	struct twi_overview o;

	if (load(view, &o))
		return -1;
	if (view->json)
		twi_json_overview(view, &o);
	else
		print(view, &o);
	unload(&o);
	return 0;
}
