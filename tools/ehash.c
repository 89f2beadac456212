// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * ehash.c - "twinspect ehash": a line for each bucket of the established
 * hashes that is not empty.  There may be millions: streamed.
 */
#include <stdio.h>

#include "array.h"
#include "pass.h"
#include "rows.h"
#include "units.h"

static const struct twi_rows_column columns[] = {
	{ .heading = "TABLE", .column = TWI_ehash_table },
	{ .heading = "BUCKET", .column = TWI_ehash_bucket },
	{ .heading = "SOCKETS", .column = TWI_ehash_sockets,
	  .cell = TWI_CELL_COUNT },
	{ .heading = "TW", .column = TWI_ehash_tw, .cell = TWI_CELL_COUNT },
	{ .heading = "FW2", .column = TWI_ehash_fw2, .cell = TWI_CELL_COUNT },
};

static void print_totals(const struct twi_view *view,
			 const struct twi_keys *keys, uint64_t rows)
{
	bool raw = view->numeric;

	twi_pass_print_one(view, keys);
	printf("%s sockets", twi_count(twi_num(keys, "sockets"), raw).s);
	printf(" (%s TIME-WAIT,", twi_count(twi_num(keys, "tw"), raw).s);
	printf(" %s FIN-WAIT-2)", twi_count(twi_num(keys, "fw2"), raw).s);
	printf(" in %s of", twi_count(rows, raw).s);
	printf(" %s buckets", twi_count(twi_num(keys, "buckets"), raw).s);
	printf(" (tables: %s)\n", twi_count(twi_num(keys, "tables"), raw).s);
}

int twi_view_ehash(struct twi_view *view)
{
	const struct twi_schema *schema = twi_schema_find("ehash_buckets");
	struct twi_rows rows = {
		.columns = columns,
		.n = ARRAY_SIZE(columns),
		.bar = TWI_ehash_sockets,
	};
	struct twi_parse p;
	int ret;

	if (twi_parse_open(&p, &view->source, schema, &view->err))
		return -1;
	ret = twi_rows_measure(view, &rows, &p);
	if (!ret) {
		if (!view->no_header)
			print_totals(view, &p.keys, rows.rows);
		ret = twi_rows_print(view, &rows, &p);
	}
	twi_parse_close(&p);
	return ret;
}
