/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * model.h - one short file as a whole: its keys and all its rows.
 */
#ifndef TWINSPECT_MODEL_H
#define TWINSPECT_MODEL_H

#include "keys.h"
#include "source.h"

struct twi_model {
	const struct twi_schema	*schema;
	struct twi_keys		keys;
	int64_t			*rows;
	size_t			nrows;
	size_t			size;
	/* the text of all rows */
	char			*text;
	size_t			text_len;
	size_t			text_size;
};

/* Returns 0, or -1 with err set and the model empty. */
int twi_model_load(struct twi_model *model, const struct twi_source *source,
		   const char *file, struct twi_error *err);

/* The row of this number, by the schema's columns. */
static inline const int64_t *twi_model_row(const struct twi_model *model,
					   size_t row)
{
	return model->rows + row * model->schema->ncolumns;
}

/* The word or the address in a column of such a kind. */
static inline const char *twi_model_text(const struct twi_model *model,
					 const int64_t *row, int column)
{
	return twi_column_text(&model->schema->columns[column], row[column],
			       model->text);
}

void twi_model_free(struct twi_model *model);

#endif /* TWINSPECT_MODEL_H */
