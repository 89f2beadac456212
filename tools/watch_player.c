// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * watch_player.c - which snapshot of a recording is shown, and for how long.
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "watch_player.h"

#define SPEED_MIN	(-4)
#define SPEED_MAX	10

/* However fast, a snapshot can be seen; and a gap is not waited out. */
#define WAIT_MIN_NS	50000000
#define GAP_MAX_NS	3600000000000

#define ALL_FILES	((1U << TWI_NHISTORY) - 1)

int twi_player_open(struct twi_player *player, const char *path,
		    const char *at, struct twi_error *err)
{
	memset(player, 0, sizeof(*player));
	if (twi_recording_open(&player->recording, path, err))
		return -1;
	if (!at || !twi_recording_find(&player->recording, at, &player->index,
				       err))
		return 0;
	twi_player_close(player);
	return -1;
}

static void read_one(const struct twi_player *player, size_t index,
		     struct twi_history *history)
{
	struct twi_input input;

	if (twi_input_load(&input, &player->recording, index, &history->err)) {
		history->failed = true;
		return;
	}
	twi_history_read(history, &input.source, ALL_FILES,
			 twi_clock_ns(CLOCK_MONOTONIC));
	twi_input_close(&input);
}

void twi_player_show(struct twi_player *player, size_t index,
		     struct twi_history *history)
{
	bool next = player->begun && index == player->index + 1;

	if (!next) {
		twi_history_free(history);
		if (index)
			read_one(player, index - 1, history);
	}
	read_one(player, index, history);
	player->index = index;
	player->begun = true;
}

static int64_t time_of(const struct twi_player *player, size_t index)
{
	struct twi_error err;
	struct twi_model head;
	int64_t time_ns;

	if (twi_recording_head(&player->recording, index, &head, &err))
		return TWI_UNKNOWN;
	time_ns = twi_num(&head.keys, "time_ns");
	twi_model_free(&head);
	return time_ns;
}

int64_t twi_player_wait(const struct twi_player *player)
{
	int64_t now, next, ns;

	if (player->index + 1 >= player->recording.n)
		return -1;
	now = time_of(player, player->index);
	next = time_of(player, player->index + 1);
	ns = now < 0 || next < now ? 0 : next - now;
	if (ns > GAP_MAX_NS)
		ns = GAP_MAX_NS;
	ns = player->speed < 0 ? ns * (1 << -player->speed) :
				 ns >> player->speed;
	return ns > WAIT_MIN_NS ? ns : WAIT_MIN_NS;
}

void twi_player_change_speed(struct twi_player *player, int by)
{
	if (by > 0 && player->speed < SPEED_MAX)
		player->speed++;
	if (by < 0 && player->speed > SPEED_MIN)
		player->speed--;
}

struct twi_str twi_player_speed(const struct twi_player *player)
{
	struct twi_str str;

	if (player->speed < 0)
		snprintf(str.s, sizeof(str.s), "1/%dx", 1 << -player->speed);
	else
		snprintf(str.s, sizeof(str.s), "%dx", 1 << player->speed);
	return str;
}

void twi_player_close(struct twi_player *player)
{
	twi_recording_close(&player->recording);
}
