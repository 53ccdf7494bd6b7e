/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/attachment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "switchd/daemon.h"
#include "switchd/device.h"
#include "switchd/log.h"
#include "switchd/model.h"
#include "switchd/pair.h"
#include "switchd/port.h"

#define HEALS_PER_MINUTE 5

static uint64_t monotonic_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static struct attachment *make(struct model *model, uint16_t number)
{
	struct attachment *attachment = calloc(1, sizeof(*attachment));

	if (attachment)
		attachment->set.number = number;
	return model->attachments[number] = attachment;
}

int attachment_adopt(struct daemon *daemon, uint16_t number, uint32_t ifindex)
{
	struct attachment *attachment = make(daemon->model, number);

	if (!attachment)
		return -ENOMEM;
	attachment->set.ifindex = ifindex;
	return 0;
}

/* By members: the struct has padding. */
static bool same(const struct dp_port *a, const struct dp_port *b)
{
	return a->number == b->number && a->bridge == b->bridge && a->flags == b->flags &&
	       a->pvid == b->pvid && a->push_tpid == b->push_tpid && a->ofport == b->ofport &&
	       a->hook == b->hook && a->ifindex == b->ifindex && a->tx_ifindex == b->tx_ifindex &&
	       a->mtu == b->mtu && !memcmp(&a->vlan_set, &b->vlan_set, sizeof(a->vlan_set)) &&
	       !strcmp(a->name, b->name);
}

/*
 * Is the device's XDP program another one than when we last looked, and not just the news of our
 * own? Then it is time to look after it: ours was removed, or one that stood in our way went.
 */
static bool is_disturbed(struct daemon *daemon, struct attachment *attachment,
			 const struct link *link)
{
	if (attachment->set.hook != DP_HOOK_XDP || link->xdp_id == attachment->xdp_id)
		return false;
	if (!link->xdp_id || daemon->dpc->foreign_xdp(daemon->dp, link->ifindex))
		return true;
	attachment->xdp_id = link->xdp_id;
	return false;
}

/* False when it was done often enough: somebody else wants the device for itself. */
static bool may_heal(struct attachment *attachment, struct port *port)
{
	uint64_t now = monotonic_seconds();

	if (now - attachment->heals_since >= 60) {
		attachment->heals = 0;
		attachment->heals_since = now;
	}
	if (attachment->heals < HEALS_PER_MINUTE) {
		if (!attachment->heals++ && attachment->status.hook == DP_HOOK_XDP)
			log_warn("port",
				 "%s: somebody removed the switch's XDP program; it is put back",
				 port->conf->name);
		return true;
	}
	port->hook = DP_HOOK_TC;
	port_say(port,
		 "%s was put back to XDP %u times within a minute and somebody removed the program "
		 "again: "
		 "its frames are switched by TC; find out who, or set options:rx-hook=tc",
		 port->conf->name, HEALS_PER_MINUTE);
	return false;
}

/* XDP has gone, or an earlier switchd left at it what no port wants now. */
static void release(struct daemon *daemon, struct attachment *attachment, const struct port *port,
		    bool first)
{
	const struct link *link = link_by_index(daemon->links, port->want.ifindex);

	if (!link || port->conf->type != DB_PORT_SYSTEM || !(first || attachment->saved.ifindex))
		return;
	device_release(daemon, link, port->want.hook, &attachment->saved);
	if (!attachment->saved.ifindex)
		attachment->device.text[0] = '\0';
}

static int set(struct daemon *daemon, struct attachment *attachment, struct port *port,
	       struct error *error)
{
	bool first = !attachment->set.bridge;
	struct dp_port_status status = {};
	int failed = daemon->dpc->port_set(daemon->dp, &port->want, &status, error);
	const struct link *link = link_by_index(daemon->links, port->want.ifindex);

	if (failed)
		return failed;
	attachment->set = port->want;
	attachment->status = status;
	attachment->xdp_id = link ? link->xdp_id : 0;
	release(daemon, attachment, port, first);
	return 0;
}

/*
 * Takes the device over; false when it has gone. A NIC that strips tags and can't be told not to
 * shows them to TC, in the metadata, but not to XDP.
 */
static bool take(struct daemon *daemon, struct attachment *attachment, struct port *port)
{
	if (port->conf->type != DB_PORT_SYSTEM)
		return true;
	if (device_needs_taking(port->link, port->want.hook, &attachment->saved)) {
		attachment->device.text[0] = '\0';
		device_take(daemon, port->link, port->want.hook, &attachment->saved,
			    &attachment->hides, &attachment->device);
	}
	if (!port->link)
		return false;
	if (attachment->hides && strcmp(port->link->kind, "veth"))
		port->want.hook = DP_HOOK_TC;
	return true;
}

void attachment_set(struct daemon *daemon, struct port *port)
{
	struct attachment **slot = &daemon->model->attachments[port->conf->number];
	struct error error = {};
	int failed = 0;

	if (!*slot && !make(daemon->model, port->conf->number)) {
		port_refuse(port, "out of memory");
		return;
	}
	(*slot)->set.ifindex = port->want.ifindex;
	port->link->user = *slot;
	if (!take(daemon, *slot, port)) /* gone meanwhile; the event for it is noted */
		return;
	port->hook = (*slot)->status.hook;
	if (!same(&(*slot)->set, &port->want) ||
	    (is_disturbed(daemon, *slot, port->link) && may_heal(*slot, port))) {
		failed = set(daemon, *slot, port, &error);
		if (failed)
			attachment_del(daemon, port->conf->number);
		if (failed == -ENODEV) /* the event for it is on its way */
			port_absent(port);
		else if (failed)
			port_refuse(port, "%s", error.text);
		if (failed)
			return;
		port->hook = (*slot)->status.hook;
	}
	port_say(port, "%s", (*slot)->status.warning.text);
	port_say(port, "%s", (*slot)->device.text);
}

/* The port that the device belongs to from now on, NULL: none. */
static const struct port *taker(struct daemon *daemon, const struct link *link)
{
	const char *own = pair_port(daemon, link);
	const struct port *port = model_port(daemon->model, own ? own : link->name);

	return port && port_attachable(port) && port->want.ifindex == link->ifindex ? port : NULL;
}

/* `next` is the port that takes the device, which may be the one that it is taken from. A device
 * that the switch made goes when no port wants it (pair_sweep()). */
static void give_back(struct daemon *daemon, const struct attachment *attachment,
		      const struct link *link, const struct port *next)
{
	if (pair_port(daemon, link))
		return;
	if (next && next->conf->number != attachment->set.number)
		device_hand_over(daemon, link, &attachment->saved);
	else
		device_give_back(daemon, link->ifindex, &attachment->saved);
}

void attachment_del(struct daemon *daemon, uint16_t number)
{
	struct attachment *attachment = daemon->model->attachments[number];
	struct link *link = link_by_index(daemon->links, attachment->set.ifindex);

	daemon->dpc->port_del(daemon->dp, number);
	fdb_port_set(daemon->fdb, number, NULL);
	daemon->model->attachments[number] = NULL;
	if (link && link->user == attachment)
		link->user = NULL;
	if (link)
		give_back(daemon, attachment, link, taker(daemon, link));
	free(attachment);
}

void attachment_free_all(struct daemon *daemon)
{
	struct link *link;

	for (size_t number = 0; number < XVS_PORTS_MAX; number++) {
		struct attachment *attachment = daemon->model->attachments[number];

		if (!attachment)
			continue;
		link = link_by_index(daemon->links, attachment->set.ifindex);
		if (link && link->user == attachment)
			link->user = NULL;
		free(attachment);
	}
}
