/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands on bridges, in ovs-vsctl's words. */
#include "switchd/commands.h"

#include <errno.h>
#include "switchd/daemon.h"
#include "switchd/local_port.h"
#include "switchd/lookup.h"

static int bridge_exists(struct command_call *call, const char *name, bool *exists)
{
	struct lookup lookup;
	int result = lookup_bridge(call->daemon->db, name, &lookup, call->error);

	*exists = result == 0;
	lookup_free(&lookup);
	return result == -ENOENT ? 0 : result;
}

int cmd_add_br(struct command_call *call)
{
	const char *name = call->words[1];
	bool exists = false;
	int result = 0;

	if (command_option(call, "--may-exist"))
		result = bridge_exists(call, name, &exists);
	if (result < 0 || exists)
		return result;
	result = db_bridge_add(call->daemon->db, name, call->error);
	if (result < 0)
		return result;
	/* A local port's device may be there still, from a bridge deleted in this chain. */
	if (link_by_name(call->daemon->links, name) && !local_port_exists(call->daemon, name))
		return error_set(call->error, -EEXIST,
				 "cannot create a bridge named %s because a network device named "
				 "%s exists already",
				 name, name);
	return 0;
}

int cmd_del_br(struct command_call *call)
{
	bool exists = true;
	int result = 0;

	if (command_option(call, "--if-exists"))
		result = bridge_exists(call, call->words[1], &exists);
	if (result < 0 || !exists)
		return result;
	return db_bridge_del(call->daemon->db, call->words[1], call->error);
}

int cmd_list_br(struct command_call *call)
{
	struct db_config *config;
	int result = db_config_load(call->daemon->db, &config, call->error);

	if (result < 0)
		return result;
	for (const struct db_bridge *bridge = config->bridges; bridge; bridge = bridge->next)
		text_add(call->output, "%s\n", bridge->name);
	db_config_free(config);
	return 0;
}

int cmd_br_exists(struct command_call *call)
{
	bool exists;
	int result = bridge_exists(call, call->words[1], &exists);

	if (result == 0 && !exists)
		call->status = 2;
	return result;
}
