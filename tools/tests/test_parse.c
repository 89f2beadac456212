// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * test_parse.c - the parser as a library: rows by name whatever their order,
 * the same rows again after going back, every cut of a file refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "parse.h"

static char dir[] = "/tmp/twinspect-test-XXXXXX";
static char file[sizeof(dir) + 16];
static struct twi_source source;
static struct twi_error err;
static char head[1024];

static int setup(void **state)
{
	const struct twi_schema *schema = twi_schema_find("ehash_buckets");
	char *end;

	(void)state;
	if (!mkdtemp(dir))
		return -1;
	sprintf(file, "%s/ehash_buckets", dir);
	twi_source_init(&source, dir);
	end = stpcpy(head, "# twinspect ehash_buckets 1\n");
	for (size_t i = 0; i < schema->nkeys; i++)
		end += sprintf(end, "%s %zu\n", schema->keys[i].name, i);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(file);
	return rmdir(dir);
}

static void put(const void *text, size_t len)
{
	FILE *out = fopen(file, "w");

	assert_non_null(out);
	assert_int_equal(fwrite(text, 1, len, out), len);
	assert_int_equal(fclose(out), 0);
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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_by_name),
		cmocka_unit_test(goes_back),
		cmocka_unit_test(every_cut),
		cmocka_unit_test(every_byte),
		cmocka_unit_test(long_lines),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
