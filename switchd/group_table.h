/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The groups of all bridges, as they are in the database; and what flows' programs need of groups
 * and meters.
 */
#ifndef XVS_GROUP_TABLE_H
#define XVS_GROUP_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "db/error.h"
#include "switchd/flow_group.h"
#include "switchd/flow_program.h"

struct daemon;

struct group_entry {
	int64_t id; /* in the database */
	uint16_t bridge;
	struct flow_group group; /* with counters */
	char *text;              /* as in the database */
	uint64_t created;        /* ns of CLOCK_BOOTTIME */
	bool noted;              /* the database knows its counters */
	bool adopted;            /* they are those that an earlier switchd gave it */
	bool met;                /* by the reading that is at work */
	bool tentative;          /* it came with a change that is not committed */
	struct group_entry *next_past;
};

struct group_table {
	struct group_entry **entries; /* by bridge and number */
	size_t count;
	struct group_entry *past; /* what was before the change that is not committed */
};

struct group_table *group_table_new(void); /* NULL: out of memory */
void group_table_free(struct group_table *table);

/* Brings them in step with the database. Flows that use groups or meters of bridges with any change
 * are to be looked at again: flow_table_touch(). Errors as flow_table_load() has them. */
int group_table_load(struct daemon *daemon, struct error *error);

/* What was loaded is committed. Until then, what it changed comes back, with what it has counted,
 * when that is loaded again. */
void group_table_committed(struct daemon *daemon);

/* At the start: old[n] is what an earlier switchd's counters told. Groups go on from there. */
void group_table_carry(struct daemon *daemon, const struct xvs_flow_counter *old, uint32_t n);

/* NULL when there is none. */
const struct group_entry *group_table_find(const struct group_table *table, uint16_t bridge,
					   uint32_t group);

/* Where the programs of a bridge's flows find groups and meters. */
struct group_scope {
	const struct daemon *daemon;
	uint16_t bridge;
};
struct flow_program_env group_env(const struct group_scope *scope);

#endif
