// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * doctor_find.c - builds findings: text, named figures, items.  Judges nothing
 * and prints nothing.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"

static struct twi_fact *add_fact(struct twi_facts *facts, const char *name)
{
	struct twi_fact *fact;

	facts->fact = twi_alloc(facts->fact, facts->n + 1, sizeof(*fact));
	fact = &facts->fact[facts->n++];
	memset(fact, 0, sizeof(*fact));
	fact->name = name;
	return fact;
}

void twi_fact_number(struct twi_facts *facts, const char *name,
		     int64_t number)
{
	add_fact(facts, name)->number = number;
}

void twi_fact_text(struct twi_facts *facts, const char *name,
		   const char *text)
{
	add_fact(facts, name)->text = twi_strdup(text);
}

void twi_facts_free(struct twi_facts *facts)
{
	for (size_t i = 0; i < facts->n; i++)
		free(facts->fact[i].text);
	free(facts->fact);
	memset(facts, 0, sizeof(*facts));
}

void twi_check_text(struct twi_check *check, const char *fmt, ...)
{
	va_list args;

	free(check->text);
	va_start(args, fmt);
	check->text = twi_text_vnew(fmt, args);
	va_end(args);
}

struct twi_finding *twi_finding_new(struct twi_exam *exam,
				    struct twi_check *check,
				    enum twi_severity severity,
				    const struct twi_space *space,
				    const char *fmt, ...)
{
	struct twi_finding *finding = twi_alloc(NULL, 1, sizeof(*finding));
	va_list args;

	memset(finding, 0, sizeof(*finding));
	finding->id = check->spec->id;
	finding->severity = severity;
	finding->netns = space ? space->inode : TWI_UNKNOWN;
	finding->order = exam->nfindings;
	va_start(args, fmt);
	finding->text = twi_text_vnew(fmt, args);
	va_end(args);
	if (severity > check->worst)
		check->worst = severity;
	exam->finding = twi_alloc(exam->finding, exam->nfindings + 1,
				  sizeof(finding));
	exam->finding[exam->nfindings++] = finding;
	return finding;
}

struct twi_facts *twi_finding_item(struct twi_finding *finding,
				   const char *fmt, ...)
{
	struct twi_item *item;
	va_list args;

	finding->item = twi_alloc(finding->item, finding->nitems + 1,
				  sizeof(*item));
	item = &finding->item[finding->nitems++];
	memset(item, 0, sizeof(*item));
	va_start(args, fmt);
	item->text = twi_text_vnew(fmt, args);
	va_end(args);
	return &item->facts;
}

void twi_finding_free(struct twi_finding *finding)
{
	for (size_t i = 0; i < finding->nitems; i++) {
		free(finding->item[i].text);
		twi_facts_free(&finding->item[i].facts);
	}
	for (size_t i = 0; i < finding->nremedies; i++) {
		free(finding->remedy[i].text);
		free(finding->remedy[i].command);
	}
	free(finding->item);
	free(finding->remedy);
	twi_facts_free(&finding->evidence);
	free(finding->text);
	free(finding);
}
