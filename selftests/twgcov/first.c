// SPDX-License-Identifier: GPL-2.0
/*
 * The first object of a twinspect.ko that counts which of its lines run: where
 * the compiler's table of counters begins, told to twgcov.ko as a parameter of
 * the module, which it can find before the module's first function has run.
 */
#include <linux/module.h>

#include "counters.h"

/* The compiler puts a pointer into it for each object, the linker in order. */
static const struct gcov_info *first __used __section(".gcov_info");

void __gcov_merge_add(s64 *counters, unsigned int n)
{
}

static int get(char *buffer, const struct kernel_param *kp)
{
	return 0;
}

static const struct kernel_param_ops ops = { .get = get };
static struct twi_gcov_table table = { &first, &twi_gcov_last };
module_param_cb(gcov, &ops, &table, 0);
