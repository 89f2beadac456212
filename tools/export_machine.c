// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * export_machine.c - metrics of the machine as a whole: totals, memory, hash
 * tables, the death row, and the passes that found this.
 */
#include "array.h"
#include "chains.h"
#include "export.h"
#include "pass.h"
#include "summary.h"
#include "units.h"

#define NSEC_DIGITS	9
#define MSEC_DIGITS	3
#define MILLI_DIGITS	3

#define HISTOGRAM(n, u, h)						\
	{ .name = "twinspect_" n, .type = TWI_METRIC_histogram,		\
	  .unit = u, .help = h " As of this moment, no rate() of it." }

/* A metric that is one key, in powers of ten of its unit. */
struct single {
	struct twi_family	family;
	const char		*key;
	int			digits;
};

static void add_build(struct twi_export *export)
{
	static const struct twi_family family = {
		.name = "twinspect_build", .type = TWI_METRIC_info,
		.help = "Versions of the reader, of the format, of the module and of its kernel.",
	};
	const struct twi_keys *caps = &export->caps.keys;

	twi_metrics_family(&export->metrics, &family);
	twi_metrics_count(&export->metrics,
			  TWI_LABELS({ "version", TWI_VERSION },
				     { "format", twi_count(TWI_FORMAT,
							   true).s },
				     { "module", twi_text(caps, "module") },
				     { "release", twi_text(caps, "release") }),
			  1);
}

static void add_pass(struct twi_export *export, const struct twi_model *model,
		     const struct single *single)
{
	const struct twi_label labels[] = {
		{ "file", model->schema->file }, { NULL, NULL }
	};
	const struct twi_keys *keys = &model->keys;

	if (single->key)
		twi_metrics_scaled(&export->metrics, labels,
				   twi_num(keys, "%s", single->key),
				   single->digits);
	else
		twi_metrics_count(&export->metrics, labels,
				  !twi_pass_inexact(&keys, 1));
}

static void add_passes(struct twi_export *export)
{
	static const struct single singles[] = {
		{ TWI_GAUGE("pass_timestamp_seconds", "seconds",
			    "When the pass over the kernel's tables began."),
		  "time_ns", NSEC_DIGITS },
		{ TWI_GAUGE("pass_duration_seconds", "seconds",
			    "Length of the pass."),
		  "pass_ns", NSEC_DIGITS },
		{ TWI_GAUGE("pass_exact", NULL,
			    "1 if the pass saw each chain in one piece, else 0."),
		  NULL, 0 },
	};
	const struct twi_model *const models[] = {
		&export->summary, &export->netns, &export->tuples,
		&export->deathrow
	};

	for (size_t i = 0; i < ARRAY_SIZE(singles); i++) {
		const struct single *single = &singles[i];

		twi_metrics_family(&export->metrics, &single->family);
		for (size_t j = 0; j < ARRAY_SIZE(models); j++) {
			if (models[j]->schema)
				add_pass(export, models[j], single);
		}
	}
}

static void add_sockets(struct twi_export *export)
{
	static const struct twi_family family =
		TWI_GAUGE("sockets", NULL,
			  "Sockets in the established hashes of all network namespaces; tw is TIME-WAIT, fw2 a minisocket in FIN-WAIT-2.");

	twi_metrics_family(&export->metrics, &family);
	for (int i = 0; i < TWI_NSTATES; i++) {
		for (int j = 0; j < TWI_NFAMILIES; j++) {
			const char *state = twi_state_names[i];
			const char *name = twi_family_names[j];

			twi_metrics_count(&export->metrics,
					  TWI_LABELS({ "state", state },
						     { "family", name }),
					  twi_num(&export->summary.keys,
						  "%s_%s", state, name));
		}
	}
}

