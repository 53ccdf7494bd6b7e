/* SPDX-License-Identifier: BSD-2-Clause */
/* Live columns of bridges and ports. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "db/datum.h"
#include "switchd/daemon.h"
#include "switchd/live_columns.h"
#include "switchd/model.h"

#define DATAPATH_ID_LEN 16 /* hexadecimal digits */

/* other_config:datapath-id: up to 16 hexadecimal digits that are not all zero; 0 for anything else.
 */
static uint64_t requested_datapath_id(struct daemon *daemon, const struct bridge *bridge)
{
	const struct db_table *table = db_table_find("Bridge", NULL);
	const char *text;
	uint64_t id = 0;
	json_t *value;

	if (db_get(daemon->db, table, bridge->conf->uuid,
		   db_column_find(table, "other_config", NULL), &value, NULL))
		return 0;
	text = json_string_value(datum_map_get(value, "datapath-id"));
	if (text && !strncmp(text, "0x", 2))
		text += 2;
	if (text && *text && strlen(text) <= DATAPATH_ID_LEN &&
	    !text[strspn(text, "0123456789abcdefABCDEF")])
		id = strtoull(text, NULL, 16);
	json_decref(value);
	return id;
}

/* That which is asked for, else the MAC address of the bridge. */
static json_t *datapath_id(struct daemon *daemon, const char *name)
{
	const struct bridge *bridge = model_bridge(daemon->model, name);
	char text[DATAPATH_ID_LEN + 1];
	uint64_t id;
	bool requested;

	if (!bridge)
		return NULL;
	id = requested_datapath_id(daemon, bridge);
	requested = id;
	for (int i = 0; i < 6 && !requested; i++)
		id = id << 8 | bridge->conf->hwaddr[i];
	snprintf(text, sizeof(text), "%016llx", (unsigned long long)id);
	return json_string(text);
}

static json_t *datapath_version(struct daemon *daemon, const char *name)
{
	(void)daemon;
	(void)name;
	return json_string(PACKAGE_VERSION);
}

/* The port of the model that stands for a bond, NULL for any other port. */
static const struct port *find_bond(const struct model *model, const char *name)
{
	for (size_t i = 0; i < model->n_ports; i++)
		if (!strcmp(model->by_name[i]->conf->bond, name))
			return model->by_name[i];
	return NULL;
}

static json_t *bond_active_slave(struct daemon *daemon, const char *name)
{
	const struct port *port = find_bond(daemon->model, name);

	return port && port_attachable(port) ? live_mac(port->link->mac) : NULL;
}

static const struct live_column columns[] = {
	{"Bridge", "datapath_id", datapath_id},
	{"Bridge", "datapath_version", datapath_version},
	{"Port", "bond_active_slave", bond_active_slave},
};

const struct live_columns live_bridge = {columns, sizeof(columns) / sizeof(columns[0])};
