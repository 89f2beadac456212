// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * schema.c - prints what the reader knows of the format, for tests/abi: the
 * states and families, and a line for each key and column: its file, what it
 * is, whether its value is text, its name, and of '#' in it the largest number.
 */
#include <stdio.h>

#include "schema.h"

static const char *kind_name(enum twi_kind kind)
{
	return kind == TWI_COUNT || kind == TWI_SIGNED ? "number" : "text";
}

static void print_schema(const struct twi_schema *schema)
{
	for (size_t i = 0; i < schema->nkeys; i++) {
		const struct twi_key_spec *key = &schema->keys[i];

		printf("%s key %s %s %u\n", schema->file, kind_name(key->kind),
		       key->name, key->max);
	}
	for (size_t i = 0; i < schema->ncolumns; i++) {
		const struct twi_column_spec *column = &schema->columns[i];

		printf("%s column %s %s 0\n", schema->file,
		       kind_name(column->kind), column->name);
	}
}

int main(void)
{
	for (int i = 0; i < TWI_NSTATES; i++)
		printf("STATE %s\n", twi_state_names[i]);
	for (int i = 0; i < TWI_NFAMILIES; i++)
		printf("FAMILY %s\n", twi_family_names[i]);
	for (size_t i = 0; i < twi_nschemas; i++)
		print_schema(&twi_schemas[i]);
	print_schema(twi_schema_find("recording"));
	return 0;
}
