/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the census uses of the kernel, in user space, for its unit tests.  Each
 * other header here stands for the kernel's of that name and includes this.
 */
#ifndef TWI_SHIM_H
#define TWI_SHIM_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#define U16_MAX			UINT16_MAX
#define U32_MAX			UINT32_MAX
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define min_t(type, a, b)	((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define max(a, b)		((a) > (b) ? (a) : (b))
#define ALIGN(x, a)		(((x) + (a) - 1) / (a) * (a))
#define ilog2(x)		(31 - __builtin_clz(x))
#define div64_u64(a, b)		((u64)(a) / (u64)(b))

/* include/linux/timer.h */
#define TIMER_CPUMASK		0x0003FFFF
#define TIMER_ARRAYSHIFT	22

#define GFP_KERNEL		0
#define __GFP_NOWARN		0

/* Allocations still to succeed; the tests make them fail in turn. */
extern int shim_allocs;

static inline void *kvcalloc(size_t nr, size_t size, int gfp)
{
	(void)gfp;
	return shim_allocs-- > 0 ? calloc(nr ? nr : 1, size) : NULL;
}

static inline void kvfree(void *p)
{
	free(p);
}

static inline void sort(void *base, size_t nr, size_t size,
			int (*cmp)(const void *, const void *), void *swap)
{
	(void)swap;
	if (nr)
		qsort(base, nr, size, cmp);
}

#endif /* TWI_SHIM_H */
