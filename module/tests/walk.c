// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of the walk: sockets that stay are handed over exactly once,
 * whatever another one of their chain does meanwhile.
 *
 * There is one CPU here, and another one between any two reads of the walk's
 * (net/shim.h): each test has a socket freed, filled anew and put elsewhere, and
 * goes through all moments at which that can be.
 */
#include "../census.h"
#include "../netns.h"
#include "../supply.h"
#include "../tuples.h"
#include "../walk.h"
#include "ktap.h"
#include "net/shim.h"

#define BUCKETS		4
#define TABLES		2
/* The second table may be larger. */
#define BUCKETS_MAX	(2 * BUCKETS)
#define SOCKS		600
#define PORTS		(3 * SOCKS)
#define MANY		20
#define NEVER		U32_MAX

struct net init_net;
int shim_locked;
int shim_rcu;

static struct net nets[TABLES];
static struct inet_ehash_bucket heads[TABLES][BUCKETS_MAX];
static struct inet_listen_hashbucket lheads[BUCKETS];
static struct shim_lock locks[TABLES][BUCKETS_MAX];
static struct inet_hashinfo hinfos[TABLES];
static struct tcp_timewait_sock socks[SOCKS];
static u32 nr_socks;

/* Where each socket that there was belonged, by its local port. */
static struct place {
	u8 table;
	u8 slot;
	bool listens;
} places[PORTS];
static u32 ports;

/* How often each was handed over, and how often two were taken for one. */
static u32 seen[PORTS];
static u32 mixed;

static struct twi_cost cost;
/* Allocated once a test: that takes longer than a walk. */
static struct twi_walk the_walk = { .cost = &cost };
/* Tables that are walked: the namespaces of others are not held. */
static u32 held;

static struct sock *sock_of(u32 nr)
{
	return &socks[nr].tw_sk.tw_sk;
}

static struct hlist_nulls_head *head_of(const struct place *p)
{
	return p->listens ? &lheads[p->slot].nulls_head :
			    &heads[p->table][p->slot].chain;
}

/* That of a listener is not set. */
static u32 hash_of(u32 port)
{
	return places[port].listens ? 0 : places[port].slot | port << 8;
}

/* What the kernel does with a socket, in the order in which it does. */

static void unlink_sock(struct sock *sk)
{
	struct hlist_nulls_node *n = &sk->sk_nulls_node;

	*n->pprev = n->next;
	if (!is_a_nulls(n->next))
		n->next->pprev = n->pprev;
	n->pprev = NULL;
}

/* Fills a socket that is in no chain; its local port tells it from all others. */
static void fill(struct sock *sk, struct place p)
{
	u32 port = ports++;

	if (port >= PORTS) {
		shim_wrong("the test has no more ports");
		return;
	}
	places[port] = p;
	seen[port] = 0;
	sk->sk_num = port;
	sk->sk_hash = hash_of(port);
	sk->sk_dport = htons(port ^ 0x5555);
	sk->sk_bound_dev_if = port;
	sk->sk_state = p.listens ? TCP_LISTEN : TCP_TIME_WAIT;
	sk->sk_net = &nets[p.table];
}

static void aim_sock(struct sock *sk)
{
	sk->sk_nulls_node.next = head_of(&places[sk->sk_num])->first;
}

static void link_sock(struct sock *sk)
{
	struct hlist_nulls_node *n = &sk->sk_nulls_node;
	struct hlist_nulls_head *head = head_of(&places[sk->sk_num]);

	aim_sock(sk);
	n->pprev = &head->first;
	if (!is_a_nulls(n->next))
		n->next->pprev = &n->next;
	head->first = n;
}

/* What the other CPU does, and at which step of the walk. */

enum act {
	LEAVE,		/* is freed... */
	FILL,		/* ...and filled anew... */
	AIM,		/* ...and given its next pointer... */
	LINK,		/* ...and put into the chain of its new place */
	/* Before 6.12, a socket that enters TIME-WAIT: */
	TWIN,		/* its minisocket is put into the chain... */
	GO,		/* ...which it leaves itself... */
	BORN,		/* ...and only then has the minisocket references */
};

