// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * metrics.c - writes metrics in the text format of Prometheus, version 0.0.4,
 * or in OpenMetrics 1.0.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "metrics.h"

const struct twi_label twi_no_labels[] = { { NULL, NULL } };

/* What a sample's name has after that of its family. */
static const char *const suffixes[] = {
	[TWI_METRIC_gauge] = "",
	[TWI_METRIC_counter] = "_total",
	[TWI_METRIC_info] = "_info",
	[TWI_METRIC_histogram] = "",
};

static const char *const types[] = {
	[TWI_METRIC_gauge] = "gauge",
	[TWI_METRIC_counter] = "counter",
	[TWI_METRIC_info] = "gauge",
	[TWI_METRIC_histogram] = "histogram",
};

static const char *const openmetrics_types[] = {
	[TWI_METRIC_gauge] = "gauge",
	[TWI_METRIC_counter] = "counter",
	[TWI_METRIC_info] = "info",
	[TWI_METRIC_histogram] = "gaugehistogram",
};

/* Prometheus's own format names the samples, OpenMetrics what they are of. */
static void begin(struct twi_metrics *metrics)
{
	const struct twi_family *family = metrics->family;
	const char *suffix = "", *type = openmetrics_types[family->type];

	if (!metrics->openmetrics) {
		suffix = suffixes[family->type];
		type = types[family->type];
	}
	fprintf(metrics->out, "# HELP %s%s %s\n", family->name, suffix,
		family->help);
	fprintf(metrics->out, "# TYPE %s%s %s\n", family->name, suffix, type);
	if (metrics->openmetrics && family->unit)
		fprintf(metrics->out, "# UNIT %s %s\n", family->name,
			family->unit);
	metrics->begun = true;
}

void twi_metrics_family(struct twi_metrics *metrics,
			const struct twi_family *family)
{
	metrics->family = family;
	metrics->begun = false;
}

static void print_value(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			fputs("\\n", out);
		else if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else
			fputc(*text, out);
	}
}

/* The labels, and one more if its name is not NULL. */
static void print_labels(FILE *out, const struct twi_label *labels,
			 const char *name, const char *value)
{
	const struct twi_label more[] = { { name, value }, { NULL, NULL } };
	char before = '{';

	for (int i = 0; i < 2; i++) {
		for (; labels->name; labels++) {
			fprintf(out, "%c%s=\"", before, labels->name);
			print_value(out, labels->value);
			fputc('"', out);
			before = ',';
		}
		labels = more;
	}
	if (before == ',')
		fputc('}', out);
}

/* All of a sample but its value. */
static void print_name(struct twi_metrics *metrics, const char *suffix,
		       const struct twi_label *labels, const char *le)
{
	if (!metrics->begun)
		begin(metrics);
	fprintf(metrics->out, "%s%s", metrics->family->name, suffix);
	print_labels(metrics->out, labels, le ? "le" : NULL, le);
	fputc(' ', metrics->out);
}

static void print_scaled(FILE *out, int64_t value, int digits)
{
	int64_t one = 1;

	for (int i = 0; i < digits; i++)
		one *= 10;
	fprintf(out, "%" PRId64, value / one);
	if (value % one)
		fprintf(out, ".%0*" PRId64, digits, value % one);
	fputc('\n', out);
}

void twi_metrics_scaled(struct twi_metrics *metrics,
			const struct twi_label *labels, int64_t value,
			int digits)
{
	if (value < 0)
		return;
	print_name(metrics, suffixes[metrics->family->type], labels, NULL);
	print_scaled(metrics->out, value, digits);
}

void twi_metrics_count(struct twi_metrics *metrics,
		       const struct twi_label *labels, int64_t value)
{
	twi_metrics_scaled(metrics, labels, value, 0);
}

void twi_metrics_real(struct twi_metrics *metrics,
		      const struct twi_label *labels, double value)
{
	if (isnan(value))
		return;
	print_name(metrics, suffixes[metrics->family->type], labels, NULL);
	if (isinf(value))
		fprintf(metrics->out, "%cInf\n", value < 0 ? '-' : '+');
	else
		fprintf(metrics->out, "%.6g\n", value);
}

void twi_metrics_histogram(struct twi_metrics *metrics,
			   const struct twi_label *labels,
			   const struct twi_bucket *bucket, size_t n,
			   int64_t count, int64_t sum_scaled, int digits)
{
	/* OpenMetrics has a type for what is now, with names of its own */
	bool openmetrics = metrics->openmetrics;
	char le[32];

	for (size_t i = 0; i < n; i++) {
		snprintf(le, sizeof(le), "%" PRId64 "%s", bucket[i].bound,
			 openmetrics ? ".0" : "");
		print_name(metrics, "_bucket", labels, le);
		print_scaled(metrics->out, bucket[i].count, 0);
	}
	print_name(metrics, "_bucket", labels, "+Inf");
	print_scaled(metrics->out, count, 0);
	print_name(metrics, openmetrics ? "_gsum" : "_sum", labels, NULL);
	print_scaled(metrics->out, sum_scaled, digits);
	print_name(metrics, openmetrics ? "_gcount" : "_count", labels, NULL);
	print_scaled(metrics->out, count, 0);
}

void twi_metrics_end(struct twi_metrics *metrics)
{
	if (metrics->openmetrics)
		fputs("# EOF\n", metrics->out);
}
