/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Walks over the kernel's TCP tables that hand value copies to a
 * census.
 */
#ifndef TWI_WALK_H
#define TWI_WALK_H

#include "value.h"

/* Chains in flight.  Enough to keep a core's line fill buffers busy. */
#define TWI_WALK_LANES		16

struct twi_census;
struct twi_netns_set;
struct twi_stage;
struct twi_supplies;
struct twi_tuples;

/* What of the sockets of an established hash is copied. */
enum twi_walk_what {
	TWI_WALK_PLAIN,
	TWI_WALK_TIMERS,	/* of minisockets, too */
	TWI_WALK_TUPLES,	/* and addresses */
};

/**
 * struct twi_walk - one walk, from alloc to free
 * @set:	namespaces held
 * @census:	where the copies go
 * @cost:	what it cost, counted up
 * @stage:	where copies wait for the end of their chain
 * @ends:	their addresses, for TWI_WALK_TUPLES
 * @tuples:	where the copies of TWI_WALK_TUPLES and listeners go instead
 * @supplies:	where the copies of TWI_WALK_TUPLES go instead of @tuples
 */
struct twi_walk {
	const struct twi_netns_set *set;
	struct twi_census *census;
	struct twi_cost *cost;
	struct twi_stage *stage;
	struct twi_ends (*ends)[TWI_CHAIN_MAX];
	struct twi_tuples *tuples;
	struct twi_supplies *supplies;
};

int twi_walk_alloc(struct twi_walk *walk);
int twi_walk_alloc_ends(struct twi_walk *walk);
void twi_walk_free(struct twi_walk *walk);
int twi_walk_ehash(struct twi_walk *walk, enum twi_walk_what what);
int twi_walk_listeners(struct twi_walk *walk);
int twi_walk_bound(struct twi_walk *walk);
int twi_walk_bind2_lengths(struct twi_walk *walk);
int twi_walk_bhash(struct twi_walk *walk);
int twi_walk_bhash2(struct twi_walk *walk);

/**
 * struct twi_objects - what the kernel's objects and shared tables are made of
 * @tw_bytes:	object size of the TIME-WAIT slab
 * @bind_bytes:	object size of the bind bucket slab
 * @bind2_bytes: object size of the bhash2 bucket slab
 * @bhash_buckets: size of bhash, and of bhash2
 * @bhash_bytes: of the bucket arrays of both
 */
struct twi_objects {
	u32 tw_bytes;
	u32 bind_bytes;
	u32 bind2_bytes;
	u32 bhash_buckets;
	u64 bhash_bytes;
};

void twi_walk_objects(struct twi_objects *objects);
int twi_walk_supported(void);

#endif /* TWI_WALK_H */
