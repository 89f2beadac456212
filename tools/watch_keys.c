// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * watch_keys.c - the keys, which are the help too.
 */
#include "array.h"
#include "screen.h"
#include "watch_keys.h"

#define CONTROL(letter)	((letter) & 0x1f)

const struct twi_binding twi_bindings[] = {
	{ TWI_ACT_quit, { 'q', 'Q' }, "q", "quit" },
	{ TWI_ACT_help, { '?', 'h' }, "? h", "this help" },
	{ TWI_ACT_pause, { ' ' }, "space", "stop, go on" },
	{ TWI_ACT_read, { 'R' }, "R", "read now" },
	{ TWI_ACT_slower, { '+', '=' }, "+", "read less often" },
	{ TWI_ACT_faster, { '-', '_' }, "-", "read more often" },
	{ TWI_ACT_speed_down, { '[' }, "[", "play a recording slower" },
	{ TWI_ACT_speed_up, { ']' }, "]", "play it faster" },
	{ TWI_ACT_step_back, { TWI_KEY_LEFT }, "left", "its snapshot before" },
	{ TWI_ACT_step, { TWI_KEY_RIGHT }, "right", "the next one" },
	{ TWI_ACT_sort, { 's' }, "s", "tuples: sort by the next key" },
	{ TWI_ACT_sort_back, { 'S' }, "S", "by the previous key" },
	{ TWI_ACT_reverse, { 'r' }, "r", "the other way round" },
	{ TWI_ACT_netns, { 'n' }, "n", "of one network namespace" },
	{ TWI_ACT_port, { 'p' }, "p", "of one fixed port" },
	{ TWI_ACT_family, { 'f' }, "f", "of IPv4, of IPv6, of both" },
	{ TWI_ACT_side, { 'd' }, "d", "of one side: outbound, inbound" },
	{ TWI_ACT_clear, { 'c', '/' }, "c /", "all tuples again" },
	{ TWI_ACT_up, { TWI_KEY_UP, 'k' }, "up k", "mark the tuple above" },
	{ TWI_ACT_down, { TWI_KEY_DOWN, 'j' }, "down j", "mark the one below" },
	{ TWI_ACT_page_up, { TWI_KEY_PAGE_UP }, "PgUp", "a page back" },
	{ TWI_ACT_page_down, { TWI_KEY_PAGE_DOWN }, "PgDn", "a page on" },
	{ TWI_ACT_first, { 'g' }, "g", "mark the first" },
	{ TWI_ACT_last, { 'G' }, "G", "mark the last" },
	{ TWI_ACT_home, { TWI_KEY_HOME }, "Home", "as g; of a recording the start" },
	{ TWI_ACT_end, { TWI_KEY_END }, "End", "as G; of a recording the end" },
	{ TWI_ACT_detail, { TWI_KEY_ENTER }, "Enter", "all of the marked tuple" },
	{ TWI_ACT_zoom, { '1', '2', '3', '4', '5' }, "1 to 5",
	  "one panel alone, from the top" },
	{ TWI_ACT_zoom_next, { TWI_KEY_TAB }, "Tab", "the next of these" },
	{ TWI_ACT_zoom_back, { TWI_KEY_BACK_TAB }, "S-Tab", "the one before" },
	{ TWI_ACT_back, { TWI_KEY_ESCAPE, '0', TWI_KEY_BACKSPACE }, "Esc 0",
	  "back to all panels" },
	{ TWI_ACT_redraw, { CONTROL('l') }, "^L", "draw the screen again" },
};

const size_t twi_nbindings = ARRAY_SIZE(twi_bindings);

enum twi_action twi_key_action(int key)
{
	for (size_t i = 0; i < twi_nbindings; i++) {
		const struct twi_binding *binding = &twi_bindings[i];

		for (int k = 0; k < TWI_KEYS_EACH && binding->key[k]; k++) {
			if (binding->key[k] == key)
				return binding->action;
		}
	}
	return TWI_ACT_none;
}
