// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the files of the module, by name, and holds them to the
 * rules of the format while it does; see twlib.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "twlib.h"

const char *const tw_files[TW_FILES] = {
	"summary", "ehash_buckets", "deathrow", "bind_buckets", "tuples",
	"netns", "caps",
};

char *tw_slurp(int fd, size_t *len)
{
	size_t size = 1 << 16, used = 0;
	char *buf = tw_need(malloc(size));
	ssize_t n;

	while ((n = read(fd, buf + used, size - used - 1)) > 0) {
		used += n;
		if (size - used < 2)
			buf = tw_need(realloc(buf, size *= 2));
	}
	if (n < 0) {
		tw_fail("read");
		free(buf);
		return NULL;
	}
	buf[used] = '\0';
	*len = used;
	return buf;
}

int tw_open(const char *name, int flags)
{
	char path[sizeof(TW_DIR) + 64];

	snprintf(path, sizeof(path), TW_DIR "%s", name);
	return open(path, flags | O_CLOEXEC);
}

static bool parse_integer(const char *text, long long *value)
{
	char *end;

	errno = 0;
	*value = strtoll(text, &end, 10);
	/* strtoll() would also take spaces, a plus and leading zeros. */
	return !errno && *text && !*end && strspn(text, "-0123456789") ==
	       strlen(text) && (text[0] != '0' || !text[1]);
}

/* Of a row file only these may hold something else than an integer. */
static bool is_text(const struct tw_file *f, const char *column)
{
	static const char *const text[] = {
		"side", "local", "remote", "fixed",
	};
	size_t i;

	for (i = 0; i < 4 && !strcmp(f->name, "tuples"); i++) {
		if (!strcmp(column, text[i]))
			return true;
	}
	return false;
}

struct parser {
	struct tw_file	*f;
	size_t		line;
	bool		ended;
	long long	end;
};

static int bad(const struct parser *p, const char *what)
{
	tw_log("%s:%zu: %s", p->f->name, p->line, what);
	return -1;
}

static int parse_key(struct parser *p, char *line)
{
	char *text = strchr(line, ' ');
	struct tw_file *f = p->f;
	struct tw_key *key;

	if (!text || text == line || !text[1] || text[1] == ' ')
		return bad(p, "no KEY VALUE");
	*text++ = '\0';
	if (line[strspn(line, "abcdefghijklmnopqrstuvwxyz0123456789_.-+")])
		return bad(p, "odd character in a key");
	if (tw_has(f, line))
		return bad(p, "key for the second time");
	f->keys = tw_need(realloc(f->keys, (f->nkeys + 1) * sizeof(*f->keys)));
	key = &f->keys[f->nkeys++];
	key->name = line;
	key->text = text;
	if (!parse_integer(text, &key->value))
		key->value = TW_NONE;
	return 0;
}

static int parse_columns(struct parser *p, char *line)
{
	struct tw_file *f = p->f;
	char *word;

	if (f->ncolumns)
		return bad(p, "columns for the second time");
	while ((word = strsep(&line, " "))) {
		if (!*word)
			return bad(p, "more than one space");
		f->columns = tw_need(realloc(f->columns, (f->ncolumns + 1) *
					  sizeof(*f->columns)));
		f->is_text = tw_need(realloc(f->is_text, f->ncolumns + 1));
		f->is_text[f->ncolumns] = is_text(f, word);
		f->columns[f->ncolumns++] = word;
	}
	return 0;
}

/* The room doubles whenever the number of rows is a power of two. */
static void row_room(struct tw_file *f)
{
	size_t cells = (f->nrows ? f->nrows * 2 : 1) * f->ncolumns;

	if (f->nrows & (f->nrows - 1))
		return;
	f->cells = tw_need(realloc(f->cells, cells * sizeof(*f->cells)));
	f->words = tw_need(realloc(f->words, cells * sizeof(*f->words)));
}

static int parse_row(struct parser *p, char *line)
{
	struct tw_file *f = p->f;
	size_t i = 0, cell;
	char *word;

	row_room(f);
	while ((word = strsep(&line, " "))) {
		if (i == f->ncolumns)
			return bad(p, "more values than columns");
		if (!*word)
			return bad(p, "more than one space");
		cell = f->nrows * f->ncolumns + i;
		f->words[cell] = word;
		f->cells[cell] = TW_NONE;
		if (!f->is_text[i] && !parse_integer(word, &f->cells[cell]))
			return bad(p, "value that is no integer");
		i++;
	}
	if (i != f->ncolumns)
		return bad(p, "fewer values than columns");
	f->nrows++;
	return 0;
}

static int parse_line(struct parser *p, char *line)
{
	char first[64];

	p->line++;
	if (p->ended)
		return bad(p, "line after the last one");
	if (p->line == 1) {
		snprintf(first, sizeof(first), "# twinspect %s %d", p->f->name,
			 TW_FORMAT);
		return strcmp(line, first) ? bad(p, "first line") : 0;
	}
	if (!strncmp(line, "# end ", 6)) {
		p->ended = true;
		return parse_integer(line + 6, &p->end) ?
		       0 : bad(p, "number of rows");
	}
	if (!strncmp(line, "# ", 2))
		return parse_columns(p, line + 2);
	return p->f->ncolumns ? parse_row(p, line) : parse_key(p, line);
}

