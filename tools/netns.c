// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * netns.c - "twinspect netns": a line for each network namespace; and the
 * sums over states that other views need of it.
 */
#include <math.h>
#include <stdio.h>

#include "netns.h"
#include "pass.h"
#include "table.h"
#include "units.h"

#define HEADINGS							\
	"NETNS COOKIE TW FW2 LIVE LISTEN KERNEL MAX USED PORTS TABLE"
#define MORE_HEADINGS							\
	" RESERVED STEP REUSE DELAY TSTAMPS"				\
	" BUCKETS TW-V4 TW-V6 TW-MAPPED FW2-V4 FW2-V6 FW2-MAPPED"	\
	" LIVE-V4 LIVE-V6 LIVE-MAPPED"

int64_t twi_netns_live(const int64_t *row, int family)
{
	int64_t live = 0;

	for (int state = 0; state < TWI_NSTATES; state++) {
		if (state != TWI_STATE_tw && state != TWI_STATE_fw2)
			live = twi_sum(live,
				       row[twi_netns_column(state, family)]);
	}
	return live;
}

int64_t twi_netns_total(const int64_t *row, int state)
{
	int64_t sum = 0;

	for (int family = 0; family < TWI_NFAMILIES; family++)
		sum = twi_sum(sum, row[twi_netns_column(state, family)]);
	return sum;
}

int64_t twi_netns_ports(const int64_t *row)
{
	int64_t low = row[TWI_netns_port_low];
	int64_t high = row[TWI_netns_port_high];

	return low < 0 || high < low ? TWI_UNKNOWN : twi_sum(high - low, 1);
}

double twi_netns_share(const int64_t *row)
{
	int64_t used = row[TWI_netns_tw_kernel], max = row[TWI_netns_tw_max];

	if (used < 0 || max < 0)
		return -1;
	if (!max)
		return used ? INFINITY : 0;
	return (double)used / max;
}

const int64_t *twi_netns_fullest(const struct twi_model *netns)
{
	const int64_t *fullest = NULL;
	double most = -1;

	for (size_t i = 0; i < netns->nrows; i++) {
		const int64_t *row = twi_model_row(netns, i);

		/* a limit of 0 is no limit to be near to */
		if (row[TWI_netns_tw_max] && twi_netns_share(row) > most) {
			most = twi_netns_share(row);
			fullest = row;
		}
	}
	return fullest;
}

static void add_ports(struct twi_table *table, const int64_t *row)
{
	char range[48];

	if (row[TWI_netns_port_low] < 0) {
		twi_table_cell(table, "-");
		return;
	}
	snprintf(range, sizeof(range), "%lld-%lld",
		 (long long)row[TWI_netns_port_low],
		 (long long)row[TWI_netns_port_high]);
	twi_table_cell(table, range);
}

/* What connect() goes by when it chooses a port. */
static void add_settings(const struct twi_view *view, struct twi_table *table,
			 const int64_t *row)
{
	int64_t delay = row[TWI_netns_tw_reuse_delay_ms];

	twi_table_count(table, row[TWI_netns_ports_reserved]);
	twi_table_id(table, row[TWI_netns_port_step]);
	twi_table_id(table, row[TWI_netns_tw_reuse]);
	twi_table_cell(table, delay < 0 ? twi_count(delay, view->numeric).s :
					  twi_when(delay, view->numeric).s);
	twi_table_id(table, row[TWI_netns_timestamps]);
}

static void add_families(struct twi_table *table, const int64_t *row)
{
	for (int family = 0; family < TWI_NFAMILIES; family++)
		twi_table_count(table,
				row[twi_netns_column(TWI_STATE_tw, family)]);
	for (int family = 0; family < TWI_NFAMILIES; family++)
		twi_table_count(table,
				row[twi_netns_column(TWI_STATE_fw2, family)]);
	for (int family = 0; family < TWI_NFAMILIES; family++)
		twi_table_count(table, twi_netns_live(row, family));
}

static void add_row(const struct twi_view *view, struct twi_table *table,
		    const int64_t *row)
{
	int64_t live = 0;

	for (int family = 0; family < TWI_NFAMILIES; family++)
		live = twi_sum(live, twi_netns_live(row, family));

	twi_table_row(table);
	if (row[TWI_netns_netns] || view->numeric)
		twi_table_id(table, row[TWI_netns_netns]);
	else
		twi_table_cell(table, "others");
	twi_table_id(table, row[TWI_netns_cookie]);
	twi_table_count(table, twi_netns_total(row, TWI_STATE_tw));
	twi_table_count(table, twi_netns_total(row, TWI_STATE_fw2));
	twi_table_count(table, live);
	twi_table_count(table, row[TWI_netns_listeners]);
	twi_table_count(table, row[TWI_netns_tw_kernel]);
	twi_table_count(table, row[TWI_netns_tw_max]);
	twi_table_cell(table, twi_percent(row[TWI_netns_tw_kernel],
					  row[TWI_netns_tw_max]).s);
	add_ports(table, row);
	twi_table_id(table, row[TWI_netns_table]);
	if (!view->verbose)
		return;
	add_settings(view, table, row);
	twi_table_count(table, row[TWI_netns_ehash_buckets]);
	add_families(table, row);
}

static void print_totals(const struct twi_view *view,
			 const struct twi_keys *keys)
{
	int64_t unheld = twi_num(keys, "netns_unheld");
	bool raw = view->numeric;

	twi_pass_print_one(view, keys);
	printf("network namespaces: %s",
	       twi_count(twi_num(keys, "netns"), raw).s);
	if (unheld)
		printf(", %s more that were not held",
		       twi_count(unheld, raw).s);
	putchar('\n');
}

int twi_view_netns(struct twi_view *view)
{
	struct twi_table *table;
	struct twi_model model;

	if (twi_model_load(&model, &view->source, "netns", &view->err))
		return -1;
	if (!view->no_header)
		print_totals(view, &model.keys);
	table = twi_table_new(view, view->verbose ? HEADINGS MORE_HEADINGS :
						    HEADINGS);
	for (size_t i = 0; i < model.nrows; i++)
		add_row(view, table, twi_model_row(&model, i));
	twi_table_print(table);
	twi_model_free(&model);
	return 0;
}
