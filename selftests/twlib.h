/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the twinspect tests share: reading the files of
 * /sys/kernel/debug/twinspect by name, making populations of sockets, and
 * counting them through other code of the kernel (the oracles).
 *
 * It knows nothing of the module's sources.  The names of states, families
 * and files are written out again here on purpose.
 *
 * Functions that can fail return -1 or NULL and have said why on stderr, in
 * the form of a KTAP comment.
 */
#ifndef TWLIB_H
#define TWLIB_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "twgen/twgen.h"

#define TW_DIR		"/sys/kernel/debug/twinspect/"
#define TW_FORMAT	1

enum tw_family { TW_V4, TW_V6, TW_MAPPED, TW_FAMILIES };

enum tw_state {
	TW_TW, TW_FW2, TW_ESTABLISHED, TW_SYN_SENT, TW_SYN_RECV,
	TW_NEW_SYN_RECV, TW_FIN_WAIT1, TW_FIN_WAIT2, TW_CLOSE_WAIT,
	TW_LAST_ACK, TW_CLOSING, TW_STATES
};

extern const char *const tw_families[TW_FAMILIES];
extern const char *const tw_states[TW_STATES];
#define TW_FILES	7
extern const char *const tw_files[TW_FILES];	/* caps is the last one */

void tw_log(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Says what errno means; -1, with errno as it was. */
int tw_fail(const char *what);
/* @p, or the end of the test if that is NULL: memory ran out. */
void *tw_need(void *p);

/*
 * How many times slower than others this kernel is, TWINSPECT_SLOW of the
 * environment: populations that are large are to be divided by it.
 */
int tw_slow(void);
/* Whether what takes long is to be done in full: TWINSPECT_FULL. */
bool tw_full(void);

/* time */
long long tw_now_ms(void);		/* monotonic */
long long tw_now_ns(void);		/* monotonic */
void tw_sleep_ms(long long ms);

/* From the least on: of n, the median is value[n / 2] then. */
void tw_sort(long long *value, int n);
void tw_sleep_until_ms(long long ms);

/* Wait until @cond(@arg) holds; false if it does not within @ms. */
bool tw_wait(bool (*cond)(void *arg), void *arg, long long ms);

/*
 * Files of the module.  The text is checked against the rules of the format
 * while it is parsed: first and last line, one space between fields, nothing
 * but integers where the format wants integers, no key twice.
 */
#define TW_NONE		LLONG_MIN	/* no such key or column */

struct tw_key {
	const char	*name;
	const char	*text;
	long long	value;		/* TW_NONE if it is no integer */
};

struct tw_file {
	const char	*name;
	char		*text;		/* as read */
	size_t		len;
	char		*buf;		/* the same, cut into strings */
	struct tw_key	*keys;
	size_t		nkeys;
	const char	**columns;
	bool		*is_text;	/* of each column */
	size_t		ncolumns;
	long long	*cells;		/* TW_NONE where it is text */
	const char	**words;	/* the same as they stand there */
	size_t		nrows;
};

struct tw_file *tw_load(const char *name);
struct tw_file *tw_parse(const char *name, const char *text, size_t len);
void tw_free(struct tw_file *f);
int tw_open(const char *name, int flags);	/* sets errno, says nothing */
char *tw_slurp(int fd, size_t *len);		/* the rest of the file */

bool tw_has(const struct tw_file *f, const char *key);
long long tw_get(const struct tw_file *f, const char *key);
long long tw_getf(const struct tw_file *f, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int tw_column(const struct tw_file *f, const char *column);
long long tw_cell(const struct tw_file *f, size_t row, const char *column);
const char *tw_text(const struct tw_file *f, size_t row, const char *column);
long long tw_sum(const struct tw_file *f, const char *column);
/* Sum of @column over the rows in which @by is @value; *rows of them. */
long long tw_sum_by(const struct tw_file *f, const char *column,
		    const char *by, long long value, size_t *rows);
/* The only row in which @by is @value, -1 where there is none or several. */
int tw_row(const struct tw_file *f, const char *by, long long value);
/* pass_inexact + pass_unfinished + pass_skipped: 0 for an exact pass. */
long long tw_inexact(const struct tw_file *f);
long long tw_cap(const char *key);	/* of caps */

/* Numbers in other files; -1 if that fails. */
long long tw_read_number(const char *path);
/* What the kernel has allocated for itself, with what it could take back or not. */
long long tw_kernel_kb(bool caches);
/* Has the caches give back what was freed, and with it what KASAN keeps. */
void tw_shrink_caches(void);
int tw_write(const char *path, const char *text);
int tw_sysctl(const char *name, long long value);	/* name with slashes */
int tw_sysctl_text(const char *name, const char *text);
long long tw_sysctl_read(const char *name);

/* Namespaces.  tw_ns_new() makes one, enters it, and sets it up for exact
 * tests: loopback up, no reuse of TIME-WAIT, no end of it by a late RST, room
 * for 262,144 of them.
 */
int tw_ns_new(void);			/* file descriptor of the namespace */
int tw_ns_enter(int fd);
int tw_ns_fd(void);			/* of the current one */
long long tw_ns_inode(void);
long long tw_ns_cookie(void);
int tw_ns_setup(void);			/* the one we are in */
/*
 * For tests of what is one for all namespaces: wait until there are @n of them
 * and nothing is left of others.
 */
bool tw_ns_wait(int n);
/* TW_OWN_V6 is ours, each address, as 127.0.0.0/8 is: bind() takes it. */
#define TW_OWN_V6	"fd77::/16"
int tw_ns_own_v6(void);
int tw_add_address(const char *device, const char *address, int prefix);

/* Oracles, for the current namespace. */
struct tw_count {
	long long	n[TW_STATES][TW_FAMILIES];
	long long	listeners;
};

int tw_count_diag(struct tw_count *c);	/* inet_diag */
/* /proc/net/tcp{,6}, where new_syn_recv also stands for syn_recv */
int tw_count_proc(struct tw_count *c);
int tw_count_row(const struct tw_file *netns, int row, struct tw_count *c);
/* Number of cells that differ; each is printed. */
int tw_count_diff(const char *what_a, const struct tw_count *a,
		  const char *what_b, const struct tw_count *b);
void tw_count_log(const char *what, const struct tw_count *c);
void tw_count_merge_syn_recv(struct tw_count *c);
void tw_count_add(struct tw_count *sum, const struct tw_count *c);
long long tw_count_state(const struct tw_count *c, enum tw_state s);
long long tw_count_total(const struct tw_count *c);
long long tw_sockstat(void);		/* tw of /proc/net/sockstat */
bool tw_wait_sockstat(long long n);	/* until it is n */
/* Until inet_diag counts n in state s. */
bool tw_wait_state(enum tw_state s, long long n);

/* Populations. */
struct tw_conn {
	enum tw_family	family;
	const char	*local;		/* NULL: as the kernel chooses */
	const char	*remote;	/* NULL: loopback */
	const char	*device;	/* of the client, NULL: none; not twgen */
	uint16_t	port;		/* of the server */
	uint16_t	lport;		/* of the first client, 0: see below */
	bool		server_closes;	/* inbound TIME-WAIT */
	bool		both_close;	/* one on either side; twgen only */
	bool		reset;		/* none on any side; twgen only */
	int		addresses;	/* clients', from local on; twgen only */
};

int tw_addr(union twgen_addr *addr, enum tw_family family, const char *text,
	    uint16_t port);		/* length */
int tw_listen(enum tw_family family, const char *local, uint16_t port);
int tw_connect(const struct tw_conn *conn);
/* Both ends of a new connection. */
int tw_pair(const struct tw_conn *conn, int listener, int *client, int *server);
/*
 * Close @first, wait for its FIN to arrive, then close @second.  FINs that
 * cross would put both ends in TIME-WAIT.
 */
int tw_close(int first, int second);
/*
 * @n connections opened and closed, by system calls or by twgen.  Ports of the
 * clients are ephemeral, unless there is a lport, or the server closes: then
 * each connection has the next one.  connect() must not choose there, as
 * nothing would keep it from a port that it had before, and that SYN would take
 * the place of the server's TIME-WAIT.
 */
int tw_make(const struct tw_conn *conn, int n);
/* The side that closes becomes a minisocket, the other @ends stay open. */
int tw_make_fw2(const struct tw_conn *conn, int n, int *ends);
int tw_close_fw2(const int *fds, int n);
int tw_gen_open(void);			/* -1 and a word if twgen is absent */
int tw_gen(int gen, const struct tw_conn *conn, int n);
long long tw_gen_hold(int gen, uint16_t port);
long long tw_gen_drop(int gen, uint16_t port);
/* The same in buckets @from to @to - 1 of the table, 0 for the last one. */
long long tw_gen_drop_in(int gen, uint16_t port, unsigned int from,
			 unsigned int to);
int tw_gen_info(int gen, struct twgen_info *info);
int tw_gen_bind(int gen, struct twgen_bind *bind);
/* How often the lock of bucket @slot was held when it was looked at. */
int tw_gen_lock(int gen, unsigned int slot, unsigned int ms,
		struct twgen_lock *lock);
int tw_gen_grace(int gen, unsigned int ms, struct twgen_grace *grace);
/* Minisockets of the bucket taken away from who had a reference. */
long long tw_gen_hunt(int gen, unsigned int slot, unsigned int ms);
/* Of table TWGEN_EHASH, TWGEN_BHASH or TWGEN_BHASH2. */
struct twgen_chain *tw_gen_chains(int gen, int table, size_t *n);

/*
 * Sockets that come and go: a process for each CPU that opens and closes
 * connections by twgen, for as long as it is told to, as fast as it can.
 */
enum tw_churn_how {
	TW_CHURN_PAUSE,
	TW_CHURN_RESET,		/* no TIME-WAIT socket is made */
	TW_CHURN_TW,		/* one on either side, ended at once */
	TW_CHURN_BOTH,		/* now the one, now the other */
};

/* Connections at a time of each process. */
#define TW_CHURN_BATCH	40

struct tw_churn {
	int			n;	/* processes */
	pid_t			*pid;
	struct tw_churned	*shared;
};

/*
 * Process i has CPU i, namespace @ns[i % @nns], and port @port + i; all of them
 * have addresses of @family.
 */
int tw_churn_start(struct tw_churn *churn, enum tw_family family,
		   uint16_t port, const int *ns, int nns);
/* Returns when all of them do so: what they did else is undone. */
int tw_churn_how(struct tw_churn *churn, enum tw_churn_how how);
/* Connections opened and closed until now: no more than all, or all at least. */
long long tw_churn_closed(const struct tw_churn *churn);
long long tw_churn_opened(const struct tw_churn *churn);
/* Ends the processes, and the TIME-WAIT sockets of theirs; -1 if one failed. */
int tw_churn_stop(struct tw_churn *churn);

#endif /* TWLIB_H */
