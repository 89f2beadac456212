/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * groups.h - the groups of the file tuples that the user asks for, in the
 * order asked for; how one is named; and tables with a line for each.
 */
#ifndef TWINSPECT_GROUPS_H
#define TWINSPECT_GROUPS_H

#include "model.h"
#include "table.h"
#include "view.h"

/* Rows of a model of tuples. */
struct twi_groups {
	const struct twi_model	*model;
	const int64_t		**row;
	size_t			n;
};

/* The rows that are wanted, in the order of the file.  To be freed. */
void twi_groups_select(const struct twi_filter *filter,
		       const struct twi_model *model,
		       bool (*wanted)(const struct twi_filter *filter,
				      const struct twi_model *model,
				      const int64_t *row),
		       struct twi_groups *groups);

/*
 * The rows that the filter lets pass, sorted by its key; the row of all
 * other sockets, if it is among them, comes last.  To be freed.
 */
void twi_groups_pick(const struct twi_filter *filter,
		     const struct twi_model *model, struct twi_groups *groups);

/* How many there are before the row of all other sockets. */
size_t twi_groups_without_rest(const struct twi_groups *groups);

/* Forget that row. */
void twi_groups_drop_rest(struct twi_groups *groups);

void twi_groups_free(struct twi_groups *groups);

/* Whether some groups may have been left out. */
bool twi_filter_any(const struct twi_filter *filter);

/* The key that --sort names: false if there is none of this name. */
bool twi_sort_find(const char *name, enum twi_sort *sort);

const char *twi_sort_name(enum twi_sort sort);

/* All sockets of a group. */
int64_t twi_group_sockets(const int64_t *row);

/* The part of its ports in use, far below 0 if that is not known. */
double twi_group_share(const int64_t *row);

/* Where the kernel takes it for local traffic, as tcp_tw_reuse=2 does. */
bool twi_group_is_loopback(const struct twi_model *model, const int64_t *row);

struct twi_pair {
	char	s[192];
};

/*
 * The addresses with their ports, "*" for the end that is free:
 * 10.0.0.1:* > 192.0.2.7:443 outbound, < inbound, - bound.
 */
struct twi_pair twi_group_pair(const struct twi_model *model,
			       const int64_t *row);

/*
 * The cells that follow the name of a group.  add() adds those of line i and,
 * if width is not 0, a bar of that width.
 */
struct twi_cells {
	const char	*headings;
	void		(*add)(struct twi_table *table, const void *data,
			       size_t i, unsigned int width);
	const void	*data;
	/* lines of the screen that are no group's */
	size_t		around;
};

/*
 * Print a line for each group, or two where one is too short, as many as
 * view->filter.top says or the screen has room for; without headings, a line
 * for all.  Returns how many groups that left out.
 */
size_t twi_groups_print(const struct twi_view *view,
			const struct twi_groups *groups,
			const struct twi_cells *cells);

#endif /* TWINSPECT_GROUPS_H */
