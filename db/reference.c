/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/reference.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "db/condemned.h"
#include "db/datum.h"
#include "db/relation.h"
#include "db/text.h"

#define SQL_MAX 512

/*
 * The UUIDs in a stored value, as `target`: the second half of each ["uuid", "..."], which is the
 * only text at that place of an array, because there are no references in maps from strings to
 * strings.
 */
#define TARGETS                                                                                    \
	"FROM \"%s\" AS this, json_tree(this.\"%s\") AS part"                                      \
	" WHERE this.\"%s\" NOT IN ('[\"set\",[]]', '[\"map\",[]]')"                               \
	" AND part.key = 1 AND part.type = 'text'"

static bool is_reference(const struct db_column *column)
{
	return column->refers && column->class != DB_LIVE && !is_relation(column);
}

struct reference {
	const struct db_table *table;
	const struct db_column *column;
};

typedef int reference_fn(struct db *db, const struct reference *reference, struct error *error);

static int each_reference(struct db *db, reference_fn *fn, struct error *error)
{
	for (size_t i = 0; i < db_n_tables; i++)
		for (size_t j = 0; j < db_tables[i].n_columns; j++) {
			struct reference reference = {&db_tables[i], &db_tables[i].columns[j]};
			int result = is_reference(reference.column) ? fn(db, &reference, error) : 0;

			if (result)
				return result;
		}
	return 0;
}

/* The first record with a reference of this column that leads nowhere: 1, 0 or an error. */
static int find_dangling(struct db *db, const struct reference *reference,
			 char uuid[DB_UUID_LEN + 1], char target[DB_UUID_LEN + 1],
			 struct error *error)
{
	const char *table = reference->table->name, *column = reference->column->name;
	sqlite3_stmt *statement;
	char sql[SQL_MAX];
	int result;

	snprintf(sql, sizeof(sql),
		 "SELECT this._uuid, part.atom " TARGETS
		 " AND part.atom NOT IN (SELECT _uuid FROM \"%s\") LIMIT 1",
		 table, column, column, reference->column->refers);
	result = connection_query(&db->file, &statement, error, sql, "");
	if (result == 0)
		result = connection_step(&db->file, statement, error);
	if (result <= 0)
		return result;
	snprintf(uuid, DB_UUID_LEN + 1, "%s", sqlite3_column_text(statement, 0));
	snprintf(target, DB_UUID_LEN + 1, "%s", sqlite3_column_text(statement, 1));
	connection_end(statement);
	return 1;
}

/* Takes one UUID out of a weak reference. */
static int drop_target(struct db *db, const struct reference *reference, const char *uuid,
		       const char *target, struct error *error)
{
	json_t *value, *less, *rest = NULL;
	int result = db_get(db, reference->table, uuid, reference->column, &value, error);

	if (result)
		return result;
	less = json_pack("[s[[ss]]]", "set", "uuid", target);
	rest = datum_difference(reference->column, value, less, error);
	result =
		rest ? db_set(db, reference->table, uuid, reference->column, rest, error) : -EINVAL;
	json_decref(rest);
	json_decref(less);
	json_decref(value);
	return result;
}

static int settle_weak(struct db *db, const struct reference *reference, struct error *error)
{
	char uuid[DB_UUID_LEN + 1], target[DB_UUID_LEN + 1];
	int result = 0;

	if (!reference->column->weak)
		return 0;
	while (result == 0 && (result = find_dangling(db, reference, uuid, target, error)) > 0)
		result = drop_target(db, reference, uuid, target, error);
	return result;
}

int reference_error(const struct db_table *table, const struct db_column *column, const char *uuid,
		    const char *target, struct error *error)
{
	return error_set(error, -EINVAL,
			 "transaction error: {\"details\":\"Table %s column %s row %s references "
			 "nonexistent row %s in table %s.\",\"error\":\"referential integrity "
			 "violation\"}",
			 table->name, column->name, uuid, target, column->refers);
}

/* All records that strong references of any table lead to, as a query; false when there are no such
 * references. */
