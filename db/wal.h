/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The write-ahead log, and how its loss is noticed.
 *
 * A committed change is in the log first and comes into the database file at a checkpoint. When the
 * log is gone after a crash (a copy of the one file, a careless rm), what is left is a sound
 * database of an earlier time. So the file carries a mark that tells: `complete` of table _wal is 0
 * in the file and 1 in the log that belongs to it. A checkpoint by us writes 0, checkpoints, and
 * writes 1 into the log again; one by anybody else (the sqlite3 shell, our own close) brings the 1
 * into the file, which is complete then.
 */
#ifndef XVS_DB_WAL_H
#define XVS_DB_WAL_H

#include <stdbool.h>
#include "db/connection.h"

struct wal {
	bool complete; /* what the mark says to a reader of file and log */
	int pages;     /* in the log, after the last commit */
};

/* Is there a log with something in it beside the database file? To be asked before it is opened. */
bool wal_exists(const char *path);

/*
 * Switches a connection that was just opened to a write-ahead log, with every commit synced to the
 * disk, and keeps SQLite from deleting the log until wal_close().
 */
int wal_open(struct wal *wal, struct connection *connection, struct error *error);

/* -EUCLEAN with a sentence when the log is lost; `existed` is what wal_exists() said. */
int wal_check(struct wal *wal, struct connection *connection, bool existed, struct error *error);

/*
 * Checkpoint. No error: with a full disk the log just goes on growing, and commits say so
 * themselves. Not within a transaction.
 */
void wal_checkpoint(struct wal *wal, struct connection *connection);

/* Checkpoint when the log has become long. To be called after each commit. */
void wal_committed(struct wal *wal, struct connection *connection);

/* Lets SQLite bring everything into the file and delete the log when the connection is closed. */
void wal_close(struct wal *wal, struct connection *connection);

#endif
