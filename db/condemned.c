/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/condemned.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "db/text.h"

bool db_destroyed(const struct db *db, const char *uuid)
{
	for (const struct condemned *condemned = db->condemned; condemned;
	     condemned = condemned->next)
		if (!strcmp(condemned->uuid, uuid))
			return true;
	return false;
}

int condemned_add(struct db *db, const struct db_table *table, const char *uuid,
		  struct error *error)
{
	struct condemned *condemned, **end = &db->condemned;

	if (db_destroyed(db, uuid))
		return 0;
	condemned = calloc(1, sizeof(*condemned));
	if (!condemned)
		return error_set(error, -ENOMEM, "out of memory");
	condemned->table = table;
	strcpy(condemned->uuid, uuid);
	while (*end)
		end = &(*end)->next;
	*end = condemned;
	return 0;
}

/* db_row_fn */
static int ignore(const char *uuid, json_t *const *values, void *arg)
{
	(void)uuid;
	(void)values;
	(void)arg;
	return 0;
}

/* db_row_fn */
static int copy_name(const char *uuid, json_t *const *values, void *name)
{
	(void)uuid;
	text_add(name, "%s", json_string_value(values[0]) ? json_string_value(values[0]) : "");
	return 0;
}

/* Calls the function with the record's name, or its UUID if it has none; not when it is gone. */
static int tell_spared(struct db *db, const struct condemned *condemned, db_spared_fn *fn,
		       void *arg, struct error *error)
{
	const struct db_table *table = condemned->table;
	const struct db_column *column =
		table->name_column ? db_column_find(table, table->name_column, error) : NULL;
	struct text name = TEXT_EMPTY;
	int result = db_select(db, table, condemned->uuid, &column, column != NULL,
			       column ? copy_name : ignore, &name, error);

	if (result == 0)
		fn(table, name.length ? text_string(&name) : condemned->uuid, arg);
	text_free(&name);
	return result == -ENOENT ? 0 : result;
}

int db_each_spared(struct db *db, db_spared_fn *fn, void *arg, struct error *error)
{
	int result = 0;

	for (const struct condemned *condemned = db->condemned; condemned && result == 0;
	     condemned = condemned->next)
		result = tell_spared(db, condemned, fn, arg, error);
	return result;
}

void condemned_reset(struct db *db)
{
	while (db->condemned) {
		struct condemned *next = db->condemned->next;

		free(db->condemned);
		db->condemned = next;
	}
}
