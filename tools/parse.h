/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * parse.h - the text of one file, read front to back in constant memory: its
 * keys first, then a row at a time.  Everything goes by name, as the schema
 * lists it; what the schema does not have is skipped.
 */
#ifndef TWINSPECT_PARSE_H
#define TWINSPECT_PARSE_H

#include <stdio.h>

#include "error.h"
#include "keys.h"
#include "schema.h"
#include "source.h"

/* More than any line of format 1 has, and a bound for what is no such line. */
#define TWI_LINE_MAX		8192
#define TWI_FIELDS_MAX		256

struct twi_parse {
	const struct twi_schema	*schema;
	struct twi_error	*err;
	FILE			*in;
	char			*path;
	uint64_t		line;
	uint64_t		rows;
	struct twi_keys		keys;
	size_t			nfields;
	/* the schema's column of a field, -1 for one that is not known */
	int			field[TWI_FIELDS_MAX];
	/* the row last read, by the schema's columns; its text is below */
	int64_t			row[TWI_COLUMNS_MAX];
	char			text[TWI_LINE_MAX];
};

/*
 * Open the file and read its first line, its keys and its columns' names.
 * Returns 0, or -1 with err set and nothing left open; err stays the one that
 * later calls fill in.
 */
int twi_parse_open(struct twi_parse *p, const struct twi_source *source,
		   const struct twi_schema *schema, struct twi_error *err);

/* Read a row: 1 and p->row is set, 0 after the last one, -1 with err set. */
int twi_parse_row(struct twi_parse *p);

/*
 * Go back to the first row.  An open file of the module does not change: what
 * was read once without an error is read again without one.
 */
int twi_parse_rewind(struct twi_parse *p);

/* Read all rows, to see that the file is whole, and go back to the first. */
int twi_parse_check(struct twi_parse *p);

void twi_parse_close(struct twi_parse *p);

#endif /* TWINSPECT_PARSE_H */
