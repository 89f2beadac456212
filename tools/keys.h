/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * keys.h - the "KEY VALUE" lines of one file, found by name.
 */
#ifndef TWINSPECT_KEYS_H
#define TWINSPECT_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "schema.h"

struct twi_key {
	const struct twi_key_spec	*spec;
	char				*name;
	char				*text;	/* TWI_TEXT alone */
	int64_t				number;
	int64_t				index;	/* see twi_schema_key() */
};

struct twi_keys {
	struct twi_key	*key;
	size_t		n;
	size_t		size;		/* a power of two */
	uint32_t	*slot;		/* by name; see keys.c */
};

/*
 * A new key, of a name that is not there yet; its number and its text are the
 * caller's.
 */
struct twi_key *twi_keys_add(struct twi_keys *keys, const char *name);

const struct twi_key *twi_keys_find(const struct twi_keys *keys,
				    const char *name);

/* The number of the key of this name, TWI_UNKNOWN if there is none. */
int64_t twi_num(const struct twi_keys *keys, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The text of the key of this name, "" if there is none. */
const char *twi_text(const struct twi_keys *keys, const char *name);

void twi_keys_free(struct twi_keys *keys);

#endif /* TWINSPECT_KEYS_H */
