/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OpenFlow ports in texts: a number, the name of a port, or that of one of OpenFlow's own ports
 * (LOCAL, IN_PORT …), in capitals or not.
 */
#ifndef XVS_FLOW_PORT_H
#define XVS_FLOW_PORT_H

#include <stdbool.h>
#include <stdint.h>
#include "db/text.h"
#include "switchd/flow.h"

/* False when there is none of this name or number. A name may be quoted as in JSON; `ports` NULL:
 * names of ports are unknown. */
bool flow_port_parse(const char *text, const struct flow_ports *ports, uint16_t *port);

/* The name where OpenFlow has one or `ports` knows one, quoted as in JSON unless it is a plain
 * word; else the number. flow_port_parse() reads it back. */
void flow_port_print(struct text *text, const struct flow_ports *ports, uint16_t port);

#endif
