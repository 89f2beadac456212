// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * sysctlconf.c - reads the files that set sysctls at boot, as sysctl.d(5) and
 * sysctl.conf(5) describe them.  Only reads, and judges no value.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "array.h"
#include "error.h"
#include "sysctlconf.h"

/* A file of a name that was in a directory further up is masked. */
static const char *const directories[] = {
	"/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d",
	"/usr/lib/sysctl.d"
};

#define SYSCTL_CONF	"/etc/sysctl.conf"

/* What has been read: by the name in its directory and by the file itself. */
struct seen {
	char	*name;
	dev_t	dev;
	ino_t	ino;
};

struct search {
	struct twi_sysctlconf	*conf;
	const char		*sysroot;
	const char		*name;
	struct seen		*seen;
	size_t			nseen;
};

static char *trim(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	len = strlen(text);
	while (len && strchr(" \t\r\n", text[len - 1]))
		len--;
	text[len] = '\0';
	return text;
}

/* Where the first separator is a dot, dots and slashes change places. */
static void make_path(char *name)
{
	if (name[strcspn(name, "./")] != '.')
		return;
	for (; *name; name++) {
		if (*name == '.')
			*name = '/';
		else if (*name == '/')
			*name = '.';
	}
}

bool twi_sysctlconf_parse(char *text, char **name, char **value)
{
	char *equals;

	text = trim(text);
	if (!*text || *text == '#' || *text == ';')
		return false;
	/* a minus says that it may fail */
	if (*text == '-')
		text++;
	equals = strchr(text, '=');
	if (!equals)
		return false;
	*equals = '\0';
	*name = trim(text);
	*value = trim(equals + 1);
	make_path(*name);
	return **name;
}

/* As it may stand in a message. */
static char *plain(const char *text)
{
	char *copy = twi_strdup(text);

	for (char *c = copy; *c; c++) {
		if (*c < ' ' || *c > '~')
			*c = '?';
	}
	return copy;
}

static void add_line(struct twi_sysctlconf *conf, const char *file,
		     unsigned int line, const char *value)
{
	struct twi_sysctlconf_line *new;

	conf->line = twi_alloc(conf->line, conf->n + 1, sizeof(*new));
	new = &conf->line[conf->n++];
	new->file = plain(file);
	new->line = line;
	new->value = plain(value);
}

static void read_lines(struct search *search, const char *file, FILE *in)
{
	char *text = NULL, *name, *value;
	unsigned int line = 0;
	size_t size = 0;

	while (getline(&text, &size, in) >= 0) {
		line++;
		if (twi_sysctlconf_parse(text, &name, &value) &&
		    !strcmp(name, search->name))
			add_line(search->conf, file, line, value);
	}
	free(text);
	search->conf->files++;
}

static bool is_masked(struct search *search, const char *name)
{
	for (size_t i = 0; i < search->nseen; i++) {
		if (!strcmp(search->seen[i].name, name))
			return true;
	}
	return false;
}

/* Its name hides others from now on; false if it was read by another name. */
static bool remember(struct search *search, const char *name,
		     const struct stat *st)
{
	bool new = true;

	for (size_t i = 0; i < search->nseen; i++) {
		if (search->seen[i].dev == st->st_dev &&
		    search->seen[i].ino == st->st_ino)
			new = false;
	}
	search->seen = twi_alloc(search->seen, search->nseen + 1,
				 sizeof(*search->seen));
	search->seen[search->nseen].name = twi_strdup(name);
	search->seen[search->nseen].dev = st->st_dev;
	search->seen[search->nseen].ino = st->st_ino;
	search->nseen++;
	return new;
}

static void read_file(struct search *search, const char *file,
		      const char *name)
{
	struct stat st = { 0 };
	char *path;
	FILE *in;

	path = twi_text_new("%s%s", search->sysroot, file);
	in = fopen(path, "re");
	if (!in && errno != ENOENT && errno != ENOTDIR)
		search->conf->unreadable++;
	free(path);
	if (in && !fstat(fileno(in), &st) && remember(search, name, &st) &&
	    S_ISREG(st.st_mode))
		read_lines(search, file, in);
	if (in)
		fclose(in);
}

static int is_conf(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 5 && !strcmp(entry->d_name + len - 5, ".conf");
}

static void read_directory(struct search *search, const char *directory)
{
	struct dirent **entry;
	char *path;
	int n;

	path = twi_text_new("%s%s", search->sysroot, directory);
	n = scandir(path, &entry, is_conf, alphasort);
	free(path);
	if (n < 0)
		return;
	for (int i = 0; i < n; i++) {
		if (!is_masked(search, entry[i]->d_name)) {
			path = twi_text_new("%s/%s", directory,
					    entry[i]->d_name);
			read_file(search, path, entry[i]->d_name);
			free(path);
		}
		free(entry[i]);
	}
	free(entry);
}

void twi_sysctlconf_find(struct twi_sysctlconf *conf, const char *sysroot,
			 const char *name)
{
	struct search search = {
		.conf = conf, .sysroot = sysroot, .name = name
	};

	memset(conf, 0, sizeof(*conf));
	/* in no directory, so its name masks none */
	read_file(&search, SYSCTL_CONF, SYSCTL_CONF);
	for (size_t i = 0; i < ARRAY_SIZE(directories); i++)
		read_directory(&search, directories[i]);
	for (size_t i = 0; i < search.nseen; i++)
		free(search.seen[i].name);
	free(search.seen);
}

void twi_sysctlconf_free(struct twi_sysctlconf *conf)
{
	for (size_t i = 0; i < conf->n; i++) {
		free(conf->line[i].file);
		free(conf->line[i].value);
	}
	free(conf->line);
	memset(conf, 0, sizeof(*conf));
}
