/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts under test use of the kernel, in user space.  Each other header
 * here stands for the kernel's of that name and includes this.
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

#define U8_MAX			UINT8_MAX
#define U16_MAX			UINT16_MAX
#define U32_MAX			UINT32_MAX
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define min(a, b)		((a) < (b) ? (a) : (b))
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max(a, b)		((a) > (b) ? (a) : (b))
#define ALIGN(x, a)		(((x) + (a) - 1) / (a) * (a))
#define ilog2(x)		(31 - __builtin_clz(x))
#define L1_CACHE_BYTES		64
#define cond_resched()		do { } while (0)
#define prefetchw(p)		__builtin_prefetch(p, 1)
#define div64_u64(a, b)		((u64)(a) / (u64)(b))
#define div_u64(a, b)		((u64)(a) / (u32)(b))

/* include/linux/timer.h */
#define TIMER_CPUMASK		0x0003FFFF
#define TIMER_ARRAYSHIFT	22
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))

#define GFP_KERNEL		0
#define __GFP_NOWARN		0

/* Allocations still to succeed; the tests make them fail in turn. */
extern int shim_allocs;
/* Allocations that are not freed. */
extern int shim_held;

static inline void *kvcalloc(size_t nr, size_t size, int gfp)
{
	(void)gfp;
	if (shim_allocs-- <= 0)
		return NULL;
	shim_held++;
	return calloc(nr ? nr : 1, size);
}

#define __GFP_NORETRY		0
#define noinline		__attribute__((noinline))
#define kmalloc_array		kvmalloc_array
#define kfree			kvfree

/* Not zeroed: who reads what he has not written is seen. */
static inline void *kvmalloc_array(size_t nr, size_t size, int gfp)
{
	void *p = kvcalloc(nr, size, gfp);

	if (p)
		memset(p, 0xa5, nr * size);
	return p;
}

static inline void kvfree(void *p)
{
	shim_held -= !!p;
	free(p);
}

static inline void sort(void *base, size_t nr, size_t size,
			int (*cmp)(const void *, const void *), void *swap)
{
	(void)swap;
	if (nr)
		qsort(base, nr, size, cmp);
}

/* A heap, as in the kernel: what compares equal does not keep its order. */
static inline void shim_sift(char *base, size_t root, size_t nr, size_t size,
			     int (*cmp)(const void *, const void *,
					const void *), const void *priv)
{
	size_t child, i;

	for (; (child = 2 * root + 1) < nr; root = child) {
		if (child + 1 < nr && cmp(base + child * size,
					  base + (child + 1) * size, priv) < 0)
			child++;
		if (cmp(base + root * size, base + child * size, priv) >= 0)
			return;
		for (i = 0; i < size; i++) {
			char c = base[root * size + i];

			base[root * size + i] = base[child * size + i];
			base[child * size + i] = c;
		}
	}
}

static inline void sort_r(void *base, size_t nr, size_t size,
			  int (*cmp)(const void *, const void *, const void *),
			  void *swap, const void *priv)
{
	char last[64];
	size_t i;

	(void)swap;
	for (i = nr / 2; i--;)
		shim_sift(base, i, nr, size, cmp, priv);
	for (i = nr; i-- > 1;) {
		memcpy(last, (char *)base + i * size, size);
		memcpy((char *)base + i * size, base, size);
		memcpy(base, last, size);
		shim_sift(base, 0, i, size, cmp, priv);
	}
}

#define BITS_PER_LONG		(8 * (long)sizeof(long))
#define BITS_TO_LONGS(nr)	(((nr) + BITS_PER_LONG - 1) / BITS_PER_LONG)
#define DECLARE_BITMAP(name, bits)	unsigned long name[BITS_TO_LONGS(bits)]

static inline bool test_bit(long nr, const unsigned long *map)
{
	return map[nr / BITS_PER_LONG] >> nr % BITS_PER_LONG & 1;
}

static inline void __set_bit(long nr, unsigned long *map)
{
	map[nr / BITS_PER_LONG] |= 1UL << nr % BITS_PER_LONG;
}

static inline bool __test_and_set_bit(long nr, unsigned long *map)
{
	bool set = test_bit(nr, map);

	__set_bit(nr, map);
	return set;
}

static inline void __clear_bit(long nr, unsigned long *map)
{
	map[nr / BITS_PER_LONG] &= ~(1UL << nr % BITS_PER_LONG);
}

#define BITMAP_LAST_WORD_MASK(nr)	(~0UL >> (-(nr) & (BITS_PER_LONG - 1)))

#define GENMASK(high, low)	(~0UL >> (BITS_PER_LONG - 1 - (high)) & ~0UL << (low))

static inline unsigned long __fls(unsigned long word)
{
	return BITS_PER_LONG - 1 - __builtin_clzl(word);
}

static inline unsigned int hweight_long(unsigned long word)
{
	return __builtin_popcountl(word);
}

static inline unsigned int bitmap_weight(const unsigned long *map,
					 unsigned int nr)
{
	unsigned int weight = 0;
	unsigned int i;

	for (i = 0; i < nr; i++)
		weight += test_bit(i, map);
	return weight;
}

/* As in the kernel, this sets what follows in the last word too. */
static inline void bitmap_complement(unsigned long *to,
				     const unsigned long *map, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < BITS_TO_LONGS(nr); i++)
		to[i] = ~map[i];
}

static inline void bitmap_andnot(unsigned long *to, const unsigned long *a,
				 const unsigned long *b, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < BITS_TO_LONGS(nr); i++)
		to[i] = a[i] & ~b[i];
}

#endif /* TWI_SHIM_H */
