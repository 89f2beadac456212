/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Prefetches into the second-level cache.
 *
 * prefetch() of arch/x86 (asm/processor.h) is prefetchnta, which keeps a line out
 * of that cache; bench/README says what each of them takes.
 */
#ifndef TWI_PREFETCH_H
#define TWI_PREFETCH_H

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

#endif /* TWI_PREFETCH_H */
