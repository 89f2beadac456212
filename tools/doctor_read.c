// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * doctor_read.c - reads all that the checks need, once and before any of them:
 * the module's files, /proc and the files of sysctl.  What can't be read is
 * noted with the reason, and hides nothing else.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "clock.h"
#include "doctor.h"
#include "parse.h"
#include "progress.h"

#define NAME(name)	#name,

const char *const twi_need_names[TWI_NNEEDS] = { TWI_NEEDS(NAME) };
const char *const twi_counter_names[TWI_NCOUNTERS] = { TWI_COUNTERS(NAME) };

#define IPV4		"/proc/sys/net/ipv4/"

/* A wait that is told of. */
#define LONG_MS		2000

static void set_ok(struct twi_exam *exam, enum twi_need_number need)
{
	exam->need[need].ok = true;
}

static void set_reason(struct twi_exam *exam, enum twi_need_number need,
		       const char *reason)
{
	free(exam->need[need].reason);
	exam->need[need].reason = twi_strdup(reason);
}

static void set_missing(struct twi_exam *exam, enum twi_need_number need,
			const char *reason)
{
	exam->need[need].ok = false;
	set_reason(exam, need, reason);
}

static void set_unreadable(struct twi_exam *exam, enum twi_need_number need,
			   const char *path)
{
	char *text = twi_text_new("%s%s: %s", exam->sysroot, path,
				  strerror(errno));

	set_missing(exam, need, text);
	free(text);
}

/* As twi_space.row: only rows of namespaces that were held. */
static void add_space(struct twi_exam *exam, int64_t inode, int64_t cookie,
		      const int64_t *row)
{
	struct twi_space *space;

	exam->space = twi_alloc(exam->space, exam->nspaces + 1,
				sizeof(*space));
	space = &exam->space[exam->nspaces++];
	memset(space, 0, sizeof(*space));
	space->inode = inode;
	space->cookie = cookie;
	space->row = row;
	space->elapsed_ms = -1;
	space->conntrack = TWI_UNKNOWN;
}

static void read_model(struct twi_exam *exam, enum twi_need_number need,
		       struct twi_model *model)
{
	struct twi_error err;

	if (twi_model_load(model, &exam->view->source, twi_need_names[need],
			   &err))
		set_missing(exam, need, err.text);
	else
		set_ok(exam, need);
}

/* Rows come by namespace, so that the last one found is the likely one. */
static struct twi_space *find_space(const struct twi_exam *exam,
				    const int64_t *row, size_t *last)
{
	for (size_t i = 0; i < exam->nspaces; i++) {
		size_t at = (*last + i) % exam->nspaces;

		if (exam->space[at].inode == row[0] &&
		    exam->space[at].cookie == row[1]) {
			*last = at;
			return &exam->space[at];
		}
	}
	return NULL;
}

static void add_listener(struct twi_space *space, int64_t port)
{
	size_t n = space->nlisteners;

	/* a port may have a row for each VRF */
	if (n && space->listener[n - 1] == port)
		return;
	if (!(n & (n - 1)))
		space->listener = twi_alloc(space->listener, n ? 2 * n : 1,
					    sizeof(*space->listener));
	space->listener[n] = port;
	space->nlisteners++;
}

static bool in_range(const struct twi_space *space, int64_t port)
{
	return space->row && port >= space->row[TWI_netns_port_low] &&
	       port <= space->row[TWI_netns_port_high];
}

/* A port of several rows counts once: the rows of a port are neighbours. */
struct bind_port {
	const struct twi_space	*space;
	int64_t			port;
	bool			blocked;
	bool			stuck;
};

static void count_bind(struct twi_space *space, const int64_t *row,
		       struct bind_port *last)
{
	bool bound = row[TWI_bind_fastreuse] >= 0 ||
		     row[TWI_bind_fastreuseport] >= 0;

	if (last->space != space || last->port != row[TWI_bind_port]) {
		memset(last, 0, sizeof(*last));
		last->space = space;
		last->port = row[TWI_bind_port];
	}
	if (row[TWI_bind_listeners] > 0)
		add_listener(space, row[TWI_bind_port]);
	if (!bound || !in_range(space, row[TWI_bind_port]))
		return;
	space->blocked += !last->blocked;
	last->blocked = true;
	if (row[TWI_bind_only_tw] != 1 || row[TWI_bind_listeners])
		return;
	space->stuck += !last->stuck;
	last->stuck = true;
}

