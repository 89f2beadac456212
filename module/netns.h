/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The set of network namespaces held for one walk, and the distinct
 * established hashes that they use.
 */
#ifndef TWI_NETNS_H
#define TWI_NETNS_H

#include <linux/hash.h>
#include <net/net_namespace.h>

#include "value.h"

struct inet_hashinfo;

struct twi_netns_slot {
	const struct net *net;
	u16 index;
};

/**
 * struct twi_netns_set - the namespaces held, by cookie
 * @info:	their values, @nr of them, ordered by cookie
 * @net:	the namespaces, in the order of @info, each with a reference
 * @slot:	open-addressing hash of @net, 1 << @bits slots; one that is empty
 *		has the index TWI_NETNS_UNHELD
 * @table:	values of the distinct established hashes, the shared one first
 * @hinfo:	these hashes, in the order of @table
 * @nr:		namespaces held
 * @tables:	hashes
 * @unheld:	namespaces on the kernel's list that could not be held
 * @bits:	binary logarithm of the number of slots
 */
struct twi_netns_set {
	struct twi_netns *info;
	struct net **net;
	struct twi_netns_slot *slot;
	struct twi_table *table;
	struct inet_hashinfo **hinfo;
	u32 nr;
	u32 tables;
	u32 unheld;
	u32 bits;
	size_t bytes;
};

int twi_netns_hold(struct twi_netns_set *set);
void twi_netns_release(struct twi_netns_set *set);
void twi_netns_free(struct twi_netns_set *set);
int twi_netns_l3mdev(const struct twi_netns_set *set, u32 index, int ifindex);
int twi_netns_master(const struct twi_netns_set *set, u32 index, int ifindex,
		     bool *any);
u32 twi_netns_reserved(const struct twi_netns_set *set, u32 index, u32 low,
		       u32 size, unsigned long *reserved);
void twi_netns_count_reserved(struct twi_netns_set *set);

/**
 * twi_netns_find - index of a namespace in the set
 * @set: the set
 * @net: a namespace; the pointer is only compared, never followed
 *
 * Inlined into the visit of every socket.
 *
 * Return: its index, or TWI_NETNS_UNHELD.
 */
static inline u16 twi_netns_find(const struct twi_netns_set *set,
				 const struct net *net)
{
	u32 i = hash_ptr(net, set->bits);

	while (unlikely(set->slot[i].net != net && set->slot[i].net))
		i = (i + 1) & ((1U << set->bits) - 1);
	return set->slot[i].index;
}

#endif /* TWI_NETNS_H */
