/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef XVS_DB_PORT_H
#define XVS_DB_PORT_H

#include <stdint.h>
#include "db/store.h"

#define OFPORT_LOCAL 65534 /* OFPP_LOCAL of OpenFlow 1.0 */
#define OFPORT_LAST  65279 /* OFPP_MAX less one, as Interface:ofport_request has it */

/* A port with its interfaces, to be added. */
struct port_row {
	const char *name;  /* checked */
	char **interfaces; /* their names, checked; NULL: one, of the port's name */
	int n_interfaces;
	const char *type; /* of each interface */
	int64_t ofport;   /* of the first; 0: the lowest free one */
	uint16_t tag;     /* 0: none */
	bool fake_bridge, bond_fake_iface;
};
int port_insert(struct db *db, int64_t bridge, const struct port_row *port, struct error *error);

/* A new interface that belongs to no port yet. */
int port_insert_interface(struct db *db, const char *uuid, const char *name, struct error *error);

/* An interface's bridge and OpenFlow port number there: `wanted` if it is free, 0: any. */
int port_number_interface(struct db *db, int64_t interface, int64_t bridge, int64_t wanted,
			  struct error *error);

/* Gives an interface the OpenFlow port number that it asks for, if no other of its bridge has it.
 */
int port_request_ofport(struct db *db, const char *interface_uuid, int64_t ofport,
			struct error *error);

/* The _id of a port of this bridge. -ENOENT with a sentence. */
int port_find(struct db *db, int64_t bridge_id, const char *bridge, const char *name, int64_t *id,
	      struct error *error);

#endif