struct deed {
	u32 step;
	u32 sock;
	enum act from, to;	/* all acts from one to the other */
	struct place place;
};

static struct deed deeds[3];
static u32 nr_deeds;
/* After so many steps a deed is done again to the next of MANY; 0 for never. */
static u32 again;
static u32 steps;

/* Steps at which a socket was read. */
static const struct sock *watched;
static u32 visits[200];
static u32 nr_visits;

static void act(struct deed *deed)
{
	struct sock *sk = sock_of(deed->sock);

	struct sock *twin = sock_of(nr_socks);
	enum act a;

	for (a = deed->from; a <= deed->to; a++) {
		switch (a) {
		case LEAVE:
			unlink_sock(sk);
			sk->sk_refcnt.counter = 0;
			break;
		case FILL:
			fill(sk, deed->place);
			break;
		case AIM:
			aim_sock(sk);
			break;
		case LINK:
			link_sock(sk);
			sk->sk_refcnt.counter = 1;
			break;
		case TWIN:
			*twin = *sk;
			twin->sk_refcnt.counter = 0;
			link_sock(twin);
			break;
		case GO:
			unlink_sock(sk);
			break;
		case BORN:
			twin->sk_refcnt.counter = 1;
		}
	}
	deed->step = again ? steps + again : NEVER;
	deed->sock = again ? (deed->sock + 1) % MANY : deed->sock;
}

/* Who wants to change a chain waits for its lock: here, for all of them. */
void shim_step(const void *what)
{
	u32 i;

	steps++;
	if (watched && what >= (const void *)watched &&
	    what < (const void *)(watched + 1) &&
	    nr_visits < ARRAY_SIZE(visits))
		visits[nr_visits++] = steps;
	if (shim_locked)
		return;
	for (i = 0; i < nr_deeds; i++)
		if (deeds[i].step <= steps)
			act(&deeds[i]);
}

void shim_wrong(const char *what)
{
	if (!failed)
		printf("# wrong: %s\n", what);
	failed = true;
}

/* What the walk hands over. */

static void take(const struct twi_sock *sock, u32 nr, bool listens)
{
	for (; nr--; sock++) {
		const bool is_listener = sock->state == TWI_STATE_listen;
		const u32 port = sock->lport;
		u16 net = TWI_NETNS_UNHELD;

		if (port < ports && places[port].table < held)
			net = places[port].table;
		if (port >= ports ||
		    (!listens && sock->hash != hash_of(port)) ||
		    sock->rport != (port ^ 0x5555) ||
		    sock->dev != (s32)port ||
		    sock->net != net ||
		    listens != is_listener)
			mixed++;
		else
			seen[port]++;
	}
}

/* Each chain by itself: nothing in it is of another one. */
void twi_census_chain(struct twi_census *c, u32 table, u32 slot,
		      const struct twi_sock *sock, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		if (sock[i].lport < ports &&
		    (places[sock[i].lport].slot != slot ||
		     places[sock[i].lport].table != table))
			mixed++;
	take(sock, nr, false);
}

void twi_census_socks(struct twi_census *c, const struct twi_sock *sock, u32 nr)
{
	take(sock, nr, false);
}

void twi_census_long(struct twi_census *c, u32 table, u32 slot, u32 nr)
{
}

void twi_census_listeners(struct twi_census *c, const struct twi_sock *sock,
			  u32 nr)
{
	take(sock, nr, true);
}

/* Of walks that are not taken here. */

/* What was folded of bind buckets. */
static u32 binds, binds_cut, bind_len;

int twi_census_binds(struct twi_census *c, const struct twi_bind *bind, u32 nr)
{
	binds += nr;
	return 0;
}

void twi_census_binds_cut(struct twi_census *c)
{
	binds_cut++;
}

void twi_census_bind2s(struct twi_census *c, const struct twi_bind2 *bind2,
		       u32 nr)
{
}

