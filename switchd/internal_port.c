/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/internal_port.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "switchd/daemon.h"
#include "switchd/log.h"
#include "switchd/model.h"
#include "switchd/pair.h"

/* The one place where an internal port's names are put together. */
struct pair_names {
	char hidden[IFNAMSIZ];
	char alias[PAIR_ALIAS_SIZE];
};

static uint32_t fnv1a(const char *string)
{
	uint32_t hash = 2166136261u;

	for (; *string; string++)
		hash = (hash ^ (unsigned char)*string) * 16777619u;
	return hash;
}

static void pair_names(const struct daemon *daemon, const char *port, struct pair_names *names)
{
	pair_alias(daemon, port, names->alias);
	snprintf(names->hidden, sizeof(names->hidden), "xvs%08x", fnv1a(names->alias));
}

/*
 * The hidden end, by its name, or when somebody renamed it, by way of the end with the port's
 * name. Without an alias it is ours too: an earlier switchd was stopped before it could set it.
 */
static struct link *find_hidden(struct daemon *daemon, const char *port,
				const struct pair_names *names)
{
	struct link *hidden = link_by_name(daemon->links, names->hidden);
	struct link *host = link_by_name(daemon->links, port);

	if (hidden && !strcmp(hidden->kind, "veth") &&
	    (!*hidden->alias || !strcmp(hidden->alias, names->alias)))
		return hidden;
	if (!host || strcmp(host->alias, names->alias))
		return NULL;
	hidden = pair_other_end(daemon, host);
	return hidden && (!*hidden->alias || !strcmp(hidden->alias, names->alias)) ? hidden : NULL;
}

bool internal_port_exists(struct daemon *daemon, const char *name)
{
	struct pair_names names;
	const struct link *hidden, *host;

	pair_names(daemon, name, &names);
	hidden = find_hidden(daemon, name, &names);
	host = hidden ? pair_other_end(daemon, hidden) : NULL;
	return host && !strcmp(host->name, name);
}

static int make_pair(struct daemon *daemon, const struct port *port, const struct pair_names *names,
		     struct error *error)
{
	const char *name = port->conf->name;
	const struct link *host = link_by_name(daemon->links, name);
	struct error why;
	int status;

	if (host && strcmp(host->alias, names->alias))
		return error_set(error, -EEXIST,
				 "%s %s has no network device of its own: another one has that "
				 "name; rename or remove it",
				 port->conf->local ? "bridge" : "port", name);
	if (host && !pair_other_end(daemon, host))
		return error_set(error, -EAGAIN, "the network device of %s is being removed", name);
	/* It may be the end of another kind of pair: the port was a patch port. */
	status = pair_make_room(daemon, name);
	if (status)
		return status;
	status = link_add_veth(daemon->links, name, names->hidden, port->conf->hwaddr, error);
	if (status)
		return error_prefix(error, status, "%s %s has no network device of its own: ",
				    port->conf->local ? "bridge" : "port", name);

	/* Later the user's setting counts. A veth takes XDP frames only while its other end has
	 * GRO. */
	host = link_by_name(daemon->links, name);
	if (host && link_set_gro(daemon->links, host->ifindex, true, &why))
		log_info("port", "%s: takes no XDP frames: %s", name, why.text);
	return 0;
}

/* Works on copies: a change of one end may tell of others, and a device that has gone takes its
 * struct along. */
static int bring_in_step(struct daemon *daemon, struct port *port, const struct pair_names *names,
			 struct error *error)
{
	const struct db_port *conf = port->conf;
	const struct link *found = find_hidden(daemon, conf->name, names);
	struct link hidden, host = {};
	int status = 0;

	if (!found)
		return error_set(error, -ENODEV, "the network device of %s vanished", conf->name);
	hidden = *found;
	found = pair_other_end(daemon, &hidden);
	if (found)
		host = *found;

	port->waits = found && conf->mtu_request && host.mtu != conf->mtu_request &&
		      daemon->model->tentative;
	if (found && conf->mtu_request && host.mtu != conf->mtu_request && !port->waits) {
		host.mtu = conf->mtu_request;
		status = link_set_mtu(daemon->links, host.ifindex, host.mtu, error);
	}
	/* An internal port's address is the user's to change; a bridge's is in its other-config. */
	if (!status && found && conf->local && memcmp(host.mac, conf->hwaddr, sizeof(host.mac)))
		status = link_set_mac(daemon->links, host.ifindex, conf->hwaddr, error);
	if (!status && found && strcmp(host.alias, names->alias))
		status = link_set_alias(daemon->links, host.ifindex, names->alias, error);
	if (!status && strcmp(hidden.alias, names->alias))
		status = link_set_alias(daemon->links, hidden.ifindex, names->alias, error);
	/* The kernel holds what is sent on one end against the MTU of the other. */
	if (!status && found && hidden.mtu != host.mtu)
		status = link_set_mtu(daemon->links, hidden.ifindex, host.mtu, error);
	if (!status && !(hidden.flags & IFF_UP)) {
		/* It is the switch's: nothing of the host may speak from it. A host without IPv6
		 * refuses. */
		link_set_no_ipv6(daemon->links, hidden.ifindex, NULL);
		status = link_set_up(daemon->links, hidden.ifindex, true, error);
	}
	return status;
}

int internal_port_prepare(struct daemon *daemon, struct port *port, struct link **host,
			  struct error *error)
{
	const char *name = port->conf->name;
	struct pair_names names;
	int status = 0;

	pair_names(daemon, name, &names);
	if (!find_hidden(daemon, name, &names))
		status = make_pair(daemon, port, &names, error);
	if (!status)
		status = bring_in_step(daemon, port, &names, error);
	if (status)
		return status;
	port->link = find_hidden(daemon, name, &names);
	if (!port->link)
		return error_set(error, -ENODEV, "the network device of %s vanished", name);
	*host = pair_other_end(daemon, port->link);
	return 0;
}
