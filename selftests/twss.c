// SPDX-License-Identifier: GPL-2.0
/*
 * Runs ss, takes what it prints for an independent list of sockets, and groups
 * it as tuples does; see twss.h.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "twss.h"

#define LINE	512	/* of ss, at most */

const char *const tw_sides[TW_SIDES] = { "outbound", "inbound", "bound" };

static bool parse_addr(const char *text, struct in6_addr *addr)
{
	struct in_addr v4;

	if (inet_pton(AF_INET6, text, addr) == 1)
		return true;
	if (inet_pton(AF_INET, text, &v4) != 1)
		return false;
	memset(addr, 0, sizeof(*addr));
	addr->s6_addr[10] = 0xff;
	addr->s6_addr[11] = 0xff;
	memcpy(&addr->s6_addr[12], &v4, sizeof(v4));
	return true;
}

struct in6_addr tw_ss_addr(const char *text)
{
	struct in6_addr addr;

	if (!parse_addr(text, &addr))
		abort();
	return addr;
}

/* ADDRESS:PORT, [ADDRESS]:PORT, with %DEVICE after the address, or * for it. */
static bool parse_end(char *text, struct in6_addr *addr, uint16_t *port,
		      int *dev)
{
	char *colon = strrchr(text, ':'), *device, *end;

	if (!colon)
		return false;
	*colon++ = '\0';
	*port = strcmp(colon, "*") ? strtoul(colon, &end, 10) : 0;
	if (*port && *end)
		return false;
	device = strchr(text, '%');
	if (device) {
		*device++ = '\0';
		*dev = if_nametoindex(device);
	}
	if (*text == '[') {
		text++;
		text[strcspn(text, "]")] = '\0';
	}
	if (strcmp(text, "*"))
		return parse_addr(text, addr);
	memset(addr, 0, sizeof(*addr));
	return true;
}

/* Minisockets of either kind have a timer that nothing else has. */
static int parse_state(const char *state, const char *rest)
{
	static const char *const names[TW_STATES] = {
		[TW_TW] = "TIME-WAIT", [TW_ESTABLISHED] = "ESTAB",
		[TW_SYN_SENT] = "SYN-SENT", [TW_NEW_SYN_RECV] = "SYN-RECV",
		[TW_FIN_WAIT1] = "FIN-WAIT-1", [TW_FIN_WAIT2] = "FIN-WAIT-2",
		[TW_CLOSE_WAIT] = "CLOSE-WAIT", [TW_LAST_ACK] = "LAST-ACK",
		[TW_CLOSING] = "CLOSING",
	};
	int s;

	if (!strcmp(state, "LISTEN"))
		return TW_STATES;
	for (s = 0; s < TW_STATES; s++) {
		if (!names[s] || strcmp(state, names[s]))
			continue;
		return s == TW_FIN_WAIT2 && strstr(rest, "timer:(timewait,") ?
		       TW_FW2 : s;
	}
	return -1;
}

/* Cuts the next word off @at; at the end of the line, an empty one. */
static char *next_word(char **at)
{
	char *word = *at + strspn(*at, " \n");

	*at = word + strcspn(word, " \n");
	if (**at)
		*(*at)++ = '\0';
	return word;
}

/* Without sscanf(): there are lists of 200,000 lines. */
static int parse_line(const char *line, struct tw_ss *s)
{
	char words[LINE], *at = words, *state, *local, *remote;
	int value;

	strcpy(words, line);
	state = next_word(&at);
	next_word(&at);
	next_word(&at);
	local = next_word(&at);
	remote = next_word(&at);
	value = parse_state(state, at);
	s->state = value;
	s->dev = 0;
	return value < 0 || !parse_end(local, &s->local, &s->lport, &s->dev) ||
	       !parse_end(remote, &s->remote, &s->rport, &s->dev) ? -1 : 0;
}

int tw_ss(struct tw_ss_list *list)
{
	FILE *f = popen("ss -tanHo", "re");
	char line[LINE];
	int err = 0;

	memset(list, 0, sizeof(*list));
	if (!f)
		return tw_fail("ss");
	while (!err && fgets(line, sizeof(line), f)) {
		if (!(list->n & (list->n - 1)))
			list->s = tw_need(realloc(list->s, (list->n * 2 + 1) *
						  sizeof(*list->s)));
		err = parse_line(line, &list->s[list->n]);
		if (err)
			tw_log("ss: %s", line);
		list->n++;
	}
	if (pclose(f) || err) {
		tw_log("ss failed");
		tw_ss_free(list);
		return -1;
	}
	return 0;
}

