/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A report as text.
 */
#ifndef TWI_RENDER_H
#define TWI_RENDER_H

#include <linux/seq_file.h>

#include "pass.h"

extern const struct seq_operations twi_render_ops;

#endif /* TWI_RENDER_H */
