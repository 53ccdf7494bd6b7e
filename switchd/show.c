/* SPDX-License-Identifier: BSD-2-Clause */
/* The command `show`: bridges and ports in ovs-vsctl's format, with what is wrong and why. */
#include "switchd/commands.h"

#include <string.h>
#include "db/db.h"
#include "switchd/daemon.h"
#include "switchd/model.h"

/* As ovs-vsctl writes names and sentences: quoted, with JSON's escapes for the two that matter. */
static void print_quoted(struct text *output, const char *string)
{
	text_add(output, "\"");
	for (; *string; string++) {
		if (*string == '"' || *string == '\\')
			text_add(output, "\\");
		text_add(output, "%c", *string);
	}
	text_add(output, "\"");
}

static void print_trunks(struct text *output, const struct vlan_set *trunks)
{
	const char *separator = "";

	text_add(output, "            trunks: [");
	for (uint16_t vid = 0; vid < VLAN_COUNT; vid++) {
		if (!vlan_set_has(trunks, vid))
			continue;
		text_add(output, "%s%u", separator, vid);
		separator = ", ";
	}
	text_add(output, "]\n");
}

static void print_port(struct text *output, const struct port *port)
{
	static const char *const types[] = {
		[DB_PORT_INTERNAL] = "internal",
		[DB_PORT_PATCH] = "patch",
	};
	const struct db_port *conf = port->conf;

	text_add(output, "        Port %s\n", conf->name);
	if (conf->vlan.tag)
		text_add(output, "            tag: %u\n", conf->vlan.tag);
	if (conf->vlan.limited && conf->vlan.mode != VLAN_DOT1Q_TUNNEL)
		print_trunks(output, &conf->vlan.set);
	text_add(output, "            Interface %s\n", conf->name);
	if (conf->type != DB_PORT_SYSTEM)
		text_add(output, "                type: %s\n", types[conf->type]);
	if (conf->type == DB_PORT_PATCH && *conf->peer)
		text_add(output, "                options: {peer=%s}\n", conf->peer);
	if (port->why.text[0]) {
		text_add(output, "                error: ");
		print_quoted(output, port->why.text);
		text_add(output, "\n");
	}
}

static int print_uuid(const char *uuid, void *arg)
{
	text_add(arg, "%s\n", uuid);
	return 0;
}

int cmd_show(struct command_call *call)
{
	const struct db_table *root = db_table_find("Open_vSwitch", call->error);
	int result = db_record_each(call->daemon->db, root, print_uuid, call->output, call->error);

	if (result < 0)
		return result;
	for (const struct bridge *bridge = call->daemon->model->bridges; bridge;
	     bridge = bridge->next) {
		text_add(call->output, "    Bridge %s\n", bridge->conf->name);
		for (const struct port *port = bridge->ports; port; port = port->next)
			print_port(call->output, port);
	}
	return 0;
}
