/* SPDX-License-Identifier: BSD-2-Clause */
/* One configuration made like another one, by what differs between them. */
#ifndef XVS_DIFFERENCE_H
#define XVS_DIFFERENCE_H

#include "db/db.h"

/*
 * Makes the configuration of `db`, in its open transaction, that of `wanted`, which is settled.
 * Records are matched as match.h says. One that has a mate keeps its UUID and its numbers, and of
 * its columns those are written that differ: when nothing does, nothing is written. Interfaces get
 * the OpenFlow port numbers of `wanted`, which has reserved those of `db`. db_settle() is the
 * caller's. Open_vSwitch:next_cfg is left alone: it counts changes, it is none.
 */
int difference_write(struct db *db, struct db *wanted, struct error *error);

/*
 * The same of flows, groups, meters and what mod-port says, after that. What is so already keeps
 * its id and its age. That a bridge has its first flow or not is taken from `wanted`, too: a change
 * of fail_mode, which has had its effect there, has none here any more.
 */
int difference_write_flows(struct db *db, struct db *wanted, struct error *error);

#endif
