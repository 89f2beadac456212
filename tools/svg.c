// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * svg.c - lays charts out in a coordinate system that a telephone shows at two
 * thirds of its size: a label has room for letters half as large again.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "error.h"
#include "html.h"
#include "svg.h"

#define WIDTH		480
#define HEIGHT		250
#define LEFT		62
#define RIGHT		472
#define TOP		12
#define BOTTOM		200
#define TICK_NAMES	(BOTTOM + 18)
#define AXIS_NAME	(HEIGHT - 8)
#define Y_TICKS		4
#define GAP		0.16	/* between columns, of the width of one */

double twi_nice_step(double max, int n, bool whole)
{
	static const double nice[] = { 1, 1.5, 2, 3, 4, 5, 6, 8, 10 };
	double rough = max / n, power, step;
	size_t i = 0;

	if (!(rough > 0))
		return 1;
	power = pow(10, floor(log10(rough)));
	while (i < ARRAY_SIZE(nice) - 1 && nice[i] * power < rough)
		i++;
	step = nice[i] * power;
	return whole ? ceil(step) : step;
}

/* A number of an axis, which has to be short: 0.25, 524,288, 20 M. */
static struct twi_str axis_number(double value)
{
	static const char unit[] = "MGTPE";
	struct twi_str str;
	int i = 0;

	if (value < 1e6 && value == floor(value))
		return twi_count(value, false);
	if (value < 1e6) {
		snprintf(str.s, sizeof(str.s), "%.3g", value);
		return str;
	}
	for (value /= 1e6; value >= 1000 && unit[i + 1]; i++)
		value /= 1000;
	snprintf(str.s, sizeof(str.s), "%.3g %c", value, unit[i]);
	return str;
}

static void open_chart(FILE *out, const char *kind, const char *id,
		       const char *title, const char *text)
{
	twi_html(out,
		 "<svg class=\"%s\" id=\"%s\" role=\"img\" viewBox=\"0 0 %d %d\" aria-labelledby=\"%s-title %s-text\">\n",
		 kind, id, WIDTH, HEIGHT, id, id);
	twi_html(out, "<title id=\"%s-title\">%s</title>", id, title);
	twi_html(out, "<desc id=\"%s-text\">%s</desc>\n", id, text);
}

static void put_y_tick(FILE *out, double y, const char *name, bool line)
{
	if (line)
		twi_html(out, "<path class=\"grid\" d=\"M%d %.1fH%d\"/>", LEFT,
			 y, RIGHT);
	twi_html(out, "<text class=\"y\" x=\"%d\" y=\"%.1f\">%s</text>\n",
		 LEFT - 6, y + 4, name);
}

/* Every second name goes where the chart is small, if there are many. */
static void put_x_tick(FILE *out, double x, const char *name, bool more)
{
	twi_html(out, "<path class=\"axis\" d=\"M%.1f %dv4\"/>", x, BOTTOM);
	twi_html(out, "<text class=\"%s\" x=\"%.1f\" y=\"%d\">%s</text>\n",
		 more ? "x more" : "x", x, TICK_NAMES, name);
}

static double highest(const struct twi_columns *chart)
{
	double max = 0;

	for (size_t i = 0; i < chart->n; i++) {
		const struct twi_column *column = &chart->column[i];

		max = fmax(max, column->value[0] + column->value[1]);
		max = fmax(max, column->expected);
	}
	return max;
}

static void put_part(FILE *out, const char *class, double x, double y, double width,
		     double height)
{
	if (height <= 0)
		return;
	twi_html(out, "<path class=\"%s\" d=\"M%.1f %.1fh%.1fv%.1fh-%.1fz\"/>",
		 class, x, y, width, height, width);
}

