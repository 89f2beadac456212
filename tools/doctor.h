/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * doctor.h - what the parts of "twinspect doctor" share: what was read, the
 * checks and what they found.  Data flows one way: doctor_read.c, the checks
 * in doctor_*.c, doctor.c, and doctor_text.c or doctor_json.c.
 */
#ifndef TWINSPECT_DOCTOR_H
#define TWINSPECT_DOCTOR_H

#include "model.h"
#include "portset.h"
#include "proc.h"
#include "sysctlconf.h"
#include "view.h"

enum twi_severity {
	TWI_FINE,
	TWI_INFO,
	TWI_WARNING,
	TWI_CRITICAL,
	TWI_NSEVERITIES
};

/* A figure by name; a number unless there is text. */
struct twi_fact {
	const char	*name;
	char		*text;
	int64_t		number;
};

struct twi_facts {
	struct twi_fact	*fact;
	size_t		n;
};

/* One of several things that a finding is about: a group, a line of a file. */
struct twi_item {
	char			*text;
	struct twi_facts	facts;
};

/* A command can be pasted and does it; without one it is done by hand. */
struct twi_remedy {
	char	*text;
	char	*command;
};

struct twi_finding {
	const char		*id;
	enum twi_severity	severity;
	int64_t			netns;		/* -1: of the machine */
	char			*text;
	struct twi_facts	evidence;
	struct twi_item		*item;
	size_t			nitems;
	struct twi_remedy	*remedy;
	size_t			nremedies;
	size_t			order;
};

/* What the checks need; a check that lacks any of it is not made. */
#define TWI_NEEDS(X)							\
	X(summary)							\
	X(netns)							\
	X(bind_buckets)							\
	X(tuples)							\
	X(counters)							\
	X(meminfo)							\
	X(sockstat)							\
	X(conntrack)							\
	X(sysctl_conf)

#define TWI_ENUM_need(name)	TWI_NEED_##name,
enum twi_need_number { TWI_NEEDS(TWI_ENUM_need) TWI_NNEEDS };

struct twi_need {
	bool	ok;
	/* NULL: not there, and that is no fault; if ok: what lacks of it */
	char	*reason;
};

/* Counters of TcpExt, as /proc/net/netstat spells them. */
#define TWI_COUNTERS(X)							\
	X(TW)								\
	X(TWRecycled)							\
	X(TWKilled)							\
	X(PAWSActive)							\
	X(PAWSPassive)							\
	X(PAWSEstab)							\
	X(PAWSTimewait)							\
	X(TCPTimeWaitOverflow)

#define TWI_ENUM_counter(name)	TWI_COUNTER_##name,
enum twi_counter { TWI_COUNTERS(TWI_ENUM_counter) TWI_NCOUNTERS };

extern const char *const twi_counter_names[TWI_NCOUNTERS];

/* A network namespace. */
struct twi_space {
	int64_t		inode;
	int64_t		cookie;
	const int64_t	*row;		/* of netns; NULL if that is not read */
	int		pid;		/* a process in it, 0 for none */
	bool		own;		/* the reader's own */
	bool		pressed;	/* a limit is near */
	/* from bind_buckets: ports of the range, and all that listen */
	int64_t		blocked;
	int64_t		stuck;
	uint16_t	*listener;
	size_t		nlisteners;
	int64_t		conntrack;	/* entries */
	/* two readings; elapsed_ms is -1 if there are not two */
	int64_t		counter[2][TWI_NCOUNTERS];
	int64_t		time_ms;
	int64_t		elapsed_ms;
};

/* A row of tuples that has a capacity. */
struct twi_group {
	int64_t		row[TWI_COLUMNS_MAX];
	char		*local;
	char		*remote;
};

enum twi_result {
	TWI_CHECKED,
	TWI_UNCHECKED,
	TWI_SKIPPED
};

struct twi_exam;
struct twi_check;

struct twi_check_spec {
	const char	*id;
	unsigned int	needs;		/* bits of enum twi_need_number */
	void		(*run)(struct twi_exam *exam, struct twi_check *check);
};

struct twi_check {
	const struct twi_check_spec	*spec;
	enum twi_result			result;
	enum twi_severity		worst;
	char				*text;
	struct twi_facts		figures;
};

struct twi_exam {
	struct twi_view		*view;
	const char		*sysroot;	/* NULL: no /proc to read */
	char			*dir;		/* the source's, below sysroot */
	int64_t			interval_ms;
	struct twi_need	need[TWI_NNEEDS];
	struct twi_model	summary;
	struct twi_model	netns;
	struct twi_model	caps;
	struct twi_keys		bind;
	struct twi_keys		tuples;
	struct twi_group	*group;
	size_t			ngroups;
	size_t			outbound;	/* with or without one */
	struct twi_space	*space;
	size_t			nspaces;
	int64_t			own;		/* inode number, -1 */
	int64_t			processes_denied;
	int64_t			unprivileged;	/* of the own namespace */
	struct twi_portset	reserved;	/* likewise */
	bool			reserved_known;
	int64_t			mem_total;	/* bytes */
	int64_t			orphans;
	int64_t			orphans_max;
	int64_t			conntrack_max;
	struct twi_sysctlconf	conf;
	struct twi_check	*check;
	size_t			nchecks;
	struct twi_finding	**finding;
	size_t			nfindings;
};

