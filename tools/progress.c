// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * progress.c - the line that tells how far long work is.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "progress.h"

static bool shown;

void twi_progress(const char *fmt, ...)
{
	va_list args;

	if (!isatty(STDERR_FILENO))
		return;
	fputc('\r', stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputs("\033[K", stderr);
	shown = true;
}

static void end(const char *how)
{
	if (shown)
		fputs(how, stderr);
	shown = false;
}

void twi_progress_keep(void)
{
	end("\n");
}

void twi_progress_clear(void)
{
	end("\r\033[K");
}
