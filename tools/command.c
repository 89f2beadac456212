// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * command.c - the table of subcommands.  What one shows is in the file of its
 * name, what its options mean in options.c.
 */
#include <string.h>

#include "array.h"
#include "command.h"
#include "json.h"

/* A command that takes operands says how they are called, and how many. */
const struct twi_command twi_commands[] = {
	{ .name = "overview", .view = twi_view_overview,
	  .help = "one screen of everything (the default)" },
	{ .name = "summary", .file = "summary", .view = twi_view_summary,
	  .help = "totals, memory, hash distribution, busiest ports" },
	{ .name = "ehash", .file = "ehash_buckets", .view = twi_view_ehash,
	  .help = "buckets of the established hash" },
	{ .name = "deathrow", .file = "deathrow", .view = twi_view_deathrow,
	  .help = "when minisockets die, closings a second" },
	{ .name = "bind", .file = "bind_buckets", .view = twi_view_bind,
	  .help = "bind buckets: which ports are held" },
	{ .name = "tuples", .view = twi_view_tuples,
	  .help = "destinations: which are short of ports, and when",
	  .takes = TWI_FOR_GROUPS | TWI_FOR_TUPLES },
	{ .name = "capacity", .view = twi_view_capacity,
	  .help = "destinations: connections a second that they can take",
	  .takes = TWI_FOR_GROUPS | TWI_FOR_CAPACITY },
	{ .name = "doctor", .view = twi_view_doctor,
	  .help = "what is wrong, and the commands that help",
	  .takes = TWI_FOR_DOCTOR },
	{ .name = "export", .view = twi_view_export,
	  .help = "metrics for Prometheus",
	  .takes = TWI_FOR_EXPORT },
	{ .name = "report", .view = twi_view_report,
	  .help = "all of this as one HTML file",
	  .takes = TWI_FOR_DOCTOR | TWI_FOR_REPORT },
	{ .name = "watch", .view = twi_view_watch,
	  .help = "all of this live, on the whole screen",
	  .takes = TWI_FOR_GROUPS | TWI_FOR_TUPLES | TWI_FOR_WATCH },
	{ .name = "netns", .file = "netns", .view = twi_view_netns,
	  .help = "network namespaces" },
	{ .name = "caps", .file = "caps", .view = twi_view_caps,
	  .help = "what the module reports on this kernel" },
	{ .name = "record", .view = twi_view_record,
	  .help = "FILE: add snapshots of the files to it, at an interval",
	  .takes = TWI_FOR_RECORD, .operands = "a FILE", .min = 1, .max = 1 },
	{ .name = "replay", .view = twi_view_replay,
	  .help = "FILE [VIEW]: its snapshots as a list, or each in a view",
	  .takes = TWI_FOR_REPLAY | TWI_FOR_AT, .opens = true,
	  .operands = "a FILE and perhaps a view of it", .min = 1, .max = 2,
	  .inner = 2 },
	{ .name = "diff", .view = twi_view_diff,
	  .help = "A B: what grew, shrank, came and went",
	  .takes = TWI_FOR_GROUPS | TWI_FOR_DIFF, .opens = true,
	  .operands = "two, each a recording, FILE@WHICH or a directory",
	  .min = 2, .max = 2 },
};

const size_t twi_ncommands = ARRAY_SIZE(twi_commands);

const struct twi_command *twi_command_find(const char *name)
{
	for (size_t i = 0; i < twi_ncommands; i++) {
		const struct twi_command *command = &twi_commands[i];

		if (!strcmp(name, command->name) ||
		    (command->file && !strcmp(name, command->file)))
			return command;
	}
	return NULL;
}

int twi_command_run(struct twi_view *view, const struct twi_command *command)
{
	if (view->json && command->file)
		return twi_json_file(view, command->file);
	return command->view(view);
}
