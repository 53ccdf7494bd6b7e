/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/relation.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "db/db_port.h"
#include "db/reference.h"

#define SQL_MAX 256

bool relation_owns(const struct db_table *child)
{
	for (size_t i = 0; i < db_n_tables; i++)
		for (size_t j = 0; j < db_tables[i].n_columns; j++) {
			const struct db_column *column = &db_tables[i].columns[j];

			if (is_relation(column) && column->max > 1 &&
			    !strcmp(column->refers, child->name))
				return true;
		}
	return false;
}

static int find_id(struct db *db, const char *table, const char *uuid, int64_t *id,
		   struct error *error)
{
	char sql[SQL_MAX];
	int result;

	snprintf(sql, sizeof(sql), "SELECT _id FROM \"%s\" WHERE _uuid = ?", table);
	result = connection_integer(&db->file, id, error, sql, "s", uuid);
	if (result < 0)
		return result;
	return result ? 0 : error_set(error, -ENOENT, "no row \"%s\" in table %s", uuid, table);
}

/* What a port's interfaces and static addresses know of its bridge is no longer so. */
static int leave_bridge(struct db *db, int64_t port, struct error *error)
{
	int result = store_write(db, error, "DELETE FROM Static_MAC WHERE port = ?", "i", port);

	return result ? result
		      : store_write(db, error,
				    "UPDATE Interface SET _bridge = NULL, _ofport = NULL"
				    " WHERE _parent = ?",
				    "i", port);
}

static int let_go(struct db *db, const char *child, int64_t id, struct error *error)
{
	char sql[SQL_MAX];
	int result = 0;

	if (!strcmp(child, "Port"))
		result = leave_bridge(db, id, error);
	if (result)
		return result;
	if (!strcmp(child, "Interface"))
		return store_write(db, error,
				   "UPDATE Interface SET _parent = NULL, _bridge = NULL,"
				   " _ofport = NULL WHERE _id = ?",
				   "i", id);
	snprintf(sql, sizeof(sql), "UPDATE \"%s\" SET _parent = NULL WHERE _id = ?", child);
	return store_write(db, error, sql, "i", id);
}

/* An interface's _bridge follows when its port's is certain: relation_settle(). */
static int take_in(struct db *db, const char *child, int64_t id, int64_t parent,
		   struct error *error)
{
	char sql[SQL_MAX];

	snprintf(sql, sizeof(sql), "UPDATE \"%s\" SET _parent = ? WHERE _id = ?", child);
	return store_write(db, error, sql, "ii", parent, id);
}

static bool names(const json_t *value, const char *uuid)
{
	const json_t *element;
	size_t i;

	json_array_foreach (json_array_get(value, 1), i, element)
		if (!strcmp(json_string_value(json_array_get(element, 1)), uuid))
			return true;
	return false;
}

/* Lets those children go that `value` does not name. */
static int let_others_go(struct db *db, const char *child, int64_t parent, const json_t *value,
			 struct error *error)
{
	sqlite3_stmt *statement;
	char sql[SQL_MAX];
	int result;

	snprintf(sql, sizeof(sql), "SELECT _id, _uuid FROM \"%s\" WHERE _parent = ?", child);
	do {
		int64_t id = 0;

		result = connection_query(&db->file, &statement, error, sql, "i", parent);
		while (result == 0 && (result = connection_step(&db->file, statement, error)) > 0) {
			if (!names(value, (const char *)sqlite3_column_text(statement, 1)))
				break;
			result = 0;
		}
		if (result <= 0)
			break;
		id = sqlite3_column_int64(statement, 0);
		connection_end(statement);
		result = let_go(db, child, id, error);
	} while (result == 0);
	return result;
}

/* The record that a child belongs to; 0: to none. */
static int find_parent(struct db *db, const char *child, int64_t id, int64_t *parent,
		       struct error *error)
{
	char sql[SQL_MAX];
	int result;

	*parent = 0;
	snprintf(sql, sizeof(sql), "SELECT _parent FROM \"%s\" WHERE _id = ?", child);
	result = connection_integer(&db->file, parent, error, sql, "i", id);
	return result < 0 ? result : 0;
}

