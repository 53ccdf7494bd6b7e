/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/relation.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "db/datum.h"
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

/* A record, as the child in a relation. */
struct child {
	const char *table;
	int64_t id;
	char uuid[DB_UUID_LEN + 1];
};

/* An interface's _bridge follows when its port's is certain: relation_settle(). */
static int take_in(struct db *db, const char *child, int64_t id, int64_t parent,
		   struct error *error)
{
	char sql[SQL_MAX];

	snprintf(sql, sizeof(sql), "UPDATE \"%s\" SET _parent = ? WHERE _id = ?", child);
	return store_write(db, error, sql, "ii", parent, id);
}

/* Unlinks the first claim to a child; NULL: nobody claims it. The caller frees it. */
static struct claim *take_claim(struct db *db, const char *uuid)
{
	struct claim **link = &db->claims, *claim;

	while (*link && strcmp((*link)->child, uuid))
		link = &(*link)->next;
	claim = *link;
	if (claim)
		*link = claim->next;
	return claim;
}

/* Gives a child that nobody has to the first that claims it and is still there. */
static int grant(struct db *db, const struct child *child, struct error *error)
{
	int result = -ENOENT;
	struct claim *claim;

	while (result == -ENOENT && (claim = take_claim(db, child->uuid))) {
		int64_t parent;

		result = find_id(db, claim->table->name, claim->parent, &parent, error);
		if (result == 0)
			result = take_in(db, child->table, child->id, parent, error);
		free(claim);
	}
	return result == -ENOENT ? 0 : result;
}

/* Takes a child away from its parent. */
static int part(struct db *db, const struct child *child, struct error *error)
{
	char sql[SQL_MAX];
	int result = 0;

	if (!strcmp(child->table, "Port"))
		result = leave_bridge(db, child->id, error);
	if (result)
		return result;
	snprintf(sql, sizeof(sql), "UPDATE \"%s\" SET _parent = NULL%s WHERE _id = ?", child->table,
		 strcmp(child->table, "Interface") ? "" : ", _bridge = NULL, _ofport = NULL");
	return store_write(db, error, sql, "i", child->id);
}

