// SPDX-License-Identifier: GPL-2.0
/*
 * insmod splat.ko what=NAME: one kind of kernel trouble each, so that
 * qemu/tests/boots can see that a guest in trouble is not taken for a good one.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/string.h>

static char *what = "nothing";
module_param(what, charp, 0);
MODULE_PARM_DESC(what, "warn, oops, bug or lockup");

static int __init splat_init(void)
{
	int *nowhere = NULL;

	if (!strcmp(what, "warn")) {
		WARN(1, "asked for");
	} else if (!strcmp(what, "oops")) {
		OPTIMIZER_HIDE_VAR(nowhere);
		WRITE_ONCE(*nowhere, 1);
	} else if (!strcmp(what, "bug")) {
		BUG();
	} else if (!strcmp(what, "lockup")) {
		preempt_disable();
		for (;;)
			cpu_relax();
	} else {
		return -EINVAL;
	}
	return 0;
}
module_init(splat_init);

MODULE_DESCRIPTION("kernel trouble on request");
MODULE_LICENSE("GPL");