static void read_bind(struct twi_exam *exam)
{
	const struct twi_schema *schema = twi_schema_find("bind_buckets");
	struct bind_port port = { 0 };
	struct twi_space *space;
	struct twi_error err;
	struct twi_parse p;
	size_t last = 0;
	int ret;

	if (twi_parse_open(&p, &exam->view->source, schema, &err)) {
		set_missing(exam, TWI_NEED_bind_buckets, err.text);
		return;
	}
	while ((ret = twi_parse_row(&p)) > 0) {
		space = find_space(exam, p.row, &last);
		if (space && p.row[TWI_bind_port] >= 0 &&
		    p.row[TWI_bind_port] <= TWI_PORT_MAX)
			count_bind(space, p.row, &port);
	}
	if (ret) {
		set_missing(exam, TWI_NEED_bind_buckets, err.text);
	} else {
		set_ok(exam, TWI_NEED_bind_buckets);
		exam->bind = p.keys;
		memset(&p.keys, 0, sizeof(p.keys));
	}
	twi_parse_close(&p);
}

static void add_group(struct twi_exam *exam, const struct twi_parse *p)
{
	const struct twi_column_spec *column = p->schema->columns;
	const int64_t *row = p->row;
	struct twi_group *group;

	if (row[TWI_tuples_side] != TWI_SIDE_outbound)
		return;
	exam->outbound++;
	if (row[TWI_tuples_capacity] < 0)
		return;
	exam->group = twi_alloc(exam->group, exam->ngroups + 1,
				sizeof(*group));
	group = &exam->group[exam->ngroups++];
	memcpy(group->row, row, sizeof(group->row));
	group->local = twi_strdup(twi_column_text(&column[TWI_tuples_local],
						  row[TWI_tuples_local],
						  p->text));
	group->remote = twi_strdup(twi_column_text(&column[TWI_tuples_remote],
						   row[TWI_tuples_remote],
						   p->text));
}

static void read_tuples(struct twi_exam *exam)
{
	const struct twi_schema *schema = twi_schema_find("tuples");
	struct twi_error err;
	struct twi_parse p;
	int ret;

	if (twi_parse_open(&p, &exam->view->source, schema, &err)) {
		set_missing(exam, TWI_NEED_tuples, err.text);
		return;
	}
	while ((ret = twi_parse_row(&p)) > 0)
		add_group(exam, &p);
	if (ret) {
		set_missing(exam, TWI_NEED_tuples, err.text);
	} else {
		set_ok(exam, TWI_NEED_tuples);
		exam->tuples = p.keys;
		memset(&p.keys, 0, sizeof(p.keys));
	}
	twi_parse_close(&p);
}

static void read_spaces(struct twi_exam *exam)
{
	struct twi_proc_tasks tasks;
	const int64_t *row;

	read_model(exam, TWI_NEED_netns, &exam->netns);
	for (size_t i = 0; i < exam->netns.nrows; i++) {
		row = twi_model_row(&exam->netns, i);
		if (row[TWI_netns_netns] > 0)
			add_space(exam, row[TWI_netns_netns],
				  row[TWI_netns_cookie], row);
	}
	/* each check that needs it goes by the row of a namespace */
	if (exam->need[TWI_NEED_netns].ok && !exam->nspaces)
		set_missing(exam, TWI_NEED_netns,
			    "no network namespace in it");
	exam->own = TWI_UNKNOWN;
	if (!exam->sysroot)
		return;
	exam->own = twi_proc_netns(exam->sysroot, "self");
	if (!exam->nspaces && exam->own >= 0)
		add_space(exam, exam->own, TWI_UNKNOWN, NULL);
	twi_proc_scan(&tasks, exam->sysroot);
	for (size_t i = 0; i < exam->nspaces; i++) {
		exam->space[i].pid = twi_proc_find(&tasks,
						   exam->space[i].inode);
		exam->space[i].own = exam->space[i].inode == exam->own;
		/* where all have one, no process is missing */
		if (!exam->space[i].pid)
			exam->processes_denied = tasks.denied;
	}
	twi_proc_free(&tasks);
}

