/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables of values in the formats of ovs-vsctl(8), "Table Formatting Options", octet by octet.
 */
#ifndef XVS_TABULAR_H
#define XVS_TABULAR_H

#include <jansson.h>
#include <stdbool.h>
#include "db/error.h"
#include "db/text.h"

enum tabular_format {
	TABULAR_LIST, /* a value a line; ovs-vsctl's own way */
	TABULAR_TABLE,
	TABULAR_HTML,
	TABULAR_CSV,
	TABULAR_JSON,
};

enum tabular_data {
	TABULAR_STRING,
	TABULAR_BARE,
	TABULAR_DATA_JSON,
};

struct tabular_style {
	enum tabular_format format;
	enum tabular_data data;
	bool no_headings;
	bool pretty;      /* JSON on several lines */
	unsigned printed; /* tables so far: an empty line goes between them */
};

/* The words after --format= and --data=. -EINVAL with a sentence. */
int tabular_format_parse(struct tabular_style *style, const char *word, struct error *error);
int tabular_data_parse(struct tabular_style *style, const char *word, struct error *error);

struct tabular {
	size_t n_columns, n_rows, size;
	const char **headings; /* the caller's */
	json_t **cells;        /* in the normal form of datum.h, row after row */
};

/* `headings` stay the caller's, and must outlive it. */
void tabular_init(struct tabular *tabular, const char **headings, size_t n_columns);

/* A row of as many values as there are columns, which are the caller's still. -ENOMEM. */
int tabular_add(struct tabular *tabular, json_t *const *values);

void tabular_print(const struct tabular *tabular, struct tabular_style *style, struct text *output);
void tabular_free(struct tabular *tabular);

#endif
