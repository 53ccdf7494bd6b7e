/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "db/atom.h"
#include "db/datum.h"
#include "db/db_port.h"
#include "db/option.h"
#include "db/store.h"

/* One loading: where it reads, and where it says what went wrong. */
#define VLAN_COLUMNS 5 /* struct vlan_columns */
struct loading {
	struct db *db;
	struct error *error;
	char *vlan_texts[VLAN_COLUMNS]; /* of the port that was read last */
	struct db_vlan vlan;
};

/* The name may be what is damaged: a terminal must not obey it. */
static int damaged(const struct loading *loading, const char *table, const char *name)
{
	char shown[DB_UUID_LEN + 1];

	snprintf(shown, sizeof(shown), "%s", name);
	for (char *p = shown; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	return error_set(loading->error, -EUCLEAN,
			 "database %s is damaged: record %s in table %s can't be read",
			 loading->db->file.path, shown, table);
}

static void copy_text(char *to, size_t size, sqlite3_stmt *statement, int column)
{
	const unsigned char *text = sqlite3_column_text(statement, column);
	size_t length = (size_t)sqlite3_column_bytes(statement, column);

	if (length >= size)
		length = size - 1;
	memcpy(to, text, length);
	to[length] = '\0';
}

/* As most sets and maps of most ports are; these need no parser. */
static bool is_empty(sqlite3_stmt *statement, int column)
{
	const char *text = (const char *)sqlite3_column_text(statement, column);

	return !strcmp(text, "[\"set\",[]]") || !strcmp(text, "[\"map\",[]]");
}

/* A value as only db_set() writes it; NULL when it is anything else. */
static json_t *column_value(sqlite3_stmt *statement, int column, const char *table,
			    const char *name)
{
	const struct db_column *type = db_column_find(db_table_find(table, NULL), name, NULL);
	json_t *stored = json_loads((const char *)sqlite3_column_text(statement, column),
				    JSON_DECODE_ANY, NULL);
	json_t *value = stored ? datum_check(type, stored, NULL) : NULL;

	json_decref(stored);
	return value;
}

static bool is_uuid(sqlite3_stmt *statement, int column)
{
	return atom_is_uuid((const char *)sqlite3_column_text(statement, column));
}

/* May a network device be called so? That is the kernel's rule; the names that are given today keep
 * to a stricter one, db_name.c. */
static bool is_device_name(sqlite3_stmt *statement, int column)
{
	const char *name = (const char *)sqlite3_column_text(statement, column);
	size_t length = (size_t)sqlite3_column_bytes(statement, column);

	return length && length <= DB_NAME_MAX && strlen(name) == length && strcmp(name, ".") &&
	       strcmp(name, "..") && !strpbrk(name, "/: \t\n\v\f\r");
}

/* No two records have one number: the schema's UNIQUE, which was checked with the file. */
static bool is_number(sqlite3_stmt *statement, int column, int64_t last)
{
	int64_t number = sqlite3_column_int64(statement, column);

	return number >= 1 && number <= last;
}

static bool is_ofport(sqlite3_stmt *statement, int column)
{
	return is_number(statement, column, OFPORT_LAST) ||
	       sqlite3_column_int64(statement, column) == OFPORT_LOCAL;
}

static unsigned hex_digit(char digit)
{
	return (unsigned)(digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
}

/*
 * A MAC address that is the bridge's as long as its record lives: the end of its UUID, 48 random
 * bits, marked as locally administered and unicast (IEEE 802-2014 8.2.1).
 */
static void derive_mac(const char *uuid, uint8_t mac[6])
{
	const char *node = uuid + DB_UUID_LEN - 12;

	for (size_t i = 0; i < 6; i++)
		mac[i] = (uint8_t)(hex_digit(node[2 * i]) << 4 | hex_digit(node[2 * i + 1]));
	mac[0] = (mac[0] | 0x02) & 0xfe;
}

static enum db_rx_hook rx_hook(const json_t *options)
{
	const char *text = option_string(options, "rx-hook");

	if (text && !strcmp(text, "xdp"))
		return DB_RX_XDP;
	if (text && !strcmp(text, "tc"))
		return DB_RX_TC;
	return DB_RX_AUTO;
}

static enum db_port_type port_type(const char *type)
{
	if (!strcmp(type, "internal"))
		return DB_PORT_INTERNAL;
	return strcmp(type, "patch") ? DB_PORT_SYSTEM : DB_PORT_PATCH;
}

/* Are the VLAN columns those of the port that was read last? Notes them for the next one. */
static bool same_vlan(struct loading *loading, sqlite3_stmt *statement, int column)
{
	bool same = true;

	for (int i = 0; i < VLAN_COLUMNS; i++) {
		const char *text = (const char *)sqlite3_column_text(statement, column + i);

		if (loading->vlan_texts[i] && !strcmp(loading->vlan_texts[i], text))
			continue;
		same = false;
		free(loading->vlan_texts[i]);
		loading->vlan_texts[i] = strdup(text);
	}
	return same;
}

/* Ports with thousands of VLANs have as a rule the same ones: they are parsed once. */
static int fill_vlan(struct loading *loading, sqlite3_stmt *statement, int column,
		     struct db_port *port)
{
	static const char *const names[VLAN_COLUMNS] = {"vlan_mode", "tag", "trunks", "cvlans",
							"other_config"};
	json_t *values[VLAN_COLUMNS];
	bool whole = true;

	if (same_vlan(loading, statement, column)) {
		port->vlan = loading->vlan;
		return 0;
	}
	for (int i = 0; i < VLAN_COLUMNS; i++) {
		values[i] = column_value(statement, column + i, "Port", names[i]);
		whole = whole && values[i];
	}
	if (whole)
		vlan_load(&port->vlan, &(struct vlan_columns){values[0], values[1], values[2],
							      values[3], values[4]});
	for (int i = 0; i < VLAN_COLUMNS; i++)
		json_decref(values[i]);
	loading->vlan = port->vlan;
	return whole ? 0 : damaged(loading, "Port", port->name);
}

static int fill_options(struct loading *loading, sqlite3_stmt *statement, int column,
			struct db_port *port)
{
	json_t *options;
	const char *peer;

	if (is_empty(statement, column))
		return 0;
	options = column_value(statement, column, "Interface", "options");
	if (!options)
		return damaged(loading, "Interface", port->name);
	port->rx_hook = rx_hook(options);
	peer = option_string(options, "peer");
	snprintf(port->peer, sizeof(port->peer), "%s", peer ? peer : "");
	json_decref(options);
	return 0;
}

static int fill_mtu_request(struct loading *loading, sqlite3_stmt *statement, int column,
			    struct db_port *port)
{
	json_int_t mtu;
	json_t *value;

	if (is_empty(statement, column))
		return 0;
	value = column_value(statement, column, "Interface", "mtu_request");
	if (!value)
		return damaged(loading, "Interface", port->name);
	mtu = json_integer_value(value);
	/* No device takes as much; it is the kernel that says so. */
	port->mtu_request = mtu > UINT32_MAX ? UINT32_MAX : (uint32_t)mtu;
	json_decref(value);
	return 0;
}

/* Who a port is: its names and numbers. */
static int fill_identity(const struct loading *loading, sqlite3_stmt *statement,
			 struct db_port *port)
{
	copy_text(port->uuid, sizeof(port->uuid), statement, 0);
	copy_text(port->name, sizeof(port->name), statement, 1);
	copy_text(port->bond, sizeof(port->bond), statement, 14);
	if (!is_uuid(statement, 0) || (*port->bond && !is_device_name(statement, 14)))
		return damaged(loading, "Port", *port->bond ? port->bond : port->name);
	if (!is_device_name(statement, 1) || !is_number(statement, 2, DB_PORTS_MAX) ||
	    !is_ofport(statement, 3) || !is_uuid(statement, 8))
		return damaged(loading, "Interface", port->name);
	port->number = (uint16_t)sqlite3_column_int(statement, 2);
	port->ofport = (uint16_t)sqlite3_column_int(statement, 3);
	port->local = port->ofport == OFPORT_LOCAL;
	derive_mac((const char *)sqlite3_column_text(statement, 8), port->hwaddr);
	return 0;
}

static int fill_port(struct loading *loading, sqlite3_stmt *statement, struct db_port *port)
{
	int result = fill_identity(loading, statement, port);

	if (result == 0)
		result = fill_options(loading, statement, 4, port);
	if (result == 0)
		result = fill_mtu_request(loading, statement, 5, port);
	if (result)
		return result;
	port->type = port_type((const char *)sqlite3_column_text(statement, 6));
	port->fake_bridge = sqlite3_column_int(statement, 7);
	port->port_config = (uint32_t)sqlite3_column_int64(statement, 15);
	return fill_vlan(loading, statement, 9, port);
}

/* The local port before all others. */
static void put_first(struct db_bridge *bridge, struct db_port **last)
{
	struct db_port *local = *last;

	*last = local->next;
	local->next = bridge->ports;
	bridge->ports = local;
}

/* In the order in which they were made, which the index has. */
static int load_ports(struct loading *loading, struct db_bridge *bridge, int64_t id)
{
	struct connection *file = &loading->db->file;
	struct db_port **tail = &bridge->ports;
	sqlite3_stmt *statement;
	int result = connection_query(
		file, &statement, loading->error,
		"SELECT Port._uuid, i.name, i._number, i._ofport, i.options, i.mtu_request,"
		" i.type, Port.fake_bridge, i._uuid,"
		" Port.vlan_mode, Port.tag, Port.trunks, Port.cvlans, Port.other_config,"
		" iif(EXISTS (SELECT 1 FROM Interface AS next"
		"  WHERE next._parent = Port._id AND next._id > i._id), Port.name, ''),"
		" i._port_config"
		" FROM Port JOIN Interface AS i ON i._bridge = Port._parent AND i._parent = "
		"Port._id"
		" WHERE Port._parent = ? AND NOT EXISTS (SELECT 1 FROM Interface AS first"
		"  WHERE first._parent = Port._id AND first._id < i._id)"
		" ORDER BY i._parent",
		"i", id);

	while (result == 0 && (result = connection_step(file, statement, loading->error)) > 0) {
		*tail = calloc(1, sizeof(**tail));
		result = *tail ? fill_port(loading, statement, *tail)
			       : error_set(loading->error, -ENOMEM, "out of memory");
		if (*tail && (*tail)->local && *tail != bridge->ports)
			put_first(bridge, tail);
		else if (*tail)
			tail = &(*tail)->next;
	}
	connection_end(statement);
	return result;
}

static int fill_static_mac(const struct loading *loading, sqlite3_stmt *statement,
			   struct db_static_mac *static_mac)
{
	const char *mac = (const char *)sqlite3_column_text(statement, 2);
	int64_t vlan = sqlite3_column_int64(statement, 0);

	if (vlan < 0 || vlan >= VLAN_COUNT || !is_number(statement, 1, DB_PORTS_MAX) ||
	    !option_parse_mac(mac, static_mac->mac))
		return damaged(loading, "Static_MAC", mac);
	static_mac->vlan = (uint16_t)vlan;
	static_mac->port = (uint16_t)sqlite3_column_int(statement, 1);
	return 0;
}

static int load_static_macs(const struct loading *loading, struct db_bridge *bridge, int64_t id)
{
	struct connection *file = &loading->db->file;
	struct db_static_mac **tail = &bridge->static_macs;
	sqlite3_stmt *statement;
	int result = connection_query(file, &statement, loading->error,
				      "SELECT s.vlan, i._number, s.mac FROM Static_MAC AS s"
				      " JOIN Interface AS i ON i._id ="
				      "  (SELECT min(_id) FROM Interface WHERE _parent = s.port)"
				      " WHERE s.bridge = ? ORDER BY s._id",
				      "i", id);

	while (result == 0 && (result = connection_step(file, statement, loading->error)) > 0) {
		*tail = calloc(1, sizeof(**tail));
		if (!*tail) {
			result = error_set(loading->error, -ENOMEM, "out of memory");
			break;
		}
		result = fill_static_mac(loading, statement, *tail);
		tail = &(*tail)->next;
	}
	connection_end(statement);
	return result;
}

static int fill_bridge(const struct loading *loading, sqlite3_stmt *statement,
		       struct db_bridge *bridge)
{
	json_t *config = column_value(statement, 4, "Bridge", "other_config");
	json_t *flood_vlans = column_value(statement, 5, "Bridge", "flood_vlans");
	const char *hwaddr = option_string(config, "hwaddr");
	bool whole = config && flood_vlans && is_uuid(statement, 1) &&
		     is_device_name(statement, 2) && is_number(statement, 3, DB_BRIDGES_MAX);

	copy_text(bridge->uuid, sizeof(bridge->uuid), statement, 1);
	copy_text(bridge->name, sizeof(bridge->name), statement, 2);
	bridge->number = (uint16_t)sqlite3_column_int(statement, 3);
	bridge->mac_aging_time =
		option_integer(config, "mac-aging-time", OPTION_AGING_TIME_DEFAULT);
	bridge->mac_table_size =
		option_integer(config, "mac-table-size", OPTION_TABLE_SIZE_DEFAULT);
	bridge->forward_bpdu = option_boolean(config, "forward-bpdu");
	bridge->secure = !strcmp((const char *)sqlite3_column_text(statement, 6), "\"secure\"");
	if (!hwaddr || !option_parse_mac(hwaddr, bridge->hwaddr))
		derive_mac(bridge->uuid, bridge->hwaddr);
	if (flood_vlans)
		bridge->has_flood_vlans = vlan_set_load(&bridge->flood_vlans, flood_vlans) > 0;
	json_decref(config);
	json_decref(flood_vlans);
	return whole ? 0 : damaged(loading, "Bridge", bridge->name);
}

static int load_bridge(struct loading *loading, sqlite3_stmt *statement, struct db_bridge *bridge)
{
	int64_t id = sqlite3_column_int64(statement, 0);
	int result = fill_bridge(loading, statement, bridge);

	if (result == 0)
		result = load_ports(loading, bridge, id);
	/* The local port's address is the bridge's. */
	if (result == 0 && bridge->ports)
		memcpy(bridge->ports->hwaddr, bridge->hwaddr, sizeof(bridge->hwaddr));
	if (result == 0)
		result = load_static_macs(loading, bridge, id);
	return result;
}

static int load_bridges(struct loading *loading, struct db_config *config)
{
	struct connection *file = &loading->db->file;
	struct db_bridge **tail = &config->bridges;
	sqlite3_stmt *statement;
	int result = connection_query(file, &statement, loading->error,
				      "SELECT _id, _uuid, name, _number, other_config, flood_vlans,"
				      " fail_mode FROM Bridge ORDER BY name",
				      "");

	while (result == 0 && (result = connection_step(file, statement, loading->error)) > 0) {
		*tail = calloc(1, sizeof(**tail));
		result = *tail ? load_bridge(loading, statement, *tail)
			       : error_set(loading->error, -ENOMEM, "out of memory");
		if (*tail)
			tail = &(*tail)->next;
	}
	connection_end(statement);
	return result;
}

/* Open vSwitch, too, looks at two tags at most, and takes 0 for no limit of its own. */
static int load_root(const struct loading *loading, struct db_config *config)
{
	struct connection *file = &loading->db->file;
	sqlite3_stmt *statement;
	json_t *other_config = NULL;
	int result = connection_query(file, &statement, loading->error,
				      "SELECT other_config, next_cfg FROM Open_vSwitch", "");

	if (result == 0)
		result = connection_step(file, statement, loading->error);
	if (result == 0)
		result = damaged(loading, "Open_vSwitch", ".");
	if (result > 0) {
		other_config = column_value(statement, 0, "Open_vSwitch", "other_config");
		config->next_cfg = sqlite3_column_int64(statement, 1);
		config->vlan_limit = option_integer(other_config, "vlan-limit", 1) == 1 ? 1 : 2;
		result = other_config ? 0 : damaged(loading, "Open_vSwitch", ".");
	}
	json_decref(other_config);
	connection_end(statement);
	return result;
}

int db_config_load(struct db *db, struct db_config **config, struct error *error)
{
	struct loading loading = {.db = db, .error = error};
	int result;

	*config = calloc(1, sizeof(**config));
	if (!*config)
		return error_set(error, -ENOMEM, "out of memory");
	result = load_root(&loading, *config);
	if (result == 0)
		result = load_bridges(&loading, *config);
	for (int i = 0; i < VLAN_COLUMNS; i++)
		free(loading.vlan_texts[i]);
	if (result) {
		db_config_free(*config);
		*config = NULL;
	}
	return result;
}

static int check_port(const struct db_port *port, struct error *error)
{
	if (port->local && port->type != DB_PORT_INTERNAL)
		return error_set(
			error, -EINVAL,
			"interface %s is the local port of a bridge, whose type can only be "
			"internal",
			port->name);
	if (port->fake_bridge && !port->local &&
	    (port->type != DB_PORT_INTERNAL || port->vlan.mode != VLAN_ACCESS || !port->vlan.tag))
		return error_set(
			error, -EINVAL,
			"port %s is a fake bridge, which needs an interface of type internal "
			"and a tag: delete it with del-br instead",
			port->name);
	return vlan_check(&port->vlan, port->name, error);
}

static const struct db_port *fake_bridge(const struct db_bridge *bridge, uint16_t vlan)
{
	const struct db_port *port = bridge->ports;

	while (port && (!port->fake_bridge || port->vlan.tag != vlan))
		port = port->next;
	return port;
}

/* A VLAN has one fake bridge: two would both show its ports. */
static int check_fake_bridges(const struct db_bridge *bridge, struct error *error)
{
	struct vlan_set taken = {};

	for (const struct db_port *port = bridge->ports; port; port = port->next) {
		uint16_t vlan = port->vlan.tag;

		if (!port->fake_bridge)
			continue;
		if (vlan_set_has(&taken, vlan))
			return error_set(error, -EINVAL,
					 "bridge %s can't have two fake bridges on VLAN %u: %s and "
					 "%s",
					 bridge->name, vlan, fake_bridge(bridge, vlan)->name,
					 port->name);
		vlan_set_add(&taken, vlan);
	}
	return 0;
}

static int check_bridge(const struct db_bridge *bridge, struct error *error)
{
	int result = 0;

	for (const struct db_port *port = bridge->ports; port && result == 0; port = port->next)
		result = check_port(port, error);
	return result ? result : check_fake_bridges(bridge, error);
}

int db_config_check(const struct db_config *config, struct error *error)
{
	int result = 0;

	for (const struct db_bridge *bridge = config->bridges; bridge && result == 0;
	     bridge = bridge->next)
		result = check_bridge(bridge, error);
	return result;
}

static void free_bridge(struct db_bridge *bridge)
{
	while (bridge->ports) {
		struct db_port *next = bridge->ports->next;

		free(bridge->ports);
		bridge->ports = next;
	}
	while (bridge->static_macs) {
		struct db_static_mac *next = bridge->static_macs->next;

		free(bridge->static_macs);
		bridge->static_macs = next;
	}
	free(bridge);
}

void db_config_free(struct db_config *config)
{
	if (!config)
		return;
	while (config->bridges) {
		struct db_bridge *next = config->bridges->next;

		free_bridge(config->bridges);
		config->bridges = next;
	}
	free(config);
}