void tw_ss_free(struct tw_ss_list *list)
{
	free(list->s);
	memset(list, 0, sizeof(*list));
}

long long tw_ss_count(const struct tw_ss_list *list, enum tw_state s)
{
	long long n = 0;
	size_t i;

	for (i = 0; i < list->n; i++)
		n += list->s[i].state == s;
	return n;
}

static struct tw_group *add_group(struct tw_groups *groups)
{
	/* The room doubles whenever the number is a power of two. */
	if (!(groups->n & (groups->n - 1)))
		groups->g = tw_need(realloc(groups->g, (groups->n * 2 + 1) *
					    sizeof(*groups->g)));
	memset(&groups->g[groups->n], 0, sizeof(*groups->g));
	return &groups->g[groups->n++];
}

static int compare_numbers(long long a, long long b)
{
	return (a > b) - (a < b);
}

/* What makes it another group. */
static int compare(const void *a, const void *b)
{
	const struct tw_group *x = a, *y = b;
	int diff = compare_numbers(x->cookie, y->cookie);

	if (!diff)
		diff = compare_numbers(x->netns, y->netns);
	if (!diff)
		diff = compare_numbers(x->side, y->side);
	if (!diff)
		diff = memcmp(&x->local, &y->local, sizeof(x->local));
	if (!diff)
		diff = memcmp(&x->remote, &y->remote, sizeof(x->remote));
	if (!diff)
		diff = compare_numbers(x->fixed_local, y->fixed_local);
	if (!diff)
		diff = compare_numbers(x->port, y->port);
	return diff ? diff : compare_numbers(x->dev, y->dev);
}

/* Sorted, and sockets of a group in one, from group @first on. */
static void merge(struct tw_groups *groups, size_t first)
{
	struct tw_group *to;
	size_t i;

	if (groups->n <= first)
		return;
	to = &groups->g[first];
	qsort(to, groups->n - first, sizeof(*to), compare);
	for (i = first + 1; i < groups->n; i++) {
		struct tw_group *g = &groups->g[i];

		if (compare(to, g)) {
			*++to = *g;
			continue;
		}
		to->tw += g->tw;
		to->fw2 += g->fw2;
		to->live += g->live;
	}
	groups->n = to - groups->g + 1;
}

/* The range, and what is on each local port. */
struct ports {
	long long low, high;
	int sockets[65536];
	bool listen[65536];
};

static void set_side(struct tw_group *g, const struct tw_ss *s,
		     const struct ports *p)
{
	bool in_range = s->lport >= p->low && s->lport <= p->high;

	g->side = p->listen[s->lport] ? TW_INBOUND :
		  in_range ? TW_OUTBOUND : TW_BOUND;
	g->fixed_local = g->side == TW_INBOUND ||
			 (g->side == TW_BOUND && p->sockets[s->lport] > 1);
	g->port = g->fixed_local ? s->lport : s->rport;
}

static int read_range(struct ports *p)
{
	const char *path = "/proc/sys/net/ipv4/ip_local_port_range";
	FILE *f = fopen(path, "re");
	int n;

	if (!f)
		return tw_fail(path);
	n = fscanf(f, "%lld %lld", &p->low, &p->high);
	fclose(f);
	return n == 2 ? 0 : tw_fail(path);
}

int tw_ss_groups(struct tw_groups *groups)
{
	long long netns = tw_ns_inode(), cookie = tw_ns_cookie();
	struct ports *p = tw_need(calloc(1, sizeof(*p)));
	size_t first = groups->n, i;
	struct tw_ss_list list;

	if (read_range(p) || tw_ss(&list)) {
		free(p);
		return -1;
	}
	for (i = 0; i < list.n; i++) {
		p->sockets[list.s[i].lport]++;
		p->listen[list.s[i].lport] |= list.s[i].state == TW_STATES;
	}
	for (i = 0; i < list.n; i++) {
		const struct tw_ss *s = &list.s[i];
		struct tw_group *g;

		if (s->state == TW_STATES)
			continue;
		g = add_group(groups);
		g->netns = netns;
		g->cookie = cookie;
		g->local = s->local;
		g->remote = s->remote;
		g->dev = s->dev;
		g->tw = s->state == TW_TW;
		g->fw2 = s->state == TW_FW2;
		g->live = !g->tw && !g->fw2;
		set_side(g, s, p);
	}
	merge(groups, first);
	tw_ss_free(&list);
	free(p);
	return 0;
}

