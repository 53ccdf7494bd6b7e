/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The switch as it is now: bridges and ports of the configuration, each with what became of it, and the
 * reconcile that keeps the data path like the configuration.
 *
 * All changes go one way: a command or an event changes the database or the picture of the devices, then
 * model_reconcile() (everything) or model_reconcile_port() (one port) makes the data path follow. Both are
 * written so that a run with nothing to do changes nothing; a start, a command, a device that comes and a
 * device that goes are the same code.
 */
#ifndef XVS_MODEL_H
#define XVS_MODEL_H

#include <stdbool.h>
#include <stdint.h>
#include "db/db.h"
#include "db/error.h"
#include "db/text.h"
#include "switchd/dp.h"
#include "switchd/link.h"

struct daemon;

enum port_state {
	PORT_ABSENT,  /* no device of this name */
	PORT_REFUSED, /* there is a device, but it can't be a port: `why` */
	PORT_DOWN,    /* attached, link down */
	PORT_UP,      /* frames flow */
};

struct port {
	struct port *next;           /* of its bridge, the local port first */
	const struct db_port *conf;  /* in model->config */
	struct bridge *bridge;
	struct link *link;           /* NULL when absent */
	enum port_state state;
	enum dp_hook hook;           /* what takes its frames */
	struct error why;            /* why it is absent or refused, or what is less than wanted; empty: all well */
};

struct bridge {
	struct bridge *next;
	const struct db_bridge *conf;
	struct port *ports;
};

struct model {
	struct db_config *config; /* that `bridges` was made from */
	struct bridge *bridges;
};

int model_open(struct daemon *daemon, struct error *error); /* loads, adopts, reconciles */
void model_close(struct daemon *daemon);                    /* frees; the data path stays */

/* After shutdown was asked for: removes local ports' devices and puts all devices back as they were found. */
void model_teardown(struct daemon *daemon);

/*
 * Reads the configuration from the database (the open transaction included) and makes the data path follow.
 * An error is one that the user must hear of: something asked for is impossible. A device that is absent or
 * refused by its driver is no error: the port says so. Sentences about such ports that appeared in this run
 * are added to `warning`, one a line, when it is not NULL.
 */
int model_reconcile(struct daemon *daemon, struct text *warning, struct error *error);

/* Wired to link_table_open(). */
void model_link_changed(enum link_change change, struct link *link, const char *old_name, void *daemon);

struct bridge *model_bridge(struct model *model, const char *name);  /* NULL when there is none */
struct port *model_port(struct model *model, const char *name);      /* local ports too */
struct port *model_port_by_number(struct model *model, uint16_t number);

#endif
