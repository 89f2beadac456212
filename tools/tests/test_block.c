// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * test_block.c - the length of bars and the height of columns.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "block.h"

static void bar(int64_t value, int64_t max, unsigned int width, bool utf8,
		const char *expected)
{
	char *text = twi_bar(value, max, width, utf8);

	assert_string_equal(text, expected);
	free(text);
}

static void bars(void **state)
{
	(void)state;
	bar(0, 10, 5, false, "");
	bar(10, 10, 5, false, "#####");
	bar(5, 10, 6, false, "###");
	bar(1, 1000000, 5, false, "#");
	bar(-1, 10, 5, false, "");
	bar(1, 0, 5, false, "");
	bar(20, 10, 5, false, "#####");
	bar(INT64_MAX, INT64_MAX, 3, false, "###");
	bar(1, INT64_MAX, 0, false, "");
	bar(10, 10, 2, true, "██");
	bar(5, 16, 2, true, "▋");
	bar(15, 16, 2, true, "█▉");
	bar(1, 1000000, 2, true, "▏");
}

static void sparks(void **state)
{
	static const int64_t value[] = { 0, 1, 40, 80, -1 };
	char *text;

	(void)state;
	text = twi_spark(value, 5, false);
	assert_string_equal(text, " .=@ ");
	free(text);
	text = twi_spark(value, 5, true);
	assert_string_equal(text, " ▁▄█ ");
	free(text);
	text = twi_spark(value, 0, true);
	assert_string_equal(text, "");
	free(text);
}

static void chart_row(bool utf8, unsigned int wide, unsigned int row,
		      const char *expected)
{
	static const int64_t value[] = { 0, 1, 50, 75, 100, 1000, -1 };
	const struct twi_chart chart = {
		.value = value, .n = 7, .max = 100, .rows = 2, .wide = wide,
		.utf8 = utf8
	};
	char *text = twi_chart_row(&chart, row);

	assert_string_equal(text, expected);
	free(text);
}

static void charts(void **state)
{
	(void)state;
	chart_row(true, 2, 1, "      ▄▄████  ");
	chart_row(true, 2, 0, "  ▁▁████████  ");
	chart_row(false, 2, 1, "      ::####  ");
	chart_row(false, 2, 0, "  ..########  ");
	chart_row(true, 3, 0, "   ▁▁ ██ ██ ██ ██    ");
}

static void scales(void **state)
{
	(void)state;
	assert_int_equal(twi_round_up(-1), 1);
	assert_int_equal(twi_round_up(0), 1);
	assert_int_equal(twi_round_up(1), 1);
	assert_int_equal(twi_round_up(2), 2);
	assert_int_equal(twi_round_up(9), 9);
	assert_int_equal(twi_round_up(10), 10);
	assert_int_equal(twi_round_up(11), 20);
	assert_int_equal(twi_round_up(870), 900);
	assert_int_equal(twi_round_up(1001), 2000);
	assert_int_equal(twi_round_up(INT64_MAX), INT64_MAX);
}

static void clips(void **state)
{
	(void)state;
	assert_int_equal(twi_clip("abc", 2), 2);
	assert_int_equal(twi_clip("abc", 9), 3);
	assert_int_equal(twi_clip("abc", 0), 0);
	assert_int_equal(twi_clip("█▏c", 1), 3);
	assert_int_equal(twi_clip("█▏c", 2), 6);
	assert_int_equal(twi_clip("█▏c", 3), 7);
	assert_int_equal(twi_clip("", 3), 0);
}

static void lines(void **state)
{
	struct twi_block block = { 0 };

	(void)state;
	twi_block_add(&block, "%s  ", "a");
	twi_block_add_text(&block, "b\n\nc \n");
	assert_int_equal(block.n, 4);
	assert_string_equal(block.line[0], "a");
	assert_string_equal(block.line[1], "b");
	assert_string_equal(block.line[2], "");
	assert_string_equal(block.line[3], "c");
	twi_block_free(&block);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(bars),
		cmocka_unit_test(sparks),
		cmocka_unit_test(charts),
		cmocka_unit_test(scales),
		cmocka_unit_test(clips),
		cmocka_unit_test(lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
