// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * doctor_limits.c - checks of what the kernel limits, and of memory.
 */
#include <stdlib.h>

#include "doctor.h"
#include "netns.h"
#include "units.h"

#define LIMIT_WARNING		75
#define LIMIT_CRITICAL		95
#define CONNTRACK_WARNING	75
#define CONNTRACK_CRITICAL	90
#define ORPHANS_WARNING		50
#define ORPHANS_CRITICAL	90
#define MEMORY_INFO		1
#define MEMORY_WARNING		5

#define count(exam, n)		twi_count(n, (exam)->view->numeric).s
#define bytes(exam, n)		twi_bytes(n, (exam)->view->numeric).s

/* Above so many percent of the limit. */
static enum twi_severity judge(int64_t used, int64_t limit, int warning,
			       int critical)
{
	double percent;

	if (used < 0 || limit <= 0)
		return TWI_FINE;
	percent = 100.0 * used / limit;
	if (percent > critical)
		return TWI_CRITICAL;
	return percent > warning ? TWI_WARNING : TWI_FINE;
}

static void add_facts(struct twi_facts *facts, const char *used_name,
		      int64_t used, const char *limit_name, int64_t limit)
{
	twi_fact_number(facts, used_name, used);
	twi_fact_number(facts, limit_name, limit);
}

static void find_limit(struct twi_exam *exam, struct twi_check *check,
		       struct twi_space *space)
{
	int64_t used = space->row[TWI_netns_tw_kernel];
	int64_t limit = space->row[TWI_netns_tw_max];
	int64_t each = twi_num(&exam->summary.keys, "mem_tw_object_bytes");
	enum twi_severity severity;
	struct twi_finding *finding;
	char *cost;

	if (used < 0 || limit <= 0)
		return;
	severity = judge(used, limit, LIMIT_WARNING, LIMIT_CRITICAL);
	if (severity == TWI_FINE)
		return;
	space->pressed = true;
	finding = twi_finding_new(exam, check, severity, space,
				  "tcp_max_tw_buckets: %s of %s in use (%s). At the limit sockets are closed without TIME-WAIT.",
				  count(exam, used), count(exam, limit),
				  twi_percent(used, limit).s);
	add_facts(&finding->evidence, "tw_kernel", used, "tw_max", limit);
	if (each > 0 && limit < INT64_MAX / each)
		cost = twi_text_new("; at most %s of memory more",
				    bytes(exam, limit * each));
	else
		cost = twi_text_new("%s", "");
	twi_remedy_double(exam, finding, space, "net.ipv4.tcp_max_tw_buckets",
			  limit, cost);
	free(cost);
}

void twi_check_limit(struct twi_exam *exam, struct twi_check *check)
{
	const int64_t *fullest = twi_netns_fullest(&exam->netns);

	for (size_t i = 0; i < exam->nspaces; i++)
		find_limit(exam, check, &exam->space[i]);
	if (!fullest) {
		twi_check_text(check, "no namespace");
		return;
	}
	add_facts(&check->figures, "tw_kernel", fullest[TWI_netns_tw_kernel],
		  "tw_max", fullest[TWI_netns_tw_max]);
	twi_fact_number(&check->figures, "netns", fullest[TWI_netns_netns]);
	twi_check_text(check, "%s of %s TIME-WAIT (%s)",
		       count(exam, fullest[TWI_netns_tw_kernel]),
		       count(exam, fullest[TWI_netns_tw_max]),
		       twi_percent(fullest[TWI_netns_tw_kernel],
				   fullest[TWI_netns_tw_max]).s);
}

static void find_conntrack(struct twi_exam *exam, struct twi_check *check,
			   const struct twi_space *space)
{
	int64_t used = space->conntrack, limit = exam->conntrack_max;
	enum twi_severity severity;
	struct twi_finding *finding;

	severity = judge(used, limit, CONNTRACK_WARNING, CONNTRACK_CRITICAL);
	if (severity == TWI_FINE)
		return;
	finding = twi_finding_new(exam, check, severity, space,
				  "nf_conntrack_max: %s of %s entries in use (%s). At the limit new connections are dropped.",
				  count(exam, used), count(exam, limit),
				  twi_percent(used, limit).s);
	add_facts(&finding->evidence, "nf_conntrack_count", used,
		  "nf_conntrack_max", limit);
	/* each namespace has its entries, all have one limit */
	twi_remedy_double(exam, finding, NULL,
			  "net.netfilter.nf_conntrack_max", limit,
			  " in each namespace; an entry takes some 300 bytes");
	twi_remedy_manual(finding,
			  "Let connections that need no tracking pass without it (notrack), or shorten nf_conntrack_tcp_timeout_time_wait.");
}

