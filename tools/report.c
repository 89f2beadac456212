// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * report.c - "twinspect report": the document around the sections.  What a
 * section shows is in report_*.c.
 */
#include <unistd.h>

#include "array.h"
#include "html.h"
#include "outfile.h"
#include "report.h"
#include "units.h"

#define NEEDS(file)	(1U << TWI_REPORT_##file)

/* Without what it needs, a section says why and no more. */
static const struct section {
	const char	*id;
	const char	*title;
	unsigned int	needs;
	void		(*write)(const struct twi_report *report);
} sections[] = {
	{ "verdict", "Verdict", 0, twi_report_verdict },
	{ "totals", "Sockets", NEEDS(summary), twi_report_totals },
	{ "destinations", "Ports left by destination", NEEDS(tuples),
	  twi_report_ports },
	{ "deathrow", "Death row", NEEDS(deathrow), twi_report_deathrow },
	{ "closed", "Closings", NEEDS(deathrow), twi_report_closed },
	{ "map", "Buckets of the established hash", NEEDS(ehash_buckets),
	  twi_report_map },
	{ "chains", "Chain lengths", NEEDS(summary), twi_report_chains },
	{ "memory", "Memory", NEEDS(summary), twi_report_memory },
	{ "passes", "How exact this is", 0, twi_report_passes },
	{ "netns", "Network namespaces", NEEDS(netns), twi_report_netns },
};

/* Shapes that go with the words, so that no colour is needed. */
static void write_shapes(FILE *out)
{
	twi_html(out, "<svg class=\"shapes\" aria-hidden=\"true\">\n"
		 "<symbol id=\"shape-critical\" viewBox=\"0 0 16 16\"><path d=\"M5 0h6l5 5v6l-5 5H5l-5-5V5z\"/><path class=\"ink\" d=\"M5 5l6 6M11 5l-6 6\"/></symbol>\n"
		 "<symbol id=\"shape-warning\" viewBox=\"0 0 16 16\"><path d=\"M8 0l8 15H0z\"/><path class=\"ink\" d=\"M8 5.5v4.5M8 12v1.6\"/></symbol>\n"
		 "<symbol id=\"shape-info\" viewBox=\"0 0 16 16\"><path d=\"M0 0h16v16H0z\"/><path class=\"ink\" d=\"M8 3v2M8 7v6\"/></symbol>\n"
		 "<symbol id=\"shape-ok\" viewBox=\"0 0 16 16\"><circle cx=\"8\" cy=\"8\" r=\"8\"/><path class=\"ink\" d=\"M4 8.5l3 3 5-6.5\"/></symbol>\n"
		 "</svg>\n");
}

/* Nothing but what is in the document, and of that no style or script else. */
static void write_policy(FILE *out)
{
	twi_html(out,
		 "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-%s'; script-src 'sha256-%s'\"/>\n",
		 twi_report_css_hash, twi_report_js_hash);
}

/* When the first of the files was taken that is there. */
static struct twi_str date(const struct twi_report *report)
{
	int64_t time = TWI_UNKNOWN;

	for (int i = 0; i < TWI_REPORT_NFILES && time < 0; i++)
		time = twi_num(twi_report_keys(report, i), "time_ns");
	return twi_date(time, false);
}

static void write_head(const struct twi_report *report)
{
	FILE *out = report->out;

	twi_html(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n");
	write_policy(out);
	twi_html(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
		 "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
		 "<meta name=\"generator\" content=\"twinspect %s\"/>\n",
		 TWI_VERSION);
	twi_html(out, "<title>TIME-WAIT%s%s, %s</title>\n",
		 report->host ? " on " : "", report->host ? report->host : "",
		 date(report).s);
	twi_html(out, "<style>");
	fputs(twi_report_css, out);
	twi_html(out, "</style>\n</head>\n<body>\n"
		 "<a class=\"skip\" href=\"#main\">Skip to the report</a>\n");
	write_shapes(out);
}

static void write_fact(FILE *out, const char *name, const char *value)
{
	if (*value)
		twi_html(out, "<div><dt>%s</dt><dd>%s</dd></div>\n", name,
			 value);
}

static void write_header(const struct twi_report *report)
{
	const struct twi_keys *caps = twi_report_keys(report, TWI_REPORT_caps);
	FILE *out = report->out;

	twi_html(out, "<header>\n<h1>What TIME-WAIT does%s%s</h1>\n<dl>\n",
		 report->host ? " on " : "", report->host ? report->host : "");
	write_fact(out, "Taken", date(report).s);
	write_fact(out, "Kernel", twi_text(caps, "release"));
	write_fact(out, "Module", twi_text(caps, "module"));
	write_fact(out, "From", report->view->root ? report->view->root :
						     "the running kernel");
	twi_html(out, "</dl>\n</header>\n<nav aria-label=\"Sections\"><ul>\n");
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
		twi_html(out, "<li><a href=\"#%s\">%s</a></li>\n",
			 sections[i].id, sections[i].title);
	twi_html(out, "</ul></nav>\n<main id=\"main\">\n");
}

static bool write_missing(const struct twi_report *report,
			  const struct section *section)
{
	bool any = false;

	for (int i = 0; i < TWI_REPORT_NFILES; i++) {
		if (!(section->needs & 1U << i) || !report->missing[i])
			continue;
		twi_html(report->out, "<p class=\"missing\">Not shown: %s.</p>\n",
			 report->missing[i]);
		any = true;
	}
	return any;
}

static void write_section(const struct twi_report *report,
			  const struct section *section)
{
	FILE *out = report->out;

	twi_html(out, "<section id=\"%s\" aria-labelledby=\"%s-head\">\n",
		 section->id, section->id);
	twi_html(out, "<h2 id=\"%s-head\">%s</h2>\n", section->id,
		 section->title);
	if (!write_missing(report, section))
		section->write(report);
	twi_html(out, "</section>\n");
}

static void write_report(FILE *out, void *data)
{
	struct twi_report *report = data;

	report->out = out;
	write_head(report);
	write_header(report);
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
		write_section(report, &sections[i]);
	twi_html(out,
		 "</main>\n<footer><p>Made by twinspect %s. Shortened numbers of tables show their exact value under the pointer.</p></footer>\n",
		 TWI_VERSION);
	twi_html(out, "<script>");
	fputs(twi_report_js, out);
	twi_html(out, "</script>\n</body>\n</html>\n");
}

int twi_view_report(struct twi_view *view)
{
	struct twi_report report;
	int ret;

	if (view->json)
		return twi_fail(&view->err, TWI_EXIT_USAGE,
				"report has no JSON; the other commands do");
	if (!view->output && isatty(STDOUT_FILENO))
		return twi_fail(&view->err, TWI_EXIT_USAGE,
				"the report is HTML and not for a terminal; name a file with --output FILE");
	view->numeric = false;
	if (twi_report_read(&report, view))
		return -1;
	ret = twi_outfile_write(view->output, write_report, &report,
				&view->err);
	twi_report_free(&report);
	return ret;
}
