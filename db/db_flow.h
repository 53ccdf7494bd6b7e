/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef XVS_DB_FLOW_H
#define XVS_DB_FLOW_H

#include "db/store.h"

/* The flow of this bridge with the table, priority and match of `like`; `fn` is not called when
 * there is none. */
int flow_find(struct db *db, const char *bridge, const struct db_flow *like, db_flow_fn *fn,
	      void *arg, struct error *error);

#endif
