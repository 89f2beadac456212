// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * test_portset.c - sets of ports as the kernel writes them, and what may be
 * proposed for a range.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "portset.h"

/* What comes back of a text; NULL if it was refused. */
static void expect(const char *text, const char *back)
{
	struct twi_portset set = { 0 };
	char *again;

	if (!twi_portset_parse(&set, text)) {
		assert_null(back);
		return;
	}
	assert_non_null(back);
	again = twi_portset_text(&set);
	assert_string_equal(again, back);
	free(again);
}

static void lists(void **state)
{
	(void)state;
	expect("", "");
	expect("\n", "");
	expect("80\n", "80");
	expect("8080,80", "80,8080");
	expect("1,2,3,5-7,6-9", "1-3,5-9");
	expect("0-65535", "0-65535");
	expect("65535", "65535");
	expect("63,64,128", "63-64,128");
	expect("80,\n", "80");
}

static void garbage(void **state)
{
	(void)state;
	expect("65536", NULL);
	expect("100000", NULL);
	expect("-1", NULL);
	expect("7-", NULL);
	expect("7-5", NULL);
	expect("80 81", NULL);
	expect(",80", NULL);
	expect("http", NULL);
}

static void counts(void **state)
{
	struct twi_range range = { 1024, 2000 };
	struct twi_portset set = { 0 };

	(void)state;
	assert_int_equal(twi_portset_count(&set, &range), 0);
	assert_true(twi_portset_parse(&set, "1000-1025,2000-3000"));
	assert_int_equal(twi_portset_count(&set, &range), 3);
	assert_true(twi_portset_has(&set, 1024));
	assert_false(twi_portset_has(&set, 999));
	assert_false(twi_portset_has(&set, 70000));
	twi_portset_add(&set, 70000);
	twi_portset_add(&set, 1500);
	assert_int_equal(twi_portset_count(&set, &range), 4);
}

/* The longest text there can be. */
static void alternating(void **state)
{
	struct twi_portset set = { 0 }, again = { 0 };
	char *text;

	(void)state;
	for (unsigned int port = 1; port <= TWI_PORT_MAX; port += 2)
		twi_portset_add(&set, port);
	text = twi_portset_text(&set);
	assert_true(twi_portset_parse(&again, text));
	assert_memory_equal(&set, &again, sizeof(set));
	free(text);
}

static void widen(int64_t low, int64_t high, int64_t unprivileged,
		  int64_t new_low)
{
	struct twi_range now = { low, high }, wide;

	if (!twi_range_widen(&now, unprivileged, &wide)) {
		assert_int_equal(new_low, 0);
		return;
	}
	assert_int_equal(wide.low, new_low);
	assert_int_equal(wide.high, TWI_PORT_MAX);
}

static void ranges(void **state)
{
	(void)state;
	widen(32768, 60999, 1024, 1024);
	widen(32768, 60999, -1, 1024);
	widen(32768, 60999, 0, 1024);
	widen(32768, 60999, 2000, 2000);
	widen(32768, 60999, 2001, 2002);
	/* at most a tenth wider, or not at all */
	widen(1024, 65535, 1024, 0);
	widen(1024, 65000, 1024, 0);
	widen(6000, 65535, 1024, 0);
	widen(7000, 65535, 1024, 1024);
	widen(40000, 65535, 38000, 0);
	/* what is below 1024 already stays */
	widen(512, 1000, 0, 512);
	widen(2000, 2000, 1024, 1024);
	/* no range at all */
	widen(-1, -1, 1024, 0);
	widen(5000, 4000, 1024, 0);
	widen(5000, 70000, 1024, 0);
	widen(0, INT64_MAX, 1024, 0);
	/* there is no such port */
	widen(32768, 60999, INT64_MAX, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists),
		cmocka_unit_test(garbage),
		cmocka_unit_test(counts),
		cmocka_unit_test(alternating),
		cmocka_unit_test(ranges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
