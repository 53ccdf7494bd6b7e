/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/db_flow.h"

#include <stdio.h>
#include "db/db_bridge.h"

int db_flow_put(struct db *db, const char *bridge, const struct db_flow *flow, struct error *error)
{
	int64_t id;
	int result = bridge_find(db, bridge, &id, error);

	if (result)
		return result;
	return store_write(
		db, error,
		"INSERT INTO Flow (bridge, table_id, priority, match, actions, cookie,"
		" idle_timeout, hard_timeout, importance, flags, is_default, created_us,"
		" modified_us, boot) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
		" ON CONFLICT (bridge, table_id, priority, match) DO UPDATE SET"
		" actions = excluded.actions, cookie = excluded.cookie,"
		" idle_timeout = excluded.idle_timeout,"
		" hard_timeout = excluded.hard_timeout,"
		" importance = excluded.importance, flags = excluded.flags,"
		" is_default = excluded.is_default, created_us = excluded.created_us,"
		" modified_us = excluded.modified_us,"
		" boot = excluded.boot",
		"iiissiiiiiiiis", id, (int64_t)flow->table, (int64_t)flow->priority, flow->match,
		flow->actions, (int64_t)flow->cookie, (int64_t)flow->idle_timeout,
		(int64_t)flow->hard_timeout, (int64_t)flow->importance, (int64_t)flow->flags,
		(int64_t)flow->is_default, flow->created_us, flow->modified_us, flow->boot);
}

int db_flow_del(struct db *db, int64_t id, struct error *error)
{
	return store_write(db, error, "DELETE FROM Flow WHERE _id = ?", "i", id);
}

int db_flow_clear(struct db *db, const char *bridge, struct error *error)
{
	int64_t id;
	int result = bridge_find(db, bridge, &id, error);

	return result ? result
		      : store_write(db, error, "DELETE FROM Flow WHERE bridge = ?", "i", id);
}

/* The columns in the order of fill(); Flow first, in whose order they are read. */
#define SELECT                                                                                     \
	"SELECT Flow._id, _number, table_id, priority, match, actions, cookie, idle_timeout,"      \
	" hard_timeout, importance, flags, is_default, created_us, modified_us, boot"              \
	" FROM Flow CROSS JOIN Bridge ON Bridge._id = Flow.bridge "

static void fill(struct db_flow *flow, sqlite3_stmt *statement)
{
	flow->id = sqlite3_column_int64(statement, 0);
	flow->bridge = (uint16_t)sqlite3_column_int(statement, 1);
	flow->table = (uint8_t)sqlite3_column_int(statement, 2);
	flow->priority = (uint16_t)sqlite3_column_int(statement, 3);
	flow->match = (const char *)sqlite3_column_text(statement, 4);
	flow->actions = (const char *)sqlite3_column_text(statement, 5);
	flow->cookie = (uint64_t)sqlite3_column_int64(statement, 6);
	flow->idle_timeout = (uint16_t)sqlite3_column_int(statement, 7);
	flow->hard_timeout = (uint16_t)sqlite3_column_int(statement, 8);
	flow->importance = (uint16_t)sqlite3_column_int(statement, 9);
	flow->flags = (uint16_t)sqlite3_column_int(statement, 10);
	flow->is_default = sqlite3_column_int(statement, 11);
	flow->created_us = sqlite3_column_int64(statement, 12);
	flow->modified_us = sqlite3_column_int64(statement, 13);
	snprintf(flow->boot, sizeof(flow->boot), "%s", sqlite3_column_text(statement, 14));
}

/* Calls the function with each row of a query. */
static int read_rows(struct db *db, sqlite3_stmt *statement, db_flow_fn *fn, void *arg,
		     struct error *error)
{
	int result = 0;

	while (result == 0 && (result = connection_step(&db->file, statement, error)) > 0) {
		struct db_flow flow;

		fill(&flow, statement);
		result = fn(&flow, arg);
	}
	connection_end(statement);
	return result;
}

static int each(struct db *db, const char *sql, const char *types, int64_t parameter,
		db_flow_fn *fn, void *arg, struct error *error)
{
	sqlite3_stmt *statement;
	int result = connection_query(&db->file, &statement, error, sql, types, parameter);

	return result ? result : read_rows(db, statement, fn, arg, error);
}

int db_flow_each(struct db *db, const char *bridge, db_flow_fn *fn, void *arg, struct error *error)
{
	int64_t id;
	int result;

	if (!bridge)
		return each(db, SELECT "ORDER BY Flow._id", "", 0, fn, arg, error);
	result = bridge_find(db, bridge, &id, error);
	return result ? result
		      : each(db,
			     SELECT "WHERE Flow.bridge = ? ORDER BY table_id, priority DESC, match",
			     "i", id, fn, arg, error);
}

int db_flow_get(struct db *db, int64_t id, db_flow_fn *fn, void *arg, struct error *error)
{
	return each(db, SELECT "WHERE Flow._id = ?", "i", id, fn, arg, error);
}

int flow_find(struct db *db, const char *bridge, const struct db_flow *like, db_flow_fn *fn,
	      void *arg, struct error *error)
{
	sqlite3_stmt *statement;
	int result = connection_query(
		&db->file, &statement, error,
		SELECT "WHERE Flow.bridge ="
		       " (SELECT _id FROM Bridge WHERE name = ?) AND table_id = ?"
		       " AND priority = ? AND match = ?",
		"siis", bridge, (int64_t)like->table, (int64_t)like->priority, like->match);

	return result ? result : read_rows(db, statement, fn, arg, error);
}