void twi_census_bhash_len(struct twi_census *c, u32 slot, u32 nr)
{
	bind_len += nr;
}

void twi_census_bhash2_len(struct twi_census *c, u32 slot, u32 nr)
{
}

void twi_tuples_socks(struct twi_tuples *t, const struct twi_sock *sock,
		      const struct twi_ends *ends, u32 nr)
{
}

void twi_supplies_socks(struct twi_supplies *all, const struct twi_sock *sock,
			const struct twi_ends *ends, u32 nr)
{
}

void twi_sides_listeners(struct twi_sides *s, const struct twi_sock *sock,
			 u32 nr)
{
}

/* The tables before each walk. */

static void tables_empty(void)
{
	u32 t, i;

	for (t = 0; t < TABLES; t++) {
		for (i = 0; i < BUCKETS_MAX; i++)
			heads[t][i].chain.first = (void *)NULLS_MARKER(i);
		hinfos[t] = (struct inet_hashinfo) {
			.ehash = heads[t], .ehash_locks = locks[t],
			.ehash_mask = BUCKETS - 1,
			.lhash2 = lheads, .lhash2_mask = BUCKETS - 1,
		};
		nets[t].ipv4.tcp_death_row.hashinfo = &hinfos[t];
	}
	for (i = 0; i < BUCKETS; i++)
		lheads[i].nulls_head.first =
			(void *)NULLS_MARKER(i + LISTENING_NULLS_BASE);
	nr_socks = 0;
	ports = 0;
	steps = 0;
	mixed = 0;
	cost = (struct twi_cost) {};
}

/* The last one that is added is the first of its chain. */
static u32 add(u8 table, u8 slot, bool listens)
{
	u32 nr = nr_socks++;

	memset(&socks[nr], 0, sizeof(socks[nr]));
	fill(sock_of(nr), (struct place) { table, slot, listens });
	link_sock(sock_of(nr));
	sock_of(nr)->sk_refcnt.counter = 1;
	return nr;
}

/* All tables, the listening one, or the bind hash in either way. */
enum what { EHASH, LISTENS, BOUND, BHASH };

static void walk(u32 tables, enum what what)
{
	struct inet_hashinfo *hinfo[TABLES] = { &hinfos[0], &hinfos[1] };
	struct twi_netns info[TABLES] = { { .table = 0 }, { .table = 1 } };
	struct twi_netns_slot slots[4] = {};
	struct twi_netns_set set = {
		.info = info, .slot = slots, .hinfo = hinfo,
		.nr = tables, .tables = tables, .bits = 2,
	};
	u32 i, at;

	for (i = 0; i < ARRAY_SIZE(slots); i++)
		slots[i].index = TWI_NETNS_UNHELD;
	for (i = 0; i < tables; i++) {
		at = hash_ptr(&nets[i], set.bits);
		while (slots[at].net)
			at = (at + 1) % 4;
		slots[at] = (struct twi_netns_slot) { &nets[i], i };
	}
	the_walk.set = &set;
	held = tables;
	switch (what) {
	case EHASH:
		EXPECT(0, twi_walk_ehash(&the_walk, TWI_WALK_PLAIN));
		break;
	case LISTENS:
		EXPECT(0, twi_walk_listeners(&the_walk));
		break;
	case BOUND:
		EXPECT(0, twi_walk_bound(&the_walk));
		break;
	case BHASH:
		EXPECT(0, twi_walk_bhash(&the_walk));
		break;
	}
	EXPECT(0, shim_rcu);
	EXPECT(0, shim_locked);
}

/* What a test goes through. */
struct trial {
	void (*populate)(void);
	u32 tables;
	bool listens;
	u64 walks, restarts, fallbacks;
};

/* Whether there is anything to do at a later step. */
static bool pending(void)
{
	u32 i;

	for (i = 0; i < nr_deeds; i++)
		if (deeds[i].step != NEVER)
			return true;
	return false;
}

