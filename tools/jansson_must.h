/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * jansson_must.h - jansson without failures: what can't be allocated ends the
 * program.  For json.c and doctor_json.c, which alone know jansson.
 */
#ifndef TWINSPECT_JANSSON_MUST_H
#define TWINSPECT_JANSSON_MUST_H

#include <jansson.h>

#include "error.h"

static inline json_t *must(json_t *value)
{
	if (!value)
		twi_nomem();
	return value;
}

static inline void set(json_t *object, const char *name, json_t *value)
{
	if (json_object_set_new(object, name, must(value)))
		twi_nomem();
}

static inline void append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, must(value)))
		twi_nomem();
}

#endif /* TWINSPECT_JANSSON_MUST_H */
