/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * slab.h - what the slab allocator really spends on minisockets: what the
 * module can't know, from files of the kernel's own.
 */
#ifndef TWINSPECT_SLAB_H
#define TWINSPECT_SLAB_H

#include <stdbool.h>
#include <stdint.h>

#include "source.h"

struct twi_slab {
	const char	*cache;
	/* from /sys/kernel/slab */
	int64_t		object_size;
	int64_t		slab_size;
	int64_t		objs_per_slab;
	int64_t		order;
	/* from /proc/slabinfo, TWI_UNKNOWN where that can't be read */
	int64_t		active_objs;
	int64_t		num_objs;
	int64_t		num_slabs;
	int64_t		bytes;
};

/* IPv4's and IPv6's, which v4-mapped ones are in too. */
#define TWI_NSLABS	2
extern const char *const twi_slab_caches[TWI_NSLABS];

/* What is read of each from /sys/kernel/slab. */
#define TWI_NSLAB_ATTRIBUTES	4
extern const char *const twi_slab_attributes[TWI_NSLAB_ATTRIBUTES];

/*
 * How many of the caches were found, and those.  There need not be any: the
 * kernel may have another allocator, or the recording may lack them.
 */
int twi_slab_read(const struct twi_source *source,
		  struct twi_slab slab[TWI_NSLABS]);

#endif /* TWINSPECT_SLAB_H */
