// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * test_watch_prompt.c - numbers typed key by key.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "watch.h"

/* What is typed with these keys, of which only the last one ends it. */
static int64_t type(const char *keys, int64_t max, int last, bool expected)
{
	struct twi_prompt prompt;
	int64_t value = 7;
	bool changed;

	twi_prompt_open(&prompt, "number", &value, max);
	for (; *keys; keys++) {
		assert_true(twi_prompt_key(&prompt, *keys == '<' ?
					   TWI_KEY_BACKSPACE : *keys,
					   &changed));
		assert_false(changed);
		assert_int_equal(value, 7);
		assert_non_null(prompt.text);
	}
	assert_false(twi_prompt_key(&prompt, last, &changed));
	assert_int_equal(changed, expected);
	assert_null(prompt.text);
	return value;
}

static void numbers(void **state)
{
	(void)state;
	assert_int_equal(type("443", UINT16_MAX, TWI_KEY_ENTER, true), 443);
	assert_int_equal(type("65535", UINT16_MAX, TWI_KEY_ENTER, true), 65535);
	assert_int_equal(type("65536", UINT16_MAX, TWI_KEY_ENTER, true), 6553);
	assert_int_equal(type("4026531840", UINT32_MAX, TWI_KEY_ENTER, true),
			 4026531840);
	assert_int_equal(type("99999999999999999999", UINT32_MAX,
			      TWI_KEY_ENTER, true), 999999999);
	assert_int_equal(type("0", UINT16_MAX, TWI_KEY_ENTER, true), -1);
	assert_int_equal(type("a4 q-4x", UINT16_MAX, TWI_KEY_ENTER, true), 44);
}

static void corrections(void **state)
{
	(void)state;
	assert_int_equal(type("44<", UINT16_MAX, TWI_KEY_ENTER, true), 4);
	assert_int_equal(type("4<<<", UINT16_MAX, TWI_KEY_ENTER, true), -1);
	assert_int_equal(type("", UINT16_MAX, TWI_KEY_ENTER, true), -1);
	assert_int_equal(type("44", UINT16_MAX, TWI_KEY_ESCAPE, false), 7);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(corrections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
