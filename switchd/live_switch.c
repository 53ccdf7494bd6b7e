/* SPDX-License-Identifier: BSD-2-Clause */
/* Live columns of Open_vSwitch, and of those that would command it from elsewhere. */
#include "db/schema.h"
#include "switchd/daemon.h"
#include "switchd/live_columns.h"
#include "switchd/model.h"

static json_t *cur_cfg(struct daemon *daemon, const char *name)
{
	(void)name;
	return json_integer(daemon->model->config->next_cfg);
}

static json_t *ovs_version(struct daemon *daemon, const char *name)
{
	(void)daemon;
	(void)name;
	return json_string(OVS_RELEASE);
}

static json_t *db_version(struct daemon *daemon, const char *name)
{
	(void)daemon;
	(void)name;
	return json_string(OVS_SCHEMA);
}

static json_t *datapath_types(struct daemon *daemon, const char *name)
{
	(void)daemon;
	(void)name;
	return json_pack("[s[ss]]", "set", "netdev", "system");
}

static json_t *iface_types(struct daemon *daemon, const char *name)
{
	(void)daemon;
	(void)name;
	return json_pack("[s[sss]]", "set", "internal", "patch", "system");
}

/* As Open vSwitch shows a connection that it has not tried to make. */
static json_t *no_connection(const char *why)
{
	json_t *map = live_map();

	live_map_add(map, "last_error", json_string(why));
	live_map_add(map, "state", json_string("VOID"));
	return map;
}

static json_t *controller_status(struct daemon *daemon, const char *name)
{
	(void)daemon;
	(void)name;
	return no_connection("this switch speaks no OpenFlow to controllers yet");
}

static json_t *manager_status(struct daemon *daemon, const char *name)
{
	(void)daemon;
	(void)name;
	return no_connection("this switch speaks no OVSDB protocol to managers yet");
}

static const struct live_column columns[] = {
	{"Open_vSwitch", "cur_cfg", cur_cfg},
	{"Open_vSwitch", "datapath_types", datapath_types},
	{"Open_vSwitch", "db_version", db_version},
	{"Open_vSwitch", "iface_types", iface_types},
	{"Open_vSwitch", "ovs_version", ovs_version},
	{"Controller", "status", controller_status},
	{"Manager", "status", manager_status},
};

const struct live_columns live_switch = {columns, sizeof(columns) / sizeof(columns[0])};
