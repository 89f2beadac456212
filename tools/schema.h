/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * schema.h - which keys and columns of each debugfs file this reader knows,
 * and what kind of value each has.  What they mean is written in
 * Documentation/ABI/testing/debugfs-twinspect.  Data alone: no parsing here.
 */
#ifndef TWINSPECT_SCHEMA_H
#define TWINSPECT_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "twinspect.h"

enum twi_kind {
	TWI_COUNT,	/* 0 or more; -1 is unknown */
	TWI_SIGNED,
	TWI_TEXT,	/* keys alone */
	TWI_WORD,	/* columns alone: one of some words */
	TWI_ADDRESS,	/* columns alone: of IPv4 or IPv6 */
};

/*
 * A name may have one placeholder, and stands for any number of keys then,
 * none included; a plain name has to be there exactly once.
 *	'#'	a decimal number up to max
 *	'~'	a chain length: 7, 64-127 or 65536+
 *	'*'	a name
 */
struct twi_key_spec {
	const char	*name;
	enum twi_kind	kind;
	unsigned int	max;
	bool		optional;	/* older modules lack it */
};

/*
 * A row is numbers alone: a word is its place among the column's words, and an
 * address is where it begins in the text that comes with the row.  A column
 * that is optional, and not there, is unknown.
 */
struct twi_column_spec {
	const char		*name;
	enum twi_kind		kind;
	const char *const	*words;		/* TWI_WORD: up to NULL */
	bool			optional;
};

struct twi_schema {
	const char			*file;
	const struct twi_key_spec	*keys;
	size_t				nkeys;
	const struct twi_column_spec	*columns;	/* NULL: no rows */
	size_t				ncolumns;
	/*
	 * Where rest is not NULL: in the row whose column rest_column is
	 * this word, "*" stands in all other columns of words and addresses,
	 * and in no other row.
	 */
	const char			*rest;
	int				rest_column;
};

/* Seconds of closings that deathrow tells apart, and ranks of busy ports. */
#define TWI_CLOSED_MAX		64
#define TWI_RANK_MAX		9

/* The most columns that a schema has. */
#define TWI_COLUMNS_MAX		64

/*
 * The columns, in the order in which a parsed row has them: an enumerator
 * TWI_<file>_<column> is the index.
 */
#define TWI_LIST_ehash_buckets(X)					\
	X(table, COUNT) X(bucket, COUNT) X(sockets, COUNT)		\
	X(tw, COUNT) X(fw2, COUNT)

#define TWI_LIST_deathrow(X)						\
	X(fires_ms, SIGNED) X(cpu, COUNT) X(level, COUNT)		\
	X(step_ms, COUNT) X(tw, COUNT) X(fw2, COUNT)

#define TWI_LIST_bind_buckets(X)					\
	X(netns, COUNT) X(cookie, COUNT) X(port, COUNT)			\
	X(l3mdev, COUNT) X(fastreuse, COUNT) X(fastreuseport, COUNT)	\
	X(fastuid, COUNT) X(tw, COUNT) X(fw2, COUNT) X(live, COUNT)	\
	X(listeners, COUNT) X(only_tw, COUNT)				\
	X(bhash2_buckets, COUNT) X(ambiguous, COUNT)

#define TWI_LIST_tuples(X)						\
	X(netns, COUNT) X(cookie, COUNT) X(side, SIDE)			\
	X(local, ADDRESS) X(remote, ADDRESS) X(fixed, FIXED)		\
	X(port, COUNT) X(dev, COUNT) X(tw, COUNT) X(fw2, COUNT)		\
	X(live, COUNT) X(closed_1s, COUNT) X(closed_10s, COUNT)		\
	X(oldest_ms, COUNT) X(youngest_ms, COUNT) X(capacity, COUNT)	\
	X(used, COUNT) X(free, COUNT) X(free_first, COUNT)		\
	X(used_percent, COUNT) X(left, COUNT) X(reuse_now, COUNT)	\
	X(reuse_1, COUNT) X(reuse_bound, COUNT) X(probes_least, COUNT)	\
	X(probes_mean_milli, COUNT) X(probes_most, COUNT)		\
	X(exhausted_s, COUNT)

