// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * test_html.c - text that would be markup, or is none at all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "html.h"

#define REPLACED	"\xef\xbf\xbd"

#define writes(expected, ...)						\
	do {								\
		size_t len;						\
		char *text;						\
		FILE *out = open_memstream(&text, &len);		\
									\
		assert_non_null(out);					\
		twi_html(out, __VA_ARGS__);				\
		fclose(out);						\
		assert_string_equal(text, expected);			\
		free(text);						\
	} while (0)

static void conversions(void **state)
{
	(void)state;
	writes("<p>a -1 2 3 0.50 100%</p>", "<p>%s %d %zu %lld %.2f %d%%</p>",
	       "a", -1, (size_t)2, 3LL, 0.5, 100);
	writes("", "%s", "");
}

static void markup(void **state)
{
	(void)state;
	writes("<b title=\"&quot;&#39;\">&lt;/b&gt;&amp;lt;</b>",
	       "<b title=\"%s\">%s</b>", "\"'", "</b>&lt;");
	writes("]]&gt;", "%s", "]]>");
	/* what is text stays text, a format's or not */
	writes("%s %d", "%s", "%s %d");
}

static void controls(void **state)
{
	(void)state;
	writes("a" REPLACED "b" REPLACED REPLACED, "%s", "a\033b\n\x7f");
	/* those beyond ASCII too */
	writes(REPLACED REPLACED, "%s", "\xc2\x85");
}

/* Each byte that begins no character is one that is replaced. */
static void utf8(void **state)
{
	(void)state;
	writes("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "%s",
	       "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
	writes(REPLACED "a", "%s", "\377a");
	writes(REPLACED, "%s", "\xc3");
	writes(REPLACED REPLACED, "%s", "\xe2\x82");
	writes(REPLACED "&lt;", "%s", "\xe2<");
	/* overlong, a surrogate, beyond the last, no character */
	writes(REPLACED REPLACED, "%s", "\xc0\xbc");
	writes(REPLACED REPLACED REPLACED, "%s", "\xe0\x80\xbc");
	writes(REPLACED REPLACED REPLACED, "%s", "\xed\xa0\x80");
	writes(REPLACED REPLACED REPLACED REPLACED, "%s", "\xf4\x90\x80\x80");
	writes(REPLACED REPLACED REPLACED, "%s", "\xef\xbf\xbf");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(conversions),
		cmocka_unit_test(markup),
		cmocka_unit_test(controls),
		cmocka_unit_test(utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
