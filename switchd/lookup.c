/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/lookup.h"

#include <errno.h>
#include <string.h>

const struct db_port *lookup_fake(const struct db_bridge *bridge, const struct db_port *port)
{
	if (port->local || port->fake_bridge || !port->vlan.tag)
		return NULL;
	for (const struct db_port *fake = bridge->ports; fake; fake = fake->next)
		if (fake->fake_bridge && fake->vlan.tag == port->vlan.tag)
			return fake;
	return NULL;
}

const char *lookup_name(const struct lookup *lookup)
{
	return lookup->fake ? lookup->fake->name : lookup->bridge->name;
}

bool lookup_shows(const struct lookup *lookup, const struct db_port *port)
{
	return !port->local && !port->fake_bridge &&
	       lookup_fake(lookup->bridge, port) == lookup->fake;
}

static bool find_bridge(struct lookup *lookup, const char *name)
{
	for (const struct db_bridge *bridge = lookup->config->bridges; bridge;
	     bridge = bridge->next) {
		lookup->bridge = bridge;
		lookup->fake = NULL;
		if (!strcmp(bridge->name, name))
			return true;
		for (lookup->fake = bridge->ports; lookup->fake; lookup->fake = lookup->fake->next)
			if (lookup->fake->fake_bridge && !strcmp(lookup->fake->name, name))
				return true;
	}
	return false;
}

static bool find_port(struct lookup *lookup, const char *name)
{
	for (const struct db_bridge *bridge = lookup->config->bridges; bridge;
	     bridge = bridge->next)
		for (const struct db_port *port = bridge->ports; port; port = port->next)
			if (!strcmp(port->name, name)) {
				lookup->bridge = bridge;
				lookup->port = port;
				lookup->fake = lookup_fake(bridge, port);
				return true;
			}
	return false;
}

int lookup_bridge(struct db *db, const char *name, struct lookup *lookup, struct error *error)
{
	int result;

	*lookup = (struct lookup){};
	result = db_config_load(db, &lookup->config, error);
	if (result < 0 || find_bridge(lookup, name))
		return result;
	return error_set(error, -ENOENT, "no bridge named %s", name);
}

int lookup_port(struct db *db, const char *name, struct lookup *lookup, struct error *error)
{
	int result;

	*lookup = (struct lookup){};
	result = db_config_load(db, &lookup->config, error);
	if (result < 0 || find_port(lookup, name))
		return result;
	return error_set(error, -ENOENT, "no port named %s", name);
}

void lookup_free(struct lookup *lookup)
{
	if (lookup->config)
		db_config_free(lookup->config);
}
