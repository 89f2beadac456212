// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * life.c - the rule by which the timer wheel rounds, and rates from supplies.
 * Any int64_t is fine; what is unknown makes the result unknown.
 */
#include "life.h"
#include "twinspect.h"
#include "units.h"

/* As in kernel/time/timer.c: a level has 64 buckets, its step is 8 times. */
#define LEVEL_BITS	3
#define LEVEL_BUCKETS	64

/* More is no timer of TIME-WAIT, and no kernel. */
#define MS_MAX		1000000000
#define HZ_MAX		100000

#define REUSE_LONGEST_MS	2000
#define REUSE_MEAN_MS		1500

int64_t twi_wheel_step_ms(int64_t hz, int64_t ms)
{
	int64_t ticks, step = 1;

	if (hz <= 0 || hz > HZ_MAX || ms < 0 || ms > MS_MAX)
		return TWI_UNKNOWN;
	ticks = (ms * hz + 999) / 1000;
	/* level L holds what is below 63 << 3L jiffies, in steps of 8^L */
	while (ticks >= (LEVEL_BUCKETS - 1) * step)
		step <<= LEVEL_BITS;
	return (step * 1000 + hz - 1) / hz;
}

struct twi_life twi_life_of(int64_t ms, int64_t step_ms)
{
	return (struct twi_life){
		.longest_ms = twi_sum(ms, step_ms),
		.mean_ms = twi_sum(ms, step_ms < 0 ? step_ms : step_ms / 2),
	};
}

struct twi_life twi_life_reuse(int64_t delay_ms)
{
	if (delay_ms >= 0)
		return (struct twi_life){ delay_ms, delay_ms };
	return (struct twi_life){ REUSE_LONGEST_MS, REUSE_MEAN_MS };
}

int64_t twi_supply_rate_milli(const struct twi_supply *supply, int64_t life_ms,
			      int64_t reuse_ms)
{
	double share = 0, taken = life_ms;

	if (supply->ports < 0 || supply->held < 0 || life_ms <= 0)
		return TWI_UNKNOWN;
	if (reuse_ms >= 0 && reuse_ms < life_ms) {
		if (supply->reusable < 0 || supply->tw <= 0)
			return TWI_UNKNOWN;
		share = supply->reusable < supply->tw ?
			(double)supply->reusable / supply->tw : 1;
		/* what takes no time at all would make it infinite */
		taken = share * (reuse_ms ? reuse_ms : 1) +
			(1 - share) * life_ms;
	}
	if (supply->ports <= supply->held)
		return 0;
	return twi_whole((double)(supply->ports - supply->held) * 1e6 / taken);
}

int64_t twi_scale_ports(int64_t ports, int64_t before, int64_t after)
{
	if (ports < 0 || before <= 0 || after < 0)
		return TWI_UNKNOWN;
	return twi_whole((double)ports * after / before);
}