static void say_deeds(const struct deed *what)
{
	u32 i;

	for (i = 0; i < nr_deeds; i++)
		printf("# socket %u, acts %u to %u, to table %u slot %u, at step %u\n",
		       what[i].sock, what[i].from, what[i].to,
		       what[i].place.table, what[i].place.slot, what[i].step);
}

/*
 * One walk.  Sockets that stay are seen once, those that move at most once in
 * each place.  Returns false once the walk is over before the deeds are done.
 */
static bool try(struct trial *t)
{
	struct deed was[ARRAY_SIZE(deeds)];
	u32 stay, port, wrong = 0;
	bool done, moves;

	if (failed)
		return false;
	memcpy(was, deeds, sizeof(was));
	tables_empty();
	t->populate();
	stay = ports;
	walk(t->tables, t->listens ? LISTENS : EHASH);
	done = !pending();
	for (port = 0; port < ports; port++) {
		moves = port >= stay;
		for (u32 i = 0; i < nr_deeds; i++)
			moves |= deeds[i].sock == port && was[i].from < TWIN;
		moves |= again && port < MANY;
		if (places[port].table < t->tables)
			wrong += moves ? seen[port] > 1 : seen[port] != 1;
	}
	/* There it is known, and may be as many as moved. */
	if (cost.inexact && wrong <= nr_deeds)
		wrong = 0;
	if (wrong || mixed) {
		printf("# %u sockets not seen once, %u that never were\n",
		       wrong, mixed);
		say_deeds(was);
		failed = true;
	}
	t->walks++;
	t->restarts += cost.restarts;
	t->fallbacks += cost.lock_fallbacks;
	return done;
}

static void begin(struct trial *t)
{
	EXPECT(0, twi_walk_alloc(&the_walk));
	nr_deeds = 0;
	try(t);
	EXPECT(0, t->restarts);
	EXPECT(0, cost.inexact + cost.unfinished + cost.skipped);
}

static void end(const struct trial *t)
{
	twi_walk_free(&the_walk);
	printf("# %llu walks, %llu chains walked again, %llu under their lock\n",
	       (unsigned long long)t->walks, (unsigned long long)t->restarts,
	       (unsigned long long)t->fallbacks);
}

/* Places are numbered, table by table. */
static struct place place_nr(const struct trial *t, u32 nr)
{
	return (struct place) {
		.table = nr / BUCKETS, .slot = nr % BUCKETS,
		.listens = t->listens,
	};
}

/*
 * What deeds[0] says at each step, and after each number of steps what deeds[1]
 * says, if there is that.
 */
static void each_step(struct trial *t, u32 gap)
{
	const struct deed a = deeds[0], b = deeds[1];
	u32 step, first = gap;

	for (step = 1; ; step++) {
		for (gap = first; ; gap++) {
			deeds[0] = a;
			deeds[0].step = step;
			deeds[1] = b;
			deeds[1].step = step + gap;
			if (!try(t) || nr_deeds == 1)
				break;
		}
		/* Over before there was anything done. */
		if (deeds[0].step != NEVER ||
		    (gap == first && nr_deeds > 1))
			break;
	}
}

/* Each socket that there is, to each place, all at once. */
static void move_once(struct trial *t, u8 tables)
{
	u32 nr, to;

	nr_deeds = 1;
	for (nr = 0; nr < nr_socks; nr++) {
		for (to = 0; to < tables * BUCKETS; to++) {
			deeds[0] = (struct deed) {
				.sock = nr, .from = LEAVE, .to = LINK,
				.place = place_nr(t, to),
			};
			each_step(t, 0);
		}
	}
}

/* The same in two parts, with some steps of the walk between them. */
static void move_slowly(struct trial *t, enum act last)
{
	u32 nr, to;

	nr_deeds = 2;
	for (nr = 0; nr < nr_socks; nr++) {
		for (to = 0; to < BUCKETS; to++) {
			deeds[0] = (struct deed) {
				.sock = nr, .from = LEAVE, .to = last,
				.place = place_nr(t, to),
			};
			deeds[1] = deeds[0];
			deeds[1].from = last + 1;
			deeds[1].to = LINK;
			each_step(t, 1);
		}
	}
}

