/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/local_port.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "switchd/daemon.h"
#include "switchd/log.h"
#include "switchd/model.h"

#define ALIAS_PREFIX "xvswitch:"

/* The one place where a local port's names are put together. */
struct pair_names {
	char hidden[IFNAMSIZ];
	char alias[sizeof(((struct link *)NULL)->alias)];
};

static uint32_t fnv1a(const char *string)
{
	uint32_t hash = 2166136261u;

	for (; *string; string++)
		hash = (hash ^ (unsigned char)*string) * 16777619u;
	return hash;
}

static void pair_names(const struct daemon *daemon, const char *bridge, struct pair_names *names)
{
	snprintf(names->alias, sizeof(names->alias), ALIAS_PREFIX "%s:%s", daemon->instance.name,
		 bridge);
	snprintf(names->hidden, sizeof(names->hidden), "xvs%08x", fnv1a(names->alias));
}

bool local_port_is_end(const struct link *link)
{
	return !strcmp(link->kind, "veth") &&
	       !strncmp(link->alias, ALIAS_PREFIX, strlen(ALIAS_PREFIX));
}

const char *local_port_bridge(const struct daemon *daemon, const struct link *link)
{
	size_t length = strlen(daemon->instance.name);
	const char *rest = link->alias + strlen(ALIAS_PREFIX);

	if (!local_port_is_end(link) || strncmp(rest, daemon->instance.name, length) ||
	    rest[length] != ':')
		return NULL;
	return rest + length + 1;
}

/*
 * The hidden end, by its name, or when somebody renamed it, by way of the end with the bridge's
 * name. Without an alias it is ours too: an earlier switchd was stopped before it could set it.
 */
static struct link *find_hidden(struct daemon *daemon, const char *bridge,
				const struct pair_names *names)
{
	struct link *hidden = link_by_name(daemon->links, names->hidden);
	struct link *host = link_by_name(daemon->links, bridge);

	if (hidden && !strcmp(hidden->kind, "veth") &&
	    (!*hidden->alias || !strcmp(hidden->alias, names->alias)))
		return hidden;
	if (host && !strcmp(host->alias, names->alias) && !host->peer_elsewhere)
		return link_by_index(daemon->links, host->peer);
	return NULL;
}

/* While a pair vanishes, the kernel's messages about its ends come one by one: the other may be
 * gone. */
static struct link *find_host(struct daemon *daemon, const struct link *hidden)
{
	if (hidden->peer_elsewhere || !hidden->peer)
		return NULL;
	return link_by_index(daemon->links, hidden->peer);
}

bool local_port_exists(struct daemon *daemon, const char *bridge)
{
	struct pair_names names;
	const struct link *hidden, *host;

	pair_names(daemon, bridge, &names);
	hidden = find_hidden(daemon, bridge, &names);
	host = hidden ? find_host(daemon, hidden) : NULL;
	return host && !strcmp(host->name, bridge);
}

static int make_pair(struct daemon *daemon, const struct port *port, const struct pair_names *names,
		     struct error *error)
{
	const char *bridge = port->bridge->conf->name;
	const struct link *host = link_by_name(daemon->links, bridge);
	struct error why;
	int status;

	if (host && strcmp(host->alias, names->alias))
		return error_set(error, -EEXIST,
				 "bridge %s has no local port: another network device is named %s; "
				 "rename or remove that one",
				 bridge, bridge);
	if (host)
		return error_set(error, -EAGAIN, "the network device of bridge %s is being removed",
				 bridge);
	status = link_add_veth(daemon->links, bridge, names->hidden, port->bridge->conf->hwaddr,
			       error);
	if (status)
		return error_prefix(error, status, "bridge %s has no local port: ", bridge);

	/* Later the user's setting counts. A veth takes XDP frames only while its other end has
	 * GRO. */
	host = link_by_name(daemon->links, bridge);
	if (host && link_set_gro(daemon->links, host->ifindex, true, &why))
		log_info("port", "%s: takes no XDP frames: %s", bridge, why.text);
	return 0;
}

/* Works on copies: a change of one end may tell of others, and a device that has gone takes its
 * struct along. */
static int bring_in_step(struct daemon *daemon, const struct port *port,
			 const struct pair_names *names, struct error *error)
{
	const struct db_bridge *conf = port->bridge->conf;
	const struct link *found = find_hidden(daemon, conf->name, names);
	struct link hidden, host = {};
	int status = 0;

	if (!found)
		return error_set(error, -ENODEV, "the network device of bridge %s vanished",
				 conf->name);
	hidden = *found;
	found = find_host(daemon, &hidden);
	if (found)
		host = *found;

	if (found && port->conf->mtu_request && host.mtu != port->conf->mtu_request) {
		host.mtu = port->conf->mtu_request;
		status = link_set_mtu(daemon->links, host.ifindex, host.mtu, error);
	}
	if (!status && found && memcmp(host.mac, conf->hwaddr, sizeof(host.mac)))
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

int local_port_prepare(struct daemon *daemon, struct port *port, struct link **host,
		       struct error *error)
{
	const char *bridge = port->bridge->conf->name;
	struct pair_names names;
	int status = 0;

	pair_names(daemon, bridge, &names);
	if (!find_hidden(daemon, bridge, &names))
		status = make_pair(daemon, port, &names, error);
	if (!status)
		status = bring_in_step(daemon, port, &names, error);
	if (status)
		return status;
	port->link = find_hidden(daemon, bridge, &names);
	if (!port->link)
		return error_set(error, -ENODEV, "the network device of bridge %s vanished",
				 bridge);
	*host = find_host(daemon, port->link);
	return 0;
}

void local_port_remove(struct daemon *daemon, const char *bridge)
{
	struct pair_names names;
	struct link *hidden;
	struct error error;

	pair_names(daemon, bridge, &names);
	hidden = find_hidden(daemon, bridge, &names);
	/* From here on `bridge` may be gone: it can be a part of the device's alias. */
	if (hidden && link_del(daemon->links, hidden->ifindex, &error))
		log_warn("port", "%s: the bridge's network device stays: %s", names.hidden,
			 error.text);
}
