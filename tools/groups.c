// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * groups.c - filters, sorts, names and lays out the rows of tuples.  What is
 * said of each group is the business of the views.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "groups.h"
#include "units.h"

#define BAR_MIN		8
#define BAR_MAX		32
#define INDENT		2

/* As in the kernel. */
#define LOOPBACK_IFINDEX	1

int64_t twi_group_sockets(const int64_t *row)
{
	return twi_sum(twi_sum(row[TWI_tuples_tw], row[TWI_tuples_fw2]),
		       row[TWI_tuples_live]);
}

static bool is_v6(const struct twi_model *model, const int64_t *row)
{
	return strchr(twi_model_text(model, row, TWI_tuples_local), ':');
}

static bool is_rest(const int64_t *row)
{
	return row[TWI_tuples_side] == TWI_SIDE_other;
}

static bool loopback_address(const char *text)
{
	return !strcmp(text, "::1") || !strncmp(text, "127.", 4);
}

bool twi_group_is_loopback(const struct twi_model *model, const int64_t *row)
{
	return row[TWI_tuples_dev] == LOOPBACK_IFINDEX ||
	       loopback_address(twi_model_text(model, row,
					       TWI_tuples_local)) ||
	       loopback_address(twi_model_text(model, row,
					       TWI_tuples_remote));
}

bool twi_filter_any(const struct twi_filter *filter)
{
	return filter->netns >= 0 || filter->family || filter->side >= 0 ||
	       filter->port >= 0;
}

static bool passes(const struct twi_filter *filter,
		   const struct twi_model *model, const int64_t *row)
{
	if (filter->netns >= 0 && row[TWI_tuples_netns] != filter->netns)
		return false;
	if (filter->side >= 0 && row[TWI_tuples_side] != filter->side)
		return false;
	if (filter->port >= 0 && row[TWI_tuples_port] != filter->port)
		return false;
	if (!filter->family)
		return true;
	return !is_rest(row) &&
	       filter->family == (is_v6(model, row) ? 6 : 4);
}

/*
 * Sort keys: what has the larger weight is first.  A weight may be any number;
 * what is unknown weighs UNKNOWN and is last.
 */
#define UNKNOWN		(-1e300)

double twi_group_share(const int64_t *row)
{
	if (row[TWI_tuples_capacity] < 0 || row[TWI_tuples_used] < 0)
		return UNKNOWN;
	if (!row[TWI_tuples_capacity])
		return 1;
	return (double)row[TWI_tuples_used] / row[TWI_tuples_capacity];
}

static double sockets(const int64_t *row)
{
	return twi_group_sockets(row);
}

static double most(int64_t value)
{
	return value < 0 ? UNKNOWN : value;
}

static double least(int64_t value)
{
	return value < 0 ? UNKNOWN : -(double)value;
}

static double tw(const int64_t *row)
{
	return most(row[TWI_tuples_tw]);
}

static double live(const int64_t *row)
{
	return most(row[TWI_tuples_live]);
}

static double rate(const int64_t *row)
{
	return most(row[TWI_tuples_closed_10s]);
}

static double age(const int64_t *row)
{
	return most(row[TWI_tuples_oldest_ms]);
}

static double probes(const int64_t *row)
{
	return most(row[TWI_tuples_probes_mean_milli]);
}

static double left(const int64_t *row)
{
	return least(row[TWI_tuples_left]);
}

static double exhausted(const int64_t *row)
{
	return least(row[TWI_tuples_exhausted_s]);
}

static const struct {
	const char	*name;
	double		(*weight)(const int64_t *row);
} sorts[] = {
	[TWI_SORT_used]		= { "used", twi_group_share },
	[TWI_SORT_sockets]	= { "sockets", sockets },
	[TWI_SORT_tw]		= { "tw", tw },
	[TWI_SORT_live]		= { "live", live },
	[TWI_SORT_rate]		= { "rate", rate },
	[TWI_SORT_left]		= { "left", left },
	[TWI_SORT_exhausted]	= { "exhausted", exhausted },
	[TWI_SORT_probes]	= { "probes", probes },
	[TWI_SORT_age]		= { "age", age },
};

