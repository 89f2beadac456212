// SPDX-License-Identifier: GPL-2.0
/*
 * twgen - test-only module: TIME-WAIT sockets in large numbers, see twgen.h.
 *
 * It opens and closes ordinary sockets through the kernel's own socket calls,
 * so nothing in them differs from a program's.  Never load it on a system that
 * anybody needs: it can fill the tables, and it ends TIME-WAIT early.
 *
 * No conditional on the kernel: the table is found through the death row, as
 * tcp_hashinfo is not exported everywhere, and addresses are passed as void *,
 * which converts to whichever type kernel_bind() and kernel_connect() take.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/nsproxy.h>
#include <linux/rcupdate.h>
#include <linux/rtnetlink.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include <net/inet_hashtables.h>
#include <net/inet_timewait_sock.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "twgen.h"

#define HOLD_PERIOD	(15 * HZ)
#define SOCK_TIMEOUT	(5 * HZ)

/* An open file: what it holds, and in which namespace. */
struct twgen_file {
	struct mutex		lock;	/* serialises ioctls of this file */
	struct net		*net;
	struct twgen_select	held;
	bool			holding;
	struct delayed_work	hold_work;
};

static struct inet_hashinfo *twgen_hashinfo(struct net *net)
{
	return net->ipv4.tcp_death_row.hashinfo;
}

static int addr_len(const union twgen_addr *addr)
{
	switch (addr->v4.sin_family) {
	case AF_INET:
		return sizeof(addr->v4);
	case AF_INET6:
		return sizeof(addr->v6);
	default:
		return -EAFNOSUPPORT;
	}
}

static bool addr_any(const union twgen_addr *addr)
{
	if (addr->v4.sin_port)
		return false;
	return addr->v4.sin_family == AF_INET ? !addr->v4.sin_addr.s_addr :
	       ipv6_addr_any(&addr->v6.sin6_addr);
}

/*
 * The local address of connection @i, see twgen.h.  sin_port and sin6_port are
 * at one place.
 */
static union twgen_addr local_addr(const struct twgen_make *arg, u32 i)
{
	union twgen_addr addr = arg->local;
	__be32 *host;

	BUILD_BUG_ON(offsetof(struct sockaddr_in, sin_port) !=
		     offsetof(struct sockaddr_in6, sin6_port));
	if (addr.v4.sin_family == AF_INET)
		host = &addr.v4.sin_addr.s_addr;
	else
		host = &addr.v6.sin6_addr.s6_addr32[3];
	be32_add_cpu(host, i % arg->addresses);
	if (addr.v4.sin_port)
		be16_add_cpu(&addr.v4.sin_port, i / arg->addresses);
	return addr;
}

static int open_socket(int family, struct socket **sock)
{
	int err = sock_create(family, SOCK_STREAM, IPPROTO_TCP, sock);

	if (!err) {
		(*sock)->sk->sk_rcvtimeo = SOCK_TIMEOUT;
		(*sock)->sk->sk_sndtimeo = SOCK_TIMEOUT;
	}
	return err;
}

static int open_listener(union twgen_addr *addr, struct socket **sock)
{
	int err = open_socket(addr->v4.sin_family, sock);

	if (err)
		return err;
	sock_set_reuseaddr((*sock)->sk);
	err = kernel_bind(*sock, (void *)addr, addr_len(addr));
	if (!err)
		err = kernel_listen(*sock, 1024);
	if (err)
		sock_release(*sock);
	return err;
}

/*
 * The local address of a client.  Where it names no port, connect() is to
 * choose it, as for a socket that was not bound at all.
 */
static int bind_client(struct socket *sock, union twgen_addr *addr)
{
	int one = 1, err;

	if (!addr->v4.sin_port) {
		err = READ_ONCE(sock->ops)->setsockopt(sock, SOL_IP,
						       IP_BIND_ADDRESS_NO_PORT,
						       KERNEL_SOCKPTR(&one),
						       sizeof(one));
		if (err)
			return err;
	} else {
		sock_set_reuseaddr(sock->sk);
	}
	return kernel_bind(sock, (void *)addr, addr_len(addr));
}

/*
 * Close @first, wait for its FIN to arrive, then close @second.  Where softirqs
 * were left to ksoftirqd the FINs would cross else, and both ends would enter
 * TIME-WAIT.
 */
