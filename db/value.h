/* SPDX-License-Identifier: BSD-2-Clause */
/* How a column's value is stored. */
#ifndef XVS_DB_VALUE_H
#define XVS_DB_VALUE_H

#include <stdbool.h>
#include "db/schema.h"

/* As SQLite's own type; else as JSON in the normal form of datum.h. */
static inline bool value_is_native(const struct db_column *column)
{
	return column->value == DB_VOID && column->key != DB_UUID && column->min == 1 &&
	       column->max == 1;
}

#endif
