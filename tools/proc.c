// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * proc.c - reads files of /proc and finds numbers in them.  Knows the forms
 * that these files have, but not what a number means.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "proc.h"
#include "twinspect.h"

#define STEP		4096
#define CONNTRACK_COUNT	"/proc/sys/net/netfilter/nf_conntrack_count"

char *twi_proc_read(const char *sysroot, const char *path)
{
	size_t len = 0, size = 0, got;
	char *name = twi_text_new("%s%s", sysroot, path), *text = NULL;
	FILE *in = fopen(name, "re");

	free(name);
	if (!in)
		return NULL;
	do {
		if (size - len < STEP) {
			size = 2 * size + STEP;
			text = twi_alloc(text, size, 1);
		}
		got = fread(text + len, 1, size - len - 1, in);
		len += got;
	} while (got);
	text[len] = '\0';
	if (ferror(in)) {
		free(text);
		text = NULL;
	}
	fclose(in);
	return text;
}

/* Digits up to a space or the end; what exceeds the type is unknown. */
int64_t twi_proc_first(const char *text)
{
	long long value;
	char *end;

	if (!isdigit((unsigned char)*text))
		return TWI_UNKNOWN;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno || (*end && !isspace((unsigned char)*end)))
		return TWI_UNKNOWN;
	return value;
}

int64_t twi_proc_number(const char *sysroot, const char *path)
{
	char *text = twi_proc_read(sysroot, path);
	int64_t value = text ? twi_proc_first(text) : TWI_UNKNOWN;

	free(text);
	return value;
}

static const char *next_line(const char *text)
{
	text += strcspn(text, "\n");
	return *text ? text + 1 : NULL;
}

/* What follows the label in the first line that begins with it, or NULL. */
static const char *find_line(const char *text, const char *label)
{
	size_t len = strlen(label);

	while (text && strncmp(text, label, len))
		text = next_line(text);
	return text ? text + len : NULL;
}

/* The next word of the line; NULL after the last one. */
static const char *next_word(const char *text)
{
	text += strcspn(text, " \n");
	text += strspn(text, " ");
	return *text && *text != '\n' ? text : NULL;
}

static bool is_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	return !strncmp(text, word, len) && strchr(" \n", text[len]);
}

int64_t twi_proc_field(const char *text, const char *label, const char *word)
{
	text = find_line(text, label);
	if (text)
		text = next_word(text);
	if (*word) {
		while (text && !is_word(text, word))
			text = next_word(text);
		if (text)
			text = next_word(text);
	}
	return text ? twi_proc_first(text) : TWI_UNKNOWN;
}

int64_t twi_proc_counter(const char *text, const char *label,
			 const char *name)
{
	const char *names = find_line(text, label);
	const char *values = NULL;

	if (names && next_line(names))
		values = find_line(next_line(names), label);
	while (names && values) {
		names = next_word(names);
		values = next_word(values);
		if (names && values && is_word(names, name))
			return twi_proc_first(values);
	}
	return TWI_UNKNOWN;
}

int64_t twi_proc_tracked(const char *text)
{
	const char *values = find_line(text, "entries ");
	unsigned int entries;
	int len = 0;

	/* the same number for each CPU, in hexadecimal */
	values = values ? next_line(values) : NULL;
	if (!values || sscanf(values, "%8x%n", &entries, &len) != 1 ||
	    values[len] != ' ')
		return TWI_UNKNOWN;
	return entries;
}

static char *net_path(int pid, const char *file)
{
	if (pid == TWI_PROC_SELF)
		return twi_text_new("/proc/net/%s", file);
	return twi_text_new("/proc/%d/net/%s", pid, file);
}

char *twi_proc_net(const char *sysroot, int pid, const char *file)
{
	char *path = net_path(pid, file);
	char *text = twi_proc_read(sysroot, path);

	free(path);
	return text;
}

