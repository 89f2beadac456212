// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * options.c - reads the command line.  An option is a line of specs[]: which
 * commands have it, how its value is read and where that goes.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "export.h"
#include "groups.h"
#include "options.h"

/* The leading colon keeps a missing argument apart from a wrong option. */
#define LETTERS		":jpnHvr:46hV"

/* What getopt returns for an option that has no letter, and more. */
#define NO_LETTER	256

struct spec {
	const char	*name;		/* NULL: a letter alone */
	int		letter;		/* 0: none */
	int		(*read)(struct twi_view *view, const struct spec *spec,
				const char *value);
	size_t		offset;		/* of what is set in struct twi_view */
	unsigned int	of;		/* TWI_FOR_...; 0: of every command */
	bool		flag;		/* has no value */
	int64_t		min;
	int64_t		max;
};

static int usage(const char *what, const char *word)
{
	fprintf(stderr, "twinspect: %s \"%s\"; try \"twinspect --help\"\n",
		what, word);
	return TWI_EXIT_USAGE;
}

static int usage_value(const struct spec *spec, const char *wants,
		       const char *value)
{
	fprintf(stderr, "twinspect: --%s wants %s, not \"%s\"; try \"twinspect --help\"\n",
		spec->name, wants, value);
	return TWI_EXIT_USAGE;
}

static void *member(struct twi_view *view, const struct spec *spec)
{
	return (char *)view + spec->offset;
}

static int read_flag(struct twi_view *view, const struct spec *spec,
		     const char *value)
{
	(void)value;
	*(bool *)member(view, spec) = true;
	return TWI_EXIT_OK;
}

static int read_text(struct twi_view *view, const struct spec *spec,
		     const char *value)
{
	*(const char **)member(view, spec) = value;
	return TWI_EXIT_OK;
}

/* Digits alone, and no more of them than a number has. */
static bool parse_number(const char *text, int64_t *value)
{
	size_t len = strspn(text, "0123456789");

	if (!len || len > 18 || text[len])
		return false;
	*value = strtoll(text, NULL, 10);
	return true;
}

static int read_number(struct twi_view *view, const struct spec *spec,
		       const char *value)
{
	int64_t number;
	char wants[64];

	if (parse_number(value, &number) && number >= spec->min &&
	    number <= spec->max) {
		*(int64_t *)member(view, spec) = number;
		return TWI_EXIT_OK;
	}
	snprintf(wants, sizeof(wants), "a number from %lld to %lld",
		 (long long)spec->min, (long long)spec->max);
	return usage_value(spec, wants, value);
}

static int read_side(struct twi_view *view, const struct spec *spec,
		     const char *value)
{
	for (int i = 0; i < TWI_NSIDES; i++) {
		if (!strcmp(value, twi_side_names[i])) {
			view->filter.side = i;
			return TWI_EXIT_OK;
		}
	}
	return usage_value(spec, "outbound, inbound, bound or other", value);
}

static int read_sort(struct twi_view *view, const struct spec *spec,
		     const char *value)
{
	if (twi_sort_find(value, &view->filter.sort))
		return TWI_EXIT_OK;
	return usage_value(spec,
			   "used, sockets, tw, live, rate, left, exhausted, probes or age",
			   value);
}

/* LOW-HIGH */
static int read_range(struct twi_view *view, const struct spec *spec,
		      const char *value)
{
	size_t len = strcspn(value, "-");
	struct twi_plan *plan = &view->plan;
	char low[8] = "";

	if (len < sizeof(low))
		memcpy(low, value, len);
	if (value[len] && parse_number(low, &plan->low) &&
	    parse_number(value + len + 1, &plan->high) && plan->low > 0 &&
	    plan->low <= plan->high && plan->high <= UINT16_MAX)
		return TWI_EXIT_OK;
	return usage_value(spec, "two ports as in 1024-65535", value);
}

static int read_family(struct twi_view *view, const struct spec *spec,
		       const char *value)
{
	int family = spec->letter - '0';

	(void)value;
	if (view->filter.family && view->filter.family != family)
		return usage("only one of -4 and -6, not also",
			     family == 4 ? "-4" : "-6");
	view->filter.family = family;
	return TWI_EXIT_OK;
}

static int read_sysroot(struct twi_view *view, const struct spec *spec,
			const char *value)
{
	(void)spec;
	view->sysroot = strcmp(value, "/") ? value : "";
	return TWI_EXIT_OK;
}