/* A record, as the parent in a relation. */
struct parent {
	const struct db_table *table;
	const char *uuid;
	const struct db_column *column;
	int64_t id;
};

static int note_unmade(struct db *db, const struct parent *parent, const char *uuid,
		       struct error *error)
{
	struct unmade *unmade = calloc(1, sizeof(*unmade));

	if (!unmade)
		return error_set(error, -ENOMEM, "out of memory");
	strcpy(unmade->uuid, uuid);
	unmade->parent_id = parent->id;
	unmade->table = parent->table;
	strcpy(unmade->parent, parent->uuid);
	unmade->column = parent->column;
	unmade->next = db->unmade;
	db->unmade = unmade;
	return 0;
}

static int join(struct db *db, const struct parent *parent, const char *uuid, struct error *error)
{
	const char *child = parent->column->refers;
	int64_t id, before = 0;
	int result = find_id(db, child, uuid, &id, NULL);

	if (result == -ENOENT)
		return note_unmade(db, parent, uuid, error);
	if (result == 0)
		result = find_parent(db, child, id, &before, error);
	if (result || before == parent->id)
		return result;
	if (before)
		return error_set(error, -EINVAL,
				 "row %s of table %s belongs to another record already", uuid,
				 child);
	return take_in(db, child, id, parent->id, error);
}

/* NULL: of all records. */
static void forget_unmade(struct db *db, const struct parent *parent)
{
	struct unmade **link = &db->unmade;

	while (*link) {
		struct unmade *unmade = *link;

		if (parent && (unmade->parent_id != parent->id || unmade->table != parent->table)) {
			link = &unmade->next;
			continue;
		}
		*link = unmade->next;
		free(unmade);
	}
}

void relation_reset(struct db *db)
{
	forget_unmade(db, NULL);
}

int relation_set(struct db *db, const struct db_table *table, const char *uuid,
		 const struct db_column *column, const json_t *value, struct error *error)
{
	struct parent parent = {.table = table, .uuid = uuid, .column = column};
	const json_t *element;
	size_t i;
	int result = find_id(db, table->name, uuid, &parent.id, error);

	if (result == 0)
		result = let_others_go(db, column->refers, parent.id, value, error);
	if (result)
		return result;
	forget_unmade(db, &parent);
	json_array_foreach (json_array_get(value, 1), i, element) {
		result = join(db, &parent, json_string_value(json_array_get(element, 1)), error);
		if (result)
			break;
	}
	return result;
}

int relation_made(struct db *db, const char *uuid, struct error *error)
{
	struct unmade **link = &db->unmade;

	while (*link) {
		struct unmade *unmade = *link;
		struct parent parent = {unmade->table, unmade->parent, unmade->column,
					unmade->parent_id};
		int result;

		if (strcmp(unmade->uuid, uuid)) {
			link = &unmade->next;
			continue;
		}
		*link = unmade->next;
		result = join(db, &parent, uuid, error);
		free(unmade);
		if (result)
			return result;
	}
	return 0;
}

/* The first text that a query yields is the subject of a sentence: -EINVAL; 0 when it yields none.
 */
static int refuse_any(struct db *db, const char *sql, const char *format, struct error *error)
{
	sqlite3_stmt *statement;
	char text[DB_UUID_LEN + 1];
	int result = connection_query(&db->file, &statement, error, sql, "");

	if (result == 0)
		result = connection_step(&db->file, statement, error);
	if (result <= 0)
		return result;
	snprintf(text, sizeof(text), "%s", sqlite3_column_text(statement, 0));
	connection_end(statement);
	return error_set(error, -EINVAL, format, text);
}

int relation_free_name(struct db *db, const char *table, const char *name, struct error *error)
{
	static const struct {
		const char *table, *sql;
	} removals[] = {
		{"Bridge", "DELETE FROM Bridge WHERE name = ? AND _parent IS NULL"},
		{"Port", "DELETE FROM Port WHERE name = ? AND _id IN (" LOOSE_PORTS ")"},
		{"Interface", "DELETE FROM Interface WHERE name = ? AND"
			      " (_parent IS NULL OR _parent IN (" LOOSE_PORTS "))"},
	};
	int result = 0;

	for (size_t i = 0; i < sizeof(removals) / sizeof(*removals) && result == 0; i++)
		if (!strcmp(table, removals[i].table))
			result = store_write(db, error, removals[i].sql, "s", name);
	return result ? result : relation_removed(db, error);
}

