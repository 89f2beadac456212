// SPDX-License-Identifier: GPL-2.0
/*
 * Creates and removes the files, and decides who may open them.
 *
 * 0400 and nothing but read and seek, so that the files stay readable under
 * kernel lockdown in integrity mode (fs/debugfs/file.c: debugfs_locked_down()).
 * An open file holds the module, so that rmmod is refused meanwhile: see
 * twi_open_first().
 */
#include <linux/capability.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/module.h>

#include "alloc.h"
#include "debugfs.h"
#include "pass.h"
#include "render.h"

static struct dentry *twi_dir;

/*
 * Whether all files are there.  A module that fails to load goes, whoever holds
 * it (kernel/module/main.c: do_init_module()), so nobody may hold it before.
 */
static bool twi_complete;

static int twi_release(struct inode *inode, struct file *file)
{
	twi_report_put(((struct seq_file *)file->private_data)->private);
	return seq_release(inode, file);
}

/*
 * The inode's i_private is the number of the file.  The pass runs here, once:
 * a report must not change between two reads of the same open file.
 */
static int twi_open(struct inode *inode, struct file *file)
{
	enum twi_file nr = (unsigned long)inode->i_private;
	struct twi_report *report;
	struct seq_file *m;
	int err;

	if (file->f_mode & FMODE_WRITE)
		return -EACCES;
	/* A namespace's own capability is not enough: all are shown. */
	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	report = twi_report_get(nr);
	if (IS_ERR(report))
		return PTR_ERR(report);
	err = seq_open(file, &twi_render_ops);
	if (err) {
		twi_report_put(report);
		return err;
	}
	m = file->private_data;
	m->private = report;
	/*
	 * seq_read() would take it piece by piece, and fail in the middle of
	 * the file where there is no more.
	 */
	m->buf = kvmalloc(TWI_RENDER_BYTES, TWI_GFP);
	if (!m->buf) {
		twi_release(inode, file);
		return -ENOMEM;
	}
	m->size = TWI_RENDER_BYTES;
	return 0;
}

static const struct file_operations twi_fops = {
	.owner		= THIS_MODULE,
	.open		= twi_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= twi_release,
};

/*
 * What debugfs is given: an operation that takes the module's reference itself.
 *
 * debugfs would take it for the owner that it finds here, and warns when it can't
 * although the module is not on its way out.  But so it may look:
 *
 *  1. rmmod: try_stop_module() drops the last reference,
 *  2. open(): try_module_get() fails, and the module's state is not yet
 *  3. rmmod: MODULE_STATE_GOING.
 *
 * Here this is an open that fails.  debugfs_remove() waits for one that runs, so
 * the module is there until it is back; but then nothing may lead to it any
 * more, hence back to the inode's own operations, which are the kernel's.
 */
static int twi_open_first(struct inode *inode, struct file *file)
{
	/* Pairs with twi_debugfs_create(). */
	if (!smp_load_acquire(&twi_complete) || !try_module_get(THIS_MODULE)) {
		replace_fops(file, fops_get(inode->i_fop));
		return -ENXIO;
	}
	/* Whose owner is put with the file, or when this fails. */
	replace_fops(file, &twi_fops);
	return twi_open(inode, file);
}

static const struct file_operations twi_first_fops = {
	.open		= twi_open_first,
};

/**
 * twi_debugfs_create - create the directory and its files
 *
 * Return: 0, or a negative errno with nothing created: -ENODEV where the
 * kernel has no debugfs, -EPERM where it is off (debugfs=off), -EEXIST.
 */
int twi_debugfs_create(void)
{
	struct dentry *dentry;
	unsigned long i;

	twi_dir = debugfs_create_dir(TWI_NAME, NULL);
	if (IS_ERR(twi_dir)) {
		pr_err("cannot create %s in debugfs: %pe\n", TWI_NAME, twi_dir);
		return PTR_ERR(twi_dir);
	}
	for (i = 0; i < TWI_FILE_NR; i++) {
		/* No operation but open() needs debugfs to wait for it. */
		dentry = debugfs_create_file_unsafe(twi_file_names[i], 0400,
						    twi_dir, (void *)i,
						    &twi_first_fops);
		if (IS_ERR(dentry)) {
			pr_err("cannot create %s/%s in debugfs: %pe\n",
			       TWI_NAME, twi_file_names[i], dentry);
			debugfs_remove(twi_dir);
			return PTR_ERR(dentry);
		}
	}
	/* The last step of loading that can fail is behind us. */
	smp_store_release(&twi_complete, true);
	return 0;
}

/**
 * twi_debugfs_remove - remove the files
 *
 * An open() that runs ends first.
 */
void twi_debugfs_remove(void)
{
	debugfs_remove(twi_dir);
}
