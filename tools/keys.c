// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * keys.c - keeps the "KEY VALUE" lines of one file.  A file has some hundred
 * of them, as the schema bounds their number: a linear search does.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "keys.h"

struct twi_key *twi_keys_add(struct twi_keys *keys, const char *name)
{
	struct twi_key *key;

	if (keys->n == keys->size) {
		keys->size = keys->size ? 2 * keys->size : 64;
		keys->key = twi_alloc(keys->key, keys->size, sizeof(*key));
	}
	key = &keys->key[keys->n++];
	memset(key, 0, sizeof(*key));
	key->name = twi_strdup(name);
	return key;
}

const struct twi_key *twi_keys_find(const struct twi_keys *keys,
				    const char *name)
{
	for (size_t i = 0; i < keys->n; i++) {
		if (!strcmp(keys->key[i].name, name))
			return &keys->key[i];
	}
	return NULL;
}

int64_t twi_num(const struct twi_keys *keys, const char *fmt, ...)
{
	const struct twi_key *key;
	char name[128];
	va_list args;

	va_start(args, fmt);
	vsnprintf(name, sizeof(name), fmt, args);
	va_end(args);
	key = twi_keys_find(keys, name);
	return key ? key->number : TWI_UNKNOWN;
}

const char *twi_text(const struct twi_keys *keys, const char *name)
{
	const struct twi_key *key = twi_keys_find(keys, name);

	return key && key->text ? key->text : "";
}

void twi_keys_free(struct twi_keys *keys)
{
	for (size_t i = 0; i < keys->n; i++) {
		free(keys->key[i].name);
		free(keys->key[i].text);
	}
	free(keys->key);
	memset(keys, 0, sizeof(*keys));
}
