// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * diff.c - "twinspect diff": compares two snapshots figure by figure, and the
 * groups of tuples one by one.  What is printed is in diff_text.c and json.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array.h"
#include "chains.h"
#include "diff.h"
#include "input.h"
#include "json.h"
#include "summary.h"
#include "units.h"

#define NAME(name)	#name,

const char *const twi_section_names[TWI_NSECTIONS] = { TWI_SECTIONS(NAME) };
const char *const twi_compared_names[TWI_NCOMPARED] = { TWI_COMPARED(NAME) };

static struct twi_change *add(struct twi_diff *diff, enum twi_section section,
			      const char *name, int64_t before, int64_t after)
{
	struct twi_change *change;

	diff->change = twi_alloc(diff->change, diff->n + 1, sizeof(*change));
	change = &diff->change[diff->n++];
	memset(change, 0, sizeof(*change));
	change->section = section;
	snprintf(change->name, sizeof(change->name), "%s", name);
	change->before = before;
	change->after = after;
	return change;
}

static void compare_key(struct twi_diff *diff, enum twi_section section,
			enum twi_unit unit, const char *name)
{
	int64_t before = twi_num(&diff->before.model[TWI_COMPARED_summary].keys,
				 "%s", name);
	int64_t after = twi_num(&diff->after.model[TWI_COMPARED_summary].keys,
				"%s", name);

	if (before != after)
		add(diff, section, name, before, after)->unit = unit;
}

static void compare_totals(struct twi_diff *diff)
{
	static const char *const more[] = {
		"sockets", "tw_kernel", "listeners", "netns", "tables",
		"ports", "rports",
	};

	for (int i = 0; i < TWI_NSTATES; i++)
		compare_key(diff, TWI_SECTION_totals, TWI_UNIT_COUNT,
			    twi_state_names[i]);
	for (size_t i = 0; i < ARRAY_SIZE(more); i++)
		compare_key(diff, TWI_SECTION_totals, TWI_UNIT_COUNT, more[i]);
}

static void compare_memory(struct twi_diff *diff)
{
	for (size_t i = 0; i < TWI_NMEMORY; i++)
		compare_key(diff, TWI_SECTION_memory, TWI_UNIT_BYTES,
			    twi_memory_kinds[i].key);
}

static void compare_chains(struct twi_diff *diff, const char *hash)
{
	int64_t before[TWI_CHAINS_BINS], after[TWI_CHAINS_BINS];
	char name[64];

	twi_chains_read(&diff->before.model[TWI_COMPARED_summary].keys, hash,
			before);
	twi_chains_read(&diff->after.model[TWI_COMPARED_summary].keys, hash,
			after);
	for (int i = 0; i < TWI_CHAINS_BINS; i++) {
		if (before[i] == after[i])
			continue;
		snprintf(name, sizeof(name), "%s_chains.%s", hash,
			 twi_chains_name(i).s);
		add(diff, TWI_SECTION_hash, name, before[i], after[i]);
	}
}

static void compare_hashes(struct twi_diff *diff)
{
	static const char *const hashes[] = {
		"ehash", "ehash_own", "bhash", "bhash2"
	};
	static const struct {
		const char	*name;
		enum twi_unit	unit;
	} keys[] = {
		{ "buckets", TWI_UNIT_COUNT }, { "nodes", TWI_UNIT_COUNT },
		{ "empty", TWI_UNIT_COUNT }, { "longest", TWI_UNIT_COUNT },
		{ "hit_milli", TWI_UNIT_MILLI },
		{ "miss_milli", TWI_UNIT_MILLI },
	};
	char name[64];

	for (size_t h = 0; h < ARRAY_SIZE(hashes); h++) {
		for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
			snprintf(name, sizeof(name), "%s_%s", hashes[h],
				 keys[i].name);
			compare_key(diff, TWI_SECTION_hash, keys[i].unit,
				    name);
		}
		compare_chains(diff, hashes[h]);
	}
}

