/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * watch_keys.h - what the keys of "twinspect watch" do.
 */
#ifndef TWINSPECT_WATCH_KEYS_H
#define TWINSPECT_WATCH_KEYS_H

#include <stddef.h>

enum twi_action {
	TWI_ACT_none,
	TWI_ACT_quit,
	TWI_ACT_help,
	TWI_ACT_pause,
	TWI_ACT_read,
	TWI_ACT_slower,
	TWI_ACT_faster,
	TWI_ACT_speed_down,
	TWI_ACT_speed_up,
	TWI_ACT_step_back,
	TWI_ACT_step,
	TWI_ACT_sort,
	TWI_ACT_sort_back,
	TWI_ACT_reverse,
	TWI_ACT_netns,
	TWI_ACT_port,
	TWI_ACT_family,
	TWI_ACT_side,
	TWI_ACT_clear,
	TWI_ACT_zoom,
	TWI_ACT_zoom_next,
	TWI_ACT_zoom_back,
	TWI_ACT_up,
	TWI_ACT_down,
	TWI_ACT_page_up,
	TWI_ACT_page_down,
	TWI_ACT_first,
	TWI_ACT_last,
	TWI_ACT_home,
	TWI_ACT_end,
	TWI_ACT_detail,
	TWI_ACT_back,
	TWI_ACT_redraw,
	TWI_NACTIONS
};

#define TWI_KEYS_EACH	6

/* A line of the help. */
struct twi_binding {
	enum twi_action	action;
	int		key[TWI_KEYS_EACH];	/* up to 0 */
	const char	*name;
	const char	*help;
};

extern const struct twi_binding twi_bindings[];
extern const size_t twi_nbindings;

enum twi_action twi_key_action(int key);

#endif /* TWINSPECT_WATCH_KEYS_H */
