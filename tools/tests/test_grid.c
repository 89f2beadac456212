// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * test_grid.c - buckets in cells, of tables of any size, known or not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "grid.h"
#include "units.h"

static struct twi_grid grid;

static void add(int64_t bucket, int64_t sockets, int64_t tw)
{
	const int64_t row[] = {
		[TWI_ehash_table] = 0,
		[TWI_ehash_bucket] = bucket,
		[TWI_ehash_sockets] = sockets,
		[TWI_ehash_tw] = tw,
		[TWI_ehash_fw2] = 0,
	};

	twi_grid_add(&grid, row);
}

static void cell_is(size_t cell, int64_t sockets, int64_t used,
		    int64_t longest)
{
	assert_int_equal(grid.cell[cell].sockets, sockets);
	assert_int_equal(grid.cell[cell].used, used);
	assert_int_equal(grid.cell[cell].longest, longest);
}

static void small(void **state)
{
	(void)state;
	twi_grid_init(&grid, 0, 4096);
	add(0, 1, 1);
	add(4095, 7, 2);
	assert_int_equal(grid.per, 1);
	assert_int_equal(twi_grid_cells(&grid), 4096);
	cell_is(0, 1, 1, 1);
	cell_is(1, 0, 0, 0);
	cell_is(4095, 7, 1, 7);
	assert_int_equal(grid.worst, 4095);
	assert_int_equal(grid.all.sockets, 8);
	assert_int_equal(grid.all.tw, 3);
}

/* 62 buckets a cell, and what is left in the last one. */
static void uneven(void **state)
{
	(void)state;
	twi_grid_init(&grid, 0, 500000);
	for (int64_t i = 0; i < 500000; i++)
		add(i, 3, 2);
	assert_int_equal(grid.per, 62);
	assert_int_equal(twi_grid_cells(&grid), 8065);
	assert_int_equal(twi_grid_buckets(&grid, 8063), 62);
	assert_int_equal(twi_grid_buckets(&grid, 8064), 500000 - 8064 * 62);
	cell_is(8064, 3 * (500000 - 8064 * 62), 500000 - 8064 * 62, 3);
	assert_int_equal(grid.all.used, 500000);
}

/* Nothing is lost where two cells become one, however often. */
static void unknown_size(void **state)
{
	(void)state;
	twi_grid_init(&grid, 0, TWI_UNKNOWN);
	add(0, 1, 1);
	add(1, 5, 1);
	add(TWI_GRID_CELLS - 1, 2, 1);
	cell_is(1, 5, 1, 5);
	add(4 * TWI_GRID_CELLS - 1, 9, 1);
	assert_int_equal(grid.per, 4);
	assert_int_equal(twi_grid_cells(&grid), TWI_GRID_CELLS);
	assert_int_equal(twi_grid_size(&grid), 4 * TWI_GRID_CELLS);
	cell_is(0, 6, 2, 5);
	cell_is(TWI_GRID_CELLS / 4 - 1, 2, 1, 2);
	cell_is(TWI_GRID_CELLS - 1, 9, 1, 9);
	assert_int_equal(grid.all.sockets, 17);
	assert_int_equal(grid.worst, 4 * TWI_GRID_CELLS - 1);
}

/* A table of a namespace has fewer cells. */
static void owned(void **state)
{
	(void)state;
	twi_grid_init(&grid, 4026532000, 4096);
	add(4095, 7, 2);
	assert_int_equal(grid.per, 2);
	assert_int_equal(twi_grid_cells(&grid), TWI_GRID_CELLS_OWN);
	cell_is(TWI_GRID_CELLS_OWN - 1, 7, 1, 7);
	add(4096, 1, 1);
	cell_is(TWI_GRID_CELLS_OWN - 1, 0, 0, 0);
	cell_is(TWI_GRID_CELLS_OWN / 2 - 1, 7, 1, 7);
	cell_is(TWI_GRID_CELLS_OWN / 2, 1, 1, 1);
}

/* A bucket that the table must not have, and numbers that are garbled. */
static void garbled(void **state)
{
	(void)state;
	twi_grid_init(&grid, 0, 16);
	add(INT64_MAX, INT64_MAX, INT64_MAX);
	add(0, 1, TWI_UNKNOWN);
	assert_int_equal(twi_grid_cells(&grid), TWI_GRID_CELLS);
	cell_is(0, 1, 1, 1);
	cell_is(TWI_GRID_CELLS - 1, INT64_MAX, 1, INT64_MAX);
	assert_int_equal(grid.all.sockets, INT64_MAX);
	assert_int_equal(grid.all.tw, TWI_UNKNOWN);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(small),
		cmocka_unit_test(uneven),
		cmocka_unit_test(unknown_size),
		cmocka_unit_test(owned),
		cmocka_unit_test(garbled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
