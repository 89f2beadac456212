/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * view.h - what every view gets: where its files are and how the user wants
 * to see them; and the views themselves, one for each subcommand.
 */
#ifndef TWINSPECT_VIEW_H
#define TWINSPECT_VIEW_H

#include <stdbool.h>

#include "error.h"
#include "source.h"

struct twi_view {
	struct twi_source	source;
	struct twi_error	err;
	unsigned int		width;
	bool			utf8;
	bool			json;
	bool			pretty;
	bool			numeric;
	bool			no_header;
	bool			verbose;
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
int twi_view_netns(struct twi_view *view);
int twi_view_caps(struct twi_view *view);

#endif /* TWINSPECT_VIEW_H */
