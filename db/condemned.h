/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records that db_destroy() was called for in this transaction. Those of root tables are gone;
 * others go at its end when nothing refers to them (reference.h). Until then nobody finds them by
 * name: db_destroyed().
 */
#ifndef XVS_DB_CONDEMNED_H
#define XVS_DB_CONDEMNED_H

#include "db/store.h"

int condemned_add(struct db *db, const struct db_table *table, const char *uuid,
		  struct error *error);

/* With the transaction: what is still there is an ordinary record again. */
void condemned_reset(struct db *db);

#endif
