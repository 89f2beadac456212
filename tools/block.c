// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * block.c - places lines of text beside each other and draws bars.  Text is
 * ASCII, or UTF-8 in which each character takes one column; no line ends in a
 * space.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "block.h"
#include "error.h"

#define GAP	2

static void add_line(struct twi_block *block, const char *text, size_t len)
{
	char *line = twi_alloc(NULL, len + 1, 1);

	while (len && text[len - 1] == ' ')
		len--;
	memcpy(line, text, len);
	line[len] = '\0';
	block->line = twi_alloc(block->line, block->n + 1, sizeof(char *));
	block->line[block->n++] = line;
}

void twi_block_add(struct twi_block *block, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = twi_text_vnew(fmt, args);
	va_end(args);
	add_line(block, text, strlen(text));
	free(text);
}

void twi_block_add_text(struct twi_block *block, const char *text)
{
	size_t len;

	for (; *text; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		add_line(block, text, len);
	}
}

unsigned int twi_columns(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

size_t twi_clip(const char *text, unsigned int columns)
{
	size_t n = 0;

	while (text[n] && ((text[n] & 0xc0) == 0x80 || columns--))
		n++;
	return n;
}

unsigned int twi_block_width(const struct twi_block *block)
{
	size_t n, max = 0;

	for (size_t i = 0; i < block->n; i++) {
		n = twi_columns(block->line[i]);
		if (n > max)
			max = n;
	}
	return max;
}

static void print(const struct twi_block *block)
{
	for (size_t i = 0; i < block->n; i++)
		puts(block->line[i]);
}

static void print_beside(const struct twi_block *left,
			 const struct twi_block *right, size_t start)
{
	for (size_t i = 0; i < left->n || i < right->n; i++) {
		const char *l = i < left->n ? left->line[i] : "";
		const char *r = i < right->n ? right->line[i] : "";

		if (*r)
			printf("%s%*s%s\n", l, (int)(start - twi_columns(l)), "",
			       r);
		else
			puts(l);
	}
}

void twi_block_print_two(struct twi_block *left, struct twi_block *right,
			 unsigned int width)
{
	size_t start = twi_block_width(left) + GAP;

	if (start < width / 2 + GAP / 2)
		start = width / 2 + GAP / 2;
	if (start + twi_block_width(right) <= width) {
		print_beside(left, right, start);
	} else {
		print(left);
		print(right);
	}
	twi_block_free(left);
	twi_block_free(right);
}

void twi_block_free(struct twi_block *block)
{
	for (size_t i = 0; i < block->n; i++)
		free(block->line[i]);
	free(block->line);
	block->line = NULL;
	block->n = 0;
}

/* value of max as a number of steps; what is not nothing has one. */
static unsigned int steps(int64_t value, int64_t max, unsigned int n)
{
	unsigned int step;

	if (value <= 0 || max <= 0 || !n)
		return 0;
	if (value >= max)
		return n;
	step = (double)value / max * n + 0.5;
	return step ? step : 1;
}

char *twi_bar(int64_t value, int64_t max, unsigned int width, bool utf8)
{
	static const char *const eighth[] = {
		"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"
	};
	unsigned int n = steps(value, max, utf8 ? 8 * width : width);
	const char *full = utf8 ? "█" : "#";
	unsigned int whole = utf8 ? n / 8 : n;
	char *bar = twi_alloc(NULL, width + 2, strlen(full));
	char *end = bar;

	while (whole--)
		end = stpcpy(end, full);
	strcpy(end, utf8 ? eighth[n % 8] : "");
	return bar;
}

/* Levels of a column, from empty to full. */
static const char *const ascii[] = {
	" ", ".", ":", "-", "=", "+", "*", "#", "@"
};

static const char *const blocks[] = {
	" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"
};

#define FULL	(sizeof(blocks) / sizeof(blocks[0]) - 1)

char *twi_spark(const int64_t *value, size_t n, bool utf8)
{
	const char *const *glyph = utf8 ? blocks : ascii;
	char *spark = twi_alloc(NULL, n + 1, strlen(glyph[FULL]));
	char *end = spark;
	int64_t max = 0;

	for (size_t i = 0; i < n; i++) {
		if (value[i] > max)
			max = value[i];
	}
	*end = '\0';
	for (size_t i = 0; i < n; i++)
		end = stpcpy(end, glyph[steps(value[i], max, FULL)]);
	return spark;
}

/* In ASCII a bar is made of #, and its top is one of three. */
static const char *chart_glyph(unsigned int level, bool utf8)
{
	if (utf8)
		return blocks[level];
	if (!level)
		return " ";
	return level < 3 ? "." : level < 6 ? ":" : "#";
}

char *twi_chart_row(const struct twi_chart *chart, unsigned int row)
{
	size_t cells = chart->n * chart->wide;
	char *text = twi_alloc(NULL, cells + 1, strlen(blocks[FULL]));
	char *end = text;

	*end = '\0';
	for (size_t i = 0; i < cells; i++) {
		unsigned int level = steps(chart->value[i / chart->wide],
					   chart->max, FULL * chart->rows);

		level = level > FULL * row ? level - FULL * row : 0;
		if (chart->wide > 2 && i % chart->wide == chart->wide - 1)
			level = 0;
		end = stpcpy(end, chart_glyph(level < FULL ? level : FULL,
					      chart->utf8));
	}
	return text;
}

int64_t twi_round_up(int64_t n)
{
	int64_t unit = 1;

	if (n < 1)
		return 1;
	while (n / unit >= 10)
		unit *= 10;
	if (n % unit == 0 || n > INT64_MAX - unit)
		return n;
	return (n / unit + 1) * unit;
}
