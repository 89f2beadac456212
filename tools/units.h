/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * units.h - numbers as people read them, and arithmetic on values that may be
 * unknown.  Raw asks for the plain integer instead (--numeric).
 *
 * The strings live until the end of the full expression that made them:
 * printf("%s", twi_count(n, raw).s) is what they are for.
 */
#ifndef TWINSPECT_UNITS_H
#define TWINSPECT_UNITS_H

#include <stdbool.h>
#include <stdint.h>

struct twi_str {
	char	s[32];
};

/* 468,548 and 12.3M from ten millions on; "-" for what is unknown. */
struct twi_str twi_count(int64_t n, bool raw);

/* 264 B, 12.3 MiB */
struct twi_str twi_bytes(int64_t n, bool raw);

/* 412 ns, 12.3 ms, 4.1 s; negative is unknown. */
struct twi_str twi_nsec(int64_t ns, bool raw);

/* A time from now in ms, of any sign: 4.1 s, -0.3 s; 4100 if raw. */
struct twi_str twi_when(int64_t ms, bool raw);

/* As that, but of 2 minutes and more the two largest units: 5 h 40 min. */
struct twi_str twi_span(int64_t ms, bool raw);

/* Thousandths: 7.48 */
struct twi_str twi_milli(int64_t milli, bool raw);

/* 89.6%, or "-" where one of them is unknown or there is no whole. */
struct twi_str twi_percent(int64_t part, int64_t whole);

/* 2026-11-22 03:40:12 UTC */
struct twi_str twi_date(int64_t ns, bool raw);

/* Unknown if one of them is; the largest number if they exceed it. */
int64_t twi_sum(int64_t a, int64_t b);
int64_t twi_product(int64_t a, int64_t b);

/* a - b, of any sign; unknown must have been dealt with. */
int64_t twi_difference(int64_t a, int64_t b);

/* Rounded towards 0, at most the largest number. */
int64_t twi_whole(double value);

#endif /* TWINSPECT_UNITS_H */
