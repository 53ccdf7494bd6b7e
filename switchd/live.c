/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/live.h"

#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include "db/datum.h"
#include "switchd/daemon.h"
#include "switchd/model.h"

typedef json_t *live_fn(struct daemon *daemon, const struct port *port);

/* The device that a user means by the port's name: of an internal port the host's own end. */
static const struct link *device_of(struct daemon *daemon, const struct port *port)
{
	return port->conf->type == DB_PORT_INTERNAL ? link_by_name(daemon->links, port->conf->name)
						    : port->link;
}

static void pair_add(json_t *pairs, const char *key, json_t *value)
{
	json_array_append_new(pairs, json_pack("[s, o]", key, value));
}

static json_t *live_ofport(struct daemon *daemon, const struct port *port)
{
	(void)daemon;
	/* Open vSwitch shows -1 for an interface that could not be added. */
	return json_integer(port_attachable(port) ? port->conf->ofport : -1);
}

static json_t *live_mac(struct daemon *daemon, const struct port *port)
{
	const struct link *link = device_of(daemon, port);
	char mac[18];

	if (!link)
		return NULL;
	snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", link->mac[0], link->mac[1],
		 link->mac[2], link->mac[3], link->mac[4], link->mac[5]);
	return json_string(mac);
}

static json_t *live_admin_state(struct daemon *daemon, const struct port *port)
{
	const struct link *link = device_of(daemon, port);

	return link ? json_string(link->flags & IFF_UP ? "up" : "down") : NULL;
}

static json_t *live_link_state(struct daemon *daemon, const struct port *port)
{
	const struct link *link = device_of(daemon, port);

	return link ? json_string(link->flags & IFF_RUNNING ? "up" : "down") : NULL;
}

static json_t *live_mtu(struct daemon *daemon, const struct port *port)
{
	const struct link *link = device_of(daemon, port);

	return link ? json_integer(link->mtu) : NULL;
}

static json_t *live_ifindex(struct daemon *daemon, const struct port *port)
{
	const struct link *link = device_of(daemon, port);

	return json_integer(link ? link->ifindex : 0);
}

static json_t *live_error(struct daemon *daemon, const struct port *port)
{
	(void)daemon;
	return port->why.text[0] ? json_string(port->why.text) : NULL;
}

static json_t *live_statistics(struct daemon *daemon, const struct port *port)
{
	struct dp_counters counters;
	json_t *pairs;

	if (!port_attachable(port) ||
	    daemon->dpc->counters(daemon->dp, port->conf->number, &counters) < 0)
		return NULL;
	pairs = json_array();
	pair_add(pairs, "rx_bytes", json_integer((json_int_t)counters.total.rx_bytes));
	pair_add(pairs, "rx_dropped", json_integer((json_int_t)dp_drops(&counters, false)));
	pair_add(pairs, "rx_packets", json_integer((json_int_t)counters.total.rx_packets));
	pair_add(pairs, "tx_bytes", json_integer((json_int_t)counters.total.tx_bytes));
	pair_add(pairs, "tx_dropped", json_integer((json_int_t)dp_drops(&counters, true)));
	pair_add(pairs, "tx_packets", json_integer((json_int_t)counters.total.tx_packets));
	return json_pack("[s, o]", "map", pairs);
}

static json_t *live_status(struct daemon *daemon, const struct port *port)
{
	const struct link *link = device_of(daemon, port);
	json_t *pairs;

	if (!link)
		return NULL;
	pairs = json_array();
	pair_add(pairs, "driver_name", json_string(link->driver[0] ? link->driver : link->kind));
	if (port_attachable(port)) {
		pair_add(pairs, "rx_hook", json_string(port->hook == DP_HOOK_XDP ? "xdp" : "tc"));
		pair_add(pairs, "tx_xdp",
			 json_string(port->want.flags & XVS_PORT_TX_XDP ? "true" : "false"));
	}
	return json_pack("[s, o]", "map", pairs);
}

static const struct live_column {
	const char *name; /* of table Interface */
	live_fn *get;     /* NULL when there is nothing to tell */
} live_columns[] = {
	{"ofport", live_ofport},
	{"mac_in_use", live_mac},
	{"admin_state", live_admin_state},
	{"link_state", live_link_state},
	{"mtu", live_mtu},
	{"ifindex", live_ifindex},
	{"error", live_error},
	{"status", live_status},
	{"statistics", live_statistics},
};

json_t *live_get(struct daemon *daemon, const struct db_table *table, const char *name,
		 const struct db_column *column)
{
	const struct port *port =
		strcmp(table->name, "Interface") ? NULL : model_port(daemon->model, name);
	json_t *value = NULL;

	for (size_t i = 0; port && i < sizeof(live_columns) / sizeof(live_columns[0]); i++) {
		if (!strcmp(column->name, live_columns[i].name))
			value = live_columns[i].get(daemon, port);
	}
	return value ? value : datum_default(column);
}
