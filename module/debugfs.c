// SPDX-License-Identifier: GPL-2.0
/*
 * Creates and removes the files, and decides who may open them.
 *
 * 0400 and nothing but read and seek, so that the files stay readable under
 * kernel lockdown in integrity mode (fs/debugfs/file.c: debugfs_locked_down()).
 * An open file holds the module, so that rmmod is refused meanwhile.
 */
#include <linux/capability.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/module.h>

#include "debugfs.h"
#include "pass.h"
#include "render.h"

static struct dentry *twi_dir;

/*
 * The inode's i_private is the number of the file.  The pass runs here, once:
 * a report must not change between two reads of the same open file.
 */
static int twi_open(struct inode *inode, struct file *file)
{
	enum twi_file nr = (unsigned long)inode->i_private;
	struct twi_report *report;
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
	((struct seq_file *)file->private_data)->private = report;
	return 0;
}

static int twi_release(struct inode *inode, struct file *file)
{
	twi_report_put(((struct seq_file *)file->private_data)->private);
	return seq_release(inode, file);
}

static const struct file_operations twi_fops = {
	.owner		= THIS_MODULE,
	.open		= twi_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= twi_release,
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
		dentry = debugfs_create_file(twi_file_names[i], 0400, twi_dir,
					     (void *)i, &twi_fops);
		if (IS_ERR(dentry)) {
			pr_err("cannot create %s/%s in debugfs: %pe\n",
			       TWI_NAME, twi_file_names[i], dentry);
			debugfs_remove(twi_dir);
			return PTR_ERR(dentry);
		}
	}
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
