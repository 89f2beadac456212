// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * html.c - the only file that writes text into a document, so that none of it
 * can be taken for markup.  Knows nothing of what it writes.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "units.h"

/* What no document may have stands as the replacement character. */
#define REPLACEMENT	"\xef\xbf\xbd"

/* Bytes of the character, which is not ASCII; 0 for what is no UTF-8. */
static size_t utf8_length(const unsigned char *s)
{
	size_t len = *s >= 0xf0 ? 4 : *s >= 0xe0 ? 3 : 2;
	unsigned long c = *s & (0xff >> (len + 1));
	static const unsigned long least[] = { 0, 0, 0x80, 0x800, 0x10000 };

	if (*s < 0xc2 || *s > 0xf4)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	/* overlong, surrogates, controls, and what is no character */
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ||
	    c < 0xa0 || (c & 0xfffe) == 0xfffe)
		return 0;
	return len;
}

static const char *entity(unsigned char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return c < ' ' || c == 0x7f ? REPLACEMENT : NULL;
	}
}

static void put_text(FILE *out, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	const char *instead;
	size_t len;

	while (*s) {
		len = *s < 0x80 ? 1 : utf8_length(s);
		instead = *s < 0x80 ? entity(*s) : NULL;
		if (!len || instead) {
			fputs(instead ? instead : REPLACEMENT, out);
			s++;
		} else {
			fwrite(s, 1, len, out);
			s += len;
		}
	}
}

/* One conversion; returns what follows it. */
static const char *convert(FILE *out, const char *spec, va_list *args)
{
	char *end;

	if (!strncmp(spec, "%%", 2)) {
		putc('%', out);
		return spec + 2;
	}
	if (!strncmp(spec, "%s", 2)) {
		put_text(out, va_arg(*args, const char *));
		return spec + 2;
	}
	if (!strncmp(spec, "%d", 2)) {
		fprintf(out, "%d", va_arg(*args, int));
		return spec + 2;
	}
	if (!strncmp(spec, "%zu", 3)) {
		fprintf(out, "%zu", va_arg(*args, size_t));
		return spec + 3;
	}
	if (!strncmp(spec, "%lld", 4)) {
		fprintf(out, "%lld", va_arg(*args, long long));
		return spec + 4;
	}
	if (!strncmp(spec, "%.", 2)) {
		int precision = strtol(spec + 2, &end, 10);

		if (*end == 'f') {
			fprintf(out, "%.*f", precision,
				va_arg(*args, double));
			return end + 1;
		}
	}
	/* a format of this program's that html.h does not have */
	abort();
}

void twi_html(FILE *out, const char *fmt, ...)
{
	va_list args;
	size_t len;

	va_start(args, fmt);
	while (*fmt) {
		len = strcspn(fmt, "%");
		fwrite(fmt, 1, len, out);
		fmt += len;
		if (*fmt)
			fmt = convert(out, fmt, &args);
	}
	va_end(args);
}

void twi_html_table(FILE *out, const char *caption, const char *headings)
{
	const char *name = headings;
	char heading[64];
	size_t len;

	twi_html(out, "<div class=\"box\" role=\"region\" tabindex=\"0\" aria-label=\"%s\">",
		 caption);
	twi_html(out, "<table><caption>%s</caption>\n<thead><tr>", caption);
	while (*name) {
		len = strcspn(name, "|");
		snprintf(heading, sizeof(heading), "%.*s", (int)len, name);
		if (*heading == '<')
			twi_html(out, "<th scope=\"col\">%s</th>", heading + 1);
		else
			twi_html(out, "<th scope=\"col\" class=\"n\">%s</th>",
				 heading);
		name += len;
		name += *name == '|';
	}
	twi_html(out, "</tr></thead>\n<tbody>\n");
}

void twi_html_table_end(FILE *out)
{
	twi_html(out, "</tbody></table></div>\n");
}

void twi_html_head(FILE *out, const char *text)
{
	twi_html(out, "<th scope=\"row\">%s</th>", text);
}

void twi_html_cell(FILE *out, const char *text)
{
	twi_html(out, "<td>%s</td>", text);
}

void twi_html_data(FILE *out, int64_t number, const char *text)
{
	char raw[32];

	snprintf(raw, sizeof(raw), "%lld", (long long)number);
	if (!strcmp(raw, text))
		twi_html(out, "%s", text);
	else if (number < 0)
		twi_html(out, "<span title=\"not known\">%s</span>", text);
	else
		twi_html(out, "<data value=\"%s\" title=\"%s\">%s</data>", raw,
			 raw, text);
}

void twi_html_number(FILE *out, int64_t number, const char *text)
{
	twi_html(out, "<td class=\"n\">");
	twi_html_data(out, number, text);
	twi_html(out, "</td>");
}

void twi_html_count(FILE *out, int64_t number)
{
	twi_html_number(out, number, twi_count(number, false).s);
}

void twi_html_bytes(FILE *out, int64_t bytes)
{
	twi_html_number(out, bytes, twi_bytes(bytes, false).s);
}
