/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/reconcile.h"

#include <event2/event.h>
#include <stdbool.h>
#include <string.h>
#include "switchd/attachment.h"
#include "switchd/daemon.h"
#include "switchd/fdb.h"
#include "switchd/flow_table.h"
#include "switchd/group.h"
#include "switchd/log.h"
#include "switchd/model.h"
#include "switchd/port.h"
#include "switchd/static_mac.h"
#include "switchd/vlan.h"

/* Our own changes of devices come back as events; after so many rounds they are somebody else's. */
#define ROUNDS_MAX 3

static const struct timeval settle_after = {.tv_usec = 100000};

#define EVENTS_BATCH 256 /* handed over at once */
#define BATCHES_MAX  1024

struct run {
	struct daemon *daemon;
	struct port **ports;
	size_t n_ports;
	bool all;     /* `ports` is all of them, and what no port wants is to go */
	bool changed; /* a port came, went, or moved: static entries have to be looked at */
	bool flush[XVS_PORTS_MAX]; /* by port number: what was learned there is to go */
	bool to_flush;             /* that of any port */
	bool flushed;
	bool shrunk; /* frames may be under way that met groups as they were */
	struct text *warning;
	struct error *error;
	int status;
};

/* Where the next error goes: only the first is kept. */
static struct error *first_error(const struct run *run)
{
	return run->status ? NULL : run->error;
}

static void keep_status(struct run *run, int status)
{
	if (!run->status)
		run->status = status;
}

static void mark_flush(struct run *run, uint16_t number)
{
	run->flush[number] = true;
	run->to_flush = true;
}

/* Is there something under this number that the port of this number does not want? */
static bool is_unwanted(const struct model *model, uint16_t number)
{
	const struct attachment *attachment = model->attachments[number];
	const struct port *port = model->by_number[number];

	return attachment && (attachment->gone || !port || !port_attachable(port) ||
			      port->want.ifindex != attachment->set.ifindex);
}

/* Ports that leave a bridge or go down leave its flood group before anything of theirs is changed.
 */
static void leave_group(struct run *run, const struct bridge *bridge)
{
	int status = group_shrink(run->daemon, bridge, first_error(run));

	if (status < 0)
		keep_status(run, status);
	run->shrunk |= status != 0;
}

/* Tells flows by which numbers they reach the ports that are there. */
static void number_ports(struct run *run)
{
	const struct bridge *bridge;

	for (bridge = run->daemon->model->bridges; bridge; bridge = bridge->next) {
		int status = flow_table_ports(run->daemon, bridge, first_error(run));

		if (status < 0)
			keep_status(run, status);
		run->shrunk |= status > 0;
	}
}

static void leave_groups(struct run *run)
{
	struct bridge *bridge;

	if (run->all)
		for (bridge = run->daemon->model->bridges; bridge; bridge = bridge->next)
			leave_group(run, bridge);
	else
		for (size_t i = 0; i < run->n_ports; i++)
			leave_group(run, run->ports[i]->bridge);
	number_ports(run);
	/* From here on a port's number may stand for another one. */
	if (run->shrunk)
		run->daemon->dpc->settle(run->daemon->dp);
}

static void join_groups(struct run *run)
{
	struct bridge *bridge;

	if (run->all)
		for (bridge = run->daemon->model->bridges; bridge; bridge = bridge->next)
			keep_status(run, group_update(run->daemon, bridge, first_error(run)));
	else
		for (size_t i = 0; i < run->n_ports; i++)
			keep_status(run, group_update(run->daemon, run->ports[i]->bridge,
						      first_error(run)));
}

/* A bridge that is not in the configuration any more, or another one that got its numbers. */
static bool is_retired(const struct model *model, uint16_t number)
{
	const struct known_bridge *known = &model->known_bridges[number];
	const struct bridge *bridge = model->bridge_by_number[number];

	return *known->uuid && (!bridge || strcmp(known->uuid, bridge->conf->uuid));
}

static void retire_groups(struct run *run)
{
	struct model *model = run->daemon->model;

	/* At first, what an earlier switchd made for a change that it did not live to commit. */
	for (uint16_t number = 1; number < XVS_BRIDGES_MAX; number++)
		if (is_retired(model, number) ||
		    (!model->adopted && !model->bridge_by_number[number])) {
			group_remove(run->daemon, number);
			run->shrunk = true;
		}
}

