// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * schema.c - the keys and columns of format 1 as tables, and the matching of
 * a key with its entry.  Another file or key is a line here; nothing here
 * reads a file.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "schema.h"

_Static_assert(TWI_NFAMILIES == 3, "K_STATE and COLUMN_STATE list three");

#define K(key)		{ .name = #key },
#define K_LATER(key)	{ .name = #key, .optional = true },
#define K_TEXT(key)	{ .name = #key, .kind = TWI_TEXT },
#define K_STATE(state)	K(state) K(state##_v4) K(state##_v6) K(state##_mapped)

#define K_PASS								\
	K(time_ns) K(pass_ns) K(pass_netns_ns) K(pass_ehash_ns)		\
	K(pass_bind_ns) K(pass_nodes) K(pass_restarts)			\
	K(pass_lock_fallbacks) K(pass_floods) K(pass_inexact)		\
	K(pass_unfinished) K(pass_longest_rcu_ns)			\
	K(pass_longest_lock_ns) K(pass_dropped_gone)			\
	K(pass_dropped_moved) K(pass_dropped_unborn)			\
	K(pass_dropped_state) K(pass_skipped) K(pass_bytes)

#define K_HASH(t)							\
	K(t##_buckets) K(t##_locks) K(t##_nodes) K(t##_empty)		\
	K(t##_longest) K(t##_longest_bucket) K(t##_hit_milli)		\
	K(t##_miss_milli)						\
	{ .name = #t "_chains.~" },

#define K_HASH_TW(t)							\
	K(t##_tw_nodes) K(t##_tw_empty) K(t##_tw_longest)		\
	K(t##_tw_longest_bucket)					\
	{ .name = #t "_tw_chains.~" },

#define K_RANK(p, field)						\
	{ .name = #p ".#." #field, .max = TWI_RANK_MAX },

#define K_RANKS(p)							\
	K_RANK(p, netns) K_RANK(p, cookie) K_RANK(p, port)		\
	K_RANK(p, tw) K_RANK(p, fw2) K_RANK(p, live)			\
	K(p##s) K(p##s_overflow)

static const struct twi_key_spec summary_keys[] = {
	K_PASS
	K(netns) K(netns_unheld) K(tables) K(sockets)
	TWI_STATES(K_STATE)
	K(unheld_tw) K(unheld_fw2) K(unheld_sockets) K(tw_kernel) K(listeners)
	K(mem_tw_object_bytes) K(mem_bind_object_bytes)
	K(mem_bind2_object_bytes) K(mem_tw_bytes) K(mem_bind_bytes)
	K(mem_bind2_bytes) K(mem_ehash_bytes)
	K(mem_ehash_locks_bytes) K(mem_ehash_own_bytes) K(mem_bhash_bytes)
	K_HASH(ehash) K_HASH_TW(ehash)
	K_HASH(ehash_own) K_HASH_TW(ehash_own)
	K_HASH(bhash) K_HASH(bhash2)
	K_RANKS(port) K_RANKS(rport)
};

static const struct twi_key_spec ehash_buckets_keys[] = {
	K_PASS
	K(tables) K(buckets) K(sockets) K(tw) K(fw2)
};

static const struct twi_key_spec deathrow_keys[] = {
	K_PASS
	K(tw) K(fw2) K(hz) K(unarmed) K(unplaced) K(overdue)
	K(overdue_longest_ms)
	K_TEXT(closed_from)
	{ .name = "closed.#", .max = TWI_CLOSED_MAX },
	K(closed_older)
};

static const struct twi_key_spec bind_buckets_keys[] = {
	K_PASS
	K(bind_buckets) K(bind2_buckets) K(only_tw) K(mem_only_tw_bytes)
	K(join_overflow)
};

static const struct twi_key_spec tuples_keys[] = {
	K_PASS
	K(groups) K(complete) K(unlisted_max) K(recounted) K(detailed)
	K(binds_overflow) K(sockets) K(tw) K(fw2)
};

static const struct twi_key_spec netns_keys[] = {
	K_PASS
	K(netns) K(netns_unheld)
};

static const struct twi_key_spec caps_keys[] = {
	K(time_ns)
	K_TEXT(module) K_TEXT(release)
	K(hz) K(tw_len_ms) K(tw_step_ms) K(lanes) K(chain_max) K(netns_max)
	K_LATER(tuples_max) K_LATER(tuples_detailed) K_LATER(tuples_bytes_max)
	{ .name = "file.*" },
	K(has_entry_stamp) K(has_connect_bind) K_LATER(has_reuse_delay)
	K(has_bind_rcu) K(has_bhash2) K(has_own_ehash) K(has_ipv6)
};

static const struct twi_key_spec recording_keys[] = {
	K(number) K(time_ns) K(monotonic_ns) K(interval_ms) K(missed)
	K_TEXT(host) K_TEXT(release) K_TEXT(boot_id)
};

/* What the lists of columns call the kinds; LATER is COUNT in newer modules. */
#define KIND_COUNT	.kind = TWI_COUNT
#define KIND_SIGNED	.kind = TWI_SIGNED
#define KIND_LATER	.kind = TWI_COUNT, .optional = true
#define KIND_ADDRESS	.kind = TWI_ADDRESS
#define KIND_SIDE	.kind = TWI_WORD, .words = twi_side_names
#define KIND_FIXED	.kind = TWI_WORD, .words = twi_fixed_names

#define COLUMN(column, k)	{ .name = #column, KIND_##k },
#define COLUMN_STATE(state)						\
	COLUMN(state##_v4, COUNT) COLUMN(state##_v6, COUNT)		\
	COLUMN(state##_mapped, COUNT)

static const struct twi_column_spec ehash_buckets_columns[] = {
	TWI_LIST_ehash_buckets(COLUMN)
};

static const struct twi_column_spec deathrow_columns[] = {
	TWI_LIST_deathrow(COLUMN)
};

static const struct twi_column_spec bind_buckets_columns[] = {
	TWI_LIST_bind_buckets(COLUMN)
};

static const struct twi_column_spec tuples_columns[] = {
	TWI_LIST_tuples(COLUMN)
};

static const struct twi_column_spec netns_columns[] = {
	TWI_LIST_netns(COLUMN)
	TWI_STATES(COLUMN_STATE)
};

_Static_assert(ARRAY_SIZE(netns_columns) <= TWI_COLUMNS_MAX &&
	       ARRAY_SIZE(tuples_columns) <= TWI_COLUMNS_MAX,
	       "TWI_COLUMNS_MAX is too small");

#define KEYS(f)								\
	.file = #f, .keys = f##_keys, .nkeys = ARRAY_SIZE(f##_keys)
#define COLUMNS(f)							\
	.columns = f##_columns, .ncolumns = ARRAY_SIZE(f##_columns)

const struct twi_schema twi_schemas[] = {
	{ KEYS(summary) },
	{ KEYS(ehash_buckets), COLUMNS(ehash_buckets) },
	{ KEYS(deathrow), COLUMNS(deathrow) },
	{ KEYS(bind_buckets), COLUMNS(bind_buckets) },
	{ KEYS(tuples), COLUMNS(tuples),
	  .rest = "other", .rest_column = TWI_tuples_side },
	{ KEYS(netns), COLUMNS(netns) },
	{ KEYS(caps) },
};

const size_t twi_nschemas = ARRAY_SIZE(twi_schemas);

/* No file of the module's: the first member of each snapshot. */
static const struct twi_schema recording_schema = { KEYS(recording) };

#define NAME(name)	#name,

const char *const twi_side_names[TWI_NSIDES + 1] = { TWI_SIDES(NAME) };
const char *const twi_fixed_names[TWI_NFIXED + 1] = { "local", "remote", "*" };
const char *const twi_state_names[TWI_NSTATES] = { TWI_STATES(NAME) };
const char *const twi_family_names[TWI_NFAMILIES] = { TWI_FAMILIES(NAME) };

const struct twi_schema *twi_schema_find(const char *file)
{
	for (size_t i = 0; i < twi_nschemas; i++) {
		if (!strcmp(twi_schemas[i].file, file))
			return &twi_schemas[i];
	}
	return strcmp(file, recording_schema.file) ? NULL : &recording_schema;
}

/* A short run of digits, as far as it goes; NULL if there is none. */
static const char *match_number(const char *text, int64_t *number)
{
	char *end;

	if (!isdigit((unsigned char)*text) || strspn(text, "0123456789") > 9)
		return NULL;
	*number = strtol(text, &end, 10);
	return end;
}

static bool match_chain(const char *text, int64_t *index)
{
	int64_t last;

	text = match_number(text, index);
	if (!text)
		return false;
	if (*text == '-') {
		text = match_number(text + 1, &last);
		return text && !*text && last > *index;
	}
	if (*text == '+')
		text++;
	return !*text;
}

static bool match(const struct twi_key_spec *spec, const char *key,
		  int64_t *index)
{
	size_t plain = strcspn(spec->name, "#~*");
	const char *rest;

	*index = 0;
	if (strncmp(spec->name, key, plain))
		return false;
	rest = key + plain;
	switch (spec->name[plain]) {
	case '#':
		rest = match_number(rest, index);
		return rest && *index <= spec->max &&
		       !strcmp(rest, spec->name + plain + 1);
	case '~':
		return match_chain(rest, index);
	case '*':
		return *rest;
	default:
		return !*rest;
	}
}

const struct twi_key_spec *twi_schema_key(const struct twi_schema *schema,
					  const char *key, int64_t *index)
{
	for (size_t i = 0; i < schema->nkeys; i++) {
		if (match(&schema->keys[i], key, index))
			return &schema->keys[i];
	}
	return NULL;
}

bool twi_spec_is_pattern(const struct twi_key_spec *spec)
{
	return spec->name[strcspn(spec->name, "#~*")];
}

const char *twi_column_text(const struct twi_column_spec *column,
			    int64_t value, const char *text)
{
	switch (column->kind) {
	case TWI_WORD:
		return column->words[value];
	case TWI_ADDRESS:
		return text + value;
	default:
		return NULL;
	}
}