/* Bytes, or K, M or G of 1024. */
static int read_size(struct twi_view *view, const struct spec *spec,
		     const char *value)
{
	static const char units[] = "KMG";
	size_t len = strspn(value, "0123456789");
	const char *unit = value[len] ? strchr(units, value[len]) : NULL;
	int64_t number = 0;
	char digits[20] = "";

	if (len < sizeof(digits) && (!value[len] || (unit && !value[len + 1])))
		memcpy(digits, value, len);
	if (parse_number(digits, &number) && number > 0 && number <= INT32_MAX) {
		if (unit)
			number <<= 10 * (unit - units + 1);
		*(int64_t *)member(view, spec) = number;
		return TWI_EXIT_OK;
	}
	return usage_value(spec, "a size as in 64M", value);
}

/* Names with commas between them, or all. */
static int read_files(struct twi_view *view, const struct spec *spec,
		      const char *value)
{
	const char *name = value;
	size_t len, i;

	if (!strcmp(value, "all")) {
		view->record.files = TWI_FILES_ALL;
		view->record.named = false;
		return TWI_EXIT_OK;
	}
	view->record.files = 0;
	view->record.named = true;
	do {
		len = strcspn(name, ",");
		for (i = 0; i < twi_nschemas; i++) {
			if (strlen(twi_schemas[i].file) == len &&
			    !strncmp(twi_schemas[i].file, name, len))
				break;
		}
		if (i == twi_nschemas)
			return usage_value(spec,
					   "all, or files with commas between",
					   value);
		view->record.files |= 1LL << i;
		name += len + 1;
	} while (name[-1]);
	return TWI_EXIT_OK;
}

static int read_format(struct twi_view *view, const struct spec *spec,
		       const char *value)
{
	view->openmetrics = !strcmp(value, "openmetrics");
	if (view->openmetrics || !strcmp(value, "prometheus"))
		return TWI_EXIT_OK;
	return usage_value(spec, "prometheus or openmetrics", value);
}

#define FLAG(n, l, m)							\
	{ .name = n, .letter = l, .read = read_flag, .flag = true,	\
	  .offset = offsetof(struct twi_view, m) }
#define NUMBER(n, set, m, low, high)					\
	{ .name = n, .of = TWI_FOR_##set, .read = read_number,	\
	  .min = low, .max = high, .offset = offsetof(struct twi_view, m) }