/* Columns, looked up once: there may be many rows. */
struct columns {
	int netns, cookie, side, local, remote, fixed, port, dev;
	int tw, fw2, live;
};

static int find_columns(const struct tw_file *f, struct columns *c)
{
	*c = (struct columns) {
		.netns = tw_column(f, "netns"),
		.cookie = tw_column(f, "cookie"),
		.side = tw_column(f, "side"),
		.local = tw_column(f, "local"),
		.remote = tw_column(f, "remote"),
		.fixed = tw_column(f, "fixed"),
		.port = tw_column(f, "port"),
		.dev = tw_column(f, "dev"),
		.tw = tw_column(f, "tw"),
		.fw2 = tw_column(f, "fw2"),
		.live = tw_column(f, "live"),
	};
	return c->netns < 0 || c->cookie < 0 || c->side < 0 || c->local < 0 ||
	       c->remote < 0 || c->fixed < 0 || c->port < 0 || c->dev < 0 ||
	       c->tw < 0 || c->fw2 < 0 || c->live < 0 ? -1 : 0;
}

/* Addresses are written in one way only. */
static bool parse_exact(const char *text, struct in6_addr *addr)
{
	char canonical[INET6_ADDRSTRLEN];

	if (!parse_addr(text, addr))
		return false;
	if (IN6_IS_ADDR_V4MAPPED(addr))
		inet_ntop(AF_INET, &addr->s6_addr[12], canonical,
			  sizeof(canonical));
	else
		inet_ntop(AF_INET6, addr, canonical, sizeof(canonical));
	return !strcmp(text, canonical);
}

static int parse_row(const char *const *word, const long long *cell,
		     const struct columns *c, struct tw_group *g)
{
	int side = 0;

	while (side < TW_SIDES && strcmp(word[c->side], tw_sides[side]))
		side++;
	g->netns = cell[c->netns];
	g->cookie = cell[c->cookie];
	g->side = side;
	g->fixed_local = !strcmp(word[c->fixed], "local");
	g->port = cell[c->port];
	g->dev = cell[c->dev];
	g->tw = cell[c->tw];
	g->fw2 = cell[c->fw2];
	g->live = cell[c->live];
	if (side < TW_SIDES &&
	    (g->fixed_local || !strcmp(word[c->fixed], "remote")) &&
	    parse_exact(word[c->local], &g->local) &&
	    parse_exact(word[c->remote], &g->remote))
		return 0;
	tw_log("tuples: %s, local %s, remote %s, fixed %s", word[c->side],
	       word[c->local], word[c->remote], word[c->fixed]);
	return -1;
}

int tw_tuples_groups(const struct tw_file *f, struct tw_groups *groups)
{
	struct columns c;
	size_t i;

	if (!f || find_columns(f, &c))
		return -1;
	for (i = 0; i < f->nrows; i++) {
		const char *const *word = &f->words[i * f->ncolumns];

		if (!strcmp(word[c.side], "other"))
			continue;
		if (parse_row(word, &f->cells[i * f->ncolumns], &c,
			      add_group(groups)))
			return -1;
	}
	return 0;
}

void tw_groups_free(struct tw_groups *groups)
{
	free(groups->g);
	memset(groups, 0, sizeof(*groups));
}

long long tw_groups_sockets(const struct tw_groups *groups)
{
	long long sum = 0;
	size_t i;

	for (i = 0; i < groups->n; i++)
		sum += groups->g[i].tw + groups->g[i].fw2 + groups->g[i].live;
	return sum;
}

static void log_group(const char *what, const struct tw_group *g)
{
	char local[INET6_ADDRSTRLEN], remote[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, &g->local, local, sizeof(local));
	inet_ntop(AF_INET6, &g->remote, remote, sizeof(remote));
	tw_log("%s: netns %lld %s %s %s %s %d dev %d: tw %lld fw2 %lld live %lld",
	       what, g->netns, tw_sides[g->side], local, remote,
	       g->fixed_local ? "local" : "remote", g->port, g->dev, g->tw,
	       g->fw2, g->live);
}