static int64_t now_ms(void)
{
	return twi_clock_ns(CLOCK_MONOTONIC) / TWI_NSEC_PER_MSEC;
}

static bool is_recorded(const struct twi_exam *exam)
{
	return *exam->sysroot;
}

static int pid_of(const struct twi_space *space)
{
	return space->own ? TWI_PROC_SELF : space->pid;
}

/* One reading of the counters of each namespace that has a process. */
static bool read_counters(struct twi_exam *exam, int reading)
{
	char *sysroot = twi_text_new("%s%s", exam->sysroot,
				     reading && is_recorded(exam) ?
				     "/later" : "");
	struct twi_space *space;
	bool any = false;
	char *text;

	for (size_t i = 0; i < exam->nspaces; i++) {
		space = &exam->space[i];
		if (!space->own && !space->pid)
			continue;
		text = twi_proc_net(sysroot, pid_of(space), "netstat");
		if (!text)
			continue;
		for (int c = 0; c < TWI_NCOUNTERS; c++)
			space->counter[reading][c] =
				twi_proc_counter(text, "TcpExt:",
						 twi_counter_names[c]);
		free(text);
		any = true;
		if (reading && space->time_ms)
			space->elapsed_ms = is_recorded(exam) ?
				exam->interval_ms :
				now_ms() - space->time_ms;
		else
			space->time_ms = now_ms();
	}
	free(sysroot);
	return any;
}

static void wait_until(int64_t end_ms)
{
	int64_t left = end_ms - now_ms();
	struct timespec time;

	if (left <= 0)
		return;
	time.tv_sec = left / 1000;
	time.tv_nsec = left % 1000 * 1000000;
	while (nanosleep(&time, &time) && errno == EINTR)
		;
}

static void read_counters_again(struct twi_exam *exam, int64_t start_ms)
{
	if (!is_recorded(exam)) {
		if (exam->interval_ms >= LONG_MS)
			twi_progress("counting for %lld s",
				     (long long)exam->interval_ms / 1000);
		wait_until(start_ms + exam->interval_ms);
		twi_progress_clear();
	}
	read_counters(exam, 1);
	for (size_t i = 0; i < exam->nspaces; i++) {
		if (exam->space[i].elapsed_ms > 0) {
			set_ok(exam, TWI_NEED_counters);
			return;
		}
	}
	set_missing(exam, TWI_NEED_counters,
		    "no second reading of /proc/net/netstat");
}

static void read_memory(struct twi_exam *exam)
{
	char *text = twi_proc_read(exam->sysroot, "/proc/meminfo");
	int64_t total;

	if (!text) {
		set_unreadable(exam, TWI_NEED_meminfo, "/proc/meminfo");
		return;
	}
	total = twi_proc_field(text, "MemTotal:", "");
	free(text);
	if (total > 0 && !__builtin_mul_overflow(total, 1024LL,
						 &exam->mem_total))
		set_ok(exam, TWI_NEED_meminfo);
	else
		set_missing(exam, TWI_NEED_meminfo,
			    "/proc/meminfo has no MemTotal");
}

static void read_orphans(struct twi_exam *exam)
{
	char *text = twi_proc_read(exam->sysroot, "/proc/net/sockstat");

	if (!text) {
		set_unreadable(exam, TWI_NEED_sockstat, "/proc/net/sockstat");
		return;
	}
	exam->orphans = twi_proc_field(text, "TCP:", "orphan");
	free(text);
	/* a namespace that is not the first one does not show it */
	exam->orphans_max = twi_proc_number(exam->sysroot,
					    IPV4 "tcp_max_orphans");
	if (exam->orphans >= 0 && exam->orphans_max > 0)
		set_ok(exam, TWI_NEED_sockstat);
	else
		set_missing(exam, TWI_NEED_sockstat,
			    exam->orphans < 0 ?
			    "/proc/net/sockstat has no orphans" :
			    IPV4 "tcp_max_orphans: cannot be read");
}

/* What was in it has ended where this does not hold. */
static bool has_process(const struct twi_exam *exam,
			const struct twi_space *space)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", space->pid);
	return twi_proc_netns(exam->sysroot, pid) == space->inode;
}

