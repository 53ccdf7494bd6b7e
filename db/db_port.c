/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/db_port.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "db/db_bridge.h"
#include "db/db_name.h"
#include "db/relation.h"
#include "db/reservation.h"

static int too_many(const char *name, struct error *error)
{
	return error_set(error, -ENOSPC,
			 "cannot create a port named %s because there are %d already", name,
			 DB_PORTS_MAX);
}

int port_insert_interface(struct db *db, const char *uuid, const char *name, struct error *error)
{
	int64_t number;
	int result = relation_free_name(db, "Interface", name, error);

	if (result == 0)
		result = store_lowest_free(db, "_number", "Interface", 0, DB_PORTS_MAX, &number,
					   error);
	if (result == -ENOSPC)
		return too_many(name, error);
	return result ? result
		      : store_write(db, error,
				    "INSERT INTO Interface (_uuid, _number, name)"
				    " VALUES (?, ?, ?)",
				    "sis", uuid, number, name);
}

static int is_ofport_free(struct db *db, int64_t bridge, int64_t ofport, struct error *error)
{
	int64_t one;
	char sql[96];
	int result;

	snprintf(sql, sizeof(sql), "SELECT 1 FROM %s WHERE _bridge = ? AND _ofport = ?",
		 reservation_taken(db));
	result = connection_integer(&db->file, &one, error, sql, "ii", bridge, ofport);
	return result < 0 ? result : !result;
}

int port_number_interface(struct db *db, int64_t interface, int64_t bridge, int64_t wanted,
			  struct error *error)
{
	int64_t ofport = wanted;
	char taken[64];
	int result = reservation_get(db, interface, bridge, &ofport, error);

	snprintf(taken, sizeof(taken), "%s WHERE _bridge = ? AND _ofport <= 65279",
		 reservation_taken(db));
	if (result == 0 && wanted)
		result = is_ofport_free(db, bridge, wanted, error);
	if (result == 0)
		result = store_lowest_free(db, "_ofport", taken, bridge, OFPORT_LAST, &ofport,
					   error);
	if (result < 0)
		return result;
	return store_write(db, error, "UPDATE Interface SET _bridge = ?, _ofport = ? WHERE _id = ?",
			   "iii", bridge, ofport, interface);
}

/* An interface of the port that was inserted as `port_id`. */
static int insert_interface(struct db *db, int64_t bridge, int64_t port_id,
			    const struct port_row *port, const char *name, int64_t ofport,
			    struct error *error)
{
	char uuid[DB_UUID_LEN + 1];
	int64_t id;
	int result;

	db_uuid_make(uuid);
	result = port_insert_interface(db, uuid, name, error);
	if (result)
		return result;
	id = sqlite3_last_insert_rowid(db->file.sqlite);
	result = store_write(db, error, "UPDATE Interface SET _parent = ?, type = ? WHERE _id = ?",
			     "isi", port_id, port->type, id);
	return result ? result : port_number_interface(db, id, bridge, ofport, error);
}

int port_insert(struct db *db, int64_t bridge, const struct port_row *port, struct error *error)
{
	char uuid[DB_UUID_LEN + 1], tag[32] = "[\"set\",[]]";
	int64_t id;
	int result;

	if (port->tag)
		snprintf(tag, sizeof(tag), "%u", port->tag);
	db_uuid_make(uuid);
	result = relation_free_name(db, "Port", port->name, error);
	if (result)
		return result;
	result = store_write(db, error,
			     "INSERT INTO Port (_parent, _uuid, name, tag, fake_bridge,"
			     " bond_fake_iface) VALUES (?, ?, ?, ?, ?, ?)",
			     "isssii", bridge, uuid, port->name, tag, (int64_t)port->fake_bridge,
			     (int64_t)port->bond_fake_iface);
	if (result)
		return result;
	id = sqlite3_last_insert_rowid(db->file.sqlite);
	if (!port->interfaces)
		return insert_interface(db, bridge, id, port, port->name, port->ofport, error);
	for (int i = 0; i < port->n_interfaces && result == 0; i++)
		result = insert_interface(db, bridge, id, port, port->interfaces[i],
					  i ? 0 : port->ofport, error);
	return result;
}

int port_request_ofport(struct db *db, const char *interface_uuid, int64_t ofport,
			struct error *error)
{
	int result = reservation_permits(db, interface_uuid, ofport, error);

	if (result <= 0)
		return result;
	/* The local port's number is fixed. Who has a number keeps it, as in Open vSwitch. */
	return store_write(db, error,
			   "UPDATE Interface AS this SET _ofport = ?1"
			   " WHERE _uuid = ?2 AND _ofport NOT IN (?1, ?3) AND NOT EXISTS"
			   " (SELECT 1 FROM Interface AS other"
			   "  WHERE other._bridge = this._bridge AND other._ofport = ?1)",
			   "isi", ofport, interface_uuid, (int64_t)OFPORT_LOCAL);
}

