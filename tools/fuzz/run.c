// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * run.c - runs views and looks at what they print.
 */
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "fuzz.h"
#include "watch.h"

#define DEFAULTS							\
	.plan = { .low = 1024, .high = 65535 }, .width = 80, .height = 24
#define ANY	.netns = -1, .port = -1, .side = -1

static const struct twi_view ways[] = {
	{ DEFAULTS, .filter = { ANY, .top = -1 } },
	{ DEFAULTS, .filter = { ANY, .top = -1, .sort = TWI_SORT_exhausted },
	  .json = true },
	{ .plan = { .low = 1, .high = 65535, .ports = 3, .sources = 65535,
		    .destinations = 65535 },
	  .filter = { ANY, .top = 0, .family = 4, .sort = TWI_SORT_age,
		      .reverse = true },
	  .width = 200, .height = 60, .utf8 = true, .numeric = true,
	  .verbose = true, .openmetrics = true, .interval = 3600 },
};

/* Text may begin with a digit, before its first mark; no recording does. */
const struct twi_view *fuzz_way(const uint8_t *data, size_t size)
{
	if (size && *data >= '0' && *data <= '9')
		size = *data - '0';
	return &ways[size % ARRAY_SIZE(ways)];
}

void fuzz_fail(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	abort();
}

bool fuzz_is_plain(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return false;
	}
	return true;
}

static void check_error(const struct twi_error *err, size_t printed)
{
	if (printed)
		fuzz_fail("printed %zu bytes before \"%s\"", printed,
			  err->text);
	if (!err->text[0] || !fuzz_is_plain(err->text, strlen(err->text)))
		fuzz_fail("no line to print: \"%s\"", err->text);
	if (err->status < TWI_EXIT_USAGE || err->status > TWI_EXIT_VERSION)
		fuzz_fail("status %d: \"%s\"", err->status, err->text);
}

static void check_json(const char *text, size_t len)
{
	json_error_t error;
	json_t *json = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);

	if (!json)
		fuzz_fail("no JSON: %s", error.text);
	json_decref(json);
}

static void check_text(char *text, size_t len)
{
	char *line, *rest = text;

	if (strlen(text) != len)
		fuzz_fail("printed a NUL");
	while ((line = strsep(&rest, "\n"))) {
		line += strspn(line, "\t");
		if (!fuzz_is_plain(line, strlen(line)))
			fuzz_fail("printed \"%s\"", line);
	}
}

int fuzz_run(struct twi_view *view, int (*run)(struct twi_view *view))
{
	FILE *before = stdout;
	char *text = NULL;
	size_t len = 0;
	int ret;

	stdout = open_memstream(&text, &len);
	if (!stdout)
		twi_nomem();
	ret = run(view);
	fclose(stdout);
	stdout = before;
	if (ret)
		check_error(&view->err, len);
	else if (view->json)
		check_json(text, len);
	else
		check_text(text, len);
	free(text);
	return ret;
}

/* What curses would take of it is not looked at: that all of it is text is. */
static void draw(struct twi_watch *watch)
{
	watch->changed = false;
	twi_watch_draw(watch);
}

void fuzz_watch(const struct twi_view *view, struct twi_player *player)
{
	struct twi_watch watch = { .view = *view, .player = player };

	twi_watch_begin(&watch);
	draw(&watch);
	twi_watch_due(&watch);
	for (size_t i = 0; i < twi_nbindings; i++) {
		const int *key = twi_bindings[i].key;

		for (; twi_bindings[i].action != TWI_ACT_quit && *key; key++) {
			twi_watch_key(&watch, *key);
			draw(&watch);
			/* what asks for a number gets none */
			if (watch.prompt.text)
				twi_watch_key(&watch, TWI_KEY_ENTER);
		}
	}
	twi_groups_free(&watch.groups);
	twi_history_free(&watch.history);
}
