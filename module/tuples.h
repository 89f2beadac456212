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

#include "clock.h"
#include "sides.h"
#include "value.h"

/* Groups that are counted as they come. */
#define TWI_TUPLES_MAX		32768
/* Groups that the sketch may add: sets of so many. */
#define TWI_HEAVY_SETS		512
#define TWI_HEAVY_WAYS		8
/* Sockets that are remembered for the supplies, 8 MiB; and in a piece of these. */
#define TWI_SEEN_MAX		524288
#define TWI_SEEN_PIECE		1024
/* Sockets that are folded at once, at most: few chains have more. */
#define TWI_TUPLES_BATCH	8U

/**
 * union twi_key - what the sockets of a group have in common
 * @laddr:	local address in network order, IPv4 as ::ffff:a.b.c.d
 * @raddr:	remote address, likewise
 * @dev:	ifindex of the device bound to, 0 for none
 * @net:	index of the namespace
 * @port:	the fixed port, host order
 * @side:	enum twi_side
 * @remote:	whether the fixed port is the remote one
 * @word:	all of it
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

/**
 * struct twi_seed - what chance gives for the hash of keys
 * @half:	added to the halves of the words of a key
 * @sum:	added to all of it
 */
struct twi_seed {
	u64 half[12];
	u64 sum;
};

static inline u64 twi_key_product(const struct twi_seed *seed,
				  const union twi_key *key, u32 i)
{
	return (seed->half[2 * i] + (u32)key->word[i]) *
	       (seed->half[2 * i + 1] + (key->word[i] >> 32));
}

/* No two have the same: the finalizer of MurmurHash3, without its last part. */
static inline u32 twi_key_mix(u32 hash)
{
	hash ^= hash >> 16;
	hash *= 0x85ebca6b;
	return hash ^ hash >> 13;
}

/**
 * twi_key_hash - hash of a key
 * @seed: random
 * @key: the key
 *
 * Pair-multiply-shift, which is strongly universal: whoever does not see the
 * seed can't choose two keys that meet more often than chance has it (Thorup,
 * High Speed Hashing for Integers and Strings, arXiv:1504.06804, 3.5).  Mixed,
 * as keys that lie at equal distances would have hashes that do, and slots that
 * are searched one after the other fill in runs.
 *
 * Return: 32 bits.
 */
static inline u32 twi_key_hash(const struct twi_seed *seed,
			       const union twi_key *key)
{
	u64 sum = seed->sum +
		  twi_key_product(seed, key, 0) + twi_key_product(seed, key, 1) +
		  twi_key_product(seed, key, 2) + twi_key_product(seed, key, 3) +
		  twi_key_product(seed, key, 4) + twi_key_product(seed, key, 5);

	return twi_key_mix(sum >> 32);
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
	bool sketched;
};

/**
 * struct twi_seen - what the supplies want to know of a socket that was counted
 * @expires:	as in struct twi_sock, the low 32 bits
 * @stamp:	where the clock is @delayed as in struct twi_sock, else @recent of
 *		struct twi_ends
 * @group:	index of its group, which has its other values
 * @lport:	as in struct twi_sock
 * @rport:	likewise
 * @flags:	likewise, and TWI_SEEN_RECENT
 * @state:	likewise
 * @level:	of the wheel that its timer is on, see twi_sock_level()
 */
struct twi_seen {
	u32 expires;
	u32 stamp;
	u16 group;
	u16 lport;
	u16 rport;
	u8 flags;
	u8 state : 4;
	u8 level : 4;
};

/* @recent of struct twi_ends is not 0. */
#define TWI_SEEN_RECENT		0x80

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
 * @group:	the groups, @used of them
 * @slot:	open-addressing hash of @group: index + 1, 0 in a free one
 * @slots:	their number, of which a third stays free
 * @max:	groups that are counted as they come
 * @used:	groups
 * @seen:	sockets in the order in which they were counted, @seens of them, in
 *		@pieces
 * @pieces:	of memory, with room for TWI_SEEN_PIECE each
 * @seen_room:	how many there may be, rounded up to whole pieces
 * @unseen:	some socket is not there
 * @heavy:	the sketch
 * @off:	what was taken off the counts of each set of the sketch
 * @batch_key:	keys of the sockets that are being folded; not on the stack, where
 *		many a compiler would clear them first
 * @batch_hash:	their hashes
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
	struct twi_seed seed;
	struct twi_group *group;
	u16 *slot;
	u32 slots;
	u32 max;
	u32 used;
	struct twi_seen **seen;
	u32 pieces;
	u32 seen_room;
	u32 seens;
	bool unseen;
	struct twi_heavy *heavy;
	u32 *off;
	union twi_key batch_key[TWI_TUPLES_BATCH];
	u32 batch_hash[TWI_TUPLES_BATCH];
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
void twi_key_tuple(union twi_key *key, const struct twi_sock *sock,
		   const struct twi_ends *ends);

static inline u64 twi_group_sockets(const struct twi_group *group)
{
	return (u64)group->tw + group->fw2 + group->live;
}

/* Of the sockets that are remembered, in the order in which they were counted. */
static inline struct twi_seen *twi_tuples_seen(const struct twi_tuples *t,
					       u32 i)
{
	return &t->seen[i / TWI_SEEN_PIECE][i % TWI_SEEN_PIECE];
}

/* A group in order, most sockets first. */
static inline struct twi_group *twi_tuples_group(const struct twi_tuples *t,
						 u32 i)
{
	return &t->group[t->order[i]];
}

#endif /* TWI_TUPLES_H */
