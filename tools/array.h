/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * array.h - the length of an array, as the kernel spells it.
 */
#ifndef TWINSPECT_ARRAY_H
#define TWINSPECT_ARRAY_H

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

#endif /* TWINSPECT_ARRAY_H */