bool twi_sort_find(const char *name, enum twi_sort *sort)
{
	for (size_t i = 0; i < ARRAY_SIZE(sorts); i++) {
		if (sorts[i].name && !strcmp(name, sorts[i].name)) {
			*sort = i;
			return true;
		}
	}
	return false;
}

const char *twi_sort_name(enum twi_sort sort)
{
	return sorts[sort].name;
}

struct weighed {
	const int64_t	*row;
	double		weight;
};

/* As heavy: in the order of the file, which the addresses have. */
static int compare(const void *x, const void *y)
{
	const struct weighed *a = x, *b = y;

	if (is_rest(a->row) != is_rest(b->row))
		return is_rest(a->row) ? 1 : -1;
	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

/* What is unknown stays last in either direction. */
static double weight(const struct twi_filter *filter, const int64_t *row)
{
	double weight = sorts[filter->sort].weight(row);

	return filter->reverse && weight != UNKNOWN ? -weight : weight;
}

static void sort(const struct twi_filter *filter, struct twi_groups *groups)
{
	struct weighed *weighed;

	if (filter->sort == TWI_SORT_file)
		return;
	weighed = twi_alloc(NULL, groups->n + 1, sizeof(*weighed));
	for (size_t i = 0; i < groups->n; i++) {
		weighed[i].row = groups->row[i];
		weighed[i].weight = weight(filter, groups->row[i]);
	}
	qsort(weighed, groups->n, sizeof(*weighed), compare);
	for (size_t i = 0; i < groups->n; i++)
		groups->row[i] = weighed[i].row;
	free(weighed);
}

void twi_groups_select(const struct twi_filter *filter,
		       const struct twi_model *model,
		       bool (*wanted)(const struct twi_filter *filter,
				      const struct twi_model *model,
				      const int64_t *row),
		       struct twi_groups *groups)
{
	const int64_t *row;

	groups->model = model;
	groups->row = twi_alloc(NULL, model->nrows + 1, sizeof(row));
	groups->n = 0;
	for (size_t i = 0; i < model->nrows; i++) {
		row = twi_model_row(model, i);
		if (wanted(filter, model, row))
			groups->row[groups->n++] = row;
	}
}

void twi_groups_pick(const struct twi_filter *filter,
		     const struct twi_model *model, struct twi_groups *groups)
{
	twi_groups_select(filter, model, passes, groups);
	sort(filter, groups);
}

size_t twi_groups_without_rest(const struct twi_groups *groups)
{
	size_t n = groups->n;

	while (n && is_rest(groups->row[n - 1]))
		n--;
	return n;
}

void twi_groups_drop_rest(struct twi_groups *groups)
{
	groups->n = twi_groups_without_rest(groups);
}

void twi_groups_free(struct twi_groups *groups)
{
	free(groups->row);
	groups->row = NULL;
	groups->n = 0;
}

static char *add_end(char *end, const struct twi_model *model,
		     const int64_t *row, int column, int64_t port, int64_t dev)
{
	const char *address = twi_model_text(model, row, column);
	bool v6 = strchr(address, ':');

	end += sprintf(end, "%s%s", v6 ? "[" : "", address);
	if (dev > 0)
		end += sprintf(end, "%%%lld", (long long)dev);
	if (v6)
		*end++ = ']';
	if (port < 0)
		return stpcpy(end, ":*");
	return end + sprintf(end, ":%lld", (long long)port);
}

/* The parser lets no address pass that is longer than one of IPv6. */
_Static_assert(sizeof(struct twi_pair) >=
	       2 * (INET6_ADDRSTRLEN + sizeof("%[]:") + 20) + 20 + sizeof(" > "),
	       "a pair does not fit");

struct twi_pair twi_group_pair(const struct twi_model *model,
			       const int64_t *row)
{
	static const char *const arrow[TWI_NSIDES] = {
		[TWI_SIDE_outbound] = " > ",
		[TWI_SIDE_inbound] = " < ",
		[TWI_SIDE_bound] = " - ",
	};
	bool local = row[TWI_tuples_fixed] == TWI_FIXED_local;
	int64_t port = row[TWI_tuples_port];
	struct twi_pair pair;
	char *end = pair.s;

	if (is_rest(row))
		return (struct twi_pair){ "all others" };
	end = add_end(end, model, row, TWI_tuples_local, local ? port : -1,
		      row[TWI_tuples_dev]);
	end = stpcpy(end, arrow[row[TWI_tuples_side]]);
	add_end(end, model, row, TWI_tuples_remote, local ? -1 : port, 0);
	return pair;
}

/* Whether to name the namespace: there is more than one. */
static bool many_netns(const struct twi_groups *groups)
{
	const int64_t *row;

	for (size_t i = 0; i < groups->model->nrows; i++) {
		row = twi_model_row(groups->model, i);
		if (!is_rest(row) &&
		    row[TWI_tuples_cookie] != groups->row[0][TWI_tuples_cookie])
			return true;
	}
	return false;
}

struct layout {
	const struct twi_view	*view;
	const struct twi_groups	*groups;
	const struct twi_cells	*cells;
	size_t			n;
	unsigned int		bar;
	bool			two;	/* lines for each group */
	bool			netns;
};

/* The table as text; with two lines a group, the second ones alone. */
static void lay_out(const struct layout *l, struct twi_block *block)
{
	const struct twi_groups *groups = l->groups;
	struct twi_table *table;
	char *headings;

	headings = twi_text_new("%s%s%s%s", l->netns && !l->two ? "NETNS " : "",
				l->two ? "" : "<SIDE <GROUP ",
				l->cells->headings, l->bar ? " <" : "");
	table = twi_table_new(l->view, headings);
	free(headings);
	for (size_t i = 0; i < l->n; i++) {
		const int64_t *row = groups->row[i];

		twi_table_row(table);
		if (l->netns && !l->two)
			twi_table_id(table, row[TWI_tuples_netns]);
		if (!l->two) {
			twi_table_cell(table, twi_model_text(groups->model, row,
							     TWI_tuples_side));
			twi_table_cell(table,
				       twi_group_pair(groups->model, row).s);
		}
		l->cells->add(table, l->cells->data, i, l->bar);
	}
	twi_table_add_to(table, block);
}

/* What the other cells leave for the bar; 0 if they leave too little. */
static unsigned int room(const struct layout *l)
{
	struct twi_block block = { 0 };
	unsigned int used, left;

	lay_out(l, &block);
	used = twi_block_width(&block) + 1 + (l->two ? INDENT : 0);
	twi_block_free(&block);
	left = l->view->width > used ? l->view->width - used : 0;
	if (left < BAR_MIN)
		return 0;
	return left < BAR_MAX ? left : BAR_MAX;
}

/* How many groups to show, each in so many lines. */
static size_t limit(const struct layout *l, size_t lines)
{
	size_t around = l->cells->around, height = l->view->height;
	size_t n = l->groups->n, top;

	top = height > around + lines ? (height - around) / lines : 1;
	if (l->view->no_header)
		top = n;
	if (l->view->filter.top >= 0)
		top = l->view->filter.top;
	return top && top < n ? top : n;
}

/* Without headings it is meant for programs: a line for each, and all. */
static void choose(struct layout *l)
{
	l->n = limit(l, 1);
	l->bar = room(l);
	if (!l->bar && !l->view->no_header) {
		l->two = true;
		l->n = limit(l, 2);
		l->bar = room(l);
	}
	if (!l->bar)
		l->bar = BAR_MIN;
}

static void print_name(const struct layout *l, const int64_t *row)
{
	const struct twi_model *model = l->groups->model;

	printf("%-8s %s", twi_model_text(model, row, TWI_tuples_side),
	       twi_group_pair(model, row).s);
	if (l->netns)
		printf(" netns %s",
		       twi_count(row[TWI_tuples_netns], true).s);
	putchar('\n');
}

size_t twi_groups_print(const struct twi_view *view,
			const struct twi_groups *groups,
			const struct twi_cells *cells)
{
	struct layout l = { .view = view, .groups = groups, .cells = cells };
	struct twi_block block = { 0 };
	size_t head = !view->no_header;

	if (!groups->n)
		return 0;
	l.netns = many_netns(groups);
	choose(&l);
	lay_out(&l, &block);
	for (size_t i = 0; i < block.n; i++) {
		if (l.two && i >= head)
			print_name(&l, groups->row[i - head]);
		printf("%*s%s\n", l.two ? INDENT : 0, "", block.line[i]);
	}
	twi_block_free(&block);
	return groups->n - l.n;
}
