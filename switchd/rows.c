/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/daemon.h"
#include "switchd/live.h"

struct reading {
	struct daemon *daemon;
	const struct db_table *table;
	const struct db_column *const
		*columns; /* and behind them that of the name, if there is one */
	live_fn **live;   /* of each column, if it is a live one */
	size_t n_columns;
	json_t **values;
	bool whole_table; /* what is to be destroyed is left out */
	db_row_fn *fn;
	void *arg;
};

/* db_row_fn */
static int complete(const char *uuid, json_t *const *stored, void *arg)
{
	struct reading *reading = arg;
	const char *name = "";
	int result;

	if (reading->whole_table && db_destroyed(reading->daemon->db, uuid))
		return 0;
	if (reading->table->name_column)
		name = json_string_value(stored[reading->n_columns]);
	for (size_t i = 0; i < reading->n_columns; i++)
		reading->values[i] = stored[i] ? json_incref(stored[i])
					       : live_get(reading->daemon, reading->live[i], name,
							  reading->columns[i]);
	result = reading->fn(uuid, reading->values, reading->arg);
	for (size_t i = 0; i < reading->n_columns; i++)
		json_decref(reading->values[i]);
	return result;
}

int rows_select(struct daemon *daemon, const struct db_table *table, const char *uuid,
		const struct db_column *const *columns, size_t n_columns, db_row_fn *fn, void *arg,
		struct error *error)
{
	const struct db_column **all = calloc(n_columns + 1, sizeof(*all));
	struct reading reading = {
		.daemon = daemon,
		.table = table,
		.columns = columns,
		.n_columns = n_columns,
		.live = calloc(n_columns + 1, sizeof(*reading.live)),
		.values = calloc(n_columns + 1, sizeof(*reading.values)),
		.whole_table = !uuid,
		.fn = fn,
		.arg = arg,
	};
	int result;

	if (!all || !reading.live || !reading.values) {
		result = error_set(error, -ENOMEM, "out of memory");
	} else {
		for (size_t i = 0; i < n_columns; i++) {
			all[i] = columns[i];
			reading.live[i] =
				columns[i]->class == DB_LIVE ? live_find(table, columns[i]) : NULL;
		}
		if (table->name_column)
			all[n_columns] = db_column_find(table, table->name_column, error);
		live_expire(daemon);
		result = db_select(daemon->db, table, uuid, all, n_columns + !!table->name_column,
				   complete, &reading, error);
	}
	free(reading.values);
	free(reading.live);
	free(all);
	return result;
}

/* db_row_fn */
static int keep_value(const char *uuid, json_t *const *values, void *arg)
{
	json_t **kept = arg;

	(void)uuid;
	*kept = json_incref(values[0]);
	return 0;
}

int rows_get(struct daemon *daemon, const struct db_table *table, const char *uuid,
	     const struct db_column *column, json_t **value, struct error *error)
{
	return rows_select(daemon, table, uuid, &column, 1, keep_value, value, error);
}
