// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * main.c - the subcommands and options of twinspect(8), and its exit status.
 * What a subcommand shows is in the file of its name; only this file prints
 * errors and exits.
 */
#include <errno.h>
#include <getopt.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "array.h"
#include "json.h"
#include "view.h"

#define WIDTH_DEFAULT	80
#define WIDTH_MIN	40

/* The leading colon keeps a missing argument apart from a wrong option. */
#define LETTERS		":jpnHvr:hV"

struct command {
	const char	*name;
	const char	*file;		/* another name; NULL: several files */
	int		(*view)(struct twi_view *view);
	const char	*help;
};

static const struct command commands[] = {
	{ "overview", NULL, twi_view_overview,
	  "one screen of everything (the default)" },
	{ "summary", "summary", twi_view_summary,
	  "totals, memory, hash distribution, busiest ports" },
	{ "ehash", "ehash_buckets", twi_view_ehash,
	  "buckets of the established hash" },
	{ "deathrow", "deathrow", twi_view_deathrow,
	  "when minisockets die, closings a second" },
	{ "bind", "bind_buckets", twi_view_bind,
	  "bind buckets: which ports are held" },
	{ "netns", "netns", twi_view_netns, "network namespaces" },
	{ "caps", "caps", twi_view_caps,
	  "what the module reports on this kernel" },
};

#define NCOMMANDS	ARRAY_SIZE(commands)

static void print_help(void)
{
	fputs("usage: twinspect [OPTION]... [COMMAND]\n"
	      "What TIME-WAIT does inside the running kernel.\n"
	      "\n"
	      "commands:\n", stdout);
	for (size_t i = 0; i < NCOMMANDS; i++)
		printf("  %-9s %s\n", commands[i].name, commands[i].help);
	fputs("\n"
	      "options:\n"
	      "  -j, --json       keys and columns by name, as JSON\n"
	      "  -p, --pretty     JSON on many lines\n"
	      "  -n, --numeric    plain integers, no units\n"
	      "  -H, --no-header  no headings and no lines around tables\n"
	      "  -v, --verbose    more columns\n"
	      "  -r, --root DIR   read recorded files instead of debugfs\n"
	      "  -h, --help       this text\n"
	      "  -V, --version    versions of the program and of the format\n",
	      stdout);
}

static int usage(const char *what, const char *word)
{
	fprintf(stderr, "twinspect: %s \"%s\"; try \"twinspect --help\"\n",
		what, word);
	return TWI_EXIT_USAGE;
}

/*
 * getopt has stepped over a long option, which is unknown or has a value that
 * it must not have, but not over the argument that an unknown letter is in.
 */
static int usage_option(char **argv)
{
	const char letter[] = { '-', optopt, '\0' };

	if (optopt && !strchr(LETTERS, optopt))
		return usage("no such option as", letter);
	return usage("no such option as", argv[optind - 1]);
}

static unsigned int terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	unsigned long width = 0;
	struct winsize size;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		width = size.ws_col;
	else if (columns)
		width = strtoul(columns, NULL, 10);
	if (!width || width > 1000)
		return WIDTH_DEFAULT;
	return width < WIDTH_MIN ? WIDTH_MIN : width;
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < NCOMMANDS; i++) {
		const struct command *command = &commands[i];

		if (!strcmp(name, command->name) ||
		    (command->file && !strcmp(name, command->file)))
			return command;
	}
	return NULL;
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

static int run(struct twi_view *view, const struct command *command)
{
	int ret;

	if (view->json && command->file)
		ret = twi_json_file(view, command->file);
	else
		ret = command->view(view);
	if (!ret)
		return close_stdout();
	fprintf(stderr, "twinspect: %s\n", view->err.text);
	return view->err.status;
}

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "pretty", no_argument, NULL, 'p' },
	{ "numeric", no_argument, NULL, 'n' },
	{ "no-header", no_argument, NULL, 'H' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "root", required_argument, NULL, 'r' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 }
};

/* An option that says how to show things; false for any other. */
static bool view_option(struct twi_view *view, int c)
{
	switch (c) {
	case 'j':
		view->json = true;
		return true;
	case 'p':
		view->pretty = true;
		return true;
	case 'n':
		view->numeric = true;
		return true;
	case 'H':
		view->no_header = true;
		return true;
	case 'v':
		view->verbose = true;
		return true;
	default:
		return false;
	}
}

/* An option after which there is nothing left to do: the exit status. */
static int last_option(char **argv, int c)
{
	switch (c) {
	case 'h':
		print_help();
		return close_stdout();
	case 'V':
		printf("twinspect %s, format %d\n", TWI_VERSION, TWI_FORMAT);
		return close_stdout();
	case ':':
		return usage("no directory after", argv[optind - 1]);
	default:
		return usage_option(argv);
	}
}

/*
 * The command from the arguments, which is the overview if there is none;
 * NULL with *status set if there is nothing to run.
 */
static const struct command *parse_arguments(int argc, char **argv,
					     struct twi_view *view,
					     int *status)
{
	const struct command *command = &commands[0];
	const char *root = NULL;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, LETTERS, options, NULL)) != -1) {
		if (c == 'r') {
			root = optarg;
		} else if (!view_option(view, c)) {
			*status = last_option(argv, c);
			return NULL;
		}
	}
	twi_source_init(&view->source, root);
	if (optind < argc)
		command = find_command(argv[optind]);
	if (command && optind + 1 >= argc)
		return command;
	*status = command ? usage("one command at a time, not also",
				  argv[optind + 1]) :
			    usage("no such command as", argv[optind]);
	return NULL;
}

int main(int argc, char **argv)
{
	const struct command *command;
	struct twi_view view = { 0 };
	int status;

	/* Which characters there are; numbers and messages stay as they are. */
	setlocale(LC_CTYPE, "");
	view.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	view.width = terminal_width();
	command = parse_arguments(argc, argv, &view, &status);
	return command ? run(&view, command) : status;
}
