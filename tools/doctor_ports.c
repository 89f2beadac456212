// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * doctor_ports.c - checks of local ports: whether connect() still finds one,
 * how long it searches, and which ports it can't use.  One finding for each
 * check and namespace, as the remedies are a namespace's.
 */
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "doctor.h"
#include "netns.h"
#include "units.h"

#define USED_WARNING		50
#define USED_CRITICAL		90
#define BLOCKED_WARNING		10
#define STUCK_WARNING		1

#define KERNEL_FIXED		"6.18"

#define TIMESTAMPS_FIRST "Turn timestamps on first: without them tcp_tw_reuse does nothing. Then run this again."
#define REUSE_HELPS "Let connect() take over TIME-WAIT that is older than %s ms: %s ports more now. Only here, on the client's side."

#define count(exam, n)		twi_count(n, (exam)->view->numeric).s

/* Groups of one namespace that are in a finding, the worst first. */
struct groups {
	const struct twi_group	**group;
	size_t			n;
	size_t			all;		/* groups looked at */
	size_t			exhausted;
	int64_t			gain;		/* by tcp_tw_reuse=1 */
	int64_t			reusable;	/* have a timestamp */
	int64_t			tw;
	bool			helps;		/* tcp_tw_reuse=1, in time */
	enum twi_severity	worst;
};

/*
 * By what is used; no more than a note where at least half of the capacity can
 * be had nevertheless, as connect() takes over TIME-WAIT.
 */
enum twi_severity twi_group_severity(const int64_t *row)
{
	int64_t left = row[TWI_tuples_left];
	enum twi_severity severity = TWI_FINE;

	if (!left)
		return TWI_CRITICAL;
	if (row[TWI_tuples_used_percent] > USED_CRITICAL)
		severity = TWI_CRITICAL;
	else if (row[TWI_tuples_used_percent] > USED_WARNING)
		severity = TWI_WARNING;
	if (severity > TWI_FINE && left > row[TWI_tuples_capacity] / 2)
		return TWI_INFO;
	return severity;
}

/*
 * The free ports of the parity tried first are gone, or below 5 % of it all.
 * It costs nothing where connect() takes over TIME-WAIT there.
 */
static enum twi_severity parity_severity(const int64_t *row)
{
	int64_t capacity = row[TWI_tuples_capacity];
	int64_t mean = row[TWI_tuples_probes_mean_milli];

	if (row[TWI_tuples_free] <= 0 || row[TWI_tuples_free_first] < 0 ||
	    row[TWI_tuples_free_first] > (capacity - 1) / 40)
		return TWI_FINE;
	if (row[TWI_tuples_reuse_now] > 0 && mean >= 0 &&
	    mean / 1000 < capacity / 8)
		return TWI_FINE;
	return TWI_WARNING;
}

typedef enum twi_severity (*severity_fn)(const int64_t *row);

static int64_t rounded(int64_t milli)
{
	return milli / 1000 + (milli % 1000 >= 500);
}

static int64_t at_least_0(int64_t n)
{
	return n > 0 ? n : 0;
}

static bool is_loopback(const struct twi_group *group)
{
	return !strncmp(group->remote, "127.", 4) ||
	       !strcmp(group->remote, "::1");
}

/* 2, which is the default, has it for loopback. */
static bool has_reuse(const struct twi_group *group, int64_t tw_reuse)
{
	return tw_reuse == 1 || (tw_reuse == 2 && is_loopback(group));
}

int64_t twi_group_reuse_gain(const int64_t *row)
{
	return at_least_0(twi_difference(row[TWI_tuples_reuse_1],
					 row[TWI_tuples_reuse_now]));
}

static int compare_groups(const void *a, const void *b)
{
	const struct twi_group *x = *(const struct twi_group *const *)a;
	const struct twi_group *y = *(const struct twi_group *const *)b;
	enum twi_severity xs = twi_group_severity(x->row);
	enum twi_severity ys = twi_group_severity(y->row);

	if (xs != ys)
		return xs > ys ? -1 : 1;
	if (x->row[TWI_tuples_left] != y->row[TWI_tuples_left])
		return x->row[TWI_tuples_left] < y->row[TWI_tuples_left] ?
			-1 : 1;
	/* as in the file */
	return x < y ? -1 : x > y;
}

