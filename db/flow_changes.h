/* SPDX-License-Identifier: BSD-2-Clause */
/* Which flows have changed since somebody asked: see db_flow_changes_take(). */
#ifndef XVS_DB_FLOW_CHANGES_H
#define XVS_DB_FLOW_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include "db/db.h"

struct change_list {
	struct db_flow_changes changes; /* ids in the order in which they were noted */
	size_t room;
};

struct flow_changes {
	struct change_list waiting;
	struct change_list taken; /* within the open transaction: a rollback changes them again */
};

/* Begins to note what is written, whatever statement does so; at first, all has changed. */
void flow_changes_open(struct db *db);
void flow_changes_close(struct db *db);

/* A transaction has ended. */
void flow_changes_committed(struct db *db);
void flow_changes_rolled_back(struct db *db);

#endif
