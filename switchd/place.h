/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A column of one record, for commands that are short ways of writing it. Their sentences are
 * ovs-vsctl's.
 */
#ifndef XVS_PLACE_H
#define XVS_PLACE_H

#include <jansson.h>
#include <stdbool.h>
#include "db/db.h"

struct command_call;

struct place {
	const struct db_table *table;
	const struct db_column *column;
	char uuid[DB_UUID_LEN + 1];
};

/* By the names of a table and a column that there are, and of a record that there may be: 0,
 * -ENOENT with a sentence, or another negative errno. */
int place_find(struct command_call *call, const char *table, const char *record, const char *column,
	       struct place *place);

/* A column of the bridge that word 1 names; of a fake one, its parent's, which is not to be changed
 * by that name: -EINVAL with a sentence when `change`. */
int place_find_bridge(struct command_call *call, const char *column, bool change,
		      struct place *place);

/* The caller owns the returned reference. */
int place_get(struct command_call *call, const struct place *place, json_t **value);

/* Takes the reference, which may be NULL: -EINVAL then. */
int place_set(struct command_call *call, const struct place *place, json_t *value);

/* Sets it to what it is in a new record. */
int place_clear(struct command_call *call, const struct place *place);

/* Makes a record of a table. Something has to refer to it at the end of the chain. */
int place_make(struct command_call *call, const char *table, char uuid[DB_UUID_LEN + 1]);

/* The column's only reference, as ["uuid", ...] names it, into `uuid`: 1, 0 when it is empty, or a
 * negative errno. */
int place_get_reference(struct command_call *call, const struct place *place,
			char uuid[DB_UUID_LEN + 1]);

/* Makes it refer to this record alone. */
int place_set_reference(struct command_call *call, const struct place *place, const char *uuid);

#endif
