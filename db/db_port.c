/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/db_port.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "db/db_bridge.h"
#include "db/db_name.h"

static int choose_numbers(struct db *db, const char *name, int64_t bridge, int64_t *number,
			  int64_t *ofport, struct error *error)
{
	int result = store_lowest_free(db, "_number", "Interface", 0, DB_PORTS_MAX, number, error);

	if (result == 0 && !*ofport)
		result = store_lowest_free(db, "_ofport",
					   "Interface WHERE _bridge = ? AND _ofport <= 65279",
					   bridge, OFPORT_LAST, ofport, error);
	if (result == -ENOSPC)
		return error_set(error, result,
				 "cannot create a port named %s because there are %d already", name,
				 DB_PORTS_MAX);
	return result;
}

int port_insert(struct db *db, int64_t bridge, const struct port_row *port, struct error *error)
{
	char uuid[DB_UUID_LEN + 1], tag[32] = "[\"set\",[]]";
	int64_t number, ofport = port->ofport;
	const char *name = port->name;
	int result = choose_numbers(db, name, bridge, &number, &ofport, error);

	if (result)
		return result;
	if (port->tag)
		snprintf(tag, sizeof(tag), "%u", port->tag);
	store_uuid(uuid);
	result = store_write(db, error,
			     "INSERT INTO Port (_parent, _uuid, name, tag, fake_bridge)"
			     " VALUES (?, ?, ?, ?, ?)",
			     "isssi", bridge, uuid, name, tag, (int64_t)port->fake_bridge);
	if (result)
		return result;
	store_uuid(uuid);
	return store_write(
		db, error,
		"INSERT INTO Interface (_bridge, _parent, _uuid, _number, _ofport, name, type)"
		" VALUES (?, last_insert_rowid(), ?, ?, ?, ?, ?)",
		"isiiss", bridge, uuid, number, ofport, name, port->type);
}

int port_request_ofport(struct db *db, const char *interface_uuid, int64_t ofport,
			struct error *error)
{
	/* The local port's number is fixed. Who has a number keeps it, as in Open vSwitch. */
	return store_write(db, error,
			   "UPDATE Interface AS this SET _ofport = ?1"
			   " WHERE _uuid = ?2 AND _ofport NOT IN (?1, ?3) AND NOT EXISTS"
			   " (SELECT 1 FROM Interface AS other"
			   "  WHERE other._bridge = this._bridge AND other._ofport = ?1)",
			   "isi", ofport, interface_uuid, (int64_t)OFPORT_LOCAL);
}

int port_find(struct db *db, int64_t bridge_id, const char *bridge, const char *name, int64_t *id,
	      struct error *error)
{
	int result = connection_integer(&db->file, id, error,
					"SELECT _id FROM Port WHERE _parent = ? AND name = ?", "is",
					bridge_id, name);

	if (result < 0)
		return result;
	return result ? 0
		      : error_set(error, -ENOENT, "bridge %s does not have a port %s", bridge,
				  name);
}

int db_port_add(struct db *db, const char *bridge, const char *name, uint16_t tag,
		struct error *error)
{
	struct port_row port = {.name = name, .type = "", .tag = tag};
	int64_t id;
	int result = bridge_find(db, bridge, &id, error);

	if (result == 0)
		result = name_check(db, "port", name, error);
	return result ? result : port_insert(db, id, &port, error);
}

int db_port_del(struct db *db, const char *name, struct error *error)
{
	int64_t id;
	int result = connection_integer(&db->file, &id, error,
					"SELECT _id FROM Port WHERE name = ?", "s", name);

	if (result < 0)
		return result;
	if (result == 0)
		return error_set(error, -ENOENT, "no port named %s", name);
	result = bridge_find(db, name, &id, NULL);
	if (result == 0)
		return error_set(error, -EINVAL,
				 "cannot delete port %s because it is the local port for bridge %s "
				 "(deleting this port requires deleting the entire bridge)",
				 name, name);
	if (result != -ENOENT)
		return result;
	return store_write(db, error, "DELETE FROM Port WHERE name = ?", "s", name);
}
