/* SPDX-License-Identifier: BSD-2-Clause */
/* Flows and groups as they are read from the database, where they are texts with port numbers. */
#ifndef XVS_FLOW_ROW_H
#define XVS_FLOW_ROW_H

#include "db/db.h"
#include "switchd/flow.h"
#include "switchd/flow_group.h"

/* What they return is to be given to flow_clear() and flow_group_clear(), unless it is an error. */
int flow_row_parse(struct flow *flow, const struct db_flow *row, struct error *error);
int flow_row_parse_group(struct flow_group *group, const struct db_group *row, struct error *error);

/* A time of a row of boot `boot` as ns of CLOCK_BOOTTIME, which is at `now` in boot `this_boot`.
 * What is of an earlier boot is as old as this one. */
uint64_t flow_row_time(int64_t us, const char *boot, const char *this_boot, uint64_t now);

#endif
