/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * grid.h - the buckets of a hash table of any size, folded into a bounded
 * number of cells.
 */
#ifndef TWINSPECT_GRID_H
#define TWINSPECT_GRID_H

#include <stddef.h>
#include <stdint.h>

#include "parse.h"

/* Of the shared table, and of one that a namespace owns. */
#define TWI_GRID_CELLS		8192
#define TWI_GRID_CELLS_OWN	2048

/* Sums and the maximum over the buckets of a cell. */
struct twi_cell {
	int64_t	sockets;
	int64_t	tw;
	int64_t	used;		/* buckets that are not empty */
	int64_t	longest;
};

void twi_cell_add(struct twi_cell *sum, const struct twi_cell *cell);

struct twi_grid {
	int64_t		table;
	int64_t		limit;		/* of cells */
	int64_t		size;		/* buckets; 0 if that is not known */
	int64_t		per;		/* buckets in a cell */
	int64_t		end;		/* the last bucket that was seen, + 1 */
	int64_t		worst;		/* the bucket of the longest chain */
	struct twi_cell	all;
	struct twi_cell	cell[TWI_GRID_CELLS];
};

/* The size is 0 or less if it is not known. */
void twi_grid_init(struct twi_grid *grid, int64_t table, int64_t size);
void twi_grid_add(struct twi_grid *grid, const int64_t *row);

/* Its buckets: as many as are known of, if its size is not known. */
int64_t twi_grid_size(const struct twi_grid *grid);

/* How many cells the table takes, and the buckets that this one has. */
size_t twi_grid_cells(const struct twi_grid *grid);
int64_t twi_grid_buckets(const struct twi_grid *grid, size_t cell);

/* Tables of namespaces that are kept, those with the most sockets. */
#define TWI_GRIDS_OWN	2

struct twi_grids {
	struct twi_grid	*shared;
	struct twi_grid	*own[TWI_GRIDS_OWN];
	size_t		nown;
	int64_t		tables;		/* of namespaces that have a socket */
	int64_t		unknown;	/* rows without bucket or count */
};

/*
 * Fold the rows of ehash_buckets; size(data, table) tells how many buckets a
 * table has, 0 if that is not known.  Returns 0, or -1 with p's error set.
 */
int twi_grids_read(struct twi_grids *grids, struct twi_parse *p,
		   int64_t (*size)(const void *data, int64_t table),
		   const void *data);
void twi_grids_free(struct twi_grids *grids);

#endif /* TWINSPECT_GRID_H */