struct tw_file *tw_parse(const char *name, const char *text, size_t len)
{
	struct tw_file *f = tw_need(calloc(1, sizeof(*f)));
	struct parser p = { .f = f };
	char *rest, *line;

	f->name = name;
	f->len = len;
	f->text = tw_need(malloc(len + 1));
	f->buf = tw_need(malloc(len + 1));
	memcpy(f->text, text, len);
	memcpy(f->buf, text, len);
	f->text[len] = '\0';
	f->buf[len] = '\0';
	if (!len || strlen(text) != len || text[len - 1] != '\n') {
		bad(&p, "no text, a NUL in it, or cut");
		goto err;
	}
	f->buf[len - 1] = '\0';
	rest = f->buf;
	while ((line = strsep(&rest, "\n"))) {
		if (parse_line(&p, line))
			goto err;
	}
	if (!p.ended || p.end != (long long)f->nrows) {
		bad(&p, "last line is missing or names another number of rows");
		goto err;
	}
	return f;
err:
	tw_free(f);
	return NULL;
}

void tw_free(struct tw_file *f)
{
	if (!f)
		return;
	free(f->text);
	free(f->buf);
	free(f->keys);
	free(f->columns);
	free(f->is_text);
	free(f->cells);
	free(f->words);
	free(f);
}

struct tw_file *tw_load(const char *name)
{
	struct tw_file *f = NULL;
	size_t len;
	char *text;
	int fd;

	fd = tw_open(name, O_RDONLY);
	if (fd < 0) {
		tw_fail(name);
		return NULL;
	}
	text = tw_slurp(fd, &len);
	close(fd);
	if (text)
		f = tw_parse(name, text, len);
	free(text);
	return f;
}

static const struct tw_key *find_key(const struct tw_file *f, const char *name)
{
	size_t i;

	for (i = 0; i < f->nkeys; i++) {
		if (!strcmp(f->keys[i].name, name))
			return &f->keys[i];
	}
	return NULL;
}

bool tw_has(const struct tw_file *f, const char *key)
{
	return find_key(f, key);
}

long long tw_get(const struct tw_file *f, const char *name)
{
	const struct tw_key *key = f ? find_key(f, name) : NULL;

	if (!key)
		tw_log("%s: no key %s", f ? f->name : "no file", name);
	return key ? key->value : TW_NONE;
}

long long tw_getf(const struct tw_file *f, const char *fmt, ...)
{
	char name[128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	return tw_get(f, name);
}

int tw_column(const struct tw_file *f, const char *column)
{
	size_t i;

	for (i = 0; f && i < f->ncolumns; i++) {
		if (!strcmp(f->columns[i], column))
			return i;
	}
	tw_log("%s: no column %s", f ? f->name : "no file", column);
	return -1;
}

long long tw_cell(const struct tw_file *f, size_t row, const char *column)
{
	int col = tw_column(f, column);

	if (col < 0 || row >= f->nrows)
		return TW_NONE;
	return f->cells[row * f->ncolumns + col];
}

const char *tw_text(const struct tw_file *f, size_t row, const char *column)
{
	int col = tw_column(f, column);

	return col < 0 || row >= f->nrows ? "" :
	       f->words[row * f->ncolumns + col];
}

long long tw_sum(const struct tw_file *f, const char *column)
{
	int col = tw_column(f, column);
	long long sum = 0;
	size_t row;

	if (col < 0)
		return TW_NONE;
	for (row = 0; row < f->nrows; row++)
		sum += f->cells[row * f->ncolumns + col];
	return sum;
}

long long tw_sum_by(const struct tw_file *f, const char *column,
		    const char *by, long long value, size_t *rows)
{
	int col = tw_column(f, column), key = tw_column(f, by);
	long long sum = 0;
	size_t row, n = 0;

	if (col < 0 || key < 0)
		return TW_NONE;
	for (row = 0; row < f->nrows; row++) {
		if (f->cells[row * f->ncolumns + key] != value)
			continue;
		sum += f->cells[row * f->ncolumns + col];
		n++;
	}
	if (rows)
		*rows = n;
	return sum;
}

int tw_row(const struct tw_file *f, const char *by, long long value)
{
	int key = tw_column(f, by), found = -1;
	size_t row;

	for (row = 0; key >= 0 && row < f->nrows; row++) {
		if (f->cells[row * f->ncolumns + key] != value)
			continue;
		if (found >= 0) {
			tw_log("%s: several rows with %s %lld", f->name, by,
			       value);
			return -1;
		}
		found = row;
	}
	if (found < 0)
		tw_log("%s: no row with %s %lld", f ? f->name : "no file", by,
		       value);
	return found;
}

long long tw_inexact(const struct tw_file *f)
{
	return tw_get(f, "pass_inexact") + tw_get(f, "pass_unfinished") +
	       tw_get(f, "pass_skipped");
}

long long tw_cap(const char *key)
{
	struct tw_file *f = tw_load("caps");
	long long value = tw_get(f, key);

	tw_free(f);
	return value;
}
