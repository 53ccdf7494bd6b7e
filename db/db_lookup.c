/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include "db/db_name.h"
#include "db/relation.h"

#define PORTS "FROM Port AS port" SHOWN_PORT
#define PORT_COLUMNS                                                                               \
	"port.name," SHOWN_BRIDGE ", real.name, coalesce(fake.tag, 0),"                            \
	" port.fake_bridge OR port.name = real.name "

static void copy(char name[DB_NAME_MAX + 1], sqlite3_stmt *statement, int column)
{
	snprintf(name, DB_NAME_MAX + 1, "%s", sqlite3_column_text(statement, column));
}

/* Of three columns: name, real bridge, VLAN. */
static void read_bridge(sqlite3_stmt *statement, int column, struct db_bridge_name *bridge)
{
	copy(bridge->name, statement, column);
	copy(bridge->real, statement, column + 1);
	bridge->vlan = (uint16_t)sqlite3_column_int(statement, column + 2);
}

int db_bridge_find(struct db *db, const char *name, struct db_bridge_name *bridge,
		   struct error *error)
{
	sqlite3_stmt *statement;
	int result = connection_query(&db->file, &statement, error,
				      "SELECT name, name, 0 FROM Bridge WHERE name = ?1"
				      " UNION ALL"
				      " SELECT fake.name, real.name, fake.tag FROM Port AS fake"
				      " JOIN Bridge AS real ON real._id = fake._parent"
				      " WHERE fake.name = ?1 AND fake.fake_bridge",
				      "s", name);

	if (result == 0)
		result = connection_step(&db->file, statement, error);
	if (result < 0)
		return result;
	if (result == 0)
		return error_set(error, -ENOENT, "no bridge named %s", name);
	read_bridge(statement, 0, bridge);
	connection_end(statement);
	return 0;
}

/* The first row of a query of PORT_COLUMNS. */
static int find_port(struct db *db, const char *sql, const char *kind, const char *name,
		     struct db_port_name *port, struct error *error)
{
	sqlite3_stmt *statement;
	int result = connection_query(&db->file, &statement, error, sql, "s", name);

	if (result == 0)
		result = connection_step(&db->file, statement, error);
	if (result < 0)
		return result;
	if (result == 0)
		return error_set(error, -ENOENT, "no %s named %s", kind, name);
	copy(port->name, statement, 0);
	read_bridge(statement, 1, &port->bridge);
	port->local = sqlite3_column_int(statement, 4);
	connection_end(statement);
	return 0;
}

int db_port_find(struct db *db, const char *name, struct db_port_name *port, struct error *error)
{
	return find_port(db, "SELECT " PORT_COLUMNS PORTS "WHERE port.name = ?", "port", name, port,
			 error);
}

int db_interface_find(struct db *db, const char *name, struct db_port_name *port,
		      struct error *error)
{
	return find_port(db,
			 "SELECT " PORT_COLUMNS PORTS
			 "JOIN Interface ON Interface._parent = port._id WHERE Interface.name = ?",
			 "interface", name, port, error);
}

int db_ofport_find(struct db *db, const char *bridge, const char *interface, uint16_t *ofport,
		   struct error *error)
{
	int64_t number;
	int result = relation_number(db, error);

	if (result == 0)
		result = connection_integer(&db->file, &number, error,
					    "SELECT _ofport FROM Interface WHERE name = ? AND"
					    " _bridge = (SELECT _id FROM Bridge WHERE name = ?)",
					    "ss", interface, bridge);
	if (result <= 0)
		return result ? result : -ENOENT;
	*ofport = (uint16_t)number;
	return 0;
}

int db_ofport_name(struct db *db, const char *bridge, uint16_t ofport, char name[DB_NAME_MAX + 1],
		   struct error *error)
{
	sqlite3_stmt *statement;
	int result = relation_number(db, error);

	if (result == 0)
		result = connection_query(&db->file, &statement, error,
					  "SELECT name FROM Interface WHERE _ofport = ? AND"
					  " _bridge = (SELECT _id FROM Bridge WHERE name = ?)",
					  "is", (int64_t)ofport, bridge);
	if (result == 0)
		result = connection_step(&db->file, statement, error);
	if (result <= 0)
		return result ? result : -ENOENT;
	copy(name, statement, 0);
	connection_end(statement);
	return 0;
}

/* db_row_fn */
static int load_vlan(const char *uuid, json_t *const *values, void *arg)
{
	(void)uuid;
	vlan_load(arg,
		  &(struct vlan_columns){values[0], values[1], values[2], values[3], values[4]});
	return 0;
}

int db_port_vlan(struct db *db, const char *port, struct db_vlan *vlan, struct error *error)
{
	static const char *const names[] = {"vlan_mode", "tag", "trunks", "cvlans", "other_config"};
	const struct db_table *table = db_table_find("Port", error);
	const struct db_column *columns[sizeof(names) / sizeof(*names)];
	char uuid[DB_UUID_LEN + 1];
	int result = db_record_find(db, table, port, uuid, error);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		columns[i] = db_column_find(table, names[i], error);
	return result ? result
		      : db_select(db, table, uuid, columns, sizeof(names) / sizeof(*names),
				  load_vlan, vlan, error);
}

static int each_name(struct db *db, db_name_fn *fn, void *arg, struct error *error, const char *sql,
		     const char *parameter)
{
	sqlite3_stmt *statement;
	int result = connection_query(&db->file, &statement, error, sql, parameter ? "s" : "",
				      parameter);

	while (result == 0 && (result = connection_step(&db->file, statement, error)) > 0) {
		fn((const char *)sqlite3_column_text(statement, 0), arg);
		result = 0;
	}
	return result;
}

int db_bridge_names(struct db *db, bool real, bool fake, db_name_fn *fn, void *arg,
		    struct error *error)
{
	static const char *const queries[2][2] = {
		{"SELECT NULL LIMIT 0", "SELECT name FROM Port WHERE fake_bridge ORDER BY name"},
		{"SELECT name FROM Bridge ORDER BY name",
		 "SELECT name FROM Bridge UNION SELECT name FROM Port WHERE fake_bridge"
		 " ORDER BY name"},
	};

	return each_name(db, fn, arg, error, queries[real][fake], NULL);
}

int db_port_names(struct db *db, const struct db_bridge_name *bridge, db_name_fn *fn, void *arg,
		  struct error *error)
{
	return each_name(db, fn, arg, error,
			 "SELECT port.name " PORTS "WHERE" SHOWN_BRIDGE
			 "= ? AND NOT port.fake_bridge"
			 " AND port.name <> real.name ORDER BY port.name",
			 bridge->name);
}

int db_interface_names(struct db *db, const struct db_bridge_name *bridge, db_name_fn *fn,
		       void *arg, struct error *error)
{
	return each_name(db, fn, arg, error,
			 "SELECT Interface.name " PORTS
			 "JOIN Interface ON Interface._parent = port._id"
			 " WHERE" SHOWN_BRIDGE "= ? AND NOT port.fake_bridge"
			 " AND port.name <> real.name ORDER BY Interface.name",
			 bridge->name);
}

int db_port_interfaces(struct db *db, const char *port, db_name_fn *fn, void *arg,
		       struct error *error)
{
	return each_name(db, fn, arg, error,
			 "SELECT name FROM Interface WHERE _parent ="
			 " (SELECT _id FROM Port WHERE name = ?) ORDER BY _id",
			 port);
}
