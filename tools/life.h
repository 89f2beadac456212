/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * life.h - how long TIME-WAIT holds a port, and how many connections a second
 * a supply of ports lasts for.  Arithmetic alone: it knows no file.
 */
#ifndef TWINSPECT_LIFE_H
#define TWINSPECT_LIFE_H

#include <stdbool.h>
#include <stdint.h>

/* A time of which the length is only known to lie between two. */
struct twi_life {
	int64_t	longest_ms;
	int64_t	mean_ms;
};

/*
 * The step of the level of the kernel's timer wheel (kernel/time/timer.c) that
 * a timeout of ms is put on, rounded up to ms.  A timer fires up to a step
 * late.  Unknown if hz or ms is, or is out of all proportion.
 */
int64_t twi_wheel_step_ms(int64_t hz, int64_t ms);

/* Of a timer of ms on a level of this step; unknown if one of them is. */
struct twi_life twi_life_of(int64_t ms, int64_t step_ms);

/*
 * How long until connect() may take the port over where tcp_tw_reuse lets it:
 * tcp_tw_reuse_delay, or where the kernel has none, when the clock has struck
 * the next second but one at the latest.
 */
struct twi_life twi_life_reuse(int64_t delay_ms);

/* What connections of one kind draw from. */
struct twi_supply {
	int64_t	ports;
	int64_t	held;		/* of these, by sockets not in TIME-WAIT */
	/* the part of TIME-WAIT that may be taken over early */
	int64_t	reusable;
	int64_t	tw;
};

/*
 * Connections a second that never find the supply empty, in thousandths, each
 * of whose ports stays in TIME-WAIT for life_ms; or, where it is reusable, for
 * reuse_ms.  No reuse if reuse_ms is unknown.
 */
int64_t twi_supply_rate_milli(const struct twi_supply *supply, int64_t life_ms,
			      int64_t reuse_ms);

/*
 * The part of ports that a range of before numbers has left, in one of after
 * numbers: the same share of it.
 */
int64_t twi_scale_ports(int64_t ports, int64_t before, int64_t after);

#endif /* TWINSPECT_LIFE_H */
