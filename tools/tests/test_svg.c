// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * test_svg.c - steps of an axis, and the shades of a map.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "svg.h"

static void steps(void **state)
{
	(void)state;
	assert_true(twi_nice_step(0, 4, false) == 1);
	assert_true(twi_nice_step(4, 4, false) == 1);
	assert_true(twi_nice_step(4.1, 4, false) == 1.5);
	assert_true(twi_nice_step(4.1, 4, true) == 2);
	assert_true(twi_nice_step(0.2, 4, true) == 1);
	assert_true(twi_nice_step(600, 4, true) == 150);
	assert_true(twi_nice_step(605, 4, true) == 200);
	assert_true(twi_nice_step(999, 1, true) == 1000);
	/* n steps of it always reach it */
	for (double max = 1; max < 1e18; max *= 1.7)
		assert_true(4 * twi_nice_step(max, 4, true) >= max);
}

static struct twi_map shaded(const double *value, size_t n)
{
	struct twi_map map = { .value = value, .n = n };

	twi_map_shades(&map, true);
	return map;
}

static void shades(void **state)
{
	double value[1000];
	struct twi_map map;

	(void)state;
	memset(value, 0, sizeof(value));
	map = shaded(value, 1000);
	assert_true(map.max == 0);
	/* what is empty has its own shade: it does not stretch the scale */
	for (int i = 500; i < 1000; i++)
		value[i] = 10 + i % 5;
	map = shaded(value, 1000);
	assert_true(map.low == 10 && map.step == 1 && map.max == 14);
	/* nor do a few that are far above all others */
	value[3] = 70000;
	map = shaded(value, 1000);
	assert_true(map.low == 10 && map.step == 1 && map.max == 70000);
}

/* What is written, to be freed. */
static char *written(const struct twi_map *map)
{
	size_t len;
	char *text;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	twi_svg_map(out, map);
	fclose(out);
	return text;
}

/* Cells side by side of one shade are one piece, but for the end of a row. */
static void cells(void **state)
{
	static const double value[] = { 1, 1, 0, 0, 2, 2 };
	struct twi_map map = {
		.id = "m", .title = "t", .text = "d", .unit = "u",
		.value = value, .n = 6, .columns = 3, .per = 1, .mark = 6,
	};
	char *text;

	(void)state;
	twi_map_shades(&map, true);
	text = written(&map);
	assert_non_null(strstr(text, "class=\"s0\" d=\"M2 0h1v1h-1zM0 1h1v1h-1z\""));
	assert_non_null(strstr(text, "class=\"s1\" d=\"M0 0h2v1h-2z\""));
	assert_non_null(strstr(text, "class=\"s2\" d=\"M1 1h2v1h-2z\""));
	assert_non_null(strstr(text, "data-cells=\"1 1 0 0 2 2 \""));
	assert_null(strstr(text, "mark"));
	free(text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps),
		cmocka_unit_test(shades),
		cmocka_unit_test(cells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
