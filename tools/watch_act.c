// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * watch_act.c - what a key, another size of the terminal and the time to read
 * again do to what is shown.
 */
#include <stdio.h>

#include "array.h"
#include "clock.h"
#include "watch.h"
#include "watch_player.h"

/* s between readings, if nothing else was said. */
#define INTERVAL	1
#define INTERVAL_SLOW	5

/*
 * The kernel is left alone for at least as long as it was kept busy.  A
 * recording is played at its own pace.
 */
static void wait_for_next(struct twi_watch *watch)
{
	int64_t took = watch->history.took_ns;
	int64_t pause = watch->view.interval * TWI_NSEC_PER_SEC - took;

	if (pause < took)
		pause = took;
	if (watch->player)
		pause = twi_player_wait(watch->player);
	watch->wait_ns = watch->paused || pause < 0 ? 0 : pause;
	watch->rearm = true;
}

/* A snapshot of the recording, as near as there is one. */
static void play(struct twi_watch *watch, int64_t index)
{
	int64_t n = watch->player->recording.n;

	if (index >= n)
		index = n - 1;
	twi_player_show(watch->player, index > 0 ? index : 0,
			&watch->history);
	twi_tuples_pick(watch);
	/* at the end it waits there */
	if (index == n - 1)
		watch->paused = true;
	watch->changed = true;
	wait_for_next(watch);
}

static void read_files(struct twi_watch *watch, unsigned int files)
{
	if (files) {
		twi_history_read(&watch->history, &watch->view.source, files,
				 twi_clock_ns(CLOCK_MONOTONIC));
		twi_tuples_pick(watch);
		watch->changed = true;
	}
	wait_for_next(watch);
}

void twi_watch_due(struct twi_watch *watch)
{
	if (watch->player)
		play(watch, watch->player->index + 1);
	else
		read_files(watch, twi_watch_files(watch));
}

/*
 * What comes into view was read long ago, or never: only in the latter case
 * is it read in a pause.  Of a snapshot all has been read.
 */
static void read_new(struct twi_watch *watch, unsigned int before)
{
	unsigned int files = twi_watch_files(watch);

	if (watch->player)
		return;
	if (watch->paused)
		files &= twi_history_missing(&watch->history);
	else if (!(files & ~before))
		return;
	if (files)
		read_files(watch, files);
}

void twi_watch_resize(struct twi_watch *watch)
{
	unsigned int before = twi_watch_files(watch);
	int rows, cols;

	twi_screen_resize(&rows, &cols);
	twi_layout_find(&watch->layout, rows, cols, watch->zoom);
	watch->view.width = cols;
	watch->view.height = rows;
	watch->changed = true;
	read_new(watch, before);
}

static void cover(struct twi_watch *watch, enum twi_cover cover)
{
	unsigned int before = twi_watch_files(watch);

	watch->cover = cover;
	watch->cover_top = 0;
	read_new(watch, before);
}

static void zoom(struct twi_watch *watch, enum twi_panel panel)
{
	cover(watch, TWI_COVER_none);
	/* again: all */
	watch->zoom = panel == watch->zoom ? TWI_PANEL_all : panel;
	twi_watch_resize(watch);
}

static void change_interval(struct twi_watch *watch, int direction)
{
	static const int64_t choice[] = {
		1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600
	};
	int64_t *interval = &watch->view.interval, to = *interval;

	for (size_t i = 0; i < ARRAY_SIZE(choice); i++) {
		if (direction < 0 && choice[i] < *interval)
			to = choice[i];
		if (direction > 0 && choice[i] > *interval) {
			to = choice[i];
			break;
		}
	}
	*interval = to;
	wait_for_next(watch);
}

static void change_sort(struct twi_watch *watch, int by)
{
	enum twi_sort *sort = &watch->view.filter.sort;

	do {
		*sort = (*sort + TWI_NSORTS + by) % TWI_NSORTS;
	} while (!twi_sort_name(*sort));
	snprintf(watch->message, sizeof(watch->message),
		 "sorted by %s", twi_sort_name(*sort));
}

