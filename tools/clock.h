/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * clock.h - the time as one number.
 */
#ifndef TWINSPECT_CLOCK_H
#define TWINSPECT_CLOCK_H

#include <stdint.h>
#include <time.h>

#define TWI_NSEC_PER_SEC	1000000000LL
#define TWI_NSEC_PER_MSEC	1000000LL

int64_t twi_clock_ns(clockid_t clock);

#endif /* TWINSPECT_CLOCK_H */
