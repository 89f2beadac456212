/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How memory is asked for.
 *
 * A table may be larger than what there is, and that is no bug: open() says
 * ENOMEM, and the log has no warning with a trace and the state of all memory.
 */
#ifndef TWI_ALLOC_H
#define TWI_ALLOC_H

#include <linux/mm.h>
#include <linux/slab.h>

#define TWI_GFP		(GFP_KERNEL | __GFP_NOWARN)

#endif /* TWI_ALLOC_H */
