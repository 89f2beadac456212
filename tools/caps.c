// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * caps.c - "twinspect caps": what the loaded module reports on this kernel.
 */
#include "array.h"
#include "model.h"
#include "table.h"
#include "units.h"

static const struct {
	const char *key;
	const char *meaning;
} facts[] = {
	{ "module", "version of the module" },
	{ "release", "release of the kernel" },
	{ "hz", "jiffies a second" },
	{ "tw_len_ms", "length of TIME-WAIT, ms" },
	{ "tw_step_ms", "step of its timers, ms" },
	{ "lanes", "chains walked side by side" },
	{ "chain_max", "nodes above which a chain is flooded" },
	{ "netns_max", "namespaces held at most" },
	{ "tuples_max", "groups of tuples counted at first" },
	{ "tuples_detailed", "groups with a capacity at most" },
	{ "tuples_bytes_max", "memory of tuples at most, bytes" },
	{ "has_entry_stamp", "TIME-WAIT keeps its time of entry" },
	{ "has_connect_bind", "TIME-WAIT knows who chose its port" },
	{ "has_reuse_delay", "TIME-WAIT is taken over by its age" },
	{ "has_bind_rcu", "bind buckets are freed by RCU" },
	{ "has_bhash2", "the kernel has a second bind hash" },
	{ "has_own_ehash", "a namespace may own its ehash" },
	{ "has_ipv6", "the kernel has IPv6" },
};

/* A key that an older module does not have has no line. */
static void add(struct twi_table *table, const struct twi_key *key,
		const char *meaning, bool numeric)
{
	if (!key)
		return;
	twi_table_row(table);
	twi_table_cell(table, key->name);
	if (key->spec->kind == TWI_TEXT)
		twi_table_cell(table, key->text);
	else if (key->name[0] == 'h' && key->name[1] == 'a' && !numeric)
		twi_table_cell(table, key->number ? "yes" : "no");
	else
		twi_table_id(table, key->number);
	twi_table_cell(table, meaning);
}

int twi_view_caps(struct twi_view *view)
{
	struct twi_table *table;
	struct twi_model model;

	if (twi_model_load(&model, &view->source, "caps", &view->err))
		return -1;
	table = twi_table_new(view, "<KEY <VALUE <MEANING");
	for (size_t i = 0; i < ARRAY_SIZE(facts); i++)
		add(table, twi_keys_find(&model.keys, facts[i].key),
		    facts[i].meaning, view->numeric);
	for (size_t i = 0; i < model.keys.n; i++) {
		if (twi_spec_is_pattern(model.keys.key[i].spec))
			add(table, &model.keys.key[i], "the file is there",
			    view->numeric);
	}
	twi_table_print(table);
	twi_model_free(&model);
	return 0;
}
