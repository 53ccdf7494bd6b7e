/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bridge as commands of ovs-ofctl see it: its ports by number and by name, as they are inside the
 * running transaction.
 */
#ifndef XVS_FLOW_SITE_H
#define XVS_FLOW_SITE_H

#include "db/db.h"
#include "switchd/command.h"
#include "switchd/flow.h"

struct flow_site {
	struct flow_ports ports; /* its arg is the site; a name is valid until the next one */
	char port_name[DB_NAME_MAX + 1]; /* that name */
	struct command_call *call;
	const char *bridge;
	const struct db_bridge *conf; /* NULL: not looked for yet */
	struct db_config *config;     /* that `conf` is of; NULL: it is the model's */
};

/* -ENOENT with ovs-ofctl's sentence when there is no such bridge. To be closed in any case. */
int flow_site_open(struct flow_site *site, struct command_call *call, const char *bridge);
void flow_site_close(struct flow_site *site);

/* The bridge's configuration, which is read when it is first asked for; NULL when it can't be. */
const struct db_bridge *flow_site_conf(struct flow_site *site);

/* A port by its name or OpenFlow number; NULL when there is none. */
const struct db_port *flow_site_port(struct flow_site *site, const char *word);

#endif