/* Sockets of a namespace in states from one to before another. */
static int64_t in_states(const int64_t *row, int first, int end)
{
	int64_t sum = 0;

	for (int state = first; state < end; state++) {
		for (int family = 0; family < TWI_NFAMILIES; family++)
			sum = twi_sum(sum, row[twi_netns_column(state,
								family)]);
	}
	return sum;
}

/* What is compared of a namespace: some sums and some columns. */
#define NSUMS	3
static const int netns_columns[] = {
	TWI_netns_tw_kernel, TWI_netns_tw_max, TWI_netns_port_low,
	TWI_netns_port_high, TWI_netns_ports_reserved, TWI_netns_tw_reuse,
	TWI_netns_timestamps, TWI_netns_listeners,
};

static int64_t netns_figure(const int64_t *row, size_t i)
{
	if (!row)
		return TWI_UNKNOWN;
	switch (i) {
	case 0:
		return in_states(row, TWI_STATE_tw, TWI_STATE_tw + 1);
	case 1:
		return in_states(row, TWI_STATE_fw2, TWI_STATE_fw2 + 1);
	case 2:
		return in_states(row, TWI_STATE_fw2 + 1, TWI_NSTATES);
	default:
		return row[netns_columns[i - NSUMS]];
	}
}

_Static_assert(TWI_STATE_tw == 0 && TWI_STATE_fw2 == 1,
	       "the states of minisockets are not the first two");

/* Of one that came or went, the sockets alone. */
static void compare_netns(struct twi_diff *diff, const int64_t *before,
			  const int64_t *after)
{
	static const char *const sums[NSUMS] = { "tw", "fw2", "live" };
	const struct twi_schema *schema = twi_schema_find("netns");
	size_t n = before && after ? NSUMS + ARRAY_SIZE(netns_columns) : NSUMS;
	const int64_t *row = after ? after : before;
	struct twi_change *change;

	for (size_t i = 0; i < n; i++) {
		int64_t a = netns_figure(before, i);
		int64_t b = netns_figure(after, i);
		const char *name = i < NSUMS ? sums[i] :
			schema->columns[netns_columns[i - NSUMS]].name;

		if (a == b)
			continue;
		change = add(diff, TWI_SECTION_netns, name, a, b);
		change->netns = row[TWI_netns_netns];
		change->cookie = row[TWI_netns_cookie];
	}
}

/* Two rows by what they are about, each with the model that it is of. */
typedef int compare_rows(const struct twi_model *a, const int64_t *x,
			 const struct twi_model *b, const int64_t *y);

