// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * summary.c - "twinspect summary": all of the file, section by section.  The
 * overview, which picks the most telling parts of several files, is not here.
 */
#include <stdio.h>
#include <string.h>

#include "array.h"
#include "chains.h"
#include "model.h"
#include "pass.h"
#include "ports.h"
#include "summary.h"
#include "table.h"
#include "units.h"

static void print_states(const struct twi_view *view,
			 const struct twi_keys *keys)
{
	struct twi_table *table;

	table = twi_table_new(view, "<STATE TOTAL IPV4 IPV6 MAPPED");
	for (int state = 0; state < TWI_NSTATES; state++) {
		const char *name = twi_state_names[state];
		int64_t n = twi_num(keys, "%s", name);

		if (!n && state > TWI_STATE_established && !view->verbose)
			continue;
		twi_table_row(table);
		twi_table_cell(table, name);
		twi_table_count(table, n);
		for (int i = 0; i < TWI_NFAMILIES; i++)
			twi_table_count(table,
					twi_num(keys, "%s_%s", name,
						twi_family_names[i]));
	}
	twi_table_row(table);
	twi_table_cell(table, "all");
	twi_table_count(table, twi_num(keys, "sockets"));
	twi_table_print(table);
}

static void print_counts(const struct twi_view *view,
			 const struct twi_keys *keys)
{
	static const struct {
		const char *key;
		const char *name;
	} count[] = {
		{ "netns", "namespaces" },
		{ "netns_unheld", "namespaces seen and not held" },
		{ "unheld_tw", "TIME-WAIT of these" },
		{ "unheld_fw2", "FIN-WAIT-2 minisockets of these" },
		{ "unheld_sockets", "sockets of these" },
		{ "tables", "established hash tables" },
		{ "tw_kernel", "minisockets by the kernel's own count" },
		{ "listeners", "listening sockets" },
		{ "ports", "bound local ports in use" },
		{ "ports_overflow", "bound ports not counted" },
		{ "rports", "remote ports of outbound sockets" },
		{ "rports_overflow", "sockets not counted by remote port" },
	};
	struct twi_table *table = twi_table_new(view, "<COUNT TOTAL");

	for (size_t i = 0; i < ARRAY_SIZE(count); i++) {
		twi_table_row(table);
		twi_table_cell(table, count[i].name);
		twi_table_count(table, twi_num(keys, "%s", count[i].key));
	}
	twi_table_print(table);
}

const struct twi_memory_kind twi_memory_kinds[TWI_NMEMORY] = {
	{ "mem_tw_bytes", "mem_tw_object_bytes", "minisockets",
	  "minisockets" },
	{ "mem_bind_bytes", "mem_bind_object_bytes", "bind buckets",
	  "bind_buckets" },
	{ "mem_bind2_bytes", "mem_bind2_object_bytes", "bhash2 buckets",
	  "bind2_buckets" },
	{ "mem_ehash_bytes", NULL, "ehash", "ehash" },
	{ "mem_ehash_locks_bytes", NULL, "its locks", "ehash_locks" },
	{ "mem_ehash_own_bytes", NULL, "ehashes of namespaces", "ehash_own" },
	{ "mem_bhash_bytes", NULL, "bhash and bhash2", "bhash" },
};

static void print_memory(const struct twi_view *view,
			 const struct twi_keys *keys)
{
	struct twi_table *table = twi_table_new(view, "<MEMORY BYTES EACH");

	for (size_t i = 0; i < TWI_NMEMORY; i++) {
		const struct twi_memory_kind *kind = &twi_memory_kinds[i];
		int64_t bytes = twi_num(keys, "%s", kind->key);

		twi_table_row(table);
		twi_table_cell(table, kind->name);
		twi_table_cell(table, twi_bytes(bytes, view->numeric).s);
		if (!kind->each)
			continue;
		bytes = twi_num(keys, "%s", kind->each);
		twi_table_cell(table, twi_bytes(bytes, view->numeric).s);
	}
	twi_table_print(table);
}

static const char *const hashes[] = {
	"ehash", "ehash_tw", "ehash_own", "ehash_own_tw", "bhash", "bhash2"
};

#define NHASHES		ARRAY_SIZE(hashes)

/* The lines of minisockets alone lack what the table has but once. */
static void add_hash_count(struct twi_table *table,
			   const struct twi_keys *keys, const char *hash,
			   const char *key)
{
	char name[64];

	snprintf(name, sizeof(name), "%s_%s", hash, key);
	if (twi_keys_find(keys, name))
		twi_table_count(table, twi_num(keys, "%s", name));
	else
		twi_table_cell(table, "");
}

static void print_hashes(const struct twi_view *view,
			 const struct twi_keys *keys)
{
	struct twi_table *table;

	table = twi_table_new(view,
			      "<HASH BUCKETS LOCKS NODES EMPTY LONGEST AT HIT MISS");
	for (size_t i = 0; i < NHASHES; i++) {
		const char *hash = hashes[i];

		twi_table_row(table);
		twi_table_cell(table, hash);
		add_hash_count(table, keys, hash, "buckets");
		add_hash_count(table, keys, hash, "locks");
		add_hash_count(table, keys, hash, "nodes");
		add_hash_count(table, keys, hash, "empty");
		add_hash_count(table, keys, hash, "longest");
		twi_table_id(table, twi_num(keys, "%s_longest_bucket", hash));
		if (strstr(hash, "_tw"))
			continue;
		twi_table_cell(table, twi_milli(twi_num(keys, "%s_hit_milli",
							hash),
						view->numeric).s);
		twi_table_cell(table, twi_milli(twi_num(keys, "%s_miss_milli",
							hash),
						view->numeric).s);
	}
	twi_table_print(table);
}

static void print_chains(const struct twi_view *view,
			 const struct twi_keys *keys)
{
	int64_t bin[NHASHES][TWI_CHAINS_BINS];
	struct twi_table *table;
	bool any;

	table = twi_table_new(view,
			      "CHAIN EHASH EHASH-TW OWN OWN-TW BHASH BHASH2");
	for (size_t i = 0; i < NHASHES; i++)
		twi_chains_read(keys, hashes[i], bin[i]);
	for (int b = 0; b < TWI_CHAINS_BINS; b++) {
		any = false;
		for (size_t i = 0; i < NHASHES; i++)
			any = any || bin[i][b];
		if (!any)
			continue;
		twi_table_row(table);
		twi_table_cell(table, twi_chains_name(b).s);
		for (size_t i = 0; i < NHASHES; i++)
			twi_table_count(table, bin[i][b]);
	}
	twi_table_print(table);
}

int twi_view_summary(struct twi_view *view)
{
	struct twi_block local = { 0 }, remote = { 0 };
	const struct twi_keys *keys;
	struct twi_model model;

	if (twi_model_load(&model, &view->source, "summary", &view->err))
		return -1;
	keys = &model.keys;
	if (!view->no_header) {
		twi_pass_print_one(view, keys);
		putchar('\n');
	}
	print_states(view, keys);
	putchar('\n');
	print_counts(view, keys);
	putchar('\n');
	print_memory(view, keys);
	putchar('\n');
	print_hashes(view, keys);
	putchar('\n');
	print_chains(view, keys);
	twi_ports_add(view, keys, "port", TWI_RANK_MAX + 1, &local);
	twi_ports_add(view, keys, "rport", TWI_RANK_MAX + 1, &remote);
	if (local.n || remote.n)
		putchar('\n');
	twi_block_print_two(&local, &remote, view->width);
	twi_model_free(&model);
	return 0;
}
