// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * watch_history.c - reads the files again and again, and subtracts.  The time
 * between two passes is the module's own, the one in the files; where that
 * clock was set back, it is the time between the readings.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "watch_history.h"

static const char *const names[TWI_NHISTORY] = {
	[TWI_HISTORY_summary] = "summary",
	[TWI_HISTORY_deathrow] = "deathrow",
	[TWI_HISTORY_tuples] = "tuples",
};

static int64_t time_of(const struct twi_reading *reading)
{
	return twi_num(&reading->model.keys, "time_ns");
}

static void forget(struct twi_reading *reading)
{
	twi_model_free(&reading->model);
	reading->there = false;
}

static void push(struct twi_history *history, int file,
		 const struct twi_reading *new)
{
	struct twi_reading *now = &history->now[file];
	struct twi_reading *before = &history->before[file];

	if (now->there && time_of(now) == time_of(new)) {
		forget(now);
	} else {
		forget(before);
		*before = *now;
	}
	*now = *new;
}

void twi_history_read(struct twi_history *history,
		      const struct twi_source *source, unsigned int files,
		      int64_t mono_ns)
{
	struct twi_error err;

	history->failed = false;
	for (int i = 0; i < TWI_NHISTORY; i++) {
		struct twi_reading new = { .mono_ns = mono_ns, .there = true };

		if (!(files & 1U << i))
			continue;
		if (!twi_model_load(&new.model, source, names[i], &err)) {
			push(history, i, &new);
		} else if (!history->failed) {
			history->failed = true;
			history->err = err;
		}
	}
	history->took_ns = twi_clock_ns(CLOCK_MONOTONIC) - mono_ns;
}

const struct twi_model *twi_history_now(const struct twi_history *history,
					enum twi_history_file file)
{
	const struct twi_reading *now = &history->now[file];

	return now->there ? &now->model : NULL;
}

unsigned int twi_history_missing(const struct twi_history *history)
{
	unsigned int files = 0;

	for (int i = 0; i < TWI_NHISTORY; i++)
		files |= history->now[i].there ? 0 : 1U << i;
	return files;
}

int64_t twi_history_time(const struct twi_history *history,
			 unsigned int files)
{
	int64_t last = TWI_UNKNOWN;

	for (int i = 0; i < TWI_NHISTORY; i++) {
		const struct twi_reading *now = &history->now[i];

		if (files & 1U << i && now->there && time_of(now) > last)
			last = time_of(now);
	}
	return last;
}

static double seconds_between(const struct twi_reading *before,
			      const struct twi_reading *now)
{
	int64_t ns = twi_difference(time_of(now), time_of(before));

	if (ns <= 0)
		ns = now->mono_ns - before->mono_ns;
	return ns / 1e9;
}

struct twi_str twi_history_rate(const struct twi_history *history,
				enum twi_history_file file,
				twi_value_fn value, const char *name)
{
	const struct twi_reading *before = &history->before[file];
	const struct twi_reading *now = &history->now[file];
	int64_t a, b;
	double rate;
	struct twi_str str;

	if (!before->there || !now->there ||
	    seconds_between(before, now) <= 0)
		return (struct twi_str){ "-" };
	a = value(&before->model.keys, name);
	b = value(&now->model.keys, name);
	if (a < 0 || b < 0)
		return (struct twi_str){ "-" };
	rate = (b - a) / seconds_between(before, now);
	if (a == b)
		return (struct twi_str){ "0" };
	if (fabs(rate) < 9.95)
		snprintf(str.s, sizeof(str.s), "%+.1f", rate);
	else
		snprintf(str.s, sizeof(str.s), "%c%.24s", rate < 0 ? '-' : '+',
			 twi_count(twi_whole(fabs(rate) + 0.5), false).s);
	return str;
}

void twi_history_free(struct twi_history *history)
{
	for (int i = 0; i < TWI_NHISTORY; i++) {
		forget(&history->now[i]);
		forget(&history->before[i]);
	}
}