static int close_both(struct socket *first, struct socket *second)
{
	struct msghdr msg = {};
	struct kvec vec;
	char byte;
	int err = 0;

	sock_release(first);
	if (inet_sk_state_load(second->sk) != TCP_CLOSE_WAIT) {
		vec.iov_base = &byte;
		vec.iov_len = 1;
		err = kernel_recvmsg(second, &msg, &vec, 1, 1, 0);
	}
	sock_release(second);
	return err;
}

/*
 * Close both, neither seeing the other's FIN before it has sent its own: the
 * first FIN waits in the backlog of a socket that is ours until then.
 */
static int close_at_once(struct socket *client, struct socket *server)
{
	/* The class of the client's lock, which sock_release() takes. */
	lock_sock_nested(server->sk, SINGLE_DEPTH_NESTING);
	sock_release(client);
	server->sk->sk_prot->shutdown(server->sk, SEND_SHUTDOWN);
	release_sock(server->sk);
	sock_release(server);
	return 0;
}

/* As a program does it with SO_LINGER and a time of 0. */
static int close_reset(struct socket *client, struct socket *server)
{
	sock_no_linger(client->sk);
	sock_release(client);
	sock_release(server);
	return 0;
}

/* One connection, from the first SYN to both ends closed. */
static int make_one(struct twgen_make *arg, struct socket *listener)
{
	union twgen_addr local = local_addr(arg, arg->made);
	struct socket *client, *server;
	int err;

	err = open_socket(arg->remote.v4.sin_family, &client);
	if (err)
		return err;
	if (!addr_any(&local))
		err = bind_client(client, &local);
	if (!err)
		err = kernel_connect(client, (void *)&arg->remote,
				     addr_len(&arg->remote), 0);
	if (!err)
		err = kernel_accept(listener, &server, 0);
	if (err) {
		sock_release(client);
		return err;
	}
	switch (arg->closer) {
	case TWGEN_CLIENT:
		return close_both(client, server);
	case TWGEN_SERVER:
		return close_both(server, client);
	case TWGEN_RESET:
		return close_reset(client, server);
	default:
		return close_at_once(client, server);
	}
}

