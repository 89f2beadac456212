/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * sysctlconf.h - what /etc/sysctl.conf and the directories sysctl.d set.
 */
#ifndef TWINSPECT_SYSCTLCONF_H
#define TWINSPECT_SYSCTLCONF_H

#include <stdbool.h>
#include <stddef.h>

/* A line that sets the name in question; bytes that are no text are '?'. */
struct twi_sysctlconf_line {
	char		*file;		/* without the sysroot */
	unsigned int	line;
	char		*value;
};

struct twi_sysctlconf {
	struct twi_sysctlconf_line	*line;
	size_t				n;
	size_t				files;		/* that were read */
	size_t				unreadable;
};

/*
 * Take a line apart, in place: false if it sets nothing.  The name is as the
 * path below /proc/sys then, whichever way it was written.
 */
bool twi_sysctlconf_parse(char *text, char **name, char **value);

/*
 * All lines that set name (as net/ipv4/tcp_syncookies), in every file that is
 * not masked by one of the same name in a directory before its own.
 */
void twi_sysctlconf_find(struct twi_sysctlconf *conf, const char *sysroot,
			 const char *name);

void twi_sysctlconf_free(struct twi_sysctlconf *conf);

#endif /* TWINSPECT_SYSCTLCONF_H */
