// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * doctor_json.c - what "twinspect doctor" found, for programs.  Numbers are
 * those of the files, -1 where unknown; null stands for what does not apply.
 */
#include <stdio.h>
#include <stdlib.h>

#include "doctor.h"
#include "jansson_must.h"

/* A path that the user gave may be no UTF-8, which JSON has to be. */
static json_t *text_value(const char *text)
{
	json_t *value = json_string(text);
	char *copy;

	if (value)
		return value;
	copy = twi_strdup(text);
	for (char *c = copy; *c; c++) {
		if (*c & 0x80)
			*c = '?';
	}
	value = json_string(copy);
	free(copy);
	return value;
}

static json_t *facts_value(const struct twi_facts *facts)
{
	json_t *object = must(json_object());

	for (size_t i = 0; i < facts->n; i++) {
		const struct twi_fact *fact = &facts->fact[i];

		set(object, fact->name, fact->text ? json_string(fact->text) :
						     json_integer(fact->number));
	}
	return object;
}

static json_t *text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

static json_t *remedies_value(const struct twi_finding *finding)
{
	json_t *array = must(json_array());

	for (size_t i = 0; i < finding->nremedies; i++) {
		const struct twi_remedy *remedy = &finding->remedy[i];
		json_t *object = must(json_object());

		set(object, "kind", json_string(remedy->command ? "command" :
								  "manual"));
		set(object, "text", json_string(remedy->text));
		set(object, "command", text_or_null(remedy->command));
		append(array, object);
	}
	return array;
}

static json_t *items_value(const struct twi_finding *finding)
{
	json_t *array = must(json_array());

	for (size_t i = 0; i < finding->nitems; i++)
		append(array, facts_value(&finding->item[i].facts));
	return array;
}

static json_t *finding_value(const struct twi_finding *finding)
{
	json_t *object = must(json_object());

	set(object, "id", json_string(finding->id));
	set(object, "severity",
	    json_string(twi_severity_names[finding->severity]));
	set(object, "netns", finding->netns < 0 ? json_null() :
						  json_integer(finding->netns));
	set(object, "text", json_string(finding->text));
	set(object, "evidence", facts_value(&finding->evidence));
	set(object, "items", items_value(finding));
	set(object, "remedies", remedies_value(finding));
	return object;
}

static const char *result_name(const struct twi_check *check)
{
	switch (check->result) {
	case TWI_UNCHECKED:
		return "not_checked";
	case TWI_SKIPPED:
		return "skipped";
	default:
		return twi_severity_names[check->worst];
	}
}

static json_t *needs_value(const struct twi_exam *exam,
			   const struct twi_check *check)
{
	json_t *array = must(json_array());

	for (int i = 0; i < TWI_NNEEDS; i++) {
		if (check->spec->needs & 1U << i &&
		    (!exam->need[i].ok || exam->need[i].reason))
			append(array, json_string(twi_need_names[i]));
	}
	return array;
}

static json_t *check_value(const struct twi_exam *exam,
			   const struct twi_check *check)
{
	json_t *object = must(json_object());

	set(object, "id", json_string(check->spec->id));
	set(object, "result", json_string(result_name(check)));
	set(object, "text", text_or_null(check->text));
	set(object, "figures", facts_value(&check->figures));
	set(object, "missing", needs_value(exam, check));
	return object;
}

static json_t *unread_value(const struct twi_exam *exam)
{
	json_t *object = must(json_object());

	for (int i = 0; i < TWI_NNEEDS; i++) {
		if (exam->need[i].reason)
			set(object, twi_need_names[i],
			    text_value(exam->need[i].reason));
	}
	return object;
}

void twi_doctor_json(const struct twi_exam *exam)
{
	json_t *root = must(json_object());
	json_t *findings = must(json_array());
	json_t *checks = must(json_array());

	for (size_t i = 0; i < exam->nfindings; i++)
		append(findings, finding_value(exam->finding[i]));
	for (size_t i = 0; i < exam->nchecks; i++)
		append(checks, check_value(exam, &exam->check[i]));
	set(root, TWI_NAME, json_string("doctor"));
	set(root, "format", json_integer(TWI_FORMAT));
	set(root, "time_ns", json_integer(twi_exam_time(exam)));
	set(root, "severity",
	    json_string(twi_severity_names[twi_exam_worst(exam)]));
	set(root, "not_checked", json_integer(twi_exam_unchecked(exam)));
	set(root, "exit_status", json_integer(exam->view->status));
	set(root, "findings", findings);
	set(root, "checks", checks);
	set(root, "unread", unread_value(exam));
	json_dumpf(root, stdout, exam->view->pretty ? JSON_INDENT(4) :
						      JSON_COMPACT);
	putchar('\n');
	json_decref(root);
}
