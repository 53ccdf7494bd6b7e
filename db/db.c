/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/db.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include "db/condemned.h"
#include "db/database_file.h"
#include "db/flow_default.h"
#include "db/migration.h"
#include "db/reference.h"
#include "db/relation.h"
#include "db/saved_link.h"
#include "db/store.h"

static int open_file(struct db *db, const char *path, struct error *error)
{
	bool log_existed;
	int version;
	int result = database_file_make(path, error);

	if (result == 0)
		result = database_file_identify(path, error);
	if (result)
		return result;
	log_existed = wal_exists(path);
	result = connection_open(&db->file, path, error);
	if (result == 0)
		result = wal_open(&db->wal, &db->file, error);
	if (result == 0)
		result = connection_script(
			&db->file, "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON",
			error);
	if (result == 0)
		result = database_file_check(&db->file, &version, error);
	if (result == 0)
		result = wal_check(&db->wal, &db->file, log_existed, error);
	if (result == 0)
		result = migration_run(&db->file, version, error);
	if (result == 0)
		result = connection_script(&db->file, "PRAGMA foreign_keys = ON", error);
	return result;
}

int db_open(const char *path, struct db **result, struct error *error)
{
	struct db *db = calloc(1, sizeof(*db));
	int status;

	if (!db)
		return error_set(error, -ENOMEM, "out of memory");
	status = open_file(db, path, error);
	if (status) {
		connection_close(&db->file);
		free(db);
		return status;
	}
	wal_checkpoint(&db->wal, &db->file);
	flow_changes_open(db);
	*result = db;
	return 0;
}

static int open_memory(struct db *db, struct error *error)
{
	int result = connection_open(&db->file, ":memory:", error);

	if (result == 0)
		result = database_file_fill(&db->file, error);
	if (result == 0)
		result = connection_script(&db->file, "PRAGMA foreign_keys = ON", error);
	db->wal.complete = true; /* there is none */
	return result;
}

int db_open_draft(struct db **result, struct error *error)
{
	struct db *db = calloc(1, sizeof(*db));
	int status;

	if (!db)
		return error_set(error, -ENOMEM, "out of memory");
	status = open_memory(db, error);
	if (status) {
		connection_close(&db->file);
		free(db);
		return status;
	}
	flow_changes_open(db);
	*result = db;
	return 0;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	db_rollback(db);
	saved_links_close(db);
	wal_close(&db->wal, &db->file);
	connection_close(&db->file);
	flow_changes_close(db);
	free(db);
}

bool db_in_transaction(const struct db *db)
{
	return db->in_transaction;
}

int db_begin(struct db *db, struct error *error)
{
	int result;

	if (db->in_transaction)
		return error_set(error, -EBUSY, "a transaction is open already");
	result = connection_run(&db->file, error, "BEGIN IMMEDIATE", "");
	if (result)
		return result;
	db->in_transaction = true;
	db->changes = sqlite3_total_changes64(db->file.sqlite);
	return 0;
}

static bool alive(const struct db *db)
{
	return db->in_transaction && !sqlite3_get_autocommit(db->file.sqlite);
}

int db_commit(struct db *db, struct error *error)
{
	int result;

	if (!alive(db))
		result = error_set(error, -EIO,
				   "database %s: the transaction has been given up after an error",
				   db->file.path);
	else
		result = connection_run(&db->file, error, "COMMIT", "");
	if (result) {
		db_rollback(db);
		return result;
	}
	relation_reset(db);
	condemned_reset(db);
	flow_changes_committed(db);
	db->in_transaction = false;
	wal_committed(&db->wal, &db->file);
	return 0;
}

void db_rollback(struct db *db)
{
	if (alive(db))
		connection_run(&db->file, NULL, "ROLLBACK", "");
	relation_reset(db);
	condemned_reset(db);
	flow_changes_rolled_back(db);
	db->in_transaction = false;
}

int db_flush(struct db *db, struct error *error)
{
	int result = sqlite3_db_cacheflush(db->file.sqlite);

	return result ? connection_failed(&db->file, result, error) : 0;
}

bool db_changed(const struct db *db)
{
	return alive(db) && (db->claims || sqlite3_total_changes64(db->file.sqlite) != db->changes);
}

int db_count_change(struct db *db, struct error *error)
{
	return store_write(db, error,
			   "UPDATE Open_vSwitch SET next_cfg ="
			   " iif(next_cfg = ?, 0, next_cfg + 1)",
			   "i", INT64_MAX);
}

/* The one index of Open vSwitch's schema that is not a name's. */
static int check_managers(struct db *db, struct error *error)
{
	sqlite3_stmt *statement;
	int result = connection_query(
		&db->file, &statement, error,
		"SELECT target FROM Manager GROUP BY target HAVING count(*) > 1", "");

	if (result == 0)
		result = connection_step(&db->file, statement, error);
	if (result > 0)
		result = error_set(error, -EINVAL, "there can't be two managers with target \"%s\"",
				   (const char *)sqlite3_column_text(statement, 0));
	connection_end(statement);
	return result;
}

int db_settle(struct db *db, struct error *error)
{
	int result = relation_settle(db, error);

	if (result == 0)
		result = reference_settle(db, error);
	if (result == 0)
		result = check_managers(db, error);
	return result ? result : flow_default_settle(db, error);
}

int store_write(struct db *db, struct error *error, const char *sql, const char *types, ...)
{
	va_list args;
	int result;

	if (!alive(db))
		return error_set(error, -EIO, "database %s: no transaction is open", db->file.path);
	va_start(args, types);
	result = connection_run_list(&db->file, error, sql, types, args);
	va_end(args);
	return result;
}

int store_delete(struct db *db, const struct db_table *table, const char *uuid, struct error *error)
{
	char sql[128];
	int result;

	snprintf(sql, sizeof(sql), "DELETE FROM \"%s\" WHERE _uuid = ?", table->name);
	result = store_write(db, error, sql, "s", uuid);
	return result ? result : relation_removed(db, error);
}

int store_written(const struct db *db)
{
	return sqlite3_changes(db->file.sqlite);
}

void db_uuid_make(char uuid[DB_UUID_LEN + 1])
{
	uint8_t octets[16];
	char *p = uuid;

	while (getrandom(octets, sizeof(octets), 0) != sizeof(octets))
		;
	octets[6] = (octets[6] & 0x0f) | 0x40; /* version 4: random */
	octets[8] = (octets[8] & 0x3f) | 0x80; /* variant of RFC 4122 */
	for (size_t i = 0; i < sizeof(octets); i++)
		p += sprintf(p, i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x",
			     octets[i]);
}

int store_lowest_free(struct db *db, const char *column, const char *from, int64_t parameter,
		      int64_t last, int64_t *number, struct error *error)
{
	sqlite3_stmt *statement;
	char sql[256];
	int result;

	snprintf(sql, sizeof(sql), "SELECT %s FROM %s ORDER BY %s", column, from, column);
	result = connection_query(&db->file, &statement, error, sql, strchr(from, '?') ? "i" : "",
				  parameter);
	*number = 1;
	while (result == 0 && (result = connection_step(&db->file, statement, error)) > 0) {
		if (sqlite3_column_int64(statement, 0) != *number)
			break;
		++*number;
		result = 0;
	}
	connection_end(statement);
	if (result < 0)
		return result;
	return *number > last ? -ENOSPC : 0;
}
