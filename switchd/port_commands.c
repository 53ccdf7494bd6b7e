/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands on ports, in ovs-vsctl's words; dump-ports in ovs-ofctl's. */
#include "switchd/commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/daemon.h"
#include "switchd/lookup.h"
#include "switchd/model.h"
#include "switchd/pair.h"
#include "switchd/record.h"

/* --may-exist: 1 when the port is on the bridge already, 0 when there is none of this name. */
static int port_is_there(struct command_call *call, const char *bridge, const char *port)
{
	struct lookup lookup;
	int result = lookup_port(call->daemon->db, port, &lookup, call->error);

	if (result == -ENOENT)
		result = 0;
	else if (result == 0 && strcmp(lookup_name(&lookup), bridge))
		result = error_set(call->error, -EEXIST,
				   "port %s should be on bridge %s, but it is on bridge %s", port,
				   bridge, lookup_name(&lookup));
	else if (result == 0)
		result = 1;
	lookup_free(&lookup);
	return result;
}

/* Columns of the Port table, as words COLUMN[:KEY]=VALUE. */
static int set_columns(struct command_call *call, const char *port, int n, char **words)
{
	struct record record = {.table = db_table_find("Port", call->error)};
	int result;

	if (n == 0)
		return 0;
	if (!record.table)
		return -EINVAL;
	result = db_record_find(call->daemon->db, record.table, port, record.uuid, call->error);
	return result < 0 ? result
			  : record_assign(call->daemon->db, &record, n, words, call->error);
}

/* On a fake bridge, a port of its parent gets its VLAN. */
static int add_port(struct command_call *call, const char *bridge, const char *port)
{
	struct lookup lookup;
	int result = lookup_bridge(call->daemon->db, bridge, &lookup, call->error);

	if (result == 0)
		result = db_port_add(call->daemon->db, lookup.bridge->name, port,
				     lookup.fake ? lookup.fake->vlan.tag : 0, call->error);
	lookup_free(&lookup);
	return result;
}

/*
 * A device that stands there already and can never be a port. The switch's own for a port of this
 * name is left from one that went in this chain, or it is to be an internal port's again.
 */
static int check_device(struct command_call *call, const char *port)
{
	const struct link *link = link_by_name(call->daemon->links, port);
	const char *owner = link ? pair_port(call->daemon, link) : NULL;

	if (!link || (owner && !strcmp(owner, port)))
		return 0;
	return model_link_check(call->daemon, link, call->error);
}

/* A device that does not exist yet is no error: the port waits for it. */
int cmd_add_port(struct command_call *call)
{
	const char *bridge = call->words[1], *port = call->words[2];
	int result = 0;

	if (command_option(call, "--may-exist"))
		result = port_is_there(call, bridge, port);
	if (result)
		return result < 0 ? result : 0;
	result = add_port(call, bridge, port);
	if (result == 0)
		result = check_device(call, port);
	if (result == 0)
		result = set_columns(call, port, call->n_words - 3, call->words + 3);
	return result;
}

static int del_port(struct command_call *call, const struct lookup *lookup, const char *bridge)
{
	const char *port = lookup->port->name, *is_on = lookup_name(lookup);

	if (bridge && strcmp(bridge, is_on))
		return error_set(call->error, -EINVAL,
				 "port %s is not on bridge %s, it is on bridge %s", port, bridge,
				 is_on);
	if (lookup->port->local || lookup->port->fake_bridge)
		return error_set(call->error, -EINVAL,
				 "cannot delete port %s because it is the local port of bridge %s; "
				 "del-br deletes both",
				 port, port);
	return db_port_del(call->daemon->db, port, call->error);
}

int cmd_del_port(struct command_call *call)
{
	const char *bridge = call->n_words == 3 ? call->words[1] : NULL;
	struct lookup lookup;
	int result;

	if (bridge) {
		result = lookup_bridge(call->daemon->db, bridge, &lookup, call->error);
		lookup_free(&lookup);
		if (result < 0)
			return result;
	}
	result =
		lookup_port(call->daemon->db, call->words[call->n_words - 1], &lookup, call->error);
	if (result == 0)
		result = del_port(call, &lookup, bridge);
	else if (result == -ENOENT && command_option(call, "--if-exists"))
		result = 0;
	lookup_free(&lookup);
	return result;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int print_port_names(struct command_call *call, const struct lookup *lookup)
{
	const struct db_bridge *bridge = lookup->bridge;
	const char **names;
	size_t n = 0;

	for (const struct db_port *port = bridge->ports; port; port = port->next)
		n++;
	names = calloc(n + 1, sizeof(*names));
	if (!names)
		return error_set(call->error, -ENOMEM, "out of memory");
	n = 0;
	for (const struct db_port *port = bridge->ports; port; port = port->next) {
		if (lookup_shows(lookup, port))
			names[n++] = port->name;
	}
	qsort(names, n, sizeof(*names), compare_names);
	for (size_t i = 0; i < n; i++)
		text_add(call->output, "%s\n", names[i]);
	free(names);
	return 0;
}

int cmd_list_ports(struct command_call *call)
{
	struct lookup lookup;
	int result = lookup_bridge(call->daemon->db, call->words[1], &lookup, call->error);

	if (result == 0)
		result = print_port_names(call, &lookup);
	lookup_free(&lookup);
	return result;
}

int cmd_port_to_br(struct command_call *call)
{
	struct lookup lookup;
	int result = lookup_port(call->daemon->db, call->words[1], &lookup, call->error);

	if (result == 0 && (lookup.port->local || lookup.port->fake_bridge))
		result = error_set(call->error, -ENOENT, "no port named %s", lookup.port->name);
	if (result == 0)
		text_add(call->output, "%s\n", lookup_name(&lookup));
	lookup_free(&lookup);
	return result;
}
