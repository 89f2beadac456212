// SPDX-License-Identifier: GPL-2.0
/*
 * Test-only: keeps what each twinspect.ko that is unloaded has counted, the sum
 * of all, and shows it as gcov's data files. The kernel has the like in
 * GCOV_KERNEL, which no distribution's kernel is built with; this needs nothing
 * of the kernel, so that every one of the matrix can tell which lines it ran.
 *
 * To be loaded before twinspect.ko. /sys/kernel/debug/twgcov has lines of the
 * name of a data file and, in hex, a piece of it; they are in order.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "counters.h"

#define GCOV_DATA_MAGIC		0x67636461
#define GCOV_TAG_FUNCTION	0x01000000
#define GCOV_TAG_COUNTER(n)	(0x01a10000 + ((n) << 17))
#define PIECE			64	/* all that %*phN prints at once */

struct unit {
	struct list_head list;
	char *name;
	size_t size;
	u8 *data;
};

static DEFINE_MUTEX(lock);
static LIST_HEAD(units);
static struct dentry *file;

static size_t put(u8 *data, size_t at, u32 value)
{
	if (data)
		memcpy(data + at, &value, sizeof(value));
	return at + sizeof(value);
}

static size_t sum(u8 *data, size_t at, u64 value)
{
	u64 before;

	if (data) {
		memcpy(&before, data + at, sizeof(before));
		value += before;
		memcpy(data + at, &value, sizeof(value));
	}
	return at + sizeof(value);
}

/* Adds an object's counters to its data file; returns the file's size. */
static size_t convert(u8 *data, const struct gcov_info *info)
{
	const struct gcov_ctr_info *ctr;
	const struct gcov_fn_info *fn;
	unsigned int i, j, k;
	size_t at = 0;

	at = put(data, at, GCOV_DATA_MAGIC);
	at = put(data, at, info->version);
	at = put(data, at, info->stamp);
	at = put(data, at, info->checksum);
	for (i = 0; i < info->n_functions; i++) {
		fn = info->functions[i];
		if (!fn || fn->key != info)
			continue;
		at = put(data, at, GCOV_TAG_FUNCTION);
		at = put(data, at, 3 * sizeof(u32));
		at = put(data, at, fn->ident);
		at = put(data, at, fn->lineno_checksum);
		at = put(data, at, fn->cfg_checksum);
		ctr = fn->ctrs;
		for (j = 0; j < GCOV_COUNTERS; j++) {
			if (!info->merge[j])
				continue;
			at = put(data, at, GCOV_TAG_COUNTER(j));
			at = put(data, at, ctr->num * sizeof(u64));
			for (k = 0; k < ctr->num; k++)
				at = sum(data, at, ctr->values[k]);
			ctr++;
		}
	}
	return at;
}

static void forget(struct unit *unit)
{
	kfree(unit->name);
	vfree(unit->data);
	kfree(unit);
}

static struct unit *make(const struct gcov_info *info)
{
	struct unit *unit = kzalloc(sizeof(*unit), GFP_KERNEL);

	if (!unit)
		return NULL;
	unit->size = convert(NULL, info);
	unit->name = kstrdup(info->filename, GFP_KERNEL);
	unit->data = vzalloc(unit->size);
	if (!unit->name || !unit->data) {
		forget(unit);
		return NULL;
	}
	list_add_tail(&unit->list, &units);
	return unit;
}

static struct unit *find(const struct gcov_info *info)
{
	struct unit *unit;

	list_for_each_entry(unit, &units, list)
		if (!strcmp(unit->name, info->filename))
			return unit;
	return make(info);
}

static void keep(const struct twi_gcov_table *table)
{
	const struct gcov_info **info;
	struct unit *unit;

	mutex_lock(&lock);
	for (info = table->first + 1; info < table->last; info++) {
		unit = find(*info);
		if (!unit)
			pr_err("no memory for %s\n", (*info)->filename);
		else if (unit->size == convert(NULL, *info))
			convert(unit->data, *info);
		else
			pr_err("%s has changed\n", (*info)->filename);
	}
	mutex_unlock(&lock);
}

/* A module goes after its exit has run, or its init has failed. */
static int notify(struct notifier_block *nb, unsigned long state, void *data)
{
	struct module *mod = data;
	unsigned int i;

	if (state != MODULE_STATE_GOING || strcmp(mod->name, "twinspect"))
		return NOTIFY_DONE;
	for (i = 0; i < mod->num_kp; i++)
		if (!strcmp(mod->kp[i].name, "gcov"))
			keep(mod->kp[i].arg);
	return NOTIFY_DONE;
}

static struct notifier_block notifier = { .notifier_call = notify };

static int twgcov_show(struct seq_file *m, void *unused)
{
	struct unit *unit;
	size_t at, n;

	mutex_lock(&lock);
	list_for_each_entry(unit, &units, list) {
		for (at = 0; at < unit->size; at += n) {
			n = min_t(size_t, PIECE, unit->size - at);
			seq_printf(m, "twgcov %s %*phN\n", unit->name, (int)n,
				   unit->data + at);
		}
	}
	mutex_unlock(&lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(twgcov);

static int __init twgcov_init(void)
{
	int err = register_module_notifier(&notifier);

	if (err)
		return err;
	file = debugfs_create_file("twgcov", 0400, NULL, NULL, &twgcov_fops);
	return 0;
}

static void __exit twgcov_exit(void)
{
	struct unit *unit, *next;

	debugfs_remove(file);
	unregister_module_notifier(&notifier);
	list_for_each_entry_safe(unit, next, &units, list)
		forget(unit);
}

module_init(twgcov_init);
module_exit(twgcov_exit);

MODULE_DESCRIPTION("Which lines of twinspect ran");
MODULE_AUTHOR("The twinspect developers");
MODULE_LICENSE("GPL");
