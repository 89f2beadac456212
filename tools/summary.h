/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * summary.h - what the file summary calls the kinds of memory.
 */
#ifndef TWINSPECT_SUMMARY_H
#define TWINSPECT_SUMMARY_H

struct twi_memory_kind {
	const char	*key;
	const char	*each;		/* the key of one object, or NULL */
	const char	*name;
	const char	*label;		/* in metrics */
};

#define TWI_NMEMORY	7

extern const struct twi_memory_kind twi_memory_kinds[TWI_NMEMORY];

#endif /* TWINSPECT_SUMMARY_H */
