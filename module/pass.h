/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One pass over the tables for one file, and the report it leaves.
 */
#ifndef TWI_PASS_H
#define TWI_PASS_H

#include "census.h"
#include "netns.h"
#include "supply.h"
#include "tuples.h"
#include "walk.h"

/* The files, by number; names are in twinspect.h. */
enum twi_file {
#define X(name) TWI_FILE_##name,
	TWI_FILES(X)
#undef X
	TWI_FILE_NR,
};

/**
 * struct twi_report - what one pass found; does not change any more
 * @users:	open files that show it
 * @file:	enum twi_file it was made for
 * @began:	ns (CLOCK_MONOTONIC) at which it began
 * @time_ns:	CLOCK_REALTIME at which it began
 * @cost:	what it cost
 * @set:	values of the namespaces and tables; no longer held
 * @objects:	sizes of the kernel's objects
 * @census:	what was counted
 * @top:	summary: bound local ports
 * @rtop:	summary: remote ports of outbound sockets
 * @rows:	rows of a row file
 * @only_tw:	bind_buckets: rows of ports that only TIME-WAIT holds
 * @only_tw_bind2: bhash2 buckets of these ports
 * @batch:	deathrow: the numbers of its batches, @rows of them, in order
 * @tuples:	tuples: the groups
 * @supplies:	tuples: the ports of the fullest of them
 */
struct twi_report {
	u32 users;
	u32 file;
	u64 began;
	u64 time_ns;
	struct twi_cost cost;
	struct twi_netns_set set;
	struct twi_objects objects;
	struct twi_census census;
	struct twi_top top;
	struct twi_top rtop;
	u32 rows;
	u32 only_tw;
	u64 only_tw_bind2;
	u32 *batch;
	struct twi_tuples tuples;
	struct twi_supplies supplies;
};

/*
 * Memory of tuples at most: groups with the sketch and their order, bitmaps
 * for the ports of 64 of them, which of these are whose, bind buckets, the walk's
 * copies; and the sockets that are remembered.
 */
#define TWI_TUPLES_BYTES	((8U << 20) + TWI_SEEN_MAX * sizeof(struct twi_seen))

struct twi_report *twi_report_get(enum twi_file file);
void twi_report_put(struct twi_report *report);

#endif /* TWI_PASS_H */
