// SPDX-License-Identifier: BSD-2-Clause
#include "switchd/classifier_bucket.h"

static int find(const struct xvs_flow_bucket *bucket, uint32_t line)
{
	for (int i = 0; i < XVS_FLOW_BUCKET_RULES; i++)
		if (bucket->rule[i] == line)
			return i;
	return -1;
}

static unsigned count_tag(const struct xvs_flow_bucket *bucket, uint8_t tag)
{
	unsigned count = 0;

	for (int i = 0; i < XVS_FLOW_BUCKET_RULES; i++)
		count += bucket->rule[i] && (bucket->tags >> 8 * i & 0xff) == tag;
	return count;
}

/* Whether searches that come to bucket `i`, wherever they begin and end, find all rules with this
 * tag. */
static bool is_bounded(const struct classifier_buckets *buckets, uint32_t i, uint8_t tag)
{
	unsigned count = 0;

	while (buckets->bucket[(i - 1) & buckets->mask].more)
		i--;
	for (unsigned length = 1; length <= XVS_FLOW_CHAIN_MAX; length++, i++) {
		count += count_tag(&buckets->bucket[i & buckets->mask], tag);
		if (!buckets->bucket[i & buckets->mask].more)
			return count <= XVS_FLOW_CANDIDATES_MAX;
	}
	return false;
}

bool classifier_bucket_put(const struct classifier_buckets *buckets, uint64_t hash, uint32_t line)
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
	return is_bounded(buckets, i, xvs_flow_hash_tag(hash));
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
