// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * capacity.c - "twinspect capacity": connections a second that each outbound
 * destination can take for ever, from its ports and from how long TIME-WAIT
 * holds them, and what another setting or another kernel would buy.  From
 * caps, tuples, netns and deathrow.
 */
#include <stdio.h>
#include <stdlib.h>

#include "array.h"
#include "capacity.h"
#include "json.h"
#include "netns.h"
#include "pass.h"
#include "tuples.h"
#include "units.h"

/* Lines of a screen that are not a destination's. */
#define LINES_AROUND	12

#define CELLS		"NOW/S RATE/S LOAD ROOM/S RANGE X%lld TW30 TW15 TW10 REUSE"

const char *const twi_case_names[TWI_NCASES] = {
	[TWI_CASE_now] = "now",
	[TWI_CASE_range] = "range",
	[TWI_CASE_more] = "more",
	[TWI_CASE_tw30] = "tw30",
	[TWI_CASE_tw15] = "tw15",
	[TWI_CASE_tw10] = "tw10",
	[TWI_CASE_reuse] = "reuse",
};

/* TIME-WAIT of a kernel that was built with another one; 0: as it is. */
static const int64_t other_ms[TWI_NCASES] = {
	[TWI_CASE_tw30] = 30000,
	[TWI_CASE_tw15] = 15000,
	[TWI_CASE_tw10] = 10000,
};

static int load(struct twi_view *view, struct twi_capacity *c)
{
	const struct {
		const char		*file;
		struct twi_model	*model;
	} files[] = {
		{ "caps", &c->caps },
		{ "tuples", &c->tuples },
		{ "netns", &c->netns },
		{ "deathrow", &c->deathrow },
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		if (!twi_model_load(files[i].model, &view->source,
				    files[i].file, &view->err))
			continue;
		while (i--)
			twi_model_free(files[i].model);
		return -1;
	}
	return 0;
}

static void unload(struct twi_capacity *c)
{
	twi_capacity_free(c);
	twi_model_free(&c->deathrow);
	twi_model_free(&c->netns);
	twi_model_free(&c->tuples);
	twi_model_free(&c->caps);
}

/* TIME-WAIT sockets that are older than this for certain. */
static int64_t older(const struct twi_keys *keys, int64_t ms)
{
	int64_t sum = twi_num(keys, "closed_older");

	if (ms < 0)
		return TWI_UNKNOWN;
	for (int64_t s = ms / 1000 + !!(ms % 1000); s <= TWI_CLOSED_MAX; s++)
		sum = twi_sum(sum, twi_num(keys, "closed.%lld", (long long)s));
	return sum;
}

static void find_lengths(struct twi_capacity *c)
{
	int64_t hz = twi_num(&c->caps.keys, "hz");

	for (int i = 0; i < TWI_NCASES; i++) {
		struct twi_length *length = &c->length[i];

		if (other_ms[i]) {
			length->tw_len_ms = other_ms[i];
			length->tw_step_ms = twi_wheel_step_ms(hz, other_ms[i]);
		} else {
			length->tw_len_ms = twi_num(&c->caps.keys,
						    "tw_len_ms");
			length->tw_step_ms = twi_num(&c->caps.keys,
						     "tw_step_ms");
		}
		length->gone = older(&c->deathrow.keys,
				     twi_sum(length->tw_len_ms,
					     length->tw_step_ms));
	}
}

/* The row of its namespace, or one in which all is unknown. */
static const int64_t *find_netns(const struct twi_capacity *c,
				 const int64_t *group)
{
	static int64_t unknown[TWI_COLUMNS_MAX];

	for (size_t i = 0; i < c->netns.nrows; i++) {
		const int64_t *row = twi_model_row(&c->netns, i);

		if (row[TWI_netns_netns] == group[TWI_tuples_netns] &&
		    row[TWI_netns_cookie] == group[TWI_tuples_cookie])
			return row;
	}
	for (size_t i = 0; i < TWI_COLUMNS_MAX; i++)
		unknown[i] = TWI_UNKNOWN;
	return unknown;
}

/* Whether connect() takes ports of this group over as they are set now. */
static bool reuse_is_on(const struct twi_capacity *c, const int64_t *group,
			const int64_t *netns)
{
	switch (netns[TWI_netns_tw_reuse]) {
	case 0:
		return false;
	case 1:
		return true;
	case 2:
		return twi_group_is_loopback(&c->tuples, group);
	default:
		return group[TWI_tuples_reuse_now] > 0;
	}
}

static void set_case(const struct twi_capacity *c, struct twi_destination *d,
		     enum twi_case which, struct twi_supply supply,
		     const struct twi_life *reuse)
{
	const struct twi_length *length = &c->length[which];
	struct twi_life life = twi_life_of(length->tw_len_ms,
					   length->tw_step_ms);

	d->sustained_milli[which] =
		twi_supply_rate_milli(&supply, life.longest_ms,
				      reuse ? reuse->longest_ms : TWI_UNKNOWN);
	d->sustained_mean_milli[which] =
		twi_supply_rate_milli(&supply, life.mean_ms,
				      reuse ? reuse->mean_ms : TWI_UNKNOWN);
}

