// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * test_watch_keys.c - each key does one thing, and each thing has a key and a
 * line of help that fits the smallest screen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "screen.h"
#include "watch_keys.h"

static void one_meaning(void **state)
{
	size_t keys = 0;

	(void)state;
	for (size_t i = 0; i < twi_nbindings; i++) {
		for (int k = 0; twi_bindings[i].key[k]; k++) {
			assert_int_equal(twi_key_action(twi_bindings[i].key[k]),
					 twi_bindings[i].action);
			keys++;
		}
	}
	assert_true(keys > twi_nbindings);
}

static void all_bound(void **state)
{
	bool bound[TWI_NACTIONS] = { [TWI_ACT_none] = true };

	(void)state;
	for (size_t i = 0; i < twi_nbindings; i++) {
		assert_false(bound[twi_bindings[i].action]);
		bound[twi_bindings[i].action] = true;
	}
	for (int i = 0; i < TWI_NACTIONS; i++)
		assert_true(bound[i]);
}

static void known(void **state)
{
	(void)state;
	assert_int_equal(twi_key_action('q'), TWI_ACT_quit);
	assert_int_equal(twi_key_action('5'), TWI_ACT_zoom);
	assert_int_equal(twi_key_action(TWI_KEY_UP), TWI_ACT_up);
	assert_int_equal(twi_key_action('6'), TWI_ACT_none);
	assert_int_equal(twi_key_action(0), TWI_ACT_none);
	assert_int_equal(twi_key_action(TWI_KEY_NONE), TWI_ACT_none);
}

static void help(void **state)
{
	(void)state;
	for (size_t i = 0; i < twi_nbindings; i++) {
		assert_true(strlen(twi_bindings[i].name) <= 8);
		assert_true(strlen(twi_bindings[i].help) + 9 <=
			    TWI_SCREEN_COLS_MIN);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_meaning),
		cmocka_unit_test(all_bound),
		cmocka_unit_test(known),
		cmocka_unit_test(help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
