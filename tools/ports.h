/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * ports.h - the busiest ports of summary.
 */
#ifndef TWINSPECT_PORTS_H
#define TWINSPECT_PORTS_H

#include "block.h"
#include "keys.h"
#include "view.h"

/* The first n ranks of side: "port" (local) or "rport" (remote). */
void twi_ports_add(const struct twi_view *view, const struct twi_keys *keys,
		   const char *side, int n, struct twi_block *block);

#endif /* TWINSPECT_PORTS_H */
