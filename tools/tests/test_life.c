// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * test_life.c - how the timer wheel rounds, at the edges of its levels, and
 * rates by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "life.h"

static void wheel(void **state)
{
	(void)state;
	assert_int_equal(twi_wheel_step_ms(250, 60000), 2048);
	assert_int_equal(twi_wheel_step_ms(250, 30000), 2048);
	assert_int_equal(twi_wheel_step_ms(250, 15000), 256);
	assert_int_equal(twi_wheel_step_ms(250, 10000), 256);
	assert_int_equal(twi_wheel_step_ms(1000, 60000), 4096);
	assert_int_equal(twi_wheel_step_ms(1000, 30000), 512);
	assert_int_equal(twi_wheel_step_ms(1000, 15000), 512);
	assert_int_equal(twi_wheel_step_ms(1000, 10000), 512);
	assert_int_equal(twi_wheel_step_ms(100, 60000), 5120);
	assert_int_equal(twi_wheel_step_ms(100, 30000), 640);
	/* 512 jiffies are 1706.7 ms */
	assert_int_equal(twi_wheel_step_ms(300, 60000), 1707);
}

/* Level L holds what is below 63 << 3L jiffies; at 1000 Hz one is 1 ms. */
static void wheel_edges(void **state)
{
	int64_t below = 63, step = 1;

	(void)state;
	assert_int_equal(twi_wheel_step_ms(1000, 0), 1);
	for (int level = 0; level < 7; level++) {
		assert_int_equal(twi_wheel_step_ms(1000, below - 1), step);
		below *= 8;
		step *= 8;
		assert_int_equal(twi_wheel_step_ms(1000, below / 8), step);
	}
	/* part of a jiffy is one */
	assert_int_equal(twi_wheel_step_ms(250, 62 * 4), 4);
	assert_int_equal(twi_wheel_step_ms(250, 62 * 4 + 1), 32);
}

static void wheel_unknown(void **state)
{
	(void)state;
	assert_int_equal(twi_wheel_step_ms(-1, 60000), -1);
	assert_int_equal(twi_wheel_step_ms(0, 60000), -1);
	assert_int_equal(twi_wheel_step_ms(250, -1), -1);
	assert_int_equal(twi_wheel_step_ms(INT64_MAX, 60000), -1);
	assert_int_equal(twi_wheel_step_ms(250, INT64_MAX), -1);
}

static void lives(void **state)
{
	struct twi_life life = twi_life_of(60000, 2048);

	(void)state;
	assert_int_equal(life.longest_ms, 62048);
	assert_int_equal(life.mean_ms, 61024);
	life = twi_life_of(60000, -1);
	assert_int_equal(life.longest_ms, -1);
	assert_int_equal(life.mean_ms, -1);
	assert_int_equal(twi_life_of(-1, 2048).longest_ms, -1);
	life = twi_life_of(INT64_MAX, INT64_MAX);
	assert_true(life.longest_ms == INT64_MAX);
	life = twi_life_reuse(-1);
	assert_int_equal(life.longest_ms, 2000);
	assert_int_equal(life.mean_ms, 1500);
	life = twi_life_reuse(400);
	assert_int_equal(life.longest_ms, 400);
	assert_int_equal(life.mean_ms, 400);
}

static int64_t rate(int64_t ports, int64_t held, int64_t life_ms)
{
	struct twi_supply supply = { .ports = ports, .held = held };

	return twi_supply_rate_milli(&supply, life_ms, -1);
}

static void rates(void **state)
{
	(void)state;
	/* 28,210 in 62.048 s */
	assert_int_equal(rate(28230, 20, 62048), 454648);
	assert_int_equal(rate(60, 0, 60000), 1000);
	assert_int_equal(rate(20, 20, 60000), 0);
	assert_int_equal(rate(20, 30, 60000), 0);
	assert_int_equal(rate(0, 0, 60000), 0);
	assert_int_equal(rate(-1, 0, 60000), -1);
	assert_int_equal(rate(100, -1, 60000), -1);
	assert_int_equal(rate(100, 0, -1), -1);
	assert_int_equal(rate(100, 0, 0), -1);
	assert_true(rate(INT64_MAX, 0, 1) == INT64_MAX);
	assert_true(rate(INT64_MAX, INT64_MAX, 1) == 0);
}

static int64_t reused(int64_t reusable, int64_t tw, int64_t reuse_ms)
{
	struct twi_supply supply = {
		.ports = 6000, .reusable = reusable, .tw = tw
	};

	return twi_supply_rate_milli(&supply, 60000, reuse_ms);
}

static void reuse(void **state)
{
	(void)state;
	assert_int_equal(reused(0, 500, 2000), 100000);
	assert_int_equal(reused(500, 500, 2000), 3000000);
	/* half of them: (2 + 60) / 2 s */
	assert_int_equal(reused(250, 500, 2000), 193548);
	/* more than there are is all, and no time is a millisecond */
	assert_int_equal(reused(600, 500, 2000), 3000000);
	assert_true(reused(500, 500, 0) == 6000000000);
	/* what is no sooner is no reuse */
	assert_int_equal(reused(500, 500, 60000), 100000);
	assert_int_equal(reused(-1, 500, -1), 100000);
	assert_int_equal(reused(-1, 500, 2000), -1);
	assert_int_equal(reused(0, 0, 2000), -1);
	assert_int_equal(reused(0, -1, 2000), -1);
}

static void scale(void **state)
{
	(void)state;
	assert_int_equal(twi_scale_ports(28232, 28232, 64512), 64512);
	assert_int_equal(twi_scale_ports(14116, 28232, 64512), 32256);
	assert_int_equal(twi_scale_ports(28230, 28232, 64512), 64507);
	assert_int_equal(twi_scale_ports(0, 28232, 64512), 0);
	assert_int_equal(twi_scale_ports(-1, 28232, 64512), -1);
	assert_int_equal(twi_scale_ports(1, 0, 64512), -1);
	assert_int_equal(twi_scale_ports(1, -1, 64512), -1);
	assert_true(twi_scale_ports(INT64_MAX, 1, 65535) == INT64_MAX);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(wheel),
		cmocka_unit_test(wheel_edges),
		cmocka_unit_test(wheel_unknown),
		cmocka_unit_test(lives),
		cmocka_unit_test(rates),
		cmocka_unit_test(reuse),
		cmocka_unit_test(scale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
