/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/lookup.h"

#include <errno.h>
#include <string.h>

int lookup_bridge(struct db *db, const char *name, struct lookup *lookup, struct error *error)
{
	int result;

	*lookup = (struct lookup){};
	result = db_config_load(db, &lookup->config, error);
	if (result < 0)
		return result;
	for (const struct db_bridge *b = lookup->config->bridges; b; b = b->next) {
		if (!strcmp(b->name, name)) {
			lookup->bridge = b;
			return 0;
		}
	}
	return error_set(error, -ENOENT, "no bridge named %s", name);
}

int lookup_port(struct db *db, const char *name, struct lookup *lookup, struct error *error)
{
	int result;

	*lookup = (struct lookup){};
	result = db_config_load(db, &lookup->config, error);
	if (result < 0)
		return result;
	for (const struct db_bridge *b = lookup->config->bridges; b; b = b->next) {
		for (const struct db_port *p = b->ports; p; p = p->next) {
			if (!strcmp(p->name, name)) {
				lookup->bridge = b;
				lookup->port = p;
				return 0;
			}
		}
	}
	return error_set(error, -ENOENT, "no port named %s", name);
}

void lookup_free(struct lookup *lookup)
{
	if (lookup->config)
		db_config_free(lookup->config);
}