static void fill_cases(const struct twi_capacity *c, struct twi_destination *d,
		       const int64_t *netns)
{
	const int64_t *row = d->row;
	int64_t delay_ms = netns[TWI_netns_tw_reuse_delay_ms];
	struct twi_life life = twi_life_reuse(delay_ms);
	const struct twi_life *reuse = d->reuse ? &life : NULL;
	struct twi_supply supply = {
		.ports = row[TWI_tuples_capacity],
		.held = d->held,
		.reusable = row[TWI_tuples_reuse_bound],
		.tw = twi_sum(row[TWI_tuples_tw], row[TWI_tuples_fw2]),
	};
	struct twi_supply other = supply;

	for (int i = 0; i < TWI_NCASES; i++)
		set_case(c, d, i, supply, reuse);
	set_case(c, d, TWI_CASE_reuse, supply, &life);
	other.ports = d->range_capacity;
	set_case(c, d, TWI_CASE_range, other, reuse);
	other.ports = twi_product(supply.ports, c->factor);
	set_case(c, d, TWI_CASE_more, other, reuse);
}

static void fill(const struct twi_view *view, const struct twi_capacity *c,
		 struct twi_destination *d, const int64_t *row)
{
	const int64_t *netns = find_netns(c, row);
	int64_t now;

	d->row = row;
	d->held = twi_sum(row[TWI_tuples_live], row[TWI_tuples_fw2]);
	d->range_capacity = twi_scale_ports(row[TWI_tuples_capacity],
					    twi_netns_ports(netns),
					    view->plan.high - view->plan.low +
					    1);
	d->reuse = reuse_is_on(c, row, netns);
	fill_cases(c, d, netns);
	d->rate_milli = twi_product(row[TWI_tuples_closed_10s], 100);
	now = d->sustained_milli[TWI_CASE_now];
	d->headroom_milli = now < 0 || d->rate_milli < 0 ? TWI_UNKNOWN :
			    twi_difference(now, d->rate_milli);
}

static double load_of(const struct twi_destination *d)
{
	int64_t now = d->sustained_milli[TWI_CASE_now];

	if (now < 0 || d->rate_milli < 0)
		return -1;
	if (!now)
		return 1e300;
	return (double)d->rate_milli / now;
}