/* doctor_read.c */
void twi_exam_read(struct twi_exam *exam);
void twi_exam_free(struct twi_exam *exam);

/* doctor_find.c: text is formatted, names are not copied. */
void twi_fact_number(struct twi_facts *facts, const char *name,
		     int64_t number);
void twi_fact_text(struct twi_facts *facts, const char *name,
		   const char *text);
void twi_facts_free(struct twi_facts *facts);
void twi_check_text(struct twi_check *check, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
struct twi_finding *twi_finding_new(struct twi_exam *exam,
				    struct twi_check *check,
				    enum twi_severity severity,
				    const struct twi_space *space,
				    const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
struct twi_facts *twi_finding_item(struct twi_finding *finding,
				   const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void twi_finding_free(struct twi_finding *finding);

/* doctor_remedy.c: each adds a remedy to the finding. */
void twi_remedy_manual(struct twi_finding *finding, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Any command; the text is the caller's no more. */
void twi_remedy_command(struct twi_finding *finding, char *command,
			char *text);
/* "name=value" in the namespace, NULL for the machine's first one. */
void twi_remedy_sysctl(const struct twi_exam *exam,
		       struct twi_finding *finding,
		       const struct twi_space *space, char *setting,
		       char *text);
/* A wider ip_local_port_range, if there is one. */
void twi_remedy_range(const struct twi_exam *exam,
		      struct twi_finding *finding,
		      const struct twi_space *space);
/* Twice a limit, as twi_remedy_sysctl(). */
void twi_remedy_double(const struct twi_exam *exam,
		       struct twi_finding *finding,
		       const struct twi_space *space, const char *name,
		       int64_t limit, const char *cost);

/* doctor_ports.c */
/* What is wrong with a group that has a capacity. */
enum twi_severity twi_group_severity(const int64_t *row);
/* Ports that tcp_tw_reuse=1 would give besides those there are. */
int64_t twi_group_reuse_gain(const int64_t *row);
void twi_check_outbound(struct twi_exam *exam, struct twi_check *check);
void twi_check_parity(struct twi_exam *exam, struct twi_check *check);
void twi_check_blocked(struct twi_exam *exam, struct twi_check *check);
void twi_check_stuck(struct twi_exam *exam, struct twi_check *check);

/* doctor_limits.c */
void twi_check_limit(struct twi_exam *exam, struct twi_check *check);
void twi_check_conntrack(struct twi_exam *exam, struct twi_check *check);
void twi_check_orphans(struct twi_exam *exam, struct twi_check *check);
void twi_check_memory(struct twi_exam *exam, struct twi_check *check);

/* doctor_rates.c */
void twi_check_overflow(struct twi_exam *exam, struct twi_check *check);
void twi_check_paws(struct twi_exam *exam, struct twi_check *check);
void twi_check_recycled(struct twi_exam *exam, struct twi_check *check);

/* doctor_system.c */
void twi_check_timestamps(struct twi_exam *exam, struct twi_check *check);
void twi_check_flood(struct twi_exam *exam, struct twi_check *check);
void twi_check_recycle_set(struct twi_exam *exam, struct twi_check *check);
void twi_check_pass(struct twi_exam *exam, struct twi_check *check);

/*
 * doctor.c: read all and make all checks; the worst finding comes first.  With
 * a sysroot, the view's source is good until twi_exam_free().
 */
void twi_exam_make(struct twi_exam *exam, struct twi_view *view);
extern const char *const twi_severity_names[TWI_NSEVERITIES];
extern const char *const twi_need_names[TWI_NNEEDS];
enum twi_severity twi_exam_worst(const struct twi_exam *exam);
size_t twi_exam_count(const struct twi_exam *exam,
		      enum twi_severity severity);
size_t twi_exam_unchecked(const struct twi_exam *exam);
/* When the module's files were taken, -1 if none was read. */
int64_t twi_exam_time(const struct twi_exam *exam);

/* doctor_text.c: severities, and how many findings, in words (to be freed) */
extern const char *const twi_severity_labels[TWI_NSEVERITIES];
char *twi_exam_verdict(const struct twi_exam *exam);
/* A finding further up than this one that has the same remedies, or NULL. */
const struct twi_finding *twi_exam_same_remedies(const struct twi_exam *exam,
						 size_t number);
/* Whether a finding has a command that the next boot undoes. */
bool twi_exam_has_sysctl(const struct twi_exam *exam);

/* doctor_text.c, doctor_json.c */
void twi_doctor_print(const struct twi_exam *exam);
void twi_doctor_json(const struct twi_exam *exam);

#endif /* TWINSPECT_DOCTOR_H */
