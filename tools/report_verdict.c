// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * report_verdict.c - the doctor's findings with their remedies, and which
 * checks were made.  Judges nothing.
 */
#include <stdlib.h>

#include "html.h"
#include "report.h"
#include "units.h"

/* A report has a bounded size: the doctor shows the rest. */
#define FINDINGS_SHOWN	20
#define ITEMS_SHOWN	10
#define REMEDIES_SHOWN	12
#define FACTS_SHOWN	40

static void write_shape(FILE *out, enum twi_severity severity)
{
	twi_html(out,
		 "<svg class=\"shape %s\" aria-hidden=\"true\"><use href=\"#shape-%s\"/></svg>",
		 twi_severity_names[severity], twi_severity_names[severity]);
}

static void write_more(FILE *out, size_t all, size_t shown)
{
	if (all > shown)
		twi_html(out, "<p>%zu more: <code>twinspect doctor -v</code></p>\n",
			 all - shown);
}

static void write_facts(FILE *out, const struct twi_facts *facts)
{
	if (!facts->n)
		return;
	twi_html(out, "<details><summary>Figures</summary><dl class=\"figures\">\n");
	for (size_t i = 0; i < facts->n && i < FACTS_SHOWN; i++) {
		const struct twi_fact *fact = &facts->fact[i];

		twi_html(out, "<div><dt>%s</dt><dd>", fact->name);
		if (fact->text)
			twi_html(out, "%s", fact->text);
		else
			twi_html(out, "%lld", (long long)fact->number);
		twi_html(out, "</dd></div>\n");
	}
	twi_html(out, "</dl></details>\n");
}

static void write_items(FILE *out, const struct twi_finding *finding)
{
	if (!finding->nitems)
		return;
	twi_html(out, "<ul>\n");
	for (size_t i = 0; i < finding->nitems && i < ITEMS_SHOWN; i++)
		twi_html(out, "<li>%s</li>\n", finding->item[i].text);
	twi_html(out, "</ul>\n");
	write_more(out, finding->nitems, ITEMS_SHOWN);
}

static void write_remedies(FILE *out, const struct twi_finding *finding)
{
	if (!finding->nremedies)
		return;
	twi_html(out, "<h4>What helps, the safest first</h4>\n<ol>\n");
	for (size_t i = 0; i < finding->nremedies && i < REMEDIES_SHOWN; i++) {
		const struct twi_remedy *remedy = &finding->remedy[i];

		twi_html(out, "<li>%s%s", remedy->command ? "" : "By hand: ",
			 remedy->text);
		if (remedy->command)
			twi_html(out, "<pre><code>%s</code></pre>",
				 remedy->command);
		twi_html(out, "</li>\n");
	}
	twi_html(out, "</ol>\n");
	write_more(out, finding->nremedies, REMEDIES_SHOWN);
}

static void write_finding(const struct twi_report *report, size_t number)
{
	const struct twi_exam *exam = &report->exam;
	const struct twi_finding *finding = exam->finding[number];
	const struct twi_finding *other = twi_exam_same_remedies(exam, number);
	FILE *out = report->out;

	twi_html(out, "<article class=\"finding %s\">\n<h3>",
		 twi_severity_names[finding->severity]);
	write_shape(out, finding->severity);
	twi_html(out, "%s: %s", twi_severity_labels[finding->severity],
		 finding->id);
	if (finding->netns >= 0)
		twi_html(out, ", network namespace %lld",
			 (long long)finding->netns);
	twi_html(out, "</h3>\n<p>%s</p>\n", finding->text);
	write_items(out, finding);
	if (other)
		twi_html(out, "<p>What helps is as for %s above.</p>\n",
			 other->id);
	else
		write_remedies(out, finding);
	write_facts(out, &finding->evidence);
	twi_html(out, "</article>\n");
}

static void write_check(const struct twi_report *report,
			const struct twi_check *check)
{
	FILE *out = report->out;

	if (check->result == TWI_SKIPPED)
		return;
	twi_html(out, "<tr>");
	twi_html_head(out, check->spec->id);
	twi_html(out, "<td class=\"result\">");
	if (check->result == TWI_UNCHECKED) {
		twi_html(out, "not checked");
	} else {
		write_shape(out, check->worst);
		twi_html(out, "%s", twi_severity_labels[check->worst]);
	}
	twi_html(out, "</td><td>%s", check->text ? check->text : "needs");
	for (int i = 0; i < TWI_NNEEDS && !check->text; i++) {
		if (check->spec->needs & 1U << i &&
		    report->exam.need[i].reason)
			twi_html(out, " %s", twi_need_names[i]);
	}
	twi_html(out, "</td></tr>\n");
}

static void write_unread(const struct twi_report *report)
{
	const struct twi_need *need = report->exam.need;
	FILE *out = report->out;
	bool any = false;

	for (int i = 0; i < TWI_NNEEDS; i++) {
		if (!need[i].reason)
			continue;
		if (!any)
			twi_html(out, "<p>Not read:</p>\n<ul>\n");
		twi_html(out, "<li>%s: %s</li>\n", twi_need_names[i],
			 need[i].reason);
		any = true;
	}
	if (any)
		twi_html(out, "</ul>\n");
}

static void write_checks(const struct twi_report *report)
{
	const struct twi_exam *exam = &report->exam;
	FILE *out = report->out;

	twi_html(out, "<details><summary>All checks</summary>\n");
	twi_html_table(out, "Checks", "<Check|<Result|<Figures");
	for (size_t i = 0; i < exam->nchecks; i++)
		write_check(report, &exam->check[i]);
	twi_html_table_end(out);
	write_unread(report);
	twi_html(out, "</details>\n");
}

void twi_report_verdict(const struct twi_report *report)
{
	const struct twi_exam *exam = &report->exam;
	enum twi_severity worst = twi_exam_worst(exam);
	char *text = twi_exam_verdict(exam);
	FILE *out = report->out;

	/* what was not looked at may not be fine */
	if (worst == TWI_FINE && twi_exam_unchecked(exam))
		worst = TWI_INFO;
	twi_html(out, "<p class=\"verdict\">");
	write_shape(out, worst);
	twi_html(out, "<strong>%s</strong></p>\n", text);
	free(text);
	for (size_t i = 0; i < exam->nfindings && i < FINDINGS_SHOWN; i++)
		write_finding(report, i);
	write_more(out, exam->nfindings, FINDINGS_SHOWN);
	if (twi_exam_has_sysctl(exam))
		twi_html(out,
			 "<p>Commands last until the next boot; to keep a setting, put it into a file in <code>/etc/sysctl.d</code>.</p>\n");
	write_checks(report);
}