static void add_group(struct groups *groups, const struct twi_group *group,
		      int64_t tw_reuse, enum twi_severity severity)
{
	groups->group = twi_alloc(groups->group, groups->n + 1,
				  sizeof(*groups->group));
	groups->group[groups->n++] = group;
	groups->exhausted += !group->row[TWI_tuples_left];
	groups->reusable = twi_sum(groups->reusable,
				   at_least_0(group->row[TWI_tuples_reuse_bound]));
	groups->tw = twi_sum(groups->tw, group->row[TWI_tuples_tw]);
	if (!has_reuse(group, tw_reuse)) {
		groups->gain = twi_sum(groups->gain,
				       twi_group_reuse_gain(group->row));
		groups->helps |= group->row[TWI_tuples_reuse_bound] > 0;
	}
	if (severity > groups->worst)
		groups->worst = severity;
}

/* Those of the namespace that are worse than fine. */
static void find_groups(const struct twi_exam *exam,
			const struct twi_space *space, severity_fn judge,
			struct groups *groups)
{
	enum twi_severity severity;

	memset(groups, 0, sizeof(*groups));
	for (size_t i = 0; i < exam->ngroups; i++) {
		const struct twi_group *group = &exam->group[i];

		if (group->row[TWI_tuples_netns] != space->inode ||
		    group->row[TWI_tuples_cookie] != space->cookie)
			continue;
		groups->all++;
		severity = judge(group->row);
		if (severity > TWI_FINE)
			add_group(groups, group, space->row[TWI_netns_tw_reuse],
				  severity);
	}
	if (groups->n)
		qsort(groups->group, groups->n, sizeof(*groups->group),
		      compare_groups);
}

static void add_item_facts(struct twi_facts *facts,
			   const struct twi_group *group)
{
	static const int columns[] = {
		TWI_tuples_port, TWI_tuples_dev, TWI_tuples_tw,
		TWI_tuples_live, TWI_tuples_capacity, TWI_tuples_used,
		TWI_tuples_free, TWI_tuples_free_first,
		TWI_tuples_used_percent, TWI_tuples_left,
		TWI_tuples_reuse_now, TWI_tuples_reuse_1,
		TWI_tuples_reuse_bound, TWI_tuples_probes_least,
		TWI_tuples_probes_mean_milli, TWI_tuples_probes_most,
		TWI_tuples_exhausted_s
	};
	const struct twi_schema *schema = twi_schema_find("tuples");

	twi_fact_text(facts, "local", group->local);
	twi_fact_text(facts, "remote", group->remote);
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		twi_fact_number(facts, schema->columns[columns[i]].name,
				group->row[columns[i]]);
}

/* "10.0.0.1 to 192.0.2.7 port 443" */
static char *group_name(const struct twi_group *group)
{
	const int64_t *row = group->row;

	if (row[TWI_tuples_dev] > 0)
		return twi_text_new("%s to %s port %lld, device %lld",
				    group->local, group->remote,
				    (long long)row[TWI_tuples_port],
				    (long long)row[TWI_tuples_dev]);
	return twi_text_new("%s to %s port %lld", group->local, group->remote,
			    (long long)row[TWI_tuples_port]);
}

static char *exhausted_text(const struct twi_exam *exam, int64_t seconds)
{
	if (seconds > 0)
		return twi_text_new(", none in %s s", count(exam, seconds));
	return twi_strdup("");
}

static void add_used_item(const struct twi_exam *exam,
			  struct twi_finding *finding,
			  const struct twi_group *group)
{
	const int64_t *row = group->row;
	char *name = group_name(group);
	char *end = exhausted_text(exam, row[TWI_tuples_exhausted_s]);

	add_item_facts(twi_finding_item(finding,
					"%s: %s of %s ports used (%lld%%), %s left%s",
					name, count(exam, row[TWI_tuples_used]),
					count(exam, row[TWI_tuples_capacity]),
					(long long)row[TWI_tuples_used_percent],
					count(exam, row[TWI_tuples_left]), end),
		       group);
	free(end);
	free(name);
}

