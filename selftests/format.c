// SPDX-License-Identifier: GPL-2.0
/*
 * format - every file against Documentation/ABI/testing/debugfs-twinspect, a
 * copy of which lies beside the tests: what is printed is documented, what is
 * documented is printed.
 */
#include <ctype.h>
#include <dirent.h>
#include <sys/stat.h>

#include "kselftest_harness.h"
#include "twlib.h"

#define ABI	"debugfs-twinspect"
#define PORT	5000

/* A name of the document, with its placeholders as they stand there. */
struct entry {
	char file[32];
	char name[64];
	bool column;
	bool text;	/* its value may be something else than a number */
};

struct doc {
	struct entry *e;
	size_t n;
};

static void doc_add(struct doc *doc, const char *file, const char *name,
		    bool column, const char *description)
{
	struct entry *e;

	doc->e = tw_need(realloc(doc->e, (doc->n + 1) * sizeof(*doc->e)));
	e = &doc->e[doc->n++];
	memset(e, 0, sizeof(*e));
	snprintf(e->file, sizeof(e->file), "%s", file);
	snprintf(e->name, sizeof(e->name), "%s", name);
	e->column = column;
	e->text = !strncmp(description, "text:", 5) ||
		  !strncmp(description, "``", 2);
}

/* "rport.K..." stands for all that is said of "port.K". */
static void doc_add_like(struct doc *doc, const char *file, const char *name)
{
	size_t i, n = doc->n;
	char copy[sizeof(doc->e->name) + 1];

	for (i = 0; i < n; i++) {
		if (strcmp(doc->e[i].file, file) ||
		    strncmp(doc->e[i].name, name + 1, strlen(name) - 4))
			continue;
		snprintf(copy, sizeof(copy), "%c%s", name[0], doc->e[i].name);
		doc_add(doc, file, copy, false, "");
	}
}

/* A line of a table that begins with names: "NAME[, NAME][<tab>description]". */
static void doc_table_line(struct doc *doc, const char *file, char *line,
			   bool column)
{
	char *description = line + strcspn(line, "\t"), *word;

	if (*description)
		*description++ = '\0';
	description += strspn(description, "\t");
	while ((word = strsep(&line, " ,"))) {
		if (!*word)
			continue;
		if (strstr(word, "..."))
			doc_add_like(doc, file, word);
		else
			doc_add(doc, file, word, column, description);
	}
}

/* Names with a T in running text: those of minisockets alone. */
static void doc_prose(struct doc *doc, const char *file, char *line)
{
	size_t len;
	char *word;

	while ((word = strsep(&line, " \t,"))) {
		len = strlen(word);
		if (strncmp(word, "T_", 2))
			continue;
		if (word[len - 1] == '.')
			word[len - 1] = '\0';
		doc_add(doc, file, word, false, "");
	}
}

static int doc_load(struct doc *doc)
{
	static const char what[] = "What:\t\t" TW_DIR;
	bool table = false, column = false;
	char line[512], file[32] = "";
	FILE *f = fopen(ABI, "re");

	if (!f)
		return tw_fail(ABI);
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, what, sizeof(what) - 1))
			sscanf(line + sizeof(what) - 1, "%31s", file);
		else if (!strncmp(line, "Users:", 6))
			break;
		else if (!*file)
			continue;	/* of the format itself */
		else if (!strncmp(line, "\t\t=====", 7)) {
			table = !table;
			column = false;
		} else if (!strncmp(line, "\t\t-----", 7))
			column = true;
		else if (!table)
			doc_prose(doc, file, line);
		else if (!strncmp(line, "\t\t", 2) && !isspace(line[2]))
			doc_table_line(doc, file, line + 2, column);
	}
	fclose(f);
	return 0;
}

/* The name with the first of @from, a whole word in it, replaced by @to. */
static bool replace(char *out, size_t size, const char *name, const char *from,
		    const char *to)
{
	size_t len = strlen(from);
	const char *p = name;

	while ((p = strstr(p, from))) {
		bool starts = p == name || p[-1] == '_' || p[-1] == '.';

		if (starts && (!p[len] || p[len] == '_' || p[len] == '.')) {
			snprintf(out, size, "%.*s%s%s", (int)(p - name), name,
				 to, p + len);
			return true;
		}
		p++;
	}
	return false;
}

