// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * pass.c - puts the pass_* keys that every file has into one line.
 */
#include <stdio.h>
#include <string.h>

#include "pass.h"
#include "units.h"

/* Below this many nodes the time is not the walk's but the pass's own. */
#define EACH_MIN	1000

static int64_t total(const struct twi_keys *const *keys, size_t n,
		     const char *name)
{
	int64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum = twi_sum(sum, twi_num(keys[i], "%s", name));
	return sum;
}

bool twi_pass_inexact(const struct twi_keys *const *keys, size_t n)
{
	return total(keys, n, "pass_inexact") ||
	       total(keys, n, "pass_unfinished") ||
	       total(keys, n, "pass_skipped");
}

void twi_pass_print(const struct twi_view *view, const char *label,
		    const struct twi_keys *const *keys, size_t n)
{
	int64_t ns = total(keys, n, "pass_ns");
	int64_t nodes = total(keys, n, "pass_nodes");
	int64_t inexact = total(keys, n, "pass_inexact");
	int64_t unfinished = total(keys, n, "pass_unfinished");
	int64_t skipped = total(keys, n, "pass_skipped");
	bool raw = view->numeric;

	printf("%s%s", label, twi_nsec(ns, raw).s);
	if (n > 1)
		printf(" in %zu passes", n);
	printf(", %s nodes", twi_count(nodes, raw).s);
	if (nodes >= EACH_MIN && ns >= 0)
		printf(" (%s each)", twi_nsec(ns / nodes, raw).s);
	printf(", %s restarts",
	       twi_count(total(keys, n, "pass_restarts"), raw).s);
	if (!twi_pass_inexact(keys, n)) {
		puts(", exact");
		return;
	}
	printf("\n%*sinexact: %s chains changed,", (int)strlen(label), "",
	       twi_count(inexact, raw).s);
	printf(" %s given up,", twi_count(unfinished, raw).s);
	printf(" %s nodes skipped\n", twi_count(skipped, raw).s);
}

void twi_pass_print_one(const struct twi_view *view,
			const struct twi_keys *keys)
{
	printf("%s: ", twi_date(twi_num(keys, "time_ns"), view->numeric).s);
	twi_pass_print(view, "", &keys, 1);
}
