// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * test_schema.c - the schema against the header that the module is built
 * with, and the matching of keys.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "array.h"
#include "error.h"
#include "schema.h"

static void file_list(void **state)
{
	static const char *const files[] = {
#define NAME(name)	#name,
		TWI_FILES(NAME)
	};

	(void)state;
	assert_int_equal(twi_nschemas, ARRAY_SIZE(files));
	for (size_t i = 0; i < twi_nschemas; i++)
		assert_string_equal(twi_schemas[i].file, files[i]);
	assert_null(twi_schema_find("tuple"));
	assert_null(twi_schema_find(""));
}

/* The columns of a schema that the names in the header begin with. */
static size_t compare(const char *file, const char *header)
{
	const struct twi_schema *schema = twi_schema_find(file);
	char *names = twi_strdup(header), *name, *rest = names;
	size_t n = 0;

	while ((name = strsep(&rest, " "))) {
		if (!*name)
			continue;
		assert_true(n < schema->ncolumns);
		assert_string_equal(schema->columns[n++].name, name);
	}
	free(names);
	return schema->ncolumns - n;
}

static void column_lists(void **state)
{
	const struct twi_schema *netns = twi_schema_find("netns");
	char name[64];

	(void)state;
	assert_int_equal(compare("ehash_buckets", TWI_COLUMNS_ehash_buckets),
			 0);
	assert_int_equal(compare("deathrow", TWI_COLUMNS_deathrow), 0);
	assert_int_equal(compare("bind_buckets", TWI_COLUMNS_bind_buckets), 0);
	assert_int_equal(compare("tuples", TWI_COLUMNS_tuples), 0);
	assert_int_equal(compare("netns", TWI_COLUMNS_netns),
			 TWI_NSTATES * TWI_NFAMILIES);
	for (int s = 0; s < TWI_NSTATES; s++) {
		for (int f = 0; f < TWI_NFAMILIES; f++) {
			int column = twi_netns_column(s, f);

			strcpy(name, twi_state_names[s]);
			strcat(name, "_");
			strcat(name, twi_family_names[f]);
			assert_string_equal(netns->columns[column].name, name);
		}
	}
}

static void expect(const char *file, const char *key, const char *spec,
		   int64_t index)
{
	const struct twi_key_spec *found;
	int64_t at;

	found = twi_schema_key(twi_schema_find(file), key, &at);
	if (!spec) {
		assert_null(found);
		return;
	}
	assert_non_null(found);
	assert_string_equal(found->name, spec);
	assert_int_equal(at, index);
}

static void keys_match(void **state)
{
	(void)state;
	expect("summary", "tw", "tw", 0);
	expect("summary", "tw_", NULL, 0);
	expect("summary", "t", NULL, 0);
	expect("summary", "", NULL, 0);
	expect("summary", "port.9.netns", "port.#.netns", 9);
	expect("summary", "port.10.netns", NULL, 0);
	expect("summary", "port..netns", NULL, 0);
	expect("summary", "port.1.net", NULL, 0);
	expect("summary", "rport.0.live", "rport.#.live", 0);
	expect("summary", "ehash_chains.0", "ehash_chains.~", 0);
	expect("summary", "ehash_chains.64-127", "ehash_chains.~", 64);
	expect("summary", "ehash_chains.65536+", "ehash_chains.~", 65536);
	expect("summary", "ehash_tw_chains.7", "ehash_tw_chains.~", 7);
	expect("summary", "ehash_own_tw_chains.7", "ehash_own_tw_chains.~", 7);
	expect("summary", "ehash_chains.", NULL, 0);
	expect("summary", "ehash_chains.x", NULL, 0);
	expect("summary", "ehash_chains.5-", NULL, 0);
	expect("summary", "ehash_chains.5-4", NULL, 0);
	expect("summary", "ehash_chains.5+6", NULL, 0);
	expect("summary", "ehash_chains.99999999999999999999", NULL, 0);
	expect("deathrow", "closed.64", "closed.#", 64);
	expect("deathrow", "closed.65", NULL, 0);
	expect("deathrow", "closed.1x", NULL, 0);
	expect("deathrow", "closed_from", "closed_from", 0);
	expect("caps", "file.summary", "file.*", 0);
	expect("caps", "file.", NULL, 0);
}

static void text_columns(void **state)
{
	const struct twi_schema *tuples = twi_schema_find("tuples");
	const struct twi_column_spec *column = tuples->columns;
	const char *text = "192.0.2.1";

	(void)state;
	assert_null(twi_column_text(&column[TWI_tuples_tw], 0, text));
	assert_string_equal(twi_column_text(&column[TWI_tuples_side],
					    TWI_SIDE_bound, text), "bound");
	assert_string_equal(twi_column_text(&column[TWI_tuples_fixed],
					    TWI_FIXED_none, text), "*");
	assert_string_equal(twi_column_text(&column[TWI_tuples_local], 4, text),
			    "0.2.1");
	assert_string_equal(tuples->rest, twi_side_names[TWI_SIDE_other]);
	for (size_t i = 0; i < twi_nschemas; i++) {
		if (&twi_schemas[i] != tuples)
			assert_null(twi_schemas[i].rest);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_list),
		cmocka_unit_test(column_lists),
		cmocka_unit_test(keys_match),
		cmocka_unit_test(text_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
