// SPDX-License-Identifier: BSD-2-Clause
/* Prints the tables of db/schema.h as JSON, with the names of RFC 7047 3.2. */
#include <jansson.h>
#include <stdio.h>
#include "db/schema.h"

static const char *const type_names[] = {
	[DB_STRING] = "string",   [DB_INTEGER] = "integer", [DB_REAL] = "real",
	[DB_BOOLEAN] = "boolean", [DB_UUID] = "uuid",
};

static json_t *base_type(enum db_type type, int64_t low, int64_t high)
{
	json_t *json = json_pack("{ss}", "type", type_names[type]);

	if (high)
		json_object_set_new(json, "minInteger", json_integer(low));
	if (high && high != INT64_MAX)
		json_object_set_new(json, "maxInteger", json_integer(high));
	return json;
}

static json_t *column_json(const struct db_column *column)
{
	json_t *key = base_type(column->key, column->low, column->high);
	json_t *value = column->value
				? base_type(column->value, column->value_low, column->value_high)
				: NULL;
	json_t *words = column->words ? json_array() : NULL;

	for (size_t i = 0; words && column->words[i]; i++)
		json_array_append_new(words, json_string(column->words[i]));
	if (words)
		json_object_set_new(key, "enum", json_pack("[so]", "set", words));
	if (column->refers)
		json_object_set_new(column->key == DB_UUID ? key : value, "refTable",
				    json_string(column->refers));
	if (column->weak)
		json_object_set_new(column->key == DB_UUID ? key : value, "refType",
				    json_string("weak"));
	return json_pack("{so, so*, si, so, sb, sb}", "key", key, "value", value, "min",
			 (int)column->min, "max",
			 column->max == DB_UNLIMITED ? json_string("unlimited")
						     : json_integer(column->max),
			 "mutable", !(column->structural && column->key == DB_STRING), "ephemeral",
			 column->class == DB_LIVE);
}

int main(void)
{
	json_t *tables = json_object();

	for (size_t t = 0; t < db_n_tables; t++) {
		json_t *columns = json_object();

		for (size_t c = 0; c < db_tables[t].n_columns; c++)
			json_object_set_new(columns, db_tables[t].columns[c].name,
					    column_json(&db_tables[t].columns[c]));
		json_object_set_new(
			tables, db_tables[t].name,
			json_pack("{sb, so}", "isRoot", db_tables[t].root, "columns", columns));
	}
	json_dumpf(tables, stdout, JSON_INDENT(1));
	json_decref(tables);
	return 0;
}