void twi_check_conntrack(struct twi_exam *exam, struct twi_check *check)
{
	int64_t limit = exam->conntrack_max;
	int64_t sockets = twi_num(&exam->summary.keys, "sockets");
	const struct twi_space *fullest = NULL;
	size_t known = 0;

	for (size_t i = 0; i < exam->nspaces; i++) {
		const struct twi_space *space = &exam->space[i];

		if (space->conntrack < 0)
			continue;
		known++;
		find_conntrack(exam, check, space);
		if (!fullest || space->conntrack > fullest->conntrack)
			fullest = space;
	}
	/* one at least was read: or else there is no check */
	add_facts(&check->figures, "nf_conntrack_count", fullest->conntrack,
		  "nf_conntrack_max", limit);
	twi_fact_number(&check->figures, "netns", fullest->inode);
	twi_fact_number(&check->figures, "sockets", sockets);
	twi_fact_number(&check->figures, "netns_read", known);
	twi_fact_number(&check->figures, "netns_all", exam->nspaces);
	twi_check_text(check, "%s of %s entries (%s), %s sockets; %s of %s namespaces",
		       count(exam, fullest->conntrack), count(exam, limit),
		       twi_percent(fullest->conntrack, limit).s,
		       count(exam, sockets), count(exam, known),
		       count(exam, exam->nspaces));
	/* what was found is so, but where nothing was it may not be fine */
	if (exam->need[TWI_NEED_conntrack].reason && check->worst == TWI_FINE)
		check->result = TWI_UNCHECKED;
}

void twi_check_orphans(struct twi_exam *exam, struct twi_check *check)
{
	int64_t used = exam->orphans, limit = exam->orphans_max;
	enum twi_severity severity;
	struct twi_finding *finding;

	add_facts(&check->figures, "orphans", used, "tcp_max_orphans", limit);
	twi_check_text(check, "%s of %s sockets without a process (%s)",
		       count(exam, used), count(exam, limit),
		       twi_percent(used, limit).s);
	severity = judge(used, limit, ORPHANS_WARNING, ORPHANS_CRITICAL);
	if (severity == TWI_FINE)
		return;
	finding = twi_finding_new(exam, check, severity, NULL,
				  "tcp_max_orphans: %s of %s in use (%s), by sockets that their process has closed and that still send. At the limit they are reset.",
				  count(exam, used), count(exam, limit),
				  twi_percent(used, limit).s);
	add_facts(&finding->evidence, "orphans", used, "tcp_max_orphans",
		  limit);
	twi_remedy_manual(finding,
			  "Find out whose peers don't acknowledge: ss -tan state fin-wait-1 state last-ack state closing.");
	twi_remedy_double(exam, finding, NULL, "net.ipv4.tcp_max_orphans",
			  limit, "; each may hold 64 KiB");
}

void twi_check_memory(struct twi_exam *exam, struct twi_check *check)
{
	int64_t tw = twi_num(&exam->summary.keys, "mem_tw_bytes");
	int64_t bind = twi_num(&exam->bind, "mem_only_tw_bytes");
	int64_t total = exam->mem_total;
	int64_t all = twi_sum(tw, bind);
	double percent = 100.0 * all / total;
	struct twi_finding *finding;
	struct twi_facts *facts;

	add_facts(&check->figures, "mem_tw_bytes", tw, "mem_only_tw_bytes",
		  bind);
	twi_fact_number(&check->figures, "mem_total_bytes", total);
	twi_check_text(check, "%s of %s (%s)%s", bytes(exam, all),
		       bytes(exam, total), twi_percent(all, total).s,
		       all >= 0 && percent < MEMORY_INFO ? ": negligible" : "");
	if (all < 0 || percent < MEMORY_INFO)
		return;
	finding = twi_finding_new(exam, check,
				  percent > MEMORY_WARNING ? TWI_WARNING :
							     TWI_INFO, NULL,
				  "TIME-WAIT takes %s of %s (%s): minisockets %s, bind buckets that nothing else holds %s.",
				  bytes(exam, all), bytes(exam, total),
				  twi_percent(all, total).s, bytes(exam, tw),
				  bytes(exam, bind));
	facts = &finding->evidence;
	add_facts(facts, "mem_tw_bytes", tw, "mem_only_tw_bytes", bind);
	twi_fact_number(facts, "mem_total_bytes", total);
	if (finding->severity > TWI_INFO)
		twi_remedy_manual(finding,
				  "Keep connections open for more requests (keep-alive), so that fewer are closed.");
}
