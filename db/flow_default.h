/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flow that a bridge has from the start, as in Open vSwitch: "priority=0 actions=NORMAL". A
 * bridge with fail_mode=secure has none; one that ceases to be secure without any flows gets it
 * again. One that was deleted, or that another flow has taken the place of, does not come back.
 */
#ifndef XVS_DB_FLOW_DEFAULT_H
#define XVS_DB_FLOW_DEFAULT_H

#include "db/store.h"

/* A bridge has been made. */
int flow_default_add(struct db *db, int64_t bridge, struct error *error);

/* At the end of a transaction, which may have changed fail_mode. */
int flow_default_settle(struct db *db, struct error *error);

/* Flows have been written that fit the fail modes as they are: nothing follows from a change of
 * one any more. */
int flow_default_settled(struct db *db, struct error *error);

#endif
