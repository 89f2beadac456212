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
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "array.h"
#include "groups.h"
#include "json.h"
#include "view.h"

#define WIDTH_DEFAULT	80
#define WIDTH_MIN	40
#define HEIGHT_DEFAULT	24

/* The leading colon keeps a missing argument apart from a wrong option. */
#define LETTERS		":jpnHvr:46hV"

/* Options that have no letter. */
enum {
	OPT_TOP = 256,
	OPT_NETNS,
	OPT_PORT,
	OPT_SIDE,
	OPT_SORT,
	OPT_RANGE,
	OPT_PORTS,
	OPT_SOURCES,
	OPT_DESTINATIONS,
	OPT_SYSROOT,
	OPT_INTERVAL,
};

/* Sets of options that not every command has. */
enum { FOR_GROUPS, FOR_TUPLES, FOR_CAPACITY, FOR_DOCTOR, NSETS };

struct command {
	const char	*name;
	const char	*file;		/* another name; NULL: its own JSON */
	int		(*view)(struct twi_view *view);
	const char	*help;
	unsigned int	takes;		/* sets of options, as bits */
};

static const struct command commands[] = {
	{ "overview", NULL, twi_view_overview,
	  "one screen of everything (the default)", 0 },
	{ "summary", "summary", twi_view_summary,
	  "totals, memory, hash distribution, busiest ports", 0 },
	{ "ehash", "ehash_buckets", twi_view_ehash,
	  "buckets of the established hash", 0 },
	{ "deathrow", "deathrow", twi_view_deathrow,
	  "when minisockets die, closings a second", 0 },
	{ "bind", "bind_buckets", twi_view_bind,
	  "bind buckets: which ports are held", 0 },
	{ "tuples", NULL, twi_view_tuples,
	  "destinations: which are short of ports, and when",
	  1 << FOR_GROUPS | 1 << FOR_TUPLES },
	{ "capacity", NULL, twi_view_capacity,
	  "destinations: connections a second that they can take",
	  1 << FOR_GROUPS | 1 << FOR_CAPACITY },
	{ "doctor", NULL, twi_view_doctor,
	  "what is wrong, and the commands that help", 1 << FOR_DOCTOR },
	{ "netns", "netns", twi_view_netns, "network namespaces", 0 },
	{ "caps", "caps", twi_view_caps,
	  "what the module reports on this kernel", 0 },
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
	      "  -V, --version    versions of the program and of the format\n"
	      "\n"
	      "options of tuples and capacity:\n"
	      "  -4, -6           groups of IPv4 or of IPv6 alone\n"
	      "  --netns ID       of the namespace of this inode number\n"
	      "  --port PORT      of this fixed port\n"
	      "  --top N          no more than N; 0 for all\n"
	      "options of tuples:\n"
	      "  --side SIDE      outbound, inbound, bound or other\n"
	      "  --sort KEY       used (the default), sockets, tw, live, rate, left,\n"
	      "                   exhausted, probes or age\n"
	      "options of capacity:\n"
	      "  --range LOW-HIGH what if connect() chose from these ports (1024-65535),\n"
	      "  --ports N        if each destination had N times as many ports,\n"
	      "  --destinations N addresses,\n"
	      "  --sources N      and there were N times as many local addresses\n"
	      "options of doctor:\n"
	      "  --interval S     seconds between two readings of counters (1)\n"
	      "  --sysroot DIR    recorded /proc, /etc, /run and /usr are in DIR\n",
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
	if (!ret) {
		ret = close_stdout();
		return ret ? ret : view->status;
	}
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
	{ "top", required_argument, NULL, OPT_TOP },
	{ "netns", required_argument, NULL, OPT_NETNS },
	{ "port", required_argument, NULL, OPT_PORT },
	{ "side", required_argument, NULL, OPT_SIDE },
	{ "sort", required_argument, NULL, OPT_SORT },
	{ "range", required_argument, NULL, OPT_RANGE },
	{ "ports", required_argument, NULL, OPT_PORTS },
	{ "sources", required_argument, NULL, OPT_SOURCES },
	{ "destinations", required_argument, NULL, OPT_DESTINATIONS },
	{ "sysroot", required_argument, NULL, OPT_SYSROOT },
	{ "interval", required_argument, NULL, OPT_INTERVAL },
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

/* Options whose value is a number, and where it goes. */
static const struct {
	int		c;
	const char	*name;
	int64_t		min;
	int64_t		max;
	size_t		offset;
	int		set;
} numbers[] = {
	{ OPT_TOP, "--top", 0, INT32_MAX,
	  offsetof(struct twi_view, filter.top), FOR_GROUPS },
	{ OPT_NETNS, "--netns", 1, UINT32_MAX,
	  offsetof(struct twi_view, filter.netns), FOR_GROUPS },
	{ OPT_PORT, "--port", 1, UINT16_MAX,
	  offsetof(struct twi_view, filter.port), FOR_GROUPS },
	{ OPT_PORTS, "--ports", 1, UINT16_MAX,
	  offsetof(struct twi_view, plan.ports), FOR_CAPACITY },
	{ OPT_SOURCES, "--sources", 1, UINT16_MAX,
	  offsetof(struct twi_view, plan.sources), FOR_CAPACITY },
	{ OPT_DESTINATIONS, "--destinations", 1, UINT16_MAX,
	  offsetof(struct twi_view, plan.destinations), FOR_CAPACITY },
	{ OPT_INTERVAL, "--interval", 1, 3600,
	  offsetof(struct twi_view, interval), FOR_DOCTOR },
};

/* Digits alone, and no more of them than a number has. */
static bool read_number(const char *text, int64_t *value)
{
	size_t len = strspn(text, "0123456789");

	if (!len || len > 18 || text[len])
		return false;
	*value = strtoll(text, NULL, 10);
	return true;
}

static int usage_value(const char *option, const char *wants, const char *value)
{
	fprintf(stderr, "twinspect: %s wants %s, not \"%s\"; try \"twinspect --help\"\n",
		option, wants, value);
	return TWI_EXIT_USAGE;
}

static int usage_option_of(const struct command *command, const char *option)
{
	fprintf(stderr, "twinspect: %s has no option %s; try \"twinspect --help\"\n",
		command->name, option);
	return TWI_EXIT_USAGE;
}

static int number_option(struct twi_view *view, size_t i)
{
	int64_t value;
	char wants[64];

	if (read_number(optarg, &value) && value >= numbers[i].min &&
	    value <= numbers[i].max) {
		memcpy((char *)view + numbers[i].offset, &value,
		       sizeof(value));
		return TWI_EXIT_OK;
	}
	snprintf(wants, sizeof(wants), "a number from %lld to %lld",
		 (long long)numbers[i].min, (long long)numbers[i].max);
	return usage_value(numbers[i].name, wants, optarg);
}

static int side_option(struct twi_view *view)
{
	for (int i = 0; i < TWI_NSIDES; i++) {
		if (!strcmp(optarg, twi_side_names[i])) {
			view->filter.side = i;
			return TWI_EXIT_OK;
		}
	}
	return usage_value("--side", "outbound, inbound, bound or other",
			   optarg);
}

static int sort_option(struct twi_view *view)
{
	if (twi_sort_find(optarg, &view->filter.sort))
		return TWI_EXIT_OK;
	return usage_value("--sort",
			   "used, sockets, tw, live, rate, left, exhausted, probes or age",
			   optarg);
}

/* LOW-HIGH */
static int range_option(struct twi_view *view)
{
	size_t len = strcspn(optarg, "-");
	struct twi_plan *plan = &view->plan;
	char low[8] = "";

	if (len < sizeof(low))
		memcpy(low, optarg, len);
	if (optarg[len] && read_number(low, &plan->low) &&
	    read_number(optarg + len + 1, &plan->high) && plan->low > 0 &&
	    plan->low <= plan->high && plan->high <= UINT16_MAX)
		return TWI_EXIT_OK;
	return usage_value("--range", "two ports as in 1024-65535", optarg);
}

static int family_option(struct twi_view *view, int family)
{
	if (view->filter.family && view->filter.family != family)
		return usage("only one of -4 and -6, not also",
			     family == 4 ? "-4" : "-6");
	view->filter.family = family;
	return TWI_EXIT_OK;
}

/*
 * An option that not every command has: true, with the option by its set in
 * given, and *status other than 0 if its value is wrong.
 */
static bool set_option(struct twi_view *view, int c, const char **given,
		       int *status)
{
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (c != numbers[i].c)
			continue;
		given[numbers[i].set] = numbers[i].name;
		*status = number_option(view, i);
		return true;
	}
	switch (c) {
	case '4':
	case '6':
		given[FOR_GROUPS] = c == '4' ? "-4" : "-6";
		*status = family_option(view, c - '0');
		return true;
	case OPT_SIDE:
		given[FOR_TUPLES] = "--side";
		*status = side_option(view);
		return true;
	case OPT_SORT:
		given[FOR_TUPLES] = "--sort";
		*status = sort_option(view);
		return true;
	case OPT_RANGE:
		given[FOR_CAPACITY] = "--range";
		*status = range_option(view);
		return true;
	case OPT_SYSROOT:
		given[FOR_DOCTOR] = "--sysroot";
		view->sysroot = strcmp(optarg, "/") ? optarg : "";
		*status = TWI_EXIT_OK;
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
		return usage(optopt == 'r' ? "no directory after" :
					     "no value after",
			     argv[optind - 1]);
	default:
		return usage_option(argv);
	}
}

