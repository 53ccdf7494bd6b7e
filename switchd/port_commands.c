/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands on ports, in ovs-vsctl's words; dump-ports in ovs-ofctl's. */
#include "switchd/commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/daemon.h"
#include "switchd/model.h"
#include "switchd/pair.h"
#include "switchd/record.h"

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
	return result < 0 ? result : record_assign(call, &record, n, words);
}

/*
 * A device that stands there already and can never be a port. The switch's own for a port of this
 * name is left from one that went in this chain, or it is to be an internal port's again.
 */
static int check_device(struct command_call *call, const char *port)
{
	const struct link *link = link_by_name(call->daemon->links, port);
	const char *owner = link ? pair_port(call->daemon, link) : NULL;

	if (call->draft && model_port(call->daemon->model, port))
		return 0; /* a port already: that its device can't be one is told elsewhere */
	if (!link || (owner && !strcmp(owner, port)))
		return 0;
	return model_link_check(call->daemon, link, call->error);
}

/* What add-port and add-bond ask for. */
struct request {
	const char *bridge, *port;
	char **interfaces;
	int n_interfaces;
	char **settings; /* COLUMN[:KEY]=VALUE */
	int n_settings;
};

struct interfaces {
	const struct request *request;
	int n_matched, n_found;
	struct text names;
};

/* db_name_fn */
static void match_interface(const char *name, void *arg)
{
	struct interfaces *interfaces = arg;

	text_add(&interfaces->names, "%s%s", interfaces->n_found++ ? ", " : "", name);
	for (int i = 0; i < interfaces->request->n_interfaces; i++)
		if (!strcmp(interfaces->request->interfaces[i], name)) {
			interfaces->n_matched++;
			return; /* one that is asked for twice is still one */
		}
}

static int check_interfaces(struct command_call *call, const struct request *request)
{
	struct interfaces interfaces = {.request = request};
	int result = db_port_interfaces(call->daemon->db, request->port, match_interface,
					&interfaces, call->error);

	if (result == 0 && (interfaces.n_matched != request->n_interfaces ||
			    interfaces.n_found != request->n_interfaces))
		result = error_set(
			call->error, -EEXIST, "\"%s\" but %s actually has interface(s) %s",
			command_words(call), request->port, text_string(&interfaces.names));
	text_free(&interfaces.names);
	return result;
}

/* --may-exist: 1 when the port is on the bridge with these interfaces already, 0 when there is none
 * of this name. */
static int port_is_there(struct command_call *call, const struct request *request)
{
	struct db_port_name port;
	int result = db_port_find(call->daemon->db, request->port, &port, call->error);

	if (result)
		return result == -ENOENT ? 0 : result;
	if (port.local) /* no port that could be added */
		return 0;
	if (strcmp(port.bridge.name, request->bridge))
		return error_set(call->error, -EEXIST,
				 "\"%s\" but %s is actually attached to bridge %s",
				 command_words(call), request->port, port.bridge.name);
	result = check_interfaces(call, request);
	return result ? result : 1;
}

/* On a fake bridge, a port of its parent gets its VLAN. What stands against a name is told before
 * that the bridge is not there: by those who add the port. */
static int add_record(struct command_call *call, const struct request *request)
{
	struct db_bridge_name bridge = {};
	int result = db_bridge_find(call->daemon->db, request->bridge, &bridge, call->error);
	struct db_bond bond = {
		.bridge = result ? request->bridge : bridge.real,
		.name = request->port,
		.interfaces = request->interfaces,
		.n_interfaces = request->n_interfaces,
		.tag = bridge.vlan,
		.fake_iface = command_option(call, "--fake-iface"),
	};

	if (result && result != -ENOENT)
		return result;
	return request->n_interfaces == 1 ? db_port_add(call->daemon->db, bond.bridge, bond.name,
							bond.tag, call->error)
					  : db_bond_add(call->daemon->db, &bond, call->error);
}

static int add_port(struct command_call *call, const struct request *request)
{
	int result = 0;

	if (command_option(call, "--may-exist"))
		result = port_is_there(call, request);
	if (result)
		return result < 0 ? result : 0;
	result = add_record(call, request);
	for (int i = 0; i < request->n_interfaces && result == 0; i++)
		result = check_device(call, request->interfaces[i]);
	return result ? result
		      : set_columns(call, request->port, request->n_settings, request->settings);
}

/* add-port BRIDGE PORT [COLUMN[:KEY]=VALUE]... A device that does not exist yet is no error: the
 * port waits for it. */
int cmd_add_port(struct command_call *call)
{
	struct request request = {
		.bridge = call->words[1],
		.port = call->words[2],
		.interfaces = call->words + 2,
		.n_interfaces = 1,
		.settings = call->words + 3,
		.n_settings = call->n_words - 3,
	};

	return add_port(call, &request);
}

