/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From actions to what the data path runs: instructions of datapath/flow_types.h.
 */
#ifndef XVS_FLOW_PROGRAM_H
#define XVS_FLOW_PROGRAM_H

#include <stddef.h>
#include <stdint.h>
#include "db/error.h"
#include "switchd/flow_action.h"

/* A group as actions refer to it. */
enum flow_group_type {
	FLOW_GROUP_ALL,
	FLOW_GROUP_SELECT,
	FLOW_GROUP_INDIRECT,
	FLOW_GROUP_FF, /* fast failover */
};

struct flow_bucket {
	uint16_t weight;
	uint16_t watch_port;  /* XVS_OFPP_NONE: always live */
	uint32_t watch_group; /* ~0: none */
	uint32_t bucket_id;
	uint32_t counter; /* index in flow_counters; 0: not counted */
	struct flow_action *actions;
};

struct flow_group {
	uint32_t id;
	enum flow_group_type type;
	uint32_t counter;
	size_t n_buckets;
	struct flow_bucket *buckets;
};

/* Where actions find groups, and meters' indexes in map `meters`: NULL and 0 for none. */
struct flow_program_env {
	const struct flow_group *(*group)(const struct flow_program_env *env, uint32_t id);
	uint32_t (*meter)(const struct flow_program_env *env, uint32_t id);
	const void *arg;
};

struct flow_program {
	uint64_t *words; /* owned; ends with XVS_FLOW_OP_END */
	size_t count;
};

#define FLOW_PROGRAM_WORDS_MAX 4000

/*
 * -ENOENT or -EINVAL with a sentence: a group or meter that is not there, groups that refer to
 * themselves, too long a program. Groups are written out where they are used: who changes one has
 * the flows that use it compiled again.
 */
int flow_program_make(struct flow_program *program, const struct flow_action *actions,
		      uint8_t table, const struct flow_program_env *env, struct error *error);
void flow_program_free(struct flow_program *program);

/* Does it change or need what is behind the Ethernet header? enum xvs_flow_needs. */
uint32_t flow_program_needs(const struct flow_program *program);

#endif