static void read_tracked(struct twi_exam *exam, struct twi_space *space)
{
	char *reason = NULL;

	space->conntrack = twi_proc_conntrack(exam->sysroot, pid_of(space),
					      &reason);
	if (space->conntrack >= 0)
		set_ok(exam, TWI_NEED_conntrack);
	else if (space->own || has_process(exam, space))
		set_reason(exam, TWI_NEED_conntrack, reason);
	free(reason);
}

static void read_conntrack(struct twi_exam *exam)
{
	exam->conntrack_max = twi_proc_conntrack_max(exam->sysroot);
	if (exam->conntrack_max < 0 && errno == EACCES)
		set_unreadable(exam, TWI_NEED_conntrack,
			       TWI_PROC_CONNTRACK_MAX);
	if (exam->conntrack_max <= 0)
		return;
	for (size_t i = 0; i < exam->nspaces; i++) {
		if (exam->space[i].own || exam->space[i].pid)
			read_tracked(exam, &exam->space[i]);
	}
}

static void read_settings(struct twi_exam *exam)
{
	char *text;

	exam->unprivileged = twi_proc_number(exam->sysroot,
					     IPV4 "ip_unprivileged_port_start");
	text = twi_proc_read(exam->sysroot, IPV4 "ip_local_reserved_ports");
	if (text)
		exam->reserved_known = twi_portset_parse(&exam->reserved,
							 text);
	free(text);
	twi_sysctlconf_find(&exam->conf, exam->sysroot,
			    "net/ipv4/tcp_tw_recycle");
	if (exam->conf.unreadable)
		set_missing(exam, TWI_NEED_sysctl_conf,
			    "a file of sysctl.conf(5) cannot be read");
	else
		set_ok(exam, TWI_NEED_sysctl_conf);
}

static void read_proc(struct twi_exam *exam)
{
	static const enum twi_need_number needs[] = {
		TWI_NEED_counters, TWI_NEED_meminfo, TWI_NEED_sockstat,
		TWI_NEED_conntrack, TWI_NEED_sysctl_conf
	};

	if (exam->sysroot) {
		read_memory(exam);
		read_orphans(exam);
		read_conntrack(exam);
		read_settings(exam);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(needs); i++)
		set_missing(exam, needs[i],
			    "recorded files, and no --sysroot with their /proc and /etc");
}

void twi_exam_read(struct twi_exam *exam)
{
	int64_t start_ms = now_ms();
	struct twi_error err;
	bool counters;

	exam->unprivileged = TWI_UNKNOWN;
	read_spaces(exam);
	counters = exam->sysroot && read_counters(exam, 0);
	read_tuples(exam);
	read_bind(exam);
	read_model(exam, TWI_NEED_summary, &exam->summary);
	/* for the release alone: no check needs it */
	if (twi_model_load(&exam->caps, &exam->view->source, "caps", &err))
		memset(&exam->caps, 0, sizeof(exam->caps));
	read_proc(exam);
	if (counters)
		read_counters_again(exam, start_ms);
	else if (exam->sysroot)
		set_missing(exam, TWI_NEED_counters,
			    "no namespace's /proc/net/netstat could be read");
}

void twi_exam_free(struct twi_exam *exam)
{
	for (size_t i = 0; i < TWI_NNEEDS; i++)
		free(exam->need[i].reason);
	for (size_t i = 0; i < exam->ngroups; i++) {
		free(exam->group[i].local);
		free(exam->group[i].remote);
	}
	for (size_t i = 0; i < exam->nspaces; i++)
		free(exam->space[i].listener);
	for (size_t i = 0; i < exam->nchecks; i++) {
		free(exam->check[i].text);
		twi_facts_free(&exam->check[i].figures);
	}
	for (size_t i = 0; i < exam->nfindings; i++)
		twi_finding_free(exam->finding[i]);
	free(exam->group);
	free(exam->space);
	free(exam->check);
	free(exam->finding);
	twi_model_free(&exam->summary);
	twi_model_free(&exam->netns);
	twi_model_free(&exam->caps);
	twi_keys_free(&exam->bind);
	twi_keys_free(&exam->tuples);
	twi_sysctlconf_free(&exam->conf);
	free(exam->dir);
}