static void retire_bridges(struct run *run)
{
	struct model *model = run->daemon->model;

	for (uint16_t number = 1; number < XVS_BRIDGES_MAX; number++) {
		struct known_bridge *known = &model->known_bridges[number];

		if (!is_retired(model, number))
			continue;
		static_mac_remove(run->daemon, number);
		fdb_bridge_del(run->daemon->fdb, number);
		memset(known, 0, sizeof(*known));
	}
}

static int announce(struct daemon *daemon, const struct db_bridge *conf, struct error *error)
{
	struct known_bridge *known = &daemon->model->known_bridges[conf->number];
	struct fdb_limits limits = {.aging = conf->mac_aging_time, .size = conf->mac_table_size};
	int status;

	if (*known->uuid && known->limits.aging == limits.aging &&
	    known->limits.size == limits.size)
		return 0;
	/* Even if there is no room for its addresses, its number is taken. */
	memcpy(known->uuid, conf->uuid, sizeof(known->uuid));
	status = fdb_bridge_set(daemon->fdb, conf->number, &limits, error);
	if (status)
		return error_prefix(error, status, "bridge %s: ", conf->name);
	known->limits = limits;
	return 0;
}

static bool is_learning_vlan(const struct fdb_entry *entry, void *arg)
{
	const struct db_bridge *conf = arg;

	return entry->is_static || entry->id.bridge != conf->number ||
	       !vlan_set_has(&conf->flood_vlans, entry->id.vlan);
}

/* What was learned before a VLAN became one that learns nothing is not to be believed later. */
static void forget_flood_vlans(struct daemon *daemon, const struct db_bridge *conf)
{
	struct known_bridge *known = &daemon->model->known_bridges[conf->number];

	if (!memcmp(&known->flood_vlans, &conf->flood_vlans, sizeof(known->flood_vlans)))
		return;
	known->flood_vlans = conf->flood_vlans;
	fdb_sweep(daemon->fdb, is_learning_vlan, (void *)conf);
}

/* Those that shrink come first: they may make the room that others ask for. */
static void announce_bridges(struct run *run)
{
	struct model *model = run->daemon->model;
	const struct bridge *bridge;

	for (bridge = model->bridges; bridge; bridge = bridge->next) {
		const struct known_bridge *known = &model->known_bridges[bridge->conf->number];

		if (*known->uuid && bridge->conf->mac_table_size < known->limits.size)
			keep_status(run, announce(run->daemon, bridge->conf, first_error(run)));
	}
	for (bridge = model->bridges; bridge; bridge = bridge->next)
		keep_status(run, announce(run->daemon, bridge->conf, first_error(run)));
}

static void detach(struct run *run, uint16_t number)
{
	if (!is_unwanted(run->daemon->model, number))
		return;
	/* Of an adopted one it is not known whether it learned. */
	if (run->daemon->model->attachments[number]->learning || !run->daemon->model->adopted)
		mark_flush(run, number);
	run->changed = true;
	attachment_del(run->daemon, number);
}

static void detach_unwanted(struct run *run)
{
	if (run->all)
		for (uint16_t number = 1; number < XVS_PORTS_MAX; number++)
			detach(run, number);
	else
		for (size_t i = 0; i < run->n_ports; i++)
			detach(run, run->ports[i]->conf->number);
}

/* Does the port stay where it is, and as it is, for those who are behind it? */
static bool keeps_learning(const struct port *port, const struct attachment *attachment)
{
	return port->state == PORT_UP && port->bridge->conf->number == attachment->fdb.bridge &&
	       !memcmp(&port->conf->vlan, &attachment->fdb.vlan, sizeof(port->conf->vlan));
}

/* Ports that go down, to another bridge, or to other VLANs learn no more from now on. */
static void quieten(struct run *run)
{
	for (size_t i = 0; i < run->n_ports; i++) {
		uint16_t number = run->ports[i]->conf->number;
		struct attachment *attachment = run->daemon->model->attachments[number];

		if (!attachment || !attachment->learning ||
		    keeps_learning(run->ports[i], attachment))
			continue;
		mark_flush(run, number);
		attachment->learning = false;
		fdb_port_set(run->daemon->fdb, number, NULL);
	}
}

