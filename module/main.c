// SPDX-License-Identifier: GPL-2.0
/*
 * Loads and unloads twinspect, nothing else.
 */
#include <linux/module.h>

#include "../include/twinspect.h"
#include "debugfs.h"
#include "walk.h"

static int __init twi_init(void)
{
	int err;

	err = twi_walk_supported();
	if (err)
		return err;
	return twi_debugfs_create();
}

static void __exit twi_exit(void)
{
	twi_debugfs_remove();
}

module_init(twi_init);
module_exit(twi_exit);

MODULE_DESCRIPTION("TIME-WAIT in the TCP hash tables, through debugfs");
MODULE_AUTHOR("The twinspect developers");
MODULE_VERSION(TWI_VERSION);
MODULE_LICENSE("GPL");
