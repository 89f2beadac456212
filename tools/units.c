// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * units.c - turns integers into the words people read.  Independent of the
 * locale; any int64_t is fine and stays short unless raw.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "twinspect.h"
#include "units.h"

/* Above this a count is rounded: it would not fit its column. */
#define COUNT_MAX	9999999

static struct twi_str raw_number(int64_t n)
{
	struct twi_str str;

	snprintf(str.s, sizeof(str.s), "%lld", (long long)n);
	return str;
}

static struct twi_str unknown(void)
{
	return (struct twi_str){ "-" };
}

/*
 * Three digits and a unit.  The step to the next unit is taken where the
 * rounded number would need a fourth digit.
 */
static struct twi_str scaled(double n, double step, double limit,
			     const char *const *unit, const char *space)
{
	struct twi_str str;
	int decimals;

	while (n >= limit && unit[1]) {
		n /= step;
		unit++;
	}
	decimals = n < 9.995 ? 2 : n < 99.95 ? 1 : 0;
	snprintf(str.s, sizeof(str.s), "%.*f%s%s", decimals, n, space, *unit);
	return str;
}

struct twi_str twi_count(int64_t n, bool raw)
{
	static const char *const unit[] = { "M", "G", "T", "P", "E", NULL };
	struct twi_str str;
	long long value = n;

	if (raw)
		return raw_number(n);
	if (n < 0)
		return unknown();
	if (n > COUNT_MAX)
		return scaled(n / 1e6, 1e3, 999.5, unit, "");
	if (n >= 1000000)
		snprintf(str.s, sizeof(str.s), "%lld,%03lld,%03lld",
			 value / 1000000, value / 1000 % 1000, value % 1000);
	else if (n >= 1000)
		snprintf(str.s, sizeof(str.s), "%lld,%03lld", value / 1000,
			 value % 1000);
	else
		snprintf(str.s, sizeof(str.s), "%lld", value);
	return str;
}

struct twi_str twi_bytes(int64_t n, bool raw)
{
	static const char *const unit[] = {
		"KiB", "MiB", "GiB", "TiB", "PiB", "EiB", NULL
	};
	struct twi_str str;

	if (raw)
		return raw_number(n);
	if (n < 0)
		return unknown();
	if (n >= 1024)
		return scaled(n / 1024.0, 1024, 999.5, unit, " ");
	snprintf(str.s, sizeof(str.s), "%lld B", (long long)n);
	return str;
}

struct twi_str twi_nsec(int64_t ns, bool raw)
{
	static const char *const unit[] = { "us", "ms", "s", NULL };
	struct twi_str str;

	if (raw)
		return raw_number(ns);
	if (ns < 0)
		return unknown();
	if (ns >= 1000)
		return scaled(ns / 1e3, 1e3, 999.5, unit, " ");
	snprintf(str.s, sizeof(str.s), "%lld ns", (long long)ns);
	return str;
}

struct twi_str twi_when(int64_t ms, bool raw)
{
	struct twi_str str;

	if (raw)
		return raw_number(ms);
	snprintf(str.s, sizeof(str.s), "%.1f s", ms / 1e3);
	return str;
}

struct twi_str twi_span(int64_t ms, bool raw)
{
	static const struct { long long s; const char *name; } unit[] = {
		{ 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" }
	};
	long long s = llabs(ms / 1000);
	struct twi_str str;
	unsigned char rest;
	int i = 0;

	if (raw || s < 120)
		return twi_when(ms, raw);
	while (s < unit[i].s)
		i++;
	rest = s % unit[i].s / unit[i + 1].s;
	snprintf(str.s, sizeof(str.s), "%s%.12s %s %hhu %s", ms < 0 ? "-" : "",
		 twi_count(s / unit[i].s, false).s, unit[i].name, rest,
		 unit[i + 1].name);
	return str;
}

struct twi_str twi_milli(int64_t milli, bool raw)
{
	struct twi_str str;

	if (raw)
		return raw_number(milli);
	if (milli < 0)
		return unknown();
	if (milli >= 100000)
		return twi_count(milli / 1000, false);
	snprintf(str.s, sizeof(str.s), "%.2f", milli / 1e3);
	return str;
}

struct twi_str twi_percent(int64_t part, int64_t whole)
{
	struct twi_str str;
	double percent;

	if (part < 0 || whole <= 0)
		return unknown();
	percent = 100.0 * part / whole;
	if (percent >= 999.95)
		snprintf(str.s, sizeof(str.s), ">999%%");
	else
		snprintf(str.s, sizeof(str.s), "%.1f%%", percent);
	return str;
}

struct twi_str twi_date(int64_t ns, bool raw)
{
	time_t seconds = ns / 1000000000;
	struct twi_str str;
	struct tm tm;

	if (raw)
		return raw_number(ns);
	if (ns < 0 || !gmtime_r(&seconds, &tm))
		return unknown();
	strftime(str.s, sizeof(str.s), "%Y-%m-%d %H:%M:%S UTC", &tm);
	return str;
}

int64_t twi_sum(int64_t a, int64_t b)
{
	int64_t sum;

	if (a < 0 || b < 0)
		return TWI_UNKNOWN;
	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

int64_t twi_product(int64_t a, int64_t b)
{
	int64_t product;

	if (a < 0 || b < 0)
		return TWI_UNKNOWN;
	return __builtin_mul_overflow(a, b, &product) ? INT64_MAX : product;
}

int64_t twi_difference(int64_t a, int64_t b)
{
	int64_t difference;

	if (!__builtin_sub_overflow(a, b, &difference))
		return difference;
	return a < b ? INT64_MIN : INT64_MAX;
}

int64_t twi_whole(double value)
{
	return value < 9.2e18 ? (int64_t)value : INT64_MAX;
}
