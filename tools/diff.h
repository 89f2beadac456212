/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * diff.h - what is not the same in two snapshots.
 */
#ifndef TWINSPECT_DIFF_H
#define TWINSPECT_DIFF_H

#include "groups.h"
#include "model.h"
#include "view.h"

/* What a figure counts. */
enum twi_unit { TWI_UNIT_COUNT, TWI_UNIT_BYTES, TWI_UNIT_MILLI };

/* Where it belongs; in the order of the output. */
#define TWI_SECTIONS(X)							\
	X(totals)							\
	X(memory)							\
	X(hash)								\
	X(netns)

#define TWI_ENUM_section(name)		TWI_SECTION_##name,
enum twi_section { TWI_SECTIONS(TWI_ENUM_section) TWI_NSECTIONS };

extern const char *const twi_section_names[TWI_NSECTIONS];

/* One figure; TWI_UNKNOWN where it is not known, or what has it is not there. */
struct twi_change {
	enum twi_section	section;
	enum twi_unit		unit;
	char			name[64];
	int64_t			netns;		/* of that section alone */
	int64_t			cookie;
	int64_t			before;
	int64_t			after;
};

/* One group; NULL where it is not there. */
struct twi_moved {
	const int64_t	*before;
	const int64_t	*after;
	int64_t		size;		/* by how much, to sort by */
	size_t		place;		/* among those of one size */
};

/* The files that are compared. */
#define TWI_COMPARED(X)							\
	X(summary)							\
	X(netns)							\
	X(tuples)

#define TWI_ENUM_compared(name)		TWI_COMPARED_##name,
enum twi_compared { TWI_COMPARED(TWI_ENUM_compared) TWI_NCOMPARED };

extern const char *const twi_compared_names[TWI_NCOMPARED];

/* The models without rows and keys are of files that are not there. */
struct twi_side_of_diff {
	const char		*name;
	struct twi_model	model[TWI_NCOMPARED];
};

struct twi_diff {
	struct twi_side_of_diff	before;
	struct twi_side_of_diff	after;
	bool			compared[TWI_NCOMPARED];
	/* some groups may have been left out of the files */
	bool			incomplete;
	struct twi_change	*change;
	size_t			n;
	struct twi_moved	*moved;		/* what moved most is first */
	size_t			nmoved;
};

/* After less before; unknown as 0 for what came or went, if that is NULL. */
int64_t twi_moved_by(const struct twi_moved *moved, int column);

/* When the snapshot was made. */
int64_t twi_diff_time(const struct twi_side_of_diff *side);

/* As text, in diff_text.c. */
void twi_diff_print(const struct twi_view *view, const struct twi_diff *diff);

#endif /* TWINSPECT_DIFF_H */
