/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * proc.h - what /proc tells beside the module: sysctls, counters, memory, and
 * which process is in which network namespace.  A sysroot is put before each
 * path: "" for this machine, a directory for a recording.
 */
#ifndef TWINSPECT_PROC_H
#define TWINSPECT_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The whole file, to be freed; NULL with errno set. */
char *twi_proc_read(const char *sysroot, const char *path);

/* The number that a text or a file begins with, TWI_UNKNOWN without one. */
int64_t twi_proc_first(const char *text);
int64_t twi_proc_number(const char *sysroot, const char *path);

/*
 * The number after a word in the line that begins with a label: "TCP:" and
 * "orphan" of sockstat, "MemTotal:" and "" of meminfo.  TWI_UNKNOWN if it
 * isn't there.
 */
int64_t twi_proc_field(const char *text, const char *label, const char *word);

/*
 * A counter of netstat or snmp, where one line has the names and the next line
 * of the same label their values; TWI_UNKNOWN if this kernel has none.
 */
int64_t twi_proc_counter(const char *text, const char *label,
			 const char *name);

/* Entries of connection tracking, of net/stat/nf_conntrack; TWI_UNKNOWN. */
int64_t twi_proc_tracked(const char *text);

/* In place of a process's number: the reader itself. */
#define TWI_PROC_SELF	0

/* A file of a process's directory net, to be freed; NULL with errno set. */
char *twi_proc_net(const char *sysroot, int pid, const char *file);

/*
 * Entries of connection tracking in the namespace of a process.  If they are
 * TWI_UNKNOWN, *reason says why, to be freed; reason may be NULL.
 */
int64_t twi_proc_conntrack(const char *sysroot, int pid, char **reason);

/* The limit of each namespace's own; TWI_UNKNOWN, errno. */
#define TWI_PROC_CONNTRACK_MAX	"/proc/sys/net/netfilter/nf_conntrack_max"
int64_t twi_proc_conntrack_max(const char *sysroot);

/*
 * Thousandths a second between two readings.  Unknown where one of them is, or
 * where the counter went back: it was reset, or it wrapped.
 */
int64_t twi_rate_milli(int64_t first, int64_t second, int64_t elapsed_ms);

/* The inode number of a process's network namespace; TWI_UNKNOWN, errno. */
int64_t twi_proc_netns(const char *sysroot, const char *pid);

struct twi_proc_task {
	int64_t	netns;
	int	pid;
};

struct twi_proc_tasks {
	struct twi_proc_task	*task;		/* by inode number */
	size_t			n;
	size_t			denied;		/* processes not looked at */
};

/* For each namespace that a process is in, the one of the lowest number. */
void twi_proc_scan(struct twi_proc_tasks *tasks, const char *sysroot);

/* Its number, 0 if there is none. */
int twi_proc_find(const struct twi_proc_tasks *tasks, int64_t netns);

void twi_proc_free(struct twi_proc_tasks *tasks);

#endif /* TWINSPECT_PROC_H */
