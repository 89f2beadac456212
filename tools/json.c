// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * json.c - the files as JSON.  The order of members is the schema's, not the
 * file's, and groups of keys are there even if empty: "a.b" is member b of
 * object a, and "port.K.tw" member tw of element K of array port.
 */
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "jansson_must.h"
#include "json.h"
#include "parse.h"
#include "units.h"

static json_t *key_value(const struct twi_key *key)
{
	return key->spec->kind == TWI_TEXT ? json_string(key->text) :
					     json_integer(key->number);
}

/* The array of ranks or the object that a key with a placeholder is in. */
static json_t *group(json_t *root, const struct twi_key_spec *spec)
{
	size_t len = strcspn(spec->name, ".");
	char *name = strndup(spec->name, len);
	json_t *value;

	if (!name)
		twi_nomem();
	value = json_object_get(root, name);
	if (!value) {
		value = must(strstr(spec->name, ".#.") ? json_array() :
							 json_object());
		set(root, name, value);
	}
	free(name);
	return value;
}

static void add_to_group(json_t *value, const struct twi_key *key)
{
	if (!json_is_array(value)) {
		set(value, strchr(key->name, '.') + 1, key_value(key));
		return;
	}
	while (json_array_size(value) <= (size_t)key->index)
		append(value, json_object());
	set(json_array_get(value, key->index), strrchr(key->name, '.') + 1,
	    key_value(key));
}

static json_t *keys_value(const struct twi_schema *schema,
			  const struct twi_keys *keys)
{
	json_t *root = must(json_object());
	const struct twi_key *key;

	set(root, TWI_NAME, json_string(schema->file));
	set(root, "format", json_integer(TWI_FORMAT));
	for (size_t i = 0; i < schema->nkeys; i++) {
		const struct twi_key_spec *spec = &schema->keys[i];

		if (!twi_spec_is_pattern(spec)) {
			key = twi_keys_find(keys, spec->name);
			set(root, spec->name, key ? key_value(key) :
						    json_integer(TWI_UNKNOWN));
			continue;
		}
		for (size_t k = 0; k < keys->n; k++) {
			if (keys->key[k].spec == spec)
				add_to_group(group(root, spec), &keys->key[k]);
		}
		group(root, spec);
	}
	return root;
}

static json_t *row_value(const struct twi_schema *schema, const int64_t *row,
			 const char *text)
{
	json_t *object = must(json_object());
	const char *word;

	for (size_t i = 0; i < schema->ncolumns; i++) {
		word = twi_column_text(&schema->columns[i], row[i], text);
		set(object, schema->columns[i].name,
		    word ? json_string(word) : json_integer(row[i]));
	}
	return object;
}

/* The same object again with other values, which spares making a new one. */
static void row_update(json_t *object, const struct twi_schema *schema,
		       const int64_t *row, const char *text)
{
	const char *word;
	json_t *value;

	for (size_t i = 0; i < schema->ncolumns; i++) {
		value = json_object_get(object, schema->columns[i].name);
		word = twi_column_text(&schema->columns[i], row[i], text);
		if (!word)
			json_integer_set(value, row[i]);
		else if (json_string_set(value, word))
			twi_nomem();
	}
}

static json_t *model_value(const struct twi_model *model)
{
	json_t *root = keys_value(model->schema, &model->keys);
	json_t *rows;

	if (!model->schema->columns)
		return root;
	rows = must(json_array());
	for (size_t i = 0; i < model->nrows; i++)
		append(rows, row_value(model->schema, twi_model_row(model, i),
				       model->text));
	set(root, "rows", rows);
	return root;
}

static size_t flags(const struct twi_view *view)
{
	return view->pretty ? JSON_INDENT(4) : JSON_COMPACT;
}

static json_t *slab_value(const struct twi_slab *slab)
{
	json_t *object = must(json_object());

	set(object, "cache", json_string(slab->cache));
	set(object, "object_size", json_integer(slab->object_size));
	set(object, "slab_size", json_integer(slab->slab_size));
	set(object, "objs_per_slab", json_integer(slab->objs_per_slab));
	set(object, "order", json_integer(slab->order));
	set(object, "active_objs", json_integer(slab->active_objs));
	set(object, "num_objs", json_integer(slab->num_objs));
	set(object, "num_slabs", json_integer(slab->num_slabs));
	set(object, "bytes", json_integer(slab->bytes));
	return object;
}

static void print(const struct twi_view *view, json_t *root)
{
	json_dumpf(root, stdout, flags(view));
	putchar('\n');
	json_decref(root);
}

/* How many of n rows the user wants. */
static size_t limit(const struct twi_view *view, size_t n)
{
	int64_t top = view->filter.top;

	return top > 0 && (size_t)top < n ? (size_t)top : n;
}

