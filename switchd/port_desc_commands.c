/* SPDX-License-Identifier: BSD-2-Clause */
/* show BRIDGE, dump-ports-desc and mod-port: a bridge's ports as OpenFlow sees them. */
#include "switchd/commands.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include "switchd/flow_site.h"
#include "switchd/live.h"
#include "switchd/log.h"
#include "switchd/port_desc.h"

/* Who looks at ports looks at the switch as it is. */
static const struct bridge *find_bridge(struct command_call *call)
{
	const struct bridge *bridge = model_bridge(call->daemon->model, call->words[1]);

	if (!bridge)
		error_set(call->error, -ENOENT, "%s is not a bridge or a socket", call->words[1]);
	return bridge;
}

static void print_features(struct command_call *call, const struct bridge *bridge,
			   enum openflow version)
{
	const struct db_table *table = db_table_find("Bridge", NULL);
	const struct db_column *column = db_column_find(table, "datapath_id", NULL);
	json_t *id = live_get(call->daemon, live_find(table, column), bridge->conf->name, column);

	text_add(call->output, "OFPT_FEATURES_REPLY ");
	if (version > OPENFLOW_10)
		text_add(call->output, "(OF1.%d) ", version - OPENFLOW_10);
	text_add(call->output, "(xid=0x2): dpid:%s\nn_tables:%d, n_buffers:0\n",
		 json_string_value(id), XVS_FLOW_TABLES);
	json_decref(id);
	if (version == OPENFLOW_10)
		text_add(call->output,
			 "capabilities: FLOW_STATS TABLE_STATS PORT_STATS ARP_MATCH_IP\n"
			 "actions: output set_vlan_vid set_vlan_pcp strip_vlan mod_dl_src "
			 "mod_dl_dst mod_nw_src mod_nw_dst mod_nw_tos mod_tp_src mod_tp_dst\n");
	else
		text_add(call->output,
			 "capabilities: FLOW_STATS TABLE_STATS PORT_STATS GROUP_STATS\n");
}

/* show BRIDGE */
int cmd_show_bridge(struct command_call *call)
{
	const struct bridge *bridge = find_bridge(call);
	enum openflow version;
	int status = openflow_version(call, OPENFLOW_10, &version);

	if (status || !bridge)
		return status ? status : -ENOENT;
	print_features(call, bridge, version);
	if (version >= OPENFLOW_13) {
		openflow_reply(call->output, version, false, "PORT_DESC", 3);
		text_add(call->output, "\n");
	}
	port_desc_print(call->output, call->daemon, bridge, NULL, version);
	text_add(call->output, "OFPT_GET_CONFIG_REPLY ");
	if (version > OPENFLOW_10)
		text_add(call->output, "(OF1.%d) ", version - OPENFLOW_10);
	text_add(call->output, "(xid=0x%x): frags=normal miss_send_len=0\n",
		 version >= OPENFLOW_13 ? 5 : 4);
	return 0;
}

/* dump-ports-desc BRIDGE [PORT]. Before version 1.5 OpenFlow tells of all ports in any case. */
int cmd_dump_ports_desc(struct command_call *call)
{
	const char *word = call->n_words > 2 ? call->words[2] : NULL;
	const struct bridge *bridge = find_bridge(call);
	const struct db_port *only = NULL;
	enum openflow version;
	struct flow_site site;
	int status = openflow_version(call, OPENFLOW_10, &version);

	if (status || !bridge)
		return status ? status : -ENOENT;
	status = flow_site_open(&site, call, call->words[1]);
	if (status == 0 && word)
		only = flow_site_port(&site, word);
	if (status == 0 && word && !only)
		status = error_set(call->error, -ENOENT, "%s: unknown port `%s'", call->words[1],
				   word);
	if (status == 0) {
		openflow_reply(call->output, version, false, "PORT_DESC", 2);
		text_add(call->output, "\n");
		port_desc_print(call->output, call->daemon, bridge,
				version == OPENFLOW_15 ? only : NULL, version);
	}
	flow_site_close(&site);
	return status;
}

/* What mod-port may do: a bit of the configuration, or to the device itself. */
struct port_change {
	const char *word;
	uint32_t bit; /* 0: none */
	bool set;
};

static const struct port_change port_changes[] = {
	{"up", 0, true},
	{"down", 0, false},
	{"stp", 0, false},
	{"no-stp", 0, false},
	{"receive", DB_PORT_NO_RECV, false},
	{"no-receive", DB_PORT_NO_RECV, true},
	{"receive-stp", 0, false},
	{"no-receive-stp", 0, false},
	{"flood", DB_PORT_NO_FLOOD, false},
	{"no-flood", DB_PORT_NO_FLOOD, true},
	{"noflood", DB_PORT_NO_FLOOD, true},
	{"forward", DB_PORT_NO_FWD, false},
	{"no-forward", DB_PORT_NO_FWD, true},
	{"packet-in", DB_PORT_NO_PACKET_IN, false},
	{"no-packet-in", DB_PORT_NO_PACKET_IN, true},
};

static const struct port_change *find_change(const char *word)
{
	for (size_t i = 0; i < sizeof(port_changes) / sizeof(*port_changes); i++)
		if (!strcmp(port_changes[i].word, word))
			return &port_changes[i];
	return NULL;
}

/* A device goes up or down when it is certain that the rest of the chain is done. */
static void set_device(struct command_call *call)
{
	struct daemon *daemon = call->daemon;
	const struct bridge *bridge = model_bridge(daemon->model, call->words[1]);
	bool up = !strcmp(call->words[3], "up");
	struct error error;
	struct flow_site site;
	const struct db_port *port = NULL;
	const struct link *link;

	if (bridge && flow_site_open(&site, call, call->words[1]) == 0)
		port = flow_site_port(&site, call->words[2]);
	link = port ? link_by_name(daemon->links, port->name) : NULL;
	if (bridge)
		flow_site_close(&site);
	if (link && link_set_up(daemon->links, link->ifindex, up, &error))
		log_warn("port", "%s", error.text);
}

static int set_config(struct flow_site *site, const char *word, const struct port_change *change)
{
	struct command_call *call = site->call;
	/* A file says a port's name, of a configuration that is not whole yet. */
	const struct db_port *port = call->draft ? NULL : flow_site_port(site, word);
	uint32_t set = change->set ? change->bit : 0, clear = change->set ? 0 : change->bit;

	if (!port && !call->draft)
		return error_set(call->error, -ENOENT, "%s: couldn't find port `%s'", site->bridge,
				 word);
	if (!change->bit)
		return 0;
	return db_port_config_set(call->daemon->db, port ? port->name : word, set, clear,
				  call->error);
}

/* mod-port BRIDGE PORT CHANGE */
int cmd_mod_port(struct command_call *call)
{
	const struct port_change *change = find_change(call->words[3]);
	struct flow_site site;
	int status;

	if (!change)
		return error_set(call->error, -EINVAL, "unknown mod-port command '%s'",
				 call->words[3]);
	status = flow_site_open(&site, call, call->words[1]);
	if (status == 0)
		status = set_config(&site, call->words[2], change);
	flow_site_close(&site);
	/* In a file, what is said of a device is not the configuration's. */
	if (status == 0 && !call->draft &&
	    (!strcmp(change->word, "up") || !strcmp(change->word, "down")))
		call->committed = set_device;
	return status;
}
