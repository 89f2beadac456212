// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * doctor_remedy.c - remedies, and the commands for them: in which namespace a
 * command has to run, and what has to be reserved before a range is widened.
 * Nothing here runs a command or writes a file.  What must never be proposed
 * is tcp_tw_recycle, and to close sockets with a reset (SO_LINGER).
 */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "units.h"

#define RANGE		"net.ipv4.ip_local_port_range"
#define RESERVED	"net.ipv4.ip_local_reserved_ports"

#define SERVICES "%s Services listen in the new part; reserve their ports with it: %s. A service that is stopped now is not listed."

/* Ports of services that a line names before it says how many more. */
#define LISTENERS_NAMED	8

static void add(struct twi_finding *finding, char *text, char *command)
{
	struct twi_remedy *remedy;

	finding->remedy = twi_alloc(finding->remedy, finding->nremedies + 1,
				    sizeof(*remedy));
	remedy = &finding->remedy[finding->nremedies++];
	remedy->text = text;
	remedy->command = command;
}

void twi_remedy_manual(struct twi_finding *finding, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = twi_text_vnew(fmt, args);
	va_end(args);
	add(finding, text, NULL);
}

void twi_remedy_command(struct twi_finding *finding, char *command, char *text)
{
	add(finding, text, command);
}

/*
 * What makes a command run in the namespace, to be freed: nothing in the
 * reader's own, NULL where no process is known that is in it.
 */
static char *prefix(const struct twi_exam *exam, const struct twi_space *space)
{
	/* settings of the machine are those of the first process */
	for (size_t i = 0; !space && i < exam->nspaces; i++) {
		if (exam->space[i].pid == 1)
			space = &exam->space[i];
	}
	if (!space || space->own)
		return twi_strdup("");
	if (space->pid)
		return twi_text_new("nsenter -t %d -n ", space->pid);
	return NULL;
}

static void add_where(struct twi_finding *finding,
		      const struct twi_space *space, const char *text,
		      const char *what)
{
	twi_remedy_manual(finding,
			  "%s Set %s in the namespace with inode number %lld, where no process was found.",
			  text, what, (long long)space->inode);
}

void twi_remedy_sysctl(const struct twi_exam *exam,
		       struct twi_finding *finding,
		       const struct twi_space *space, char *setting,
		       char *text)
{
	char *enter = prefix(exam, space);

	if (enter) {
		add(finding, text,
		    twi_text_new("%ssysctl -w %s", enter, setting));
	} else {
		add_where(finding, space, text, setting);
		free(text);
	}
	free(setting);
	free(enter);
}

void twi_remedy_double(const struct twi_exam *exam,
		       struct twi_finding *finding,
		       const struct twi_space *space, const char *name,
		       int64_t limit, const char *cost)
{
	int64_t twice = limit > INT_MAX / 2 ? INT_MAX : 2 * limit;

	if (limit <= 0 || twice <= limit)
		return;
	twi_remedy_sysctl(exam, finding, space,
			  twi_text_new("%s=%lld", name, (long long)twice),
			  twi_text_new("Double the limit to %s%s.",
				       twi_count(twice,
						 exam->view->numeric).s,
				       cost));
}

/* Services that the wider range would take ports from. */
static size_t find_listeners(const struct twi_exam *exam,
			     const struct twi_space *space,
			     const struct twi_range *now,
			     const struct twi_range *wide,
			     struct twi_portset *found)
{
	size_t n = 0;

	for (size_t i = 0; i < space->nlisteners; i++) {
		unsigned int port = space->listener[i];

		if (port < wide->low || port > wide->high ||
		    (port >= now->low && port <= now->high) ||
		    (space->own && exam->reserved_known &&
		     twi_portset_has(&exam->reserved, port)))
			continue;
		/* whose rows are neighbours, unless the file is garbled */
		n += !twi_portset_has(found, port);
		twi_portset_add(found, port);
	}
	return n;
}

