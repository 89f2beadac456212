// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * error.c - fills in the line that explains a failure, prints those that warn,
 * and ends the program where there is no memory left.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

int twi_fail(struct twi_error *err, enum twi_status status,
	     const char *fmt, ...)
{
	va_list args;

	err->status = status;
	va_start(args, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	return -1;
}

void twi_warn(const char *fmt, ...)
{
	va_list args;

	fputs("twinspect: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

void (*twi_nomem_hook)(void);

void twi_nomem(void)
{
	if (twi_nomem_hook)
		twi_nomem_hook();
	fputs("twinspect: out of memory\n", stderr);
	exit(TWI_EXIT_IO);
}

void *twi_alloc(void *old, size_t count, size_t size)
{
	void *new = reallocarray(old, count, size);

	if (!new && count && size)
		twi_nomem();
	return new;
}

char *twi_strdup(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		twi_nomem();
	return copy;
}

char *twi_text_vnew(const char *fmt, va_list args)
{
	char *text;

	if (vasprintf(&text, fmt, args) < 0)
		twi_nomem();
	return text;
}

char *twi_text_new(const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = twi_text_vnew(fmt, args);
	va_end(args);
	return text;
}
