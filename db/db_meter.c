/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include "db/boot.h"
#include "db/db_bridge.h"

static int insert(struct db *db, const char *bridge_name, int64_t bridge, uint32_t meter,
		  const char *text, struct error *error)
{
	char boot[BOOT_ID_LEN + 1];
	int64_t number;
	int result = store_lowest_free(db, "_number", "Meter", 0, DB_METERS_MAX, &number, error);

	if (result == -ENOSPC)
		return error_set(error, result,
				 "cannot add meter %u to bridge %s because there are %d already",
				 meter, bridge_name, DB_METERS_MAX);
	if (result)
		return result;
	boot_id(boot);
	return store_write(db, error,
			   "INSERT INTO Meter (_number, bridge, meter_id, text, created_us, boot)"
			   " VALUES (?, ?, ?, ?, ?, ?)",
			   "iiisis", number, bridge, (int64_t)meter, text,
			   (int64_t)(boot_ns() / 1000), boot);
}

int db_meter_put(struct db *db, const char *bridge, uint32_t meter, const char *text,
		 struct error *error)
{
	int64_t bridge_id, id;
	int result = bridge_find(db, bridge, &bridge_id, error);

	if (result)
		return result;
	result = connection_integer(&db->file, &id, error,
				    "SELECT _id FROM Meter WHERE bridge = ? AND meter_id = ?", "ii",
				    bridge_id, (int64_t)meter);
	if (result < 0)
		return result;
	if (result == 0)
		return insert(db, bridge, bridge_id, meter, text, error);
	return store_write(db, error, "UPDATE Meter SET text = ?1 WHERE _id = ?2 AND text <> ?1",
			   "si", text, id);
}

int db_meter_find(struct db *db, const char *bridge, uint32_t meter, int64_t *id,
		  struct error *error)
{
	int result;

	*id = 0;
	result = connection_integer(&db->file, id, error,
				    "SELECT _id FROM Meter WHERE bridge ="
				    " (SELECT _id FROM Bridge WHERE name = ?) AND meter_id = ?",
				    "si", bridge, (int64_t)meter);
	return result < 0 ? result : 0;
}

int db_meter_del(struct db *db, int64_t id, struct error *error)
{
	return store_write(db, error, "DELETE FROM Meter WHERE _id = ?", "i", id);
}

static int each(struct db *db, const char *sql, const char *types, int64_t parameter,
		db_meter_fn *fn, void *arg, struct error *error)
{
	sqlite3_stmt *statement;
	int result = connection_query(&db->file, &statement, error, sql, types, parameter);

	while (result == 0 && (result = connection_step(&db->file, statement, error)) > 0) {
		const struct db_meter meter = {
			.id = sqlite3_column_int64(statement, 0),
			.bridge = (uint16_t)sqlite3_column_int(statement, 1),
			.meter = (uint32_t)sqlite3_column_int64(statement, 2),
			.number = (uint16_t)sqlite3_column_int(statement, 3),
			.text = (const char *)sqlite3_column_text(statement, 4),
			.created_us = sqlite3_column_int64(statement, 5),
			.boot = (const char *)sqlite3_column_text(statement, 6),
		};

		result = fn(&meter, arg);
	}
	connection_end(statement);
	return result;
}

#define SELECT                                                                                     \
	"SELECT m._id, Bridge._number, meter_id, m._number, text, created_us, boot FROM Meter AS " \
	"m"                                                                                        \
	" CROSS JOIN Bridge ON Bridge._id = m.bridge "

int db_meter_each(struct db *db, const char *bridge, db_meter_fn *fn, void *arg,
		  struct error *error)
{
	int64_t id;
	int result;

	if (!bridge)
		return each(db, SELECT "ORDER BY m._id", "", 0, fn, arg, error);
	result = bridge_find(db, bridge, &id, error);
	return result ? result
		      : each(db, SELECT "WHERE m.bridge = ? ORDER BY meter_id", "i", id, fn, arg,
			     error);
}
