// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * doctor_rates.c - checks of counters, by what they rose between two readings
 * and never by what they are since boot.  A counter that went back was reset
 * or has wrapped: its rate is unknown, and nothing is concluded from it.
 */
#include <stdlib.h>

#include "array.h"
#include "doctor.h"
#include "units.h"

#define count(exam, n)		twi_count(n, (exam)->view->numeric).s

static int64_t rate(const struct twi_space *space, enum twi_counter counter)
{
	return twi_rate_milli(space->counter[0][counter],
			      space->counter[1][counter], space->elapsed_ms);
}

/* "0.67", and without decimals from 100 on. */
static struct twi_str per_second(const struct twi_exam *exam, int64_t milli)
{
	return milli ? twi_milli(milli, exam->view->numeric) :
		       twi_count(0, true);
}

/* Each counter's rate by the names that JSON gives them. */
static const char *const rate_names[TWI_NCOUNTERS] = {
	[TWI_COUNTER_TW] = "TW_rate_milli",
	[TWI_COUNTER_TWRecycled] = "TWRecycled_rate_milli",
	[TWI_COUNTER_TWKilled] = "TWKilled_rate_milli",
	[TWI_COUNTER_PAWSActive] = "PAWSActive_rate_milli",
	[TWI_COUNTER_PAWSPassive] = "PAWSPassive_rate_milli",
	[TWI_COUNTER_PAWSEstab] = "PAWSEstab_rate_milli",
	[TWI_COUNTER_PAWSTimewait] = "PAWSTimewait_rate_milli",
	[TWI_COUNTER_TCPTimeWaitOverflow] = "TCPTimeWaitOverflow_rate_milli",
};

/* Sums over the namespaces that were read twice; unknown rates are left out. */
struct rates {
	int64_t	milli[TWI_NCOUNTERS];		/* unknown if none is known */
	size_t	spaces;
	size_t	unknown;
};

static void sum_rates(const struct twi_exam *exam,
		      const enum twi_counter *counters, size_t n,
		      struct rates *rates)
{
	int64_t milli, *sum;

	*rates = (struct rates){ 0 };
	for (size_t c = 0; c < n; c++)
		rates->milli[counters[c]] = TWI_UNKNOWN;
	for (size_t i = 0; i < exam->nspaces; i++) {
		const struct twi_space *space = &exam->space[i];

		if (space->elapsed_ms < 0)
			continue;
		rates->spaces++;
		for (size_t c = 0; c < n; c++) {
			milli = rate(space, counters[c]);
			sum = &rates->milli[counters[c]];
			if (milli >= 0)
				*sum = *sum < 0 ? milli : twi_sum(*sum, milli);
			else if (space->counter[0][counters[c]] >= 0)
				rates->unknown++;
		}
	}
}

static void add_figures(const struct twi_exam *exam, struct twi_check *check,
			const enum twi_counter *counters, size_t n,
			const struct rates *rates)
{
	char *before = check->text;

	for (size_t c = 0; c < n; c++)
		twi_fact_number(&check->figures, rate_names[counters[c]],
				rates->milli[counters[c]]);
	twi_fact_number(&check->figures, "netns_read", rates->spaces);
	twi_fact_number(&check->figures, "netns_all", exam->nspaces);
	twi_fact_number(&check->figures, "rates_unknown", rates->unknown);
	check->text = NULL;
	twi_check_text(check, "%s; %s of %s namespaces%s", before,
		       count(exam, rates->spaces), count(exam, exam->nspaces),
		       rates->unknown ? "; a counter went back" : "");
	free(before);
	/* nothing is known, and that is not fine */
	if (rates->unknown && rates->milli[counters[0]] < 0)
		check->result = TWI_UNCHECKED;
}

static struct twi_facts *add_interval(struct twi_finding *finding,
				      const struct twi_space *space)
{
	twi_fact_number(&finding->evidence, "interval_ms", space->elapsed_ms);
	return &finding->evidence;
}

static const enum twi_counter overflow[] = {
	TWI_COUNTER_TCPTimeWaitOverflow
};

static void find_overflow(struct twi_exam *exam, struct twi_check *check,
			  struct twi_space *space)
{
	int64_t milli = rate(space, TWI_COUNTER_TCPTimeWaitOverflow);
	struct twi_finding *finding;
	struct twi_facts *facts;
	int64_t used, limit;