static void next_family(struct twi_filter *filter)
{
	filter->family = filter->family == 4 ? 6 : filter->family ? 0 : 4;
}

static void next_side(struct twi_filter *filter)
{
	filter->side = filter->side + 1 < TWI_NSIDES ? filter->side + 1 : -1;
}

static void clear_filter(struct twi_filter *filter)
{
	filter->netns = -1;
	filter->port = -1;
	filter->side = -1;
	filter->family = 0;
}

/* In help and details a line or a page, else the mark among the tuples. */
static void move(struct twi_watch *watch, enum twi_action action)
{
	size_t page = watch->layout.body.rows - 1;

	if (!watch->cover) {
		if (watch->layout.panel[TWI_PANEL_tuples].rows)
			twi_tuples_move(watch, action);
		return;
	}
	switch (action) {
	case TWI_ACT_up:
		watch->cover_top -= watch->cover_top > 0;
		break;
	case TWI_ACT_down:
		watch->cover_top++;
		break;
	case TWI_ACT_page_up:
		watch->cover_top -= watch->cover_top < page ?
				    watch->cover_top : page;
		break;
	case TWI_ACT_page_down:
		watch->cover_top += page;
		break;
	case TWI_ACT_first:
		watch->cover_top = 0;
		break;
	default:
		watch->cover_top = INT32_MAX;
		break;
	}
}

static void show_detail(struct twi_watch *watch)
{
	if (watch->cover) {
		cover(watch, TWI_COVER_none);
		return;
	}
	if (!watch->mark.s[0])
		twi_tuples_move(watch, TWI_ACT_first);
	if (watch->mark.s[0])
		cover(watch, TWI_COVER_detail);
}

/* One step: what covers the panels, the panel that covers others, the mark. */
static void go_back(struct twi_watch *watch)
{
	if (watch->cover) {
		cover(watch, TWI_COVER_none);
	} else if (watch->zoom != TWI_PANEL_all) {
		zoom(watch, watch->zoom);
	} else {
		watch->mark.s[0] = '\0';
		watch->top = 0;
		twi_tuples_pick(watch);
	}
}

static void change_filter(struct twi_watch *watch, enum twi_action action)
{
	struct twi_filter *filter = &watch->view.filter;

	switch (action) {
	case TWI_ACT_sort:
		change_sort(watch, 1);
		break;
	case TWI_ACT_sort_back:
		change_sort(watch, -1);
		break;
	case TWI_ACT_reverse:
		filter->reverse = !filter->reverse;
		break;
	case TWI_ACT_family:
		next_family(filter);
		break;
	case TWI_ACT_side:
		next_side(filter);
		break;
	default:
		clear_filter(filter);
		break;
	}
	twi_tuples_pick(watch);
}

static void pause_or_go_on(struct twi_watch *watch)
{
	watch->paused = !watch->paused;
	if (watch->paused)
		wait_for_next(watch);
	else if (watch->player &&
		 watch->player->index + 1 == watch->player->recording.n)
		play(watch, 0);
	else
		twi_watch_due(watch);
}

/* What only a recording has. */
static void act_on_player(struct twi_watch *watch, enum twi_action action)
{
	struct twi_player *player = watch->player;
	int64_t index = player->index;

	switch (action) {
	case TWI_ACT_speed_down:
	case TWI_ACT_speed_up:
		twi_player_change_speed(player, action == TWI_ACT_speed_up ?
					1 : -1);
		wait_for_next(watch);
		return;
	case TWI_ACT_step_back:
		index--;
		break;
	case TWI_ACT_step:
		index++;
		break;
	case TWI_ACT_home:
		index = 0;
		break;
	default:
		index = player->recording.n - 1;
		break;
	}
	watch->paused = true;
	play(watch, index);
}

