// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * test_keys.c - that each key is found by its name, whatever their number.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "keys.h"
#include "units.h"

#define MANY	1000

static void none(void **state)
{
	struct twi_keys keys = { 0 };

	(void)state;
	assert_null(twi_keys_find(&keys, "tw"));
	assert_int_equal(twi_num(&keys, "tw"), -1);
	assert_string_equal(twi_text(&keys, "release"), "");
	twi_keys_free(&keys);
}

/* Those that are there at any time, and no others; in their order. */
static void many(void **state)
{
	struct twi_keys keys = { 0 };

	(void)state;
	for (int i = 0; i < MANY; i++) {
		struct twi_str name = twi_count(i, true);

		assert_null(twi_keys_find(&keys, name.s));
		twi_keys_add(&keys, name.s)->number = 2 * i;
		for (int k = 0; k <= i; k++)
			assert_int_equal(twi_num(&keys, "%d", k), 2 * k);
	}
	assert_int_equal(keys.n, MANY);
	for (int i = 0; i < MANY; i++)
		assert_string_equal(keys.key[i].name, twi_count(i, true).s);
	assert_null(twi_keys_find(&keys, ""));
	assert_null(twi_keys_find(&keys, "00"));
	twi_keys_free(&keys);
	assert_null(twi_keys_find(&keys, "0"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(none),
		cmocka_unit_test(many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
