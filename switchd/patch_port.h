/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Patch ports (Open vSwitch: Interface type=patch): two ports, each of which names the other in
 * options:peer, are the ends of a link. It is a veth pair (pair.h) whose ends are named as the
 * ports.
 */
#ifndef XVS_PATCH_PORT_H
#define XVS_PATCH_PORT_H

#include "db/error.h"

struct daemon;
struct link;
struct port;

/*
 * Finds the pair, or makes it, and brings both ends up. Sets port->link to the port's end and *peer
 * to the other. -EINVAL or -EEXIST with a sentence: the ports don't fit together, or another device
 * has the name. -EINPROGRESS without one: another pair of the switch's has to go first (pair.h).
 */
int patch_port_prepare(struct daemon *daemon, struct port *port, struct link **peer,
		       struct error *error);

#endif