/* To one place, and then to another one or back. */
static void move_twice(struct trial *t, u8 tables)
{
	const u32 places = BUCKETS * tables;
	u32 nr, to;

	nr_deeds = 2;
	for (nr = 0; nr < nr_socks; nr++) {
		for (to = 0; to < places * places; to++) {
			deeds[0] = (struct deed) {
				.sock = nr, .from = LEAVE, .to = LINK,
				.place = place_nr(t, to / places),
			};
			deeds[1] = deeds[0];
			deeds[1].place = place_nr(t, to % places);
			each_step(t, 0);
		}
	}
}

/* Three chains and an empty one. */
static void few(void)
{
	add(0, 0, false);
	add(0, 0, false);
	add(0, 0, false);
	add(0, 1, false);
	add(0, 1, false);
	add(0, 2, false);
}

/* A connection is there all the time, first as one and then as the other. */
static void twin(struct trial *t, u32 nr, const u32 *at)
{
	u32 i;

	nr_deeds = 3;
	for (i = 0; i < nr_deeds; i++)
		deeds[i] = (struct deed) {
			.step = at[i], .sock = nr,
			.from = TWIN + i, .to = TWIN + i,
		};
	try(t);
}

/* At three steps, each not before the one before. */
static bool next_steps(u32 *at, u32 last)
{
	if (at[2]++ < last)
		return true;
	if (at[1]++ < last) {
		at[2] = at[1];
		return true;
	}
	at[0]++;
	at[1] = at[0];
	at[2] = at[0];
	return at[0] <= last;
}

static void test_twin(void)
{
	struct trial t = { .populate = few, .tables = 1 };
	u32 nr, last;

	begin(&t);
	last = steps;
	for (nr = 0; nr < nr_socks; nr++) {
		u32 at[3] = { 1, 1, 1 };

		do
			twin(&t, nr, at);
		while (next_steps(at, last));
	}
	end(&t);
}

static void test_move_once(void)
{
	struct trial t = { .populate = few, .tables = 1 };

	begin(&t);
	move_once(&t, 1);
	end(&t);
}

static void test_leave_then_enter(void)
{
	struct trial t = { .populate = few, .tables = 1 };

	begin(&t);
	move_slowly(&t, LEAVE);
	move_slowly(&t, FILL);
	move_slowly(&t, AIM);
	end(&t);
}

static void test_move_twice(void)
{
	struct trial t = { .populate = few, .tables = 1 };

	begin(&t);
	move_twice(&t, 1);
	end(&t);
}

/* A namespace's own table, with chains that end as those of the other do. */
static void two_tables(void)
{
	add(0, 0, false);
	add(0, 1, false);
	add(0, 1, false);
	add(1, 0, false);
	add(1, 0, false);
}

static void test_tables(void)
{
	struct trial t = { .populate = two_tables, .tables = 2 };

	begin(&t);
	move_once(&t, 2);
	end(&t);
}

/*
 * A namespace that is not held, whose table is another one and larger: only the
 * end of its chains tells where they are.
 */
static void test_unheld(void)
{
	struct trial t = { .populate = two_tables, .tables = 1 };
	u32 nr, slot;

	begin(&t);
	nr_deeds = 1;
	for (nr = 0; nr < nr_socks; nr++) {
		for (slot = BUCKETS; slot < BUCKETS_MAX; slot++) {
			deeds[0] = (struct deed) {
				.sock = nr, .from = LEAVE, .to = LINK,
				.place = { .table = 1, .slot = slot },
			};
			each_step(&t, 0);
		}
	}
	end(&t);
}

static void test_tables_twice(void)
{
	struct trial t = { .populate = two_tables, .tables = 2 };

	begin(&t);
	move_twice(&t, 2);
	end(&t);
}

