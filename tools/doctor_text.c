// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * doctor_text.c - the findings and the table of checks as people read them.
 * Lines break at spaces to fit the terminal; commands never do, so that they
 * can be pasted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "units.h"

#define ITEMS_SHOWN	5
#define COLUMN_ID	15
#define COLUMN_RESULT	12

/* As in the table; what is only good to know is a note. */
const char *const twi_severity_labels[TWI_NSEVERITIES] = {
	"ok", "note", "WARNING", "CRITICAL"
};

static void print_indent(size_t n)
{
	printf("%*s", (int)n, "");
}

/*
 * Words up to the width.  The first line goes on at column at, the others
 * begin at column indent.
 */
static void print_wrapped(const struct twi_exam *exam, size_t at,
			  size_t indent, const char *text)
{
	size_t width = exam->view->width, len;
	bool first = true;

	while (*text) {
		len = strcspn(text, " ");
		if (!first && at + 1 + len > width) {
			putchar('\n');
			print_indent(indent);
			at = indent;
		} else if (!first) {
			putchar(' ');
			at++;
		}
		printf("%.*s", (int)len, text);
		at += len;
		text += len;
		text += strspn(text, " ");
		first = false;
	}
	putchar('\n');
}

static void print_indented(const struct twi_exam *exam, size_t indent,
			   size_t hang, const char *text)
{
	print_indent(indent);
	print_wrapped(exam, indent, indent + hang, text);
}

/* "used=3 free=4": what JSON has of it. */
static void print_facts(const struct twi_exam *exam, size_t indent,
			const struct twi_facts *facts)
{
	char *text = twi_strdup(""), *more;

	for (size_t i = 0; i < facts->n; i++) {
		const struct twi_fact *fact = &facts->fact[i];

		if (fact->text)
			more = twi_text_new("%s%s%s=%s", text, i ? " " : "",
					    fact->name, fact->text);
		else
			more = twi_text_new("%s%s%s=%lld", text, i ? " " : "",
					    fact->name,
					    (long long)fact->number);
		free(text);
		text = more;
	}
	if (*text)
		print_indented(exam, indent, 2, text);
	free(text);
}

static void print_items(const struct twi_exam *exam,
			const struct twi_finding *finding)
{
	size_t n = finding->nitems;

	if (!exam->view->verbose && n > ITEMS_SHOWN)
		n = ITEMS_SHOWN;
	for (size_t i = 0; i < n; i++) {
		print_indented(exam, 4, 2, finding->item[i].text);
		if (exam->view->verbose)
			print_facts(exam, 6, &finding->item[i].facts);
	}
	if (n < finding->nitems)
		printf("    %zu more: twinspect doctor -v\n",
		       finding->nitems - n);
}

static void print_remedies(const struct twi_exam *exam,
			   const struct twi_finding *finding)
{
	char *text;

	for (size_t i = 0; i < finding->nremedies; i++) {
		const struct twi_remedy *remedy = &finding->remedy[i];

		text = twi_text_new("%zu. %s%s", i + 1,
				    remedy->command ? "" : "(manual) ",
				    remedy->text);
		print_indented(exam, 2, 3, text);
		free(text);
		if (remedy->command)
			printf("     %s\n", remedy->command);
	}
}

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

const struct twi_finding *twi_exam_same_remedies(const struct twi_exam *exam,
						 size_t number)
{
	const struct twi_finding *finding = exam->finding[number];
	size_t r;

	for (size_t i = 0; i < number && finding->nremedies > 1; i++) {
		const struct twi_finding *other = exam->finding[i];

		if (other->nremedies != finding->nremedies)
			continue;
		for (r = 0; r < finding->nremedies; r++) {
			if (!same(finding->remedy[r].text,
				  other->remedy[r].text) ||
			    !same(finding->remedy[r].command,
				  other->remedy[r].command))
				break;
		}
		if (r == finding->nremedies)
			return other;
	}
	return NULL;
}

static void print_finding(const struct twi_exam *exam, size_t number)
{
	const struct twi_finding *finding = exam->finding[number];
	const struct twi_finding *other = twi_exam_same_remedies(exam, number);

	printf("%s %s", twi_severity_labels[finding->severity], finding->id);
	if (finding->netns >= 0)
		printf(", network namespace %lld", (long long)finding->netns);
	putchar('\n');
	print_indented(exam, 2, 0, finding->text);
	if (exam->view->verbose)
		print_facts(exam, 4, &finding->evidence);
	print_items(exam, finding);
	if (other)
		printf("  Remedies as for %s above.\n", other->id);
	else
		print_remedies(exam, finding);
	putchar('\n');
}

