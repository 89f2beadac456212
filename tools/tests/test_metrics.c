// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * test_metrics.c - numbers, labels and families in both text formats.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "metrics.h"
#include "twinspect.h"

static const struct twi_family gauge = {
	.name = "g_seconds", .unit = "seconds", .help = "G."
};

static char *text;
static size_t len;

static struct twi_metrics begin(const struct twi_family *family,
				bool openmetrics)
{
	struct twi_metrics metrics = { .openmetrics = openmetrics };

	metrics.out = open_memstream(&text, &len);
	assert_non_null(metrics.out);
	twi_metrics_family(&metrics, family);
	return metrics;
}

static void expect(struct twi_metrics *metrics, const char *expected)
{
	twi_metrics_end(metrics);
	fclose(metrics->out);
	assert_string_equal(text, expected);
	free(text);
}

static void escapes(void **state)
{
	struct twi_metrics m = begin(&gauge, false);

	(void)state;
	twi_metrics_count(&m, TWI_LABELS({ "a", "\"\\\n" }, { "b", "" }), 1);
	expect(&m, "# HELP g_seconds G.\n# TYPE g_seconds gauge\n"
	       "g_seconds{a=\"\\\"\\\\\\n\",b=\"\"} 1\n");
}

static void numbers(void **state)
{
	struct twi_metrics m = begin(&gauge, true);

	(void)state;
	twi_metrics_count(&m, twi_no_labels, INT64_MAX);
	twi_metrics_scaled(&m, twi_no_labels, 1000000001, 9);
	twi_metrics_scaled(&m, twi_no_labels, 2000, 3);
	twi_metrics_scaled(&m, twi_no_labels, INT64_MAX, 9);
	twi_metrics_real(&m, twi_no_labels, 0.25);
	twi_metrics_real(&m, twi_no_labels, INFINITY);
	twi_metrics_real(&m, twi_no_labels, -INFINITY);
	expect(&m, "# HELP g_seconds G.\n# TYPE g_seconds gauge\n"
	       "# UNIT g_seconds seconds\n"
	       "g_seconds 9223372036854775807\n"
	       "g_seconds 1.000000001\n"
	       "g_seconds 2\n"
	       "g_seconds 9223372036.854775807\n"
	       "g_seconds 0.25\n"
	       "g_seconds +Inf\n"
	       "g_seconds -Inf\n"
	       "# EOF\n");
}

/* A family of which nothing is known is not there. */
static void unknown(void **state)
{
	struct twi_metrics m = begin(&gauge, false);

	(void)state;
	twi_metrics_count(&m, twi_no_labels, TWI_UNKNOWN);
	twi_metrics_scaled(&m, twi_no_labels, TWI_UNKNOWN, 3);
	twi_metrics_real(&m, twi_no_labels, NAN);
	expect(&m, "");
}

static void suffixes(void **state)
{
	static const struct twi_family counter = {
		.name = "c", .type = TWI_METRIC_counter, .help = "C."
	};
	static const struct twi_family info = {
		.name = "i", .type = TWI_METRIC_info, .help = "I."
	};
	struct twi_metrics m = begin(&counter, false);

	(void)state;
	twi_metrics_count(&m, twi_no_labels, 1);
	twi_metrics_family(&m, &info);
	twi_metrics_count(&m, twi_no_labels, 1);
	expect(&m, "# HELP c_total C.\n# TYPE c_total counter\nc_total 1\n"
	       "# HELP i_info I.\n# TYPE i_info gauge\ni_info 1\n");
	m = begin(&counter, true);
	twi_metrics_count(&m, twi_no_labels, 1);
	twi_metrics_family(&m, &info);
	twi_metrics_count(&m, twi_no_labels, 1);
	expect(&m, "# HELP c C.\n# TYPE c counter\nc_total 1\n"
	       "# HELP i I.\n# TYPE i info\ni_info 1\n# EOF\n");
}

static void histogram(void **state)
{
	static const struct twi_family family = {
		.name = "h", .type = TWI_METRIC_histogram, .help = "H."
	};
	static const struct twi_bucket bucket[] = { { 1, 2 }, { 10, 5 } };
	struct twi_metrics m = begin(&family, false);

	(void)state;
	twi_metrics_histogram(&m, TWI_LABELS({ "t", "e" }), bucket, 2, 6, 1500,
			      3);
	expect(&m, "# HELP h H.\n# TYPE h histogram\n"
	       "h_bucket{t=\"e\",le=\"1\"} 2\n"
	       "h_bucket{t=\"e\",le=\"10\"} 5\n"
	       "h_bucket{t=\"e\",le=\"+Inf\"} 6\n"
	       "h_sum{t=\"e\"} 1.500\n"
	       "h_count{t=\"e\"} 6\n");
	m = begin(&family, true);
	twi_metrics_histogram(&m, twi_no_labels, bucket, 1, 6, 0, 0);
	expect(&m, "# HELP h H.\n# TYPE h gaugehistogram\n"
	       "h_bucket{le=\"1.0\"} 2\n"
	       "h_bucket{le=\"+Inf\"} 6\n"
	       "h_gsum 0\n"
	       "h_gcount 6\n"
	       "# EOF\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes),
		cmocka_unit_test(numbers),
		cmocka_unit_test(unknown),
		cmocka_unit_test(suffixes),
		cmocka_unit_test(histogram),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
