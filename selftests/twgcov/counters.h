/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What gcc keeps of an object whose lines it counts, as of gcc 12 (its
 * gcov-io.h and libgcov.h; in the kernel, kernel/gcov/gcc_4_7.c).
 */
#ifndef TWI_COUNTERS_H
#define TWI_COUNTERS_H

#if __GNUC__ < 12 || __GNUC__ > 13
#error "the layout of gcov's data is that of gcc 12 and 13"
#endif

#define GCOV_COUNTERS		8

struct gcov_ctr_info {
	unsigned int num;
	s64 *values;
};

struct gcov_fn_info {
	const struct gcov_info *key;
	unsigned int ident;
	unsigned int lineno_checksum;
	unsigned int cfg_checksum;
	struct gcov_ctr_info ctrs[];
};

struct gcov_info {
	unsigned int version;
	struct gcov_info *next;
	unsigned int stamp;
	unsigned int checksum;
	const char *filename;
	void *merge[GCOV_COUNTERS];	/* NULL: no counters of this kind */
	unsigned int n_functions;
	struct gcov_fn_info **functions;
};

/* The objects between the two, neither included. */
struct twi_gcov_table {
	const struct gcov_info **first;
	const struct gcov_info **last;
};

extern const struct gcov_info *twi_gcov_last;

/* The compiler names it, for what a program does at its end. */
void __gcov_merge_add(s64 *counters, unsigned int n);

#endif /* TWI_COUNTERS_H */