int tw_groups_diff_some(struct tw_groups *ss, struct tw_groups *tuples,
			long long *most)
{
	size_t i = 0, j = 0;
	int diff = 0, order;

	qsort(ss->g, ss->n, sizeof(*ss->g), compare);
	qsort(tuples->g, tuples->n, sizeof(*tuples->g), compare);
	*most = 0;
	while (i < ss->n || j < tuples->n) {
		const struct tw_group *a = &ss->g[i], *b = &tuples->g[j];
		long long n;

		order = i == ss->n ? 1 : j == tuples->n ? -1 : compare(a, b);
		if (order < 0) {
			n = a->tw + a->fw2 + a->live;
			*most = n > *most ? n : *most;
		} else if (order || a->tw != b->tw || a->fw2 != b->fw2 ||
			   a->live != b->live) {
			if (diff++ < 10) {
				if (!order)
					log_group("ss", a);
				log_group("tuples", b);
			}
		}
		i += order <= 0;
		j += order >= 0;
	}
	return diff;
}

int tw_groups_diff(struct tw_groups *ss, struct tw_groups *tuples)
{
	size_t i, j = 0;
	long long most;
	int diff;

	diff = tw_groups_diff_some(ss, tuples, &most);
	for (i = 0; i < ss->n; i++) {
		while (j < tuples->n && compare(&tuples->g[j], &ss->g[i]) < 0)
			j++;
		if (j < tuples->n && !compare(&tuples->g[j], &ss->g[i]))
			continue;
		if (diff++ < 10)
			log_group("ss alone", &ss->g[i]);
	}
	return diff;
}

int tw_tuples_row(const struct tw_file *f, enum tw_side side,
		  const char *local, const char *remote, int port, int dev)
{
	long long cookie = tw_ns_cookie();
	size_t i;

	for (i = 0; f && i < f->nrows; i++) {
		if (tw_cell(f, i, "port") == port &&
		    tw_cell(f, i, "cookie") == cookie &&
		    tw_cell(f, i, "dev") == dev &&
		    !strcmp(tw_text(f, i, "side"), tw_sides[side]) &&
		    !strcmp(tw_text(f, i, "local"), local) &&
		    !strcmp(tw_text(f, i, "remote"), remote))
			return i;
	}
	return -1;
}

int tw_tuples_keys_diff(const struct tw_file *f, const struct tw_groups *groups)
{
	size_t others = f->nrows - groups->n;
	int bad = 0;

	bad += others > 1 ||
	       (others && strcmp(tw_text(f, f->nrows - 1, "side"), "other"));
	bad += tw_get(f, "groups") != (long long)groups->n;
	bad += tw_get(f, "tw") != tw_sum(f, "tw");
	bad += tw_get(f, "fw2") != tw_sum(f, "fw2");
	bad += tw_get(f, "sockets") != tw_sum(f, "tw") + tw_sum(f, "fw2") +
				       tw_sum(f, "live");
	if (tw_get(f, "complete") == 1) {
		bad += tw_get(f, "unlisted_max") != 0;
		bad += tw_get(f, "recounted") != 0;
		bad += tw_get(f, "sockets") != tw_groups_sockets(groups);
	}
	bad += tw_inexact(f) != 0;
	if (bad)
		tw_log("%zu rows, of %zu groups; %d keys are wrong", f->nrows,
		       groups->n, bad);
	return bad;
}

int tw_tuples_diff(const int *fds, int n)
{
	struct tw_groups ss = {}, tuples = {};
	struct tw_file *f;
	int bad, i;

	for (i = 0; i < n; i++) {
		if (tw_ns_enter(fds[i]) || tw_ss_groups(&ss))
			return -1;
	}
	f = tw_load("tuples");
	if (!f || tw_tuples_groups(f, &tuples))
		return -1;
	bad = tw_groups_diff(&ss, &tuples) + tw_tuples_keys_diff(f, &tuples);
	bad += tw_get(f, "complete") != 1;
	tw_groups_free(&ss);
	tw_groups_free(&tuples);
	tw_free(f);
	return bad;
}
