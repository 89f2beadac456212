// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * test_units.c - numbers as people read them, at the edges of each unit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "units.h"

#define same(value, text)	assert_string_equal((value).s, text)

static void counts(void **state)
{
	(void)state;
	same(twi_count(0, false), "0");
	same(twi_count(999, false), "999");
	same(twi_count(1000, false), "1,000");
	same(twi_count(468548, false), "468,548");
	same(twi_count(1000000, false), "1,000,000");
	same(twi_count(9999999, false), "9,999,999");
	same(twi_count(10000000, false), "10.0M");
	same(twi_count(999499999, false), "999M");
	same(twi_count(999500000, false), "1.00G");
	same(twi_count(INT64_MAX, false), "9.22E");
	same(twi_count(-1, false), "-");
	same(twi_count(-1, true), "-1");
	same(twi_count(INT64_MAX, true), "9223372036854775807");
}

static void bytes(void **state)
{
	(void)state;
	same(twi_bytes(0, false), "0 B");
	same(twi_bytes(1023, false), "1023 B");
	same(twi_bytes(1024, false), "1.00 KiB");
	same(twi_bytes(12897484, false), "12.3 MiB");
	same(twi_bytes(1023 * 1024, false), "1.00 MiB");
	same(twi_bytes(INT64_MAX, false), "8.00 EiB");
	same(twi_bytes(-1, false), "-");
	same(twi_bytes(1024, true), "1024");
}

static void times(void **state)
{
	(void)state;
	same(twi_nsec(0, false), "0 ns");
	same(twi_nsec(999, false), "999 ns");
	same(twi_nsec(1000, false), "1.00 us");
	same(twi_nsec(12345678, false), "12.3 ms");
	same(twi_nsec(4100000000, false), "4.10 s");
	same(twi_nsec(INT64_MAX, false), "9223372037 s");
	same(twi_nsec(-1, false), "-");
	same(twi_when(4100, false), "4.1 s");
	same(twi_when(-312, false), "-0.3 s");
	same(twi_when(-312, true), "-312");
	same(twi_span(119000, false), "119.0 s");
	same(twi_span(120000, false), "2 min 0 s");
	same(twi_span(-3599999, false), "-59 min 59 s");
	same(twi_span(20400000, false), "5 h 40 min");
	same(twi_span(86399000, false), "23 h 59 min");
	same(twi_span(180000000, false), "2 d 2 h");
	same(twi_span(INT64_MIN, false), "-107G d 7 h");
	same(twi_span(20400000, true), "20400000");
	same(twi_date(1795318812345678901, false), "2026-11-22 03:40:12 UTC");
	same(twi_date(INT64_MAX, false), "2262-04-11 23:47:16 UTC");
	same(twi_date(-1, false), "-");
}

static void ratios(void **state)
{
	(void)state;
	same(twi_milli(7480, false), "7.48");
	same(twi_milli(0, false), "0.00");
	same(twi_milli(1234567, false), "1,234");
	same(twi_milli(-1, false), "-");
	same(twi_milli(7480, true), "7480");
	same(twi_percent(1, 3), "33.3%");
	same(twi_percent(3, 3), "100.0%");
	same(twi_percent(1, 0), "-");
	same(twi_percent(-1, 3), "-");
	same(twi_percent(INT64_MAX, 1), ">999%");
	same(twi_percent(INT64_MAX, INT64_MAX), "100.0%");
}

static void arithmetic(void **state)
{
	(void)state;
	assert_int_equal(twi_sum(1, 2), 3);
	assert_int_equal(twi_sum(-1, 2), -1);
	assert_int_equal(twi_sum(2, -1), -1);
	assert_true(twi_sum(INT64_MAX, 1) == INT64_MAX);
	assert_int_equal(twi_product(3, 5), 15);
	assert_int_equal(twi_product(3, -1), -1);
	assert_int_equal(twi_product(-1, 3), -1);
	assert_true(twi_product(INT64_MAX, 2) == INT64_MAX);
	assert_int_equal(twi_difference(1, 3), -2);
	assert_true(twi_difference(INT64_MIN, 1) == INT64_MIN);
	assert_true(twi_difference(1, INT64_MIN) == INT64_MAX);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts),
		cmocka_unit_test(bytes),
		cmocka_unit_test(times),
		cmocka_unit_test(ratios),
		cmocka_unit_test(arithmetic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
