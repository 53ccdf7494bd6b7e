/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands on bridges, in ovs-vsctl's words. */
#include "switchd/commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/daemon.h"
#include "switchd/internal_port.h"
#include "switchd/model.h"

static int vlan_parse(const char *word, uint16_t *vlan, struct error *error)
{
	char *end;
	unsigned long number = strtoul(word, &end, 10);

	if (*word < '0' || *word > '9' || *end || !number || number > 4094)
		return error_set(error, -EINVAL, "add-br: vlan must be between 1 and 4094");
	*vlan = number;
	return 0;
}

static int add_bridge(struct command_call *call)
{
	uint16_t vlan;
	int result;

	if (call->n_words == 2)
		return db_bridge_add(call->daemon->db, call->words[1], call->error);
	result = vlan_parse(call->words[3], &vlan, call->error);
	return result ? result
		      : db_fake_bridge_add(call->daemon->db, call->words[1], call->words[2], vlan,
					   call->error);
}

/* --may-exist: 1 when the bridge is there as it should be, 0 when there is none of this name. */
static int bridge_is_there(struct command_call *call)
{
	const char *name = call->words[1];
	struct db_bridge_name bridge;
	uint16_t vlan = 0;
	int result = db_bridge_find(call->daemon->db, name, &bridge, call->error);

	if (result)
		return result == -ENOENT ? 0 : result;
	if (call->n_words == 4)
		result = vlan_parse(call->words[3], &vlan, call->error);
	if (result)
		return result;
	if (vlan && !bridge.vlan)
		return error_set(call->error, -EEXIST, "\"%s\" but %s is not a VLAN bridge",
				 command_words(call), name);
	if (vlan && strcmp(bridge.real, call->words[2]))
		return error_set(call->error, -EEXIST, "\"%s\" but %s has the wrong parent %s",
				 command_words(call), name, bridge.real);
	if (vlan && bridge.vlan != vlan)
		return error_set(call->error, -EEXIST,
				 "\"%s\" but %s is a VLAN bridge for the wrong VLAN %u",
				 command_words(call), name, bridge.vlan);
	if (!vlan && bridge.vlan)
		return error_set(call->error, -EEXIST, "\"%s\" but %s is a VLAN bridge for VLAN %u",
				 command_words(call), name, bridge.vlan);
	return 1;
}

int cmd_add_br(struct command_call *call)
{
	const char *name = call->words[1];
	int result = 0;

	if (call->n_words == 3)
		return error_set(call->error, -EINVAL,
				 "'add-br' command takes exactly 1 or 3 arguments");
	if (command_option(call, "--may-exist"))
		result = bridge_is_there(call);
	if (result)
		return result < 0 ? result : 0;
	result = add_bridge(call);
	if (result < 0)
		return result;
	if (call->draft && model_port(call->daemon->model, name))
		return 0;
	/* A device of ours may be there still, from a bridge deleted in this chain. */
	if (link_by_name(call->daemon->links, name) && !internal_port_exists(call->daemon, name))
		return error_set(call->error, -EEXIST,
				 "cannot create a bridge named %s because a network device named "
				 "%s exists already",
				 name, name);
	return 0;
}

/* db_name_fn: names one after the other, each with its zero. */
static void keep_name(const char *name, void *arg)
{
	text_add_octets(arg, name, strlen(name) + 1);
}

/* A fake bridge goes with the ports that show up on it; a real one with everything. */
static int del_bridge(struct command_call *call, const struct db_bridge_name *bridge)
{
	struct text ports = TEXT_EMPTY;
	struct db *db = call->daemon->db;
	int result;

	if (!bridge->vlan)
		return db_bridge_del(db, bridge->name, call->error);
	result = db_port_names(db, bridge, keep_name, &ports, call->error);
	for (size_t at = 0; at < ports.length && result == 0; at += strlen(ports.data + at) + 1)
		result = db_port_del(db, ports.data + at, call->error);
	text_free(&ports);
	return result ? result : db_port_del(db, bridge->name, call->error);
}

int cmd_del_br(struct command_call *call)
{
	struct db_bridge_name bridge;
	int result = db_bridge_find(call->daemon->db, call->words[1], &bridge, call->error);

	if (result == -ENOENT && command_option(call, "--if-exists"))
		return 0;
	return result ? result : del_bridge(call, &bridge);
}

int cmd_list_br(struct command_call *call)
{
	bool real = !command_option(call, "--fake"), fake = !command_option(call, "--real");

	if (!real && !fake)
		real = fake = true;
	return db_bridge_names(call->daemon->db, real, fake, command_print_name, call->output,
			       call->error);
}

int cmd_br_to_vlan(struct command_call *call)
{
	struct db_bridge_name bridge;
	int result = db_bridge_find(call->daemon->db, call->words[1], &bridge, call->error);

	if (result == 0)
		text_add(call->output, "%u\n", bridge.vlan);
	return result;
}

int cmd_br_to_parent(struct command_call *call)
{
	struct db_bridge_name bridge;
	int result = db_bridge_find(call->daemon->db, call->words[1], &bridge, call->error);

	if (result == 0)
		text_add(call->output, "%s\n", bridge.real);
	return result;
}

int cmd_br_exists(struct command_call *call)
{
	struct db_bridge_name bridge;
	int result = db_bridge_find(call->daemon->db, call->words[1], &bridge, call->error);

	if (result != -ENOENT)
		return result;
	call->status = 2;
	return 0;
}
