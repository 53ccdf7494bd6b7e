/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The version of the schema in a file (PRAGMA user_version), and how an older one becomes ours.
 */
#ifndef XVS_DB_MIGRATION_H
#define XVS_DB_MIGRATION_H

#include "db/connection.h"

#define MIGRATION_APPLICATION_ID 0x58565357 /* "XVSW", PRAGMA application_id of our files */
#define MIGRATION_VERSION        4

/* schema.sql, and what leads from each version to the next; generated. */
extern const char schema_sql[], migration_1_sql[], migration_2_sql[], migration_3_sql[];

/*
 * Brings a file of any earlier version, 0 being an empty one, to ours in one transaction. Foreign
 * keys must be off (PRAGMA foreign_keys): a table that is made anew would take its children along.
 */
int migration_run(struct connection *connection, int version, struct error *error);

#endif