/* The hash of a listener does not tell where it is. */
static void listeners(void)
{
	add(0, 0, true);
	add(0, 0, true);
	add(0, 0, true);
	add(0, 1, true);
	add(0, 1, true);
	add(0, 2, true);
}

static void test_listeners(void)
{
	struct trial t = {
		.populate = listeners, .tables = 1, .listens = true
	};

	begin(&t);
	move_once(&t, 1);
	move_slowly(&t, LEAVE);
	end(&t);
}

/* More than a lane has room for. */
static void many(void)
{
	u32 i;

	for (i = 0; i < MANY; i++)
		add(0, 0, false);
	add(0, 1, false);
	add(0, 1, false);
}

static void test_long_chain(void)
{
	struct trial t = { .populate = many, .tables = 1 };

	begin(&t);
	move_once(&t, 1);
	end(&t);
}

/* The last of a chain becomes the first, and so on, faster than it is walked. */
static void test_lock(void)
{
	struct trial t = { .populate = many, .tables = 1 };
	u32 step, port, sum;

	begin(&t);
	nr_deeds = 1;
	again = 40;
	for (step = 1; step < 200 && !failed; step++) {
		deeds[0] = (struct deed) {
			step, 0, LEAVE, LINK, { .slot = 0 }
		};
		try(&t);
		EXPECT(1, cost.lock_fallbacks);
		EXPECT(0, cost.inexact + cost.unfinished + cost.skipped);
		for (port = 0, sum = 0; port < ports; port++)
			sum += seen[port];
		EXPECT(MANY + 2, sum);
	}
	again = 0;
	end(&t);
}

/* More than are walked in one piece, and a chain besides. */
static void flooded(void)
{
	u32 i;

	for (i = 0; i < TWI_CHAIN_MAX + 20; i++)
		add(0, 1, false);
	add(0, 0, false);
	add(0, 0, false);
}

/* The next step at which the walk has to do with the socket watched, or 0. */
static u32 near_visit(u32 step)
{
	u32 i;

	for (i = 0; i < nr_visits; i++)
		if (visits[i] + 5 > step)
			return max(step + 1, visits[i] - 5);
	return 0;
}

/*
 * At those steps.  The walk says whether it was exact, and if not, it is wrong
 * by no more than what moved.
 */
static void flood_move(struct trial *t, u32 nr, struct place place,
		       enum act last)
{
	u32 step = 0, gap = 1;

	nr_deeds = 2;
	while ((step = near_visit(step))) {
		deeds[0] = (struct deed) { step, nr, LEAVE, last, place };
		gap = gap % 14 + 1;
		deeds[1] = (struct deed) {
			step + gap, nr, last + 1, LINK, place
		};
		try(t);
		EXPECT(1, cost.floods);
		EXPECT(0, cost.lock_fallbacks + cost.unfinished + cost.skipped);
	}
}

static void flood_twin(struct trial *t, u32 nr)
{
	u32 step = 0;

	while ((step = near_visit(step))) {
		const u32 at[3] = { step, step + 3, step + 7 };

		twin(t, nr, at);
	}
}

static void flood(u32 mover)
{
	const struct place unheld = { .table = 1, .slot = BUCKETS + 1 };
	struct trial t = { .populate = flooded, .tables = 2 };
	u32 to;

	watched = sock_of(mover);
	nr_visits = 0;
	begin(&t);
	watched = NULL;
	EXPECT(true, nr_visits > 0);
	for (to = 0; to < TABLES * BUCKETS; to++) {
		flood_move(&t, mover, place_nr(&t, to), LEAVE);
		flood_move(&t, mover, place_nr(&t, to), AIM);
	}
	flood_twin(&t, mover);
	t.tables = 1;
	flood_move(&t, mover, unheld, LEAVE);
	flood_move(&t, mover, unheld, AIM);
	end(&t);
}