static void act(struct twi_watch *watch, enum twi_action action, int key)
{
	switch (action) {
	case TWI_ACT_none:
	case TWI_NACTIONS:
		break;
	case TWI_ACT_quit:
		watch->done = true;
		break;
	case TWI_ACT_help:
		cover(watch, watch->cover == TWI_COVER_help ? TWI_COVER_none :
							     TWI_COVER_help);
		break;
	case TWI_ACT_pause:
		pause_or_go_on(watch);
		break;
	case TWI_ACT_read:
		twi_watch_due(watch);
		break;
	case TWI_ACT_slower:
	case TWI_ACT_faster:
		if (watch->player)
			act_on_player(watch, action == TWI_ACT_slower ?
				      TWI_ACT_speed_up : TWI_ACT_speed_down);
		else
			change_interval(watch, action == TWI_ACT_slower ? 1 : -1);
		break;
	case TWI_ACT_speed_down:
	case TWI_ACT_speed_up:
	case TWI_ACT_step_back:
	case TWI_ACT_step:
		if (watch->player)
			act_on_player(watch, action);
		break;
	case TWI_ACT_home:
	case TWI_ACT_end:
		if (watch->player && !watch->cover)
			act_on_player(watch, action);
		else
			move(watch, action == TWI_ACT_home ? TWI_ACT_first :
							    TWI_ACT_last);
		break;
	case TWI_ACT_netns:
		twi_prompt_open(&watch->prompt,
				"network namespace (inode number)",
				&watch->view.filter.netns, UINT32_MAX);
		break;
	case TWI_ACT_port:
		twi_prompt_open(&watch->prompt, "port",
				&watch->view.filter.port, UINT16_MAX);
		break;
	case TWI_ACT_sort:
	case TWI_ACT_sort_back:
	case TWI_ACT_reverse:
	case TWI_ACT_family:
	case TWI_ACT_side:
	case TWI_ACT_clear:
		change_filter(watch, action);
		break;
	case TWI_ACT_zoom:
		zoom(watch, key - '1');
		break;
	case TWI_ACT_zoom_next:
		zoom(watch, (watch->zoom + 1) % (TWI_NPANELS + 1));
		break;
	case TWI_ACT_zoom_back:
		zoom(watch, (watch->zoom + TWI_NPANELS) % (TWI_NPANELS + 1));
		break;
	case TWI_ACT_up:
	case TWI_ACT_down:
	case TWI_ACT_page_up:
	case TWI_ACT_page_down:
	case TWI_ACT_first:
	case TWI_ACT_last:
		move(watch, action);
		break;
	case TWI_ACT_detail:
		show_detail(watch);
		break;
	case TWI_ACT_back:
		go_back(watch);
		break;
	case TWI_ACT_redraw:
		twi_screen_resume();
		break;
	}
}

void twi_watch_key(struct twi_watch *watch, int key)
{
	enum twi_action action = twi_key_action(key);
	bool changed;

	if (!watch->layout.fits && action != TWI_ACT_quit)
		return;

	watch->changed = true;
	if (watch->prompt.text) {
		twi_prompt_key(&watch->prompt, key, &changed);
		if (changed)
			twi_tuples_pick(watch);
		return;
	}
	watch->message[0] = '\0';
	act(watch, action, key);
}

void twi_watch_begin(struct twi_watch *watch)
{
	watch->view.no_header = false;
	watch->slow = twi_screen_is_slow();
	if (watch->slow)
		watch->view.utf8 = false;
	if (!watch->view.interval)
		watch->view.interval = watch->slow ? INTERVAL_SLOW : INTERVAL;
	if (watch->view.filter.sort == TWI_SORT_file)
		watch->view.filter.sort = TWI_SORT_used;
	watch->zoom = TWI_PANEL_all;
	twi_watch_resize(watch);
	if (watch->player)
		play(watch, watch->player->index);
}
