/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/boot.h"
#include "db/db_bridge.h"

int db_group_put(struct db *db, const char *bridge, uint32_t group, const char *text,
		 struct error *error)
{
	char boot[BOOT_ID_LEN + 1];
	int64_t id;
	int result = bridge_find(db, bridge, &id, error);

	if (result)
		return result;
	boot_id(boot);
	return store_write(db, error,
			   "INSERT INTO Flow_Group (bridge, group_id, text, created_us, boot)"
			   " VALUES (?, ?, ?, ?, ?)"
			   " ON CONFLICT (bridge, group_id) DO UPDATE SET text = excluded.text,"
			   " counters = '' WHERE text <> excluded.text",
			   "iisis", id, (int64_t)group, text, (int64_t)(boot_ns() / 1000), boot);
}

int db_group_find(struct db *db, const char *bridge, uint32_t group, int64_t *id,
		  struct error *error)
{
	int result;

	*id = 0;
	result = connection_integer(&db->file, id, error,
				    "SELECT _id FROM Flow_Group WHERE bridge ="
				    " (SELECT _id FROM Bridge WHERE name = ?) AND group_id = ?",
				    "si", bridge, (int64_t)group);
	return result < 0 ? result : 0;
}

int db_group_del(struct db *db, int64_t id, struct error *error)
{
	return store_write(db, error, "DELETE FROM Flow_Group WHERE _id = ?", "i", id);
}

int db_group_counters_set(struct db *db, int64_t id, const char *counters, struct error *error)
{
	return store_write(db, error, "UPDATE Flow_Group SET counters = ? WHERE _id = ?", "si",
			   counters, id);
}

static int each(struct db *db, const char *sql, const char *types, int64_t parameter,
		db_group_fn *fn, void *arg, struct error *error)
{
	sqlite3_stmt *statement;
	int result = connection_query(&db->file, &statement, error, sql, types, parameter);

	while (result == 0 && (result = connection_step(&db->file, statement, error)) > 0) {
		const struct db_group group = {
			.id = sqlite3_column_int64(statement, 0),
			.bridge = (uint16_t)sqlite3_column_int(statement, 1),
			.group = (uint32_t)sqlite3_column_int64(statement, 2),
			.text = (const char *)sqlite3_column_text(statement, 3),
			.created_us = sqlite3_column_int64(statement, 4),
			.boot = (const char *)sqlite3_column_text(statement, 5),
			.counters = (const char *)sqlite3_column_text(statement, 6),
		};

		result = fn(&group, arg);
	}
	connection_end(statement);
	return result;
}

#define SELECT                                                                                     \
	"SELECT g._id, _number, group_id, text, created_us, boot, counters FROM Flow_Group AS g"   \
	" CROSS JOIN Bridge ON Bridge._id = g.bridge "

int db_group_each(struct db *db, const char *bridge, db_group_fn *fn, void *arg,
		  struct error *error)
{
	int64_t id;
	int result;

	if (!bridge)
		return each(db, SELECT "ORDER BY g._id", "", 0, fn, arg, error);
	result = bridge_find(db, bridge, &id, error);
	return result ? result
		      : each(db, SELECT "WHERE g.bridge = ? ORDER BY group_id", "i", id, fn, arg,
			     error);
}
