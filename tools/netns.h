/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * netns.h - sums over a row of the file netns, and the row to look at first.
 */
#ifndef TWINSPECT_NETNS_H
#define TWINSPECT_NETNS_H

#include <stdint.h>

#include "model.h"

/* Sockets of a family that are no minisockets. */
int64_t twi_netns_live(const int64_t *row, int family);

/* Sockets of a state, of all families. */
int64_t twi_netns_total(const int64_t *row, int state);

/* Ports that connect() may choose from; TWI_UNKNOWN. */
int64_t twi_netns_ports(const int64_t *row);

/* The part of its limit that it uses, negative if that is not known. */
double twi_netns_share(const int64_t *row);

/* The namespace that is nearest to its limit, NULL if none has one. */
const int64_t *twi_netns_fullest(const struct twi_model *netns);

#endif /* TWINSPECT_NETNS_H */
