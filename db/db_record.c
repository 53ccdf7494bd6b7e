/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records and columns by name, whatever their table: what is stored is found by schema.h alone.
 *
 * A structural column of UUIDs is not stored as such. One that may hold several shows the records
 * of the table it refers to whose _parent is this record; one that holds exactly one is a foreign
 * key.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "db/atom.h"
#include "db/datum.h"
#include "db/datum_elements.h"
#include "db/db_port.h"
#include "db/option.h"
#include "db/store.h"

#define SQL_MAX 256

static int no_row(const struct db_table *table, const char *record, struct error *error)
{
	return error_set(error, -ENOENT, "no row \"%s\" in table %s", record, table->name);
}

/* How many records a query of UUIDs finds, 2 for any more, or an error; the last is in `uuid`. */
static int find_uuid(struct db *db, char *uuid, struct error *error, const char *sql,
		     const char *types, const char *parameter)
{
	sqlite3_stmt *statement;
	int rows = 0;
	int result = connection_query(&db->file, &statement, error, sql, types, parameter);

	while (result == 0 && (result = connection_step(&db->file, statement, error)) > 0) {
		snprintf(uuid, DB_UUID_LEN + 1, "%s", sqlite3_column_text(statement, 0));
		rows++;
		result = 0;
	}
	if (result < 0)
		return result;
	return rows < 2 ? rows : 2;
}

/* find_uuid() among the values of the column that names a table's records. */
static int find_name(struct db *db, const struct db_table *table, const char *name, char *uuid,
		     struct error *error)
{
	const struct db_column *column = db_column_find(table, table->name_column, error);
	char sql[SQL_MAX];
	int found;

	if (column->key == DB_INTEGER && (!*name || name[strspn(name, "0123456789")]))
		return 0;
	snprintf(sql, sizeof(sql), "SELECT _uuid FROM \"%s\" WHERE \"%s\" = %s", table->name,
		 column->name,
		 column->key == DB_INTEGER ? "CAST(? AS INTEGER)"
		 : column->min == 0        ? "json_quote(?)" /* the atom, as datum.h has it */
					   : "?");
	found = find_uuid(db, uuid, error, sql, "s", name);
	if (found == 2)
		return error_set(error, -EINVAL, "multiple rows in %s match \"%s\"", table->name,
				 name);
	return found;
}

/* The one record that the named record of another table refers to: 1, 0 for none, or an error. */
static int find_referred(struct db *db, const struct db_table *table, const char *name, char *uuid,
			 struct error *error)
{
	const struct db_table *referrer = db_table_find(table->referrer, error);
	char referring[DB_UUID_LEN + 1];
	json_t *value, *uuids;
	int found = find_name(db, referrer, name, referring, error);

	if (found <= 0)
		return found;
	found = db_get(db, referrer, referring,
		       db_column_find(referrer, table->referring_column, error), &value, error);
	if (found < 0)
		return found;
	uuids = datum_elements(value);
	found = json_array_size(uuids) == 1;
	if (found)
		snprintf(uuid, DB_UUID_LEN + 1, "%s",
			 json_string_value(json_array_get(json_array_get(uuids, 0), 1)));
	json_decref(uuids);
	json_decref(value);
	return found;
}

/* By the first characters of a UUID, or all. */
static int find_partial_uuid(struct db *db, const struct db_table *table, const char *start,
			     char *uuid, struct error *error)
{
	char sql[SQL_MAX];
	int found;

	if (strlen(start) < 4 || start[strspn(start, "0123456789abcdefABCDEF-")])
		return 0;
	snprintf(sql, sizeof(sql),
		 "SELECT _uuid FROM \"%s\" WHERE _uuid BETWEEN lower(?1) AND lower(?1) || 'g'",
		 table->name);
	found = find_uuid(db, uuid, error, sql, "s", start);
	if (found == 2)
		return error_set(error, -EINVAL,
				 "%s contains 2 or more rows whose UUIDs begin with %s",
				 table->name, start);
	return found;
}

static int find_only(struct db *db, const struct db_table *table, char *uuid, struct error *error)
{
	char sql[SQL_MAX];
	int found;

	snprintf(sql, sizeof(sql), "SELECT _uuid FROM \"%s\" LIMIT 2", table->name);
	found = find_uuid(db, uuid, error, sql, "", NULL);
	return found == 2 ? 0 : found;
}

int db_record_find(struct db *db, const struct db_table *table, const char *record, char *uuid,
		   struct error *error)
{
	int found = 0;

