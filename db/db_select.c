/* SPDX-License-Identifier: BSD-2-Clause */
/* Values of records by table and column, whatever they are: what is stored is found by schema.h
 * alone. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "db/relation.h"
#include "db/text.h"
#include "db/value.h"

/* The expression that yields a column of the record `this`. */
static void add_expression(struct text *sql, const struct db_column *column)
{
	if (column->class == DB_LIVE)
		text_add(sql, ", NULL");
	else if (!is_relation(column))
		text_add(sql, ", this.\"%s\"", column->name);
	else if (column->max == 1)
		text_add(sql, ", (SELECT _uuid FROM \"%s\" WHERE _id = this.\"%s\")",
			 column->refers, column->name);
	else
		text_add(sql,
			 ", (SELECT json_group_array(json_array('uuid', _uuid)) FROM"
			 " (SELECT _uuid FROM \"%s\" WHERE _parent = this._id ORDER BY _uuid))",
			 column->refers);
}

static void make_sql(struct text *sql, const struct db_table *table, const char *uuid,
		     const struct db_column *const *columns, size_t n_columns)
{
	text_add(sql, "SELECT this._uuid");
	for (size_t i = 0; i < n_columns; i++)
		add_expression(sql, columns[i]);
	text_add(sql, " FROM \"%s\" AS this%s ORDER BY this._id", table->name,
		 uuid ? " WHERE this._uuid = ?" : "");
}

/* A stored value as JSON; NULL when it is none, which only damage explains. */
static json_t *decode(const struct db_column *column, sqlite3_stmt *statement, int index)
{
	const char *text = (const char *)sqlite3_column_text(statement, index);

	if (!text)
		return NULL;
	if (is_relation(column) && column->max == 1)
		return json_pack("[ss]", "uuid", text);
	if (is_relation(column))
		return json_pack("[so]", "set", json_loads(text, 0, NULL));
	if (!value_is_native(column))
		return json_loads(text, JSON_DECODE_ANY, NULL);
	switch (column->key) {
	case DB_INTEGER:
		return json_integer(sqlite3_column_int64(statement, index));
	case DB_BOOLEAN:
		return json_boolean(sqlite3_column_int(statement, index));
	case DB_REAL:
		return json_real(sqlite3_column_double(statement, index));
	default:
		return json_string(text);
	}
}

static int decode_row(struct db *db, const struct db_table *table,
		      const struct db_column *const *columns, size_t n_columns,
		      sqlite3_stmt *statement, json_t **values, struct error *error)
{
	for (size_t i = 0; i < n_columns; i++) {
		if (columns[i]->class == DB_LIVE)
			continue;
		values[i] = decode(columns[i], statement, (int)i + 1);
		if (!values[i])
			return error_set(error, -EUCLEAN,
					 "database %s is damaged: column %s of row %s in table %s",
					 db->file.path, columns[i]->name,
					 sqlite3_column_text(statement, 0), table->name);
		if (db->claims && is_relation(columns[i]) && columns[i]->max > 1 &&
		    relation_add_claimed(db, columns[i],
					 (const char *)sqlite3_column_text(statement, 0),
					 &values[i], error) < 0)
			return -EINVAL;
	}
	return 0;
}

int db_select(struct db *db, const struct db_table *table, const char *uuid,
	      const struct db_column *const *columns, size_t n_columns, db_row_fn *fn, void *arg,
	      struct error *error)
{
	json_t **values = calloc(n_columns + 1, sizeof(*values));
	struct text sql = TEXT_EMPTY;
	bool users = n_columns > 1; /* any selection, in any order: as many texts as users like */
	sqlite3_stmt *statement = NULL;
	size_t rows = 0;
	int result;

	if (!values)
		return error_set(error, -ENOMEM, "out of memory");
	make_sql(&sql, table, uuid, columns, n_columns);
	result = (users ? connection_query_once : connection_query)(
		&db->file, &statement, error, text_string(&sql), uuid ? "s" : "", uuid);
	while (result == 0 && (result = connection_step(&db->file, statement, error)) > 0) {
		rows++;
		result = decode_row(db, table, columns, n_columns, statement, values, error);
		if (result == 0)
			result = fn((const char *)sqlite3_column_text(statement, 0), values, arg);
		for (size_t i = 0; i < n_columns; i++) {
			json_decref(values[i]);
			values[i] = NULL;
		}
	}
	if (statement && users)
		sqlite3_finalize(statement);
	else if (statement)
		connection_end(statement);
	text_free(&sql);
	free(values);
	if (result == 0 && uuid && !rows)
		return error_set(error, -ENOENT, "no row \"%s\" in table %s", uuid, table->name);
	return result;
}

/* db_row_fn */
static int keep_value(const char *uuid, json_t *const *values, void *arg)
{
	json_t **kept = arg;

	(void)uuid;
	*kept = json_incref(values[0]);
	return 0;
}

int db_get(struct db *db, const struct db_table *table, const char *uuid,
	   const struct db_column *column, json_t **value, struct error *error)
{
	if (column->class == DB_LIVE)
		return error_set(error, -ENODATA, "column %s of table %s is not in the database",
				 column->name, table->name);
	return db_select(db, table, uuid, &column, 1, keep_value, value, error);
}