static void put_column(FILE *out, const struct twi_columns *chart, size_t i,
		       double scale)
{
	const struct twi_column *column = &chart->column[i];
	double slot = (double)(RIGHT - LEFT) / chart->n;
	double x = LEFT + (i + GAP / 2) * slot, width = (1 - GAP) * slot;
	double low = column->value[0] * scale;
	double high = column->value[1] * scale;

	twi_html(out, "<g><title>%s: %s %s", column->name.s,
		 twi_count(twi_whole(column->value[0] + column->value[1]),
			   false).s, chart->unit);
	if (column->expected >= 0)
		twi_html(out, ", %.1f expected", column->expected);
	/* what is there can be seen, and pointed at, however little it is */
	if (low > 0 && low < 1)
		low = 1;
	twi_html(out, "</title>");
	put_part(out, "a", x, BOTTOM - low, width, low);
	put_part(out, "b", x, BOTTOM - low - high, width, high);
	if (column->expected >= 0)
		twi_html(out, "<path class=\"e\" d=\"M%.1f %.1fh%.1f\"/>",
			 x - GAP / 2 * slot,
			 BOTTOM - column->expected * scale, slot);
	twi_html(out, "</g>\n");
}

void twi_svg_columns(FILE *out, const struct twi_columns *chart)
{
	double slot = (double)(RIGHT - LEFT) / (chart->n ? chart->n : 1);
	double step, top, scale;

	step = twi_nice_step(highest(chart), Y_TICKS, true);
	top = step * fmax(1, ceil(highest(chart) / step));
	scale = (BOTTOM - TOP) / top;
	open_chart(out, "chart", chart->id, chart->title, chart->text);
	for (int i = 0; i * step <= top; i++)
		put_y_tick(out, BOTTOM - i * step * scale,
			   axis_number(i * step).s, i);
	for (size_t i = 0; i < chart->n; i++)
		put_column(out, chart, i, scale);
	twi_html(out, "<path class=\"axis\" d=\"M%d %dH%d\"/>\n", LEFT, BOTTOM,
		 RIGHT);
	for (int i = 0; i < chart->nticks; i++)
		put_x_tick(out, LEFT + chart->tick[i].at * slot,
			   chart->tick[i].name.s, i % 2);
	twi_html(out, "<text class=\"name\" x=\"%d\" y=\"%d\">%s</text>",
		 (LEFT + RIGHT) / 2, AXIS_NAME, chart->x_name);
	twi_html(out, "</svg>\n");
}

