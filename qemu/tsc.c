// SPDX-License-Identifier: GPL-2.0
/*
 * tsc - prints the frequency of this machine's time stamp counter in kHz, which
 * a guest without KVM reads as its own.  Nothing, where it has none.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#define READINGS	1000
#define PAUSE_NS	100000000

#if defined(__x86_64__)
#include <x86intrin.h>

struct moment {
	int64_t ns, ticks;
};

/* Of many, the reading that least came in between. */
static struct moment now(void)
{
	int64_t least = INT64_MAX;
	struct moment best = { 0, 0 };

	for (int i = 0; i < READINGS; i++) {
		int64_t before = __rdtsc(), after;
		struct timespec ts;

		clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
		after = __rdtsc();
		if (after - before >= least)
			continue;
		least = after - before;
		best.ticks = before + least / 2;
		best.ns = ts.tv_sec * 1000000000LL + ts.tv_nsec;
	}
	return best;
}

int main(void)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	struct moment from = now(), to;

	nanosleep(&pause, NULL);
	to = now();
	printf("%lld\n", (long long)((to.ticks - from.ticks) * 1000000 /
				     (to.ns - from.ns)));
	return 0;
}
#else
int main(void)
{
	return 0;
}
#endif