/* The most loaded first; as loaded, in the order of the file. */
static int compare(const void *x, const void *y)
{
	const struct twi_destination *a = x, *b = y;
	double m = load_of(a), n = load_of(b);

	if (m != n)
		return m > n ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

/* The groups asked for that have a capacity, and their figures. */
static void find_destinations(const struct twi_view *view,
			      struct twi_capacity *c)
{
	struct twi_groups *groups = &c->groups;
	size_t n = 0;

	twi_groups_pick(&view->filter, &c->tuples, groups);
	c->destination = twi_alloc(NULL, groups->n + 1,
				   sizeof(*c->destination));
	for (size_t i = 0; i < groups->n; i++) {
		const int64_t *row = groups->row[i];

		if (row[TWI_tuples_side] != TWI_SIDE_outbound)
			continue;
		if (row[TWI_tuples_capacity] < 0)
			c->unknown++;
		else
			fill(view, c, &c->destination[n++], row);
	}
	groups->n = n;
	qsort(c->destination, n, sizeof(*c->destination), compare);
	for (size_t i = 0; i < n; i++)
		groups->row[i] = c->destination[i].row;
}

struct twi_str twi_per_second(const struct twi_view *view, int64_t milli,
			      bool has_sign)
{
	int64_t size = milli < 0 && has_sign ? twi_difference(0, milli) : milli;
	const char *sign = milli < 0 && has_sign ? "-" : "";
	struct twi_str str;

	if (view->numeric || size < 0)
		return twi_count(milli, view->numeric);
	if (size >= 10000)
		snprintf(str.s, sizeof(str.s), "%s%.24s", sign,
			 twi_count(size / 1000, false).s);
	else
		snprintf(str.s, sizeof(str.s), "%s%d.%d", sign,
			 (int)size / 1000, (int)size / 100 % 10);
	return str;
}

struct lines {
	const struct twi_view		*view;
	const struct twi_capacity	*capacity;
};

static void add_cells(struct twi_table *table, const void *data, size_t i,
		      unsigned int width)
{
	const struct lines *lines = data;
	const struct twi_destination *d = &lines->capacity->destination[i];
	int64_t now = d->sustained_milli[TWI_CASE_now];
	const struct twi_view *view = lines->view;

	twi_table_cell(table, twi_per_second(view, now, false).s);
	twi_table_cell(table, twi_per_second(view, d->rate_milli, false).s);
	twi_table_cell(table, twi_percent(d->rate_milli, now).s);
	if (now < 0 || d->rate_milli < 0)
		twi_table_count(table, TWI_UNKNOWN);
	else
		twi_table_cell(table,
			       twi_per_second(view, d->headroom_milli, true).s);
	for (int c = TWI_CASE_range; c < TWI_NCASES; c++)
		twi_table_cell(table,
			       twi_per_second(view, d->sustained_milli[c],
					      false).s);
	/* what can take nothing is full */
	if (width)
		twi_table_bar(table, now ? d->rate_milli : 1, now ? now : 1,
			      width);
}

static struct twi_str seconds(int64_t ms, bool raw)
{
	return ms < 0 ? twi_count(ms, raw) : twi_when(ms, raw);
}

static void print_lengths(const struct twi_view *view,
			  const struct twi_capacity *c)
{
	const struct twi_length *length = c->length;
	int64_t ms[3], gone[3];
	bool raw = view->numeric;

	for (int i = 0; i < 3; i++) {
		const struct twi_length *l = &length[TWI_CASE_tw30 + i];

		ms[i] = twi_sum(l->tw_len_ms, l->tw_step_ms);
		gone[i] = l->gone;
	}
	printf("TW30 TW15 TW10: a kernel whose TIME-WAIT lasts %s,",
	       seconds(ms[0], raw).s);
	printf(" %s", seconds(ms[1], raw).s);
	printf(" or %s at most;\n", seconds(ms[2], raw).s);
	printf("  of %s in TIME-WAIT now at least",
	       twi_count(twi_num(&c->deathrow.keys, "tw"), raw).s);
	printf(" %s,", twi_count(gone[0], raw).s);
	printf(" %s", twi_count(gone[1], raw).s);
	printf(" or %s would be gone\n", twi_count(gone[2], raw).s);
}

static void print_assumptions(const struct twi_view *view,
			      const struct twi_capacity *c)
{
	const struct twi_length *now = &c->length[TWI_CASE_now];
	bool raw = view->numeric;

	printf("NOW/S: connections a second, each of which takes a port for %s after\n",
	       seconds(twi_sum(now->tw_len_ms, now->tw_step_ms), raw).s);
	puts("  its close by this side, with as many ports held by other sockets as now");
	printf("RANGE: ports %lld-%lld, of which the same share is reserved or bound\n",
	       (long long)view->plan.low, (long long)view->plan.high);
	printf("X%lld: %lld times as many remote ports, or addresses at either end\n",
	       (long long)c->factor, (long long)c->factor);
	print_lengths(view, c);
	puts("REUSE: tcp_tw_reuse=1, so that a port with timestamps is free after 2 s or\n"
	     "  tcp_tw_reuse_delay; the other figures reckon with it where it is on");
}

/* Why there is no line. */
static void print_nothing(const struct twi_view *view,
			  const struct twi_capacity *c)
{
	bool outbound = false;

	for (size_t i = 0; i < c->tuples.nrows; i++)
		outbound = outbound ||
			   twi_model_row(&c->tuples, i)[TWI_tuples_side] ==
			   TWI_SIDE_outbound;
	if (!outbound)
		puts("nothing is outbound: no connect() has a port of its own to run out of");
	else if (c->unknown || !twi_filter_any(&view->filter))
		puts("the capacity of no outbound group is known");
	else
		puts("no outbound group is one of those asked for");
}

static void print(const struct twi_view *view, const struct twi_capacity *c)
{
	struct lines lines = { .view = view, .capacity = c };
	struct twi_cells cells = {
		.add = add_cells, .data = &lines, .around = LINES_AROUND
	};
	char headings[sizeof(CELLS) + 24];
	size_t more;

	snprintf(headings, sizeof(headings), CELLS, (long long)c->factor);
	cells.headings = headings;
	if (!view->no_header)
		twi_pass_print_one(view, &c->tuples.keys);
	if (!c->groups.n) {
		print_nothing(view, c);
		return;
	}
	more = twi_groups_print(view, &c->groups, &cells);
	if (view->no_header)
		return;
	if (more)
		printf("and %s more (--top 0 shows all)\n",
		       twi_count(more, view->numeric).s);
	if (c->unknown)
		printf("of %s outbound groups the capacity is not known\n",
		       twi_count(c->unknown, view->numeric).s);
	print_assumptions(view, c);
}

/* Each multiplies the ports of a destination; twice if nothing was said. */
static int64_t find_factor(const struct twi_plan *plan)
{
	int64_t factor = 1;

	if (!plan->ports && !plan->sources && !plan->destinations)
		return 2;
	if (plan->ports)
		factor *= plan->ports;
	if (plan->sources)
		factor *= plan->sources;
	if (plan->destinations)
		factor *= plan->destinations;
	return factor;
}

void twi_capacity_find(const struct twi_view *view, struct twi_capacity *c)
{
	c->factor = find_factor(&view->plan);
	find_lengths(c);
	find_destinations(view, c);
}

void twi_capacity_free(struct twi_capacity *c)
{
	free(c->destination);
	twi_groups_free(&c->groups);
}

int twi_view_capacity(struct twi_view *view)
{
	struct twi_capacity c = { 0 };

	if (load(view, &c))
		return -1;
	twi_capacity_find(view, &c);
	if (view->json)
		twi_json_capacity(view, &c);
	else
		print(view, &c);
	unload(&c);
	return 0;
}
