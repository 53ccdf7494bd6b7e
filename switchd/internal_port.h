/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Internal ports (Open vSwitch: Interface type=internal): a network device on the host that is
 * named as the port. Each bridge has one, its local port, named as the bridge.
 *
 * It is a veth pair (pair.h). One end is named as the port and is the user's: addresses,
 * administrative state (made down, as a new device is), even its name and namespace. The other end
 * is hidden and an ordinary port of the switch; its name follows from instance and port.
 */
#ifndef XVS_INTERNAL_PORT_H
#define XVS_INTERNAL_PORT_H

#include <stdbool.h>
#include "db/error.h"

struct daemon;
struct link;
struct port;

/*
 * Finds the pair, or makes it where there is none, and brings it in step: MAC address and requested
 * MTU on the user's end; the hidden end up, with the MTU of the other. Sets port->link to the
 * hidden end and *host to the user's, NULL when that has gone to another namespace. -EEXIST with a
 * sentence when a device that is not ours has the name; -EINPROGRESS without one: another pair of
 * the switch's has to go first (pair.h).
 */
int internal_port_prepare(struct daemon *daemon, struct port *port, struct link **host,
			  struct error *error);

/* Is there a pair for a port of this name? */
bool internal_port_exists(struct daemon *daemon, const char *name);

#endif
