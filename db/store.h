/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The open database as the files of db/ share it. Nobody else includes this.
 */
#ifndef XVS_DB_STORE_H
#define XVS_DB_STORE_H

#include "db/connection.h"
#include "db/db.h"
#include "db/flow_changes.h"
#include "db/wal.h"

/* That a record names a child which is not made yet or has another parent: relation.h. */
struct claim {
	struct claim *next;
	const struct db_table *table; /* of the parent, with its column */
	const struct db_column *column;
	char parent[DB_UUID_LEN + 1], child[DB_UUID_LEN + 1];
};

/* A record that is to be destroyed: condemned.h. */
struct condemned {
	struct condemned *next;
	const struct db_table *table;
	char uuid[DB_UUID_LEN + 1];
};

struct db {
	struct connection file;
	struct wal wal;
	struct connection saved_links; /* db_saved_link.c; not open while there are none */
	bool in_transaction;
	bool reserves;        /* reservation.h */
	int64_t changes;      /* of the connection when the transaction began */
	struct claim *claims; /* in the order in which they were made */
	struct condemned *condemned;
	struct flow_changes flow_changes;
};

/*
 * connection_run() for statements that write: refuses when no transaction is open. SQLite ends one
 * by itself when a write fails badly (disk full, I/O error), and what follows must not be written
 * on its own.
 */
int store_write(struct db *db, struct error *error, const char *sql, const char *types, ...);

/* Deletes a record at once, whatever refers to it. */
int store_delete(struct db *db, const struct db_table *table, const char *uuid,
		 struct error *error);

/* How many rows the last store_write() changed. */
int store_written(const struct db *db);

/*
 * The lowest integer from 1 to `last` that is in no row's `column`. `from` is "TABLE" or "TABLE
 * WHERE ...", with one parameter or none. -ENOSPC, without a sentence, when all are taken.
 */
int store_lowest_free(struct db *db, const char *column, const char *from, int64_t parameter,
		      int64_t last, int64_t *number, struct error *error);

#endif
