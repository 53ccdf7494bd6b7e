/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Groups (ovs-ofctl(8), "Group Syntax"): lists of actions, buckets, that flows refer to by a
 * number.
 */
#ifndef XVS_FLOW_GROUP_H
#define XVS_FLOW_GROUP_H

#include <stddef.h>
#include <stdint.h>
#include "db/error.h"
#include "db/text.h"
#include "switchd/flow_action.h"

enum flow_group_type {
	FLOW_GROUP_ALL,
	FLOW_GROUP_SELECT,
	FLOW_GROUP_INDIRECT,
	FLOW_GROUP_FF, /* fast failover */
};

#define FLOW_GROUP_MAX           0xffffff00u /* the greatest number */
#define FLOW_GROUP_NONE          0xffffffffu
#define FLOW_GROUP_BUCKETS_MAX   256
#define FLOW_GROUP_BUCKET_ID_MAX 0xffffff00u /* OFPG_BUCKET_MAX; OpenFlow 1.5.1, 7.3.4.3.1 */

struct flow_bucket {
	uint16_t weight;
	uint16_t watch_port;  /* XVS_OFPP_NONE: none */
	uint32_t watch_group; /* FLOW_GROUP_NONE: none */
	uint32_t bucket_id;
	uint32_t counter; /* index in flow_counters; 0: not counted */
	struct flow_action *actions;
};

struct flow_group {
	uint32_t id;
	enum flow_group_type type;
	uint32_t counter;   /* as a bucket's */
	const char *method; /* selection_method: static; NULL: none was said */
	size_t n_buckets;
	struct flow_bucket *buckets;
};

/*
 * Reads what add-group takes: "group_id=1,type=select,bucket=weight:2,output:1,bucket=output:2".
 * -EINVAL with ovs-ofctl's kind of sentence. On success flow_group_clear() is the caller's to call.
 */
int flow_group_parse(struct flow_group *group, const char *text, const struct flow_ports *ports,
		     struct error *error);
void flow_group_clear(struct flow_group *group);

/* As dump-groups has it, without its leading space and without a newline; flow_group_parse() reads
 * it back. */
void flow_group_print(struct text *text, const struct flow_group *group,
		      const struct flow_ports *ports, enum flow_words words);

/* As add-group takes it: "select". */
const char *flow_group_type_name(enum flow_group_type type);

struct flow_group_count {
	uint64_t packets, bytes;
};

/* What dump-group-stats tells of a group; `buckets` are as many as the group has. */
struct flow_group_stats {
	uint64_t duration_ns;
	uint32_t references; /* flows and groups that use it */
	struct flow_group_count all;
	const struct flow_group_count *buckets;
};

/* A line of dump-group-stats, without its leading space and without a newline. */
void flow_group_print_stats(struct text *text, const struct flow_group *group,
			    const struct flow_group_stats *stats);

#endif