/* add-bond BRIDGE PORT INTERFACE... [COLUMN[:KEY]=VALUE]... */
int cmd_add_bond(struct command_call *call)
{
	struct request request = {
		.bridge = call->words[1],
		.port = call->words[2],
		.interfaces = call->words + 3,
	};

	while (request.n_interfaces < call->n_words - 3 &&
	       !strchr(request.interfaces[request.n_interfaces], '='))
		request.n_interfaces++;
	request.settings = request.interfaces + request.n_interfaces;
	request.n_settings = call->n_words - 3 - request.n_interfaces;
	if (request.n_interfaces < 2)
		return error_set(call->error, -EINVAL,
				 "add-bond requires at least 2 interfaces, but only %d were "
				 "specified",
				 request.n_interfaces);
	return add_port(call, &request);
}

/* The port is on another bridge than the one that was named: perhaps a relative of that. */
static int error_elsewhere(struct command_call *call, const struct db_port_name *port,
			   const struct db_bridge_name *bridge)
{
	const struct db_bridge_name *is_on = &port->bridge;
	const char *name = call->words[call->n_words - 1];
	bool related = !strcmp(bridge->real, is_on->real);

	if (related && is_on->vlan && !bridge->vlan)
		return error_set(call->error, -EINVAL,
				 "bridge %s does not have a port %s (although its child bridge %s "
				 "does)",
				 bridge->name, name, is_on->name);
	return error_set(call->error, -EINVAL, "bridge %s does not have a port %s", bridge->name,
			 name);
}

/* The port that del-port is to delete, by its own name or, with --with-iface, an interface's. */
static int find_port(struct command_call *call, const char *name, struct db_port_name *port)
{
	int result = db_port_find(call->daemon->db, name, port, call->error);

	if (result != -ENOENT || !command_option(call, "--with-iface"))
		return result;
	result = db_interface_find(call->daemon->db, name, port, call->error);
	return result != -ENOENT
		       ? result
		       : error_set(call->error, result, "no port or interface named %s", name);
}

/* If the port is on the bridge that was named, if one was. */
static int del_port(struct command_call *call, const struct db_port_name *port)
{
	struct db_bridge_name bridge = port->bridge;
	int result = 0;

	if (call->n_words == 3)
		result = db_bridge_find(call->daemon->db, call->words[1], &bridge, call->error);
	if (result == 0 && strcmp(bridge.name, port->bridge.name))
		result = error_elsewhere(call, port, &bridge);
	return result ? result : db_port_del(call->daemon->db, port->name, call->error);
}

/* del-port [BRIDGE] PORT; the port by an interface of its with --with-iface */
int cmd_del_port(struct command_call *call)
{
	const char *name = call->words[call->n_words - 1];
	bool if_exists = command_option(call, "--if-exists");
	struct db_port_name port;
	int result = find_port(call, name, &port);

	if (if_exists && (result == -ENOENT || (result == 0 && port.local)))
		return 0;
	if (result == 0 && port.local)
		return error_set(call->error, -EINVAL,
				 "cannot delete port %s because it is the local port for bridge %s "
				 "(deleting this port requires deleting the entire bridge)",
				 name, port.name);
	return result ? result : del_port(call, &port);
}

int cmd_list_ports(struct command_call *call)
{
	struct db_bridge_name bridge;
	int result = db_bridge_find(call->daemon->db, call->words[1], &bridge, call->error);

	return result ? result
		      : db_port_names(call->daemon->db, &bridge, command_print_name, call->output,
				      call->error);
}

int cmd_list_ifaces(struct command_call *call)
{
	struct db_bridge_name bridge;
	int result = db_bridge_find(call->daemon->db, call->words[1], &bridge, call->error);

	return result ? result
		      : db_interface_names(call->daemon->db, &bridge, command_print_name,
					   call->output, call->error);
}

int cmd_port_to_br(struct command_call *call)
{
	struct db_port_name port;
	int result = db_port_find(call->daemon->db, call->words[1], &port, call->error);

	if (result == 0 && port.local)
		result = error_set(call->error, -ENOENT, "no port named %s", port.name);
	if (result == 0)
		text_add(call->output, "%s\n", port.bridge.name);
	return result;
}

int cmd_iface_to_br(struct command_call *call)
{
	struct db_port_name port;
	int result = db_interface_find(call->daemon->db, call->words[1], &port, call->error);

	if (result == 0 && port.local)
		result = error_set(call->error, -ENOENT, "no interface named %s", call->words[1]);
	if (result == 0)
		text_add(call->output, "%s\n", port.bridge.name);
	return result;
}
