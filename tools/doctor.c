// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * doctor.c - "twinspect doctor": which checks there are and what each needs,
 * their order, and the exit status.  What a check looks for is in doctor_*.c.
 */
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "doctor.h"

#define NEEDS(name)	(1U << TWI_NEED_##name)

const char *const twi_severity_names[TWI_NSEVERITIES] = {
	"ok", "info", "warning", "critical"
};

/* In the order of the output; timestamps-off asks what those above found. */
static const struct twi_check_spec specs[] = {
	{ "outbound-ports", NEEDS(tuples) | NEEDS(netns),
	  twi_check_outbound },
	{ "first-parity", NEEDS(tuples) | NEEDS(netns), twi_check_parity },
	{ "tw-limit", NEEDS(netns), twi_check_limit },
	{ "tw-overflow", NEEDS(counters), twi_check_overflow },
	{ "blocked-ports", NEEDS(bind_buckets) | NEEDS(netns),
	  twi_check_blocked },
	{ "stuck-buckets", NEEDS(bind_buckets) | NEEDS(netns),
	  twi_check_stuck },
	{ "paws-drops", NEEDS(counters), twi_check_paws },
	{ "tw-recycled", NEEDS(counters), twi_check_recycled },
	{ "timestamps-off", NEEDS(netns), twi_check_timestamps },
	{ "conntrack", NEEDS(conntrack), twi_check_conntrack },
	{ "orphans", NEEDS(sockstat), twi_check_orphans },
	{ "hash-flood", NEEDS(summary), twi_check_flood },
	{ "memory", NEEDS(summary) | NEEDS(bind_buckets) | NEEDS(meminfo),
	  twi_check_memory },
	{ "tw-recycle-set", NEEDS(sysctl_conf), twi_check_recycle_set },
	{ "pass-quality", NEEDS(summary), twi_check_pass },
};

/* Skipped where what it needs is not there and that is no fault. */
static enum twi_result can_check(const struct twi_exam *exam,
				 const struct twi_check_spec *spec)
{
	enum twi_result result = TWI_CHECKED;

	for (int i = 0; i < TWI_NNEEDS; i++) {
		if (!(spec->needs & 1U << i) || exam->need[i].ok)
			continue;
		if (exam->need[i].reason)
			return TWI_UNCHECKED;
		result = TWI_SKIPPED;
	}
	return result;
}

static void run_checks(struct twi_exam *exam)
{
	struct twi_check *check;

	exam->nchecks = ARRAY_SIZE(specs);
	exam->check = twi_alloc(NULL, exam->nchecks, sizeof(*check));
	memset(exam->check, 0, exam->nchecks * sizeof(*check));
	for (size_t i = 0; i < exam->nchecks; i++) {
		check = &exam->check[i];
		check->spec = &specs[i];
		check->result = can_check(exam, check->spec);
		if (check->result == TWI_CHECKED)
			check->spec->run(exam, check);
	}
}

/* The worst first; the order of the checks among equals. */
static int compare(const void *a, const void *b)
{
	const struct twi_finding *x = *(const struct twi_finding *const *)a;
	const struct twi_finding *y = *(const struct twi_finding *const *)b;

	if (x->severity != y->severity)
		return x->severity > y->severity ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

enum twi_severity twi_exam_worst(const struct twi_exam *exam)
{
	return exam->nfindings ? exam->finding[0]->severity : TWI_FINE;
}

size_t twi_exam_count(const struct twi_exam *exam, enum twi_severity severity)
{
	size_t n = 0;

	for (size_t i = 0; i < exam->nfindings; i++)
		n += exam->finding[i]->severity == severity;
	return n;
}

size_t twi_exam_unchecked(const struct twi_exam *exam)
{
	size_t n = 0;

	for (size_t i = 0; i < exam->nchecks; i++)
		n += exam->check[i].result == TWI_UNCHECKED;
	return n;
}

int64_t twi_exam_time(const struct twi_exam *exam)
{
	const struct twi_keys *const keys[] = {
		&exam->netns.keys, &exam->tuples, &exam->bind,
		&exam->summary.keys
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (keys[i]->n)
			return twi_num(keys[i], "time_ns");
	}
	return TWI_UNKNOWN;
}

static int status(const struct twi_exam *exam)
{
	switch (twi_exam_worst(exam)) {
	case TWI_CRITICAL:
		return TWI_EXIT_CRITICAL;
	case TWI_WARNING:
		return TWI_EXIT_WARNING;
	default:
		return twi_exam_unchecked(exam) ? TWI_EXIT_UNCHECKED :
						  TWI_EXIT_OK;
	}
}

void twi_exam_make(struct twi_exam *exam, struct twi_view *view)
{
	memset(exam, 0, sizeof(*exam));
	exam->view = view;
	exam->sysroot = twi_source_sysroot(&view->source, view->sysroot,
					   &exam->dir);
	exam->interval_ms = 1000 * (view->interval ? view->interval : 1);
	twi_exam_read(exam);
	run_checks(exam);
	if (exam->nfindings)
		qsort(exam->finding, exam->nfindings, sizeof(*exam->finding),
		      compare);
}

int twi_view_doctor(struct twi_view *view)
{
	struct twi_exam exam;

	twi_exam_make(&exam, view);
	view->status = status(&exam);
	if (view->json)
		twi_doctor_json(&exam);
	else
		twi_doctor_print(&exam);
	twi_exam_free(&exam);
	return 0;
}
