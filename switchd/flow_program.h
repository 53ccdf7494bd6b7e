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
#include "switchd/flow_group.h"

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
 * themselves, clones and groups too deep in each other, too long a program. Groups are written out
 * where they are used: who changes one has the flows that use it compiled again.
 *
 * Buckets of a select group that are not live are not taken: what would have been theirs goes to
 * those that are, by their weights. Of buckets without a weight none is taken.
 */
int flow_program_make(struct flow_program *program, const struct flow_action *actions,
		      uint8_t table, const struct flow_program_env *env, struct error *error);
void flow_program_free(struct flow_program *program);

/* The sentences about a group or a meter that is not there; -ENOENT. */
int flow_program_no_group(uint32_t group, struct error *error);
int flow_program_no_meter(uint32_t meter, struct error *error);

/* Does it change or need what is behind the Ethernet header? enum xvs_flow_needs. */
uint32_t flow_program_needs(const struct flow_program *program);

#endif
