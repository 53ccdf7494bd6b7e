/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/db_bridge.h"

#include <errno.h>
#include <stdio.h>
#include "db/db_name.h"
#include "db/db_port.h"
#include "db/flow_default.h"
#include "db/relation.h"

int bridge_find(struct db *db, const char *name, int64_t *id, struct error *error)
{
	int result = connection_integer(&db->file, id, error,
					"SELECT _id FROM Bridge WHERE name = ?", "s", name);

	if (result < 0)
		return result;
	return result ? 0 : error_set(error, -ENOENT, "no bridge named %s", name);
}

int bridge_insert(struct db *db, const char *uuid, const char *name, int64_t *id,
		  struct error *error)
{
	int64_t number;
	int result = relation_free_name(db, "Bridge", name, error);

	if (result == 0)
		result = store_lowest_free(db, "_number", "Bridge", 0, DB_BRIDGES_MAX, &number,
					   error);
	if (result == -ENOSPC)
		return error_set(error, result,
				 "cannot create a bridge named %s because there are %d already",
				 name, DB_BRIDGES_MAX);
	if (result == 0)
		result = store_write(db, error,
				     "INSERT INTO Bridge (_uuid, _number, name) VALUES (?, ?, ?)",
				     "sis", uuid, number, name);
	if (result)
		return result;
	*id = sqlite3_last_insert_rowid(db->file.sqlite);
	return flow_default_add(db, *id, error);
}

int db_bridge_add(struct db *db, const char *name, struct error *error)
{
	struct port_row local = {.name = name, .type = "internal", .ofport = OFPORT_LOCAL};
	char uuid[DB_UUID_LEN + 1];
	int64_t id;
	int result = name_check(db, "bridge", name, error);

	db_uuid_make(uuid);
	if (result == 0)
		result = bridge_insert(db, uuid, name, &id, error);
	if (result)
		return result;
	result = store_write(db, error, "UPDATE Bridge SET _parent = 1 WHERE _id = ?", "i", id);
	return result ? result : port_insert(db, id, &local, error);
}

/* -EEXIST when the VLAN has a fake bridge already. */
static int check_vlan_free(struct db *db, int64_t parent_id, const char *parent, uint16_t vlan,
			   struct error *error)
{
	sqlite3_stmt *statement;
	char tag[8];
	int result;

	snprintf(tag, sizeof(tag), "%u", vlan);
	result = connection_query(
		&db->file, &statement, error,
		"SELECT name FROM Port WHERE _parent = ? AND fake_bridge AND tag = ?", "is",
		parent_id, tag);
	if (result == 0)
		result = connection_step(&db->file, statement, error);
	if (result > 0)
		result = error_set(error, -EEXIST,
				   "bridge %s already has a child VLAN bridge %s on VLAN %u",
				   parent, (const char *)sqlite3_column_text(statement, 0), vlan);
	connection_end(statement);
	return result;
}

int db_fake_bridge_add(struct db *db, const char *name, const char *parent, uint16_t vlan,
		       struct error *error)
{
	struct port_row port = {.name = name, .type = "internal", .tag = vlan, .fake_bridge = true};
	struct db_bridge_name fake;
	int64_t parent_id;
	int result = name_check(db, "bridge", name, error);

	if (result)
		return result;
	result = bridge_find(db, parent, &parent_id, NULL);
	if (result == -ENOENT)
		return db_bridge_find(db, parent, &fake, NULL)
			       ? error_set(error, result, "parent bridge %s does not exist", parent)
			       : error_set(error, -EINVAL,
					   "cannot create bridge with fake bridge as parent");
	if (result == 0 && (!vlan || vlan > 4094))
		result = error_set(error, -EINVAL, "%u is not a VLAN: 1 to 4094", vlan);
	if (result == 0)
		result = check_vlan_free(db, parent_id, parent, vlan, error);
	return result ? result : port_insert(db, parent_id, &port, error);
}

int db_bridge_del(struct db *db, const char *name, struct error *error)
{
	int64_t id;
	int result = bridge_find(db, name, &id, error);

	return result ? result : relation_remove(db, "Bridge", name, error);
}
