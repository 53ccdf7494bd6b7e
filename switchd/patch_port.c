/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/patch_port.h"

#include <errno.h>
#include <string.h>
#include "switchd/daemon.h"
#include "switchd/model.h"
#include "switchd/pair.h"

#define MTU 65535 /* the most a veth takes: the link itself limits nothing */

/* The port at the other end, if both say so. */
static const struct port *find_peer(struct daemon *daemon, const struct port *port,
				    struct error *error)
{
	const char *name = port->conf->name, *peer_name = port->conf->peer;
	const struct port *peer;

	if (!*peer_name) {
		error_set(error, -EINVAL,
			  "%s is a patch port and needs options:peer, the patch port at its other "
			  "end",
			  name);
		return NULL;
	}
	peer = model_port(daemon->model, peer_name);
	if (peer && peer != port && peer->bridge == port->bridge) {
		error_set(error, -EINVAL,
			  "%s is a patch port, and its options:peer, %s, is on the same bridge: "
			  "frames "
			  "would go round for ever",
			  name, peer_name);
		return NULL;
	}
	if (peer && peer != port && peer->conf->type == DB_PORT_PATCH &&
	    !strcmp(peer->conf->peer, name))
		return peer;
	error_set(error, -EINVAL,
		  peer == port ? "%s is a patch port whose options:peer is itself (%s)"
		  : peer ? "%s is a patch port, but its options:peer, %s, does not name it in turn"
			 : "%s is a patch port, but its options:peer, %s, is no port",
		  name, peer_name);
	return NULL;
}

static bool has_address_of_port(struct daemon *daemon, const struct link *link)
{
	const struct port *port = model_port(daemon->model, link->name);

	return port && !memcmp(link->mac, port->conf->hwaddr, sizeof(link->mac));
}

/*
 * Is this end, with the name of its port, ours? One without an alias may be the user's. It is ours
 * if an earlier switchd was stopped before it could set it: then one of them has the address that
 * the pair was made with.
 */
static bool is_own(struct daemon *daemon, const struct link *link, const struct link *other)
{
	const char *port = pair_port(daemon, link);

	if (*link->alias)
		return port && !strcmp(port, link->name);
	return has_address_of_port(daemon, link) || has_address_of_port(daemon, other);
}

/* The end of a port, if the pair is that of these two. */
static struct link *find_end(struct daemon *daemon, const char *port, const char *peer)
{
	struct link *link = link_by_name(daemon->links, port), *other;

	if (!link || strcmp(link->kind, "veth"))
		return NULL;
	other = pair_other_end(daemon, link);
	if (!other || strcmp(other->name, peer))
		return NULL;
	return is_own(daemon, link, other) ? link : NULL;
}

static int make_pair(struct daemon *daemon, const struct port *port, const struct port *peer,
		     struct error *error)
{
	const char *name = port->conf->name, *peer_name = peer->conf->name;
	int status = pair_make_room(daemon, name);

	if (!status)
		status = pair_make_room(daemon, peer_name);
	if (status)
		return status;
	status = link_add_veth(daemon->links, name, peer_name, port->conf->hwaddr, error);
	return status ? error_prefix(error, status, "patch port %s: ", name) : 0;
}

/* A veth takes XDP frames only while its other end has GRO. */
static int bring_in_step(struct daemon *daemon, const struct link *found, struct error *error)
{
	struct link link = *found;
	char alias[PAIR_ALIAS_SIZE];
	int status = 0;

	pair_alias(daemon, link.name, alias);
	if (strcmp(link.alias, alias))
		status = link_set_alias(daemon->links, link.ifindex, alias, error);
	if (!status && link.mtu != MTU)
		status = link_set_mtu(daemon->links, link.ifindex, MTU, error);
	if (!status && !(link.flags & IFF_UP)) {
		link_set_gro(daemon->links, link.ifindex, true, NULL);
		link_set_no_ipv6(daemon->links, link.ifindex, NULL);
		status = link_set_up(daemon->links, link.ifindex, true, error);
	}
	return status;
}

int patch_port_prepare(struct daemon *daemon, struct port *port, struct link **peer_link,
		       struct error *error)
{
	const struct port *peer = find_peer(daemon, port, error);
	const char *name = port->conf->name, *peer_name;
	int status = 0;

	if (!peer)
		return -EINVAL;
	peer_name = peer->conf->name;
	if (!find_end(daemon, name, peer_name))
		status = make_pair(daemon, port, peer, error);
	for (int i = 0; i < 2 && !status; i++) {
		const struct link *end =
			i ? find_end(daemon, peer_name, name) : find_end(daemon, name, peer_name);

		status = end ? bring_in_step(daemon, end, error)
			     : error_set(error, -ENODEV, "the network device of %s vanished", name);
	}
	if (status)
		return status;
	port->link = find_end(daemon, name, peer_name);
	*peer_link = find_end(daemon, peer_name, name);
	return port->link && *peer_link
		       ? 0
		       : error_set(error, -ENODEV, "the network device of %s vanished", name);
}
