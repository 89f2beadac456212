// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * report_read.c - reads all that a report is made from, before any of it is
 * written: the doctor's examination, and what that does not read or keep.
 */
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "parse.h"
#include "report.h"
#include "snapshot.h"

#define NAME(name)	#name,

const char *const twi_report_names[TWI_REPORT_NFILES] = {
	TWI_REPORT_FILES(NAME)
};

static int64_t table_size(const void *data, int64_t table)
{
	const struct twi_report *report = data;
	const struct twi_model *netns = report->model[TWI_REPORT_netns];

	if (!table)
		return twi_num(twi_report_keys(report, TWI_REPORT_summary),
			       "ehash_buckets");
	for (size_t i = 0; i < netns->nrows; i++) {
		const int64_t *row = twi_model_row(netns, i);

		if (row[TWI_netns_table] == table)
			return row[TWI_netns_ehash_buckets];
	}
	return 0;
}

static void keep_keys(struct twi_model *model, struct twi_parse *p)
{
	model->schema = p->schema;
	model->keys = p->keys;
	memset(&p->keys, 0, sizeof(p->keys));
}

/* Files as long as the tables: what they hold is folded, or only looked at. */
static int read_long(struct twi_report *report, enum twi_report_file file,
		     struct twi_error *err)
{
	const struct twi_source *source = &report->view->source;
	struct twi_parse p;
	int ret;

	if (twi_parse_open(&p, source, twi_schema_find(twi_report_names[file]),
			   err))
		return -1;
	if (file == TWI_REPORT_ehash_buckets)
		ret = twi_grids_read(&report->grids, &p, table_size, report);
	else
		ret = twi_parse_check(&p);
	if (!ret)
		keep_keys(&report->own[file], &p);
	twi_parse_close(&p);
	return ret;
}

static int read_file(struct twi_report *report, enum twi_report_file file)
{
	struct twi_error *err = &report->view->err;
	struct twi_model *own = &report->own[file];
	int ret;

	report->model[file] = own;
	if (file == TWI_REPORT_ehash_buckets || file == TWI_REPORT_bind_buckets)
		ret = read_long(report, file, err);
	else
		ret = twi_model_load(own, &report->view->source,
				     twi_report_names[file], err);
	if (!ret)
		return 0;
	if (err->status != TWI_EXIT_ABSENT)
		return -1;
	report->missing[file] = twi_strdup(err->text);
	return 0;
}

/*
 * What the doctor has read and kept is not read again.  What it lacks is, to
 * tell a file that is missing from one that is no good.
 */
static int read_files(struct twi_report *report)
{
	const struct twi_exam *exam = &report->exam;
	struct twi_model *bind = &report->own[TWI_REPORT_bind_buckets];
	size_t missing = 0;

	if (exam->need[TWI_NEED_summary].ok)
		report->model[TWI_REPORT_summary] = &exam->summary;
	if (exam->need[TWI_NEED_netns].ok)
		report->model[TWI_REPORT_netns] = &exam->netns;
	if (exam->caps.schema)
		report->model[TWI_REPORT_caps] = &exam->caps;
	if (exam->need[TWI_NEED_bind_buckets].ok) {
		bind->keys = report->exam.bind;
		memset(&report->exam.bind, 0, sizeof(exam->bind));
		report->model[TWI_REPORT_bind_buckets] = bind;
	}
	for (int i = 0; i < TWI_REPORT_NFILES; i++) {
		if (!report->model[i] && read_file(report, i))
			return -1;
		missing += !!report->missing[i];
	}
	if (missing < TWI_REPORT_NFILES)
		return 0;
	return twi_fail(&report->view->err, TWI_EXIT_ABSENT, "%s",
			report->missing[0]);
}

/* The fullest first, in the order of the file where they are as full. */
static int compare(const void *x, const void *y)
{
	const struct twi_destination *a = x, *b = y;
	double m = twi_group_share(a->row), n = twi_group_share(b->row);

	if (m != n)
		return m > n ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

static void find_capacity(struct twi_report *report)
{
	struct twi_capacity *c = &report->capacity;

	/* shared with the models, and freed with those alone */
	c->caps = *report->model[TWI_REPORT_caps];
	c->tuples = *report->model[TWI_REPORT_tuples];
	c->netns = *report->model[TWI_REPORT_netns];
	c->deathrow = *report->model[TWI_REPORT_deathrow];
	twi_capacity_find(report->view, c);
	qsort(c->destination, c->groups.n, sizeof(*c->destination), compare);
}

/* That of the machine, or the one that a recording has. */
static void read_host(struct twi_report *report)
{
	const struct twi_source *source = &report->view->source;
	struct twi_model head;

	if (source->snapshot &&
	    !twi_model_load(&head, source, TWI_RECORDING, &report->view->err)) {
		report->host = twi_strdup(twi_text(&head.keys, "host"));
		twi_model_free(&head);
	}
	if (report->host || !report->exam.sysroot)
		return;
	report->host = twi_proc_read(report->exam.sysroot,
				     "/proc/sys/kernel/hostname");
	if (report->host)
		report->host[strcspn(report->host, "\n")] = '\0';
}

int twi_report_read(struct twi_report *report, struct twi_view *view)
{
	memset(report, 0, sizeof(*report));
	report->view = view;
	twi_exam_make(&report->exam, view);
	if (read_files(report)) {
		twi_report_free(report);
		return -1;
	}
	find_capacity(report);
	read_host(report);
	return 0;
}

void twi_report_free(struct twi_report *report)
{
	for (size_t i = 0; i < TWI_REPORT_NFILES; i++) {
		twi_model_free(&report->own[i]);
		free(report->missing[i]);
	}
	twi_grids_free(&report->grids);
	twi_capacity_free(&report->capacity);
	twi_exam_free(&report->exam);
	free(report->host);
}
