/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A port as it should be: worked out from its configuration and its device.
 */
#ifndef XVS_PORT_H
#define XVS_PORT_H

struct daemon;
struct port;

/*
 * Finds the port's device (makes that of an internal or patch port) and fills in state, link, want
 * and why. Changes nothing in the data path.
 */
void port_prepare(struct daemon *daemon, struct port *port);

/* The device cannot be a port, and why. */
__attribute__((format(printf, 2, 3))) void port_refuse(struct port *port, const char *format, ...);

/* There is no device of the port's name. */
void port_absent(struct port *port);

/* Adds a sentence to port->why; an empty one adds nothing. */
__attribute__((format(printf, 2, 3))) void port_say(struct port *port, const char *format, ...);

#endif