int relation_removed(struct db *db, struct error *error)
{
	return store_write(db, error,
			   "DELETE FROM Interface WHERE _bridge IS NULL AND _parent IS NOT NULL"
			   " AND _parent NOT IN (SELECT _id FROM Port)",
			   "");
}

static int remove_orphans(struct db *db, struct error *error)
{
	static const char *const removals[] = {
		"DELETE FROM Bridge WHERE _parent IS NULL",
		"DELETE FROM Port WHERE _parent IS NULL",
		"DELETE FROM Interface WHERE _parent IS NULL"
		" OR _parent NOT IN (SELECT _id FROM Port)",
	};
	int result = 0;

	for (size_t i = 0; i < sizeof(removals) / sizeof(*removals) && result == 0; i++)
		result = store_write(db, error, removals[i], "");
	return result;
}

/* Every bridge has a port of its own name: one that was made without gets it now. */
static int add_local_ports(struct db *db, struct error *error)
{
	int result;

	do {
		struct port_row local = {.type = "internal", .ofport = OFPORT_LOCAL};
		char name[DB_NAME_MAX + 1];
		sqlite3_stmt *statement;
		int64_t id;

		result = connection_query(&db->file, &statement, error,
					  "SELECT _id, name FROM Bridge WHERE NOT EXISTS"
					  " (SELECT 1 FROM Port WHERE Port.name = Bridge.name"
					  "  AND Port._parent = Bridge._id)",
					  "");
		if (result == 0)
			result = connection_step(&db->file, statement, error);
		if (result <= 0)
			break;
		id = sqlite3_column_int64(statement, 0);
		snprintf(name, sizeof(name), "%s", sqlite3_column_text(statement, 1));
		connection_end(statement);
		local.name = name;
		result = port_insert(db, id, &local, error);
	} while (result == 0);
	return result;
}

/* Interfaces that came to a bridge by their port, or to a port that was on one. */
static int number_interfaces(struct db *db, struct error *error)
{
	int result;

	do {
		sqlite3_stmt *statement;
		int64_t id, bridge, wanted;

		result = connection_query(
			&db->file, &statement, error,
			"SELECT i._id, Port._parent, iif(Port.name = Bridge.name, ?1,"
			" CAST(i.ofport_request AS INTEGER))"
			" FROM Interface AS i JOIN Port ON Port._id = i._parent"
			" JOIN Bridge ON Bridge._id = Port._parent"
			" WHERE i._ofport IS NULL ORDER BY i._id",
			"i", (int64_t)OFPORT_LOCAL);
		if (result == 0)
			result = connection_step(&db->file, statement, error);
		if (result <= 0)
			break;
		id = sqlite3_column_int64(statement, 0);
		bridge = sqlite3_column_int64(statement, 1);
		wanted = sqlite3_column_int64(statement, 2);
		connection_end(statement);
		result = port_number_interface(db, id, bridge, wanted, error);
	} while (result == 0);
	return result;
}

int relation_settle(struct db *db, struct error *error)
{
	int result = 0;

	if (db->unmade)
		return reference_error(db->unmade->table, db->unmade->column, db->unmade->parent,
				       db->unmade->uuid, error);
	result = remove_orphans(db, error);
	if (result == 0)
		result = refuse_any(db,
				    "SELECT Port.name FROM Port JOIN Bridge"
				    " ON Bridge.name = Port.name"
				    " WHERE Port._parent <> Bridge._id",
				    "port %s has the name of a bridge, but is on another one",
				    error);
	if (result == 0)
		result = add_local_ports(db, error);
	if (result == 0)
		result = refuse_any(db,
				    "SELECT name FROM Port WHERE NOT EXISTS"
				    " (SELECT 1 FROM Interface WHERE _parent = Port._id)",
				    "port %s has no interface: it needs one", error);
	return result ? result : number_interfaces(db, error);
}
