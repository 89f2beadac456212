// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * test_watch_player.c - the snapshots of a recording in any order, and the time
 * between them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "stamped.h"
#include "watch_player.h"

#define SECOND	1000000000LL
#define PATH	"watch_player.test"

static struct twi_player player;
static struct twi_history history;
static struct twi_error err;

static char *make_deathrow(int64_t time_ns, int64_t tw)
{
	char *text;
	size_t len;

	stamped_copy("data/empty/deathrow", open_memstream(&text, &len),
		     time_ns, tw);
	return text;
}

static char *make_head(int64_t number, int64_t time_ns)
{
	char *text;

	if (asprintf(&text, "# twinspect recording 1\n"
		     "number %lld\ntime_ns %lld\nmonotonic_ns 5\n"
		     "interval_ms 10000\nmissed 0\nhost a\nrelease b\n"
		     "boot_id c\n# end 0\n", (long long)number,
		     (long long)time_ns) < 0)
		twi_nomem();
	return text;
}

static void add_frame(FILE *out, int64_t number, int64_t at, int64_t tw)
{
	char *head = make_head(number, at * SECOND);
	char *deathrow = make_deathrow(at * SECOND, tw);
	struct twi_snapshot s = { 0 };
	void *frame;
	size_t len;

	assert_int_equal(twi_snapshot_add(&s, "recording", head, strlen(head),
					  &err), 0);
	assert_int_equal(twi_snapshot_add(&s, "deathrow", deathrow,
					  strlen(deathrow), &err), 0);
	assert_int_equal(twi_snapshot_pack(&s, number, at * SECOND, &frame,
					   &len, &err), 0);
	assert_int_equal(fwrite(frame, 1, len, out), len);
	free(frame);
	twi_snapshot_free(&s);
}

/* Four snapshots, the last one after the clock was put back. */
static int set_up(void **state)
{
	FILE *out = fopen(PATH, "w");

	(void)state;
	assert_non_null(out);
	add_frame(out, 1, 100, 1000);
	add_frame(out, 2, 110, 2000);
	add_frame(out, 3, 130, 1000);
	add_frame(out, 4, 50, 1500);
	assert_int_equal(fclose(out), 0);
	memset(&history, 0, sizeof(history));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	twi_history_free(&history);
	twi_player_close(&player);
	unlink(PATH);
	return 0;
}

static int64_t number(const struct twi_keys *keys, const char *name)
{
	return twi_num(keys, "%s", name);
}

static void expect(size_t index, int64_t tw, const char *rate)
{
	const struct twi_model *model;

	twi_player_show(&player, index, &history);
	assert_int_equal(player.index, index);
	model = twi_history_now(&history, TWI_HISTORY_deathrow);
	assert_non_null(model);
	assert_int_equal(twi_num(&model->keys, "tw"), tw);
	assert_string_equal(twi_history_rate(&history, TWI_HISTORY_deathrow,
					     number, "tw").s, rate);
	/* what was not recorded is said */
	assert_true(history.failed);
	assert_non_null(strstr(history.err.text, "not recorded"));
}

/* A change is that since the snapshot before, from wherever one comes. */
static void any_order(void **state)
{
	(void)state;
	assert_int_equal(twi_player_open(&player, PATH, NULL, &err), 0);
	assert_int_equal(player.index, 0);
	expect(0, 1000, "-");
	expect(1, 2000, "+100");
	expect(2, 1000, "-50");
	expect(1, 2000, "+100");
	expect(0, 1000, "-");
	expect(2, 1000, "-50");
	expect(2, 1000, "-50");
}

static void at_a_snapshot(void **state)
{
	(void)state;
	assert_int_equal(twi_player_open(&player, PATH, "3", &err), 0);
	assert_int_equal(player.index, 2);
	expect(2, 1000, "-50");
	twi_player_close(&player);
	assert_int_equal(twi_player_open(&player, PATH, "5", &err), -1);
	assert_int_equal(err.status, TWI_EXIT_ABSENT);
}

static void pace(void **state)
{
	(void)state;
	assert_int_equal(twi_player_open(&player, PATH, NULL, &err), 0);
	assert_int_equal(twi_player_wait(&player), 10 * SECOND);
	assert_string_equal(twi_player_speed(&player).s, "1x");
	twi_player_change_speed(&player, 1);
	twi_player_change_speed(&player, 1);
	assert_int_equal(twi_player_wait(&player), 5 * SECOND / 2);
	assert_string_equal(twi_player_speed(&player).s, "4x");
	for (int i = 0; i < 99; i++)
		twi_player_change_speed(&player, 1);
	assert_int_equal(twi_player_wait(&player), SECOND / 20);
	assert_string_equal(twi_player_speed(&player).s, "1024x");
	for (int i = 0; i < 99; i++)
		twi_player_change_speed(&player, -1);
	assert_int_equal(twi_player_wait(&player), 160 * SECOND);
	assert_string_equal(twi_player_speed(&player).s, "1/16x");
	player.index = 2;
	assert_int_equal(twi_player_wait(&player), SECOND / 20);
	player.index = 3;
	assert_int_equal(twi_player_wait(&player), -1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(any_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(at_a_snapshot, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(pace, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