static bool add_targets(struct text *sql, const struct db_table *referred)
{
	bool any = false;

	for (size_t i = 0; i < db_n_tables; i++)
		for (size_t j = 0; j < db_tables[i].n_columns; j++) {
			const struct db_column *column = &db_tables[i].columns[j];

			if (!is_reference(column) || column->weak ||
			    strcmp(column->refers, referred->name))
				continue;
			text_add(sql, "%sSELECT part.atom " TARGETS, any ? " UNION ALL " : "",
				 db_tables[i].name, column->name, column->name);
			any = true;
		}
	return any;
}

/* A record was destroyed to which strong references still lead. */
static int refuse_destruction(struct db *db, const struct db_table *table, const char *uuid,
			      struct error *error)
{
	struct text sql = TEXT_EMPTY;
	int64_t count = 0;
	int result;

	text_add(&sql, "SELECT count(*) FROM (");
	add_targets(&sql, table);
	text_add(&sql, ") WHERE atom = ?");
	result = connection_integer(&db->file, &count, error, text_string(&sql), "s", uuid);
	text_free(&sql);
	if (result < 0)
		return result;
	return error_set(
		error, -EINVAL,
		"transaction error: {\"details\":\"cannot delete %s row %s because of %lld "
		"remaining reference(s)\",\"error\":\"referential integrity violation\"}",
		table->name, uuid, (long long)count);
}

/* Did a reference that leads nowhere do so before the transaction? Another connection sees what is
 * committed. */
static bool was_dangling(const struct db *db, const struct reference *reference, const char *uuid,
			 const char *target)
{
	const char *column = reference->column->name;
	struct connection committed = {0};
	char sql[SQL_MAX];
	int64_t one;
	int result = connection_open(&committed, db->file.path, NULL);

	snprintf(sql, sizeof(sql),
		 "SELECT 1 " TARGETS " AND this._uuid = ?1 AND part.atom = ?2"
		 " AND NOT EXISTS (SELECT 1 FROM \"%s\" WHERE _uuid = ?2)",
		 reference->table->name, column, column, reference->column->refers);
	if (result == 0)
		result = connection_integer(&committed, &one, NULL, sql, "ss", uuid, target);
	connection_close(&committed);
	return result > 0;
}

static int check_strong(struct db *db, const struct reference *reference, struct error *error)
{
	char uuid[DB_UUID_LEN + 1], target[DB_UUID_LEN + 1];
	int result;

	if (reference->column->weak)
		return 0;
	result = find_dangling(db, reference, uuid, target, error);
	if (result <= 0)
		return result;
	if (db_destroyed(db, target))
		return refuse_destruction(db, db_table_find(reference->column->refers, error),
					  target, error);
	if (was_dangling(db, reference, uuid, target))
		return error_set(
			error, -EINVAL,
			"row %s of table %s is damaged: column %s refers to row %s of table "
			"%s, which was missing before this change; clear that column, or "
			"set it anew",
			uuid, reference->table->name, reference->column->name, target,
			reference->column->refers);
	return reference_error(reference->table, reference->column, uuid, target, error);
}

/* How many records of a table nothing refers to; they are removed. */
static int collect_garbage(struct db *db, const struct db_table *table, struct error *error)
{
	struct text sql = TEXT_EMPTY;
	char any[SQL_MAX];
	int64_t one;
	int result;

	snprintf(any, sizeof(any), "SELECT 1 FROM \"%s\" LIMIT 1", table->name);
	result = connection_integer(&db->file, &one, error, any, "");
	if (result <= 0)
		return result;
	text_add(&sql, "DELETE FROM \"%s\" WHERE _uuid NOT IN (", table->name);
	result = 0;
	if (add_targets(&sql, table)) {
		text_add(&sql, ")");
		result = store_write(db, error, text_string(&sql), "");
		if (result == 0)
			result = store_written(db);
	}
	text_free(&sql);
	return result;
}

/* What garbage refers to may be garbage, too. */
static int collect_all(struct db *db, struct error *error)
{
	int removed;

	do {
		removed = 0;
		for (size_t i = 0; i < db_n_tables; i++) {
			bool kept = db_tables[i].root || relation_owns(&db_tables[i]);
			int result = kept ? 0 : collect_garbage(db, &db_tables[i], error);

			if (result < 0)
				return result;
			removed += result;
		}
	} while (removed);
	return 0;
}

int reference_settle(struct db *db, struct error *error)
{
	int result = collect_all(db, error);

	if (result == 0)
		result = each_reference(db, settle_weak, error);
	return result ? result : each_reference(db, check_strong, error);
}
