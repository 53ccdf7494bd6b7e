/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables and columns by name: what a user may write after `set`, `get` and `list`, with the types
 * of Open vSwitch's schema (ovs-vswitchd.conf.db(5)) and what the switch does with each.
 *
 * schema_tables.c holds the one table of all of them; schema.sql holds the same columns as SQLite
 * stores them, and a unit test compares the two.
 */
#ifndef XVS_SCHEMA_H
#define XVS_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "db/error.h"

/* The release of Open vSwitch whose schema and commands these are, and its schema's version. */
#define OVS_RELEASE "3.1.0"
#define OVS_SCHEMA  "8.3.1"

enum db_type { /* atomic types of RFC 7047 3.2; DB_VOID: no value type, the column is not a map */
	       DB_VOID,
	       DB_STRING,
	       DB_INTEGER,
	       DB_REAL,
	       DB_BOOLEAN,
	       DB_UUID,
};

enum db_class {
	DB_ACTS, /* the switch acts on it */
	DB_KEPT, /* kept and shown, nothing else */
	DB_LIVE, /* not stored: the switch answers, and nobody can write it */
};

struct db_column {
	const char *name;
	enum db_type key;
	enum db_type value; /* maps only */
	unsigned min, max;  /* number of elements; max DB_UNLIMITED */
	enum db_class class;
	int64_t low, high;             /* range of integers (a map's keys) when high is not 0 */
	int64_t value_low, value_high; /* the same of a map's values */
	const char *const *words;      /* the strings (a map's keys) it may hold, NULL: any */
	const char *refers;            /* table that UUIDs point to */
	bool weak;                     /* it keeps no record alive, and forgets one that goes */
	bool structural;  /* bridges, ports, interfaces: kept by the structural operations */
	const char *help; /* one sentence for the reference manual */
};

#define DB_UNLIMITED (~0u)

/* Can no command change it? The names of bridges, ports and interfaces are given once and for all.
 */
static inline bool db_column_is_fixed(const struct db_column *column)
{
	return column->class == DB_LIVE ||
	       (column->structural && !(column->key == DB_UUID && column->max > 1));
}

struct db_table {
	const char *name;
	const struct db_column *columns;
	size_t n_columns;
	bool root; /* records stay when nothing refers to them */

	/* What names a record beside its UUID: the value of a column, or the name of the record
	 * whose column refers to it and to no other. All NULL: nothing does. */
	const char *name_column;
	const char *referrer; /* table */
	const char *referring_column;
	const char *help; /* one sentence for the reference manual */
};

extern const struct db_table db_tables[];
extern const size_t db_n_tables;

/*
 * Finds a table or column by name as ovs-vsctl does: any case, '-' for '_', any unique prefix. NULL
 * with ovs-vsctl's own sentence (some programs match `does not contain a column whose name matches
 * "x"`).
 */
const struct db_table *db_table_find(const char *name, struct error *error);
const struct db_column *db_column_find(const struct db_table *table, const char *name,
				       struct error *error);

#endif