static void test_flood(void)
{
	/* The last one of the chain first. */
	flood(0);
	flood(1);
	flood(TWI_CHAIN_MAX / 2);
	flood(TWI_CHAIN_MAX + 18);
	flood(TWI_CHAIN_MAX + 19);
}

/* Whenever the walk is there, the last socket is one that went to bucket 0. */
static void flooded_lost(void)
{
	heads[0][1].chain.first = (void *)NULLS_MARKER(0);
	flooded();
}

/* Its end is given up, and what was counted on the way is counted once. */
static void test_flood_lost(void)
{
	struct trial t = { .populate = flooded_lost, .tables = 1 };

	EXPECT(0, twi_walk_alloc(&the_walk));
	nr_deeds = 0;
	try(&t);
	EXPECT(1, cost.floods);
	EXPECT(1, cost.unfinished);
	EXPECT(1, cost.inexact);
	EXPECT(0, cost.lock_fallbacks + cost.skipped);
	EXPECT(true, cost.restarts >= 8);
	end(&t);
}

/* To the last bucket of a chain that is walked, in one hold of its lock or more. */
static void bind_chain(enum what what, u32 nr)
{
	static struct inet_bind_bucket tb[4098];
	static struct inet_bind_hashbucket head, none;
	static struct net net;
	const u32 most = 4096;
	u32 i;

	memset(tb, 0, sizeof(tb));
	for (i = 0; i < nr; i++) {
		tb[i].ib_net = &net;
		tb[i].port = i;
		tb[i].node.next = i + 1 < nr ? &tb[i + 1].node : NULL;
	}
	tables_empty();
	head.chain.first = nr ? &tb[0].node : NULL;
	hinfos[0].bhash = &head;
	hinfos[0].bhash2 = &none;
	hinfos[0].bhash_size = 1;
	binds = 0;
	binds_cut = 0;
	bind_len = 0;
	EXPECT(0, twi_walk_alloc(&the_walk));
	walk(1, what);
	twi_walk_free(&the_walk);
	EXPECT(nr < most ? nr : most, binds);
	EXPECT(nr < most ? nr : most, bind_len);
	EXPECT(nr > most && what == BOUND, binds_cut);
	EXPECT(nr > most, cost.unfinished);
	EXPECT(nr > 256 && what == BHASH, cost.inexact);
}

static void test_bind_chain(void)
{
	static const u32 nr[] = { 0, 1, 256, 257, 4095, 4096, 4097, 4098 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(nr); i++) {
		bind_chain(BOUND, nr[i]);
		bind_chain(BHASH, nr[i]);
	}
}

/* A socket that is in no state that its table holds, and stays there. */
static void test_state(void)
{
	u32 listens;

	for (listens = 0; listens < 2; listens++) {
		tables_empty();
		sock_of(add(0, 1, listens))->sk_state = TCP_CLOSE;
		EXPECT(0, twi_walk_alloc(&the_walk));
		walk(1, listens ? LISTENS : EHASH);
		twi_walk_free(&the_walk);
		EXPECT(true, cost.dropped_state > 1);
		EXPECT(1, cost.lock_fallbacks);
		EXPECT(1, cost.skipped);
	}
}

static const struct test tests[] = {
	{ "a socket that moves to each place", test_move_once },
	{ "a chain that takes more room", test_long_chain },
	{ "a chain that must be locked", test_lock },
	{ "a flooded chain", test_flood },
	{ "a flooded chain whose end is never found", test_flood_lost },
	{ "a socket that leaves, then enters", test_leave_then_enter },
	{ "a socket that enters TIME-WAIT", test_twin },
	{ "a socket that moves twice", test_move_twice },
	{ "a socket that moves between tables", test_tables },
	{ "a socket that moves between tables twice", test_tables_twice },
	{ "a socket that moves to a namespace not held", test_unheld },
	{ "a listener that moves", test_listeners },
	{ "a socket in no state of its table", test_state },
	{ "a bind chain that is longer than one hold of its lock", test_bind_chain },
};

int main(void)
{
	return run(tests, sizeof(tests) / sizeof(tests[0]));
}
