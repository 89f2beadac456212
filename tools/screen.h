/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * screen.h - the terminal as a screen of characters, and its keys.
 */
#ifndef TWINSPECT_SCREEN_H
#define TWINSPECT_SCREEN_H

#include <stdbool.h>

#include "error.h"
#include "watch_layout.h"

/* How text looks: readable on a light and on a dark background. */
enum twi_ink {
	TWI_INK_plain,
	TWI_INK_strong,
	TWI_INK_weak,
	TWI_INK_heading,
	TWI_INK_sorted,		/* the heading that it is sorted by */
	TWI_INK_cursor,
	TWI_INK_alert,
	/* bars */
	TWI_INK_fine,
	TWI_INK_warning,
	TWI_INK_critical,
	TWI_NINKS
};

/* Keys that are no character. */
enum {
	TWI_KEY_NONE = -1,
	TWI_KEY_TAB = '\t',
	TWI_KEY_ENTER = '\n',
	TWI_KEY_ESCAPE = 27,
	TWI_KEY_UP = 0x1000,
	TWI_KEY_DOWN,
	TWI_KEY_LEFT,
	TWI_KEY_RIGHT,
	TWI_KEY_PAGE_UP,
	TWI_KEY_PAGE_DOWN,
	TWI_KEY_HOME,
	TWI_KEY_END,
	TWI_KEY_BACK_TAB,
	TWI_KEY_BACKSPACE,
};

/*
 * Take the terminal: 0, or -1 with the reason in err and the terminal as it
 * was.  Signals that must not end the program before twi_screen_end() have to
 * be caught.
 */
int twi_screen_start(struct twi_error *err);

/*
 * From a signal handler, before it ends the program: the terminal gets its
 * modes back, and nothing is sent to it.
 */
void twi_screen_abandon(void);

/* Leave it as it was; again is harmless. */
void twi_screen_end(void);

/* Leave it for a while; twi_screen_resume() draws all again. */
void twi_screen_suspend(void);
void twi_screen_resume(void);

/* A line so slow that a screen takes it seconds. */
bool twi_screen_is_slow(void);

/* Ask the terminal for its size. */
void twi_screen_resize(int *rows, int *cols);

void twi_screen_erase(void);

/* Text in a line of the rectangle, from a column on; cut where that ends. */
void twi_screen_text(const struct twi_rect *rect, int line, int col,
		     enum twi_ink ink, const char *text);
void twi_screen_printf(const struct twi_rect *rect, int line, int col,
		       enum twi_ink ink, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/* A whole line of it. */
void twi_screen_line(const struct twi_rect *rect, int line, enum twi_ink ink,
		     const char *text);

/* Where the next character typed will go; hidden if there is none. */
void twi_screen_cursor(const struct twi_rect *rect, int line, int col);
void twi_screen_hide_cursor(void);

/* Send what has changed since the last time. */
void twi_screen_send(void);

/* The next key, TWI_KEY_NONE if there is none yet. */
int twi_screen_key(void);

#endif /* TWINSPECT_SCREEN_H */
