// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * screen_print.c - text that is put together for the screen, whichever that is.
 */
#include <stdarg.h>
#include <stdlib.h>

#include "screen.h"

void twi_screen_printf(const struct twi_rect *rect, int line, int col,
		       enum twi_ink ink, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = twi_text_vnew(fmt, args);
	va_end(args);
	twi_screen_text(rect, line, col, ink, text);
	free(text);
}

void twi_screen_line(const struct twi_rect *rect, int line, enum twi_ink ink,
		     const char *text)
{
	twi_screen_printf(rect, line, 0, ink, "%s%*s", text,
			  rect->cols, "");
}
