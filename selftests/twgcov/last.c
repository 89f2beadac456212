// SPDX-License-Identifier: GPL-2.0
/*
 * The last object of a twinspect.ko that counts which of its lines run: where
 * the compiler's table of counters ends.
 */
#include <linux/compiler.h>
#include <linux/types.h>

#include "counters.h"

const struct gcov_info *twi_gcov_last __used __section(".gcov_info");
