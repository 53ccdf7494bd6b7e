/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Columns that are not stored (DB_LIVE): what the switch answers when somebody reads them.
 */
#ifndef XVS_LIVE_H
#define XVS_LIVE_H

#include <jansson.h>
#include "db/schema.h"

struct daemon;

/* What was read of devices is read anew from here on. */
void live_expire(struct daemon *daemon);

/* How the switch tells a live column of the record of this name: new reference, NULL when there is
 * nothing to tell. */
typedef json_t *live_fn(struct daemon *daemon, const char *name);

/* NULL for a column of which there is never anything to tell. */
live_fn *live_find(const struct db_table *table, const struct db_column *column);

/*
 * The value of a live column of the record of this name (an Interface's or Port's is its device's),
 * in the form of db_get(), by what live_find() found. New reference; the column's empty value when
 * there is nothing to tell. Never NULL.
 */
json_t *live_get(struct daemon *daemon, live_fn *get, const char *name,
		 const struct db_column *column);

#endif
