/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bridges and ports by name in the configuration as it is inside a running transaction: a
 * sub-command sees what those before it in the chain have done, which the model does not know
 * before reconcile.
 */
#ifndef XVS_LOOKUP_H
#define XVS_LOOKUP_H

#include "db/db.h"

struct lookup {
	struct db_config *config;
	const struct db_bridge *bridge; /* found by its name, or the one that the port is on */
	const struct db_port
		*fake; /* the bridge meant is this fake one of `bridge`; NULL: itself */
	const struct db_port *port;
};

/* The fake bridge of a bridge that a port shows up on, for being in its VLAN; NULL: none. */
const struct db_port *lookup_fake(const struct db_bridge *bridge, const struct db_port *port);

/* The name of the bridge, real or fake, that was found. */
const char *lookup_name(const struct lookup *lookup);

/* Does a port show up on the bridge that was found? Its own does not. */
bool lookup_shows(const struct lookup *lookup, const struct db_port *port);

/*
 * Both return 0, -ENOENT with a sentence, or another negative errno with a sentence. The caller
 * calls lookup_free() in every case. Local ports are ports, too, and fake bridges are bridges.
 */
int lookup_bridge(struct db *db, const char *name, struct lookup *lookup, struct error *error);
int lookup_port(struct db *db, const char *name, struct lookup *lookup, struct error *error);
void lookup_free(struct lookup *lookup);

#endif
