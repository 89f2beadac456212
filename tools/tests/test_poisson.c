// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * test_poisson.c - the tail against sums done by hand and by another program.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "poisson.h"

#define near(value, expected)						\
	assert_true(fabs((value) / (expected) - 1) * 1e6 < 1)

static void tail(void **state)
{
	(void)state;
	/* 1 - 1/e, 1 - 2/e, 1 - 2.5/e */
	near(twi_poisson_tail(0.5, 1), 1 - exp(-0.5));
	near(twi_poisson_tail(1, 2), 1 - 2 * exp(-1));
	near(twi_poisson_tail(1, 3), 1 - 2.5 * exp(-1));
	near(twi_poisson_tail(7.424, 18), 7.0535639323 / 1e4);
	near(twi_poisson_tail(1000, 1200), 4.6842038559 / 1e10);
	near(twi_poisson_tail(1 / 1e3, 9), 2.7532528907 / 1e33);
}

static void edges(void **state)
{
	(void)state;
	assert_true(twi_poisson_tail(3, 0) == 1);
	assert_true(twi_poisson_tail(3, 2) == 1);
	assert_true(twi_poisson_tail(0, 1) == 0);
	assert_true(twi_poisson_tail(1, INT64_MAX) == 0);
	assert_true(twi_poisson_tail(1e6, 1000001) <= 1);
	/* it ends, too, where 1 more is the same number */
	assert_true(twi_poisson_tail(9223372036854774784.0, INT64_MAX) <= 1);
	assert_true(twi_poisson_tail(1e18, 1000000001000000000) <= 1);
	assert_true(twi_poisson_longest(0, 1, 100) == 1);
	assert_true(twi_poisson_longest(INT64_MAX, 1, 2) == 1);
}

/* What must be found and what must not. */
static void longest(void **state)
{
	(void)state;
	/* 30,409 nodes in 4,096 buckets: 18 is chance */
	assert_true(twi_poisson_longest(4096, 30409 / 4096.0, 18) * 100 > 1);
	/* 100 is not */
	assert_true(twi_poisson_longest(4096, 30409 / 4096.0, 100) * 1e6 < 1);
	/* a nearly empty large table has no chain of 9 by chance */
	assert_true(twi_poisson_longest(524288, 0.02, 9) * 1e6 < 1);
	/* one of half a node a bucket may have 8 */
	assert_true(twi_poisson_longest(524288, 0.5, 8) * 1e6 > 1);
	/* a small table of a namespace, overloaded: its load explains it */
	assert_true(twi_poisson_longest(16, 300, 330) * 100 > 1);
}

/* Parts of the whole, as many as it takes and to no end. */
static void between(void **state)
{
	(void)state;
	near(twi_poisson_between(0.5, 0, 0), exp(-0.5));
	near(twi_poisson_between(1, 1, 2), 1.5 * exp(-1));
	near(twi_poisson_between(1, 3, -1), 1 - 2.5 * exp(-1));
	near(twi_poisson_between(7.424, 18, -1), 7.0535639323 / 1e4);
	near(twi_poisson_between(7.424, 0, 17) +
	     twi_poisson_between(7.424, 18, -1), 1);
	near(twi_poisson_between(1000, 0, 999) +
	     twi_poisson_between(1000, 1000, -1), 1);
	assert_true(twi_poisson_between(3, 0, -1) == 1);
	assert_true(twi_poisson_between(0, 0, 0) == 1);
	assert_true(twi_poisson_between(0, 1, -1) == 0);
	assert_true(twi_poisson_between(3, 5, 4) == 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(tail),
		cmocka_unit_test(edges),
		cmocka_unit_test(longest),
		cmocka_unit_test(between),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
