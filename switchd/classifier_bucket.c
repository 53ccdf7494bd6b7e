// SPDX-License-Identifier: BSD-2-Clause
#include "switchd/classifier_bucket.h"

static int find(const struct xvs_flow_bucket *bucket, uint32_t line)
{
	for (int i = 0; i < XVS_FLOW_BUCKET_RULES; i++)
		if (bucket->rule[i] == line)
			return i;
	return -1;
}

void classifier_bucket_put(const struct classifier_buckets *buckets, uint64_t hash, uint32_t line)
{
	uint32_t i = xvs_flow_hash_bucket(hash) & buckets->mask;
	int slot;

	while ((slot = find(&buckets->bucket[i], 0)) < 0) {
		buckets->bucket[i].more = 1;
		i = (i + 1) & buckets->mask;
	}
	buckets->bucket[i].rule[slot] = line;
	buckets->bucket[i].tags &= ~(0xffULL << 8 * slot);
	buckets->bucket[i].tags |= (uint64_t)xvs_flow_hash_tag(hash) << 8 * slot;
}

void classifier_bucket_replace(const struct classifier_buckets *buckets, uint64_t hash,
			       uint32_t line, uint32_t by)
{
	uint32_t i = xvs_flow_hash_bucket(hash) & buckets->mask;
	int slot;

	while ((slot = find(&buckets->bucket[i], line)) < 0)
		i = (i + 1) & buckets->mask;
	buckets->bucket[i].rule[slot] = by;
}