static int order(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

static int netns_order(const struct twi_model *a, const int64_t *x,
		       const struct twi_model *b, const int64_t *y)
{
	int ret = order(x[TWI_netns_netns], y[TWI_netns_netns]);

	(void)a;
	(void)b;
	return ret ? ret : order(x[TWI_netns_cookie], y[TWI_netns_cookie]);
}

static int tuples_order(const struct twi_model *a, const int64_t *x,
			const struct twi_model *b, const int64_t *y)
{
	static const int numbers[] = {
		TWI_tuples_netns, TWI_tuples_cookie, TWI_tuples_side,
		TWI_tuples_fixed, TWI_tuples_port, TWI_tuples_dev,
	};
	static const int texts[] = { TWI_tuples_local, TWI_tuples_remote };
	int ret = 0;

	for (size_t i = 0; i < ARRAY_SIZE(numbers) && !ret; i++)
		ret = order(x[numbers[i]], y[numbers[i]]);
	for (size_t i = 0; i < ARRAY_SIZE(texts) && !ret; i++)
		ret = strcmp(twi_model_text(a, x, texts[i]),
			     twi_model_text(b, y, texts[i]));
	return ret;
}

struct sorting {
	const struct twi_model	*model;
	compare_rows		*compare;
};

static int compare_in_model(const void *x, const void *y, void *data)
{
	const struct sorting *s = data;

	return s->compare(s->model, *(const int64_t *const *)x, s->model,
			  *(const int64_t *const *)y);
}

/* Call match() for each row of either, with the one of the other or NULL. */
static void match_rows(struct twi_diff *diff, struct twi_groups *a,
		       struct twi_groups *b, compare_rows *compare,
		       void (*match)(struct twi_diff *diff,
				     const int64_t *before,
				     const int64_t *after))
{
	struct sorting in_a = { a->model, compare };
	struct sorting in_b = { b->model, compare };
	size_t i = 0, j = 0;
	int ret;

	qsort_r(a->row, a->n, sizeof(*a->row), compare_in_model, &in_a);
	qsort_r(b->row, b->n, sizeof(*b->row), compare_in_model, &in_b);
	while (i < a->n || j < b->n) {
		if (i == a->n)
			ret = 1;
		else if (j == b->n)
			ret = -1;
		else
			ret = compare(a->model, a->row[i], b->model,
				      b->row[j]);
		match(diff, ret > 0 ? NULL : a->row[i],
		      ret < 0 ? NULL : b->row[j]);
		i += ret <= 0;
		j += ret >= 0;
	}
}

static bool is_wanted(const struct twi_filter *filter,
		      const struct twi_model *model, const int64_t *row)
{
	(void)model;
	return filter->netns < 0 || filter->netns == row[TWI_netns_netns];
}

static void compare_all_netns(const struct twi_view *view,
			      struct twi_diff *diff)
{
	struct twi_groups before, after;

	twi_groups_select(&view->filter,
			  &diff->before.model[TWI_COMPARED_netns], is_wanted,
			  &before);
	twi_groups_select(&view->filter,
			  &diff->after.model[TWI_COMPARED_netns], is_wanted,
			  &after);
	match_rows(diff, &before, &after, netns_order, compare_netns);
	twi_groups_free(&before);
	twi_groups_free(&after);
}

int64_t twi_moved_by(const struct twi_moved *moved, int column)
{
	int64_t before = moved->before ? moved->before[column] : 0;
	int64_t after = moved->after ? moved->after[column] : 0;

	/* of a group without detail, each is -1 */
	return twi_difference(after < 0 ? 0 : after, before < 0 ? 0 : before);
}

/* How many sockets more or less in each kind of state. */
static int64_t size_of_move(const struct twi_moved *moved)
{
	static const int columns[] = {
		TWI_tuples_tw, TWI_tuples_fw2, TWI_tuples_live
	};
	int64_t by, sum = 0;

	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		by = twi_moved_by(moved, columns[i]);
		sum = twi_sum(sum, by < 0 ? twi_difference(0, by) : by);
	}
	return sum;
}

static bool is_same(const int64_t *before, const int64_t *after)
{
	static const int columns[] = {
		TWI_tuples_tw, TWI_tuples_fw2, TWI_tuples_live,
		TWI_tuples_capacity, TWI_tuples_used, TWI_tuples_left,
		TWI_tuples_exhausted_s,
	};

	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		if (before[columns[i]] != after[columns[i]])
			return false;
	}
	return true;
}

static void compare_group(struct twi_diff *diff, const int64_t *before,
			  const int64_t *after)
{
	struct twi_moved *moved;

	if (before && after && is_same(before, after))
		return;
	diff->moved = twi_alloc(diff->moved, diff->nmoved + 1,
				sizeof(*moved));
	moved = &diff->moved[diff->nmoved];
	moved->place = diff->nmoved++;
	moved->before = before;
	moved->after = after;
	moved->size = size_of_move(moved);
}

static int compare_size(const void *x, const void *y)
{
	const struct twi_moved *a = x, *b = y;

	return a->size == b->size ? order(a->place, b->place) :
				    order(b->size, a->size);
}

