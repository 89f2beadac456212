/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * export.h - what the parts of "twinspect export" share: what was read, and
 * what turns it into metrics.
 */
#ifndef TWINSPECT_EXPORT_H
#define TWINSPECT_EXPORT_H

#include "groups.h"
#include "metrics.h"
#include "model.h"
#include "view.h"

/* What --top may be at most: a group has eight samples, a namespace four. */
#define TWI_EXPORT_TOP_MAX	1000

#define TWI_GAUGE(n, u, h)							\
	{ .name = "twinspect_" n, .unit = u, .help = h }

/* A network namespace that is shown: a row of netns, and its /proc. */
struct twi_export_space {
	const int64_t	*row;
	int64_t		overflow;	/* TCPTimeWaitOverflow */
	int64_t		conntrack;	/* entries */
};

/* A file that is not there has a model without a schema and keys. */
struct twi_export {
	struct twi_metrics	metrics;
	size_t			top;
	struct twi_model	summary;
	struct twi_model	netns;
	struct twi_model	tuples;
	struct twi_model	deathrow;
	struct twi_model	caps;
	/* fullest first: all of them, of which top are shown */
	struct twi_groups	groups;
	struct twi_export_space	*space;
	size_t			nspaces;
	int64_t			conntrack_max;
};

static inline size_t twi_export_shown(const struct twi_export *export,
				      size_t n)
{
	return n < export->top ? n : export->top;
}

/* export_machine.c: from summary, deathrow and caps, and of each pass. */
void twi_export_machine(struct twi_export *export);

/* export_top.c: of the fullest namespaces and groups. */
void twi_export_spaces(struct twi_export *export);
void twi_export_groups(struct twi_export *export);

#endif /* TWINSPECT_EXPORT_H */
