// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * recording.c - fuzz target: a recording, in all that takes one.  mutate.c
 * makes inputs that are right on the outside and wrong inside.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array.h"
#include "fuzz.h"
#include "input.h"
#include "recorder.h"

static char path[256];

static void find(const char *at)
{
	struct twi_error err;
	struct twi_input input;

	if (!twi_input_open(&input, path, at, &err))
		twi_input_close(&input);
}

static void replay(const struct twi_view *way, char *what)
{
	char *operand[] = { path, what };
	struct twi_view view = *way;

	view.operand = operand;
	view.noperands = what ? 2 : 1;
	view.at = what ? "-1" : NULL;
	fuzz_run(&view, twi_view_replay);
}

static void diff(const struct twi_view *way)
{
	char *first = twi_text_new("%s@-2", path);
	char *operand[] = { first, path };
	struct twi_view view = *way;

	view.operand = operand;
	view.noperands = 2;
	fuzz_run(&view, twi_view_diff);
	free(first);
}

static void watch(const struct twi_view *way)
{
	struct twi_player player;
	struct twi_error err;

	if (twi_player_open(&player, path, NULL, &err))
		return;
	fuzz_watch(way, &player);
	twi_player_close(&player);
}

/* Goes on with it, which cuts off what is torn. */
static void append(void)
{
	struct twi_recorder recorder;
	struct twi_error err;

	if (!twi_recorder_open(&recorder, path, 1 << 20, &err))
		twi_recorder_close(&recorder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const which[] = {
		NULL, "1", "3", "-2", "2026-11-22T03:40:12"
	};
	const struct twi_view *way = fuzz_way(data, size);

	if (!*path)
		snprintf(path, sizeof(path), "%s/recording", fuzz_scratch());
	fuzz_write(path, data, size);
	for (size_t i = 0; i < ARRAY_SIZE(which); i++)
		find(which[i]);
	replay(way, NULL);
	diff(way);
	/* as text it prints when a snapshot was made, and may fail after that */
	if (way->json)
		replay(way, (char[]){ "overview" });
	else
		watch(way);
	append();
	return 0;
}
