// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * bind.c - "twinspect bind": a line for each bind bucket, that is for each
 * local port in use.  Streamed, as a busy machine has all its ports there, in
 * each namespace.
 */
#include <stdio.h>

#include "array.h"
#include "pass.h"
#include "rows.h"
#include "units.h"

static const struct twi_rows_column columns[] = {
	{ .heading = "NETNS", .column = TWI_bind_netns },
	{ .heading = "COOKIE", .column = TWI_bind_cookie, .verbose = true },
	{ .heading = "PORT", .column = TWI_bind_port },
	{ .heading = "L3MDEV", .column = TWI_bind_l3mdev },
	{ .heading = "REUSE", .column = TWI_bind_fastreuse,
	  .cell = TWI_CELL_RAW },
	{ .heading = "RPORT", .column = TWI_bind_fastreuseport,
	  .cell = TWI_CELL_RAW },
	{ .heading = "UID", .column = TWI_bind_fastuid },
	{ .heading = "TW", .column = TWI_bind_tw, .cell = TWI_CELL_COUNT },
	{ .heading = "FW2", .column = TWI_bind_fw2, .cell = TWI_CELL_COUNT },
	{ .heading = "LIVE", .column = TWI_bind_live,
	  .cell = TWI_CELL_COUNT },
	{ .heading = "LISTEN", .column = TWI_bind_listeners,
	  .cell = TWI_CELL_COUNT },
	{ .heading = "ONLYTW", .column = TWI_bind_only_tw,
	  .cell = TWI_CELL_YES },
	{ .heading = "TB2", .column = TWI_bind_bhash2_buckets,
	  .cell = TWI_CELL_COUNT },
	{ .heading = "AMBIG", .column = TWI_bind_ambiguous,
	  .cell = TWI_CELL_YES, .verbose = true },
};

static void print_totals(const struct twi_view *view,
			 const struct twi_keys *keys)
{
	int64_t overflow = twi_num(keys, "join_overflow");
	bool raw = view->numeric;

	twi_pass_print_one(view, keys);
	printf("%s bind buckets",
	       twi_count(twi_num(keys, "bind_buckets"), raw).s);
	printf(" (%s held by TIME-WAIT alone, %s),",
	       twi_count(twi_num(keys, "only_tw"), raw).s,
	       twi_bytes(twi_num(keys, "mem_only_tw_bytes"), raw).s);
	printf(" %s bhash2 buckets",
	       twi_count(twi_num(keys, "bind2_buckets"), raw).s);
	if (overflow)
		printf("; %s sockets not joined",
		       twi_count(overflow, raw).s);
	putchar('\n');
}

int twi_view_bind(struct twi_view *view)
{
	const struct twi_schema *schema = twi_schema_find("bind_buckets");
	struct twi_rows rows = {
		.columns = columns,
		.n = ARRAY_SIZE(columns),
		.bar = -1,
	};
	struct twi_parse p;
	int ret;

	if (twi_parse_open(&p, &view->source, schema, &view->err))
		return -1;
	ret = twi_rows_measure(view, &rows, &p);
	if (!ret) {
		if (!view->no_header)
			print_totals(view, &p.keys);
		ret = twi_rows_print(view, &rows, &p);
	}
	twi_parse_close(&p);
	return ret;
}