void twi_json_groups(const struct twi_view *view,
		     const struct twi_groups *groups)
{
	const struct twi_model *model = groups->model;
	json_t *root = keys_value(model->schema, &model->keys);
	json_t *rows = must(json_array());
	size_t n = limit(view, groups->n);

	for (size_t i = 0; i < n; i++)
		append(rows, row_value(model->schema, groups->row[i],
				       model->text));
	set(root, "rows", rows);
	print(view, root);
}

/* Of a destination: what names it, its ports and its figures. */
static json_t *destination_value(const struct twi_model *tuples,
				 const struct twi_destination *d)
{
	static const int columns[] = {
		TWI_tuples_netns, TWI_tuples_cookie, TWI_tuples_local,
		TWI_tuples_remote, TWI_tuples_port, TWI_tuples_dev,
		TWI_tuples_capacity,
	};
	json_t *object = must(json_object());
	const char *word;
	json_t *value;

	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		word = twi_model_text(tuples, d->row, columns[i]);
		set(object, tuples->schema->columns[columns[i]].name,
		    word ? json_string(word) :
			   json_integer(d->row[columns[i]]));
	}
	set(object, "held", json_integer(d->held));
	set(object, "range_capacity", json_integer(d->range_capacity));
	set(object, "reuse", json_integer(d->reuse));
	set(object, "rate_milli", json_integer(d->rate_milli));
	set(object, "headroom_milli", json_integer(d->headroom_milli));
	value = must(json_object());
	for (int i = 0; i < TWI_NCASES; i++)
		set(value, twi_case_names[i],
		    json_integer(d->sustained_milli[i]));
	set(object, "sustained_milli", value);
	value = must(json_object());
	for (int i = 0; i < TWI_NCASES; i++)
		set(value, twi_case_names[i],
		    json_integer(d->sustained_mean_milli[i]));
	set(object, "sustained_mean_milli", value);
	return object;
}

static json_t *length_value(const struct twi_length *length)
{
	json_t *object = must(json_object());

	set(object, "tw_len_ms", json_integer(length->tw_len_ms));
	set(object, "tw_step_ms", json_integer(length->tw_step_ms));
	set(object, "gone", json_integer(length->gone));
	return object;
}

void twi_json_capacity(const struct twi_view *view,
		       const struct twi_capacity *c)
{
	json_t *root = must(json_object());
	json_t *lengths = must(json_object());
	json_t *rows = must(json_array());

	set(root, TWI_NAME, json_string("capacity"));
	set(root, "format", json_integer(TWI_FORMAT));
	set(root, "time_ns", json_integer(twi_num(&c->tuples.keys, "time_ns")));
	set(root, "tw", json_integer(twi_num(&c->deathrow.keys, "tw")));
	set(root, "range_low", json_integer(view->plan.low));
	set(root, "range_high", json_integer(view->plan.high));
	set(root, "factor", json_integer(c->factor));
	set(root, "unknown", json_integer(c->unknown));
	set(lengths, twi_case_names[TWI_CASE_now],
	    length_value(&c->length[TWI_CASE_now]));
	for (int i = TWI_CASE_tw30; i <= TWI_CASE_tw10; i++)
		set(lengths, twi_case_names[i], length_value(&c->length[i]));
	set(root, "lengths", lengths);
	for (size_t i = 0; i < limit(view, c->groups.n); i++)
		append(rows, destination_value(&c->tuples,
					       &c->destination[i]));
	set(root, "rows", rows);
	print(view, root);
}

void twi_json_overview(const struct twi_view *view,
		       const struct twi_overview *overview)
{
	json_t *root = must(json_object());
	json_t *slabs = must(json_array());

	set(root, "summary", model_value(&overview->summary));
	set(root, "deathrow", model_value(&overview->deathrow));
	set(root, "netns", model_value(&overview->netns));
	for (int i = 0; i < overview->nslabs; i++)
		append(slabs, slab_value(&overview->slab[i]));
	set(root, "slab", slabs);
	print(view, root);
}

static json_t *moment_value(const struct twi_moment *moment)
{
	json_t *object = must(json_object());
	const struct twi_schema *schema = moment->head.schema;

	for (size_t i = 0; i < schema->nkeys; i++) {
		const char *name = schema->keys[i].name;

		set(object, name,
		    key_value(twi_keys_find(&moment->head.keys, name)));
	}
	set(object, "tw", json_integer(moment->tw));
	set(object, "live", json_integer(moment->live));
	set(object, "exhausted", json_integer(moment->exhausted));
	set(object, "bytes", json_integer(moment->bytes));
	return object;
}

