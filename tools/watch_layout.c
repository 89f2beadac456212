// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * watch_layout.c - bands from the top of the screen to its bottom, with one
 * panel each or two side by side.  Each band is given the least that it makes
 * sense with, the most important one first, and then row after row in turn.
 */
#include <limits.h>
#include <string.h>

#include "array.h"
#include "watch_layout.h"

/* From here on two panels stand side by side. */
#define WIDE	72
#define GAP	2

/* Rows with headings: at least, of a screen of 24, and at most. */
static const struct {
	int	least;
	int	usual;
	int	most;
} needs[TWI_NPANELS] = {
	[TWI_PANEL_totals]	= { 4, 5, 5 },
	[TWI_PANEL_deathrow]	= { 5, 7, 13 },
	[TWI_PANEL_chains]	= { 5, 7, 13 },
	[TWI_PANEL_tuples]	= { 3, 6, INT_MAX },
	[TWI_PANEL_ports]	= { 3, 4, 11 },
};

/* What is shown where there is little room, and what grows before others. */
static const enum twi_panel to_show[] = {
	TWI_PANEL_totals, TWI_PANEL_tuples, TWI_PANEL_deathrow,
	TWI_PANEL_chains, TWI_PANEL_ports
};

static const enum twi_panel to_grow[] = {
	TWI_PANEL_tuples, TWI_PANEL_deathrow, TWI_PANEL_chains,
	TWI_PANEL_ports, TWI_PANEL_totals
};

_Static_assert(ARRAY_SIZE(to_show) == TWI_NPANELS &&
	       ARRAY_SIZE(to_grow) == TWI_NPANELS, "a panel is forgotten");

/* The panel whose rows this one shares. */
static enum twi_panel band(enum twi_panel panel, bool wide)
{
	return wide && panel == TWI_PANEL_chains ? TWI_PANEL_deathrow : panel;
}

/* A row to each that is shown and has less than it may, until none is left. */
static void grow(struct twi_layout *layout, bool usual, bool wide, int *left)
{
	bool grown = true;

	while (grown && *left) {
		grown = false;
		for (size_t i = 0; i < ARRAY_SIZE(to_grow) && *left; i++) {
			enum twi_panel p = to_grow[i];
			int *rows = &layout->panel[p].rows;

			if (band(p, wide) != p || !*rows ||
			    *rows >= (usual ? needs[p].usual : needs[p].most))
				continue;
			++*rows;
			--*left;
			grown = true;
		}
	}
}

static void place(struct twi_layout *layout, bool wide)
{
	int row = layout->body.row;

	for (int p = 0; p < TWI_NPANELS; p++) {
		struct twi_rect *rect = &layout->panel[p];

		if (band(p, wide) != (enum twi_panel)p)
			continue;
		rect->row = row;
		rect->cols = layout->body.cols;
		row += rect->rows;
	}
	if (wide) {
		struct twi_rect *left = &layout->panel[TWI_PANEL_deathrow];
		struct twi_rect *right = &layout->panel[TWI_PANEL_chains];

		*right = *left;
		left->cols = (layout->body.cols - GAP) / 2;
		right->col = left->cols + GAP;
		right->cols -= right->col;
	}
}

static void find_all(struct twi_layout *layout)
{
	bool wide = layout->body.cols >= WIDE;
	int left = layout->body.rows;

	for (size_t i = 0; i < ARRAY_SIZE(to_show); i++) {
		enum twi_panel p = to_show[i];

		if (band(p, wide) != p || needs[p].least > left)
			continue;
		layout->panel[p].rows = needs[p].least;
		left -= needs[p].least;
	}
	grow(layout, true, wide, &left);
	grow(layout, false, wide, &left);
	place(layout, wide);
}

void twi_layout_find(struct twi_layout *layout, int rows, int cols,
		     enum twi_panel zoom)
{
	memset(layout, 0, sizeof(*layout));
	layout->fits = rows >= TWI_SCREEN_ROWS_MIN &&
		       cols >= TWI_SCREEN_COLS_MIN;
	if (!layout->fits)
		return;
	layout->title = (struct twi_rect){ 0, 0, 1, cols };
	layout->body = (struct twi_rect){ 1, 0, rows - 2, cols };
	layout->status = (struct twi_rect){ rows - 1, 0, 1, cols };
	if (zoom == TWI_PANEL_all)
		find_all(layout);
	else
		layout->panel[zoom] = layout->body;
}
