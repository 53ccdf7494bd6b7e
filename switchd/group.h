/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flood groups: which ports get what is flooded in each VLAN of a bridge, and in what form, as the
 * data path was last told.
 *
 * VLANs that the same ports carry alike share a group, so that a bridge of trunk ports needs two:
 * one for VLAN 0 and one for all others.
 */
#ifndef XVS_GROUP_H
#define XVS_GROUP_H

#include <stdint.h>
#include "db/error.h"

struct bridge;
struct daemon;

/*
 * Makes those of a bridge's ports that are up the members of the groups of the VLANs that they
 * carry. Says nothing to the data path when they are so already.
 */
int group_update(struct daemon *daemon, const struct bridge *bridge, struct error *error);

/*
 * The same, but takes members out only, before their ports are changed: a port that goes, or that
 * will carry a VLAN in another form or not at all, leaves that VLAN's group. In the first
 * reconcile, which knows nothing of the groups, the ports that were adopted count as members.
 * Returns 1 when a group has changed, so that frames may be under way that met the old one.
 */
int group_shrink(struct daemon *daemon, const struct bridge *bridge, struct error *error);

/* The bridge of this number is gone. */
void group_remove(struct daemon *daemon, uint16_t bridge);

void group_free_all(struct daemon *daemon);

#endif