#define OTHER(n, set, function)						\
	{ .name = n, .of = TWI_FOR_##set, .read = function }
#define FAMILY(l)							\
	{ .letter = l, .of = TWI_FOR_GROUPS, .read = read_family,	\
	  .flag = true }

/*
 * A name may be there more than once, with a value or without each time, if
 * no command has two of these.
 */
static const struct spec specs[] = {
	FLAG("json", 'j', json),
	FLAG("pretty", 'p', pretty),
	FLAG("numeric", 'n', numeric),
	FLAG("no-header", 'H', no_header),
	FLAG("verbose", 'v', verbose),
	{ .name = "root", .letter = 'r', .of = TWI_FOR_ROOT, .read = read_text,
	  .offset = offsetof(struct twi_view, root) },
	{ .name = "at", .of = TWI_FOR_AT, .read = read_text,
	  .offset = offsetof(struct twi_view, at) },

	FAMILY('4'),
	FAMILY('6'),
	NUMBER("top", GROUPS, filter.top, 0, INT32_MAX),
	NUMBER("netns", GROUPS, filter.netns, 1, UINT32_MAX),
	NUMBER("port", GROUPS, filter.port, 1, UINT16_MAX),
	{ .name = "side", .of = TWI_FOR_TUPLES | TWI_FOR_DIFF,
	  .read = read_side },
	OTHER("sort", TUPLES, read_sort),

	OTHER("range", CAPACITY, read_range),
	NUMBER("ports", CAPACITY, plan.ports, 1, UINT16_MAX),
	NUMBER("sources", CAPACITY, plan.sources, 1, UINT16_MAX),
	NUMBER("destinations", CAPACITY, plan.destinations, 1, UINT16_MAX),

	{ .name = "sysroot", .of = TWI_FOR_DOCTOR | TWI_FOR_EXPORT,
	  .read = read_sysroot },
	NUMBER("interval", DOCTOR, interval, 1, 3600),
	NUMBER("interval", WATCH, interval, 1, 3600),

	NUMBER("interval", RECORD, record.interval, 0, 86400),
	NUMBER("count", RECORD, record.count, 1, INT32_MAX),
	{ .name = "max-size", .of = TWI_FOR_RECORD, .read = read_size,
	  .offset = offsetof(struct twi_view, record.max_size) },
	OTHER("files", RECORD, read_files),

	{ .name = "from", .of = TWI_FOR_REPLAY, .read = read_text,
	  .offset = offsetof(struct twi_view, from) },
	{ .name = "to", .of = TWI_FOR_REPLAY, .read = read_text,
	  .offset = offsetof(struct twi_view, to) },

	NUMBER("top", EXPORT, filter.top, 1, TWI_EXPORT_TOP_MAX),
	OTHER("format", EXPORT, read_format),
	{ .name = "output", .of = TWI_FOR_EXPORT | TWI_FOR_REPORT,
	  .read = read_text,
	  .offset = offsetof(struct twi_view, output) },
};

static int print_help(struct twi_view *view)
{
	(void)view;
	fputs("usage: twinspect [OPTION]... [COMMAND]\n"
	      "What TIME-WAIT does inside the running kernel.\n"
	      "\n"
	      "commands:\n", stdout);
	for (size_t i = 0; i < twi_ncommands; i++)
		printf("  %-9s %s\n", twi_commands[i].name,
		       twi_commands[i].help);
	fputs("\n"
	      "options:\n"
	      "  -j, --json       keys and columns by name, as JSON\n"
	      "  -p, --pretty     JSON on many lines\n"
	      "  -n, --numeric    plain integers, no units\n"
	      "  -H, --no-header  no headings and no lines around tables\n"
	      "  -v, --verbose    more columns\n"
	      "  -r, --root PATH  read a recording, or a directory of recorded files,\n"
	      "                   instead of debugfs\n"
	      "  --at WHICH       this snapshot of the recording: its number, -1 for the\n"
	      "                   last one (the default), or a time\n"
	      "  -h, --help       this text\n"
	      "  -V, --version    versions of the program and of the format\n"
	      "\n"
	      "options of tuples, watch, capacity and diff:\n"
	      "  -4, -6           groups of IPv4 or of IPv6 alone\n"
	      "  --netns ID       of the namespace of this inode number\n"
	      "  --port PORT      of this fixed port\n"
	      "  --top N          no more than N; 0 for all\n"
	      "options of tuples, watch and diff:\n"
	      "  --side SIDE      outbound, inbound, bound or other\n"
	      "options of tuples and watch:\n"
	      "  --sort KEY       used (the default), sockets, tw, live, rate, left,\n"
	      "                   exhausted, probes or age\n"
	      "options of capacity:\n"
	      "  --range LOW-HIGH what if connect() chose from these ports (1024-65535),\n"
	      "  --ports N        if each destination had N times as many ports,\n"
	      "  --destinations N addresses,\n"
	      "  --sources N      and there were N times as many local addresses\n"
	      "options of watch, doctor and report:\n"
	      "  --interval S     seconds between two readings (1)\n"
	      "options of doctor, export and report:\n"
	      "  --sysroot DIR    recorded /proc, /etc, /run and /usr are in DIR\n"
	      "options of export and report:\n"
	      "  --output FILE    replace FILE at once instead of printing\n"
	      "options of export:\n"
	      "  --format FORMAT  prometheus (the default) or openmetrics\n"
	      "  --top N          no more than N groups and namespaces (50)\n"
	      "options of record:\n"
	      "  --interval S     seconds from one snapshot to the next (10); 0: no pause\n"
	      "  --count N        stop after so many\n"
	      "  --max-size SIZE  of the file (64M): the oldest snapshots are dropped\n"
	      "  --files LIST     names with commas between, or all; without: all but\n"
	      "                   ehash_buckets\n"
	      "options of replay, besides those of the view:\n"
	      "  --from WHICH     the first snapshot, as with --at\n"
	      "  --to WHICH       the last one\n"
	      "\n"
	      "exit status: 0 success, 1 usage, 2 not there, 3 permission denied,\n"
	      "4 truncated or garbled, 5 other version of the format, 6 input or output;\n"
	      "doctor: 10 not all checked, 11 warning, 12 critical; diff: 20 different\n",
	      stdout);
	return 0;
}

static int print_version(struct twi_view *view)
{
	(void)view;
	printf("twinspect %s, format %d\n", TWI_VERSION, TWI_FORMAT);
	return 0;
}

/*
 * getopt has stepped over a long option, which is unknown or has a value that
 * it must not have, but not over the argument that an unknown letter is in.
 */
static int usage_option(char **argv)
{
	const char letter[] = { '-', optopt, '\0' };

	if (optopt && optopt < NO_LETTER && !strchr(LETTERS, optopt))
		return usage("no such option as", letter);
	return usage("no such option as", argv[optind - 1]);
}

/* An option that was given: the first spec of its name, and its value. */
struct given {
	const struct spec	*spec;
	const char		*value;
};

static void list_options(struct option *options)
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(specs); i++) {
		const struct spec *spec = &specs[i];

		if (!spec->name)
			continue;
		options[n].name = spec->name;
		options[n].has_arg = spec->flag ? no_argument :
						  required_argument;
		options[n++].val = spec->letter ? spec->letter :
						  (int)(NO_LETTER + i);
	}
	options[n++] = (struct option){ "help", no_argument, NULL, 'h' };
	options[n] = (struct option){ "version", no_argument, NULL, 'V' };
}