static void attach(struct run *run, struct port *port)
{
	uint16_t number = port->conf->number;
	struct attachment **slot = &run->daemon->model->attachments[number];
	bool was_there = *slot, was_learning = was_there && (*slot)->learning;
	uint16_t bridge = was_there ? (*slot)->set.bridge : 0;

	attachment_set(run->daemon, port);
	if (was_there != !!*slot || bridge != port->want.bridge)
		run->changed = true;
	if (!*slot && (was_learning || !run->daemon->model->adopted))
		mark_flush(run, number);
}

/* An entry outlives a change of its port if it would be the same again. */
static bool is_kept(const struct fdb_entry *entry, void *arg)
{
	const struct run *run = arg;
	const struct port *port;

	if (entry->is_static || !run->flush[entry->port])
		return true;
	port = run->daemon->model->by_number[entry->port];
	return port && port->state == PORT_UP && port->bridge->conf->number == entry->id.bridge &&
	       run->daemon->model->attachments[entry->port] &&
	       vlan_egress(&port->conf->vlan, entry->id.vlan) == entry->egress;
}

/* The ports concerned learn nothing by now. */
static void flush(struct run *run)
{
	if (!run->to_flush)
		return;
	fdb_sweep(run->daemon->fdb, is_kept, run);
	memset(run->flush, 0, sizeof(run->flush));
	run->to_flush = false;
	run->flushed = true;
}

/*
 * What ports reported before they were changed is read, and ignored, before they learn again: it
 * would be taken for a report of what has their numbers now.
 */
static void drain_events(struct run *run)
{
	struct daemon *daemon = run->daemon;

	for (int i = 0; run->flushed && i < BATCHES_MAX; i++)
		if (daemon->dpc->event_read(daemon->dp, EVENTS_BATCH, fdb_event, daemon->fdb) <
		    EVENTS_BATCH)
			break;
}

static void learn(struct run *run)
{
	for (size_t i = 0; i < run->n_ports; i++) {
		const struct port *port = run->ports[i];
		struct attachment *attachment = run->daemon->model->attachments[port->conf->number];

		if (!attachment || attachment->learning == (port->state == PORT_UP))
			continue;
		attachment->learning = port->state == PORT_UP;
		attachment->fdb = (struct fdb_port){port->bridge->conf->number, port->conf->vlan};
		fdb_port_set(run->daemon->fdb, port->conf->number,
			     attachment->learning ? &attachment->fdb : NULL);
	}
}

static void tell(struct run *run, struct port *port)
{
	static const char *const names[] = {
		[PORT_ABSENT] = "absent",
		[PORT_REFUSED] = "refused",
		[PORT_DOWN] = "down",
		[PORT_UP] = "up",
	};
	bool new = strcmp(port->why.text, port->told.text), silent = !*port->why.text;

	if (!new && port->state == port->told_state)
		return;
	if (new && !silent && port->state != PORT_ABSENT)
		log_warn("port", "%s: %s: %s", port->conf->name, names[port->state],
			 port->why.text);
	else
		log_info("port", "%s: %s%s%s", port->conf->name, names[port->state],
			 silent ? "" : ": ", port->why.text);
	if (new && !silent && run->warning)
		text_add(run->warning, "%s\n", port->why.text);
	port->told = port->why;
	port->told_state = port->state;
}

/* A device for an internal port that can't be made is an error once: when a command, which wants to
 * hear of warnings, asks for it. */
static void check_asked(struct run *run, const struct port *port)
{
	if (run->warning && port->asked && port->conf->type == DB_PORT_INTERNAL &&
	    port->state == PORT_REFUSED)
		keep_status(run, error_set(first_error(run), -EEXIST, "%s", port->why.text));
}

/* Which bridges' ports have to ask their flows is known before they are set. */
static void load_flows(struct run *run)
{
	struct daemon *daemon = run->daemon;
	struct bridge *bridge;

	keep_status(run, flow_table_load(daemon, first_error(run)));
	for (bridge = daemon->model->bridges; bridge; bridge = bridge->next)
		bridge->flows = flow_table_in_use(daemon, bridge->conf);
}

