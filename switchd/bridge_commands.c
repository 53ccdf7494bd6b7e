/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands on bridges, in ovs-vsctl's words. */
#include "switchd/commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/daemon.h"
#include "switchd/internal_port.h"
#include "switchd/lookup.h"

static int vlan_parse(const char *word, uint16_t *vlan, struct error *error)
{
	char *end;
	unsigned long number = strtoul(word, &end, 10);

	if (*word < '0' || *word > '9' || *end || !number || number > 4094)
		return error_set(error, -EINVAL, "\"%s\" is not a VLAN: 1 to 4094", word);
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
	struct lookup lookup;
	uint16_t vlan = 0;
	int result = lookup_bridge(call->daemon->db, name, &lookup, call->error);

	if (result == 0 && call->n_words == 4)
		result = vlan_parse(call->words[3], &vlan, call->error);
	if (result == -ENOENT)
		result = 0;
	else if (result == 0 && call->n_words == 4 && !lookup.fake)
		result = error_set(
			call->error, -EEXIST,
			"bridge %s should be in VLAN %u of bridge %s, but it is a bridge of "
			"its own",
			name, vlan, call->words[2]);
	else if (result == 0 && lookup.fake &&
		 (call->n_words == 2 || lookup.fake->vlan.tag != vlan ||
		  strcmp(lookup.bridge->name, call->words[2])))
		result = error_set(call->error, -EEXIST,
				   "bridge %s is another one already: a fake bridge for VLAN %u of "
				   "bridge %s",
				   name, lookup.fake->vlan.tag, lookup.bridge->name);
	else if (result == 0)
		result = 1;
	lookup_free(&lookup);
	return result;
}

int cmd_add_br(struct command_call *call)
{
	const char *name = call->words[1];
	int result = 0;

	if (call->n_words == 3)
		return error_set(call->error, -EINVAL,
				 "add-br: a fake bridge needs its parent and a VLAN; usage: add-br "
				 "BRIDGE [PARENT VLAN]");
	if (command_option(call, "--may-exist"))
		result = bridge_is_there(call);
	if (result)
		return result < 0 ? result : 0;
	result = add_bridge(call);
	if (result < 0)
		return result;
	/* A device of ours may be there still, from a bridge deleted in this chain. */
	if (link_by_name(call->daemon->links, name) && !internal_port_exists(call->daemon, name))
		return error_set(call->error, -EEXIST,
				 "cannot create a bridge named %s because a network device named "
				 "%s exists already",
				 name, name);
	return 0;
}

/* A fake bridge goes with the ports that show up on it; a real one with everything. */
static int del_bridge(struct command_call *call, const struct lookup *lookup)
{
	int result = 0;

	if (!lookup->fake)
		return db_bridge_del(call->daemon->db, lookup->bridge->name, call->error);
	for (const struct db_port *port = lookup->bridge->ports; port && result == 0;
	     port = port->next)
		if (port == lookup->fake || lookup_shows(lookup, port))
			result = db_port_del(call->daemon->db, port->name, call->error);
	return result;
}

int cmd_del_br(struct command_call *call)
{
	struct lookup lookup;
	int result = lookup_bridge(call->daemon->db, call->words[1], &lookup, call->error);

	if (result == 0)
		result = del_bridge(call, &lookup);
	else if (result == -ENOENT && command_option(call, "--if-exists"))
		result = 0;
	lookup_free(&lookup);
	return result;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Which bridges list-br prints. */
struct wanted {
	bool real, fake;
};

static void add_names(const struct db_config *config, struct wanted wanted, const char **names,
		      size_t *n)
{
	*n = 0;
	for (const struct db_bridge *bridge = config->bridges; bridge; bridge = bridge->next)
		for (const struct db_port *port = bridge->ports; port; port = port->next)
			if ((port->local && wanted.real) || (port->fake_bridge && wanted.fake)) {
				if (names)
					names[*n] = port->name;
				++*n;
			}
}

static int print_names(const struct db_config *config, struct wanted wanted, struct text *output)
{
	const char **names;
	size_t n;

	add_names(config, wanted, NULL, &n);
	names = calloc(n + 1, sizeof(*names));
	if (!names)
		return -ENOMEM;
	add_names(config, wanted, names, &n);
	qsort(names, n, sizeof(*names), compare_names);
	for (size_t i = 0; i < n; i++)
		text_add(output, "%s\n", names[i]);
	free(names);
	return 0;
}

int cmd_list_br(struct command_call *call)
{
	struct wanted wanted = {
		.real = !command_option(call, "--fake"),
		.fake = !command_option(call, "--real"),
	};
	struct db_config *config;
	int result = db_config_load(call->daemon->db, &config, call->error);

	if (result < 0)
		return result;
	result = print_names(config, wanted, call->output);
	db_config_free(config);
	return result ? error_set(call->error, result, "out of memory") : 0;
}

int cmd_br_to_vlan(struct command_call *call)
{
	struct lookup lookup;
	int result = lookup_bridge(call->daemon->db, call->words[1], &lookup, call->error);

	if (result == 0)
		text_add(call->output, "%u\n", lookup.fake ? lookup.fake->vlan.tag : 0);
	lookup_free(&lookup);
	return result;
}

int cmd_br_to_parent(struct command_call *call)
{
	struct lookup lookup;
	int result = lookup_bridge(call->daemon->db, call->words[1], &lookup, call->error);

	if (result == 0)
		text_add(call->output, "%s\n", lookup.bridge->name);
	lookup_free(&lookup);
	return result;
}

static int bridge_exists(struct command_call *call, const char *name, bool *exists)
{
	struct lookup lookup;
	int result = lookup_bridge(call->daemon->db, name, &lookup, call->error);

	*exists = result == 0;
	lookup_free(&lookup);
	return result == -ENOENT ? 0 : result;
}

int cmd_br_exists(struct command_call *call)
{
	bool exists;
	int result = bridge_exists(call, call->words[1], &exists);

	if (result == 0 && !exists)
		call->status = 2;
	return result;
}
