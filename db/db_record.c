/* SPDX-License-Identifier: BSD-2-Clause */
/* Records by name: found, made, changed and destroyed, whatever their table. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "db/atom.h"
#include "db/condemned.h"
#include "db/datum.h"
#include "db/datum_elements.h"
#include "db/db_bridge.h"
#include "db/db_name.h"
#include "db/db_port.h"
#include "db/option.h"
#include "db/relation.h"
#include "db/store.h"
#include "db/value.h"

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
	/* One that may be empty is stored as JSON. */
	snprintf(sql, sizeof(sql), "SELECT _uuid FROM \"%s\" WHERE \"%s\" = %s", table->name,
		 column->name, value_is_native(column) ? "?" : "json_quote(?)");
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
	return found && !db_destroyed(db, uuid) ? 0 : no_row(table, record, error);
}

static int write_value(struct db *db, const char *sql, const struct db_column *column,
		       const json_t *value, const char *uuid, struct error *error)
{
	char *json;
	int result;

	if (value_is_native(column) && column->key == DB_STRING)
		return store_write(db, error, sql, "ss", json_string_value(value), uuid);
	if (value_is_native(column) && column->key == DB_REAL)
		return store_write(db, error, sql, "rs", json_real_value(value), uuid);
	if (value_is_native(column))
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

	snprintf(sql, sizeof(sql),
		 "UPDATE \"%s\" SET \"%s\" = ?1 WHERE _uuid = ?2 AND \"%s\" IS NOT ?1", table->name,
		 column->name, column->name);
	return write_value(db, sql, column, value, uuid, error);
}

static int check_exists(struct db *db, const struct db_table *table, const char *uuid,
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

int db_set(struct db *db, const struct db_table *table, const char *uuid,
	   const struct db_column *column, const json_t *value, struct error *error)
{
	json_t *normal;
	int result;

	if (db_column_is_fixed(column))
		return error_set(error, -EPERM, "cannot modify read-only column %s in table %s",
				 column->name, table->name);
	normal = datum_check(column, value, error);
	if (!normal)
		return -EINVAL;
	result = check_exists(db, table, uuid, error);
	if (result == 0 && column->value != DB_VOID)
		result = option_check(table, column, normal, error);
	if (result == 0 && is_relation(column))
		result = relation_set(db, table, uuid, column, normal, error);
	else if (result == 0)
		result = write_column(db, table, uuid, column, normal, error);
	if (result == 0 && !strcmp(column->name, "ofport_request") && json_is_integer(normal))
		result = port_request_ofport(db, uuid, json_integer_value(normal), error);
	json_decref(normal);
	return result;
}

/* Records of these tables come and go in their own ways. */
static int check_makeable(const struct db_table *table, struct error *error)
{
	if (!strcmp(table->name, "Open_vSwitch"))
		return error_set(error, -EPERM, "table Open_vSwitch has one record, always");
	if (!strcmp(table->name, "Static_MAC"))
		return error_set(error, -EPERM,
				 "records of table Static_MAC are made by fdb/add and deleted by "
				 "fdb/del");
	return 0;
}

static int insert_named(struct db *db, const struct db_table *table, const char *uuid,
			const char *name, struct error *error)
{
	int64_t id;
	int result;

	if (!strcmp(table->name, "Interface")) {
		result = name_check_interface(db, name, error);
		return result ? result : port_insert_interface(db, uuid, name, error);
	}
	if (!strcmp(table->name, "Bridge")) {
		result = name_check(db, "bridge", name, error);
		return result ? result : bridge_insert(db, uuid, name, &id, error);
	}
	result = name_check(db, "port", name, error);
	if (result == 0)
		result = relation_free_name(db, "Port", name, error);
	return result ? result
		      : store_write(db, error, "INSERT INTO Port (_uuid, name) VALUES (?, ?)", "ss",
				    uuid, name);
}

/* Is it one of the three whose records are named once and for all? */
static bool has_fixed_name(const struct db_table *table)
{
	return !strcmp(table->name, "Bridge") || !strcmp(table->name, "Port") ||
	       !strcmp(table->name, "Interface");
}

int db_create(struct db *db, const struct db_table *table, const char *uuid, const char *name,
	      struct error *error)
{
	char sql[SQL_MAX];
	int result = check_makeable(table, error);

	if (result)
		return result;
	if (has_fixed_name(table) && !name)
		return error_set(error, -EINVAL, "a record of table %s needs a name: name=...",
				 table->name);
	snprintf(sql, sizeof(sql), "INSERT INTO \"%s\" (_uuid) VALUES (?)", table->name);
	result = has_fixed_name(table) ? insert_named(db, table, uuid, name, error)
				       : store_write(db, error, sql, "s", uuid);
	return result ? result : relation_made(db, uuid, error);
}

int db_destroy(struct db *db, const struct db_table *table, const char *uuid, struct error *error)
{
	int result = check_makeable(table, error);

	if (result == 0)
		result = condemned_add(db, table, uuid, error);
	if (result || !table->root)
		return result;
	return store_delete(db, table, uuid, error);
}
