/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * watch_layout.h - which part of the screen each panel of "twinspect watch"
 * gets.  Arithmetic alone.
 */
#ifndef TWINSPECT_WATCH_LAYOUT_H
#define TWINSPECT_WATCH_LAYOUT_H

#include <stdbool.h>

/* In the order of the screen, and of the keys 1 to 5. */
enum twi_panel {
	TWI_PANEL_totals,
	TWI_PANEL_deathrow,
	TWI_PANEL_chains,
	TWI_PANEL_tuples,
	TWI_PANEL_ports,
	TWI_NPANELS,
	TWI_PANEL_all = TWI_NPANELS
};

#define TWI_SCREEN_ROWS_MIN	10
#define TWI_SCREEN_COLS_MIN	40

struct twi_rect {
	int	row;
	int	col;
	int	rows;
	int	cols;
};

struct twi_layout {
	bool		fits;	/* else there is no room for anything */
	struct twi_rect	title;
	struct twi_rect	body;
	struct twi_rect	status;
	/* no rows: not shown */
	struct twi_rect	panel[TWI_NPANELS];
};

/* All panels that there is room for, or the one that has it all. */
void twi_layout_find(struct twi_layout *layout, int rows, int cols,
		     enum twi_panel zoom);

#endif /* TWINSPECT_WATCH_LAYOUT_H */
