// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * test_parse.c - the parser as a library: rows by name whatever their order,
 * the same rows again after going back, every cut of a file refused, text
 * where it belongs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "model.h"
#include "parse.h"

static char dir[] = "/tmp/twinspect-test-XXXXXX";
static char file[sizeof(dir) + 16];
static char tuples_file[sizeof(dir) + 16];
static struct twi_source source;
static struct twi_error err;
static char head[1024];
static char tuples_head[2048];

/* The first line and the keys, each with its number. */
static void make_head(char *end, const char *name)
{
	const struct twi_schema *schema = twi_schema_find(name);

	end += sprintf(end, "# twinspect %s 1\n", name);
	for (size_t i = 0; i < schema->nkeys; i++)
		end += sprintf(end, "%s %zu\n", schema->keys[i].name, i);
}

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	sprintf(file, "%s/ehash_buckets", dir);
	sprintf(tuples_file, "%s/tuples", dir);
	twi_source_init(&source, dir);
	make_head(head, "ehash_buckets");
	make_head(tuples_head, "tuples");
	sprintf(tuples_head + strlen(tuples_head), "# %s\n",
		TWI_COLUMNS_tuples);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(file);
	unlink(tuples_file);
	return rmdir(dir);
}

static void put_to(const char *path, const void *text, size_t len)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	assert_int_equal(fwrite(text, 1, len, out), len);
	assert_int_equal(fclose(out), 0);
}

static void put(const void *text, size_t len)
{
	put_to(file, text, len);
}

/* Read to the end: the status, 0 when all is well. */
static int read_all(int64_t *sum)
{
	struct twi_parse p;
	int ret;

	*sum = 0;
	err.text[0] = '\0';
	if (twi_parse_open(&p, &source, twi_schema_find("ehash_buckets"),
			   &err))
		return err.status;
	while ((ret = twi_parse_row(&p)) > 0)
		*sum += p.row[TWI_ehash_sockets];
	twi_parse_close(&p);
	return ret ? (int)err.status : 0;
}

static void rows_by_name(void **state)
{
	char text[2048];
	int64_t sum;
	int len;

	(void)state;
	len = sprintf(text, "%s# new fw2 tw sockets bucket table\n"
		      "text:1 0 2 7 3 0\n- 1 2 10 9 -1\n# end 2\n", head);
	put(text, len);
	assert_int_equal(read_all(&sum), 0);
	assert_int_equal(sum, 17);
}

static void goes_back(void **state)
{
	struct twi_parse p;
	char text[2048];
	int len;

	(void)state;
	len = sprintf(text, "%s# table bucket sockets tw fw2\n"
		      "0 5 3 2 1\n0 6 4 4 0\n# end 2\n", head);
	put(text, len);
	assert_int_equal(twi_parse_open(&p, &source,
					twi_schema_find("ehash_buckets"),
					&err), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(twi_parse_check(&p), 0);
		assert_int_equal(twi_num(&p.keys, "tables"), 19);
		assert_int_equal(twi_parse_row(&p), 1);
		assert_int_equal(p.row[TWI_ehash_bucket], 5);
		assert_int_equal(twi_parse_rewind(&p), 0);
	}
	twi_parse_close(&p);
}

/* Whatever is cut off the end, the file is refused, with one line. */
static void every_cut(void **state)
{
	char text[2048];
	int64_t sum;
	int len, status;

	(void)state;
	len = sprintf(text, "%s# table bucket sockets tw fw2\n"
		      "0 5 3 2 1\n0 6 4 4 0\n# end 2\n", head);
	for (int cut = 0; cut < len; cut++) {
		put(text, cut);
		status = read_all(&sum);
		assert_int_equal(status, TWI_EXIT_MALFORMED);
		assert_non_null(strstr(err.text, "truncated after line"));
		assert_null(strchr(err.text, '\n'));
	}
}

/* Any one byte changed: read or refused, and never anything worse. */
static void every_byte(void **state)
{
	static const char bytes[] = "\0\n -#9z\xff";
	char text[2048];
	int64_t sum;
	char kept;
	int len;

	(void)state;
	len = sprintf(text, "%s# table bucket sockets tw fw2\n"
		      "0 5 3 2 1\n0 6 4 4 0\n# end 2\n", head);
	for (int at = 0; at < len; at++) {
		kept = text[at];
		for (size_t i = 0; i < sizeof(bytes) - 1; i++) {
			text[at] = bytes[i];
			put(text, len);
			if (read_all(&sum))
				assert_true(err.text[0]);
		}
		text[at] = kept;
	}
}

static void long_lines(void **state)
{
	char *text = malloc(TWI_LINE_MAX * 4);
	int64_t sum;
	int len;

	(void)state;
	assert_non_null(text);
	len = sprintf(text, "%sunknown ", head);
	memset(text + len, 'x', TWI_LINE_MAX);
	strcpy(text + len + TWI_LINE_MAX, "\n# end 0\n");
	put(text, len + TWI_LINE_MAX + 9);
	assert_int_equal(read_all(&sum), TWI_EXIT_MALFORMED);
	assert_non_null(strstr(err.text, "too long"));

	len = sprintf(text, "%s#", head);
	for (int i = 0; i < TWI_FIELDS_MAX + 1; i++)
		len += sprintf(text + len, " c%d", i);
	len += sprintf(text + len, "\n# end 0\n");
	put(text, len);
	assert_int_equal(read_all(&sum), TWI_EXIT_MALFORMED);
	assert_non_null(strstr(err.text, "too many columns"));
	free(text);
}

