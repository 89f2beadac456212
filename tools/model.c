// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * model.c - holds one short file in memory.  Files that grow with the table
 * don't belong here: rows.c and json.c stream those.
 */
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "parse.h"

/* Where the copy begins. */
static int64_t add_text(struct twi_model *model, const char *text)
{
	size_t start = model->text_len, len = strlen(text) + 1;

	if (model->text_size - start < len) {
		model->text_size = 2 * model->text_size + len;
		model->text = twi_alloc(model->text, model->text_size, 1);
	}
	memcpy(model->text + start, text, len);
	model->text_len += len;
	return start;
}

static void add_row(struct twi_model *model, const int64_t *row,
		    const char *text)
{
	size_t n = model->schema->ncolumns;
	int64_t *copy;

	if (model->nrows == model->size) {
		model->size = model->size ? 2 * model->size : 64;
		model->rows = twi_alloc(model->rows, model->size,
					n * sizeof(*row));
	}
	copy = model->rows + model->nrows++ * n;
	memcpy(copy, row, n * sizeof(*row));
	for (size_t i = 0; i < n; i++) {
		if (model->schema->columns[i].kind == TWI_ADDRESS)
			copy[i] = add_text(model, text + row[i]);
	}
}

int twi_model_load(struct twi_model *model, const struct twi_source *source,
		   const char *file, struct twi_error *err)
{
	struct twi_parse p;
	int ret;

	memset(model, 0, sizeof(*model));
	model->schema = twi_schema_find(file);
	if (twi_parse_open(&p, source, model->schema, err)) {
		model->schema = NULL;
		return -1;
	}
	while ((ret = twi_parse_row(&p)) > 0)
		add_row(model, p.row, p.text);
	if (!ret) {
		model->keys = p.keys;
		memset(&p.keys, 0, sizeof(p.keys));
	}
	twi_parse_close(&p);
	if (ret)
		twi_model_free(model);
	return ret;
}

void twi_model_free(struct twi_model *model)
{
	twi_keys_free(&model->keys);
	free(model->rows);
	free(model->text);
	memset(model, 0, sizeof(*model));
}
