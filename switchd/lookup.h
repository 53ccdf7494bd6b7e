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
	const struct db_port *port;
};

/*
 * Both return 0, -ENOENT with a sentence, or another negative errno with a sentence. The caller
 * calls lookup_free() in every case. Local ports are ports, too.
 */
int lookup_bridge(struct db *db, const char *name, struct lookup *lookup, struct error *error);
int lookup_port(struct db *db, const char *name, struct lookup *lookup, struct error *error);
void lookup_free(struct lookup *lookup);

#endif