void twi_json_moments(const struct twi_view *view,
		      const struct twi_moments *moments)
{
	json_t *root = must(json_object());
	json_t *rows = must(json_array());

	set(root, TWI_NAME, json_string(TWI_RECORDING));
	set(root, "format", json_integer(TWI_RECORDING_FORMAT));
	set(root, "torn_bytes",
	    json_integer(twi_recording_torn(moments->recording)));
	for (size_t i = 0; i < moments->n; i++)
		append(rows, moment_value(&moments->moment[i]));
	set(root, "snapshots", rows);
	print(view, root);
}

static json_t *change_value(const struct twi_change *change)
{
	json_t *object = must(json_object());
	bool known = change->before >= 0 && change->after >= 0;

	if (change->section == TWI_SECTION_netns) {
		set(object, "netns", json_integer(change->netns));
		set(object, "cookie", json_integer(change->cookie));
	}
	set(object, "name", json_string(change->name));
	set(object, "before", json_integer(change->before));
	set(object, "after", json_integer(change->after));
	set(object, "change",
	    known ? json_integer(twi_difference(change->after,
						change->before)) :
		    json_null());
	return object;
}

/* The row of a group, null where it is not. */
static json_t *group_value(const struct twi_side_of_diff *side,
			   const int64_t *row)
{
	const struct twi_model *model = &side->model[TWI_COMPARED_tuples];

	return row ? row_value(model->schema, row, model->text) : json_null();
}

static json_t *moved_value(const struct twi_diff *diff,
			   const struct twi_moved *moved)
{
	json_t *object = must(json_object());

	set(object, "before", group_value(&diff->before, moved->before));
	set(object, "after", group_value(&diff->after, moved->after));
	return object;
}

static json_t *side_value(const struct twi_side_of_diff *side)
{
	json_t *object = must(json_object());

	/* a name of a file may be any bytes */
	set(object, "name", json_string(side->name) ?: json_null());
	set(object, "time_ns", json_integer(twi_diff_time(side)));
	return object;
}

void twi_json_diff(const struct twi_view *view, const struct twi_diff *diff)
{
	json_t *root = must(json_object()), *array;

	set(root, TWI_NAME, json_string("diff"));
	set(root, "format", json_integer(TWI_FORMAT));
	set(root, "before", side_value(&diff->before));
	set(root, "after", side_value(&diff->after));
	set(root, "equal", json_boolean(!diff->n && !diff->nmoved));
	set(root, "complete", json_boolean(!diff->incomplete));
	array = must(json_array());
	for (int i = 0; i < TWI_NCOMPARED; i++) {
		if (!diff->compared[i])
			append(array, json_string(twi_compared_names[i]));
	}
	set(root, "not_compared", array);
	for (int section = 0; section < TWI_NSECTIONS; section++) {
		array = must(json_array());
		for (size_t i = 0; i < diff->n; i++) {
			if (diff->change[i].section == (unsigned int)section)
				append(array, change_value(&diff->change[i]));
		}
		set(root, twi_section_names[section], array);
	}
	array = must(json_array());
	for (size_t i = 0; i < limit(view, diff->nmoved); i++)
		append(array, moved_value(diff, &diff->moved[i]));
	set(root, "tuples", array);
	print(view, root);
}

/* The keys, up to where the closing brace would be. */
static void print_open(const struct twi_view *view, json_t *keys)
{
	char *text = json_dumps(keys, flags(view));

	if (!text)
		twi_nomem();
	text[strlen(text) - (view->pretty ? 2 : 1)] = '\0';
	fputs(text, stdout);
	free(text);
}

static int print_rows(const struct twi_view *view, struct twi_parse *p)
{
	const char *before = view->pretty ? "\n        " : "";
	json_t *object = NULL;
	int ret = 0;

	fputs(view->pretty ? ",\n    \"rows\": [" : ",\"rows\":[", stdout);
	while (!ferror(stdout) && (ret = twi_parse_row(p)) > 0) {
		if (object)
			putchar(',');
		else
			object = row_value(p->schema, p->row, p->text);
		row_update(object, p->schema, p->row, p->text);
		fputs(before, stdout);
		json_dumpf(object, stdout, view->pretty ? 0 : JSON_COMPACT);
	}
	fputs(view->pretty && object ? "\n    ]" : "]", stdout);
	json_decref(object);
	return ferror(stdout) ? 0 : ret;
}

int twi_json_file(struct twi_view *view, const char *file)
{
	const struct twi_schema *schema = twi_schema_find(file);
	struct twi_parse p;
	json_t *keys;
	int ret;

	if (twi_parse_open(&p, &view->source, schema, &view->err))
		return -1;
	ret = twi_parse_check(&p);
	if (!ret) {
		keys = keys_value(schema, &p.keys);
		print_open(view, keys);
		json_decref(keys);
		if (schema->columns)
			ret = print_rows(view, &p);
		puts(view->pretty ? "\n}" : "}");
	}
	twi_parse_close(&p);
	return ret;
}