/* Names without placeholders, but for those that matches() understands. */
struct expansion {
	char (*name)[64];
	size_t n;
};

static void expand(struct expansion *x, const char *name);

/* Once for each of @to in the place of @from; false if it is not there. */
static bool expand_by(struct expansion *x, const char *name, const char *from,
		      const char *const *to, size_t n)
{
	char out[64];
	size_t i;

	for (i = 0; i < n; i++) {
		if (!replace(out, sizeof(out), name, from, to[i]))
			return false;
		expand(x, out);
	}
	return true;
}

static bool expand_seconds(struct expansion *x, const char *name)
{
	char second[12];
	const char *to = second;
	int s;

	for (s = 0; s <= 64; s++) {
		snprintf(second, sizeof(second), "%d", s);
		if (!expand_by(x, name, "S", &to, 1))
			return false;
	}
	return true;
}

static void expand(struct expansion *x, const char *name)
{
	static const char *const tables[] = {
		"ehash", "ehash_own", "bhash", "bhash2",
	};
	/* The bind hashes have no minisockets of their own. */
	size_t ntables = strncmp(name, "T_tw_", 5) ? 4 : 2;

	if (expand_by(x, name, "T", tables, ntables) ||
	    expand_by(x, name, "STATE", tw_states, TW_STATES) ||
	    expand_by(x, name, "FAMILY", tw_families, TW_FAMILIES) ||
	    expand_by(x, name, "NAME", tw_files, TW_FILES) ||
	    expand_seconds(x, name))
		return;
	x->name = tw_need(realloc(x->name, (x->n + 1) * sizeof(*x->name)));
	snprintf(x->name[x->n++], sizeof(*x->name), "%s", name);
}

/* The bins of T_chains.L: one of these, or 0 to 63. */
static bool is_bin(const char *text)
{
	static const char *const bins[] = {
		"64-127", "128-255", "256-511", "512-1023", "1024-2047",
		"2048-4095", "4096-8191", "8192-16383", "16384-32767",
		"32768-65535", "65536+",
	};
	size_t len = strspn(text, "0123456789"), i;

	if (len && !text[len])
		return len < 3 && atoi(text) < 64 && (*text != '0' || len == 1);
	for (i = 0; i < sizeof(bins) / sizeof(bins[0]); i++) {
		if (!strcmp(text, bins[i]))
			return true;
	}
	return false;
}

/* Whether @name is one of those that @pattern stands for. */
static bool matches(const char *pattern, const char *name)
{
	char rank[64];
	size_t len = strlen(pattern);

	if (replace(rank, sizeof(rank), pattern, "K", "0")) {
		len = strchr(pattern, '.') - pattern + 1;
		return !strncmp(pattern, name, len) && isdigit(name[len]) &&
		       !strcmp(pattern + len + 1, name + len + 1);
	}
	if (len > 2 && !strcmp(pattern + len - 2, ".L"))
		return !strncmp(pattern, name, len - 1) &&
		       is_bin(name + len - 1);
	return !strcmp(pattern, name);
}

/* What @e stands for in file @f is printed: the number of names that are not. */
static int missing(const struct entry *e, const struct tw_file *f)
{
	size_t n = e->column ? f->ncolumns : f->nkeys, i, j;
	struct expansion x = {};
	int bad = 0;

	expand(&x, e->name);
	for (i = 0; i < x.n; i++) {
		for (j = 0; j < n; j++) {
			if (matches(x.name[i], e->column ? f->columns[j] :
						f->keys[j].name))
				break;
		}
		if (j == n) {
			tw_log("%s: no %s %s", f->name,
			       e->column ? "column" : "key", x.name[i]);
			bad++;
		}
	}
	free(x.name);
	return bad;
}

/* The entry of the document that @name is one of. */
static const struct entry *documented(const struct doc *doc, const char *file,
				      const char *name, bool column)
{
	const struct entry *found = NULL;
	size_t i, j;

	for (i = 0; i < doc->n && !found; i++) {
		const struct entry *e = &doc->e[i];
		struct expansion x = {};

		if (e->column != column || strcmp(e->file, file))
			continue;
		expand(&x, e->name);
		for (j = 0; j < x.n; j++) {
			if (matches(x.name[j], name))
				found = e;
		}
		free(x.name);
	}
	return found;
}