static void compare_tuples(const struct twi_view *view, struct twi_diff *diff)
{
	const struct twi_model *a = &diff->before.model[TWI_COMPARED_tuples];
	const struct twi_model *b = &diff->after.model[TWI_COMPARED_tuples];
	struct twi_groups before, after;

	twi_groups_pick(&view->filter, a, &before);
	twi_groups_pick(&view->filter, b, &after);
	match_rows(diff, &before, &after, tuples_order, compare_group);
	twi_groups_free(&before);
	twi_groups_free(&after);
	if (diff->nmoved)
		qsort(diff->moved, diff->nmoved, sizeof(*diff->moved),
		      compare_size);
	diff->incomplete = !twi_num(&a->keys, "complete") ||
			   !twi_num(&b->keys, "complete");
}

/* What is not there is not compared. */
static int load(struct twi_view *view, const struct twi_source *source,
		struct twi_side_of_diff *side, bool *compared)
{
	bool any = false;

	for (int i = 0; i < TWI_NCOMPARED; i++) {
		if (!twi_model_load(&side->model[i], source,
				    twi_compared_names[i], &view->err))
			any = any || compared[i];
		else if (view->err.status == TWI_EXIT_ABSENT)
			compared[i] = false;
		else
			return -1;
	}
	return any ? 0 : -1;
}

/* PATH, or PATH@WHICH if there is nothing that is called so. */
static int open_input(struct twi_input *input, const char *operand,
		      struct twi_error *err)
{
	char *path = twi_strdup(operand), *at = strrchr(path, '@');
	int ret;

	if (at && access(path, F_OK))
		*at++ = '\0';
	else
		at = NULL;
	ret = twi_input_open(input, at ? path : operand, at, err);
	free(path);
	return ret;
}

static void unload(struct twi_diff *diff)
{
	for (int i = 0; i < TWI_NCOMPARED; i++) {
		twi_model_free(&diff->before.model[i]);
		twi_model_free(&diff->after.model[i]);
	}
	free(diff->change);
	free(diff->moved);
}

static void compare(const struct twi_view *view, struct twi_diff *diff)
{
	if (diff->compared[TWI_COMPARED_summary]) {
		compare_totals(diff);
		compare_memory(diff);
		compare_hashes(diff);
	}
	if (diff->compared[TWI_COMPARED_netns])
		compare_all_netns(view, diff);
	if (diff->compared[TWI_COMPARED_tuples])
		compare_tuples(view, diff);
}

static int show(struct twi_view *view, const struct twi_input *a,
		const struct twi_input *b)
{
	struct twi_diff diff = {
		.before = { .name = a->source.dir },
		.after = { .name = b->source.dir },
		.compared = { true, true, true },
	};
	int ret;

	ret = load(view, &a->source, &diff.before, diff.compared);
	if (!ret)
		ret = load(view, &b->source, &diff.after, diff.compared);
	if (!ret) {
		compare(view, &diff);
		view->status = diff.n || diff.nmoved ? TWI_EXIT_DIFFERENT :
						       TWI_EXIT_OK;
		if (view->json)
			twi_json_diff(view, &diff);
		else
			twi_diff_print(view, &diff);
	}
	unload(&diff);
	return ret;
}

int twi_view_diff(struct twi_view *view)
{
	struct twi_input a, b;
	int ret;

	if (open_input(&a, view->operand[0], &view->err))
		return -1;
	ret = open_input(&b, view->operand[1], &view->err);
	if (!ret) {
		ret = show(view, &a, &b);
		twi_input_close(&b);
	}
	twi_input_close(&a);
	return ret;
}

int64_t twi_diff_time(const struct twi_side_of_diff *side)
{
	for (int i = 0; i < TWI_NCOMPARED; i++) {
		if (side->model[i].keys.n)
			return twi_num(&side->model[i].keys, "time_ns");
	}
	return TWI_UNKNOWN;
}
