// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * export.c - "twinspect export": reads the module's files and /proc, puts the
 * fullest namespaces and groups first, and writes it all as metrics.  Which
 * ones these are is in export_machine.c and export_top.c.
 */
#include <stdio.h>
#include <stdlib.h>

#include "array.h"
#include "export.h"
#include "netns.h"
#include "outfile.h"
#include "proc.h"
#include "units.h"

/* Groups, and namespaces, if nobody says how many. */
#define TOP_DEFAULT	50

static void unload(struct twi_export *export)
{
	free(export->space);
	twi_groups_free(&export->groups);
	twi_model_free(&export->summary);
	twi_model_free(&export->netns);
	twi_model_free(&export->tuples);
	twi_model_free(&export->deathrow);
	twi_model_free(&export->caps);
}

/* An older module lacks some files, but never the first. */
static int load(struct twi_view *view, struct twi_export *export)
{
	const struct {
		const char		*file;
		struct twi_model	*model;
	} files[] = {
		{ "summary", &export->summary },
		{ "netns", &export->netns },
		{ "tuples", &export->tuples },
		{ "deathrow", &export->deathrow },
		{ "caps", &export->caps },
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		if (!twi_model_load(files[i].model, &view->source,
				    files[i].file, &view->err))
			continue;
		if (!i || view->err.status != TWI_EXIT_ABSENT)
			return -1;
	}
	return 0;
}

/* As full: in the order of the file, which is that of their age. */
static int compare(const void *x, const void *y)
{
	const struct twi_export_space *a = x, *b = y;
	double m = twi_netns_share(a->row), n = twi_netns_share(b->row);

	if (m != n)
		return m > n ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

static void list_spaces(struct twi_export *export)
{
	const struct twi_model *netns = &export->netns;
	const int64_t *row;

	export->space = twi_alloc(NULL, netns->nrows + 1,
				  sizeof(*export->space));
	for (size_t i = 0; i < netns->nrows; i++) {
		row = twi_model_row(netns, i);
		/* not the row of those that could not be held */
		if (!row[TWI_netns_netns])
			continue;
		export->space[export->nspaces++] = (struct twi_export_space){
			.row = row,
			.overflow = TWI_UNKNOWN,
			.conntrack = TWI_UNKNOWN,
		};
	}
	qsort(export->space, export->nspaces, sizeof(*export->space),
	      compare);
}

static void read_space(struct twi_export_space *space, const char *sysroot,
		       int pid)
{
	char *text = twi_proc_net(sysroot, pid, "netstat");

	if (text)
		space->overflow = twi_proc_counter(text, "TcpExt:",
						   "TCPTimeWaitOverflow");
	free(text);
	space->conntrack = twi_proc_conntrack(sysroot, pid, NULL);
}

/* Of namespaces that a process is in, as far as the reader may see that. */
static void read_proc(struct twi_export *export, const char *sysroot)
{
	int64_t own = twi_proc_netns(sysroot, "self");
	size_t n = twi_export_shown(export, export->nspaces);
	struct twi_proc_tasks tasks;
	int64_t inode;
	int pid;

	twi_proc_scan(&tasks, sysroot);
	for (size_t i = 0; i < n; i++) {
		inode = export->space[i].row[TWI_netns_netns];
		pid = twi_proc_find(&tasks, inode);
		if (inode == own)
			read_space(&export->space[i], sysroot, TWI_PROC_SELF);
		else if (pid)
			read_space(&export->space[i], sysroot, pid);
	}
	twi_proc_free(&tasks);
	export->conntrack_max = twi_proc_conntrack_max(sysroot);
}

static void pick_groups(const struct twi_view *view, struct twi_export *export)
{
	struct twi_filter filter = view->filter;

	filter.sort = TWI_SORT_used;
	twi_groups_pick(&filter, &export->tuples, &export->groups);
}

static void write_metrics(FILE *out, void *data)
{
	struct twi_export *export = data;

	export->metrics.out = out;
	twi_export_machine(export);
	twi_export_spaces(export);
	twi_export_groups(export);
	twi_metrics_end(&export->metrics);
}

int twi_view_export(struct twi_view *view)
{
	struct twi_export export = { .conntrack_max = TWI_UNKNOWN };
	const char *sysroot;
	char *dir;
	int ret;

	if (view->json)
		return twi_fail(&view->err, TWI_EXIT_USAGE,
				"export prints metrics and no JSON");
	export.metrics.openmetrics = view->openmetrics;
	export.top = view->filter.top >= 0 ? view->filter.top : TOP_DEFAULT;
	sysroot = twi_source_sysroot(&view->source, view->sysroot, &dir);
	ret = load(view, &export);
	if (!ret) {
		list_spaces(&export);
		if (sysroot)
			read_proc(&export, sysroot);
		pick_groups(view, &export);
		ret = twi_outfile_write(view->output, write_metrics, &export,
					&view->err);
	}
	unload(&export);
	free(dir);
	return ret;
}
