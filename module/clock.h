/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the kernel keeps the time of minisockets: when one began, and
 * when its timer fires.
 */
#ifndef TWI_CLOCK_H
#define TWI_CLOCK_H

#include <linux/timer.h>

#include "value.h"

/* kernel/time/timer.c: 64 buckets a level, 8 or 9 levels by HZ. */
#define TWI_WHEEL_LEVELS	9
#define TWI_WHEEL_LEVEL_SIZE	64
#define TWI_WHEEL_SIZE		(TWI_WHEEL_LEVELS * TWI_WHEEL_LEVEL_SIZE)
/* Each level is 8 times coarser than the one before. */
#define TWI_WHEEL_SHIFT(level)	(3 * (level))

/**
 * struct twi_clock - how the kernel keeps the time of minisockets
 * @now:	jiffy at which the walk began
 * @now_ms:	low 32 bits of the millisecond (CLOCK_MONOTONIC), likewise
 * @now_s:	low 32 bits of the second (CLOCK_MONOTONIC), likewise
 * @hz:		jiffies a second
 * @tw_len:	TCP_TIMEWAIT_LEN in jiffies
 * @tw_step:	step of the timer wheel at that timeout, in jiffies
 * @stamped:	the kernel keeps the time of entry; ages are in ms, not jiffies
 * @delayed:	connect() takes over TIME-WAIT some time after its entry, not in
 *		the second after its last timestamp
 */
struct twi_clock {
	unsigned long now;
	u32 now_ms;
	u32 now_s;
	u32 hz;
	u32 tw_len;
	u32 tw_step;
	bool stamped;
	bool delayed;
};

/**
 * twi_sock_age - how long a TIME-WAIT socket has been one
 * @clock: the kernel's
 * @sock: copy of a TIME-WAIT minisocket, with its timer
 *
 * Return: ticks of the clock, milliseconds if it is @stamped and else jiffies;
 * U32_MAX where that can't be told.
 */
static inline u32 twi_sock_age(const struct twi_clock *clock,
			       const struct twi_sock *sock)
{
	long age;

	if (clock->stamped)
		age = (s32)(clock->now_ms - sock->stamp);
	else if (sock->flags & TWI_SOCK_ARMED)
		age = clock->now - (sock->expires - clock->tw_len);
	else
		return U32_MAX;
	return age < 0 ? 0 : age;
}

/* Ticks of the clock in a second. */
static inline u32 twi_clock_second(const struct twi_clock *clock)
{
	return clock->stamped ? 1000 : clock->hz;
}

/* The level of the wheel that the timer of a minisocket is on. */
static inline u32 twi_sock_level(const struct twi_sock *sock)
{
	return (sock->timer >> TIMER_ARRAYSHIFT) / TWI_WHEEL_LEVEL_SIZE;
}

/**
 * twi_sock_fires - when the timer of a minisocket fires, at the earliest
 * @sock: the copy
 * @level: of the wheel, that the timer is on
 *
 * calc_index() (kernel/time/timer.c) rounds an expiry up to the step of its
 * level.
 *
 * Return: a jiffy.
 */
static inline unsigned long twi_sock_fires(const struct twi_sock *sock,
					   u32 level)
{
	u32 shift = TWI_WHEEL_SHIFT(level);

	return ((sock->expires >> shift) + 1) << shift;
}

#endif /* TWI_CLOCK_H */
