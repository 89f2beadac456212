// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * keys.c - keeps the "KEY VALUE" lines of one file in their order, and a hash
 * table of their numbers.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "keys.h"

/* FNV-1a */
static uint32_t hash(const char *name)
{
	uint32_t h = 2166136261;

	while (*name)
		h = (h ^ (unsigned char)*name++) * 16777619;
	return h;
}

/*
 * Where the key of this name is or would be, as its number + 1 or 0.  Half of
 * the slots are free at least, and their number is a power of two.
 */
static uint32_t *find_slot(const struct twi_keys *keys, const char *name)
{
	size_t i = hash(name), mask = 2 * keys->size - 1;
	uint32_t *slot;

	for (;; i++) {
		slot = &keys->slot[i & mask];
		if (!*slot || !strcmp(keys->key[*slot - 1].name, name))
			return slot;
	}
}

static void grow(struct twi_keys *keys)
{
	keys->size = keys->size ? 2 * keys->size : 64;
	keys->key = twi_alloc(keys->key, keys->size, sizeof(*keys->key));
	keys->slot = twi_alloc(keys->slot, 2 * keys->size,
			       sizeof(*keys->slot));
	memset(keys->slot, 0, 2 * keys->size * sizeof(*keys->slot));
	for (size_t i = 0; i < keys->n; i++)
		*find_slot(keys, keys->key[i].name) = i + 1;
}

struct twi_key *twi_keys_add(struct twi_keys *keys, const char *name)
{
	struct twi_key *key;

	if (keys->n == keys->size)
		grow(keys);
	key = &keys->key[keys->n];
	memset(key, 0, sizeof(*key));
	key->name = twi_strdup(name);
	keys->n++;
	*find_slot(keys, name) = keys->n;
	return key;
}

const struct twi_key *twi_keys_find(const struct twi_keys *keys,
				    const char *name)
{
	uint32_t at = keys->n ? *find_slot(keys, name) : 0;

	return at ? &keys->key[at - 1] : NULL;
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
	free(keys->slot);
	memset(keys, 0, sizeof(*keys));
}