static void add_parity_item(const struct twi_exam *exam,
			    struct twi_finding *finding,
			    const struct twi_group *group)
{
	const int64_t *row = group->row;
	char *name = group_name(group);
	int64_t mean = row[TWI_tuples_probes_mean_milli];

	if (mean < 0)
		add_item_facts(twi_finding_item(finding,
						"%s: %s of %s free ports are in that half",
						name,
						count(exam, row[TWI_tuples_free_first]),
						count(exam, row[TWI_tuples_free])),
			       group);
	else
		add_item_facts(twi_finding_item(finding,
						"%s: %s of %s free ports are in that half; it tries %s ports in vain on average, %s at most",
						name,
						count(exam, row[TWI_tuples_free_first]),
						count(exam, row[TWI_tuples_free]),
						count(exam, rounded(mean)),
						count(exam, row[TWI_tuples_probes_most])),
			       group);
	free(name);
}

static void add_reuse(const struct twi_exam *exam, struct twi_finding *finding,
		      const struct twi_space *space,
		      const struct groups *groups)
{
	int64_t delay = space->row[TWI_netns_tw_reuse_delay_ms];

	if (!groups->tw)
		return;
	if (!space->row[TWI_netns_timestamps]) {
		twi_remedy_sysctl(exam, finding, space,
				  twi_strdup("net.ipv4.tcp_timestamps=1"),
				  twi_strdup(TIMESTAMPS_FIRST));
		return;
	}
	if (!groups->reusable) {
		twi_remedy_manual(finding,
				  "tcp_tw_reuse=1 would help nothing now: none of these TIME-WAIT has a timestamp. The servers must have tcp_timestamps=1 first.");
		return;
	}
	if (!groups->helps)
		return;
	twi_remedy_sysctl(exam, finding, space,
			  twi_strdup("net.ipv4.tcp_tw_reuse=1"),
			  twi_text_new(REUSE_HELPS,
				       count(exam, delay >= 0 ? delay : 1000),
				       count(exam, groups->gain)));
}

/* In the order in which they are safe. */
static void add_remedies(const struct twi_exam *exam,
			 struct twi_finding *finding,
			 const struct twi_space *space,
			 const struct groups *groups)
{
	const struct twi_group *worst = groups->group[0];
	const int64_t *row = worst->row;

	twi_remedy_range(exam, finding, space);
	twi_remedy_manual(finding,
			  "Let the server %s listen on more ports than %lld and spread connections over them: each adds %s.",
			  worst->remote, (long long)row[TWI_tuples_port],
			  count(exam, row[TWI_tuples_capacity]));
	twi_remedy_manual(finding,
			  "Connect from more local addresses than %s (bind() with IP_BIND_ADDRESS_NO_PORT): each adds as many.",
			  worst->local);
	twi_remedy_manual(finding,
			  "Give the server more addresses than %s: each adds as many.",
			  worst->remote);
	add_reuse(exam, finding, space, groups);
}

static void add_settings(struct twi_finding *finding,
			 const struct twi_space *space,
			 const struct groups *groups)
{
	struct twi_facts *facts = &finding->evidence;
	const int64_t *row = space->row;

	twi_fact_number(facts, "groups", groups->all);
	twi_fact_number(facts, "groups_found", groups->n);
	twi_fact_number(facts, "groups_exhausted", groups->exhausted);
	twi_fact_number(facts, "port_low", row[TWI_netns_port_low]);
	twi_fact_number(facts, "port_high", row[TWI_netns_port_high]);
	twi_fact_number(facts, "ports_reserved", row[TWI_netns_ports_reserved]);
	twi_fact_number(facts, "tw_reuse", row[TWI_netns_tw_reuse]);
	twi_fact_number(facts, "timestamps", row[TWI_netns_timestamps]);
	twi_fact_number(facts, "reuse_gain", groups->gain);
	twi_fact_number(facts, "reuse_bound", groups->reusable);
}

static struct twi_finding *new_used(struct twi_exam *exam,
				    struct twi_check *check,
				    const struct twi_space *space,
				    const struct groups *groups)
{
	if (groups->exhausted)
		return twi_finding_new(exam, check, groups->worst, space,
				       "connect() fails: destinations without a local port left: %s of %s; with more than half in use: %s.",
				       count(exam, groups->exhausted),
				       count(exam, groups->all),
				       count(exam, groups->n));
	if (groups->worst == TWI_INFO)
		return twi_finding_new(exam, check, groups->worst, space,
				       "Destinations with more than half of their local ports in use: %s of %s, but connect() takes over TIME-WAIT there.",
				       count(exam, groups->n),
				       count(exam, groups->all));
	return twi_finding_new(exam, check, groups->worst, space,
			       "Destinations with more than half of their local ports in use: %s of %s.",
			       count(exam, groups->n),
			       count(exam, groups->all));
}