	if (atom_is_uuid(record))
		found = find_partial_uuid(db, table, record, uuid, error);
	if (found == 0 && !strcmp(record, "."))
		found = find_only(db, table, uuid, error);
	if (found == 0 && table->name_column)
		found = find_name(db, table, record, uuid, error);
	if (found == 0 && table->referrer)
		found = find_referred(db, table, record, uuid, error);
	if (found == 0)
		found = find_partial_uuid(db, table, record, uuid, error);
	if (found < 0)
		return found;
	return found ? 0 : no_row(table, record, error);
}

/* All UUIDs that a query of one column yields, as a new array of UUID atoms. */
static int collect_uuids(struct db *db, json_t **uuids, struct error *error, const char *sql,
			 const char *types, const char *parameter)
{
	sqlite3_stmt *statement;
	int result = connection_query(&db->file, &statement, error, sql, types, parameter);

	*uuids = json_array();
	while (result == 0 && (result = connection_step(&db->file, statement, error)) > 0) {
		json_array_append_new(*uuids,
				      json_pack("[ss]", "uuid", sqlite3_column_text(statement, 0)));
		result = 0;
	}
	if (result < 0)
		json_decref(*uuids);
	return result;
}

int db_record_each(struct db *db, const struct db_table *table,
		   int (*fn)(const char *uuid, void *arg), void *arg, struct error *error)
{
	char sql[SQL_MAX];
	const json_t *uuid;
	json_t *uuids;
	size_t i;
	int result;

	snprintf(sql, sizeof(sql), "SELECT _uuid FROM \"%s\" ORDER BY _id", table->name);
	result = collect_uuids(db, &uuids, error, sql, "", NULL);
	if (result < 0)
		return result;
	json_array_foreach (uuids, i, uuid) {
		result = fn(json_string_value(json_array_get(uuid, 1)), arg);
		if (result)
			break;
	}
	json_decref(uuids);
	return result;
}

static bool is_relation(const struct db_column *column)
{
	return column->structural && column->key == DB_UUID;
}

/* Is it stored as SQLite's own type, not as JSON? */
static bool is_native(const struct db_column *column)
{
	return column->value == DB_VOID && column->min == 1 && column->max == 1 &&
	       column->key != DB_UUID;
}

static int exists(struct db *db, const struct db_table *table, const char *uuid,
		  struct error *error)
{
	char sql[SQL_MAX];
	int64_t one;
	int result;

	snprintf(sql, sizeof(sql), "SELECT 1 FROM \"%s\" WHERE _uuid = ?", table->name);
	result = connection_integer(&db->file, &one, error, sql, "s", uuid);
	if (result < 0)
		return result;
	return result ? 0 : no_row(table, uuid, error);
}

static int get_children(struct db *db, const struct db_table *table, const char *uuid,
			const struct db_column *column, json_t **value, struct error *error)
{
	char sql[SQL_MAX];
	json_t *uuids;
	int result = exists(db, table, uuid, error);

	if (result)
		return result;
	snprintf(sql, sizeof(sql),
		 "SELECT _uuid FROM \"%s\""
		 " WHERE _parent = (SELECT _id FROM \"%s\" WHERE _uuid = ?) ORDER BY _uuid",
		 column->refers, table->name);
	result = collect_uuids(db, &uuids, error, sql, "s", uuid);
	if (result == 0)
		*value = json_pack("[so]", "set", uuids);
	return result;
}

/* A stored value as JSON; NULL when it is none, which only damage explains. */
static json_t *decode(const struct db_column *column, sqlite3_stmt *statement)
{
	const char *text = (const char *)sqlite3_column_text(statement, 0);

	if (is_relation(column))
		return json_pack("[ss]", "uuid", text);
	if (!is_native(column))
		return json_loads(text, JSON_DECODE_ANY, NULL);
	switch (column->key) {
	case DB_INTEGER:
		return json_integer(sqlite3_column_int64(statement, 0));
	case DB_BOOLEAN:
		return json_boolean(sqlite3_column_int(statement, 0));
	case DB_REAL:
		return json_real(sqlite3_column_double(statement, 0));
	default:
		return json_string(text);
	}
}

