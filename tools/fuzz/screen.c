// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * screen.c - in place of the reader's, a screen that nobody sees.  What is to
 * be on it must be text.
 */
#include <string.h>

#include "fuzz.h"
#include "screen.h"

int twi_screen_start(struct twi_error *err)
{
	return twi_fail(err, TWI_EXIT_IO, "no terminal");
}

void twi_screen_abandon(void) { }
void twi_screen_end(void) { }
void twi_screen_suspend(void) { }
void twi_screen_resume(void) { }
void twi_screen_erase(void) { }
void twi_screen_hide_cursor(void) { }
void twi_screen_send(void) { }

bool twi_screen_is_slow(void)
{
	return false;
}

void twi_screen_resize(int *rows, int *cols)
{
	*rows = 24;
	*cols = 80;
}

void twi_screen_text(const struct twi_rect *rect, int line, int col,
		     enum twi_ink ink, const char *text)
{
	(void)rect;
	(void)line;
	(void)col;
	(void)ink;
	if (!fuzz_is_plain(text, strlen(text)))
		fuzz_fail("on the screen: \"%s\"", text);
}

void twi_screen_cursor(const struct twi_rect *rect, int line, int col)
{
	(void)rect;
	(void)line;
	(void)col;
}

int twi_screen_key(void)
{
	return TWI_KEY_NONE;
}