/* All options: true, or false with *status set if nothing is to be run. */
static bool parse_options(int argc, char **argv, struct twi_view *view,
			  const char **given, int *status)
{
	const char *root = NULL;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, LETTERS, options, NULL)) != -1) {
		if (c == 'r') {
			root = optarg;
		} else if (set_option(view, c, given, status)) {
			if (*status)
				return false;
		} else if (!view_option(view, c)) {
			*status = last_option(argv, c);
			return false;
		}
	}
	twi_source_init(&view->source, root);
	return true;
}

/* The first option that the command does not have, or NULL. */
static const char *not_taken(const struct command *command,
			     const char *const *given)
{
	for (int set = 0; set < NSETS; set++) {
		if (given[set] && !(command->takes & 1 << set))
			return given[set];
	}
	return NULL;
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
	const char *given[NSETS] = { NULL };

	if (!parse_options(argc, argv, view, given, status))
		return NULL;
	if (optind < argc)
		command = find_command(argv[optind]);
	if (!command)
		*status = usage("no such command as", argv[optind]);
	else if (optind + 1 < argc)
		*status = usage("one command at a time, not also",
				argv[optind + 1]);
	else if (not_taken(command, given))
		*status = usage_option_of(command, not_taken(command, given));
	else
		return command;
	return NULL;
}

int main(int argc, char **argv)
{
	const struct command *command;
	struct twi_view view = {
		.filter = { .netns = -1, .port = -1, .top = -1, .side = -1 },
		.plan = { .low = 1024, .high = 65535 },
	};
	int status;

	/* Which characters there are; numbers and messages stay as they are. */
	setlocale(LC_CTYPE, "");
	view.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	find_terminal(&view);
	command = parse_arguments(argc, argv, &view, &status);
	return command ? run(&view, command) : status;
}
