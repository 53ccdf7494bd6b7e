/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All records of a database at one time, in memory: for whoever looks at the configuration as a
 * whole, to write it down or to compare it with another one.
 *
 * A record is told from others by where it stands, not by its UUID, which another database does not
 * know:
 * - Bridges, ports, interfaces and static addresses by their path: "br0", "br0/p1", "br0/p1/p1".
 * - The others by their content, in which UUIDs are replaced by the content or the path of what
 * they lead to, and by their signature: the content and all places from which they are referred to.
 * Two records with one signature can take each other's place.
 */
#ifndef XVS_SNAPSHOT_H
#define XVS_SNAPSHOT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include "db/db.h"

struct snapshot_record;

struct snapshot_place {
	struct snapshot_record *referrer;
	const struct db_column *column;
	const json_t *key; /* in a map, else NULL */
};

struct snapshot_record {
	const struct db_table *table;
	char uuid[DB_UUID_LEN + 1];
	json_t **values;                /* by column, in normal form; NULL for a live one */
	size_t position;                /* among the snapshot's records */
	struct snapshot_record *parent; /* the bridge of a port, the port of an interface */

	char *path;      /* NULL: a record without */
	char *content;   /* the rest: of records without a path */
	char *signature; /* begins with the table's name and the content */
	struct snapshot_place *places;
	size_t n_places;

	/* For the user of the snapshot, zero at first. */
	struct snapshot_record *mate; /* in another snapshot */
	unsigned number;
	bool done;
};

struct snapshot {
	struct snapshot_record **records; /* by table, in the order in which they were made */
	size_t n;
	json_t *by_uuid; /* position */
};

/* The open transaction included, which need not be settled. The caller frees it, on error too. */
int snapshot_load(struct snapshot *snapshot, struct db *db, struct error *error);
void snapshot_free(struct snapshot *snapshot);

/* NULL when there is none. */
struct snapshot_record *snapshot_find(const struct snapshot *snapshot, const char *uuid);

/* The record that a reference ["uuid", "..."] leads to. */
struct snapshot_record *snapshot_follow(const struct snapshot *snapshot, const json_t *reference);

/* The value of a column by its exact name, borrowed; NULL when the table has none. */
const json_t *snapshot_value(const struct snapshot_record *record, const char *column);

/* The name of a Bridge, Port or Interface. */
const char *snapshot_name(const struct snapshot_record *record);

/* Is it a reference that is stored as a value: no structural one? */
bool snapshot_refers(const struct db_column *column);

/* The target of an element of a set, or of a pair of a map. */
const json_t *snapshot_reference(const struct db_column *column, const json_t *element);

/*
 * The records by table, and in each by path or signature; numbers those of a table from 1. A new
 * array, or NULL and a sentence.
 */
struct snapshot_record **snapshot_sort(struct snapshot *snapshot, struct error *error);

/* Fills in content, places and signatures; part of snapshot_load(). */
int snapshot_sign(struct snapshot *snapshot, struct error *error);

#endif
