/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * watch_player.h - a recording, snapshot by snapshot, as fast as it was made,
 * or faster or slower.
 */
#ifndef TWINSPECT_WATCH_PLAYER_H
#define TWINSPECT_WATCH_PLAYER_H

#include "input.h"
#include "watch_history.h"

struct twi_player {
	struct twi_recording	recording;
	size_t			index;
	int			speed;		/* a power of two */
	bool			begun;		/* index has been shown */
};

/* From the snapshot that at names, the first one if at is NULL. */
int twi_player_open(struct twi_player *player, const char *path,
		    const char *at, struct twi_error *err);

/*
 * Put a snapshot into the history, with the one before it, so that changes are
 * always those from one to the next.  What can't be read is said there.
 */
void twi_player_show(struct twi_player *player, size_t index,
		     struct twi_history *history);

/* ns until the next one is due, -1 if there is none. */
int64_t twi_player_wait(const struct twi_player *player);

/* By one step, within what makes sense: faster if by > 0. */
void twi_player_change_speed(struct twi_player *player, int by);

/* 1x, 16x, 1/4x */
struct twi_str twi_player_speed(const struct twi_player *player);

void twi_player_close(struct twi_player *player);

#endif /* TWINSPECT_WATCH_PLAYER_H */
