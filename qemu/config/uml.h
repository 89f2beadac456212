/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Included before all else where user-mode Linux and modules for it are compiled.
 *
 * It has threads of the host for CPUs, and yet a read barrier of its own is an
 * lfence, which stops the pipeline at each socket, and each release is an
 * mfence.  Here they are those of the machine, arch/x86/include/asm/barrier.h.
 */
#ifndef TWI_UML_H
#define TWI_UML_H

#define __smp_mb()	asm volatile("lock addl $0,-4(%%rsp)" ::: "memory", "cc")
#define __smp_rmb()	barrier()
#define __smp_wmb()	barrier()

#define __smp_store_release(p, v)					\
do {									\
	barrier();							\
	WRITE_ONCE(*(p), v);						\
} while (0)

#define __smp_load_acquire(p)						\
({									\
	__unqual_scalar_typeof(*(p)) read_ = READ_ONCE(*(p));		\
									\
	barrier();							\
	(typeof(*(p)))read_;						\
})

#define __smp_mb__before_atomic()	do { } while (0)
#define __smp_mb__after_atomic()	do { } while (0)

#endif /* TWI_UML_H */
