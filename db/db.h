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
#define DB_METERS_MAX  4095

struct db;

/*
 * Opens the database file, makes it (with its folder) when it is missing, and brings an older
 * schema up to this version. Refuses, and leaves the file untouched, when it is damaged, of a newer
 * schema, or not ours: never does an unreadable database pass for an empty one. Waits for another
 * process's lock at most 5 s.
 */
int db_open(const char *path, struct db **db, struct error *error);

/* A switch with nothing configured, in memory: a draft, gone when it is closed. */
int db_open_draft(struct db **db, struct error *error);

/* Lets the interfaces of a draft that has none yet have the OpenFlow port numbers that they have in
 * `like`, and all others such as no interface of the bridge has there. */
int db_draft_reserve(struct db *draft, struct db *like, struct error *error);
void db_close(struct db *db);

/* Transactions do not nest. db_commit() that fails has rolled back. */
int db_begin(struct db *db, struct error *error);
int db_commit(struct db *db, struct error *error);
void db_rollback(struct db *db);

/* Writes what the transaction has changed as far as can be done before it is committed: a full disk
 * is found now, not when others have been told. */
int db_flush(struct db *db, struct error *error);

bool db_in_transaction(const struct db *db);

/* Has anything been written since db_begin()? */
bool db_changed(const struct db *db);

/*
 * Records by name. A record is named by its UUID or the first characters of it, by the value of its
 * table's name column, by the name of the record that refers to it, or by "." if it is the only one
 * of its table. uuid is written to `uuid` (DB_UUID_LEN + 1 octets). -ENOENT with ovs-vsctl's
 * sentence: no row "x" in table Y; -EINVAL when it names several.
 */
int db_record_find(struct db *db, const struct db_table *table, const char *record, char *uuid,
		   struct error *error);
/*
 * Values of several columns of all records of a table, in the order in which they were made, or of
 * one record when `uuid` is not NULL: -ENOENT when there is none. Values are in the normal form of
 * datum.h, and `fn`'s only while it runs; that of a DB_LIVE column, which the switch knows and the
 * database does not, is NULL. What `fn` returns that is not 0 ends it.
 */
typedef int db_row_fn(const char *uuid, json_t *const *values, void *arg);
int db_select(struct db *db, const struct db_table *table, const char *uuid,
	      const struct db_column *const *columns, size_t n_columns, db_row_fn *fn, void *arg,
	      struct error *error);

/*
 * One value. The caller owns the returned reference. -ENODATA for a column of class DB_LIVE: ask
 * the switch.
 */
int db_get(struct db *db, const struct db_table *table, const char *uuid,
	   const struct db_column *column, json_t **value, struct error *error);

/* Checks and writes a column. `value` stays the caller's. -EINVAL with a sentence when it does not
 * fit. Records that it refers to may be made later in the transaction. */
int db_set(struct db *db, const struct db_table *table, const char *uuid,
	   const struct db_column *column, const json_t *value, struct error *error);

/*
 * Makes a record of this UUID, with columns at their defaults. `name` is that of a Bridge, Port or
 * Interface, NULL for other tables. What nothing refers to at the end of the transaction is
 * removed, but for records of root tables.
 */
int db_create(struct db *db, const struct db_table *table, const char *uuid, const char *name,
	      struct error *error);

/*
 * A record of a root table goes at once. Another one goes at the end of the transaction if nothing
 * refers to it then, and stays if something does; until then db_record_find() does not find it.
 */
int db_destroy(struct db *db, const struct db_table *table, const char *uuid, struct error *error);

/* Has db_destroy() been called for the record of this UUID in this transaction? What lists records
 * leaves it out, as far as it is still there. */
bool db_destroyed(const struct db *db, const char *uuid);

/* After db_settle(): the records that are still there though they were to be destroyed, each by its
 * name, or its UUID where it has none. */
typedef void db_spared_fn(const struct db_table *table, const char *name, void *arg);
int db_each_spared(struct db *db, db_spared_fn *fn, void *arg, struct error *error);

/* A new random UUID (RFC 4122 4.4). */
void db_uuid_make(char uuid[DB_UUID_LEN + 1]);

/*
 * To be called at the end of a transaction that has changed something. Removes records that nothing
 * refers to, and weak references to records that are gone; completes bridges and interfaces that
 * were made by db_create(); takes and gives the flow that a bridge has from the start, as fail_mode
 * has changed. -EINVAL with a sentence when a reference leads nowhere, or a port has
 * no interface.
 */
int db_settle(struct db *db, struct error *error);

/* Counts a change in Open_vSwitch:next_cfg, which begins anew at 0 after the greatest integer. */
int db_count_change(struct db *db, struct error *error);

/* Writes what emer-reset leaves of the configuration: see ovs-vsctl(8). */
int db_emergency_reset(struct db *db, struct error *error);

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
/* A port with one interface, both of this name. tag 0: none. */
int db_port_add(struct db *db, const char *bridge, const char *name, uint16_t tag,
		struct error *error);