bool twi_exam_has_sysctl(const struct twi_exam *exam)
{
	const char *command;

	for (size_t i = 0; i < exam->nfindings; i++) {
		for (size_t r = 0; r < exam->finding[i]->nremedies; r++) {
			command = exam->finding[i]->remedy[r].command;
			if (command && strstr(command, "sysctl -w"))
				return true;
		}
	}
	return false;
}

static void add_number(char **text, size_t n, const char *one,
		       const char *many)
{
	char *more;

	if (!n)
		return;
	more = twi_text_new("%s%s%zu %s", *text, **text ? ", " : "", n,
			    n == 1 ? one : many);
	free(*text);
	*text = more;
}

char *twi_exam_verdict(const struct twi_exam *exam)
{
	size_t unchecked = twi_exam_unchecked(exam);
	char *text = twi_strdup("");

	add_number(&text, twi_exam_count(exam, TWI_CRITICAL), "critical",
		   "critical");
	add_number(&text, twi_exam_count(exam, TWI_WARNING), "warning",
		   "warnings");
	if (!*text) {
		free(text);
		text = twi_strdup(unchecked ? "nothing found" :
					      "nothing to do");
	}
	add_number(&text, twi_exam_count(exam, TWI_INFO), "note", "notes");
	add_number(&text, unchecked, "check not made", "checks not made");
	return text;
}

static void print_head(const struct twi_exam *exam)
{
	int64_t time = twi_exam_time(exam);
	char *text = twi_exam_verdict(exam);

	if (time >= 0)
		printf("%s: ", twi_date(time, exam->view->numeric).s);
	printf("%s\n", text);
	if (exam->nfindings)
		putchar('\n');
	free(text);
}

static void print_check(const struct twi_exam *exam,
			const struct twi_check *check)
{
	const char *result = check->result == TWI_UNCHECKED ?
			     "not checked" : twi_severity_labels[check->worst];

	if (check->result == TWI_SKIPPED)
		return;
	printf("%-*s%-*s", COLUMN_ID, check->spec->id, COLUMN_RESULT, result);
	if (check->text) {
		print_wrapped(exam, COLUMN_ID + COLUMN_RESULT,
			      COLUMN_ID + COLUMN_RESULT, check->text);
		return;
	}
	fputs("needs", stdout);
	for (int i = 0; i < TWI_NNEEDS; i++) {
		if (check->spec->needs & 1U << i && exam->need[i].reason)
			printf(" %s", twi_need_names[i]);
	}
	putchar('\n');
}

static void print_checks(const struct twi_exam *exam)
{
	if (!exam->view->no_header)
		printf("%-*s%-*s%s\n", COLUMN_ID, "CHECK", COLUMN_RESULT,
		       "RESULT", "FIGURES");
	for (size_t i = 0; i < exam->nchecks; i++)
		print_check(exam, &exam->check[i]);
}

/* Each reason once, after all that it is the reason for. */
static void print_missing(const struct twi_exam *exam)
{
	const struct twi_need *need = exam->need;
	char *text, *more;
	int first;

	for (int i = 0; i < TWI_NNEEDS; i++) {
		for (first = 0; first < i; first++) {
			if (same(need[first].reason, need[i].reason))
				break;
		}
		if (!need[i].reason || first < i)
			continue;
		text = twi_text_new("Not read: %s", twi_need_names[i]);
		for (int k = i + 1; k < TWI_NNEEDS; k++) {
			if (!same(need[k].reason, need[i].reason))
				continue;
			more = twi_text_new("%s, %s", text,
					    twi_need_names[k]);
			free(text);
			text = more;
		}
		more = twi_text_new("%s: %s", text, need[i].reason);
		print_indented(exam, 0, 2, more);
		free(more);
		free(text);
	}
}

void twi_doctor_print(const struct twi_exam *exam)
{
	if (!exam->view->no_header)
		print_head(exam);
	for (size_t i = 0; i < exam->nfindings; i++)
		print_finding(exam, i);
	if (twi_exam_has_sysctl(exam)) {
		print_wrapped(exam, 0, 0,
			      "Commands last until the next boot; to keep a setting, put it into a file in /etc/sysctl.d.");
		putchar('\n');
	}
	print_checks(exam);
	print_missing(exam);
}