void twi_svg_bar(FILE *out, const double *part, size_t n, double total)
{
	double x = 0, width;

	twi_html(out,
		 "<svg class=\"bar\" viewBox=\"0 0 100 1\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
	for (size_t i = 0; i < n; i++) {
		width = total > 0 ? 100 * part[i] / total : 0;
		width = fmax(0, fmin(width, 100 - x));
		if (width > 0)
			twi_html(out,
				 "<rect class=\"k%zu\" x=\"%.2f\" width=\"%.2f\" height=\"1\"/>",
				 i, x, width);
		x += width;
	}
	twi_html(out, "</svg>");
}

void twi_svg_key(FILE *out, char class, size_t number)
{
	const char name[] = { class, '\0' };

	twi_html(out,
		 "<svg class=\"key\" viewBox=\"0 0 1 1\" aria-hidden=\"true\"><rect class=\"%s%zu\" width=\"1\" height=\"1\"/></svg>",
		 name, number);
}

void twi_svg_key_mark(FILE *out)
{
	twi_html(out,
		 "<svg class=\"key\" viewBox=\"0 0 16 16\" aria-hidden=\"true\"><path class=\"e\" d=\"M0 8h16\"/></svg>");
}

static int compare(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;

	return a < b ? -1 : a > b;
}

void twi_map_shades(struct twi_map *map, bool whole)
{
	double *sorted = twi_alloc(NULL, map->n + 1, sizeof(*sorted));
	size_t n = 0;

	for (size_t i = 0; i < map->n; i++) {
		if (map->value[i] > 0)
			sorted[n++] = map->value[i];
	}
	qsort(sorted, n, sizeof(*sorted), compare);
	map->max = n ? sorted[n - 1] : 0;
	map->low = 0;
	map->step = 1;
	if (n) {
		/* 1 in 100 at either end does not stretch the scale */
		double low = sorted[(n - 1) / 100];
		double high = sorted[(n - 1) * 99 / 100];

		map->step = twi_nice_step(high - low, TWI_SHADES - 3, whole);
		map->low = ceil(low / map->step) * map->step;
	}
	free(sorted);
}

static size_t shade_of(const struct twi_map *map, double value)
{
	double shade = 1 + ceil((value - map->low) / map->step);

	if (!(value > 0))
		return 0;
	return fmax(1, fmin(shade, TWI_SHADES - 1));
}

/* The cells of a shade as one path, those side by side as one piece. */
static void put_shade(FILE *out, const struct twi_map *map, size_t shade)
{
	size_t run;

	twi_html(out, "<path class=\"s%zu\" d=\"", shade);
	for (size_t i = 0; i < map->n; i += run) {
		run = 1;
		if (shade_of(map, map->value[i]) != shade)
			continue;
		while (i + run < map->n && (i + run) % map->columns &&
		       shade_of(map, map->value[i + run]) == shade)
			run++;
		twi_html(out, "M%zu %zuh%zuv1h-%zuz", i % map->columns,
			 i / map->columns, run, run);
	}
	twi_html(out, "\"/>\n");
}

static void put_map_ticks(FILE *out, const struct twi_map *map, size_t rows)
{
	double row = map->columns * map->per;
	size_t every = rows > Y_TICKS ? rows / Y_TICKS : 1;
	struct twi_str name;

	for (size_t i = 0; i < rows; i += every)
		put_y_tick(out, TOP + (i + 0.5) * (BOTTOM - TOP) / rows,
			   axis_number(i * row).s, false);
	for (int i = 0; i < Y_TICKS; i++) {
		snprintf(name.s, sizeof(name.s), "+%.30s",
			 axis_number(i * row / Y_TICKS).s);
		put_x_tick(out, LEFT + i * (RIGHT - LEFT) / Y_TICKS, name.s,
			   false);
	}
}

/* What a script needs to tell of single cells. */
static void put_map_data(FILE *out, const struct twi_map *map)
{
	twi_html(out, " data-columns=\"%zu\" data-per=\"%.0f\" data-unit=\"%s\" data-cells=\"",
		 map->columns, map->per, map->unit);
	for (size_t i = 0; i < map->n; i++) {
		/* short, as there are many: no count comes near to this */
		double value = fmin(map->value[i], 1e9);

		if (value == floor(value))
			twi_html(out, "%.0f ", value);
		else
			twi_html(out, "%.2f ", value);
	}
	twi_html(out, "\"");
}

void twi_svg_map(FILE *out, const struct twi_map *map)
{
	size_t rows = (map->n + map->columns - 1) / map->columns;

	open_chart(out, "chart map", map->id, map->title, map->text);
	put_map_ticks(out, map, rows);
	twi_html(out,
		 "<svg class=\"cells\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %zu %zu\" preserveAspectRatio=\"none\"",
		 LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP, map->columns, rows);
	put_map_data(out, map);
	twi_html(out, ">\n");
	for (size_t shade = 0; shade < TWI_SHADES; shade++)
		put_shade(out, map, shade);
	if (map->mark < map->n)
		twi_html(out,
			 "<rect class=\"mark\" x=\"%.1f\" y=\"%.1f\" width=\"2\" height=\"2\"/>",
			 map->mark % map->columns - 0.5,
			 map->mark / map->columns - 0.5);
	twi_html(out,
		 "</svg>\n<text class=\"name\" x=\"%d\" y=\"%d\">bucket: row + place in the row</text></svg>\n",
		 (LEFT + RIGHT) / 2, AXIS_NAME);
}

static void put_scale_step(FILE *out, size_t shade, const char *name)
{
	twi_html(out, "<li>");
	twi_svg_key(out, 's', shade);
	twi_html(out, "%s</li>\n", name);
}

void twi_svg_scale(FILE *out, const struct twi_map *map)
{
	size_t last = shade_of(map, map->max);
	struct twi_str name;

	twi_html(out, "<ul class=\"scale\" aria-label=\"%s\">\n", map->unit);
	put_scale_step(out, 0, "0");
	for (size_t i = 1; i <= last; i++) {
		bool open = i == TWI_SHADES - 1;

		snprintf(name.s, sizeof(name.s), "%s %.20s",
			 open ? "over" : "to",
			 axis_number(map->low +
				     (i - 1 - open) * map->step).s);
		put_scale_step(out, i, name.s);
	}
	twi_html(out, "</ul>\n");
}