/* A port with several interfaces. `fake_iface` asks for bond_fake_iface. */
struct db_bond {
	const char *bridge, *name;
	char **interfaces;
	int n_interfaces;
	uint16_t tag; /* 0: none */
	bool fake_iface;
};
int db_bond_add(struct db *db, const struct db_bond *bond, struct error *error);
/* Puts one more interface into a port, or takes one out of the port that it is of, which may not be
 * its last. -ENOENT when there is no such port or interface, -EEXIST, -EINVAL with a sentence. */
int db_bond_interface_add(struct db *db, const char *port, const char *name, struct error *error);
int db_bond_interface_del(struct db *db, const char *name, struct error *error);
int db_port_del(struct db *db, const char *name, struct error *error);

/*
 * Bridges and ports by name, as they are inside a running transaction. A fake bridge is one of
 * those that a name may mean; it shows the ports of its parent that have its VLAN.
 */
struct db_bridge_name {
	char name[DB_NAME_MAX + 1];
	char real[DB_NAME_MAX + 1]; /* its parent's, or its own again */
	uint16_t vlan;              /* 0: a real one */
};
struct db_port_name {
	char name[DB_NAME_MAX + 1];
	struct db_bridge_name bridge; /* that it shows up on */
	bool local;                   /* of a bridge, real or fake */
};

/* All of them: 0, -ENOENT with ovs-vsctl's sentence, or another negative errno. */
int db_bridge_find(struct db *db, const char *name, struct db_bridge_name *bridge,
		   struct error *error);
int db_port_find(struct db *db, const char *name, struct db_port_name *port, struct error *error);
/* The port that an interface is of. */
int db_interface_find(struct db *db, const char *name, struct db_port_name *port,
		      struct error *error);

/* The OpenFlow port number of an interface of a real bridge, and back: 0, -ENOENT without a
 * sentence, or another negative errno. One that has none yet is given one. */
int db_ofport_find(struct db *db, const char *bridge, const char *interface, uint16_t *ofport,
		   struct error *error);
int db_ofport_name(struct db *db, const char *bridge, uint16_t ofport, char name[DB_NAME_MAX + 1],
		   struct error *error);

/* What the configuration says about a port's VLANs. */
int db_port_vlan(struct db *db, const char *port, struct db_vlan *vlan, struct error *error);

/* Names in order; local ports are left out. */
typedef void db_name_fn(const char *name, void *arg);
int db_bridge_names(struct db *db, bool real, bool fake, db_name_fn *fn, void *arg,
		    struct error *error);
int db_port_names(struct db *db, const struct db_bridge_name *bridge, db_name_fn *fn, void *arg,
		  struct error *error);
int db_interface_names(struct db *db, const struct db_bridge_name *bridge, db_name_fn *fn,
		       void *arg, struct error *error);
/* Of one port, in the order in which they were given. */
int db_port_interfaces(struct db *db, const char *port, db_name_fn *fn, void *arg,
		       struct error *error);

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

/*
 * Flows, groups and meters of OpenFlow, and what mod-port says of a port. They are rows like any
 * other, in the same transactions; but there may be very many, so that they are no part of
 * db_config_load(): who keeps them asks which ones have changed. Matches, actions and buckets are
 * texts that add-flow and add-group read, in the words of who said them, with port numbers.
 */
struct db_flow {
	int64_t id;
	uint16_t bridge; /* number */
	uint8_t table;
	uint16_t priority;
	uint64_t cookie;
	uint16_t idle_timeout, hard_timeout, importance; /* timeouts in seconds, 0: none */
	uint16_t flags;                                  /* enum flow_flags */
	bool is_default;            /* the one that a bridge has from the start: flow_default.h */
	int64_t created_us;         /* CLOCK_BOOTTIME when it was made, of the boot `boot` */
	int64_t modified_us;        /* when it was last modified, or made */
	char boot[DB_UUID_LEN + 1]; /* /proc/sys/kernel/random/boot_id */
	const char *match, *actions;
};
struct db_group {
	int64_t id;
	uint16_t bridge;
	uint32_t group;
	int64_t created_us; /* as of a flow; a group that gets other buckets keeps it */
	const char *boot;
	const char *text;     /* "type=select,bucket=..." */
	const char *counters; /* db_group_counters_set(); "": nothing has been noted */
};
struct db_meter {
	int64_t id;
	uint16_t bridge;
	uint32_t meter;
	uint16_t number;    /* in the data path, 1 and up */
	int64_t created_us; /* as of a group */
	const char *boot;
	const char *text; /* "kbps bands=..." */
};

/* Puts in a flow, in place of one of the same bridge, table, priority and match, whose id it keeps.
 * `id`, and `bridge`, are not looked at. -ENOENT when there is no such bridge. */
int db_flow_put(struct db *db, const char *bridge, const struct db_flow *flow, struct error *error);
/* One that is not there (any more) is as good as deleted: 0. The id is given to no other. */
int db_flow_del(struct db *db, int64_t id, struct error *error);
int db_flow_clear(struct db *db, const char *bridge, struct error *error); /* all of them */
int db_group_put(struct db *db, const char *bridge, uint32_t group, const char *text,
		 struct error *error);
