/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A SQLite file that is open, with its prepared statements: all that the rest of db/ knows of
 * SQLite's calls. Statements are prepared once for each SQL text.
 *
 * Values are bound by a string of types, a letter for each `?`: s text, i int64_t, r double; text
 * may be NULL.
 */
#ifndef XVS_DB_CONNECTION_H
#define XVS_DB_CONNECTION_H

#include <limits.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include "db/error.h"

#define CONNECTION_SLOTS                                                                           \
	1024 /* each stored column has two statements, everything else some fifty */

struct connection {
	sqlite3 *sqlite;
	char path[PATH_MAX];
	sqlite3_stmt *statements[CONNECTION_SLOTS]; /* by the hash of their text, linear probing */
};

/* Opens a file that exists. `close` it in any case. */
int connection_open(struct connection *connection, const char *path, struct error *error);
void connection_close(struct connection *connection);

/* Turns SQLite's last failure into a sentence about the file; returns its errno. */
int connection_error(const struct connection *connection, struct error *error);

/* The same of a result code, of a call that leaves none with the connection. */
int connection_failed(const struct connection *connection, int result, struct error *error);

/*
 * Begins a statement: it is reset and bound, and valid until the next connection_query() or _run()
 * of the same text. Rows come by connection_step(): 1 a row, 0 the end, else an error. A statement
 * that is left before the end must be reset with connection_end(), or it holds a lock.
 */
int connection_query(struct connection *connection, sqlite3_stmt **statement, struct error *error,
		     const char *sql, const char *types, ...);
int connection_step(struct connection *connection, sqlite3_stmt *statement, struct error *error);
void connection_end(sqlite3_stmt *statement);

/* The same for a text that users compose, of which there may be any number: it is not kept. The
 * caller finalizes the statement, also after an error. */
int connection_query_once(struct connection *connection, sqlite3_stmt **statement,
			  struct error *error, const char *sql, const char *types, ...);

/* Runs a statement that yields no rows, or whose rows nobody wants. */
int connection_run(struct connection *connection, struct error *error, const char *sql,
		   const char *types, ...);
int connection_run_list(struct connection *connection, struct error *error, const char *sql,
			const char *types, va_list args);

/* Runs SQL text of any number of statements, without keeping them. */
int connection_script(struct connection *connection, const char *sql, struct error *error);

/* The first integer that a query yields. 1; 0, and `value` untouched, when it yields none; or an
 * error. */
int connection_integer(struct connection *connection, int64_t *value, struct error *error,
		       const char *sql, const char *types, ...);

#endif
