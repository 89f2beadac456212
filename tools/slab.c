// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * slab.c - reads /sys/kernel/slab/tw_sock_TCP* and /proc/slabinfo.  Theirs is
 * not the module's format, and the view is complete without them: whatever
 * can't be read or understood is left out, silently.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "slab.h"
#include "twinspect.h"

const char *const twi_slab_caches[TWI_NSLABS] = {
	"tw_sock_TCP", "tw_sock_TCPv6"
};

const char *const twi_slab_attributes[TWI_NSLAB_ATTRIBUTES] = {
	"object_size", "slab_size", "objs_per_slab", "order"
};

static int64_t read_attribute(const struct twi_source *source,
			      const char *cache, const char *attribute)
{
	long long value = TWI_UNKNOWN;
	char name[64];
	FILE *in;

	snprintf(name, sizeof(name), "slab/%s/%s", cache, attribute);
	in = twi_source_open_kernel(source, source->sys, name);
	if (!in)
		return TWI_UNKNOWN;
	if (fscanf(in, "%18lld", &value) != 1 || value < 0)
		value = TWI_UNKNOWN;
	fclose(in);
	return value;
}

/* The columns are those of version 2.1, which the first line states. */
static bool parse_slabinfo(struct twi_slab *slab, const char *line)
{
	long long active, num, size, objs, pages, slabs;
	char name[64];

	if (sscanf(line,
		   "%63s %18lld %18lld %9lld %9lld %9lld : tunables %*d %*d %*d : slabdata %*d %18lld",
		   name, &active, &num, &size, &objs, &pages, &slabs) != 7 ||
	    strcmp(name, slab->cache))
		return false;
	slab->active_objs = active;
	slab->num_objs = num;
	slab->num_slabs = slabs;
	if (__builtin_mul_overflow(slabs, pages * sysconf(_SC_PAGESIZE),
				   &slab->bytes))
		slab->bytes = TWI_UNKNOWN;
	return true;
}

static void read_slabinfo(const struct twi_source *source,
			  struct twi_slab *slab)
{
	char line[512];
	FILE *in;

	slab->active_objs = TWI_UNKNOWN;
	slab->num_objs = TWI_UNKNOWN;
	slab->num_slabs = TWI_UNKNOWN;
	slab->bytes = TWI_UNKNOWN;
	in = twi_source_open_kernel(source, source->proc, "slabinfo");
	if (!in)
		return;
	if (fgets(line, sizeof(line), in) &&
	    !strcmp(line, "slabinfo - version: 2.1\n")) {
		while (fgets(line, sizeof(line), in)) {
			if (parse_slabinfo(slab, line))
				break;
		}
	}
	fclose(in);
}

static bool read_cache(const struct twi_source *source, const char *cache,
		       struct twi_slab *slab)
{
	slab->cache = cache;
	slab->object_size = read_attribute(source, cache, "object_size");
	slab->slab_size = read_attribute(source, cache, "slab_size");
	slab->objs_per_slab = read_attribute(source, cache, "objs_per_slab");
	slab->order = read_attribute(source, cache, "order");
	if (slab->object_size < 0 || slab->slab_size < 0 ||
	    slab->objs_per_slab <= 0 || slab->order < 0)
		return false;
	read_slabinfo(source, slab);
	return true;
}

int twi_slab_read(const struct twi_source *source,
		  struct twi_slab slab[TWI_NSLABS])
{
	int n = 0;

	for (int i = 0; i < TWI_NSLABS; i++)
		n += read_cache(source, twi_slab_caches[i], &slab[n]);
	return n;
}
