/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/connection.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define BUSY_SECONDS 5

/* What SQLite's primary result codes mean to the user. */
static const struct failure {
	int result;
	int code;
	const char *sentence;
} failures[] = {
	{SQLITE_FULL, -ENOSPC, "no space is left on its file system"},
	{SQLITE_READONLY, -EROFS, "it can't be written"},
	{SQLITE_IOERR, -EIO, "input or output error"},
	{SQLITE_BUSY, -EBUSY, "another process has kept it locked for 5 seconds"},
	{SQLITE_LOCKED, -EBUSY, "another process has kept it locked for 5 seconds"},
	{SQLITE_CORRUPT, -EUCLEAN, "it is damaged"},
	{SQLITE_NOTADB, -EUCLEAN, "it is damaged, or not a database"},
	{SQLITE_NOMEM, -ENOMEM, "out of memory"},
	{SQLITE_CANTOPEN, -EIO, "it can't be opened"},
};

int connection_error(const struct connection *connection, struct error *error)
{
	return connection_failed(
		connection, connection->sqlite ? sqlite3_errcode(connection->sqlite) : SQLITE_NOMEM,
		error);
}

int connection_failed(const struct connection *connection, int result, struct error *error)
{
	int reason = connection->sqlite ? sqlite3_system_errno(connection->sqlite) : 0;

	for (size_t i = 0; i < sizeof(failures) / sizeof(*failures); i++) {
		if (failures[i].result != (result & 0xff))
			continue;
		if ((result & 0xff) == SQLITE_IOERR && reason)
			return error_set(error, -EIO, "database %s: %s (%s)", connection->path,
					 failures[i].sentence, strerror(reason));
		return error_set(error, failures[i].code, "database %s: %s", connection->path,
				 failures[i].sentence);
	}
	return error_set(error, -EIO, "database %s: %s", connection->path,
			 sqlite3_errcode(connection->sqlite) == result
				 ? sqlite3_errmsg(connection->sqlite)
				 : sqlite3_errstr(result));
}

int connection_open(struct connection *connection, const char *path, struct error *error)
{
	memset(connection, 0, sizeof(*connection));
	snprintf(connection->path, sizeof(connection->path), "%s", path);
	if (sqlite3_open_v2(path, &connection->sqlite, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
			    NULL))
		return connection_error(connection, error);
	if (sqlite3_db_readonly(connection->sqlite, "main"))
		return error_set(error, -EROFS, "database %s: it can't be written", path);
	sqlite3_busy_timeout(connection->sqlite, BUSY_SECONDS * 1000);
	return 0;
}

void connection_close(struct connection *connection)
{
	for (size_t i = 0; i < CONNECTION_SLOTS; i++)
		sqlite3_finalize(connection->statements[i]);
	sqlite3_close(connection->sqlite);
	memset(connection, 0, sizeof(*connection));
}

static size_t hash(const char *text)
{
	uint32_t value = 2166136261u; /* FNV-1a */

	for (; *text; text++)
		value = (value ^ (unsigned char)*text) * 16777619u;
	return value % CONNECTION_SLOTS;
}

/*
 * The slot of a statement, empty when it was not prepared yet. When all are taken, one goes whose
 * statement nobody is stepping through; NULL when there is none.
 */
static sqlite3_stmt **find_slot(struct connection *connection, const char *sql)
{
	size_t first = hash(sql), i = first;
	sqlite3_stmt **idle = NULL;

	do {
		sqlite3_stmt **slot = &connection->statements[i];

		if (!*slot || !strcmp(sqlite3_sql(*slot), sql))
			return slot;
		if (!idle && !sqlite3_stmt_busy(*slot))
			idle = slot;
		i = (i + 1) % CONNECTION_SLOTS;
	} while (i != first);
	if (idle) {
		sqlite3_finalize(*idle);
		*idle = NULL;
	}
	return idle;
}

static int prepare(struct connection *connection, sqlite3_stmt **statement, const char *sql,
		   struct error *error)
{
	sqlite3_stmt **slot = find_slot(connection, sql);

	if (!slot)
		return error_set(error, -EBUSY, "database %s: too many queries within each other",
				 connection->path);
	if (!*slot &&
	    sqlite3_prepare_v3(connection->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT, slot, NULL))
		return connection_error(connection, error);
	*statement = *slot;
	sqlite3_reset(*statement);
	return 0;
}

static int bind(struct connection *connection, sqlite3_stmt *statement, const char *types,
		va_list args, struct error *error)
{
	for (int i = 0; types[i]; i++) {
		int result;

		if (types[i] == 's')
			result = sqlite3_bind_text(statement, i + 1, va_arg(args, const char *), -1,
						   SQLITE_TRANSIENT);
		else if (types[i] == 'r')
			result = sqlite3_bind_double(statement, i + 1, va_arg(args, double));
		else
			result = sqlite3_bind_int64(statement, i + 1, va_arg(args, int64_t));
		if (result)
			return connection_error(connection, error);
	}
	return 0;
}

static int begin(struct connection *connection, sqlite3_stmt **statement, struct error *error,
		 const char *sql, const char *types, va_list args)
{
	int result;

	*statement = NULL;
	result = prepare(connection, statement, sql, error);
	return result ? result : bind(connection, *statement, types, args, error);
}

int connection_query(struct connection *connection, sqlite3_stmt **statement, struct error *error,
		     const char *sql, const char *types, ...)
{
	va_list args;
	int result;

	va_start(args, types);
	result = begin(connection, statement, error, sql, types, args);
	va_end(args);
	return result;
}

int connection_query_once(struct connection *connection, sqlite3_stmt **statement,
			  struct error *error, const char *sql, const char *types, ...)
{
	va_list args;
	int result = 0;

	*statement = NULL;
	if (sqlite3_prepare_v2(connection->sqlite, sql, -1, statement, NULL))
		return connection_error(connection, error);
	va_start(args, types);
	result = bind(connection, *statement, types, args, error);
	va_end(args);
	return result;
}

int connection_step(struct connection *connection, sqlite3_stmt *statement, struct error *error)
{
	int result = sqlite3_step(statement);

	if (result == SQLITE_ROW)
		return 1;
	result = result == SQLITE_DONE ? 0 : connection_error(connection, error);
	sqlite3_reset(statement);
	return result;
}

void connection_end(sqlite3_stmt *statement)
{
	sqlite3_reset(statement);
}

int connection_run_list(struct connection *connection, struct error *error, const char *sql,
			const char *types, va_list args)
{
	sqlite3_stmt *statement;
	int result = begin(connection, &statement, error, sql, types, args);

	if (result)
		return result;
	do
		result = connection_step(connection, statement, error);
	while (result > 0);
	return result;
}

int connection_run(struct connection *connection, struct error *error, const char *sql,
		   const char *types, ...)
{
	va_list args;
	int result;

	va_start(args, types);
	result = connection_run_list(connection, error, sql, types, args);
	va_end(args);
	return result;
}

int connection_script(struct connection *connection, const char *sql, struct error *error)
{
	return sqlite3_exec(connection->sqlite, sql, NULL, NULL, NULL)
		       ? connection_error(connection, error)
		       : 0;
}

int connection_integer(struct connection *connection, int64_t *value, struct error *error,
		       const char *sql, const char *types, ...)
{
	sqlite3_stmt *statement;
	va_list args;
	int result;

	va_start(args, types);
	result = begin(connection, &statement, error, sql, types, args);
	va_end(args);
	if (result == 0)
		result = connection_step(connection, statement, error);
	if (result > 0) {
		*value = sqlite3_column_int64(statement, 0);
		connection_end(statement);
	}
	return result;
}
