/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The running switchd: what the modules share, and the life of the process.
 *
 * Opened in this order, closed in the reverse one: log, instance (run folder, pid file, lock),
 * database, data path, links, FDB, flows, switch (the model and its first reconcile), control
 * socket. Only when the first reconcile is done does the control socket answer, and only then does
 * --detach return. The control socket alone is closed late, just before the instance is given back:
 * the answer to a shutdown says that it is done.
 */
#ifndef XVS_DAEMON_H
#define XVS_DAEMON_H

#include <stdbool.h>
#include "db/db.h"
#include "db/error.h"
#include "switchd/dp.h"
#include "switchd/fdb.h"
#include "switchd/instance.h"
#include "switchd/link.h"

struct control;
struct event;
struct event_base;
struct flow_table;
struct model;

struct daemon {
	struct instance instance;
	struct event_base *base;
	struct db *db;
	const struct dp_class *dpc;
	struct dp *dp;
	struct link_table *links;
	struct fdb *fdb;
	struct flow_table *flows;
	struct model *model; /* bridges and ports as they are now: switchd/model.h */
	struct control *control;
	struct event *events[5]; /* data path, clock, signals, data path's upkeep: daemon.c */
	bool teardown; /* at the end, remove the data path (shutdown) instead of leaving it */
};

/*
 * Opens everything and reconciles. The caller has filled in `instance`, the rest is zero. On error
 * nothing is left open.
 */
int daemon_open(struct daemon *daemon, const struct dp_class *dpc, struct error *error);

/* Works until SIGTERM, SIGINT or a shutdown. */
void daemon_run(struct daemon *daemon);

/* The data path has been changed: has it tended (struct dp_class) when nothing else is to be done.
 */
void daemon_tend(struct daemon *daemon);

/* Closes everything; the data path is left forwarding unless daemon->teardown. */
void daemon_close(struct daemon *daemon);

#endif
