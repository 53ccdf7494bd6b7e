/* SPDX-License-Identifier: BSD-2-Clause */
/* Records as a user reads them: what the database holds, and what the switch answers for its live
 * columns. */
#ifndef XVS_ROWS_H
#define XVS_ROWS_H

#include "db/db.h"

struct daemon;

/* As db_select(), with the values of live columns too. */
int rows_select(struct daemon *daemon, const struct db_table *table, const char *uuid,
		const struct db_column *const *columns, size_t n_columns, db_row_fn *fn, void *arg,
		struct error *error);

/* One value. The caller owns the returned reference. */
int rows_get(struct daemon *daemon, const struct db_table *table, const char *uuid,
	     const struct db_column *column, json_t **value, struct error *error);

#endif