static const struct spec *find_spec(int c)
{
	if (c >= NO_LETTER)
		return &specs[c - NO_LETTER];
	for (size_t i = 0; i < ARRAY_SIZE(specs); i++) {
		if (specs[i].letter == c)
			return &specs[i];
	}
	return NULL;
}

/* An option after which there is nothing left to read. */
static const struct twi_command *last_option(char **argv, int c, int *status)
{
	static const struct twi_command help = { .view = print_help };
	static const struct twi_command version = { .view = print_version };

	switch (c) {
	case 'h':
		return &help;
	case 'V':
		return &version;
	case ':':
		*status = usage("no value after", argv[optind - 1]);
		return NULL;
	default:
		*status = usage_option(argv);
		return NULL;
	}
}

static bool names_same(const struct spec *a, const struct spec *b)
{
	if (!a->name || !b->name)
		return a == b;
	return !strcmp(a->name, b->name);
}

/* The option of this name that the command has; NULL if it has none. */
static const struct spec *find_taken(const struct spec *spec,
				     unsigned int sets)
{
	for (size_t i = 0; i < ARRAY_SIZE(specs); i++) {
		if (names_same(&specs[i], spec) &&
		    (!specs[i].of || specs[i].of & sets))
			return &specs[i];
	}
	return NULL;
}

static int usage_not_taken(const struct twi_command *command,
			   const struct spec *spec)
{
	const char letter[] = { spec->letter, '\0' };

	fprintf(stderr, "twinspect: %s has no option %s%s; try \"twinspect --help\"\n",
		command->name, spec->name ? "--" : "-",
		spec->name ? spec->name : letter);
	return TWI_EXIT_USAGE;
}

/* The sets of options of a command, and of the view that it is to show. */
static unsigned int takes(const struct twi_view *view,
			  const struct twi_command *command)
{
	const struct twi_command *inner = NULL;
	unsigned int sets = command->takes;

	if (!command->opens)
		sets |= TWI_FOR_ROOT | TWI_FOR_AT;
	if (command->inner && view->noperands >= command->inner)
		inner = twi_command_find(view->operand[command->inner - 1]);
	return inner ? sets | inner->takes : sets;
}

static int set_options(struct twi_view *view,
		       const struct twi_command *command,
		       const struct given *given, size_t n)
{
	unsigned int sets = takes(view, command);
	const struct spec *spec;
	int status;

	for (size_t i = 0; i < n; i++) {
		spec = find_taken(given[i].spec, sets);
		if (!spec)
			return usage_not_taken(command, given[i].spec);
		status = spec->read(view, spec, given[i].value);
		if (status)
			return status;
	}
	return TWI_EXIT_OK;
}

/* The command and its operands, from what is not an option. */
static const struct twi_command *find_command(struct twi_view *view,
					      char **word, int n, int *status)
{
	const struct twi_command *command = &twi_commands[0];

	if (n)
		command = twi_command_find(word[0]);
	if (!command) {
		*status = usage("no such command as", word[0]);
		return NULL;
	}
	view->operand = word + (n > 0);
	view->noperands = n ? n - 1 : 0;
	if (view->noperands >= command->min &&
	    view->noperands <= command->max)
		return command;
	if (command->max) {
		fprintf(stderr, "twinspect: %s wants %s; try \"twinspect --help\"\n",
			command->name, command->operands);
		*status = TWI_EXIT_USAGE;
	} else {
		*status = usage("one command at a time, not also",
				view->operand[0]);
	}
	return NULL;
}

const struct twi_command *twi_options_parse(int argc, char **argv,
					    struct twi_view *view,
					    int *status)
{
	struct option options[ARRAY_SIZE(specs) + 3] = { 0 };
	const struct twi_command *command;
	struct given *given;
	size_t n = 0;
	int c;

	given = twi_alloc(NULL, argc, sizeof(*given));
	list_options(options);
	opterr = 0;
	while ((c = getopt_long(argc, argv, LETTERS, options, NULL)) != -1) {
		const struct spec *spec = find_spec(c);

		if (!spec) {
			command = last_option(argv, c, status);
			goto out;
		}
		/* several letters may share an argument */
		given = twi_alloc(given, n + 1, sizeof(*given));
		given[n++] = (struct given){ spec, optarg };
	}
	command = find_command(view, argv + optind, argc - optind, status);
	if (command) {
		*status = set_options(view, command, given, n);
		if (*status)
			command = NULL;
	}
out:
	free(given);
	return command;
}
