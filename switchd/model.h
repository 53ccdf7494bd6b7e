/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The switch as it is now: bridges and ports of the configuration, each with what became of it, and
 * the reconcile that keeps the data path like the configuration.
 *
 * All changes go one way: a command or an event changes the database or the picture of the devices,
 * then model_reconcile() (everything) or model_link_changed() (the ports concerned) makes the data
 * path follow. Both are written so that a run with nothing to do changes nothing; a start, a
 * command, a device that comes and a device that goes are the same code: reconcile.c, in whose
 * order no frame is lost that could go on and none goes to a bridge that is not its own.
 *
 * What is wanted (bridges, ports) is made anew from each configuration. What was done about it
 * (attachments, groups, static entries) stays, by the numbers that the data path knows, and is the
 * other side of the comparison.
 */
#ifndef XVS_MODEL_H
#define XVS_MODEL_H

#include <stdbool.h>
#include <stdint.h>
#include "db/db.h"
#include "db/error.h"
#include "db/text.h"
#include "switchd/dp.h"
#include "switchd/fdb.h"
#include "switchd/link.h"

struct attachment;
struct daemon;
struct group;
struct static_mac;

enum port_state {
	PORT_ABSENT,  /* no device of this name */
	PORT_REFUSED, /* there is a device, but it can't be a port: `why` */
	PORT_DOWN,    /* attached, link down */
	PORT_UP,      /* frames flow */
};

struct port {
	struct port *next;          /* of its bridge, the local port first */
	const struct db_port *conf; /* in model->config */
	struct bridge *bridge;
	struct link *link; /* NULL when absent; of an internal port, the hidden end of its pair */
	enum port_state state;
	enum dp_hook hook; /* what takes its frames */
	struct error
		why; /* why it is absent or refused, or what is less than wanted; empty: all well */
	struct error told; /* `why` and `state` as they were logged */
	enum port_state told_state;
	bool waits; /* for model_settled(): until then its device can't be made, or changed for good
		     */
	bool asked; /* its type is new with this configuration: that it can't be so is an error */
	struct dp_port
		want; /* what the data path should hold, while state is PORT_DOWN or PORT_UP */
};

struct bridge {
	struct bridge *next;
	const struct db_bridge *conf;
	struct port *ports;
	bool flows; /* its flows say what becomes of frames: flow_table_in_use() */
};

/* A bridge as the FDB was told of it. */
struct known_bridge {
	char uuid[DB_UUID_LEN + 1];  /* empty: not told */
	struct fdb_limits limits;    /* size 0: not told of any */
	struct vlan_set flood_vlans; /* nothing that was learned in these is left */
};

struct model {
	struct db_config *config; /* that `bridges` was made from */
	struct bridge *bridges;

	/* The rest is for switchd/model.c and reconcile.c and the nouns they use. */
	struct port **by_name; /* sorted */
	size_t n_ports;
	struct port *by_number[XVS_PORTS_MAX];
	struct bridge *bridge_by_number[XVS_BRIDGES_MAX];

	struct attachment
		*attachments[XVS_PORTS_MAX]; /* by port number: what is in the data path */
	struct known_bridge known_bridges[XVS_BRIDGES_MAX]; /* by bridge number */
	struct group *groups[XVS_BRIDGES_MAX];              /* by bridge number */
	struct static_mac *statics;                         /* sorted by what they are found by */
	size_t n_statics;

	bool adopted; /* the first reconcile is done: nothing is in the data path that we don't know
			 of */
	bool running; /* reconcile is at work: its own changes of devices come back as events */
	bool again;   /* and something happened in the meantime */
	bool tentative; /* the configuration may yet be rolled back: the switch's own devices stay
			 */
};

int model_open(struct daemon *daemon, struct error *error); /* loads, adopts, reconciles */
void model_close(struct daemon *daemon);                    /* frees; the data path stays */

/* After shutdown was asked for: removes internal and patch ports' devices and puts all devices back
 * as they were found. */
void model_teardown(struct daemon *daemon);

/*
 * Reads the configuration from the database (the open transaction included) and makes the data path
 * follow. An error is one that the user must hear of: something asked for is impossible. The rest
 * is done all the same; after a rollback, another run brings everything back in step with what was
 * committed. A device that is absent or refused by its driver is no error: the port says so.
 * Sentences about such ports that appeared in this run are added to `warning`, one a line. NULL:
 * nobody asks for anything, as after a rollback; a configuration that does not fit is only logged.
 */
int model_reconcile(struct daemon *daemon, struct text *warning, struct error *error);

/* To be called when it is certain that the configuration stays: after a commit, or after the
 * reconcile that followed a rollback. Removes devices of the switch's own that no port wants, and
 * makes those that had to wait for that. Devices get the MTU that is asked for only now: nobody
 * would know what it was before. Sentences as those of model_reconcile() are added to `warning`. */
void model_settled(struct daemon *daemon, struct text *warning);

/* Wired to link_table_open(). Events before model_open() are ignored: it reads the whole picture.
 */
void model_link_changed(enum link_change change, struct link *link, const char *old_name,
			void *daemon);

/*
 * May this device be a port? -EINVAL or -EBUSY with a sentence that says why not and what to do:
 * the loopback device, what carries no Ethernet frames, another bridge, a device that belongs to
 * one (it is named), the device of a bridge's own port.
 */
int model_link_check(struct daemon *daemon, const struct link *link, struct error *error);

struct bridge *model_bridge(struct model *model, const char *name); /* NULL when there is none */
struct port *model_port(struct model *model, const char *name);     /* local ports too */
struct port *model_port_by_number(struct model *model, uint16_t number);

/* Is it in the data path, or going to be in this run? */
static inline bool port_attachable(const struct port *port)
{
	return port->state == PORT_DOWN || port->state == PORT_UP;
}

#endif
