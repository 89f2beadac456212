// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * clock.c - reads the kernel's clocks.
 */
#include "clock.h"

int64_t twi_clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * TWI_NSEC_PER_SEC + now.tv_nsec;
}