/* <state>_<family> follow: TWI_netns_states + 3 * state + family. */
#define TWI_LIST_netns(X)						\
	X(netns, COUNT) X(cookie, COUNT) X(own_ehash, COUNT)		\
	X(table, COUNT) X(ehash_buckets, COUNT) X(tw_kernel, COUNT)	\
	X(tw_max, COUNT) X(port_low, COUNT) X(port_high, COUNT)		\
	X(ports_reserved, LATER) X(port_step, LATER)			\
	X(tw_reuse, LATER) X(tw_reuse_delay_ms, LATER)			\
	X(timestamps, LATER) X(listeners, COUNT)

#define TWI_ENUM_ehash(name, kind)	TWI_ehash_##name,
enum { TWI_LIST_ehash_buckets(TWI_ENUM_ehash) };

#define TWI_ENUM_deathrow(name, kind)	TWI_deathrow_##name,
enum { TWI_LIST_deathrow(TWI_ENUM_deathrow) };

#define TWI_ENUM_bind(name, kind)	TWI_bind_##name,
enum { TWI_LIST_bind_buckets(TWI_ENUM_bind) };

#define TWI_ENUM_tuples(name, kind)	TWI_tuples_##name,
enum { TWI_LIST_tuples(TWI_ENUM_tuples) };

#define TWI_ENUM_netns(name, kind)	TWI_netns_##name,
enum { TWI_LIST_netns(TWI_ENUM_netns) TWI_netns_states };

#define TWI_ENUM_state(name)		TWI_STATE_##name,
enum { TWI_STATES(TWI_ENUM_state) TWI_NSTATES };

#define TWI_ENUM_family(name)		TWI_FAMILY_##name,
enum { TWI_FAMILIES(TWI_ENUM_family) TWI_NFAMILIES };

/* What the columns side and fixed of tuples hold. */
#define TWI_ENUM_side(name)		TWI_SIDE_##name,
enum { TWI_SIDES(TWI_ENUM_side) TWI_NSIDES };

enum { TWI_FIXED_local, TWI_FIXED_remote, TWI_FIXED_none, TWI_NFIXED };

/* Each ends in NULL. */
extern const char *const twi_side_names[TWI_NSIDES + 1];
extern const char *const twi_fixed_names[TWI_NFIXED + 1];

extern const char *const twi_state_names[TWI_NSTATES];
extern const char *const twi_family_names[TWI_NFAMILIES];

/* The column of netns for this state and family. */
static inline int twi_netns_column(int state, int family)
{
	return TWI_netns_states + state * TWI_NFAMILIES + family;
}

/* Of the module's files, in their order: TWI_FILE_summary is 0. */
#define TWI_ENUM_file(name)		TWI_FILE_##name,
enum { TWI_FILES(TWI_ENUM_file) TWI_NFILES };
#define TWI_FILES_ALL			((1 << TWI_NFILES) - 1)

extern const struct twi_schema twi_schemas[];
extern const size_t twi_nschemas;

/*
 * The schema of a file that TWI_FILES() lists, or of what says when a recording
 * was made; NULL for another name.
 */
const struct twi_schema *twi_schema_find(const char *file);

/*
 * The spec that a key belongs to, NULL for a key that is not known.  Where
 * the spec has a placeholder, *index is the number that stands in its place:
 * of a chain length, the lower end.
 */
const struct twi_key_spec *twi_schema_key(const struct twi_schema *schema,
					  const char *key, int64_t *index);

/* Whether the name has a placeholder, so that the key may be absent. */
bool twi_spec_is_pattern(const struct twi_key_spec *spec);

/* The word or the address that value stands for; NULL for a number. */
const char *twi_column_text(const struct twi_column_spec *column,
			    int64_t value, const char *text);

#endif /* TWINSPECT_SCHEMA_H */