/* "1080, 8080 and 3 more" */
static char *name_listeners(const struct twi_portset *found, size_t n)
{
	size_t named = n > LISTENERS_NAMED ? LISTENERS_NAMED : n, i = 0;
	char text[LISTENERS_NAMED * 8 + 40] = "";
	char *end = text;

	for (unsigned int port = 0; i < named; port++) {
		if (!twi_portset_has(found, port))
			continue;
		end += sprintf(end, "%s%u", i++ ? ", " : "", port);
	}
	if (n > named)
		sprintf(end, " and %zu more", n - named);
	return twi_strdup(text);
}

/*
 * The command that reserves the ports and keeps what is reserved already: by
 * a list if that is known, else by asking for it in the namespace.
 */
static char *reserve_command(const struct twi_exam *exam,
			     const struct twi_space *space,
			     const struct twi_portset *found,
			     const char *enter)
{
	struct twi_portset all = *found;
	char *list, *command;

	if (space->own && exam->reserved_known) {
		for (unsigned int port = 0; port <= TWI_PORT_MAX; port++) {
			if (twi_portset_has(&exam->reserved, port))
				twi_portset_add(&all, port);
		}
		list = twi_portset_text(&all);
		command = twi_text_new("%ssysctl -w " RESERVED "=\"%s\" && ",
				       enter, list);
	} else {
		list = twi_portset_text(found);
		command = twi_text_new("%ssh -c 'r=$(sysctl -n " RESERVED
				       ") && sysctl -w " RESERVED
				       "=\"${r:+$r,}%s\"' && ", enter, list);
	}
	free(list);
	return command;
}

static void widen_by_command(const struct twi_exam *exam,
			     struct twi_finding *finding,
			     const struct twi_space *space,
			     const struct twi_portset *found,
			     size_t nfound, const char *setting, char *text,
			     const char *enter)
{
	char *reserve = NULL, *names, *more;

	if (nfound) {
		reserve = reserve_command(exam, space, found, enter);
		names = name_listeners(found, nfound);
		more = twi_text_new(SERVICES,
				    text, names);
		free(names);
		free(text);
		text = more;
	}
	add(finding, text,
	    twi_text_new("%s%ssysctl -w %s", reserve ? reserve : "", enter,
			 setting));
	free(reserve);
}

static void widen_by_hand(struct twi_finding *finding,
			  const struct twi_space *space,
			  const struct twi_portset *found, size_t nfound,
			  const char *setting, const char *text)
{
	char *list = nfound ? twi_portset_text(found) : twi_strdup("");
	char *what = twi_text_new("%s%s%s%s", nfound ? RESERVED " to also hold " : "",
				  list, nfound ? ", then " : "", setting);

	add_where(finding, space, text, what);
	free(what);
	free(list);
}

void twi_remedy_range(const struct twi_exam *exam,
		      struct twi_finding *finding,
		      const struct twi_space *space)
{
	bool raw = exam->view->numeric;
	struct twi_portset found = { 0 };
	struct twi_range now, wide;
	char *enter, *setting, *text;
	size_t n;

	if (!space->row)
		return;
	now.low = space->row[TWI_netns_port_low];
	now.high = space->row[TWI_netns_port_high];
	if (!twi_range_widen(&now, space->own ? exam->unprivileged : -1,
			     &wide))
		return;
	setting = twi_text_new(RANGE "=\"%lld %lld\"", (long long)wide.low,
			       (long long)wide.high);
	text = twi_text_new("Widen the range of local ports from %s to %s.",
			    twi_count(twi_range_size(&now), raw).s,
			    twi_count(twi_range_size(&wide), raw).s);
	n = find_listeners(exam, space, &now, &wide, &found);
	enter = prefix(exam, space);
	if (!exam->need[TWI_NEED_bind_buckets].ok) {
		twi_remedy_manual(finding,
				  "%s Which services listen in the new part is not known, as bind_buckets was not read: put their ports into %s, then set %s in namespace %lld.",
				  text, RESERVED, setting,
				  (long long)space->inode);
		free(text);
	} else if (enter) {
		widen_by_command(exam, finding, space, &found, n, setting,
				 text, enter);
	} else {
		widen_by_hand(finding, space, &found, n, setting, text);
		free(text);
	}
	free(enter);
	free(setting);
}
