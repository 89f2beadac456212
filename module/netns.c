// SPDX-License-Identifier: GPL-2.0
/*
 * Holds the network namespaces for one walk and says which
 * established hashes they use.
 *
 * Owns the references.  A walk compares a socket's namespace pointer with this
 * set and follows it in no other way: a namespace in the set cannot go away,
 * one outside of it may be gone already.  Touches no socket.
 */
#include <linux/bitmap.h>
#include <linux/rwsem.h>
#include <linux/sort.h>
#include <net/inet_hashtables.h>
#include <net/ip.h>
#include <net/l3mdev.h>

#include "alloc.h"
#include "compat.h"
#include "netns.h"

static int net_cmp(const void *a, const void *b)
{
	const struct net *x = *(const struct net **)a;
	const struct net *y = *(const struct net **)b;

	if (x->net_cookie == y->net_cookie)
		return 0;
	return x->net_cookie < y->net_cookie ? -1 : 1;
}

static u32 net_count(void)
{
	struct net *net;
	u32 nr = 0;

	down_read(&net_rwsem);
	for_each_net(net)
		nr++;
	up_read(&net_rwsem);
	return min_t(u32, nr, TWI_NETNS_MAX);
}

/*
 * Takes a reference to up to @room namespaces.  The list may have grown since
 * it was counted: what does not fit counts as unheld, as does a namespace
 * whose last reference is gone, whose sockets are being purged.
 */
static void net_hold(struct twi_netns_set *set, u32 room)
{
	struct net *net;

	down_read(&net_rwsem);
	for_each_net(net) {
		if (set->nr < room && maybe_get_net(net))
			set->net[set->nr++] = net;
		else
			set->unheld++;
	}
	up_read(&net_rwsem);
}

static void table_add(struct twi_netns_set *set, struct inet_hashinfo *hinfo,
		      u32 owner)
{
	struct twi_table *table = &set->table[set->tables];

	set->hinfo[set->tables++] = hinfo;
	table->owner = owner;
	table->buckets = hinfo->ehash_mask + 1;
	table->locks = hinfo->ehash_locks_mask + 1;
	table->bytes = (u64)table->buckets * sizeof(*hinfo->ehash);
	table->lock_bytes = (u64)table->locks * sizeof(*hinfo->ehash_locks);
}

static void slot_add(struct twi_netns_set *set, const struct net *net,
		     u16 index)
{
	u32 i = hash_ptr(net, set->bits);

	while (set->slot[i].net)
		i = (i + 1) & ((1U << set->bits) - 1);
	set->slot[i].net = net;
	set->slot[i].index = index;
}

static void info_fill(struct twi_netns *info, struct net *net, u32 table)
{
	struct inet_timewait_death_row *row = &net->ipv4.tcp_death_row;
	int low, high;

	inet_get_local_port_range(net, &low, &high);
	info->cookie = net->net_cookie;
	info->inum = net->ns.inum;
	info->tw_kernel = (s64)refcount_read(&row->tw_refcount) - 1;
	info->tw_max = READ_ONCE(row->sysctl_max_tw_buckets);
	info->port_low = low;
	info->port_high = high;
	info->port_step = twi_net_port_step(net);
	info->reuse_delay = twi_net_reuse_delay(net);
	info->reuse = READ_ONCE(net->ipv4.sysctl_tcp_tw_reuse);
	info->timestamps = READ_ONCE(net->ipv4.sysctl_tcp_timestamps);
	info->table = table;
}

static int set_alloc(struct twi_netns_set *set, u32 room)
{
	u32 slots, i;

	/* At most half full, so that a miss ends soon. */
	set->bits = ilog2(roundup_pow_of_two(room)) + 1;
	slots = 1U << set->bits;
	set->info = kvcalloc(room, sizeof(*set->info), TWI_GFP);
	set->net = kvcalloc(room, sizeof(*set->net), TWI_GFP);
	set->slot = kvcalloc(slots, sizeof(*set->slot), TWI_GFP);
	/* Each namespace may own a table, and there is the shared one. */
	set->table = kvcalloc(room + 1, sizeof(*set->table), TWI_GFP);
	set->hinfo = kvcalloc(room + 1, sizeof(*set->hinfo), TWI_GFP);
	if (!set->info || !set->net || !set->slot || !set->table ||
	    !set->hinfo) {
		twi_netns_free(set);
		return -ENOMEM;
	}
	for (i = 0; i < slots; i++)
		set->slot[i].index = TWI_NETNS_UNHELD;
	set->bytes = room * (sizeof(*set->info) + sizeof(*set->net)) +
		     slots * sizeof(*set->slot) +
		     (room + 1) * (sizeof(*set->table) + sizeof(*set->hinfo));
	return 0;
}

/**
 * twi_netns_hold - hold every network namespace there is
 * @set: the set, zeroed
 *
 * The reference keeps a namespace's tables too: tcp_sk_exit_batch() frees an
 * ehash that a namespace owns only after its last reference is gone.
 *
 * Context: Process context, may sleep.  Takes net_rwsem for reading.
 * Return: 0, or -ENOMEM with nothing held.
 */
