/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is in the data path under a port number, and what was done to the device for it.
 *
 * A port of the model is made anew with each configuration; its attachment stays until the port or
 * its device goes. link->user points to the attachment of the device.
 */
#ifndef XVS_ATTACHMENT_H
#define XVS_ATTACHMENT_H

#include <stdbool.h>
#include <stdint.h>
#include "db/db.h"
#include "switchd/dp.h"
#include "switchd/fdb.h"

struct daemon;
struct link;
struct port;

struct attachment {
	struct dp_port set; /* as port_set() was told; of an adopted one only number and ifindex */
	struct dp_port_status status;
	struct db_saved_link saved;
	struct error device; /* what device_take() could not do; empty: nothing */
	bool hides;          /* the device may hide tags from XDP */
	bool learning;       /* what the FDB was told */
	struct fdb_port fdb; /* the same, while it learns */
	bool gone; /* its device went; one of the same ifindex that is there now is another, or came
		      back bare */
	uint32_t xdp_id; /* the device's XDP program when we last looked after it */
	unsigned heals;  /* how often it was put back, in the minute that began at heals_since */
	uint64_t heals_since;
};

/* Notes what an earlier switchd left in the data path. */
int attachment_adopt(struct daemon *daemon, uint16_t number, uint32_t ifindex);

/*
 * Makes the data path hold port->want. Takes the device over first; puts hooks back that somebody
 * removed, a few times a minute. The port becomes refused when it can't be; what is less than
 * wanted is in port->why.
 */
void attachment_set(struct daemon *daemon, struct port *port);

/*
 * Takes a port out of the data path, with what the FDB learned there still to be flushed. Its
 * device is given back, unless another port is going to take it.
 */
void attachment_del(struct daemon *daemon, uint16_t number);

void attachment_free_all(struct daemon *daemon);

#endif
