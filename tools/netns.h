/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * netns.h - sums over a row of the file netns.
 */
#ifndef TWINSPECT_NETNS_H
#define TWINSPECT_NETNS_H

#include <stdint.h>

#include "schema.h"

/* Sockets of a family that are no minisockets. */
int64_t twi_netns_live(const int64_t *row, int family);

#endif /* TWINSPECT_NETNS_H */
