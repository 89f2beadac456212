// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * export_top.c - metrics of single network namespaces and groups, as many of
 * the fullest as asked for, and sums of the others.
 */
#include <math.h>
#include <string.h>

#include "array.h"
#include "export.h"
#include "units.h"

static void add_count(struct twi_export *export,
		      const struct twi_family *family, int64_t value)
{
	twi_metrics_family(&export->metrics, family);
	twi_metrics_count(&export->metrics, twi_no_labels, value);
}

static int64_t overflow(const struct twi_export_space *space)
{
	return space->overflow;
}

static int64_t conntrack(const struct twi_export_space *space)
{
	return space->conntrack;
}

static int64_t minisockets(const struct twi_export_space *space)
{
	return space->row[TWI_netns_tw_kernel];
}

static int64_t limit(const struct twi_export_space *space)
{
	return space->row[TWI_netns_tw_max];
}

static void add_spaces_rest(struct twi_export *export)
{
	static const struct twi_family number =
		TWI_GAUGE("netns_not_shown", NULL,
			  "Network namespaces beyond --top, without metrics of their own.");
	static const struct twi_family sum =
		TWI_GAUGE("netns_not_shown_minisockets", NULL,
			  "Minisockets in these, by the kernel's own count.");
	size_t shown = twi_export_shown(export, export->nspaces);
	int64_t rest = 0;

	for (size_t i = shown; i < export->nspaces; i++)
		rest = twi_sum(rest, minisockets(&export->space[i]));
	add_count(export, &number, export->nspaces - shown);
	add_count(export, &sum, rest);
}

void twi_export_spaces(struct twi_export *export)
{
	static const struct {
		struct twi_family	family;
		int64_t			(*value)(const struct twi_export_space *);
	} metrics[] = {
		{ TWI_GAUGE("netns_minisockets", NULL,
			    "Minisockets of the network namespace by the kernel's own count."),
		  minisockets },
		{ TWI_GAUGE("netns_minisockets_limit", NULL,
			    "net.ipv4.tcp_max_tw_buckets of the network namespace."),
		  limit },
		{ { .name = "twinspect_netns_tw_overflow",
		    .type = TWI_METRIC_counter,
		    .help = "Closed without TIME-WAIT at that limit (TCPTimeWaitOverflow)." },
		  overflow },
		{ TWI_GAUGE("conntrack_entries", NULL,
			    "Entries of connection tracking in the network namespace."),
		  conntrack },
	};
	static const struct twi_family conntrack_limit =
		TWI_GAUGE("conntrack_entries_limit", NULL,
			  "net.netfilter.nf_conntrack_max, one limit for each namespace's own entries.");
	size_t shown = twi_export_shown(export, export->nspaces);

	if (!export->netns.schema)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(metrics); i++) {
		twi_metrics_family(&export->metrics, &metrics[i].family);
		for (size_t j = 0; j < shown; j++) {
			const struct twi_export_space *space =
				&export->space[j];
			struct twi_str id =
				twi_count(space->row[TWI_netns_netns], true);

			twi_metrics_count(&export->metrics,
					  TWI_LABELS({ "netns", id.s }),
					  metrics[i].value(space));
		}
	}
	add_count(export, &conntrack_limit, export->conntrack_max);
	add_spaces_rest(export);
}

/*
 * What a row is found by, but for the cookie: no two namespaces that are held
 * have one inode number.  So no two rows have the same labels, which would
 * make a collector refuse them all.
 */
struct group_labels {
	struct twi_str		netns;
	struct twi_str		port;
	struct twi_str		dev;
	struct twi_label	label[9];
};

/* The state is left out if it is NULL. */
static void set_labels(struct group_labels *labels,
		       const struct twi_model *model, const int64_t *row,
		       const char *state)
{
	const struct twi_label label[] = {
		{ "netns", labels->netns.s },
		{ "side", twi_model_text(model, row, TWI_tuples_side) },
		{ "local", twi_model_text(model, row, TWI_tuples_local) },
		{ "remote", twi_model_text(model, row, TWI_tuples_remote) },
		{ "fixed", twi_model_text(model, row, TWI_tuples_fixed) },
		{ "port", labels->port.s },
		{ "dev", labels->dev.s },
		{ state ? "state" : NULL, state },
		{ NULL, NULL },
	};

	labels->netns = twi_count(row[TWI_tuples_netns], true);
	labels->port = twi_count(row[TWI_tuples_port], true);
	labels->dev = twi_count(row[TWI_tuples_dev], true);
	memcpy(labels->label, label, sizeof(label));
}

static double used_ratio(const int64_t *row)
{
	double share = twi_group_share(row);

	return share < 0 ? NAN : share;
}

