/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/port.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <net/if.h>
#include <linux/if.h>
#include "switchd/daemon.h"
#include "switchd/internal_port.h"
#include "switchd/model.h"
#include "switchd/pair.h"
#include "switchd/patch_port.h"
#include "switchd/vlan.h"

void port_say(struct port *port, const char *format, ...)
{
	size_t length = strlen(port->why.text);
	const char *separator = length ? "; " : "";
	struct error sentence;
	va_list args;

	va_start(args, format);
	vsnprintf(sentence.text, sizeof(sentence.text), format, args);
	va_end(args);
	if (*sentence.text)
		snprintf(port->why.text + length, sizeof(port->why.text) - length, "%s%s",
			 separator, sentence.text);
}

void port_refuse(struct port *port, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(port->why.text, sizeof(port->why.text), format, args);
	va_end(args);
	port->state = PORT_REFUSED;
	port->hook = DP_HOOK_TC;
}

void port_absent(struct port *port)
{
	port->link = NULL;
	port->state = PORT_ABSENT;
	port->hook = DP_HOOK_TC;
	port->why.text[0] = '\0';
	port_say(port, "there is no network device named %s; it will be a port when it appears",
		 port->conf->name);
}

static enum dp_hook wanted_hook(const struct port *port)
{
	if (port->conf->rx_hook == DB_RX_XDP)
		return DP_HOOK_XDP;
	if (port->conf->rx_hook == DB_RX_TC)
		return DP_HOOK_TC;
	return link_is_xdp_nic(port->link) ? DP_HOOK_XDP : DP_HOOK_TC;
}

/* What XDP would break, where it can be seen. */
static void say_peer_offloads(struct daemon *daemon, struct port *port)
{
	const struct link *link = port->link, *peer = NULL;

	if (port->want.hook != DP_HOOK_XDP || strcmp(link->kind, "veth") ||
	    !link_peer_offloads(daemon->links, link->ifindex))
		return;
	if (!link->peer_elsewhere)
		peer = link_by_index(daemon->links, link->peer);
	port_say(port,
		 "%s has options:rx-hook=xdp, but the device at its other end leaves checksums and "
		 "segmentation to the receiver, which XDP cannot pass on: TCP from there will "
		 "fail; run "
		 "`ethtool -K %s tx off` there, or set options:rx-hook=tc",
		 port->conf->name, peer ? peer->name : "DEVICE");
}

static void say_bond(struct port *port)
{
	const struct db_port *conf = port->conf;

	if (*conf->bond)
		port_say(port, "bond %s forwards by its first interface, %s, until bonding comes",
			 conf->bond, conf->name);
}

/* Drivers that have a queue per CPU for XDP, or none, say so with an error; some just lose frames.
 */
static void say_queues(struct port *port)
{
	const struct link *link = port->link;
	long cpus;

	if (!(port->want.flags & XVS_PORT_TX_XDP) || *link->kind)
		return;
	cpus = sysconf(_SC_NPROCESSORS_ONLN);
	if (cpus <= link->tx_queues)
		return;
	port_say(port,
		 "%s has %u transmit queues for %ld CPUs: some drivers lose frames that other CPUs "
		 "redirect to it; give it more with `ethtool -L %s combined %ld`",
		 port->conf->name, link->tx_queues, cpus, link->name, cpus);
}

/* `far` is where TC delivers: into the ingress of that device, which is in the port's place. NULL:
 * to the port's own device. */
