/* SPDX-License-Identifier: BSD-2-Clause */
/* Live columns of interfaces. One of a bond that is not its first has no port in the model. */
#include <net/if.h>
#include <string.h>
#include "db/text.h"
#include "switchd/daemon.h"
#include "switchd/live_columns.h"
#include "switchd/model.h"

/* The device that a user means by the interface's name: of an internal one the host's own end. */
static const struct link *device_of(struct daemon *daemon, const char *name)
{
	const struct port *port = model_port(daemon->model, name);

	return port && port->conf->type != DB_PORT_INTERNAL ? port->link
							    : link_by_name(daemon->links, name);
}

/* The port, when the data path has it or is to have it. */
static const struct port *attachable(struct daemon *daemon, const char *name)
{
	const struct port *port = model_port(daemon->model, name);

	return port && port_attachable(port) ? port : NULL;
}

/* Open vSwitch shows -1 for an interface that could not be added. */
static json_t *ofport(struct daemon *daemon, const char *name)
{
	const struct port *port = attachable(daemon, name);

	return json_integer(port ? port->conf->ofport : -1);
}

static json_t *mac_in_use(struct daemon *daemon, const char *name)
{
	const struct link *link = device_of(daemon, name);

	return live_mac(link ? link->mac : NULL);
}

static json_t *admin_state(struct daemon *daemon, const char *name)
{
	const struct link *link = device_of(daemon, name);

	return link ? json_string(link->flags & IFF_UP ? "up" : "down") : NULL;
}

static json_t *link_state(struct daemon *daemon, const char *name)
{
	const struct link *link = device_of(daemon, name);

	return link ? json_string(link->flags & IFF_RUNNING ? "up" : "down") : NULL;
}

static json_t *link_resets(struct daemon *daemon, const char *name)
{
	const struct link *link = device_of(daemon, name);

	return link ? json_integer(link->resets) : NULL;
}

static json_t *mtu(struct daemon *daemon, const char *name)
{
	const struct link *link = device_of(daemon, name);

	return link ? json_integer(link->mtu) : NULL;
}

static json_t *ifindex(struct daemon *daemon, const char *name)
{
	const struct link *link = device_of(daemon, name);

	return json_integer(link ? link->ifindex : 0);
}

static json_t *link_speed(struct daemon *daemon, const char *name)
{
	const struct link *link = device_of(daemon, name);
	struct link_settings settings;

	if (!link || !link_settings_read(daemon->links, link, &settings) || !settings.speed)
		return NULL;
	return json_integer((json_int_t)settings.speed);
}

static json_t *duplex(struct daemon *daemon, const char *name)
{
	const struct link *link = device_of(daemon, name);
	struct link_settings settings;

	if (!link || !link_settings_read(daemon->links, link, &settings) ||
	    settings.duplex == LINK_UNKNOWN_DUPLEX)
		return NULL;
	return json_string(settings.duplex == LINK_FULL_DUPLEX ? "full" : "half");
}

/* db_name_fn */
static void keep_first(const char *name, void *first)
{
	struct text *text = first;

	if (!text->length)
		text_add(text, "%s", name);
}

/* What an interface that has no port is told. */
static json_t *not_used(struct daemon *daemon, const char *name)
{
	struct text first = TEXT_EMPTY, sentence = TEXT_EMPTY;
	struct db_port_name port;
	json_t *value = NULL;

	if (db_interface_find(daemon->db, name, &port, NULL) ||
	    db_port_interfaces(daemon->db, port.name, keep_first, &first, NULL))
		goto out;
	if (!strcmp(text_string(&first), name))
		goto out;
	text_add(&sentence,
		 "not used: bond %s forwards by its first interface, %s, until bonding comes",
		 port.name, text_string(&first));
	value = json_string(text_string(&sentence));
out:
	text_free(&sentence);
	text_free(&first);
	return value;
}

static json_t *error(struct daemon *daemon, const char *name)
{
	const struct port *port = model_port(daemon->model, name);

	if (!port)
		return not_used(daemon, name);
	return port->why.text[0] ? json_string(port->why.text) : NULL;
}

static void add_count(json_t *map, const char *key, uint64_t count)
{
	live_map_add(map, key, json_integer((json_int_t)count));
}

/* Traffic is what the data path counts; errors are the device's own, zero where it tells of none.
 */
static json_t *statistics(struct daemon *daemon, const char *name)
{
	const struct port *port = attachable(daemon, name);
	const struct link *link = device_of(daemon, name);
	struct link_counters device = {};
	struct dp_counters dp;
	json_t *map;

	if (!port || daemon->dpc->counters(daemon->dp, port->conf->number, &dp) < 0)
		return NULL;
	if (link)
		link_counters_get(daemon->links, link->ifindex, &device);
	map = live_map();
	add_count(map, "collisions", device.collisions);
	add_count(map, "rx_bytes", dp.total.rx_bytes);
	add_count(map, "rx_crc_err", device.rx_crc_errors);
	add_count(map, "rx_dropped", dp_drops(&dp, false));
	add_count(map, "rx_errors", device.rx_errors);
	add_count(map, "rx_frame_err", device.rx_frame_errors);
	add_count(map, "rx_missed_errors", device.rx_missed_errors);
	add_count(map, "rx_over_err", device.rx_over_errors);
	add_count(map, "rx_packets", dp.total.rx_packets);
	add_count(map, "tx_bytes", dp.total.tx_bytes);
	add_count(map, "tx_dropped", dp_drops(&dp, true));
	add_count(map, "tx_errors", device.tx_errors);
	add_count(map, "tx_packets", dp.total.tx_packets);
	return map;
}

static void add_text(json_t *map, const char *key, const char *value)
{
	json_t *string = *value ? json_string(value) : NULL;

	if (string)
		live_map_add(map, key, string);
}

static json_t *status(struct daemon *daemon, const char *name)
{
	const struct port *port = attachable(daemon, name);
	const struct link *link = device_of(daemon, name);
	struct link_driver driver = {};
	json_t *map;

	if (!link)
		return NULL;
	map = live_map();
	if (link_driver_read(daemon->links, link, &driver))
		add_text(map, "driver_name", driver.name);
	else
		add_text(map, "driver_name", link->kind);
	add_text(map, "driver_version", driver.version);
	add_text(map, "firmware_version", driver.firmware);
	if (port) {
		add_text(map, "rx_hook", port->hook == DP_HOOK_XDP ? "xdp" : "tc");
		add_text(map, "tx_xdp", port->want.flags & XVS_PORT_TX_XDP ? "true" : "false");
	}
	return map;
}

static const struct live_column columns[] = {
	{"Interface", "admin_state", admin_state},
	{"Interface", "duplex", duplex},
	{"Interface", "error", error},
	{"Interface", "ifindex", ifindex},
	{"Interface", "link_resets", link_resets},
	{"Interface", "link_speed", link_speed},
	{"Interface", "link_state", link_state},
	{"Interface", "mac_in_use", mac_in_use},
	{"Interface", "mtu", mtu},
	{"Interface", "ofport", ofport},
	{"Interface", "statistics", statistics},
	{"Interface", "status", status},
};

const struct live_columns live_interface = {columns, sizeof(columns) / sizeof(columns[0])};
