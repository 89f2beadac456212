// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * files.c - fuzz target: the module's files, and what the slab allocator says
 * of itself, in every view that shows them.
 */
#include "command.h"
#include "fuzz.h"

static const struct twi_command *command;

static int run(struct twi_view *view)
{
	return twi_command_run(view, command);
}

static bool can_run(const struct twi_view *view)
{
	return command->view != twi_view_watch && !command->max &&
	       !(view->json && (command->view == twi_view_export ||
				command->view == twi_view_report));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct twi_view *way = fuzz_way(data, size);
	struct twi_snapshot snapshot;
	struct twi_source source;
	struct twi_view view;

	fuzz_unpack(&snapshot, data, size);
	twi_source_init_snapshot(&source, &snapshot, "input");
	for (size_t i = 0; i < twi_ncommands; i++) {
		command = &twi_commands[i];
		view = *way;
		view.source = source;
		if (can_run(&view))
			fuzz_run(&view, run);
	}
	view = *way;
	view.source = source;
	if (!view.json)
		fuzz_watch(&view, NULL);
	twi_snapshot_free(&snapshot);
	return 0;
}