static void find_outbound(struct twi_exam *exam, struct twi_check *check,
			  struct twi_space *space)
{
	struct twi_finding *finding;
	struct groups groups;

	find_groups(exam, space, twi_group_severity, &groups);
	if (groups.n) {
		finding = new_used(exam, check, space, &groups);
		add_settings(finding, space, &groups);
		for (size_t i = 0; i < groups.n; i++)
			add_used_item(exam, finding, groups.group[i]);
		if (groups.worst > TWI_INFO) {
			add_remedies(exam, finding, space, &groups);
			space->pressed = true;
		}
	}
	free(groups.group);
}

void twi_check_outbound(struct twi_exam *exam, struct twi_check *check)
{
	int64_t fullest = -1, left = -1;

	for (size_t i = 0; i < exam->ngroups; i++) {
		const int64_t *row = exam->group[i].row;

		if (row[TWI_tuples_used_percent] > fullest)
			fullest = row[TWI_tuples_used_percent];
		if (row[TWI_tuples_left] >= 0 &&
		    (left < 0 || row[TWI_tuples_left] < left))
			left = row[TWI_tuples_left];
	}
	for (size_t i = 0; i < exam->nspaces; i++)
		find_outbound(exam, check, &exam->space[i]);
	twi_fact_number(&check->figures, "groups", exam->ngroups);
	twi_fact_number(&check->figures, "used_percent_most", fullest);
	twi_fact_number(&check->figures, "left_least", left);
	if (exam->ngroups)
		twi_check_text(check,
			       "%s destinations, fullest %lld%%, least left %s",
			       count(exam, exam->ngroups), (long long)fullest,
			       count(exam, left));
	else if (exam->outbound)
		check->result = TWI_UNCHECKED;
	else
		twi_check_text(check, "no outbound connections");
	if (check->result == TWI_UNCHECKED)
		twi_check_text(check, "capacities not known, too many bound ports");
}

static void find_parity(struct twi_exam *exam, struct twi_check *check,
			const struct twi_space *space)
{
	struct twi_finding *finding;
	struct groups groups, used;

	find_groups(exam, space, parity_severity, &groups);
	if (groups.n) {
		finding = twi_finding_new(exam, check, TWI_WARNING, space,
					  "connect() finds next to nothing in the half of the ports that it tries first, and has to search the other half. Destinations: %s of %s.",
					  count(exam, groups.n),
					  count(exam, groups.all));
		add_settings(finding, space, &groups);
		for (size_t i = 0; i < groups.n; i++)
			add_parity_item(exam, finding, groups.group[i]);
		/* those of outbound-ports, if the namespace has them */
		find_groups(exam, space, twi_group_severity, &used);
		add_remedies(exam, finding, space,
			     used.worst > TWI_INFO ? &used : &groups);
		free(used.group);
	}
	free(groups.group);
}

void twi_check_parity(struct twi_exam *exam, struct twi_check *check)
{
	int64_t mean, most = -1;
	size_t found = 0;

	for (size_t i = 0; i < exam->ngroups; i++) {
		mean = exam->group[i].row[TWI_tuples_probes_mean_milli];
		if (mean > most)
			most = mean;
		found += parity_severity(exam->group[i].row) != TWI_FINE;
	}
	for (size_t i = 0; i < exam->nspaces; i++)
		find_parity(exam, check, &exam->space[i]);
	twi_fact_number(&check->figures, "groups", exam->ngroups);
	twi_fact_number(&check->figures, "groups_found", found);
	twi_fact_number(&check->figures, "probes_mean_milli_most", most);
	if (most < 0)
		twi_check_text(check, "%s destinations, %s past it",
			       count(exam, exam->ngroups), count(exam, found));
	else
		twi_check_text(check,
			       "%s destinations, %s past it; search %s ports",
			       count(exam, exam->ngroups), count(exam, found),
			       count(exam, rounded(most)));
}

static int64_t range_size(const struct twi_space *space)
{
	return space->row ? twi_netns_ports(space->row) : TWI_UNKNOWN;
}

/* part of the size, more than so many percent of it */
static bool exceeds(int64_t part, int64_t size, int percent)
{
	return size > 0 && 100.0 * part > (double)size * percent;
}

