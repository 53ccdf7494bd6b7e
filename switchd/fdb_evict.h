/* SPDX-License-Identifier: BSD-2-Clause */
/* Which learned entries make way when a bridge's FDB is full. */
#ifndef XVS_FDB_EVICT_H
#define XVS_FDB_EVICT_H

#include <stdint.h>
#include "switchd/fdb_table.h"

/*
 * Chooses `count` learned entries of a bridge, or all if there are fewer, and calls drop() for
 * each. The ports that have most give them, down to a level that is the same for all of them: a
 * port that floods addresses loses its own, and a port below the level loses none. Of a port's
 * entries the least recently used go first. drop() may clear the slot that it is given, and only
 * that.
 *
 * Scans the table, so call it for a batch. Chooses none when memory is short.
 */
void fdb_evict(const struct fdb_table *table, uint16_t bridge, uint32_t now, uint32_t count,
	       void (*drop)(struct xvs_fdb_slot *slot, void *arg), void *arg);

#endif