int db_port_config_set(struct db *db, const char *interface, uint32_t set, uint32_t clear,
		       struct error *error)
{
	int64_t config;
	int result = connection_integer(&db->file, &config, error,
					"SELECT _port_config FROM Interface WHERE name = ?", "s",
					interface);

	if (result < 0)
		return result;
	if (result == 0)
		return error_set(error, -ENOENT, "no interface named %s", interface);
	return store_write(db, error,
			   "UPDATE Interface SET _port_config = ?1 WHERE name = ?2"
			   " AND _port_config <> ?1",
			   "is", (config & ~(int64_t)clear) | set, interface);
}

int db_port_config_each(struct db *db, db_port_config_fn *fn, void *arg, struct error *error)
{
	sqlite3_stmt *statement;
	int result = connection_query(&db->file, &statement, error,
				      "SELECT Bridge.name, i.name, i._port_config"
				      " FROM Interface AS i JOIN Port ON Port._id = i._parent"
				      " JOIN Bridge ON Bridge._id = Port._parent"
				      " WHERE i._port_config ORDER BY i.name",
				      "");

	while (result == 0 && (result = connection_step(&db->file, statement, error)) > 0)
		result = fn((const char *)sqlite3_column_text(statement, 0),
			    (const char *)sqlite3_column_text(statement, 1),
			    (uint32_t)sqlite3_column_int64(statement, 2), arg);
	connection_end(statement);
	return result;
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

static int check_interface(struct db *db, const struct port_row *port, int index,
			   struct error *error)
{
	for (int i = 0; i < index; i++)
		if (!strcmp(port->interfaces[i], port->interfaces[index]))
			return error_set(error, -EINVAL, "interface %s is given twice",
					 port->interfaces[index]);
	return name_check(db, "interface", port->interfaces[index], error);
}

/* Checks the names, and adds it to the bridge. */
static int add_port(struct db *db, const char *bridge, const struct port_row *port,
		    struct error *error)
{
	int64_t id;
	int result = name_check(db, "port", port->name, error);

	for (int i = 0; i < port->n_interfaces && result == 0; i++)
		result = check_interface(db, port, i, error);
	if (result == 0)
		result = bridge_find(db, bridge, &id, error);
	return result ? result : port_insert(db, id, port, error);
}

int db_port_add(struct db *db, const char *bridge, const char *name, uint16_t tag,
		struct error *error)
{
	struct port_row row = {.name = name, .type = "", .tag = tag};

	return add_port(db, bridge, &row, error);
}

int db_bond_add(struct db *db, const struct db_bond *bond, struct error *error)
{
	struct port_row row = {
		.name = bond->name,
		.interfaces = bond->interfaces,
		.n_interfaces = bond->n_interfaces,
		.type = "",
		.tag = bond->tag,
		.bond_fake_iface = bond->fake_iface,
	};

	return add_port(db, bond->bridge, &row, error);
}

int db_bond_interface_add(struct db *db, const char *port, const char *name, struct error *error)
{
	struct port_row row = {.name = port, .type = ""};
	sqlite3_stmt *statement;
	int64_t id, bridge;
	int result = name_check(db, "interface", name, error);

	if (result == 0)
		result =
			connection_query(&db->file, &statement, error,
					 "SELECT _id, _parent FROM Port WHERE name = ?", "s", port);
	if (result == 0)
		result = connection_step(&db->file, statement, error);
	if (result < 0)
		return result;
	if (result == 0)
		return error_set(error, -ENOENT, "no port named %s", port);
	id = sqlite3_column_int64(statement, 0);
	bridge = sqlite3_column_int64(statement, 1);
	connection_end(statement);
	return insert_interface(db, bridge, id, &row, name, 0, error);
}

int db_bond_interface_del(struct db *db, const char *name, struct error *error)
{
	sqlite3_stmt *statement;
	int result = connection_query(&db->file, &statement, error,
				      "SELECT Port.name, (SELECT count(*) FROM Interface AS other"
				      "  WHERE other._parent = Port._id)"
				      " FROM Interface AS this JOIN Port ON Port._id = this._parent"
				      " WHERE this.name = ?",
				      "s", name);

	if (result == 0)
		result = connection_step(&db->file, statement, error);
	if (result < 0)
		return result;
	if (result == 0)
		return error_set(error, -ENOENT, "no interface named %s", name);
	result = sqlite3_column_int(statement, 1) > 1
			 ? 0
			 : error_set(error, -EINVAL, "cannot delete last interface from port %s",
				     (const char *)sqlite3_column_text(statement, 0));
	connection_end(statement);
	return result ? result
		      : store_write(db, error, "DELETE FROM Interface WHERE name = ?", "s", name);
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
	return relation_remove(db, "Port", name, error);
}
