/* SPDX-License-Identifier: BSD-2-Clause */
/* add-bond-iface and del-bond-iface, as in ovs-vsctl: the interfaces of a port that is there. */
#include "switchd/commands.h"

#include <errno.h>
#include <string.h>
#include "switchd/daemon.h"

/* A port that these commands may change, which a bridge's own is not. */
static int find_port(struct command_call *call, const char *name, struct db_port_name *port)
{
	int result = db_port_find(call->daemon->db, name, port, call->error);

	return result == 0 && port->local
		       ? error_set(call->error, -ENOENT, "no port named %s", name)
		       : result;
}

/* The port that an interface is of; the interface of a bridge's own port does not count. */
static int find_interface(struct command_call *call, const char *name, struct db_port_name *port)
{
	int result = db_interface_find(call->daemon->db, name, port, call->error);

	return result == 0 && port->local
		       ? error_set(call->error, -ENOENT, "no interface named %s", name)
		       : result;
}

/* add-bond-iface BOND INTERFACE */
int cmd_add_bond_iface(struct command_call *call)
{
	const char *interface = call->words[2];
	struct db_port_name port, is_of;
	int result = find_port(call, call->words[1], &port);

	if (result)
		return result;
	if (command_option(call, "--may-exist")) {
		result = find_interface(call, interface, &is_of);
		if (result == 0 && strcmp(is_of.name, port.name))
			return error_set(call->error, -EEXIST,
					 "\"%s\" but %s is actually attached to port %s",
					 command_words(call), interface, is_of.name);
		if (result != -ENOENT)
			return result;
	}
	return db_bond_interface_add(call->daemon->db, port.name, interface, call->error);
}

/* del-bond-iface [BOND] INTERFACE */
int cmd_del_bond_iface(struct command_call *call)
{
	const char *interface = call->words[call->n_words - 1];
	struct db_port_name port, is_of;
	int result = find_interface(call, interface, &is_of);

	if (result)
		return result == -ENOENT && command_option(call, "--if-exists") ? 0 : result;
	if (call->n_words > 2) {
		result = find_port(call, call->words[1], &port);
		if (result)
			return result;
		if (strcmp(port.name, is_of.name))
			return error_set(call->error, -EINVAL,
					 "port %s does not have an interface %s", port.name,
					 interface);
	}
	return db_bond_interface_del(call->daemon->db, interface, call->error);
}