/*
 * The order is what keeps bridges apart and frames flowing:
 *   1. Work out what is wanted. Devices of internal and patch ports are made here; if one that is
 * asked for can't be, or a flow, nothing else is done. Those that no port wants any more go later,
 * when it is certain that none does: pair_sweep().
 *   2. Ports that go, go down or move leave the flood groups. Those that go leave the data path,
 * and their devices are given back. What was learned there is flushed, static entries that point
 * there are removed, and then bridges that nobody is in any more. Now the numbers can mean
 * something else.
 *   3. Ports are set; only then groups name them, and only then they learn.
 */
static void reconcile(struct run *run)
{
	struct daemon *daemon = run->daemon;
	const struct bridge *bridge;

	load_flows(run);
	for (size_t i = 0; i < run->n_ports; i++)
		port_prepare(daemon, run->ports[i]);
	for (size_t i = 0; i < run->n_ports; i++)
		check_asked(run, run->ports[i]);
	if (!run->status)
		keep_status(run, flow_table_prepare(daemon, run->error));
	if (run->status)
		return;

	if (run->all)
		retire_groups(run);
	leave_groups(run);
	detach_unwanted(run);
	quieten(run);
	flush(run);
	/* From here on an address's port may stand for another one, too. */
	if (run->changed && run->flushed)
		daemon->dpc->settle(daemon->dp);
	if (run->all) {
		static_mac_prune(daemon);
		retire_bridges(run);
		announce_bridges(run);
	}
	if (!daemon->model->adopted)
		static_mac_sweep(daemon);

	keep_status(run, flow_table_reconcile(daemon, first_error(run)));
	for (size_t i = 0; i < run->n_ports; i++)
		if (run->ports[i]->link && port_attachable(run->ports[i]))
			attach(run, run->ports[i]);
	number_ports(run);
	flow_table_retire(daemon);
	join_groups(run);

	flush(run);
	drain_events(run);
	for (bridge = daemon->model->bridges; bridge; bridge = bridge->next)
		forget_flood_vlans(daemon, bridge->conf);
	learn(run);
	if (run->all || run->changed)
		keep_status(run, static_mac_update(daemon, first_error(run)));
	daemon->model->adopted = true;

	for (size_t i = 0; i < run->n_ports; i++)
		tell(run, run->ports[i]);
}

static int run_all(struct daemon *daemon, struct text *warning, struct error *error)
{
	struct run run = {
		.daemon = daemon,
		.ports = daemon->model->by_name,
		.n_ports = daemon->model->n_ports,
		.all = true,
		.warning = warning,
		.error = error,
	};

	daemon->model->again = false;
	reconcile(&run);
	return run.status;
}

/* event_callback_fn */
static void settle(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *daemon = arg;
	struct error error;

	(void)fd;
	(void)what;
	if (daemon->model && reconcile_all(daemon, NULL, &error))
		log_error("port", "%s", error.text);
}

/* The last round's result counts: it has seen what the others had not. Where devices change all the
 * time, the rest waits a moment, so that commands are answered. */
static int run_again(struct daemon *daemon, int status, struct text *warning, struct error *error)
{
	for (int round = 1; daemon->model->again && round < ROUNDS_MAX; round++)
		status = run_all(daemon, warning, error);
	daemon->model->running = false;
	daemon_tend(daemon);
	if (daemon->model->again && daemon->base)
		event_base_once(daemon->base, -1, EV_TIMEOUT, settle, daemon, &settle_after);
	return status;
}

int reconcile_all(struct daemon *daemon, struct text *warning, struct error *error)
{
	daemon->model->running = true;
	return run_again(daemon, run_all(daemon, warning, error), warning, error);
}

int reconcile_ports(struct daemon *daemon, struct port **ports, size_t n_ports, struct error *error)
{
	struct run run = {
		.daemon = daemon,
		.ports = ports,
		.n_ports = n_ports,
		.error = error,
	};

	daemon->model->running = true;
	daemon->model->again = false;
	reconcile(&run);
	return run_again(daemon, run.status, NULL, error);
}
