/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ports that an outbound group draws from: how many there are, who
 * holds them, and how long they will last.
 */
#ifndef TWI_SUPPLY_H
#define TWI_SUPPLY_H

#include "connect.h"
#include "tuples.h"

/* Groups whose ports are looked at, and how many of them by size alone. */
#define TWI_SUPPLIES_MAX	64
#define TWI_SUPPLIES_LARGE	32

/**
 * struct twi_supply - the ports of one outbound group
 * @group:	the group; may be changed through it
 * @key:	its key, with 0 for the device
 * @master:	ifindex of the l3 master device of its device, 0 for none
 * @l3mdev:	the l3mdev under which its ports are bound
 * @any:	a socket without a device stands in its way too
 * @reuse:	connect() takes over TIME-WAIT of this group
 * @lo_only:	but only what is bound to the loopback device itself
 * @steps:	the search goes in random steps
 * @delay:	milliseconds after which TIME-WAIT is taken over, where the clock
 *		is @delayed
 * @low:	first port of the range
 * @size:	ports in the range
 * @reserved:	a bit for each port from @low on that is reserved
 * @usable:	that connect() may choose
 * @used:	of the usable ones: with a socket of the group's addresses
 * @hard:	of the used ones: with a socket that connect() would not take
 *		over now, even if tcp_tw_reuse were 1; or not as long as @lo_only
 * @held:	ports that are @hard for @lo_only alone
 * @stamped:	the group's minisockets with a timestamp
 * @outlook:	what is known of the ports that will be needed
 * @capacity:	result, as the column in Documentation/ABI
 * @taken:	likewise, column used
 * @free_first:	likewise
 * @left:	likewise
 * @reuse_1:	likewise
 * @probes:	likewise
 * @exhausted_s: likewise
 */
struct twi_supply {
	struct twi_group *group;
	union twi_key key;
	s32 master;
	s32 l3mdev;
	bool any;
	bool reuse;
	bool lo_only;
	bool steps;
	u32 delay;
	u32 low;
	u32 size;
	unsigned long *reserved;
	unsigned long *usable;
	unsigned long *used;
	unsigned long *hard;
	u32 held;
	u32 stamped;
	struct twi_outlook outlook;

	u32 capacity;
	u32 taken;
	u32 free_first;
	u32 left;
	u32 reuse_1;
	struct twi_probes probes;
	s32 exhausted_s;
};

struct twi_census;

#define TWI_SUPPLY_SLOTS	(4 * TWI_SUPPLIES_MAX)
#define TWI_SUPPLY_PAIRS	(16 * TWI_SUPPLIES_MAX)
#define TWI_SUPPLY_BY_RPORT	U8_MAX

/**
 * struct twi_supplies - the groups whose ports are looked at
 * @t:		all groups
 * @supply:	@nr of them
 * @known:	those of which there is a result
 * @slot:	open-addressing hash: number of the first supply with a key, + 1
 * @next:	of those with the same key but for the device: the next one, + 1
 * @first:	of each group, in the order of @t->group: number of the first supply
 *		that all its sockets are for, + 1, 0 for none; TWI_SUPPLY_BY_RPORT
 *		where the remote port of each tells.  Filled in by
 *		twi_supplies_seen(); NULL if there is no supply, if not all sockets were
 *		remembered, and once they are forgotten
 * @pairs:	a bit for the hash of each of their keys without its port
 * @rports:	a bit for each of their remote ports
 * @bits:	memory of all bitmaps
 * @bytes:	memory allocated
 */
struct twi_supplies {
	struct twi_tuples *t;
	struct twi_supply *supply;
	u32 nr;
	u32 known;
	u8 slot[TWI_SUPPLY_SLOTS];
	u8 next[TWI_SUPPLIES_MAX];
	u8 *first;
	DECLARE_BITMAP(pairs, TWI_SUPPLY_PAIRS);
	unsigned long *rports;
	unsigned long *bits;
	size_t bytes;
};

int twi_supplies_alloc(struct twi_supplies *all, struct twi_tuples *t,
		       const struct twi_census *c);
void twi_supplies_free(struct twi_supplies *all);
void twi_supplies_usable(struct twi_supplies *all);
void twi_supplies_socks(struct twi_supplies *all, const struct twi_sock *sock,
			const struct twi_ends *ends, u32 nr);
void twi_supplies_seen(struct twi_supplies *all);
void twi_supplies_finish(struct twi_supplies *all);
void twi_supplies_trim(struct twi_supplies *all);
void twi_supply_mode(struct twi_supply *s, u8 mode);
bool twi_supply_reuses(const union twi_key *key, u8 mode);

#endif /* TWI_SUPPLY_H */
