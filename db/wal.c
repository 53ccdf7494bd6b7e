/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/wal.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#define WAL_HEADER 32   /* octets; https://www.sqlite.org/fileformat2.html, section 4.1 */
#define WAL_LONG   1000 /* pages, as SQLite's own default for a checkpoint */

bool wal_exists(const char *path)
{
	char name[PATH_MAX + 8];
	struct stat info;

	snprintf(name, sizeof(name), "%s-wal", path);
	return !stat(name, &info) && info.st_size > WAL_HEADER;
}

static int note_pages(void *wal, sqlite3 *sqlite, const char *name, int pages)
{
	(void)sqlite;
	(void)name;
	((struct wal *)wal)->pages = pages;
	return SQLITE_OK;
}

static void keep_log(struct connection *connection, bool keep)
{
	sqlite3_db_config(connection->sqlite, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep, NULL);
}

int wal_open(struct wal *wal, struct connection *connection, struct error *error)
{
	int result;

	keep_log(connection, true);
	result = connection_script(connection,
				   "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;", error);
	/* In place of SQLite's own checkpoints. */
	sqlite3_wal_hook(connection->sqlite, note_pages, wal);
	return result;
}

int wal_check(struct wal *wal, struct connection *connection, bool existed, struct error *error)
{
	int64_t complete = 0;
	int result =
		connection_integer(connection, &complete, error, "SELECT complete FROM _wal", "");

	if (result < 0)
		return result;
	wal->complete = complete;
	if (existed || complete)
		return 0;
	return error_set(error, -EUCLEAN,
			 "database %s: its write-ahead log %s-wal is missing, and with it the "
			 "latest changes",
			 connection->path, connection->path);
}

static int mark(struct wal *wal, struct connection *connection, bool complete)
{
	int result = connection_run(connection, NULL, "UPDATE _wal SET complete = ?", "i",
				    (int64_t)complete);

	if (result == 0)
		wal->complete = complete;
	return result;
}

void wal_checkpoint(struct wal *wal, struct connection *connection)
{
	if (mark(wal, connection, false))
		return;
	sqlite3_wal_checkpoint_v2(connection->sqlite, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	mark(wal, connection, true);
}

void wal_committed(struct wal *wal, struct connection *connection)
{
	if (wal->pages > WAL_LONG)
		wal_checkpoint(wal, connection);
}

void wal_close(struct wal *wal, struct connection *connection)
{
	if (!wal->complete)
		mark(wal, connection, true);
	if (wal->complete)
		keep_log(connection, false);
}