/* The sysctl is there for the reader's own namespace alone. */
int64_t twi_proc_conntrack(const char *sysroot, int pid, char **reason)
{
	bool own = pid == TWI_PROC_SELF;
	char *path = own ? twi_strdup(CONNTRACK_COUNT) :
			   net_path(pid, "stat/nf_conntrack");
	char *text = twi_proc_read(sysroot, path);
	const char *why = text ? "no entries" : strerror(errno);
	int64_t entries = TWI_UNKNOWN;

	if (text)
		entries = own ? twi_proc_first(text) : twi_proc_tracked(text);
	if (reason && entries < 0)
		*reason = twi_text_new("%s%s: %s", sysroot, path, why);
	free(text);
	free(path);
	return entries;
}

int64_t twi_proc_conntrack_max(const char *sysroot)
{
	return twi_proc_number(sysroot, TWI_PROC_CONNTRACK_MAX);
}

int64_t twi_rate_milli(int64_t first, int64_t second, int64_t elapsed_ms)
{
	double rate;

	if (first < 0 || second < first || elapsed_ms <= 0)
		return TWI_UNKNOWN;
	rate = (second - first) * 1e6 / elapsed_ms;
	return rate < 9e18 ? (int64_t)(rate + 0.5) : INT64_MAX;
}

int64_t twi_proc_netns(const char *sysroot, const char *pid)
{
	long long inode = TWI_UNKNOWN;
	char *path, target[64];
	ssize_t len;

	path = twi_text_new("%s/proc/%s/ns/net", sysroot, pid);
	len = readlink(path, target, sizeof(target) - 1);
	free(path);
	if (len < 0)
		return TWI_UNKNOWN;
	target[len] = '\0';
	errno = EINVAL;
	if (sscanf(target, "net:[%18lld]", &inode) != 1)
		return TWI_UNKNOWN;
	return inode;
}

static int compare(const void *a, const void *b)
{
	const struct twi_proc_task *x = a, *y = b;

	if (x->netns != y->netns)
		return x->netns < y->netns ? -1 : 1;
	return (x->pid > y->pid) - (x->pid < y->pid);
}

/* The first of each namespace is the one to keep. */
static void make_unique(struct twi_proc_tasks *tasks)
{
	size_t n = 0;

	if (!tasks->n)
		return;
	qsort(tasks->task, tasks->n, sizeof(*tasks->task), compare);
	for (size_t i = 1; i < tasks->n; i++) {
		if (tasks->task[i].netns != tasks->task[n].netns)
			tasks->task[++n] = tasks->task[i];
	}
	tasks->n = n + 1;
}

static void add_task(struct twi_proc_tasks *tasks, const char *sysroot,
		     const char *pid)
{
	int64_t netns = twi_proc_netns(sysroot, pid);

	if (netns < 0) {
		/* a kernel thread or a process that has just ended has none */
		tasks->denied += errno == EACCES || errno == EPERM;
		return;
	}
	if (!(tasks->n & (tasks->n - 1)))
		tasks->task = twi_alloc(tasks->task,
					tasks->n ? 2 * tasks->n : 1,
					sizeof(*tasks->task));
	tasks->task[tasks->n].netns = netns;
	tasks->task[tasks->n].pid = atoi(pid);
	tasks->n++;
}

void twi_proc_scan(struct twi_proc_tasks *tasks, const char *sysroot)
{
	char *path = twi_text_new("%s/proc", sysroot);
	struct dirent *entry;
	DIR *dir;

	memset(tasks, 0, sizeof(*tasks));
	dir = opendir(path);
	free(path);
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		if (isdigit((unsigned char)entry->d_name[0]))
			add_task(tasks, sysroot, entry->d_name);
	}
	closedir(dir);
	make_unique(tasks);
}

int twi_proc_find(const struct twi_proc_tasks *tasks, int64_t netns)
{
	size_t low = 0, high = tasks->n, i;

	while (low < high) {
		i = low + (high - low) / 2;
		if (tasks->task[i].netns == netns)
			return tasks->task[i].pid;
		if (tasks->task[i].netns < netns)
			low = i + 1;
		else
			high = i;
	}
	return 0;
}

void twi_proc_free(struct twi_proc_tasks *tasks)
{
	free(tasks->task);
	memset(tasks, 0, sizeof(*tasks));
}
