/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The meters of all bridges, as they are in the database and in the data path.
 */
#ifndef XVS_METER_TABLE_H
#define XVS_METER_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "db/error.h"
#include "switchd/flow_meter.h"

struct daemon;

struct meter_entry {
	int64_t id; /* in the database */
	uint16_t bridge;
	uint16_t number; /* in the data path */
	struct flow_meter meter;
	uint64_t created; /* ns of CLOCK_BOOTTIME */
	bool tentative;   /* it came with a change that is not committed */
};

struct meter_table {
	struct meter_entry entries[XVS_METERS_MAX]; /* by number; id 0: none */
	struct meter_entry past[XVS_METERS_MAX];    /* before the change that is not committed */
	bool uncommitted;                           /* there is such a change */
	bool changed;                               /* the data path has not been told yet */
};

struct meter_table *meter_table_new(void); /* NULL: out of memory */
void meter_table_free(struct meter_table *table);

/* Brings them in step with the database, and notes the bridges with any change in `changed`. Errors
 * as flow_table_load() has them. */
int meter_table_load(struct daemon *daemon, bool changed[XVS_BRIDGES_MAX], struct error *error);

/* As group_table_committed(). */
void meter_table_committed(struct meter_table *table);

/* Writes into the data path's meters what has changed. One that was there with the same rates goes
 * on counting. */
void meter_table_apply(struct daemon *daemon);

/* NULL when there is none. */
const struct meter_entry *meter_table_find(const struct meter_table *table, uint16_t bridge,
					   uint32_t meter);

#endif