static int undocumented(const struct doc *doc, const struct tw_file *f)
{
	const struct entry *e;
	int bad = 0;
	size_t i;

	for (i = 0; i < f->nkeys; i++) {
		e = documented(doc, f->name, f->keys[i].name, false);
		if (!e)
			e = documented(doc, "*", f->keys[i].name, false);
		if (e && (e->text || f->keys[i].value != TW_NONE))
			continue;
		tw_log("%s: key %s %s", f->name, f->keys[i].name,
		       e ? "is no number" : "is not documented");
		bad++;
	}
	for (i = 0; i < f->ncolumns; i++) {
		e = documented(doc, f->name, f->columns[i], true);
		if (e && e->text == f->is_text[i])
			continue;
		tw_log("%s: column %s %s", f->name, f->columns[i],
		       e ? "is text or a number" : "is not documented");
		bad++;
	}
	return bad;
}

/* -1 is unknown, and nothing is below but the time that a batch is late. */
static int negative(const struct tw_file *f)
{
	int bad = 0;
	size_t i;

	for (i = 0; i < f->nkeys; i++)
		bad += f->keys[i].value < -1 && f->keys[i].value != TW_NONE;
	for (i = 0; i < f->nrows * f->ncolumns; i++)
		bad += f->cells[i] < -1 && !f->is_text[i % f->ncolumns] &&
		       strcmp(f->columns[i % f->ncolumns], "fires_ms");
	return bad;
}

FIXTURE(format) {
	struct doc doc;
};

FIXTURE_VARIANT(format) {
	const char *file;
};

FIXTURE_VARIANT_ADD(format, summary) { .file = "summary" };
FIXTURE_VARIANT_ADD(format, ehash_buckets) { .file = "ehash_buckets" };
FIXTURE_VARIANT_ADD(format, deathrow) { .file = "deathrow" };
FIXTURE_VARIANT_ADD(format, bind_buckets) { .file = "bind_buckets" };
FIXTURE_VARIANT_ADD(format, tuples) { .file = "tuples" };
FIXTURE_VARIANT_ADD(format, netns) { .file = "netns" };
FIXTURE_VARIANT_ADD(format, caps) { .file = "caps" };

/* Something of everything, so that whatever can be printed is. */
FIXTURE_SETUP(format)
{
	struct tw_conn conn = { .family = TW_V4, .port = PORT };
	static int ends[5];

	ASSERT_EQ(0, doc_load(&self->doc));
	ASSERT_LE(0, tw_ns_new());
	ASSERT_EQ(40, tw_make(&conn, 40));
	ASSERT_EQ(5, tw_make_fw2(&conn, 5, ends));
	ASSERT_LE(0, tw_listen(TW_V6, NULL, PORT));
	ASSERT_EQ(0, tw_sysctl("net/ipv4/tcp_child_ehash_entries", 16));
	ASSERT_LE(0, tw_ns_new());
	ASSERT_EQ(20, tw_make(&conn, 20));
	ASSERT_TRUE(tw_wait_sockstat(20));
}

FIXTURE_TEARDOWN(format)
{
}

TEST_F(format, documented)
{
	struct tw_file *f = tw_load(variant->file);

	ASSERT_NE(NULL, f);
	EXPECT_EQ(0, undocumented(&self->doc, f));
	EXPECT_EQ(0, negative(f));
}

TEST_F(format, printed)
{
	bool caps = !strcmp(variant->file, "caps");
	struct tw_file *f = tw_load(variant->file);
	int entries = 0, common = 0;

	ASSERT_NE(NULL, f);
	for (size_t i = 0; i < self->doc.n; i++) {
		const struct entry *e = &self->doc.e[i];

		if (!strcmp(e->file, "*")) {
			common++;
			/* caps walks nothing */
			if (caps && strcmp(e->name, "time_ns"))
				continue;
		} else if (strcmp(e->file, variant->file)) {
			continue;
		} else {
			entries++;
		}
		EXPECT_EQ(0, missing(e, f));
	}
	/* The document was understood. */
	EXPECT_LE(6, entries);
	EXPECT_LE(15, common);
}

