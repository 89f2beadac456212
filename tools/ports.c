// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * ports.c - a table of the busiest ports, local or remote.
 */
#include <string.h>

#include "ports.h"
#include "table.h"
#include "units.h"

void twi_ports_add(const struct twi_view *view, const struct twi_keys *keys,
		   const char *side, int n, struct twi_block *block)
{
	bool remote = !strcmp(side, "rport");
	int64_t overflow = twi_num(keys, "%ss_overflow", side);
	struct twi_table *table;

	table = twi_table_new(view, remote ? "RPORT TW FW2 LIVE NETNS" :
					     "PORT TW FW2 LIVE NETNS");
	for (int k = 0; k < n; k++) {
		int64_t port = twi_num(keys, "%s.%d.port", side, k);

		if (port < 0)
			break;
		twi_table_row(table);
		twi_table_id(table, port);
		twi_table_count(table, twi_num(keys, "%s.%d.tw", side, k));
		twi_table_count(table, twi_num(keys, "%s.%d.fw2", side, k));
		twi_table_count(table, twi_num(keys, "%s.%d.live", side, k));
		twi_table_id(table, twi_num(keys, "%s.%d.netns", side, k));
	}
	twi_table_add_to(table, block);
	if (overflow > 0)
		twi_block_add(block, "(%s sockets not counted by port)",
			      twi_count(overflow, view->numeric).s);
}