int db_get(struct db *db, const struct db_table *table, const char *uuid,
	   const struct db_column *column, json_t **value, struct error *error)
{
	char sql[SQL_MAX];
	sqlite3_stmt *statement;
	int result;

	if (column->class == DB_LIVE)
		return error_set(error, -ENODATA, "column %s of table %s is not in the database",
				 column->name, table->name);
	if (is_relation(column) && column->max > 1)
		return get_children(db, table, uuid, column, value, error);
	if (is_relation(column))
		snprintf(sql, sizeof(sql),
			 "SELECT (SELECT _uuid FROM \"%s\" WHERE _id = child.\"%s\")"
			 " FROM \"%s\" AS child WHERE _uuid = ?",
			 column->refers, column->name, table->name);
	else
		snprintf(sql, sizeof(sql), "SELECT \"%s\" FROM \"%s\" WHERE _uuid = ?",
			 column->name, table->name);
	result = connection_query(&db->file, &statement, error, sql, "s", uuid);
	if (result == 0)
		result = connection_step(&db->file, statement, error);
	if (result < 0)
		return result;
	if (result == 0)
		return no_row(table, uuid, error);
	*value = decode(column, statement);
	connection_end(statement);
	if (!*value)
		return error_set(error, -EUCLEAN,
				 "database %s is damaged: column %s of row %s in table %s",
				 db->file.path, column->name, uuid, table->name);
	return 0;
}

static int check_reference(struct db *db, const struct db_table *table, const char *uuid,
			   const struct db_column *column, const char *referred,
			   struct error *error)
{
	for (size_t i = 0; i < db_n_tables; i++) {
		int result;

		if (strcmp(db_tables[i].name, column->refers))
			continue;
		result = exists(db, &db_tables[i], referred, NULL);
		if (result != -ENOENT)
			return result;
	}
	return error_set(error, -EINVAL,
			 "Table %s column %s row %s references nonexistent row %s in table %s",
			 table->name, column->name, uuid, referred, column->refers);
}

/* Do all records that a value refers to exist? Looks for ["uuid", ...] at any depth. */
static int check_references(struct db *db, const struct db_table *table, const char *uuid,
			    const struct db_column *column, const json_t *value,
			    struct error *error)
{
	const char *tag = json_string_value(json_array_get(value, 0));
	const json_t *part;
	size_t i;

	if (tag && !strcmp(tag, "uuid"))
		return check_reference(db, table, uuid, column,
				       json_string_value(json_array_get(value, 1)), error);
	json_array_foreach (value, i, part) {
		int result = check_references(db, table, uuid, column, part, error);

		if (result)
			return result;
	}
	return 0;
}

static int write_value(struct db *db, const char *sql, const struct db_column *column,
		       const json_t *value, const char *uuid, struct error *error)
{
	char *json;
	int result;

	if (is_native(column) && column->key == DB_STRING)
		return store_write(db, error, sql, "ss", json_string_value(value), uuid);
	if (is_native(column) && column->key == DB_REAL)
		return store_write(db, error, sql, "rs", json_real_value(value), uuid);
	if (is_native(column))
		return store_write(db, error, sql, "is",
				   json_is_integer(value) ? (int64_t)json_integer_value(value)
							  : (int64_t)json_is_true(value),
				   uuid);
	json = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	if (!json)
		return error_set(error, -ENOMEM, "out of memory");
	result = store_write(db, error, sql, "ss", json, uuid);
	free(json);
	return result;
}

/* Writes a value that was checked. What is so already is not written: db_changed() tells the truth.
 */
static int write_column(struct db *db, const struct db_table *table, const char *uuid,
			const struct db_column *column, const json_t *value, struct error *error)
{
	char sql[SQL_MAX];
	int result;

	snprintf(sql, sizeof(sql),
		 "UPDATE \"%s\" SET \"%s\" = ?1 WHERE _uuid = ?2 AND \"%s\" IS NOT ?1", table->name,
		 column->name, column->name);
	result = write_value(db, sql, column, value, uuid, error);
	if (result)
		return result;
	return store_written(db) ? 0 : exists(db, table, uuid, error);
}

int db_set(struct db *db, const struct db_table *table, const char *uuid,
	   const struct db_column *column, const json_t *value, struct error *error)
{
	json_t *normal;
	int result = 0;

	if (column->structural || column->class == DB_LIVE)
		return error_set(error, -EPERM, "cannot modify read-only column %s in table %s",
				 column->name, table->name);
	normal = datum_check(column, value, error);
	if (!normal)
		return -EINVAL;
	if (column->value != DB_VOID)
		result = option_check(table, column, normal, error);
	if (result == 0 && column->refers)
		result = check_references(db, table, uuid, column, normal, error);
	if (result == 0)
		result = write_column(db, table, uuid, column, normal, error);
	if (result == 0 && !strcmp(column->name, "ofport_request") && json_is_integer(normal))
		result = port_request_ofport(db, uuid, json_integer_value(normal), error);
	json_decref(normal);
	return result;
}
