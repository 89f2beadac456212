/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * json.h - the machine view: keys and columns under the names they have in
 * the file.
 */
#ifndef TWINSPECT_JSON_H
#define TWINSPECT_JSON_H

#include "capacity.h"
#include "diff.h"
#include "groups.h"
#include "overview.h"
#include "replay.h"
#include "view.h"

/* One file, however long: written row by row after a first reading of it. */
int twi_json_file(struct twi_view *view, const char *file);

/* The file tuples, with these rows of it, as many as view->filter.top says. */
void twi_json_groups(const struct twi_view *view,
		     const struct twi_groups *groups);

/* What each destination can take: as many as view->filter.top says. */
void twi_json_capacity(const struct twi_view *view,
		       const struct twi_capacity *capacity);

/* The files of the overview, each under its name, and the slab caches. */
void twi_json_overview(const struct twi_view *view,
		       const struct twi_overview *overview);

/* What each snapshot of a recording has, in few words. */
void twi_json_moments(const struct twi_view *view,
		      const struct twi_moments *moments);

/* What changed; of the groups as many as view->filter.top says. */
void twi_json_diff(const struct twi_view *view, const struct twi_diff *diff);

#endif /* TWINSPECT_JSON_H */
