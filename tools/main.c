// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * main.c - finds out what the terminal is like, runs a command and turns what
 * it says into the exit status.  The commands are in command.c, the options in
 * options.c.
 */
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "command.h"
#include "input.h"
#include "options.h"
#include "schema.h"
#include "view.h"

#define WIDTH_DEFAULT	80
#define WIDTH_MIN	40
#define HEIGHT_DEFAULT	24

/* What a variable says of the terminal, or the default. */
static unsigned int dimension(const char *name, unsigned long size,
			      unsigned int otherwise)
{
	const char *value = getenv(name);

	if (!size && value)
		size = strtoul(value, NULL, 10);
	return size && size <= 1000 ? size : otherwise;
}

static void find_terminal(struct twi_view *view)
{
	struct winsize size = { 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		memset(&size, 0, sizeof(size));
	view->width = dimension("COLUMNS", size.ws_col, WIDTH_DEFAULT);
	view->height = dimension("LINES", size.ws_row, HEIGHT_DEFAULT);
	if (view->width < WIDTH_MIN)
		view->width = WIDTH_MIN;
}

/* stdout is a buffer: what could not be written may show only here. */
static int close_stdout(void)
{
	int failed = ferror(stdout);

	if (!fclose(stdout) && !failed)
		return TWI_EXIT_OK;
	fprintf(stderr, "twinspect: cannot write the output: %s\n",
		strerror(errno));
	return TWI_EXIT_IO;
}

static int fail(const struct twi_view *view)
{
	fprintf(stderr, "twinspect: %s\n", view->err.text);
	return view->err.status;
}

static int run(struct twi_view *view, const struct twi_command *command)
{
	struct twi_input input;
	int ret;

	if (twi_input_open(&input, view->root,
			   command->opens ? NULL : view->at, &view->err))
		return fail(view);
	view->source = input.source;
	ret = twi_command_run(view, command);
	twi_input_close(&input);
	if (ret)
		return fail(view);
	ret = close_stdout();
	return ret ? ret : view->status;
}

int main(int argc, char **argv)
{
	const struct twi_command *command;
	struct twi_view view = {
		.filter = { .netns = -1, .port = -1, .top = -1, .side = -1 },
		.plan = { .low = 1024, .high = 65535 },
		.record = {
			.interval = 10, .max_size = 64 << 20,
			.files = TWI_FILES_ALL & ~(1 << TWI_FILE_ehash_buckets),
		},
	};
	int status;

	/* Which characters there are; numbers and messages stay as they are. */
	setlocale(LC_CTYPE, "");
	view.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	find_terminal(&view);
	command = twi_options_parse(argc, argv, &view, &status);
	return command ? run(&view, command) : status;
}
