/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/db_bridge.h"

#include <errno.h>
#include "db/db_name.h"
#include "db/db_port.h"

int bridge_find(struct db *db, const char *name, int64_t *id, struct error *error)
{
	int result = connection_integer(&db->file, id, error,
					"SELECT _id FROM Bridge WHERE name = ?", "s", name);

	if (result < 0)
		return result;
	return result ? 0 : error_set(error, -ENOENT, "no bridge named %s", name);
}

/* Numbers that the data path knows the bridge by. */
static int choose_numbers(struct db *db, const char *name, int64_t *number, int64_t *fid,
			  struct error *error)
{
	int result = store_lowest_free(db, "_number", "Bridge", 0, DB_BRIDGES_MAX, number, error);

	if (result == 0)
		result = store_lowest_free(db, "_fid", "Bridge", 0, DB_FIDS_MAX, fid, error);
	if (result == -ENOSPC)
		return error_set(error, result,
				 "cannot create a bridge named %s because there are %d already",
				 name, DB_BRIDGES_MAX);
	return result;
}

int db_bridge_add(struct db *db, const char *name, struct error *error)
{
	char uuid[DB_UUID_LEN + 1];
	int64_t number, fid;
	int result = name_check(db, "bridge", name, error);

	if (result == 0)
		result = choose_numbers(db, name, &number, &fid, error);
	if (result)
		return result;
	store_uuid(uuid);
	result = store_write(db, error,
			     "INSERT INTO Bridge (_parent, _uuid, _number, _fid, name)"
			     " VALUES (1, ?, ?, ?, ?)",
			     "siis", uuid, number, fid, name);
	if (result)
		return result;
	return port_insert(db, sqlite3_last_insert_rowid(db->file.sqlite), name, "internal",
			   OFPORT_LOCAL, error);
}

int db_bridge_del(struct db *db, const char *name, struct error *error)
{
	int64_t id;
	int result = bridge_find(db, name, &id, error);

	/* Its ports and what belongs to them go with it, by the foreign keys. */
	return result ? result
		      : store_write(db, error, "DELETE FROM Bridge WHERE _id = ?", "i", id);
}
