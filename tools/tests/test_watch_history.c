// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * test_watch_history.c - changes by the second from files that change.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "stamped.h"
#include "watch_history.h"

enum {
	SUMMARY = 1 << TWI_HISTORY_summary,
	DEATHROW = 1 << TWI_HISTORY_deathrow,
};

#define SECOND		1000000000LL

static char dir[] = "/tmp/test_watch_history.XXXXXX";
static struct twi_source source;
static struct twi_history history;

static char *path_of(const char *file)
{
	char *path;

	assert_true(asprintf(&path, "%s/%s", dir, file) > 0);
	return path;
}

static void write_summary(int64_t time_ns, int64_t tw)
{
	char *path = path_of("summary");

	stamped_copy("data/proxy/summary", fopen(path, "w"), time_ns, tw);
	free(path);
}

static void remove_summary(void)
{
	char *path = path_of("summary");

	unlink(path);
	free(path);
}

static int64_t number(const struct twi_keys *keys, const char *name)
{
	return twi_num(keys, "%s", name);
}

static void expect(int64_t tw, const char *rate)
{
	const struct twi_model *model = twi_history_now(&history,
							TWI_HISTORY_summary);

	assert_non_null(model);
	assert_int_equal(twi_num(&model->keys, "tw"), tw);
	assert_string_equal(twi_history_rate(&history, TWI_HISTORY_summary,
					     number, "tw").s, rate);
}

/* A pass at this second, read at another one. */
static void pass(int64_t at, int64_t read_at, int64_t tw)
{
	write_summary(at * SECOND, tw);
	twi_history_read(&history, &source, SUMMARY, read_at * SECOND);
	assert_false(history.failed);
}

static int set_up(void **state)
{
	(void)state;
	memset(&history, 0, sizeof(history));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	twi_history_free(&history);
	remove_summary();
	return 0;
}

static void rates(void **state)
{
	(void)state;
	pass(100, 1, 1000);
	expect(1000, "-");
	pass(102, 5, 3408);
	expect(3408, "+1,204");
	pass(103, 6, 3401);
	expect(3401, "-7.0");
	pass(105, 8, 3402);
	expect(3402, "+0.5");
	pass(106, 9, 3402);
	expect(3402, "0");
	pass(107, 10, -1);
	expect(-1, "-");
	pass(108, 11, 5);
	expect(5, "-");
}

/* In a nanosecond: more a second than there are numbers. */
static void fast(void **state)
{
	(void)state;
	write_summary(SECOND, 0);
	twi_history_read(&history, &source, SUMMARY, SECOND);
	write_summary(SECOND + 1, INT64_MAX);
	twi_history_read(&history, &source, SUMMARY, SECOND);
	expect(INT64_MAX, "+9.22E");
}

/* What was not read anew is no change of nothing. */
static void same_pass(void **state)
{
	(void)state;
	pass(100, 1, 1000);
	pass(101, 2, 1100);
	expect(1100, "+100");
	pass(101, 3, 1100);
	expect(1100, "+100");
}

static void clock_set_back(void **state)
{
	(void)state;
	pass(100, 1, 1000);
	pass(40, 5, 1400);
	expect(1400, "+100");
}

static void gone_and_back(void **state)
{
	(void)state;
	pass(100, 1, 1000);
	remove_summary();
	twi_history_read(&history, &source, SUMMARY, 2 * SECOND);
	assert_true(history.failed);
	assert_int_equal(history.err.status, TWI_EXIT_ABSENT);
	expect(1000, "-");
	pass(104, 5, 1400);
	expect(1400, "+100");
}

static void one_of_two(void **state)
{
	(void)state;
	write_summary(100 * SECOND, 1000);
	twi_history_read(&history, &source, SUMMARY | DEATHROW, SECOND);
	assert_true(history.failed);
	assert_non_null(strstr(history.err.text, "deathrow"));
	assert_null(twi_history_now(&history, TWI_HISTORY_deathrow));
	expect(1000, "-");
	assert_int_equal(twi_history_time(&history, SUMMARY), 100 * SECOND);
	assert_int_equal(twi_history_time(&history, DEATHROW), TWI_UNKNOWN);
	assert_true(twi_history_missing(&history) & DEATHROW);
	assert_false(twi_history_missing(&history) & SUMMARY);
}

/* A file that is not asked for is not looked at. */
static void asked_for(void **state)
{
	(void)state;
	twi_history_read(&history, &source, 0, SECOND);
	assert_false(history.failed);
	assert_null(twi_history_now(&history, TWI_HISTORY_summary));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rates, set_up, tear_down),
		cmocka_unit_test_setup_teardown(fast, set_up, tear_down),
		cmocka_unit_test_setup_teardown(same_pass, set_up, tear_down),
		cmocka_unit_test_setup_teardown(clock_set_back, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(gone_and_back, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(one_of_two, set_up, tear_down),
		cmocka_unit_test_setup_teardown(asked_for, set_up, tear_down),
	};
	int failed;

	if (!mkdtemp(dir))
		return 1;
	twi_source_init(&source, dir);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(dir);
	return failed;
}
