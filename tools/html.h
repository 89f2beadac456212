/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * html.h - the elements of a document that is HTML and well-formed XML alike.
 * A format is markup; what stands for a conversion is text, and is escaped.
 */
#ifndef TWINSPECT_HTML_H
#define TWINSPECT_HTML_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * As fprintf(), where %s is escaped for text and for attributes in quotes.
 * Only %s, %d, %zu, %lld, %f with a precision, and %% are there.
 */
void twi_html(FILE *out, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * A table in a box of its own that scrolls.  The headings are separated by
 * '|'; one that begins with '<' stands above text, the others above numbers.
 */
void twi_html_table(FILE *out, const char *caption, const char *headings);
void twi_html_table_end(FILE *out);

/* Cells: the head of a row, text, and a number as text with what it is. */
void twi_html_head(FILE *out, const char *text);
void twi_html_cell(FILE *out, const char *text);
void twi_html_number(FILE *out, int64_t number, const char *text);
void twi_html_count(FILE *out, int64_t number);
void twi_html_bytes(FILE *out, int64_t bytes);

/* The same number outside of a table. */
void twi_html_data(FILE *out, int64_t number, const char *text);

#endif /* TWINSPECT_HTML_H */
