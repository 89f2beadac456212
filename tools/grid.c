// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * grid.c - folds buckets into cells as they come: a table that turns out to
 * be larger than the cells reach has two of them made one.  Draws nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "grid.h"
#include "units.h"

void twi_grid_init(struct twi_grid *grid, int64_t table, int64_t size)
{
	memset(grid, 0, sizeof(*grid));
	grid->table = table;
	grid->limit = table ? TWI_GRID_CELLS_OWN : TWI_GRID_CELLS;
	grid->size = size > 0 ? size : 0;
	grid->per = grid->size / grid->limit + !!(grid->size % grid->limit);
	if (!grid->per)
		grid->per = 1;
	grid->worst = TWI_UNKNOWN;
}

void twi_cell_add(struct twi_cell *sum, const struct twi_cell *cell)
{
	sum->sockets = twi_sum(sum->sockets, cell->sockets);
	sum->tw = twi_sum(sum->tw, cell->tw);
	sum->used = twi_sum(sum->used, cell->used);
	if (cell->longest > sum->longest)
		sum->longest = cell->longest;
}

static void fold(struct twi_grid *grid)
{
	size_t half = grid->limit / 2;

	for (size_t i = 0; i < half; i++) {
		struct twi_cell cell = grid->cell[2 * i];

		twi_cell_add(&cell, &grid->cell[2 * i + 1]);
		grid->cell[i] = cell;
	}
	memset(&grid->cell[half], 0, half * sizeof(grid->cell[0]));
	grid->per *= 2;
}

void twi_grid_add(struct twi_grid *grid, const int64_t *row)
{
	const struct twi_cell cell = {
		.sockets = row[TWI_ehash_sockets],
		.tw = row[TWI_ehash_tw],
		.used = 1,
		.longest = row[TWI_ehash_sockets],
	};
	int64_t bucket = row[TWI_ehash_bucket];

	while (bucket / grid->per >= grid->limit)
		fold(grid);
	if (bucket >= grid->end)
		grid->end = twi_sum(bucket, 1);
	if (cell.longest > grid->all.longest)
		grid->worst = bucket;
	twi_cell_add(&grid->all, &cell);
	twi_cell_add(&grid->cell[bucket / grid->per], &cell);
}

int64_t twi_grid_size(const struct twi_grid *grid)
{
	return grid->size > grid->end ? grid->size : grid->end;
}

size_t twi_grid_cells(const struct twi_grid *grid)
{
	int64_t size = twi_grid_size(grid);

	return size / grid->per + !!(size % grid->per);
}

int64_t twi_grid_buckets(const struct twi_grid *grid, size_t cell)
{
	int64_t left = twi_grid_size(grid) - grid->per * (int64_t)cell;

	return left < grid->per ? left : grid->per;
}

static void free_grid(struct twi_grid **grid)
{
	free(*grid);
	*grid = NULL;
}

/* Where the next table goes: the one with the fewest sockets makes room. */
static struct twi_grid **place(struct twi_grids *grids, int64_t table)
{
	struct twi_grid **least = &grids->own[0];

	if (!table)
		return &grids->shared;
	if (grids->nown < TWI_GRIDS_OWN)
		return &grids->own[grids->nown++];
	for (size_t i = 1; i < TWI_GRIDS_OWN; i++) {
		if (grids->own[i]->all.sockets < (*least)->all.sockets)
			least = &grids->own[i];
	}
	return least;
}

static void keep(struct twi_grids *grids, struct twi_grid *grid)
{
	struct twi_grid **to = place(grids, grid->table);

	grids->tables += !!grid->table;
	if (*to && (*to)->all.sockets >= grid->all.sockets) {
		free(grid);
		return;
	}
	free(*to);
	*to = grid;
}

int twi_grids_read(struct twi_grids *grids, struct twi_parse *p,
		   int64_t (*size)(const void *data, int64_t table),
		   const void *data)
{
	struct twi_grid *grid = NULL;
	int ret;

	memset(grids, 0, sizeof(*grids));
	while ((ret = twi_parse_row(p)) > 0) {
		int64_t table = p->row[TWI_ehash_table];

		if (table < 0 || p->row[TWI_ehash_bucket] < 0 ||
		    p->row[TWI_ehash_sockets] < 0) {
			grids->unknown++;
			continue;
		}
		/* the rows of a table come one after the other */
		if (grid && grid->table != table) {
			keep(grids, grid);
			grid = NULL;
		}
		if (!grid) {
			grid = twi_alloc(NULL, 1, sizeof(*grid));
			twi_grid_init(grid, table, size(data, table));
		}
		twi_grid_add(grid, p->row);
	}
	if (grid)
		keep(grids, grid);
	if (ret)
		twi_grids_free(grids);
	return ret;
}

void twi_grids_free(struct twi_grids *grids)
{
	free_grid(&grids->shared);
	for (size_t i = 0; i < grids->nown; i++)
		free_grid(&grids->own[i]);
	memset(grids, 0, sizeof(*grids));
}
