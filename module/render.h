/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A report as text.
 */
#ifndef TWI_RENDER_H
#define TWI_RENDER_H

#include <linux/seq_file.h>

#include "pass.h"

/*
 * What is rendered in one piece has at most so many bytes: that is the head of
 * summary, if each line of its histograms is there.
 */
#define TWI_RENDER_BYTES	32768

/* Their names, without the directory. */
extern const char *const twi_file_names[TWI_FILE_NR];

extern const struct seq_operations twi_render_ops;

#endif /* TWI_RENDER_H */