static void add_range(struct twi_finding *finding,
		      const struct twi_space *space, const char *name,
		      int64_t ports)
{
	twi_fact_number(&finding->evidence, name, ports);
	twi_fact_number(&finding->evidence, "range", range_size(space));
	twi_fact_number(&finding->evidence, "port_low",
			space->row[TWI_netns_port_low]);
	twi_fact_number(&finding->evidence, "port_high",
			space->row[TWI_netns_port_high]);
}

static void add_no_port(struct twi_finding *finding)
{
	twi_remedy_manual(finding,
			  "In clients that bind() an address before connect(), set IP_BIND_ADDRESS_NO_PORT: the port is then chosen by connect() and shared.");
}

static void find_blocked(struct twi_exam *exam, struct twi_check *check,
			 const struct twi_space *space)
{
	int64_t size = range_size(space);
	struct twi_finding *finding;

	if (!exceeds(space->blocked, size, BLOCKED_WARNING))
		return;
	finding = twi_finding_new(exam, check, TWI_WARNING, space,
				  "%s of %s ports of the range (%s) are bound, so that connect() can't choose them.",
				  count(exam, space->blocked),
				  count(exam, size),
				  twi_percent(space->blocked, size).s);
	add_range(finding, space, "blocked", space->blocked);
	twi_remedy_range(exam, finding, space);
	add_no_port(finding);
}

/* The namespace in which these ports are the largest part of the range. */
static void add_ports_figures(const struct twi_exam *exam,
			      struct twi_check *check, const char *name,
			      int64_t (*ports)(const struct twi_space *space))
{
	const struct twi_space *most = NULL;
	double part, largest = -1;

	for (size_t i = 0; i < exam->nspaces; i++) {
		const struct twi_space *space = &exam->space[i];

		if (range_size(space) <= 0)
			continue;
		part = (double)ports(space) / range_size(space);
		if (part > largest) {
			largest = part;
			most = space;
		}
	}
	if (!most) {
		twi_check_text(check, "no namespace");
		return;
	}
	twi_fact_number(&check->figures, name, ports(most));
	twi_fact_number(&check->figures, "range", range_size(most));
	twi_fact_number(&check->figures, "netns", most->inode);
	twi_check_text(check, "%s of %s ports (%s)", count(exam, ports(most)),
		       count(exam, range_size(most)),
		       twi_percent(ports(most), range_size(most)).s);
}

static int64_t blocked(const struct twi_space *space)
{
	return space->blocked;
}

static int64_t stuck(const struct twi_space *space)
{
	return space->stuck;
}

void twi_check_blocked(struct twi_exam *exam, struct twi_check *check)
{
	for (size_t i = 0; i < exam->nspaces; i++)
		find_blocked(exam, check, &exam->space[i]);
	add_ports_figures(exam, check, "blocked", blocked);
}

/* Whether the kernel has commit d57f4b874946; unknown is not. */
static bool is_fixed(const struct twi_exam *exam)
{
	return strverscmp(twi_text(&exam->caps.keys, "release"),
			  KERNEL_FIXED) >= 0;
}

static void find_stuck(struct twi_exam *exam, struct twi_check *check,
		       const struct twi_space *space)
{
	int64_t size = range_size(space);
	struct twi_finding *finding;

	if (size <= 0 || !space->stuck)
		return;
	finding = twi_finding_new(exam, check,
				  exceeds(space->stuck, size, STUCK_WARNING) ?
				  TWI_WARNING : TWI_INFO, space,
				  "%s of %s ports of the range (%s) were bound and closed: nothing but TIME-WAIT holds them, and connect() can't choose them until it ends.",
				  count(exam, space->stuck), count(exam, size),
				  twi_percent(space->stuck, size).s);
	add_range(finding, space, "stuck", space->stuck);
	add_no_port(finding);
	if (!is_fixed(exam))
		twi_remedy_manual(finding,
				  "A newer kernel: Linux %s gives these ports back (commit d57f4b874946, \"tcp: Update bind bucket state on port release\").",
				  KERNEL_FIXED);
}

void twi_check_stuck(struct twi_exam *exam, struct twi_check *check)
{
	for (size_t i = 0; i < exam->nspaces; i++)
		find_stuck(exam, check, &exam->space[i]);
	add_ports_figures(exam, check, "stuck", stuck);
}
