/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * report.h - what the parts of "twinspect report" share: what was read, and
 * the sections, each of which writes its part of the document.
 */
#ifndef TWINSPECT_REPORT_H
#define TWINSPECT_REPORT_H

#include "capacity.h"
#include "doctor.h"
#include "grid.h"
#include "model.h"
#include "view.h"

/* The files that sections are made from; what the doctor reads is its own. */
#define TWI_REPORT_FILES(X)						\
	X(summary)							\
	X(netns)							\
	X(caps)								\
	X(deathrow)							\
	X(tuples)							\
	X(bind_buckets)							\
	X(ehash_buckets)

#define TWI_ENUM_report(name)	TWI_REPORT_##name,
enum twi_report_file { TWI_REPORT_FILES(TWI_ENUM_report) TWI_REPORT_NFILES };

extern const char *const twi_report_names[TWI_REPORT_NFILES];

struct twi_report {
	struct twi_view		*view;
	FILE			*out;
	struct twi_exam		exam;
	/* what exam does not have; of the longest files, the keys alone */
	struct twi_model	own[TWI_REPORT_NFILES];
	/* never NULL; without keys if the file is missing */
	const struct twi_model	*model[TWI_REPORT_NFILES];
	char			*missing[TWI_REPORT_NFILES];
	struct twi_grids	grids;
	struct twi_capacity	capacity;
	char			*host;		/* NULL: not known */
};

/*
 * report_read.c: a file that is missing leaves the reason, any other fault
 * fails.  Returns 0, or -1 with view->err set and nothing to be freed.
 */
int twi_report_read(struct twi_report *report, struct twi_view *view);
void twi_report_free(struct twi_report *report);

static inline const struct twi_keys *
twi_report_keys(const struct twi_report *report, enum twi_report_file file)
{
	return &report->model[file]->keys;
}

/* report_verdict.c */
void twi_report_verdict(const struct twi_report *report);

/* report_totals.c */
void twi_report_totals(const struct twi_report *report);
void twi_report_memory(const struct twi_report *report);
void twi_report_netns(const struct twi_report *report);
void twi_report_passes(const struct twi_report *report);

/* report_hash.c */
void twi_report_map(const struct twi_report *report);
void twi_report_chains(const struct twi_report *report);

/* report_time.c */
void twi_report_deathrow(const struct twi_report *report);
void twi_report_closed(const struct twi_report *report);

/* report_ports.c */
void twi_report_ports(const struct twi_report *report);

/* The style sheet and the script, with what a policy lets them in by. */
extern const char twi_report_css[], twi_report_css_hash[];
extern const char twi_report_js[], twi_report_js_hash[];

#endif /* TWINSPECT_REPORT_H */
