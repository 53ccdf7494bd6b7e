/* SPDX-License-Identifier: BSD-2-Clause */
/* Ports as OpenFlow describes them. */
#ifndef XVS_PORT_DESC_H
#define XVS_PORT_DESC_H

#include "switchd/daemon.h"
#include "switchd/model.h"
#include "switchd/openflow.h"

/* The ports of a bridge that have a device, by their numbers, the local port last, as
 * dump-ports-desc prints them; `only`: one of them, NULL: all. */
void port_desc_print(struct text *output, struct daemon *daemon, const struct bridge *bridge,
		     const struct db_port *only, enum openflow version);

#endif