int db_group_del(struct db *db, int64_t id, struct error *error);
/* Notes which counters the group has in the data path, until it gets other buckets. */
int db_group_counters_set(struct db *db, int64_t id, const char *counters, struct error *error);
int db_meter_put(struct db *db, const char *bridge, uint32_t meter, const char *text,
		 struct error *error); /* keeps its number */
int db_meter_del(struct db *db, int64_t id, struct error *error);

/* The id of a bridge's group or meter by its number; 0: there is none. */
int db_group_find(struct db *db, const char *bridge, uint32_t group, int64_t *id,
		  struct error *error);
int db_meter_find(struct db *db, const char *bridge, uint32_t meter, int64_t *id,
		  struct error *error);

/* Strings are the callee's only while it runs. What it returns that is not 0 ends the reading. It
 * changes nothing of what is read, and does not begin the same reading again. */
typedef int db_flow_fn(const struct db_flow *flow, void *arg);
typedef int db_group_fn(const struct db_group *group, void *arg);
typedef int db_meter_fn(const struct db_meter *meter, void *arg);
/* bridge NULL: all, in the order in which they were made; else flows by table, priority, the
 * highest first, and match, groups and meters by their numbers. */
int db_flow_each(struct db *db, const char *bridge, db_flow_fn *fn, void *arg, struct error *error);
int db_group_each(struct db *db, const char *bridge, db_group_fn *fn, void *arg,
		  struct error *error);
int db_meter_each(struct db *db, const char *bridge, db_meter_fn *fn, void *arg,
		  struct error *error);
/* 1 when a bridge that is not secure has lost the flow that it had from the start, and has none in
 * its place; 0, or an error. */
int db_flow_default_is_gone(struct db *db, const char *bridge, struct error *error);

/* One of them; fn is not called when it is not there (any more). */
int db_flow_get(struct db *db, int64_t id, db_flow_fn *fn, void *arg, struct error *error);

/*
 * The ids of flows that were put in, changed or removed since they were last taken, in or out of
 * transactions, each once: of a transaction that is rolled back, too, for whoever has taken them
 * before. The first time, and when there are too many to tell (after emer-reset, say), `all` is set
 * instead. The caller frees *ids. Groups and meters are few: one flag says that any has changed.
 */
struct db_flow_changes {
	int64_t *ids;
	size_t count;
	bool all;
	bool groups_or_meters;
};
void db_flow_changes_take(struct db *db, struct db_flow_changes *changes);
bool db_flow_changes_wait(const struct db *db); /* is there anything to take? */

/* Bits of ofp_port_config of an interface, as mod-port sets them. */
enum db_port_config {
	DB_PORT_NO_RECV = 1 << 2,
	DB_PORT_NO_FLOOD = 1 << 4,
	DB_PORT_NO_FWD = 1 << 5,
	DB_PORT_NO_PACKET_IN = 1 << 6,
};
/* -ENOENT with a sentence. */
int db_port_config_set(struct db *db, const char *interface, uint32_t set, uint32_t clear,
		       struct error *error);
/* Those of which anything is set, by their names. */
typedef int db_port_config_fn(const char *bridge, const char *interface, uint32_t config,
			      void *arg);
int db_port_config_each(struct db *db, db_port_config_fn *fn, void *arg, struct error *error);

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
	char name[DB_NAME_MAX + 1]; /* of the interface; of several of a bond, the first */
	char bond[DB_NAME_MAX + 1]; /* name of the port that has several interfaces; empty: none */
	uint16_t number;            /* in the data path, unique in the instance */
	uint16_t ofport;            /* in the bridge, OpenFlow's: 1 and up, 65534 the local port */
	bool local; /* the bridge's own port, named as the bridge; an internal one */
	bool fake_bridge;
	enum db_port_type type;
	char peer[DB_NAME_MAX + 1]; /* options:peer of a patch port */
	uint8_t hwaddr[6];          /* of an internal one: for it, the same after every reboot */
	enum db_rx_hook rx_hook;
	uint32_t mtu_request; /* 0: none */
	uint32_t port_config; /* enum db_port_config */
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
	bool secure;             /* fail_mode: without flows it drops */
	bool has_flood_vlans;
	struct vlan_set flood_vlans;
	struct db_port *ports;
	struct db_static_mac *static_macs;
};

struct db_config {
	int64_t next_cfg;
	unsigned vlan_limit; /* other-config:vlan-limit: how many tags are looked at, 1 or 2 */
	struct db_bridge *bridges;
};

/* Trusts nothing that it reads: -EUCLEAN with a sentence that names the record when a name, UUID,
 * number or value is none that this switch has written. */
int db_config_load(struct db *db, struct db_config **config, struct error *error);

/* Do the columns of each record, which are checked one by one when they are set, fit each other?
 * -EINVAL with a sentence. For the end of a transaction. */
int db_config_check(const struct db_config *config, struct error *error);

void db_config_free(struct db_config *config);

#endif
