/* SPDX-License-Identifier: BSD-2-Clause */
/* Which record of one configuration is which of another. */
#ifndef XVS_MATCH_H
#define XVS_MATCH_H

#include "db/snapshot.h"

/*
 * Gives records of both snapshots their mates. Records with a path are matched by that; interfaces
 * of a port only as far as their order stays, since the order in which they were made is what the
 * switch goes by. The others are matched by signature, then by content, then by the place from
 * which they are referred to, then by name: what is the same keeps its UUID wherever it goes, what
 * differs is changed in its place. A record without a mate is to be made or to be destroyed.
 */
int match_snapshots(struct snapshot *wanted, struct snapshot *present, struct error *error);

#endif