/* No documented name twice, or one of the two would not be tested. */
TEST_F(format, once)
{
	struct entry *e = self->doc.e;

	for (size_t i = 0; i < self->doc.n; i++) {
		for (size_t j = 0; j < i; j++) {
			EXPECT_FALSE(e[i].column == e[j].column &&
				     !strcmp(e[i].file, e[j].file) &&
				     !strcmp(e[i].name, e[j].name)) {
				TH_LOG("%s", e[i].name);
			}
		}
	}
}

/* The files that there are, and what may be done with them. */
TEST(files)
{
	DIR *dir = opendir(TW_DIR);
	struct dirent *d;
	struct stat st;
	int n = 0, known;

	ASSERT_NE(NULL, dir);
	while ((d = readdir(dir))) {
		if (d->d_name[0] == '.')
			continue;
		known = 0;
		for (int i = 0; i < TW_FILES; i++)
			known += !strcmp(d->d_name, tw_files[i]);
		EXPECT_EQ(1, known) {
			TH_LOG("%s", d->d_name);
		}
		ASSERT_EQ(0, fstatat(dirfd(dir), d->d_name, &st, 0));
		EXPECT_EQ(S_IFREG | 0400, st.st_mode);
		EXPECT_EQ(0U, st.st_uid);
		n++;
	}
	EXPECT_EQ(TW_FILES, n);
	closedir(dir);
}

/* What the tests read the files with does not let anything pass. */
TEST(parser)
{
	static const char good[] =
		"# twinspect x 1\na 1\nb.c -1\n# p q\n1 2\n-3 4\n# end 2\n";
	static const char *const bad[] = {
		"", "# twinspect x 1\n", "# twinspect x 1\n# end 0",
		"# twinspect x 2\n# end 0\n", "# twinspect y 1\n# end 0\n",
		"# twinspect x 1\n# end 1\n", "# twinspect x 1\n# end 0\n\n",
		"# twinspect x 1\na  1\n# end 0\n",
		"# twinspect x 1\na 1\na 2\n# end 0\n",
		"# twinspect x 1\nA 1\n# end 0\n",
		"# twinspect x 1\na\n# end 0\n",
		"# twinspect x 1\n# p q\n1 2 3\n# end 1\n",
		"# twinspect x 1\n# p q\n1\n# end 1\n",
		"# twinspect x 1\n# p q\n1  2\n# end 1\n",
		"# twinspect x 1\n# p q\n1 2 \n# end 1\n",
		"# twinspect x 1\n# p q\n1 +2\n# end 1\n",
		"# twinspect x 1\n# p q\n1 02\n# end 1\n",
		"# twinspect x 1\n# p q\n1 0x2\n# end 1\n",
		"# twinspect x 1\n# p  q\n# end 0\n",
		"# twinspect x 1\n# p\n# q\n# end 0\n",
		"# twinspect x 1\n# side q\nother 1\n# end 1\n",
	};
	static const char text[] =
		"# twinspect tuples 1\n# side port\nother 1\n# end 1\n";
	struct tw_file *f = tw_parse("x", good, strlen(good));

	ASSERT_NE(NULL, f);
	EXPECT_EQ(1, tw_get(f, "a"));
	EXPECT_EQ(-1, tw_get(f, "b.c"));
	EXPECT_EQ(TW_NONE, tw_get(f, "c"));
	EXPECT_EQ(2U, f->nrows);
	EXPECT_EQ(-3, tw_cell(f, 1, "p"));
	EXPECT_EQ(6, tw_sum(f, "q"));
	EXPECT_EQ(TW_NONE, tw_cell(f, 2, "q"));
	EXPECT_EQ(TW_NONE, tw_sum(f, "r"));
	EXPECT_EQ(1, tw_row(f, "q", 4));
	EXPECT_EQ(-1, tw_row(f, "q", 5));
	f = tw_parse("tuples", text, strlen(text));
	ASSERT_NE(NULL, f);
	EXPECT_STREQ("other", tw_text(f, 0, "side"));
	EXPECT_STREQ("1", tw_text(f, 0, "port"));
	EXPECT_EQ(TW_NONE, tw_cell(f, 0, "side"));
	EXPECT_EQ(1, tw_cell(f, 0, "port"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		EXPECT_EQ(NULL, tw_parse("x", bad[i], strlen(bad[i]))) {
			TH_LOG("parsed: %s", bad[i]);
		}
	}
}

TEST_HARNESS_MAIN
