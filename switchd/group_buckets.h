/* SPDX-License-Identifier: BSD-2-Clause */
/* What insert-buckets and remove-buckets (ovs-ofctl(8)) do to a group. */
#ifndef XVS_GROUP_BUCKETS_H
#define XVS_GROUP_BUCKETS_H

#include <stdbool.h>
#include <stdint.h>
#include "switchd/flow_group.h"

struct group_buckets {
	uint32_t group;
	uint32_t where; /* a bucket's number, or one of these */
#define GROUP_BUCKETS_FIRST 0xfffffffdu
#define GROUP_BUCKETS_LAST  0xfffffffeu
#define GROUP_BUCKETS_ALL   0xffffffffu
	const char *buckets; /* "bucket=...", within the text that was read */
};

/* Reads "group_id=1,command_bucket_id=last,bucket=output:1"; to remove, without buckets. -EINVAL
 * with ovs-ofctl's kind of sentence. */
int group_buckets_parse(struct group_buckets *buckets, const char *text, bool insert,
			struct error *error);

/* -ENOENT: there is no bucket to insert behind; or -EEXIST, or whatever add-group would say of such
 * a group. The group is still to be cleared. */
int group_buckets_insert(struct flow_group *group, const struct group_buckets *buckets,
			 const struct flow_ports *ports, struct error *error);

/* -ENOENT: there is no such bucket. The first or the last of none is no error. */
int group_buckets_remove(struct flow_group *group, const struct group_buckets *buckets,
			 struct error *error);

#endif