static double exhaustion(const int64_t *row)
{
	if (row[TWI_tuples_capacity] < 0)
		return NAN;
	if (row[TWI_tuples_exhausted_s] < 0)
		return INFINITY;
	return row[TWI_tuples_exhausted_s];
}

/* Only of groups whose capacity is known: which connect() draws from. */
static void add_supplies(struct twi_export *export, size_t shown)
{
	static const struct {
		struct twi_family	family;
		int			column;
		double			(*value)(const int64_t *row);
	} metrics[] = {
		{ TWI_GAUGE("tuple_used_ratio", "ratio",
			    "Part of the ports that connect() may choose from that is in use."),
		  -1, used_ratio },
		{ TWI_GAUGE("tuple_used_ports", "ports",
			    "Ports in use of those that connect() may choose from."),
		  TWI_tuples_used, NULL },
		{ TWI_GAUGE("tuple_capacity_ports", "ports",
			    "Ports that connect() may choose from."),
		  TWI_tuples_capacity, NULL },
		{ TWI_GAUGE("tuple_left_ports", "ports",
			    "Ports that connect() still gets, taking over TIME-WAIT."),
		  TWI_tuples_left, NULL },
		{ TWI_GAUGE("tuple_exhaustion_seconds", "seconds",
			    "Time until none is left at the present rate of closings, or +Inf."),
		  -1, exhaustion },
	};
	struct twi_metrics *m = &export->metrics;
	struct group_labels labels;

	for (size_t i = 0; i < ARRAY_SIZE(metrics); i++) {
		twi_metrics_family(m, &metrics[i].family);
		for (size_t j = 0; j < shown; j++) {
			const int64_t *row = export->groups.row[j];

			set_labels(&labels, &export->tuples, row, NULL);
			if (metrics[i].value)
				twi_metrics_real(m, labels.label,
						 metrics[i].value(row));
			else
				twi_metrics_count(m, labels.label,
						  row[metrics[i].column]);
		}
	}
}

static const struct {
	const char	*name;
	int		column;
} states[] = {
	{ "tw", TWI_tuples_tw },
	{ "fw2", TWI_tuples_fw2 },
	{ "live", TWI_tuples_live },
};

static void add_group_sockets(struct twi_export *export, size_t shown)
{
	static const struct twi_family family =
		TWI_GAUGE("tuple_sockets", NULL,
			  "Sockets that share their supply of ports: TIME-WAIT, FIN-WAIT-2 minisockets, all others.");
	struct group_labels labels;

	twi_metrics_family(&export->metrics, &family);
	for (size_t i = 0; i < shown; i++) {
		const int64_t *row = export->groups.row[i];

		for (size_t j = 0; j < ARRAY_SIZE(states); j++) {
			set_labels(&labels, &export->tuples, row,
				   states[j].name);
			twi_metrics_count(&export->metrics, labels.label,
					  row[states[j].column]);
		}
	}
}

/* Sums over the groups beyond the shown ones and the row that has no group. */
static void add_groups_rest(struct twi_export *export, size_t first)
{
	static const struct twi_family family =
		TWI_GAUGE("tuples_not_shown_sockets", NULL,
			  "Sockets of the groups without metrics of their own.");

	twi_metrics_family(&export->metrics, &family);
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		int64_t sum = 0;

		for (size_t j = first; j < export->groups.n; j++)
			sum = twi_sum(sum, export->groups.row[j]
					   [states[i].column]);
		twi_metrics_count(&export->metrics,
				  TWI_LABELS({ "state", states[i].name }), sum);
	}
}

void twi_export_groups(struct twi_export *export)
{
	static const struct twi_family total =
		TWI_GAUGE("tuples", NULL,
			  "Groups of sockets that share their supply of ports.");
	static const struct twi_family not_shown =
		TWI_GAUGE("tuples_not_shown", NULL,
			  "Of these, groups beyond --top, without metrics of their own.");
	static const struct twi_family complete =
		TWI_GAUGE("tuples_complete", NULL,
			  "1 if every group was counted, 0 if there were more than the module holds.");
	static const struct twi_family bound =
		TWI_GAUGE("tuples_unseen_bind_buckets", NULL,
			  "Bind buckets that were not looked at: sockets on their ports count as outbound.");
	const struct twi_keys *keys = &export->tuples.keys;
	size_t groups, shown;

	if (!export->tuples.schema)
		return;
	groups = twi_groups_without_rest(&export->groups);
	shown = twi_export_shown(export, groups);
	add_supplies(export, shown);
	add_group_sockets(export, shown);
	add_count(export, &total, twi_num(keys, "groups"));
	add_count(export, &not_shown, groups - shown);
	add_groups_rest(export, shown);
	add_count(export, &complete, twi_num(keys, "complete"));
	add_count(export, &bound, twi_num(keys, "binds_overflow"));
}