static void want(struct daemon *daemon, struct port *port, const struct link *far)
{
	const struct link *link = port->link;
	struct dp_port *wanted = &port->want;
	bool up = (link->flags & IFF_UP) && (link->flags & IFF_LOWER_UP);

	*wanted = (struct dp_port){
		.number = port->conf->number,
		.bridge = port->bridge->conf->number,
		.hook = wanted_hook(port),
		.ifindex = link->ifindex,
		.tx_ifindex = far ? far->ifindex : link->ifindex,
		.mtu = link->mtu,
		.ofport = port->conf->ofport,
	};
	snprintf(wanted->name, sizeof(wanted->name), "%s", link->name);
	if (up)
		wanted->flags |= XVS_PORT_UP;
	if (link_takes_xdp(link))
		wanted->flags |= XVS_PORT_TX_XDP;
	if (far)
		wanted->flags |= XVS_PORT_TX_INGRESS;
	else if (!strcmp(link->kind, "veth") && link->peer_elsewhere && !link->peer_xdp)
		wanted->flags |= XVS_PORT_TX_PEER;
	if (port->bridge->conf->forward_bpdu)
		wanted->flags |= XVS_PORT_FORWARD_BPDU;
	if (port->bridge->conf->has_flood_vlans)
		wanted->flags |= XVS_PORT_FLOOD_VLANS;
	if (port->bridge->flows)
		wanted->flags |= XVS_PORT_FLOWS;
	if (port->conf->port_config & DB_PORT_NO_RECV)
		wanted->flags |= XVS_PORT_NO_RECV;
	if (port->conf->port_config & DB_PORT_NO_FWD)
		wanted->flags |= XVS_PORT_NO_FWD;
	vlan_describe(&port->conf->vlan, wanted);
	if (daemon->model->config->vlan_limit > 1)
		wanted->flags |= XVS_PORT_INNER;
	port->state = up ? PORT_UP : PORT_DOWN;
}

/* An old pair has its name, and goes when it is certain that nobody takes the command back. */
static void wait_for_room(struct port *port)
{
	port->state = PORT_ABSENT;
	port->waits = true;
}

static void prepare_internal(struct daemon *daemon, struct port *port)
{
	struct link *host = NULL;
	struct error error;
	int status = internal_port_prepare(daemon, port, &host, &error);

	if (status == -EINPROGRESS) {
		wait_for_room(port);
		return;
	}
	if (status) {
		port_refuse(port, "%s", error.text);
		if (status == -EAGAIN)
			port->state = PORT_ABSENT;
		return;
	}
	want(daemon, port, host);
	if (host && strcmp(host->name, port->conf->name))
		port_say(port, "the network device of %s was renamed to %s", port->conf->name,
			 host->name);
}

static void prepare_patch(struct daemon *daemon, struct port *port)
{
	struct link *peer;
	struct error error;
	int status = patch_port_prepare(daemon, port, &peer, &error);

	if (status == -EINPROGRESS)
		wait_for_room(port);
	else if (status)
		port_refuse(port, "%s", error.text);
	else
		want(daemon, port, peer);
}

/* The MTU that the user asked for, as Open vSwitch has it: a wish, which the driver may refuse. */
static void request_mtu(struct daemon *daemon, struct port *port)
{
	uint32_t mtu = port->conf->mtu_request;
	struct error error;

	if (!mtu || port->link->mtu == mtu)
		return;
	if (daemon->model->tentative) {
		port->waits = true;
		return;
	}
	if (link_set_mtu(daemon->links, port->link->ifindex, mtu, &error))
		port_say(port, "%s keeps its MTU: %s", port->conf->name, error.text);
	port->link = link_by_name(daemon->links, port->conf->name);
}

/* Is the device one that the switch made for this port when it was of another type, and is to go?
 */
static bool is_left_over(struct daemon *daemon, const struct port *port)
{
	const char *owner = pair_port(daemon, port->link);

	return owner && !strcmp(owner, port->conf->name);
}

static void prepare_system(struct daemon *daemon, struct port *port)
{
	struct error error;

	port->link = link_by_name(daemon->links, port->conf->name);
	if (port->link && is_left_over(daemon, port))
		port->link = NULL;
	if (port->link && model_link_check(daemon, port->link, &error)) {
		port_refuse(port, "%s", error.text);
		return;
	}
	if (port->link)
		request_mtu(daemon, port);
	if (port->link)
		want(daemon, port, NULL);
	else
		port_absent(port);
}

void port_prepare(struct daemon *daemon, struct port *port)
{
	port->link = NULL;
	port->state = PORT_ABSENT;
	port->waits = false;
	port->hook = DP_HOOK_TC;
	port->why.text[0] = '\0';
	memset(&port->want, 0, sizeof(port->want));
	switch (port->conf->type) {
	case DB_PORT_INTERNAL:
		prepare_internal(daemon, port);
		break;
	case DB_PORT_PATCH:
		prepare_patch(daemon, port);
		break;
	default:
		prepare_system(daemon, port);
	}
	if (port_attachable(port)) {
		say_peer_offloads(daemon, port);
		say_queues(port);
		say_bond(port);
	}
}