/* Takes it away, and who claims it gets it. */
static int let_go(struct db *db, const struct child *child, struct error *error)
{
	int result = part(db, child, error);

	return result ? result : grant(db, child, error);
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

/* Of two columns: _id, _uuid. */
static void read_child(sqlite3_stmt *statement, struct child *child)
{
	child->id = sqlite3_column_int64(statement, 0);
	snprintf(child->uuid, sizeof(child->uuid), "%s", sqlite3_column_text(statement, 1));
}

/* Lets those children go that `value` does not name. */
static int let_others_go(struct db *db, const char *table, int64_t parent, const json_t *value,
			 struct error *error)
{
	struct child child = {.table = table};
	sqlite3_stmt *statement;
	char sql[SQL_MAX];
	int result;

	snprintf(sql, sizeof(sql), "SELECT _id, _uuid FROM \"%s\" WHERE _parent = ?", table);
	do {
		result = connection_query(&db->file, &statement, error, sql, "i", parent);
		while (result == 0 && (result = connection_step(&db->file, statement, error)) > 0) {
			if (!names(value, (const char *)sqlite3_column_text(statement, 1)))
				break;
			result = 0;
		}
		if (result <= 0)
			break;
		read_child(statement, &child);
		connection_end(statement);
		result = let_go(db, &child, error);
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

static int note_claim(struct db *db, const struct parent *parent, const char *uuid,
		      struct error *error)
{
	struct claim *claim = calloc(1, sizeof(*claim)), **end = &db->claims;

	if (!claim)
		return error_set(error, -ENOMEM, "out of memory");
	claim->table = parent->table;
	claim->column = parent->column;
	strcpy(claim->parent, parent->uuid);
	strcpy(claim->child, uuid);
	while (*end)
		end = &(*end)->next;
	*end = claim;
	return 0;
}

static int join(struct db *db, const struct parent *parent, const char *uuid, struct error *error)
{
	const char *child = parent->column->refers;
	int64_t id, before = 0;
	int result = find_id(db, child, uuid, &id, NULL);

	if (result == -ENOENT)
		return note_claim(db, parent, uuid, error);
	if (result == 0)
		result = find_parent(db, child, id, &before, error);
	if (result || before == parent->id)
		return result;
	return before ? note_claim(db, parent, uuid, error)
		      : take_in(db, child, id, parent->id, error);
}

/* Of one parent; NULL: of all. */
static void forget_claims(struct db *db, const char *parent)
{
	struct claim **link = &db->claims;

	while (*link) {
		struct claim *claim = *link;

		if (parent && strcmp(claim->parent, parent)) {
			link = &claim->next;
			continue;
		}
		*link = claim->next;
		free(claim);
	}
}

void relation_reset(struct db *db)
{
	forget_claims(db, NULL);
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
	forget_claims(db, uuid);
	json_array_foreach (json_array_get(value, 1), i, element) {
		result = join(db, &parent, json_string_value(json_array_get(element, 1)), error);
		if (result)
			break;
	}
	return result;
}

int relation_add_claimed(struct db *db, const struct db_column *column, const char *uuid,
			 json_t **value, struct error *error)
{
	json_t *claimed = json_array(), *both, *set;

	for (const struct claim *claim = db->claims; claim; claim = claim->next)
		if (claim->column == column && !strcmp(claim->parent, uuid))
			json_array_append_new(claimed, json_pack("[ss]", "uuid", claim->child));
	set = json_pack("[so]", "set", claimed);
	both = datum_union(column, *value, set, false, error);
	json_decref(set);
	if (!both)
		return -EINVAL;
	json_decref(*value);
	*value = both;
	return 0;
}

int relation_made(struct db *db, const char *uuid, struct error *error)
{
	const struct claim *claim = db->claims;
	struct child child;
	int result;

	while (claim && strcmp(claim->child, uuid))
		claim = claim->next;
	if (!claim)
		return 0;
	child.table = claim->column->refers;
	strcpy(child.uuid, claim->child);
	result = find_id(db, child.table, uuid, &child.id, error);
	if (result) /* -ENOENT: a record of another table than the one that was named */
		return result == -ENOENT ? 0 : result;
	return grant(db, &child, error);
}

/* The child of a claim, if a bridge or port has it that belongs to nobody itself: 1, 0 or an error.
 */
static int find_child_of_loose(struct db *db, const struct claim *claim, struct child *child,
			       struct error *error)
{
	sqlite3_stmt *statement;
	int result;

	child->table = claim->column->refers;
	if (!strcmp(child->table, "Bridge"))
		return 0;
	result = connection_query(&db->file, &statement, error,
				  strcmp(child->table, "Port")
					  ? "SELECT _id, _uuid FROM Interface WHERE _uuid = ?"
					    " AND _parent IN (" LOOSE_PORTS ")"
					  : "SELECT _id, _uuid FROM Port WHERE _uuid = ?"
					    " AND _parent IN (" LOOSE_BRIDGES ")",
				  "s", claim->child);
	if (result == 0)
		result = connection_step(&db->file, statement, error);
	if (result <= 0)
		return result;
	read_child(statement, child);
	connection_end(statement);
	return 1;
}

/* Children that are claimed do not go with a parent that is going. */
static int release(struct db *db, struct error *error)
{
	const struct claim *claim = db->claims;

	while (claim) {
		struct child child;
		int result = find_child_of_loose(db, claim, &child, error);

		claim = claim->next;
		if (result > 0) {
			result = let_go(db, &child, error);
			claim = db->claims;
		}
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

int relation_removed(struct db *db, struct error *error)
{
	return store_write(db, error,
			   "DELETE FROM Interface WHERE _bridge IS NULL AND _parent IS NOT NULL"
			   " AND _parent NOT IN (SELECT _id FROM Port)",
			   "");
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
	int result = release(db, error);

	for (size_t i = 0; i < sizeof(removals) / sizeof(*removals) && result == 0; i++)
		if (!strcmp(table, removals[i].table))
			result = store_write(db, error, removals[i].sql, "s", name);
	return result ? result : relation_removed(db, error);
}

int relation_remove(struct db *db, const char *table, const char *name, struct error *error)
{
	struct child child = {.table = table};
	char sql[SQL_MAX];
	int result;

	snprintf(sql, sizeof(sql), "SELECT _id FROM \"%s\" WHERE name = ?", table);
	result = connection_integer(&db->file, &child.id, error, sql, "s", name);
	if (result > 0)
		result = part(db, &child, error);
	return result ? result : relation_free_name(db, table, name, error);
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
int relation_number(struct db *db, struct error *error)
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

/* -EINVAL: the child of a claim belongs to another record, too; 0 when it doesn't. */
static int refuse_second_owner(struct db *db, const struct claim *claim, struct error *error)
{
	bool is_port = !strcmp(claim->column->refers, "Port");
	const char *child = is_port ? "port" : "interface", *parent = is_port ? "bridge" : "port";
	sqlite3_stmt *statement;
	char sql[SQL_MAX];
	int result;

	snprintf(sql, sizeof(sql),
		 "SELECT child.name, owner.name, second.name FROM \"%s\" AS child"
		 " JOIN \"%s\" AS owner ON owner._id = child._parent"
		 " JOIN \"%s\" AS second ON second._uuid = ? WHERE child._uuid = ?",
		 claim->column->refers, claim->table->name, claim->table->name);
	result = connection_query(&db->file, &statement, error, sql, "ss", claim->parent,
				  claim->child);
	if (result == 0)
		result = connection_step(&db->file, statement, error);
	if (result <= 0)
		return result;
	result = error_set(error, -EINVAL, "%s %s can't belong to %s %s and to %s %s", child,
			   (const char *)sqlite3_column_text(statement, 0), parent,
			   (const char *)sqlite3_column_text(statement, 1), parent,
			   (const char *)sqlite3_column_text(statement, 2));
	connection_end(statement);
	return result;
}

/* -EINVAL when the parent of a claim is there, and the child is not. */
static int refuse_unmade(struct db *db, const struct claim *claim, struct error *error)
{
	int64_t id;
	int result = find_id(db, claim->table->name, claim->parent, &id, error);

	if (result)
		return result == -ENOENT ? 0 : result;
	result = find_id(db, claim->column->refers, claim->child, &id, error);
	return result != -ENOENT ? result
				 : reference_error(claim->table, claim->column, claim->parent,
						   claim->child, error);
}

typedef int claim_fn(struct db *db, const struct claim *claim, struct error *error);

static int each_claim(struct db *db, claim_fn *fn, struct error *error)
{
	int result = 0;

	for (const struct claim *claim = db->claims; claim && result == 0; claim = claim->next)
		result = fn(db, claim, error);
	return result;
}

int relation_settle(struct db *db, struct error *error)
{
	int result = each_claim(db, refuse_unmade, error);

	if (result == 0)
		result = release(db, error);
	if (result == 0)
		result = remove_orphans(db, error);
	if (result == 0) /* what an orphan was given is gone with it */
		result = each_claim(db, refuse_unmade, error);
	if (result == 0)
		result = each_claim(db, refuse_second_owner, error);
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
	if (result == 0)
		result = refuse_any(db,
				    "SELECT Bridge.name FROM Bridge"
				    " JOIN Port ON Port.name = Bridge.name"
				    " JOIN Interface ON Interface._parent = Port._id"
				    " WHERE Interface.name <> Bridge.name",
				    "bridge %s's local port can only have an interface of the "
				    "same name",
				    error);
	return result ? result : relation_number(db, error);
}