/* The rest of a row of tuples, from the column port on. */
#define NUMBERS		" 80 0 3 2 1 0 0 5 4 9 8 1 0 88 1 0 3 3 0 0 0 -1\n"

/* A table of these rows: the status, and the model if all is well. */
static int read_tuples(struct twi_model *model, const char *rows, int n)
{
	char text[16384];
	int len;

	len = sprintf(text, "%s%s# end %d\n", tuples_head, rows, n);
	put_to(tuples_file, text, len);
	return twi_model_load(model, &source, "tuples", &err) ?
	       (int)err.status : 0;
}

static void text_columns(void **state)
{
	struct twi_model model;
	const int64_t *row;

	(void)state;
	assert_int_equal(read_tuples(&model,
				     "7 1 outbound 10.0.0.1 192.0.2.7 remote" NUMBERS
				     "7 1 bound 2001:db8::1 ::1 local" NUMBERS
				     "0 0 other * * *" NUMBERS, 3), 0);
	assert_int_equal(model.nrows, 3);
	row = twi_model_row(&model, 0);
	assert_int_equal(row[TWI_tuples_side], TWI_SIDE_outbound);
	assert_int_equal(row[TWI_tuples_fixed], TWI_FIXED_remote);
	assert_int_equal(row[TWI_tuples_port], 80);
	assert_int_equal(row[TWI_tuples_exhausted_s], -1);
	assert_string_equal(twi_model_text(&model, row, TWI_tuples_local),
			    "10.0.0.1");
	assert_string_equal(twi_model_text(&model, row, TWI_tuples_remote),
			    "192.0.2.7");
	row = twi_model_row(&model, 1);
	assert_string_equal(twi_model_text(&model, row, TWI_tuples_side),
			    "bound");
	assert_string_equal(twi_model_text(&model, row, TWI_tuples_local),
			    "2001:db8::1");
	assert_null(twi_model_text(&model, row, TWI_tuples_tw));
	row = twi_model_row(&model, 2);
	assert_string_equal(twi_model_text(&model, row, TWI_tuples_remote),
			    "*");
	assert_int_equal(row[TWI_tuples_fixed], TWI_FIXED_none);
	twi_model_free(&model);
}

static void refuse(const char *row, const char *text)
{
	struct twi_model model;

	assert_int_equal(read_tuples(&model, row, 1), TWI_EXIT_MALFORMED);
	if (!strstr(err.text, text))
		fail_msg("\"%s\" lacks \"%s\"", err.text, text);
	/* with the number of the line, the last but one */
	assert_non_null(strstr(err.text, "/tuples:31: garbled: "));
}

static void bad_text(void **state)
{
	(void)state;
	refuse("7 1 outbond 10.0.0.1 192.0.2.7 remote" NUMBERS,
	       "column side is \"outbond\", not one of outbound, inbound, bound, other");
	refuse("7 1 outbound 10.0.0.1 192.0.2.7 left" NUMBERS,
	       "column fixed is \"left\", not one of local, remote, *");
	refuse("7 1 outbound 10.0.0 192.0.2.7 remote" NUMBERS,
	       "column local is \"10.0.0\", not an address");
	refuse("7 1 outbound 10.0.0.1 2001:db8::1::2 remote" NUMBERS,
	       "column remote is \"2001:db8::1::2\", not an address");
	refuse("7 1 outbound 10.0.0.1 [::1] remote" NUMBERS,
	       "column remote is \"[::1]\", not an address");
	refuse("7 1 outbound  192.0.2.7 remote" NUMBERS,
	       "column local is \"\", not an address");
	refuse("7 1 outbound \x1b[31m 192.0.2.7 remote" NUMBERS,
	       "column local is \"?[31m\", not an address");
	refuse("7 1 inbound 10.0.0.1 * local" NUMBERS,
	       "column remote is \"*\" where side is inbound");
	refuse("7 1 bound 10.0.0.1 10.0.0.2 *" NUMBERS,
	       "column fixed is \"*\" where side is bound");
	refuse("0 0 other * 192.0.2.7 *" NUMBERS,
	       "column remote is \"192.0.2.7\" where side is other");
	refuse("0 0 other * * local" NUMBERS,
	       "column fixed is \"local\" where side is other");
	refuse("7 1 4 10.0.0.1 192.0.2.7 remote" NUMBERS,
	       "column side is \"4\"");
}

/* Longer than one allocation, and each row keeps its own text. */
static void much_text(void **state)
{
	static const int n = 60;
	struct twi_model model;
	char rows[8192], *end = rows;

	(void)state;
	for (int i = 0; i < n; i++)
		end += sprintf(end, "7 1 outbound 10.0.0.%d 2001:db8::%d remote"
			       NUMBERS, i, i);
	assert_int_equal(read_tuples(&model, rows, n), 0);
	for (int i = 0; i < n; i++) {
		sprintf(rows, "10.0.0.%d", i);
		assert_string_equal(twi_model_text(&model,
						   twi_model_row(&model, i),
						   TWI_tuples_local), rows);
		sprintf(rows, "2001:db8::%d", i);
		assert_string_equal(twi_model_text(&model,
						   twi_model_row(&model, i),
						   TWI_tuples_remote), rows);
	}
	twi_model_free(&model);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_by_name),
		cmocka_unit_test(goes_back),
		cmocka_unit_test(every_cut),
		cmocka_unit_test(every_byte),
		cmocka_unit_test(long_lines),
		cmocka_unit_test(text_columns),
		cmocka_unit_test(bad_text),
		cmocka_unit_test(much_text),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
