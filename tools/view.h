/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * view.h - what every view gets: where its files are and how the user wants
 * to see them; and the views themselves, one for each subcommand.
 */
#ifndef TWINSPECT_VIEW_H
#define TWINSPECT_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "source.h"

/* What --sort names; the order of the file is that of none. */
enum twi_sort {
	TWI_SORT_file,
	TWI_SORT_used,
	TWI_SORT_sockets,
	TWI_SORT_tw,
	TWI_SORT_live,
	TWI_SORT_rate,
	TWI_SORT_left,
	TWI_SORT_exhausted,
	TWI_SORT_probes,
	TWI_SORT_age,
	TWI_NSORTS
};

/* Which groups of tuples to show: -1 where the user did not say. */
struct twi_filter {
	int64_t		netns;
	int64_t		port;
	int64_t		top;		/* 0: all */
	int		side;
	int		family;		/* 4, 6, or 0 for both */
	enum twi_sort	sort;
	bool		reverse;	/* what is last comes first */
};

/* What if: another port range, and so many times as many; 0 if not said. */
struct twi_plan {
	int64_t		low;
	int64_t		high;
	int64_t		ports;
	int64_t		sources;
	int64_t		destinations;
};

/* What "twinspect record" is to do. */
struct twi_record {
	int64_t		interval;	/* s */
	int64_t		count;		/* 0: until it is told to stop */
	int64_t		max_size;	/* bytes */
	int64_t		files;		/* of TWI_FILES(), as bits */
	bool		named;		/* each of them, so that none may lack */
};

struct twi_view {
	struct twi_source	source;
	const char		*root;		/* NULL: not given */
	const char		*at;		/* snapshot of it; NULL likewise */
	const char		*from;
	const char		*to;
	char			**operand;	/* words after the command */
	int			noperands;
	struct twi_error	err;
	struct twi_filter	filter;
	struct twi_plan		plan;
	struct twi_record	record;
	unsigned int		width;
	unsigned int		height;
	bool			utf8;
	bool			json;
	bool			pretty;
	bool			numeric;
	bool			no_header;
	bool			verbose;
	const char		*sysroot;	/* before /proc; NULL: not given */
	const char		*output;	/* NULL: stdout */
	bool			openmetrics;
	int64_t			interval;	/* s between readings, 0: not given */
	int			status;		/* to exit with after success */
};

/*
 * Each reads its files, checks them to the end and prints them to stdout.
 * Returns 0, or -1 with view->err set and nothing printed.
 */
int twi_view_overview(struct twi_view *view);
int twi_view_summary(struct twi_view *view);
int twi_view_ehash(struct twi_view *view);
int twi_view_deathrow(struct twi_view *view);
int twi_view_bind(struct twi_view *view);
int twi_view_tuples(struct twi_view *view);
int twi_view_capacity(struct twi_view *view);
int twi_view_netns(struct twi_view *view);
int twi_view_caps(struct twi_view *view);
int twi_view_doctor(struct twi_view *view);
int twi_view_record(struct twi_view *view);
int twi_view_replay(struct twi_view *view);
int twi_view_diff(struct twi_view *view);
int twi_view_export(struct twi_view *view);
int twi_view_report(struct twi_view *view);

/* A screen, until the user leaves it: nothing is printed. */
int twi_view_watch(struct twi_view *view);

#endif /* TWINSPECT_VIEW_H */