static int make_all(struct twgen_make *arg, struct socket *listener)
{
	int err = 0;

	while (!err && arg->made < arg->count) {
		err = make_one(arg, listener);
		if (!err)
			arg->made++;
		if (signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return err;
}

static int twgen_make(struct twgen_make *arg)
{
	struct socket *listener;
	int err;

	if (addr_len(&arg->remote) < 0 || arg->closer > TWGEN_RESET ||
	    !arg->addresses)
		return -EINVAL;
	if (arg->local.v4.sin_family != arg->remote.v4.sin_family)
		return -EINVAL;
	arg->made = 0;
	if (arg->listener >= 0) {
		listener = sockfd_lookup(arg->listener, &err);
		if (!listener)
			return err;
		err = -EINVAL;
		if (sk_is_tcp(listener->sk))
			err = make_all(arg, listener);
		sockfd_put(listener);
		return err;
	}
	err = open_listener(&arg->remote, &listener);
	if (err)
		return err;
	err = make_all(arg, listener);
	sock_release(listener);
	return err;
}

static bool is_selected(const struct inet_timewait_sock *tw,
			const struct net *net, u32 port)
{
	return net_eq(twsk_net(tw), net) &&
	       (!port || READ_ONCE(tw->tw_num) == port ||
		READ_ONCE(tw->tw_dport) == htons(port));
}

/*
 * Minisocket of @net and @port at @sk, with a reference, or NULL.  Called
 * under RCU.  The object may be freed and used again until the reference is
 * taken, so everything is looked at after that.
 */
static struct inet_timewait_sock *get_selected(struct sock *sk,
					       const struct net *net, u32 port)
{
	struct inet_timewait_sock *tw = inet_twsk(sk);

	if (inet_sk_state_load(sk) != TCP_TIME_WAIT)
		return NULL;
	if (!refcount_inc_not_zero(&sk->sk_refcnt))
		return NULL;
	if (is_selected(tw, net, port))
		return tw;
	inet_twsk_put(tw);
	return NULL;
}

/* Re-arm the timers of one chain; the number of them. */
static u32 hold_chain(struct inet_hashinfo *hinfo, unsigned int slot,
		      const struct net *net, u32 port)
{
	struct inet_timewait_sock *tw;
	struct hlist_nulls_node *node;
	struct sock *sk;
	u32 found;

	rcu_read_lock();
restart:
	found = 0;
	sk_nulls_for_each_rcu(sk, node, &hinfo->ehash[slot].chain) {
		tw = get_selected(sk, net, port);
		if (!tw)
			continue;
		found += mod_timer_pending(&tw->tw_timer,
					   jiffies + TCP_TIMEWAIT_LEN);
		inet_twsk_put(tw);
	}
	if (get_nulls_value(node) != slot)
		goto restart;
	rcu_read_unlock();
	return found;
}

/* The first bucket after those that are selected. */
static unsigned int select_end(const struct inet_hashinfo *hinfo,
			       const struct twgen_select *sel)
{
	unsigned int buckets = hinfo->ehash_mask + 1;

	return sel->to && sel->to < buckets ? sel->to : buckets;
}

static u32 hold(struct net *net, const struct twgen_select *sel)
{
	struct inet_hashinfo *hinfo = twgen_hashinfo(net);
	unsigned int slot, end = select_end(hinfo, sel);
	u32 found = 0;

	for (slot = sel->from; slot < end; slot++) {
		if (hlist_nulls_empty(&hinfo->ehash[slot].chain))
			continue;
		found += hold_chain(hinfo, slot, net, sel->port);
		cond_resched();
	}
	return found;
}

static void hold_work(struct work_struct *work)
{
	struct twgen_file *tf = container_of(to_delayed_work(work),
					     struct twgen_file, hold_work);

	hold(tf->net, &tf->held);
	queue_delayed_work(system_long_wq, &tf->hold_work, HOLD_PERIOD);
}

static void hold_stop(struct twgen_file *tf)
{
	if (!tf->holding)
		return;
	cancel_delayed_work_sync(&tf->hold_work);
	tf->holding = false;
	put_net(tf->net);
}

static int twgen_hold(struct twgen_file *tf, struct twgen_select *arg)
{
	hold_stop(tf);
	tf->net = get_net(current->nsproxy->net_ns);
	tf->held = *arg;
	tf->holding = true;
	arg->found = hold(tf->net, &tf->held);
	queue_delayed_work(system_long_wq, &tf->hold_work, HOLD_PERIOD);
	return 0;
}

/* A minisocket of the chain, with a reference, or NULL. */
static struct inet_timewait_sock *
chain_get_selected(struct inet_hashinfo *hinfo, unsigned int slot,
		   const struct net *net, u32 port)
{
	struct inet_timewait_sock *tw = NULL;
	struct hlist_nulls_node *node;
	struct sock *sk;

	rcu_read_lock();
restart:
	sk_nulls_for_each_rcu(sk, node, &hinfo->ehash[slot].chain) {
		tw = get_selected(sk, net, port);
		if (tw)
			break;
	}
	if (!tw && get_nulls_value(node) != slot)
		goto restart;
	rcu_read_unlock();
	return tw;
}

/* As inet_twsk_purge() does it, but for a living namespace: with our reference. */
static void end_tw(struct inet_timewait_sock *tw)
{
	local_bh_disable();
	inet_twsk_deschedule_put(tw);
	local_bh_enable();
}

static int twgen_drop(struct net *net, struct twgen_select *arg)
{
	struct inet_hashinfo *hinfo = twgen_hashinfo(net);
	unsigned int slot, end = select_end(hinfo, arg);
	struct inet_timewait_sock *tw;

	arg->found = 0;
	for (slot = arg->from; slot < end; slot++) {
		while ((tw = chain_get_selected(hinfo, slot, net, arg->port))) {
			end_tw(tw);
			arg->found++;
			cond_resched();
			if (signal_pending(current))
				return -EINTR;
		}
	}
	return 0;
}

static void count_chain(struct inet_hashinfo *hinfo, unsigned int slot,
			struct twgen_chain *chain)
{
	spinlock_t *lock = inet_ehash_lockp(hinfo, slot);
	struct hlist_nulls_node *node;
	struct sock *sk;

	spin_lock_bh(lock);
	sk_nulls_for_each(sk, node, &hinfo->ehash[slot].chain) {
		chain->sockets++;
		if (sk->sk_state != TCP_TIME_WAIT)
			continue;
		if (inet_twsk(sk)->tw_substate == TCP_FIN_WAIT2)
			chain->fw2++;
		else
			chain->tw++;
	}
	spin_unlock_bh(lock);
}

static void count_binds(struct inet_bind_hashbucket *head,
			struct twgen_chain *chain)
{
	struct hlist_node *node;

	spin_lock_bh(&head->lock);
	hlist_for_each(node, &head->chain)
		chain->sockets++;
	spin_unlock_bh(&head->lock);
}

static void count_slot(struct inet_hashinfo *hinfo, u32 table,
		       unsigned int slot, struct twgen_chain *chain)
{
	if (table == TWGEN_EHASH)
		count_chain(hinfo, slot, chain);
	else if (table == TWGEN_BHASH)
		count_binds(&hinfo->bhash[slot], chain);
	else
		count_binds(&hinfo->bhash2[slot], chain);
}

static int twgen_chains(struct net *net, struct twgen_chains *arg)
{
	struct inet_hashinfo *hinfo = twgen_hashinfo(net);
	struct twgen_chain *chains;
	unsigned int slot;
	int err = 0;

	if (arg->table > TWGEN_BHASH2)
		return -EINVAL;
	arg->buckets = arg->table == TWGEN_EHASH ? hinfo->ehash_mask + 1 :
						   hinfo->bhash_size;
	if (arg->size < arg->buckets)
		return -ENOSPC;
	chains = vzalloc(array_size(arg->buckets, sizeof(*chains)));
	if (!chains)
		return -ENOMEM;
	for (slot = 0; slot < arg->buckets; slot++) {
		count_slot(hinfo, arg->table, slot, &chains[slot]);
		cond_resched();
	}
	if (copy_to_user(u64_to_user_ptr(arg->buf), chains,
			 array_size(arg->buckets, sizeof(*chains))))
		err = -EFAULT;
	vfree(chains);
	return err;
}

static u32 count_namespaces(void)
{
	struct net *net;
	u32 nr = 0;

	down_read(&net_rwsem);
	for_each_net(net)
		nr++;
	up_read(&net_rwsem);
	return nr;
}

static int twgen_info(struct net *net, struct twgen_info *arg)
{
	struct inet_hashinfo *hinfo = twgen_hashinfo(net);

	*arg = (struct twgen_info) {
		.jiffies = jiffies,
		.hz = HZ,
		.tw_len_ms = jiffies_to_msecs(TCP_TIMEWAIT_LEN),
		.tw_object = sizeof(struct tcp_timewait_sock),
		.bind_object = sizeof(struct inet_bind_bucket),
		.bind2_object = sizeof(struct inet_bind2_bucket),
		.ehash_buckets = hinfo->ehash_mask + 1,
		.ehash_locks = hinfo->ehash_locks_mask + 1,
		.ehash_head = sizeof(struct inet_ehash_bucket),
		.ehash_lock = sizeof(spinlock_t),
		.bhash_buckets = hinfo->bhash_size,
		.bhash_head = sizeof(struct inet_bind_hashbucket),
		.own_ehash = hinfo != twgen_hashinfo(&init_net),
		.namespaces = count_namespaces(),
	};
	return 0;
}

static int twgen_bind(struct net *net, struct twgen_bind *arg)
{
	struct inet_hashinfo *hinfo = twgen_hashinfo(net);
	struct inet_bind_hashbucket *head;
	struct inet_bind_bucket *tb;
	int err = -ENOENT;

	head = &hinfo->bhash[inet_bhashfn(net, arg->port, hinfo->bhash_size)];
	spin_lock_bh(&head->lock);
	inet_bind_bucket_for_each(tb, &head->chain) {
		if (!net_eq(ib_net(tb), net) || tb->port != arg->port ||
		    tb->l3mdev != arg->l3mdev)
			continue;
		arg->fastreuse = tb->fastreuse;
		arg->fastreuseport = tb->fastreuseport;
		arg->fastuid = from_kuid(&init_user_ns, tb->fastuid);
		err = 0;
		break;
	}
	spin_unlock_bh(&head->lock);
	return err;
}

static int twgen_lock(struct net *net, struct twgen_lock *arg)
{
	struct inet_hashinfo *hinfo = twgen_hashinfo(net);
	unsigned long end = jiffies + msecs_to_jiffies(arg->ms);
	spinlock_t *lock = inet_ehash_lockp(hinfo, arg->slot);

	if (arg->slot > hinfo->ehash_mask)
		return -EINVAL;
	arg->looks = 0;
	arg->held = 0;
	while (time_before(jiffies, end)) {
		if (spin_trylock_bh(lock))
			spin_unlock_bh(lock);
		else
			arg->held++;
		if (++arg->looks % 1024)
			continue;
		cond_resched();
		if (signal_pending(current))
			return -EINTR;
	}
	return 0;
}

static int twgen_grace(struct twgen_grace *arg)
{
	unsigned long end = jiffies + msecs_to_jiffies(arg->ms);
	u64 since;

	arg->count = 0;
	arg->longest_ns = 0;
	while (time_before(jiffies, end)) {
		since = ktime_get_ns();
		synchronize_rcu_expedited();
		arg->longest_ns = max(arg->longest_ns, ktime_get_ns() - since);
		arg->count++;
		if (signal_pending(current))
			return -EINTR;
	}
	return 0;
}

/*
 * A minisocket that somebody has a reference to, and now we as well: the hash,
 * the bind hash and the timer have one each.
 */
static struct inet_timewait_sock *hunt_chain(struct inet_hashinfo *hinfo,
					     unsigned int slot,
					     const struct net *net)
{
	struct inet_timewait_sock *tw = NULL;
	struct hlist_nulls_node *node;
	struct sock *sk;

	rcu_read_lock();
	sk_nulls_for_each_rcu(sk, node, &hinfo->ehash[slot].chain) {
		if (refcount_read(&sk->sk_refcnt) <= 3)
			continue;
		tw = get_selected(sk, net, 0);
		if (tw)
			break;
	}
	rcu_read_unlock();
	return tw;
}

static int twgen_hunt(struct net *net, struct twgen_hunt *arg)
{
	struct inet_hashinfo *hinfo = twgen_hashinfo(net);
	unsigned long end = jiffies + msecs_to_jiffies(arg->ms);
	struct inet_timewait_sock *tw;

	if (arg->slot > hinfo->ehash_mask)
		return -EINVAL;
	arg->found = 0;
	while (time_before(jiffies, end)) {
		tw = hunt_chain(hinfo, arg->slot, net);
		if (tw) {
			end_tw(tw);
			arg->found++;
		}
		cond_resched();
		if (signal_pending(current))
			return -EINTR;
	}
	return 0;
}

static long do_ioctl(struct twgen_file *tf, unsigned int cmd, void *arg)
{
	struct net *net = current->nsproxy->net_ns;

	switch (cmd) {
	case TWGEN_MAKE:
		return twgen_make(arg);
	case TWGEN_HOLD:
		return twgen_hold(tf, arg);
	case TWGEN_DROP:
		return twgen_drop(net, arg);
	case TWGEN_CHAINS:
		return twgen_chains(net, arg);
	case TWGEN_INFO:
		return twgen_info(net, arg);
	case TWGEN_BIND:
		return twgen_bind(net, arg);
	case TWGEN_LOCK:
		return twgen_lock(net, arg);
	case TWGEN_GRACE:
		return twgen_grace(arg);
	case TWGEN_HUNT:
		return twgen_hunt(net, arg);
	default:
		return -ENOTTY;
	}
}

static long twgen_ioctl(struct file *file, unsigned int cmd, unsigned long ptr)
{
	struct twgen_file *tf = file->private_data;
	union {
		struct twgen_make	make;
		struct twgen_select	select;
		struct twgen_chains	chains;
		struct twgen_info	info;
		struct twgen_bind	bind;
		struct twgen_lock	lock;
		struct twgen_grace	grace;
		struct twgen_hunt	hunt;
	} arg = {};
	size_t size = _IOC_SIZE(cmd);
	long err;

	if (size > sizeof(arg))
		return -ENOTTY;
	if ((_IOC_DIR(cmd) & _IOC_WRITE) &&
	    copy_from_user(&arg, (void __user *)ptr, size))
		return -EFAULT;
	err = mutex_lock_killable(&tf->lock);
	if (err)
		return err;
	err = do_ioctl(tf, cmd, &arg);
	mutex_unlock(&tf->lock);
	if (copy_to_user((void __user *)ptr, &arg, size))
		return -EFAULT;
	return err;
}

static int twgen_open(struct inode *inode, struct file *file)
{
	struct twgen_file *tf = kzalloc(sizeof(*tf), GFP_KERNEL);

	if (!tf)
		return -ENOMEM;
	mutex_init(&tf->lock);
	INIT_DELAYED_WORK(&tf->hold_work, hold_work);
	file->private_data = tf;
	return 0;
}

static int twgen_release(struct inode *inode, struct file *file)
{
	struct twgen_file *tf = file->private_data;

	hold_stop(tf);
	kfree(tf);
	return 0;
}

static const struct file_operations twgen_fops = {
	.owner		= THIS_MODULE,
	.open		= twgen_open,
	.release	= twgen_release,
	.unlocked_ioctl	= twgen_ioctl,
};

static struct miscdevice twgen_dev = {
	.minor		= MISC_DYNAMIC_MINOR,
	.name		= "twgen",
	.fops		= &twgen_fops,
	.mode		= 0600,
};

module_misc_device(twgen_dev);

MODULE_DESCRIPTION("test-only generator of TIME-WAIT sockets");
MODULE_LICENSE("GPL");
