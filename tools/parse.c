// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * parse.c - the text format of format 1: lines, keys, columns, rows and the
 * line that ends them.  Believes nothing: each line that it refuses is named
 * with file and line number.  Must not know what a key or a column means.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"

/* A word from the file as it may stand in a message. */
struct quoted {
	char	text[48];
};

static struct quoted quote(const char *word)
{
	struct quoted q;
	size_t n = 0;

	for (; word[n] && n < sizeof(q.text) - 4; n++)
		q.text[n] = isprint((unsigned char)word[n]) ? word[n] : '?';
	strcpy(q.text + n, word[n] ? "..." : "");
	return q;
}

#define bad_line(p, fmt, ...)						\
	twi_fail((p)->err, TWI_EXIT_MALFORMED, "%s:%llu: " fmt,		\
		 (p)->path, (unsigned long long)(p)->line, ##__VA_ARGS__)

static int bad_end(struct twi_parse *p)
{
	if (ferror(p->in))
		return twi_fail(p->err, TWI_EXIT_IO, "%s: cannot read: %s",
				p->path, strerror(errno));
	return twi_fail(p->err, TWI_EXIT_MALFORMED,
			"%s: truncated after line %llu, no \"# end\" line; read or record it again",
			p->path, (unsigned long long)p->line);
}

/* The next line without its end of line; a line that has none was cut. */
static int read_line(struct twi_parse *p)
{
	size_t len;

	errno = 0;
	if (!fgets(p->text, sizeof(p->text), p->in))
		return bad_end(p);
	len = strlen(p->text);
	if (!len || p->text[len - 1] != '\n') {
		if (feof(p->in))
			return bad_end(p);
		p->line++;
		return bad_line(p, "garbled: a line that is too long, or binary data");
	}
	p->text[len - 1] = '\0';
	p->line++;
	return 0;
}

enum number { NUMBER_OK, NUMBER_BAD, NUMBER_RANGE };

static enum number number(const char *word, enum twi_kind kind, int64_t *value)
{
	const char *digits = word + (*word == '-');
	char *end;

	if (!isdigit((unsigned char)*digits))
		return NUMBER_BAD;
	errno = 0;
	*value = strtoll(word, &end, 10);
	if (*end)
		return NUMBER_BAD;
	if (errno || (kind == TWI_COUNT && *value < TWI_UNKNOWN))
		return NUMBER_RANGE;
	return NUMBER_OK;
}

static int read_number(struct twi_parse *p, const char *what,
		       const char *name, const char *word,
		       enum twi_kind kind, int64_t *value)
{
	switch (number(word, kind, value)) {
	case NUMBER_OK:
		return 0;
	case NUMBER_BAD:
		return bad_line(p, "garbled: %s %s is \"%s\", not a number",
				what, name, quote(word).text);
	default:
		return bad_line(p, "garbled: %s %s is %s, out of range",
				what, name, quote(word).text);
	}
}

/* "# twinspect FILE VERSION" */
static int read_first(struct twi_parse *p)
{
	static const char magic[] = "# " TWI_NAME " ";
	char *file, *version = NULL;
	int64_t format;

	if (read_line(p))
		return -1;
	file = p->text + sizeof(magic) - 1;
	if (!strncmp(p->text, magic, sizeof(magic) - 1))
		version = strchr(file, ' ');
	if (!version || version == file ||
	    number(version + 1, TWI_COUNT, &format) == NUMBER_BAD)
		return bad_line(p, "not a file of twinspect: the first line is \"%s\"",
				quote(p->text).text);
	*version = '\0';
	if (format != TWI_FORMAT)
		return twi_fail(p->err, TWI_EXIT_VERSION,
				"%s: format %lld, and this program reads format %d; use the one that came with the module",
				p->path, (long long)format, TWI_FORMAT);
	if (strcmp(file, p->schema->file))
		return bad_line(p, "this is twinspect's file %s, not %s",
				quote(file).text, p->schema->file);
	return 0;
}

/* "# end N", and nothing after it. */
static int read_end(struct twi_parse *p, const char *count)
{
	int64_t rows;

	if (read_number(p, "the count", "of rows", count, TWI_COUNT, &rows))
		return -1;
	if (rows < 0 || (uint64_t)rows != p->rows)
		return twi_fail(p->err, TWI_EXIT_MALFORMED,
				"%s:%llu: truncated: %llu rows and an end line that says %lld; read or record it again",
				p->path, (unsigned long long)p->line,
				(unsigned long long)p->rows, (long long)rows);
	if (fgetc(p->in) != EOF)
		return bad_line(p, "garbled: there is text after the end line");
	if (ferror(p->in))
		return bad_end(p);
	return 0;
}

static const char *end_count(const char *line)
{
	static const char end[] = "# end ";

	return strncmp(line, end, sizeof(end) - 1) ? NULL :
						     line + sizeof(end) - 1;
}

static int read_text(struct twi_parse *p, struct twi_key *key,
		     const char *value)
{
	for (const char *c = value; *c; c++) {
		if (*c < ' ' || *c > '~')
			return bad_line(p, "garbled: key %s has a byte that is no plain text",
					key->name);
	}
	key->text = twi_strdup(value);
	return 0;
}

/* "KEY VALUE" */
static int read_key(struct twi_parse *p)
{
	static const char legal[] = "abcdefghijklmnopqrstuvwxyz0123456789_.-+";
	size_t len = strspn(p->text, legal);
	const struct twi_key_spec *spec;
	struct twi_key *key;
	int64_t index;
	char *value;

	value = p->text + len + 1;
	if (!len || p->text[len] != ' ' || !*value)
		return bad_line(p, "garbled: \"%s\" is not a key and its value",
				quote(p->text).text);
	p->text[len] = '\0';

	spec = twi_schema_key(p->schema, p->text, &index);
	if (!spec)
		return 0;
	if (twi_keys_find(&p->keys, p->text))
		return bad_line(p, "garbled: key %s is there twice", p->text);
	key = twi_keys_add(&p->keys, p->text);
	key->spec = spec;
	key->index = index;
	if (spec->kind == TWI_TEXT)
		return read_text(p, key, value);
	return read_number(p, "key", key->name, value, spec->kind,
			   &key->number);
}

static int find_column(const struct twi_schema *schema, const char *name)
{
	for (size_t i = 0; i < schema->ncolumns; i++) {
		if (!strcmp(schema->columns[i].name, name))
			return i;
	}
	return -1;
}

/* "# COLUMN COLUMN ..." */
static int read_columns(struct twi_parse *p)
{
	bool seen[TWI_COLUMNS_MAX] = { false };
	char *name, *rest = p->text + 2;
	int column;

	if (!p->schema->columns || strncmp(p->text, "# ", 2))
		return bad_line(p, "garbled: \"%s\" does not belong here",
				quote(p->text).text);
	while ((name = strsep(&rest, " "))) {
		if (!*name || p->nfields == TWI_FIELDS_MAX)
			return bad_line(p, "garbled: an empty column name, or too many columns");
		column = find_column(p->schema, name);
		if (column >= 0 && seen[column])
			return bad_line(p, "garbled: column %s is there twice",
					name);
		if (column >= 0)
			seen[column] = true;
		p->field[p->nfields++] = column;
	}
	for (size_t i = 0; i < p->schema->ncolumns; i++) {
		if (!seen[i] && !p->schema->columns[i].optional)
			return bad_line(p, "column %s is missing",
					p->schema->columns[i].name);
		p->row[i] = TWI_UNKNOWN;
	}
	return 0;
}

/* A rank has all its keys or none, and the rank before it is there too. */
static int check_rank(struct twi_parse *p, const struct twi_key_spec *spec)
{
	size_t plain = strcspn(spec->name, "#");
	const char *field = spec->name + plain + 1;
	char name[128];

	for (size_t i = 0; i < p->keys.n; i++) {
		const struct twi_key *key = &p->keys.key[i];

		if (strncmp(key->spec->name, spec->name, plain + 1))
			continue;
		for (int step = 0; step < 2 && step <= key->index; step++) {
			snprintf(name, sizeof(name), "%.*s%lld%s", (int)plain,
				 spec->name, (long long)key->index - step,
				 field);
			if (!twi_keys_find(&p->keys, name))
				return bad_line(p, "key %s is missing above",
						name);
		}
	}
	return 0;
}

static int check_keys(struct twi_parse *p)
{
	for (size_t i = 0; i < p->schema->nkeys; i++) {
		const struct twi_key_spec *spec = &p->schema->keys[i];

		if (strstr(spec->name, ".#.")) {
			if (check_rank(p, spec))
				return -1;
		} else if (!twi_spec_is_pattern(spec) && !spec->optional &&
			   !twi_keys_find(&p->keys, spec->name)) {
			return bad_line(p, "key %s is missing above",
					spec->name);
		}
	}
	return 0;
}

/* Up to the first row, or to the end of a file without rows. */
static int read_head(struct twi_parse *p)
{
	const char *count;

	if (read_first(p))
		return -1;
	for (;;) {
		if (read_line(p))
			return -1;
		if (p->text[0] == '#')
			break;
		if (read_key(p))
			return -1;
	}
	count = end_count(p->text);
	if (check_keys(p))
		return -1;
	if (!count)
		return read_columns(p);
	if (p->schema->columns)
		return bad_line(p, "the columns' names are missing");
	return read_end(p, count);
}

int twi_parse_open(struct twi_parse *p, const struct twi_source *source,
		   const struct twi_schema *schema, struct twi_error *err)
{
	memset(p, 0, sizeof(*p));
	p->schema = schema;
	p->err = err;
	p->in = twi_source_open(source, schema->file, &p->path, err);
	if (!p->in)
		return -1;
	if (!read_head(p))
		return 0;
	twi_parse_close(p);
	return -1;
}

/* What is in the row of the rest instead of a word or an address. */
static bool is_star(const char *word)
{
	return !strcmp(word, "*");
}

static int read_word(struct twi_parse *p,
		     const struct twi_column_spec *column, const char *word,
		     int64_t *value)
{
	char known[256] = "";

	for (int i = 0; column->words[i]; i++) {
		if (!strcmp(word, column->words[i])) {
			*value = i;
			return 0;
		}
		snprintf(known + strlen(known), sizeof(known) - strlen(known),
			 "%s%s", i ? ", " : "", column->words[i]);
	}
	return bad_line(p, "garbled: column %s is \"%s\", not one of %s",
			column->name, quote(word).text, known);
}

static int read_address(struct twi_parse *p,
			const struct twi_column_spec *column,
			const char *word, int64_t *value)
{
	struct in6_addr address;

	if (!is_star(word) && inet_pton(AF_INET, word, &address) != 1 &&
	    inet_pton(AF_INET6, word, &address) != 1)
		return bad_line(p, "garbled: column %s is \"%s\", not an address",
				column->name, quote(word).text);
	*value = word - p->text;
	return 0;
}

static int read_column(struct twi_parse *p,
		       const struct twi_column_spec *column, const char *word,
		       int64_t *value)
{
	switch (column->kind) {
	case TWI_WORD:
		return read_word(p, column, word, value);
	case TWI_ADDRESS:
		return read_address(p, column, word, value);
	default:
		return read_number(p, "column", column->name, word,
				   column->kind, value);
	}
}

/* "*" in the row of the rest, and only there. */
static int check_rest(struct twi_parse *p)
{
	const struct twi_schema *schema = p->schema;
	const struct twi_column_spec *column;
	const char *which, *text;
	bool rest;

	if (!schema->rest)
		return 0;
	column = &schema->columns[schema->rest_column];
	which = twi_column_text(column, p->row[schema->rest_column], p->text);
	rest = !strcmp(which, schema->rest);
	for (int i = 0; i < (int)schema->ncolumns; i++) {
		text = twi_column_text(&schema->columns[i], p->row[i],
				       p->text);
		if (!text || i == schema->rest_column || rest == is_star(text))
			continue;
		return bad_line(p, "garbled: column %s is \"%s\" where %s is %s",
				schema->columns[i].name, text, column->name,
				which);
	}
	return 0;
}

int twi_parse_row(struct twi_parse *p)
{
	char *word, *rest = p->text;
	const char *count;
	size_t n = 0;

	if (!p->schema->columns)
		return 0;
	if (read_line(p))
		return -1;
	count = end_count(p->text);
	if (count)
		return read_end(p, count);
	while ((word = strsep(&rest, " "))) {
		if (n < p->nfields && p->field[n] >= 0) {
			if (read_column(p, &p->schema->columns[p->field[n]],
					word, &p->row[p->field[n]]))
				return -1;
		}
		n++;
	}
	if (n != p->nfields)
		return bad_line(p, "garbled: %zu values in a row of %zu columns",
				n, p->nfields);
	if (check_rest(p))
		return -1;
	p->rows++;
	return 1;
}

int twi_parse_rewind(struct twi_parse *p)
{
	if (fseeko(p->in, 0, SEEK_SET))
		return twi_fail(p->err, TWI_EXIT_IO,
				"%s: cannot go back to its start: %s", p->path,
				strerror(errno));
	twi_keys_free(&p->keys);
	p->line = 0;
	p->rows = 0;
	p->nfields = 0;
	return read_head(p);
}

int twi_parse_check(struct twi_parse *p)
{
	int ret;

	do {
		ret = twi_parse_row(p);
	} while (ret > 0);
	return ret ? ret : twi_parse_rewind(p);
}

void twi_parse_close(struct twi_parse *p)
{
	twi_keys_free(&p->keys);
	if (p->in)
		fclose(p->in);
	free(p->path);
	p->in = NULL;
	p->path = NULL;
}
