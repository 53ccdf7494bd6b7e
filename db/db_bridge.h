/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef XVS_DB_BRIDGE_H
#define XVS_DB_BRIDGE_H

#include "db/store.h"

/* The _id of a bridge. -ENOENT with a sentence. */
int bridge_find(struct db *db, const char *name, int64_t *id, struct error *error);

/* A new bridge that does not belong to the switch yet, and has no port, but its first flow. */
int bridge_insert(struct db *db, const char *uuid, const char *name, int64_t *id,
		  struct error *error);

#endif