int twi_netns_hold(struct twi_netns_set *set)
{
	struct inet_hashinfo *shared = init_net.ipv4.tcp_death_row.hashinfo;
	u32 room = net_count();
	int err;
	u32 i;

	err = set_alloc(set, room);
	if (err)
		return err;
	net_hold(set, room);
	sort(set->net, set->nr, sizeof(*set->net), net_cmp, NULL);
	table_add(set, shared, 0);
	for (i = 0; i < set->nr; i++) {
		struct net *net = set->net[i];
		struct inet_hashinfo *hinfo = net->ipv4.tcp_death_row.hashinfo;
		u32 table = 0;

		/* An ehash is shared by all or owned by one, never by some. */
		if (hinfo != shared) {
			table = set->tables;
			table_add(set, hinfo, net->ns.inum);
		}
		info_fill(&set->info[i], net, table);
		slot_add(set, net, i);
	}
	return 0;
}

/**
 * twi_netns_release - let go of the namespaces, keep their values
 * @set: the set
 *
 * Context: Process context, may sleep.
 */
void twi_netns_release(struct twi_netns_set *set)
{
	u32 i;

	for (i = 0; i < set->nr; i++)
		put_net(set->net[i]);
	kvfree(set->net);
	kvfree(set->slot);
	kvfree(set->hinfo);
	set->net = NULL;
	set->slot = NULL;
	set->hinfo = NULL;
}

/**
 * twi_netns_free - free a set whose namespaces were released or never held
 * @set: the set
 */
void twi_netns_free(struct twi_netns_set *set)
{
	kvfree(set->info);
	kvfree(set->net);
	kvfree(set->slot);
	kvfree(set->table);
	kvfree(set->hinfo);
	memset(set, 0, sizeof(*set));
}

/**
 * twi_netns_l3mdev - the l3mdev under which a bound socket's port is hashed
 * @set: the set, held
 * @index: index of the socket's namespace
 * @ifindex: device that it is bound to, 0 for none
 *
 * The rule of inet_sk_bound_l3mdev() (include/net/inet_sock.h), by the
 * settings and devices of now: the socket may have been bound under others.
 *
 * Context: Process context; takes RCU.
 * Return: the ifindex of the l3 master device, 0 for none, or -1 where the
 * device is gone.
 */
int twi_netns_l3mdev(const struct twi_netns_set *set, u32 index, int ifindex)
{
	struct net *net = set->net[index];
	struct net_device *dev;
	int l3mdev = -1;

	if (!ifindex || !twi_bound_by_l3mdev(net))
		return 0;
	rcu_read_lock();
	dev = dev_get_by_index_rcu(net, ifindex);
	if (dev)
		l3mdev = l3mdev_master_ifindex_rcu(dev);
	rcu_read_unlock();
	return l3mdev;
}

/**
 * twi_netns_master - the l3 master device of a device
 * @set: the set, held
 * @index: index of the device's namespace
 * @ifindex: the device, 0 for none
 * @any: set to whether a socket that is bound to no device is in the way of
 *	one that is bound to @ifindex: inet_sk_bound_dev_eq()
 *	(include/net/inet_sock.h)
 *
 * Context: Process context; takes RCU.
 * Return: its ifindex, 0 for none.
 */
int twi_netns_master(const struct twi_netns_set *set, u32 index, int ifindex,
		     bool *any)
{
	struct net *net = set->net[index];
	int master = l3mdev_master_ifindex_by_index(net, ifindex);

	*any = !master || !twi_bound_by_l3mdev(net);
	return master;
}

/**
 * twi_netns_reserved - the reserved ports of a range
 * @set: the set, held
 * @index: index of the namespace
 * @low: first port
 * @size: ports in the range
 * @reserved: a bit set for each that is in net.ipv4.ip_local_reserved_ports,
 *	cleared before; NULL to count only
 *
 * Return: how many.
 */
u32 twi_netns_reserved(const struct twi_netns_set *set, u32 index, u32 low,
		       u32 size, unsigned long *reserved)
{
	const unsigned long *bits = twi_net_reserved(set->net[index]);
	u32 end = low + size;
	u32 nr = 0;
	u32 port;

	if (!bits)
		return 0;
	for (port = find_next_bit(bits, end, low); port < end;
	     port = find_next_bit(bits, end, port + 1)) {
		nr++;
		if (reserved)
			__set_bit(port - low, reserved);
	}
	return nr;
}

/**
 * twi_netns_count_reserved - fill in how many ports each namespace reserves
 * @set: the set, held
 *
 * Context: Process context, may sleep.
 */
void twi_netns_count_reserved(struct twi_netns_set *set)
{
	u32 i;

	for (i = 0; i < set->nr; i++) {
		struct twi_netns *info = &set->info[i];

		info->ports_reserved =
			twi_netns_reserved(set, i, info->port_low,
					   info->port_high - info->port_low + 1,
					   NULL);
		cond_resched();
	}
}
