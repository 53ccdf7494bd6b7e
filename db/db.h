/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The configuration database: what the switch should be, in SQLite, in Open vSwitch's tables and
 * columns.
 *
 * This folder is the only one that knows SQLite. It has three views of the same rows:
 * - records and columns by name, with OVSDB values (datum.h), for the commands that name tables;
 * - the few structural operations that keep Open_vSwitch > Bridge > Port > Interface whole;
 * - db_config_load(): all that the data path depends on, as plain structs, for reconcile.
 *
 * Every change is made inside a transaction. A committed one is on disk (WAL, synchronous=FULL).
 * Values are checked against schema.h before they are written, so that what is read can be trusted.
 */
#ifndef XVS_DB_H
#define XVS_DB_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "db/error.h"
#include "db/schema.h"
#include "db/vlan.h"

#define DB_UUID_LEN 36
#define DB_NAME_MAX 15 /* bridges and ports are network devices: IFNAMSIZ less the zero */

/* How many there may be; what the data path's numbers allow (datapath/types.h). */
#define DB_BRIDGES_MAX 4095
#define DB_PORTS_MAX   4095

struct db;

/*
 * Opens the database file, makes it (with its folder) when it is missing, and brings an older
 * schema up to this version. Refuses, and leaves the file untouched, when it is damaged, of a newer
 * schema, or not ours: never does an unreadable database pass for an empty one. Waits for another
 * process's lock at most 5 s.
 */
int db_open(const char *path, struct db **db, struct error *error);
void db_close(struct db *db);

/* Transactions do not nest. db_commit() that fails has rolled back. */
int db_begin(struct db *db, struct error *error);
int db_commit(struct db *db, struct error *error);
void db_rollback(struct db *db);

/* Has anything been written since db_begin()? */
bool db_changed(const struct db *db);

/*
 * Records by name. A record is named by its UUID, the value of its table's name column, or "." for
 * the only record of a table that has exactly one. uuid is written to `uuid` (DB_UUID_LEN + 1
 * octets). -ENOENT with ovs-vsctl's sentence: no row "x" in table Y.
 */
int db_record_find(struct db *db, const struct db_table *table, const char *record, char *uuid,
		   struct error *error);
int db_record_each(struct db *db, const struct db_table *table,
		   int (*fn)(const char *uuid, void *arg), void *arg, struct error *error);

/*
 * A column's value as RFC 7047 5.1 writes it. The caller owns the returned reference. Columns of
 * class DB_LIVE are not in the database: -ENODATA, ask the switch.
 */
int db_get(struct db *db, const struct db_table *table, const char *uuid,
	   const struct db_column *column, json_t **value, struct error *error);

/* Checks and writes a column. `value` stays the caller's. -EINVAL with a sentence when it does not
 * fit. */
int db_set(struct db *db, const struct db_table *table, const char *uuid,
	   const struct db_column *column, const json_t *value, struct error *error);

/*
 * Structure. Names are checked: 1 to 15 characters, no slash, no white space, not "." or "..", not
 * taken by another bridge or port (both are named in the sentence). A bridge has its local port
 * from the start. Numbers for the data path (bridge, filtering id, port) are the lowest free ones.
 */
int db_bridge_add(struct db *db, const char *name, struct error *error);
int db_bridge_del(struct db *db, const char *name, struct error *error); /* with its ports */

/*
 * A fake bridge, as Open vSwitch calls it: a port of bridge `parent`, with a network device on the
 * host, that stands for one of its VLANs. -ENOENT, or -EINVAL for a VLAN that is none or is taken,
 * with a sentence.
 */
int db_fake_bridge_add(struct db *db, const char *name, const char *parent, uint16_t vlan,
		       struct error *error);
/* tag 0: none. */
int db_port_add(struct db *db, const char *bridge, const char *name, uint16_t tag,
		struct error *error);
int db_port_del(struct db *db, const char *name, struct error *error);

int db_static_mac_add(struct db *db, const char *bridge, const char *port, uint16_t vlan,
		      const uint8_t mac[6], struct error *error);
/* -ENOENT with a sentence when it is not there. */
int db_static_mac_del(struct db *db, const char *bridge, uint16_t vlan, const uint8_t mac[6],
		      struct error *error);

/* What a device was like before it became a port, so that it can be put back after any number of
 * restarts. */
struct db_saved_link {
	uint32_t ifindex;
	char name[DB_NAME_MAX + 1];
	bool promisc;       /* we switched promiscuous mode on */
	bool up;            /* we brought it up */
	char offloads[256]; /* those that we switched off, as link_offload_hiding() names them */
};
/* Outside the command's transaction too: written at once when none is open. */
int db_saved_link_put(struct db *db, const struct db_saved_link *saved, struct error *error);
int db_saved_link_get(struct db *db, uint32_t ifindex,
		      struct db_saved_link *saved); /* 0 or -ENOENT */
int db_saved_link_del(struct db *db, uint32_t ifindex);

/* The configuration as plain structs. */

enum db_rx_hook { /* options:rx-hook */
		  DB_RX_AUTO,
		  DB_RX_XDP,
		  DB_RX_TC,
};

struct db_static_mac {
	struct db_static_mac *next;
	uint16_t vlan;
	uint16_t port; /* number */
	uint8_t mac[6];
};

enum db_port_type {                   /* Interface:type */
		    DB_PORT_SYSTEM,   /* a device that is there */
		    DB_PORT_INTERNAL, /* one that the switch makes */
		    DB_PORT_PATCH,    /* one end of a link between two bridges */
};

struct db_port {
	struct db_port
		*next; /* of the same bridge, in the order they were added; the local port first */
	char uuid[DB_UUID_LEN + 1];
	char name[DB_NAME_MAX + 1];
	uint16_t number; /* in the data path, unique in the instance */
	uint16_t ofport; /* in the bridge, OpenFlow's: 1 and up, 65534 the local port */
	bool local;      /* the bridge's own port, named as the bridge; an internal one */
	bool fake_bridge;
	enum db_port_type type;
	char peer[DB_NAME_MAX + 1]; /* options:peer of a patch port */
	uint8_t hwaddr[6];          /* of an internal one: for it, the same after every reboot */
	enum db_rx_hook rx_hook;
	uint32_t mtu_request; /* 0: none */
	struct db_vlan vlan;
};

struct db_bridge {
	struct db_bridge *next; /* in the order of their names */
	char uuid[DB_UUID_LEN + 1];
	char name[DB_NAME_MAX + 1];
	uint16_t number;   /* in the instance, 1 and up */
	uint8_t hwaddr[6]; /* other-config:hwaddr, or one derived from uuid: the same after every
			      reboot */
	uint32_t mac_aging_time; /* seconds; other-config, default 300 */
	uint32_t mac_table_size; /* entries; other-config, default 8192 */
	bool forward_bpdu;       /* other-config:forward-bpdu */
	bool has_flood_vlans;
	struct vlan_set flood_vlans;
	struct db_port *ports;
	struct db_static_mac *static_macs;
};

struct db_config {
	unsigned vlan_limit; /* other-config:vlan-limit: how many tags are looked at, 1 or 2 */
	struct db_bridge *bridges;
};

int db_config_load(struct db *db, struct db_config **config, struct error *error);

/* Do the columns of each record, which are checked one by one when they are set, fit each other?
 * -EINVAL with a sentence. For the end of a transaction. */
int db_config_check(const struct db_config *config, struct error *error);

void db_config_free(struct db_config *config);

#endif
