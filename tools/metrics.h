/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * metrics.h - the text formats that Prometheus scrapes: families of metrics,
 * their samples and labels.  Knows nothing of what is measured.
 */
#ifndef TWINSPECT_METRICS_H
#define TWINSPECT_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* In Prometheus's own format; OpenMetrics has other words for some. */
enum twi_metric_type {
	TWI_METRIC_gauge,
	TWI_METRIC_counter,	/* its samples are of NAME_total */
	TWI_METRIC_info,	/* of NAME_info */
	TWI_METRIC_histogram,	/* of what is now: does not only grow */
};

struct twi_family {
	const char		*name;
	enum twi_metric_type	type;
	const char		*unit;	/* the name ends in it; NULL: none */
	const char		*help;	/* has nothing to be escaped */
};

struct twi_metrics {
	FILE			*out;
	bool			openmetrics;
	const struct twi_family	*family;
	bool			begun;		/* it has a sample */
};

/* A set of them ends in one that has no name. */
struct twi_label {
	const char	*name;
	const char	*value;
};

#define TWI_LABELS(...)							\
	((const struct twi_label[]){ __VA_ARGS__, { NULL, NULL } })

extern const struct twi_label twi_no_labels[];

/*
 * A family that appears with its first sample, if it gets one.  All samples
 * of it come before the next family.
 */
void twi_metrics_family(struct twi_metrics *metrics,
			const struct twi_family *family);

/* A whole number; none if it is unknown. */
void twi_metrics_count(struct twi_metrics *metrics,
		       const struct twi_label *labels, int64_t value);

/* value / 10^digits, to the last digit; none if it is unknown. */
void twi_metrics_scaled(struct twi_metrics *metrics,
			const struct twi_label *labels, int64_t value,
			int digits);

/* None if it is not a number. */
void twi_metrics_real(struct twi_metrics *metrics,
		      const struct twi_label *labels, double value);

/* Observations up to and including a bound, those of lower ones as well. */
struct twi_bucket {
	int64_t	bound;
	int64_t	count;
};

/* sum is sum_scaled / 10^digits. */
void twi_metrics_histogram(struct twi_metrics *metrics,
			   const struct twi_label *labels,
			   const struct twi_bucket *bucket, size_t n,
			   int64_t count, int64_t sum_scaled, int digits);

/* Nothing comes after it. */
void twi_metrics_end(struct twi_metrics *metrics);

#endif /* TWINSPECT_METRICS_H */
