/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/port_desc.h"

#include <linux/if.h>
#include <stdlib.h>

#define INDENT  "     "
#define MEGABIT 1000000ULL

/* enum ofp_port_config. */
static void print_config(struct text *output, uint32_t config, bool up)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} bits[] = {
		{DB_PORT_NO_RECV, "NO_RECV"},
		{DB_PORT_NO_FLOOD, "NO_FLOOD"},
		{DB_PORT_NO_FWD, "NO_FWD"},
		{DB_PORT_NO_PACKET_IN, "NO_PACKET_IN"},
	};
	const char *separator = "";

	text_add(output, INDENT "config:     ");
	if (!up) {
		text_add(output, "PORT_DOWN");
		separator = " ";
	}
	for (size_t i = 0; i < sizeof(bits) / sizeof(*bits); i++) {
		if (!(config & bits[i].bit))
			continue;
		text_add(output, "%s%s", separator, bits[i].name);
		separator = " ";
	}
	text_add(output, "%s\n", *separator ? "" : "0");
}

static void print_state(struct text *output, bool running, enum openflow version)
{
	const char *good = version == OPENFLOW_10 ? "0" : "LIVE";

	text_add(output, INDENT "state:      %s\n", running ? good : "LINK_DOWN");
}

/* OpenFlow's name of a speed that it has a bit for. */
static const char *speed_name(uint64_t mbps)
{
	static const struct {
		uint64_t mbps;
		const char *name;
	} speeds[] = {
		{10, "10MB"},    {100, "100MB"},    {1000, "1GB"},    {10000, "10GB"},
		{40000, "40GB"}, {100000, "100GB"}, {1000000, "1TB"},
	};

	for (size_t i = 0; i < sizeof(speeds) / sizeof(*speeds); i++)
		if (speeds[i].mbps == mbps)
			return speeds[i].name;
	return NULL;
}

static void print_speed(struct text *output, struct daemon *daemon, const struct link *link)
{
	struct link_settings settings = {};
	uint64_t mbps = 0;
	const char *name;

	if (link && link_settings_read(daemon->links, link, &settings))
		mbps = settings.speed / MEGABIT;
	name = speed_name(mbps);
	/* Devices that are none in hardware say that they are of twisted pair. */
	if (name)
		text_add(output, INDENT "current:    %s-%s%s\n", name,
			 settings.duplex == LINK_HALF_DUPLEX ? "HD" : "FD",
			 *link->kind ? " COPPER" : "");
	text_add(output, INDENT "speed: %u Mbps now, 0 Mbps max\n", (unsigned)mbps);
}

static void print_port(struct text *output, struct daemon *daemon, const struct port *port,
		       enum openflow version)
{
	const struct db_port *conf = port->conf;
	/* That under the port's own name: an internal port has another one for the switch. */
	const struct link *link = link_by_name(daemon->links, conf->name);
	const struct link *mac = link ? link : port->link;

	if (conf->local)
		text_add(output, " LOCAL(%s): addr:", conf->name);
	else
		text_add(output, " %u(%s): addr:", conf->ofport, conf->name);
	for (int i = 0; i < 6; i++)
		text_add(output, "%s%02x", i ? ":" : "", mac ? mac->mac[i] : 0);
	text_add(output, "\n");
	/* A patch port has no device of its own name, and is never down. */
	print_config(output, conf->port_config, !link || link->flags & IFF_UP);
	print_state(output, !link || link->flags & IFF_LOWER_UP, version);
	print_speed(output, daemon, link);
}

static int by_number(const void *a, const void *b)
{
	const struct port *const *x = a, *const *y = b;

	return (*x)->conf->ofport - (*y)->conf->ofport;
}

void port_desc_print(struct text *output, struct daemon *daemon, const struct bridge *bridge,
		     const struct db_port *only, enum openflow version)
{
	const struct port *ports[DB_PORTS_MAX + 1];
	size_t count = 0;

	for (const struct port *port = bridge->ports; port; port = port->next)
		if ((!only || port->conf == only) && port->state != PORT_ABSENT)
			ports[count++] = port;
	qsort(ports, count, sizeof(*ports), by_number);
	for (size_t i = 0; i < count; i++)
		print_port(output, daemon, ports[i], version);
}
