/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * error.h - the exit statuses of twinspect(8), and the one line that explains
 * why something could not be done.  A function that fails fills in a
 * struct twi_error and returns -1; only main.c prints it and exits.
 */
#ifndef TWINSPECT_ERROR_H
#define TWINSPECT_ERROR_H

#include <stdarg.h>
#include <stddef.h>

/* Documented in twinspect.8: a number never changes its meaning. */
enum twi_status {
	TWI_EXIT_OK		= 0,
	TWI_EXIT_USAGE		= 1,
	TWI_EXIT_ABSENT		= 2,	/* no module, no debugfs, no file */
	TWI_EXIT_DENIED		= 3,
	TWI_EXIT_MALFORMED	= 4,	/* truncated or garbled */
	TWI_EXIT_VERSION	= 5,
	TWI_EXIT_IO		= 6,
	/* of doctor, which prints what it found */
	TWI_EXIT_UNCHECKED	= 10,
	TWI_EXIT_WARNING	= 11,
	TWI_EXIT_CRITICAL	= 12,
	/* of diff, which prints it */
	TWI_EXIT_DIFFERENT	= 20,
};

struct twi_error {
	enum twi_status	status;
	char		text[1024];
};

/* Always -1, so that a caller can return it. */
int twi_fail(struct twi_error *err, enum twi_status status,
	     const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* A line on stderr about what is not as it should be, and can be gone by. */
void twi_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Allocation that ends the program with a line when there is no memory. */
void *twi_alloc(void *old, size_t count, size_t size);
char *twi_strdup(const char *text);
char *twi_text_new(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *twi_text_vnew(const char *fmt, va_list args)
	__attribute__((format(printf, 1, 0)));
void twi_nomem(void) __attribute__((noreturn));

/* Called before that line is printed, if it is not NULL. */
extern void (*twi_nomem_hook)(void);

#endif /* TWINSPECT_ERROR_H */
