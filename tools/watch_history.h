/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * watch_history.h - what "twinspect watch" has read: the last pass of each
 * file, the one before it, and what has changed between the two.
 */
#ifndef TWINSPECT_WATCH_HISTORY_H
#define TWINSPECT_WATCH_HISTORY_H

#include "model.h"
#include "units.h"

enum twi_history_file {
	TWI_HISTORY_summary,
	TWI_HISTORY_deathrow,
	TWI_HISTORY_tuples,
	TWI_NHISTORY
};

struct twi_reading {
	struct twi_model	model;
	int64_t			mono_ns;	/* CLOCK_MONOTONIC */
	bool			there;
};

struct twi_history {
	struct twi_reading	now[TWI_NHISTORY];
	struct twi_reading	before[TWI_NHISTORY];
	int64_t			took_ns;	/* the last time; 0: never */
	bool			failed;		/* then, for the reason in err */
	struct twi_error	err;
};

/*
 * Read files, by bits 1 << TWI_HISTORY_...; mono_ns is the time now.  One that
 * can't be read stays as it was.  One whose pass is the same as last time does
 * not push out the pass before.
 */
void twi_history_read(struct twi_history *history,
		      const struct twi_source *source, unsigned int files,
		      int64_t mono_ns);

/* The last pass of a file, NULL if it was never read. */
const struct twi_model *twi_history_now(const struct twi_history *history,
					enum twi_history_file file);

/* The files that were never read, as bits. */
unsigned int twi_history_missing(const struct twi_history *history);

/* When the last pass of these files began, unknown if there is none. */
int64_t twi_history_time(const struct twi_history *history,
			 unsigned int files);

/* A change by the second: +1,204, -3.5, or - if it is not known. */
typedef int64_t (*twi_value_fn)(const struct twi_keys *keys, const char *name);

struct twi_str twi_history_rate(const struct twi_history *history,
				enum twi_history_file file,
				twi_value_fn value, const char *name);

void twi_history_free(struct twi_history *history);

#endif /* TWINSPECT_WATCH_HISTORY_H */
