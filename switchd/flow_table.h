/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flows of the switch: those of the database in memory, and what of them is in the data path.
 *
 * A command changes the database only. flow_table_load() brings the entries in step with it, the
 * open transaction included, as often as anybody wants to look at them; flow_table_reconcile() has
 * the data path follow. When a transaction is rolled back, the next load takes back what it had
 * brought, and the next reconcile likewise.
 *
 * A bridge uses flows when what they say is not what it would do anyway: flow_table_in_use(). Else
 * it has none in the data path, and pays nothing for them.
 */
#ifndef XVS_FLOW_TABLE_H
#define XVS_FLOW_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "db/db.h"
#include "db/error.h"
#include "switchd/classifier.h"
#include "switchd/flow_counter.h"
#include "switchd/flow_store.h"

struct bridge;
struct daemon;
struct group_table;
struct meter_table;

/* A bridge's flows in the data path. */
struct flow_bridge {
	bool present;    /* it has a root: its frames can be looked up */
	bool baselined;  /* by the load that is at work: flow_counts_update() */
	uint16_t *ports; /* as the classifier was told: by OpenFlow number, the port */
	size_t n_ports;
	uint16_t local;
};

struct flow_table {
	struct flow_store store;
	STAILQ_HEAD(, flow_entry) pending; /* what the classifier is to be told of */
	struct flow_bridge bridges[XVS_BRIDGES_MAX];
	struct flow_counters counters;
	struct classifier *classifier;
	union xvs_flow_line *draft; /* the classifier's memory until the data path gives some */
	struct group_table *groups;
	struct meter_table *meters;
	size_t n_timed; /* flows with timeouts */
	bool stale;     /* all rows are to be read: at first, and when some could not be */
	bool loaded; /* from here on a flow that can't be is somebody's mistake, who hears of it */
	char boot[DB_UUID_LEN + 1];
};

int flow_table_open(struct daemon *daemon, struct error *error);
void flow_table_close(struct daemon *daemon);

/*
 * Brings the entries in step with the database. An error is that of the first row that can't be
 * read; the others are read all the same. At the start such rows are logged instead.
 */
int flow_table_load(struct daemon *daemon, struct error *error);

/* What was loaded is committed: what it has changed does not come back. */
void flow_table_committed(struct daemon *daemon);

/* The flow of a bridge that has no other, when it says what becomes of frames anyway; or NULL. */
struct flow_entry *flow_table_plain(const struct daemon *daemon, uint16_t bridge);

/* Does the bridge's traffic depend on its flows? Not when all frames get NORMAL anyway. */
bool flow_table_in_use(const struct daemon *daemon, const struct db_bridge *conf);

/*
 * Finds out whether the entries can be the data path's flows, and tells the classifier of them;
 * frames do not see it yet. An error is that of the first flow that can't be; the others are taken
 * all the same, and those that can't be are tried again the next time. At the start errors are
 * logged instead, and such flows left out. Who refuses a change for the error has the rows changed
 * back, and calls this again.
 */
int flow_table_prepare(struct daemon *daemon, struct error *error);

/*
 * Makes the data path's flows those of the entries, for all bridges that use them. Before ports are
 * set: when a port is told to look for flows, they are there. The first error is returned, and what
 * can be done is done all the same. Flows of bridges that go out of use stay as they were until
 * flow_table_retire().
 */
int flow_table_reconcile(struct daemon *daemon, struct error *error);

/* Removes from the data path what bridges had that use flows no more. After their ports were set:
 * no port looks for them. */
void flow_table_retire(struct daemon *daemon);

/* Tells the data path which port has which OpenFlow number, of those that are attached as they are
 * wanted. Returns 1 when that was something new. */
int flow_table_ports(struct daemon *daemon, const struct bridge *bridge, struct error *error);

/* Once a second, behind fdb_tick(): removes flows whose time is over. */
void flow_table_tick(struct daemon *daemon);

/* The flow is to be looked at by the next flow_table_reconcile(). */
void flow_table_touch(struct flow_table *table, struct flow_entry *entry);

#endif
