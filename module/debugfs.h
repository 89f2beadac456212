/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The files in debugfs.
 */
#ifndef TWI_DEBUGFS_H
#define TWI_DEBUGFS_H

int twi_debugfs_create(void);
void twi_debugfs_remove(void);

#endif /* TWI_DEBUGFS_H */
