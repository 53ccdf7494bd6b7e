/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/flow_site.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/daemon.h"
#include "switchd/flow_port.h"
#include "switchd/model.h"

static int port_number(const struct flow_ports *ports, const char *name)
{
	const struct flow_site *site = ports->arg;
	uint16_t number;

	return db_ofport_find(site->call->daemon->db, site->bridge, name, &number, NULL) ? -1
											 : number;
}

static const char *port_name(const struct flow_ports *ports, uint16_t number)
{
	struct flow_site *site = (struct flow_site *)ports->arg;

	return db_ofport_name(site->call->daemon->db, site->bridge, number, site->port_name, NULL)
		       ? NULL
		       : site->port_name;
}

int flow_site_open(struct flow_site *site, struct command_call *call, const char *bridge)
{
	struct db_bridge_name found;
	int status = db_bridge_find(call->daemon->db, bridge, &found, NULL);

	*site = (struct flow_site){
		.ports = {port_number, port_name, site},
		.call = call,
		.bridge = bridge,
	};
	if (status == 0 && found.vlan)
		status = -ENOENT;
	if (status == -ENOENT)
		return error_set(call->error, status, "%s is not a bridge or a socket", bridge);
	return status ? db_bridge_find(call->daemon->db, bridge, &found, call->error) : 0;
}

void flow_site_close(struct flow_site *site)
{
	db_config_free(site->config);
}

/* As the model has it, unless something has changed since it was made. */
const struct db_bridge *flow_site_conf(struct flow_site *site)
{
	const struct daemon *daemon = site->call->daemon;
	const struct db_config *config = daemon->model->config;

	if (site->conf)
		return site->conf;
	if (site->call->draft || db_changed(daemon->db)) {
		if (!site->config && db_config_load(daemon->db, &site->config, site->call->error))
			site->config = NULL;
		config = site->config;
	}
	for (const struct db_bridge *conf = config ? config->bridges : NULL; conf;
	     conf = conf->next)
		if (!strcmp(conf->name, site->bridge))
			site->conf = conf;
	return site->conf;
}

const struct db_port *flow_site_port(struct flow_site *site, const char *word)
{
	const struct db_bridge *conf = flow_site_conf(site);
	uint16_t number;

	if (!conf || !flow_port_parse(word, &site->ports, &number))
		return NULL;
	for (const struct db_port *port = conf->ports; port; port = port->next)
		if (port->local ? number == XVS_OFPP_LOCAL : port->ofport == number)
			return port;
	return NULL;
}