static void add_totals(struct twi_export *export)
{
	static const struct single singles[] = {
		{ TWI_GAUGE("minisockets", NULL,
			    "Minisockets (TIME-WAIT and FIN-WAIT-2) by the kernel's own count."),
		  "tw_kernel", 0 },
		{ TWI_GAUGE("listeners", NULL, "Listening sockets."),
		  "listeners", 0 },
		{ TWI_GAUGE("netns_held", NULL,
			    "Network namespaces that were held and looked at."),
		  "netns", 0 },
		{ TWI_GAUGE("netns_unheld", NULL,
			    "Network namespaces seen that could not be held."),
		  "netns_unheld", 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(singles); i++) {
		twi_metrics_family(&export->metrics, &singles[i].family);
		twi_metrics_count(&export->metrics, twi_no_labels,
				  twi_num(&export->summary.keys, "%s",
					  singles[i].key));
	}
}

static void add_memory(struct twi_export *export)
{
	static const struct twi_family family =
		TWI_GAUGE("memory_bytes", "bytes",
			  "Memory of minisockets, of bind buckets and of the hash tables' arrays.");

	twi_metrics_family(&export->metrics, &family);
	for (size_t i = 0; i < TWI_NMEMORY; i++) {
		const struct twi_memory_kind *kind = &twi_memory_kinds[i];

		twi_metrics_count(&export->metrics,
				  TWI_LABELS({ "part", kind->label }),
				  twi_num(&export->summary.keys, "%s",
					  kind->key));
	}
}

static const char *const tables[] = { "ehash", "ehash_own", "bhash", "bhash2" };

/* There need not be one that a namespace owns. */
static bool has_table(const struct twi_export *export, const char *table)
{
	return twi_num(&export->summary.keys, "%s_buckets", table) > 0;
}

static void add_chains(struct twi_export *export, const char *table)
{
	/* bins of summary end at each of these */
	struct twi_bucket bucket[] = {
		{ 0, 0 }, { 1, 0 }, { 2, 0 }, { 3, 0 }, { 4, 0 }, { 6, 0 },
		{ 8, 0 }, { 12, 0 }, { 16, 0 }, { 24, 0 }, { 32, 0 },
		{ 63, 0 }, { 127, 0 }, { 255, 0 }, { 1023, 0 }, { 65535, 0 },
	};
	int64_t nodes = twi_num(&export->summary.keys, "%s_nodes", table);
	int64_t bin[TWI_CHAINS_BINS], count = 0;

	if (nodes < 0)
		return;
	twi_chains_read(&export->summary.keys, table, bin);
	for (int i = 0; i < TWI_CHAINS_BINS; i++) {
		count = twi_sum(count, bin[i]);
		for (size_t j = 0; j < ARRAY_SIZE(bucket); j++) {
			if (twi_chains_last(i) <= bucket[j].bound)
				bucket[j].count = count;
		}
	}
	if (count >= 0)
		twi_metrics_histogram(&export->metrics,
				      TWI_LABELS({ "table", table }), bucket,
				      ARRAY_SIZE(bucket), count, nodes, 0);
}

static void add_tables(struct twi_export *export)
{
	static const struct single singles[] = {
		{ TWI_GAUGE("hash_buckets", NULL, "Size of the hash table."),
		  "buckets", 0 },
		{ TWI_GAUGE("hash_empty_buckets", NULL, "Buckets without a node."),
		  "empty", 0 },
		{ TWI_GAUGE("hash_longest_chain_nodes", "nodes",
			    "Nodes in the longest chain."),
		  "longest", 0 },
		{ TWI_GAUGE("hash_hit_nodes", "nodes",
			    "Mean number of nodes visited to find one that is there."),
		  "hit_milli", MILLI_DIGITS },
		{ TWI_GAUGE("hash_load_nodes", "nodes",
			    "Mean number of nodes in a bucket: what a miss visits."),
		  "miss_milli", MILLI_DIGITS },
	};
	static const struct twi_family chains =
		HISTOGRAM("hash_chain_nodes", "nodes",
			  "Buckets by the number of nodes in their chain.");

	for (size_t i = 0; i < ARRAY_SIZE(singles); i++) {
		twi_metrics_family(&export->metrics, &singles[i].family);
		for (size_t j = 0; j < ARRAY_SIZE(tables); j++) {
			if (!has_table(export, tables[j]))
				continue;
			twi_metrics_scaled(&export->metrics,
					   TWI_LABELS({ "table", tables[j] }),
					   twi_num(&export->summary.keys,
						   "%s_%s", tables[j],
						   singles[i].key),
					   singles[i].digits);
		}
	}
	twi_metrics_family(&export->metrics, &chains);
	for (size_t j = 0; j < ARRAY_SIZE(tables); j++) {
		if (has_table(export, tables[j]))
			add_chains(export, tables[j]);
	}
}

/* What is overdue is about to die: in no time. */
static int64_t left_ms(const int64_t *row)
{
	int64_t ms = row[TWI_deathrow_fires_ms];

	return ms < 0 ? 0 : ms;
}

static void add_deathrow(struct twi_export *export)
{
	static const struct twi_family family =
		HISTOGRAM("deathrow_remaining_seconds", "seconds",
			  "Minisockets by the time until they die.");
	struct twi_bucket bucket[] = {
		{ 1, 0 }, { 5, 0 }, { 15, 0 }, { 30, 0 }, { 60, 0 }
	};
	int64_t count = 0, n, sum_ms = 0;

	if (!export->deathrow.schema)
		return;
	for (size_t i = 0; i < export->deathrow.nrows; i++) {
		const int64_t *row = twi_model_row(&export->deathrow, i);

		n = twi_sum(row[TWI_deathrow_tw], row[TWI_deathrow_fw2]);
		count = twi_sum(count, n);
		sum_ms = twi_sum(sum_ms, twi_product(left_ms(row), n));
		for (size_t j = 0; j < ARRAY_SIZE(bucket); j++) {
			if (left_ms(row) <= 1000 * bucket[j].bound)
				bucket[j].count = twi_sum(bucket[j].count, n);
		}
	}
	twi_metrics_family(&export->metrics, &family);
	if (count >= 0)
		twi_metrics_histogram(&export->metrics, twi_no_labels, bucket,
				      ARRAY_SIZE(bucket), count, sum_ms,
				      MSEC_DIGITS);
}

void twi_export_machine(struct twi_export *export)
{
	add_build(export);
	add_passes(export);
	add_sockets(export);
	add_totals(export);
	add_memory(export);
	add_tables(export);
	add_deathrow(export);
}
