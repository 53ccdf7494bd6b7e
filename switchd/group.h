/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flood groups as the data path was last told of them: which ports get what is flooded in a
 * filtering id.
 */
#ifndef XVS_GROUP_H
#define XVS_GROUP_H

#include <stdint.h>
#include "db/error.h"

struct bridge;
struct daemon;

/*
 * Makes the members of a bridge's group those of its ports that are up, in the order of their
 * numbers. Says nothing to the data path when they are so already.
 */
int group_update(struct daemon *daemon, const struct bridge *bridge, struct error *error);

/*
 * The same, but takes members out only, before their ports are changed. In the first reconcile,
 * which knows nothing of the groups, the ports that were adopted count as members. Later, a group
 * that we know nothing of is emptied: its filtering id had another meaning once.
 */
int group_shrink(struct daemon *daemon, const struct bridge *bridge, struct error *error);

/* The filtering id is not in use any more. */
void group_remove(struct daemon *daemon, uint16_t fid);

void group_free_all(struct daemon *daemon);

#endif
