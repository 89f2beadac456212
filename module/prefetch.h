/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Prefetches into the second-level cache.
 *
 * prefetch() of arch/x86 (asm/processor.h) is prefetchnta, which keeps a line out
 * of that cache; bench/README says what each of them takes.
 */
#ifndef TWI_PREFETCH_H
#define TWI_PREFETCH_H

#include <linux/cache.h>
#include <linux/types.h>

/**
 * twi_prefetch - ask for a line that will be read
 * @at: in it; any address, also one that is not mapped
 *
 * For the second-level cache and those below: prefetcht1, prfm pldl2keep.  The
 * instruction itself on x86, as clang leaves the builtin's out where it may not use
 * SSE, as in a kernel.
 */
static inline void twi_prefetch(const void *at)
{
#ifdef __x86_64__
	asm volatile("prefetcht1 %0" : : "m" (*(const char *)at));
#else
	__builtin_prefetch(at, 0, 2);
#endif
}

/**
 * twi_prefetch_range - ask for all lines of what will be read
 * @at: its first byte, which need not be where a line begins; as for twi_prefetch()
 * @bytes: of it, at least 1; a constant, so that no loop is left
 */
static __always_inline void twi_prefetch_range(const void *at, size_t bytes)
{
	const char *first = at;
	size_t line;

	for (line = 0; line < bytes; line += L1_CACHE_BYTES)
		twi_prefetch(first + line);
	/* It may end in a line more. */
	twi_prefetch(first + bytes - 1);
}

#endif /* TWI_PREFETCH_H */
