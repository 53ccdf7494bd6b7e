/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The filtering database: who is behind which port (IEEE 802.1Q-2018 8.8), as switchd keeps it.
 *
 * The table itself is the data path's (datapath/types.h: buckets in memory that both map), so there
 * is no second copy to disagree with it. switchd is its only writer. This module decides: what is
 * learned, what moves, what ages, what is evicted; fdb_table.h knows how to write a bucket so that
 * a concurrent reader is never misled.
 *
 * Complications:
 * - An entry keeps neither its bridge nor its place in any list, so that a million of them cost 64
 * MB and nothing else. Bounds are counted per bridge in an array; ageing and
 * eviction scan. A bridge that is full evicts a batch at once (a 32nd of its bound, from the port
 * that has most, least recently used first), so that a scan is paid for by many insertions even
 * when somebody floods it.
 * - Time is xvs_shared.now: seconds that a switchd was there to count. It stands still while no
 * switchd runs (then no event is lost for the table would age unseen), and does not follow the wall
 * clock.
 * - The table outlives switchd. fdb_open() scans what it finds and counts it; entries of ports or
 * bridges that are not configured any more go with fdb_sweep().
 */
#ifndef XVS_FDB_H
#define XVS_FDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "db/vlan.h"
#include "switchd/dp.h"

#define FDB_AGING_DEFAULT 300  /* seconds; Open vSwitch: other-config:mac-aging-time */
#define FDB_SIZE_DEFAULT  8192 /* entries per bridge; Open vSwitch: other-config:mac-table-size */
#define FDB_SIZE_MAX      1048576 /* entries per bridge and per instance */

struct fdb;

/* Bounds of one filtering database: a bridge's, shared by all its VLANs. */
struct fdb_limits {
	uint32_t aging; /* seconds, 0: never */
	uint32_t size;  /* entries, static ones not counted */
};

/* What an entry is found by. */
struct fdb_id {
	uint8_t mac[6];
	uint16_t vlan;   /* VID, 0 to 4094 */
	uint16_t bridge; /* number */
};

struct fdb_entry {
	struct fdb_id id;
	uint16_t port;
	uint8_t egress; /* enum xvs_egress: how frames for it leave */
	bool is_static;
	uint32_t age; /* seconds since a frame last came from it */
};

struct fdb_stats { /* of one bridge; vocabulary of ovs-appctl fdb/stats-show */
	uint32_t current;
	uint32_t current_static;
	uint32_t max; /* the bound */
	uint64_t learned;
	uint64_t expired;
	uint64_t evicted;
	uint64_t moved;
	uint64_t static_blocked; /* moves that a static entry forbade; counted in the reports it
				    caused */
};

/*
 * Opens the FDB of a data path: adopts the entries that are in it. dp must outlive it. Bridges and
 * ports are announced with fdb_bridge_set() and fdb_port_set() before anything is learned for them.
 */
int fdb_open(const struct dp_class *dpc, struct dp *dp, struct fdb **fdb, struct error *error);
void fdb_close(struct fdb *fdb);

/*
 * Announces a bridge (`bridge` is a small number of the caller's, 1 to XVS_PORTS_MAX - 1) with its
 * bounds, or changes them: a smaller size evicts at once. May resize the table for all bridges; the
 * table is at most half full when every bridge is. -ENOSPC with a sentence when the sum of sizes is
 * over FDB_SIZE_MAX.
 */
int fdb_bridge_set(struct fdb *fdb, uint16_t bridge, const struct fdb_limits *limits,
		   struct error *error);
void fdb_bridge_del(struct fdb *fdb, uint16_t bridge); /* with its entries */

/* An event of the data path: learns, moves, or ignores. Wired to dp_class.event_read(). */
void fdb_event(const struct xvs_event *event, void *fdb);

/* A port that learns: of which bridge it is, and which VLANs it carries in what form. */
struct fdb_port {
	uint16_t bridge;
	struct db_vlan vlan;
};

/* NULL: it does not learn. So it is with unknown ports: a late event must not bring a removed
 * port's address back. */
void fdb_port_set(struct fdb *fdb, uint16_t number, const struct fdb_port *port);

/*
 * Once a second, with the seconds of monotonic time since the last call: moves xvs_shared.now on by
 * one (a process that was stopped for minutes has not seen the frames of these minutes) and now and
 * then scans a part of the table for aged entries, so that every entry goes within a second or two
 * of its time.
 */
void fdb_tick(struct fdb *fdb);

/* Adds a static entry, in place of a learned one if there is one. */
int fdb_add_static(struct fdb *fdb, const struct fdb_id *id, uint16_t port, enum xvs_egress egress,
		   struct error *error);

/* Removes an entry, static or learned. -ENOENT with a sentence. */
int fdb_del(struct fdb *fdb, const struct fdb_id *id, struct error *error);

/* 0 and the entry, or -ENOENT. */
int fdb_lookup(struct fdb *fdb, const struct fdb_id *id, struct fdb_entry *entry);

/* Removes learned entries, of a bridge or, with 0, of all. */
void fdb_flush(struct fdb *fdb, uint16_t bridge);

/* Removes entries, static ones too, for which keep() says false: after a start, and when a port
 * goes. */
void fdb_sweep(struct fdb *fdb, bool (*keep)(const struct fdb_entry *entry, void *arg), void *arg);

/* Calls fn for every entry of a bridge, in table order. fn must not change the table. */
void fdb_each(struct fdb *fdb, uint16_t bridge,
	      void (*fn)(const struct fdb_entry *entry, void *arg), void *arg);

int fdb_bridge_stats(struct fdb *fdb, uint16_t bridge, struct fdb_stats *stats);

#endif
