/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Folds sockets into groups that draw their quadruplets from the same
 * supply.
 *
 * No net headers and no locks: it sees values only, and it is built in user
 * space too (module/tests).
 */
#ifndef TWI_TUPLES_H
#define TWI_TUPLES_H

#include <linux/siphash.h>

#include "clock.h"
#include "sides.h"
#include "value.h"

/* Groups that are counted as they come. */
#define TWI_TUPLES_MAX		32768
/* Groups that the sketch may add: sets of so many. */
#define TWI_HEAVY_SETS		512
#define TWI_HEAVY_WAYS		8
/* Sockets that are remembered for the supplies: struct twi_seen, 12 MiB. */
#define TWI_SEEN_MAX		(1U << 19)

/**
 * union twi_key - what the sockets of a group have in common
 * @laddr:	local address in network order, IPv4 as ::ffff:a.b.c.d
 * @raddr:	remote address, likewise
 * @dev:	ifindex of the device bound to, 0 for none
 * @net:	index of the namespace
 * @port:	the fixed port, host order
 * @side:	enum twi_side
 * @remote:	whether the fixed port is the remote one
 * @word:	all of it; no key is all 0
 */
union twi_key {
	struct {
		u32 laddr[4];
		u32 raddr[4];
		s32 dev;
		u16 net;
		u16 port;
		u8 side;
		u8 remote;
	};
	u64 word[6];
};

static inline bool twi_key_same(const union twi_key *a, const union twi_key *b)
{
	return !((a->word[0] ^ b->word[0]) | (a->word[1] ^ b->word[1]) |
		 (a->word[2] ^ b->word[2]) | (a->word[3] ^ b->word[3]) |
		 (a->word[4] ^ b->word[4]) | (a->word[5] ^ b->word[5]));
}

/* Keys that are remembered, the last one at each spot. */
#define TWI_KEY_SPOTS		256

/*
 * Where a key is looked for first, before its hash is needed: sockets of a few
 * groups follow each other.  Whoever aims at a spot makes that useless, no more.
 */
static inline u32 twi_key_spot(const union twi_key *key)
{
	u64 mix = key->word[0] + 3 * key->word[1] + 5 * key->word[2] +
		  7 * key->word[3] + 9 * key->word[4] + key->word[5];

	/* The topmost 8 bits: the last byte of an address reaches no others. */
	return mix * 0x9e3779b97f4a7c15ULL >> 56;
}

/**
 * struct twi_group - a group and its sockets
 * @key:	what they have in common
 * @hash:	of @key
 * @tw:		TIME-WAIT minisockets
 * @fw2:	FIN-WAIT-2 minisockets
 * @live:	other sockets
 * @closed_1s:	TIME-WAIT entered in the last second
 * @closed_10s:	TIME-WAIT entered in the last 10 s
 * @oldest:	age of the oldest TIME-WAIT, in ticks of the clock
 * @youngest:	age of the youngest; more than @oldest if there is none
 * @supply:	number of its struct twi_supply + 1, 0 for none
 * @here:	the slot is taken
 * @sketched:	found by the sketch, and counted by a second walk
 */
struct twi_group {
	union twi_key key;
	u32 hash;
	u32 tw;
	u32 fw2;
	u32 live;
	u32 closed_1s;
	u32 closed_10s;
	u32 oldest;
	u32 youngest;
	u8 supply;
	bool here;
	bool sketched;
};

/**
 * struct twi_seen - what the supplies want to know of a socket that was counted
 * @expires:	as in struct twi_sock, the low 32 bits
 * @timer:	likewise
 * @stamp:	likewise
 * @recent:	as in struct twi_ends
 * @group:	slot of its group, which has its other values
 * @lport:	as in struct twi_sock
 * @rport:	likewise
 * @state:	likewise
 * @flags:	likewise
 */
struct twi_seen {
	u32 expires;
	u32 timer;
	u32 stamp;
	u32 recent;
	u16 group;
	u16 lport;
	u16 rport;
	u8 state;
	u8 flags;
};

/**
 * struct twi_heavy - a group without a place, in the sketch
 * @key:	the group
 * @hash:	of @key
 * @count:	how often it was met, less what was taken off; 0 in a free one
 */
struct twi_heavy {
	union twi_key key;
	u32 hash;
	u32 count;
};

/**
 * struct twi_tuples - the groups
 * @clock:	the kernel's
 * @net:	values of the namespaces
 * @sides:	who chose which port
 * @seed:	of the hash, so that nobody outside can aim at a slot
 * @group:	open-addressing hash, @slots of them
 * @slots:	room, of which a third stays free
 * @max:	groups that are counted as they come
 * @used:	groups
 * @recent:	the last group found at each spot
 * @seen:	sockets in the order in which they were counted, @seens of them
 * @seen_room:	room for them; of no use where they are more
 * @unseen:	some socket is not there
 * @heavy:	the sketch
 * @off:	what was taken off the counts of each set of the sketch
 * @other:	sockets without a group
 * @lost:	the group of some socket found no place
 * @sketched:	groups that the sketch found
 * @recount:	only these are counted now
 * @order:	groups by size, @listed of them
 * @listed:	groups with sockets
 * @unlisted:	sockets that a group without a place had at most
 * @bytes:	memory allocated
 */
struct twi_tuples {
	struct twi_clock clock;
	const struct twi_netns *net;
	struct twi_sides sides;
	hsiphash_key_t seed;
	struct twi_group *group;
	u32 slots;
	u32 max;
	u32 used;
	struct twi_group *recent[TWI_KEY_SPOTS];
	struct twi_seen *seen;
	u32 seen_room;
	u32 seens;
	bool unseen;
	struct twi_heavy *heavy;
	u32 *off;
	struct twi_group other;
	bool lost;
	u32 sketched;
	bool recount;
	u32 *order;
	u32 listed;
	u32 unlisted;
	size_t bytes;
};

int twi_tuples_alloc(struct twi_tuples *t, u32 max);
void twi_tuples_free(struct twi_tuples *t);
void twi_tuples_socks(struct twi_tuples *t, const struct twi_sock *sock,
		      const struct twi_ends *ends, u32 nr);
bool twi_tuples_recount(struct twi_tuples *t);
int twi_tuples_order(struct twi_tuples *t);
void twi_tuples_trim(struct twi_tuples *t);
u32 twi_key_hash(const struct twi_tuples *t, const union twi_key *key);
void twi_key_tuple(union twi_key *key, const struct twi_sock *sock,
		   const struct twi_ends *ends);

static inline u64 twi_group_sockets(const struct twi_group *group)
{
	return (u64)group->tw + group->fw2 + group->live;
}

/* A group in order, most sockets first. */
static inline struct twi_group *twi_tuples_group(const struct twi_tuples *t,
						 u32 i)
{
	return &t->group[t->order[i]];
}

#endif /* TWI_TUPLES_H */