	if (milli <= 0)
		return;
	used = space->row ? space->row[TWI_netns_tw_kernel] : TWI_UNKNOWN;
	limit = space->row ? space->row[TWI_netns_tw_max] : TWI_UNKNOWN;
	space->pressed = true;
	finding = twi_finding_new(exam, check, TWI_CRITICAL, space,
				  "%s sockets a second are closed without TIME-WAIT (TCPTimeWaitOverflow). tcp_max_tw_buckets: %s of %s in use; if it is far from full, memory was short.",
				  per_second(exam, milli).s, count(exam, used),
				  count(exam, limit));
	facts = add_interval(finding, space);
	twi_fact_number(facts, rate_names[TWI_COUNTER_TCPTimeWaitOverflow],
			milli);
	twi_fact_number(facts, "tw_kernel", used);
	twi_fact_number(facts, "tw_max", limit);
	twi_remedy_double(exam, finding, space, "net.ipv4.tcp_max_tw_buckets",
			  limit, "");
}

void twi_check_overflow(struct twi_exam *exam, struct twi_check *check)
{
	struct rates rates;

	for (size_t i = 0; i < exam->nspaces; i++)
		find_overflow(exam, check, &exam->space[i]);
	sum_rates(exam, overflow, ARRAY_SIZE(overflow), &rates);
	twi_check_text(check, "%s/s",
		       per_second(exam, rates.milli[overflow[0]]).s);
	add_figures(exam, check, overflow, ARRAY_SIZE(overflow), &rates);
}

/* Not PAWSOldAck: ACKs that came late are common, and their loss is harmless. */
static const enum twi_counter paws[] = {
	TWI_COUNTER_PAWSEstab, TWI_COUNTER_PAWSActive,
	TWI_COUNTER_PAWSPassive, TWI_COUNTER_PAWSTimewait
};

/* Unknown ones, which not every kernel has, count as none. */
static int64_t sum_paws(const struct twi_space *space)
{
	int64_t sum = 0, milli;

	for (size_t i = 0; i < ARRAY_SIZE(paws); i++) {
		milli = rate(space, paws[i]);
		sum = twi_sum(sum, milli > 0 ? milli : 0);
	}
	return sum;
}

static void find_paws(struct twi_exam *exam, struct twi_check *check,
		      const struct twi_space *space)
{
	int64_t sum = sum_paws(space);
	struct twi_finding *finding;
	struct twi_facts *facts;

	if (!sum)
		return;
	finding = twi_finding_new(exam, check, TWI_WARNING, space,
				  "%s segments a second are dropped because their timestamp is older than the last one (PAWS).",
				  per_second(exam, sum).s);
	facts = add_interval(finding, space);
	for (size_t i = 0; i < ARRAY_SIZE(paws); i++)
		twi_fact_number(facts, rate_names[paws[i]],
				rate(space, paws[i]));
	twi_remedy_manual(finding,
			  "Look for clients that share an address behind NAT, and for a load balancer that changes timestamps or mixes those of several machines.");
}

void twi_check_paws(struct twi_exam *exam, struct twi_check *check)
{
	struct rates rates;
	int64_t sum = 0;

	for (size_t i = 0; i < exam->nspaces; i++)
		find_paws(exam, check, &exam->space[i]);
	sum_rates(exam, paws, ARRAY_SIZE(paws), &rates);
	for (size_t i = 0; i < ARRAY_SIZE(paws); i++) {
		if (rates.milli[paws[i]] > 0)
			sum = twi_sum(sum, rates.milli[paws[i]]);
	}
	twi_check_text(check, "%s/s", per_second(exam, sum).s);
	add_figures(exam, check, paws, ARRAY_SIZE(paws), &rates);
}

static const enum twi_counter ends[] = {
	TWI_COUNTER_TWRecycled, TWI_COUNTER_TW, TWI_COUNTER_TWKilled
};

static void find_recycled(struct twi_exam *exam, struct twi_check *check,
			  const struct twi_space *space)
{
	int64_t milli = rate(space, TWI_COUNTER_TWRecycled);
	struct twi_finding *finding;
	struct twi_facts *facts;

	if (milli <= 0)
		return;
	finding = twi_finding_new(exam, check, TWI_INFO, space,
				  "connect() takes over %s TIME-WAIT a second: reuse is at work.",
				  per_second(exam, milli).s);
	facts = add_interval(finding, space);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		twi_fact_number(facts, rate_names[ends[i]],
				rate(space, ends[i]));
}

void twi_check_recycled(struct twi_exam *exam, struct twi_check *check)
{
	struct rates rates;

	for (size_t i = 0; i < exam->nspaces; i++)
		find_recycled(exam, check, &exam->space[i]);
	sum_rates(exam, ends, ARRAY_SIZE(ends), &rates);
	twi_check_text(check, "%s/s, ended %s/s, killed %s/s",
		       per_second(exam, rates.milli[TWI_COUNTER_TWRecycled]).s,
		       per_second(exam, rates.milli[TWI_COUNTER_TW]).s,
		       per_second(exam, rates.milli[TWI_COUNTER_TWKilled]).s);
	add_figures(exam, check, ends, ARRAY_SIZE(ends), &rates);
}
