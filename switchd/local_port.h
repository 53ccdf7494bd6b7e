/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bridge's local port: the network device on the host that carries the bridge's name.
 *
 * It is a veth pair. One end is named as the bridge and is the user's: addresses, administrative
 * state (made down, as a new device is), even its name and namespace. The other end is hidden and
 * an ordinary port of the switch. The kernel keeps both without switchd; a new switchd knows them
 * by the hidden end's name, which follows from instance and bridge, and by the alias that both
 * carry.
 */
#ifndef XVS_LOCAL_PORT_H
#define XVS_LOCAL_PORT_H

#include <stdbool.h>
#include "db/error.h"

struct daemon;
struct link;
struct port;

/*
 * Finds the pair, or makes it where there is none, and brings it in step: MAC address and requested
 * MTU on the user's end; the hidden end up, with the MTU of the other. Sets port->link to the
 * hidden end and *host to the user's, NULL when that has gone to another namespace. -EEXIST with a
 * sentence when a device that is not ours has the name.
 */
int local_port_prepare(struct daemon *daemon, struct port *port, struct link **host,
		       struct error *error);

/* Is there a pair for a bridge of this name, if only half made by a switchd that was killed? */
bool local_port_exists(struct daemon *daemon, const char *bridge);

/* Removes the pair, if there is one. */
void local_port_remove(struct daemon *daemon, const char *bridge);

/* The bridge whose local port has this device as one of its ends; NULL when it is not one of this
 * instance. */
const char *local_port_bridge(const struct daemon *daemon, const struct link *link);

/* Is it an end of a local port of any instance? */
bool local_port_is_end(const struct link *link);

#endif
