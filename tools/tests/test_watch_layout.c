// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * test_watch_layout.c - at any size the panels stay within the screen and out
 * of each other's way, and leave no row unused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "watch_layout.h"

#define ROWS_MAX	120
#define COLS_MAX	240

static void mark(char *screen, int cols, const struct twi_rect *rect)
{
	for (int row = rect->row; row < rect->row + rect->rows; row++) {
		for (int col = rect->col; col < rect->col + rect->cols; col++) {
			assert_int_equal(screen[row * cols + col], 0);
			screen[row * cols + col] = 1;
		}
	}
}

/* Each row has something in its first column. */
static void check(int rows, int cols, enum twi_panel zoom)
{
	static char screen[ROWS_MAX * COLS_MAX];
	struct twi_layout layout;

	memset(screen, 0, rows * cols);
	twi_layout_find(&layout, rows, cols, zoom);
	assert_true(layout.fits);
	mark(screen, cols, &layout.title);
	mark(screen, cols, &layout.status);
	for (int i = 0; i < TWI_NPANELS; i++) {
		const struct twi_rect *rect = &layout.panel[i];

		if (!rect->rows)
			continue;
		assert_true(rect->rows >= 3 && rect->cols >= 34);
		assert_true(rect->row >= 1 && rect->col >= 0);
		assert_true(rect->row + rect->rows < rows);
		assert_true(rect->col + rect->cols <= cols);
		mark(screen, cols, rect);
	}
	for (int row = 0; row < rows; row++)
		assert_int_equal(screen[row * cols], 1);
}

static void all_sizes(void **state)
{
	(void)state;
	for (int rows = TWI_SCREEN_ROWS_MIN; rows <= ROWS_MAX; rows++) {
		for (int cols = TWI_SCREEN_COLS_MIN; cols <= COLS_MAX; cols++) {
			for (int zoom = 0; zoom <= TWI_NPANELS; zoom++)
				check(rows, cols, zoom);
		}
	}
}

static void expect(int rows, int cols, const int *panel_rows)
{
	struct twi_layout layout;

	twi_layout_find(&layout, rows, cols, TWI_PANEL_all);
	for (int i = 0; i < TWI_NPANELS; i++)
		assert_int_equal(layout.panel[i].rows, panel_rows[i]);
}

static void known_sizes(void **state)
{
	(void)state;
	expect(10, 40, (const int[]){ 4, 0, 0, 4, 0 });
	expect(17, 80, (const int[]){ 4, 5, 5, 3, 3 });
	expect(24, 80, (const int[]){ 5, 7, 7, 6, 4 });
	expect(40, 120, (const int[]){ 5, 12, 12, 12, 9 });
	expect(200, 80, (const int[]){ 5, 13, 13, 169, 11 });
}

static void zooms(void **state)
{
	struct twi_layout layout;

	(void)state;
	twi_layout_find(&layout, 24, 80, TWI_PANEL_chains);
	for (int i = 0; i < TWI_NPANELS; i++)
		assert_int_equal(layout.panel[i].rows,
				 i == TWI_PANEL_chains ? 22 : 0);
}

static void too_small(void **state)
{
	struct twi_layout layout;

	(void)state;
	for (int zoom = 0; zoom <= TWI_NPANELS; zoom++) {
		twi_layout_find(&layout, TWI_SCREEN_ROWS_MIN - 1, 200, zoom);
		assert_false(layout.fits);
		assert_int_equal(layout.panel[TWI_PANEL_totals].rows, 0);
		twi_layout_find(&layout, 200, TWI_SCREEN_COLS_MIN - 1, zoom);
		assert_false(layout.fits);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_sizes),
		cmocka_unit_test(known_sizes),
		cmocka_unit_test(zooms),
		cmocka_unit_test(too_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
