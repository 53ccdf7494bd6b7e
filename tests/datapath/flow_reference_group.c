// SPDX-License-Identifier: BSD-2-Clause
#include "tests/datapath/flow_reference.h"

#include <stdlib.h>

bool reference_is_up(const struct reference_bridge *bridge, uint16_t port)
{
	for (size_t i = 0; i < bridge->n_ports; i++) {
		if (bridge->ports[i] == port)
			return !(bridge->down >> port & 1);
	}
	return false;
}

const struct flow_group *reference_group(const struct reference_bridge *bridge, uint32_t id)
{
	for (size_t i = 0; i < bridge->n_groups; i++) {
		if (bridge->groups[i].id == id)
			return &bridge->groups[i];
	}
	abort();
}

static bool is_live(const struct reference_bridge *bridge, const struct flow_bucket *bucket)
{
	bool port = bucket->watch_port != XVS_OFPP_NONE;
	bool group = bucket->watch_group != FLOW_GROUP_NONE;
	const struct flow_group *watched;

	if (port && reference_is_up(bridge, bucket->watch_port))
		return true;
	watched = group ? reference_group(bridge, bucket->watch_group) : NULL;
	for (size_t i = 0; watched && i < watched->n_buckets; i++) {
		if (is_live(bridge, &watched->buckets[i]))
			return true;
	}
	return !port && !group;
}

static uint64_t mix(uint64_t value)
{
	for (int i = 0; i < 2; i++) {
		value *= 0x9e3779b97f4a7c15;
		value ^= value >> 32;
	}
	return value;
}

/* Of MAC and IP addresses, protocol and ports; that of the answer is the same. */
static uint32_t hash(const struct xvs_flow_key *key)
{
	const uint64_t *word = (const uint64_t *)key->word;
	uint32_t ipv4 = (uint32_t)(word[1] >> 32) ^ (uint32_t)word[1];
	uint16_t ports = (uint16_t)(word[2] >> 48) ^ (uint16_t)(word[2] >> 32);
	uint64_t ipv6 = (word[8] ^ word[10]) + (word[9] ^ word[11]) * 0xc2b2ae3d27d4eb4f;
	uint64_t macs = (word[3] ^ word[4]) * 0x165667b19e3779f9;
	uint8_t protocol = word[0] >> 8;

	return (uint32_t)mix(((uint64_t)ipv4 + ports) ^ ipv6 ^ macs ^ protocol);
}

static uint16_t share(const struct reference_bridge *bridge, const struct flow_bucket *bucket)
{
	return is_live(bridge, bucket) ? bucket->weight : 0;
}

static const struct flow_bucket *select_bucket(const struct reference_bridge *bridge,
					       const struct flow_group *group, uint32_t number)
{
	uint32_t total = 0;

	for (size_t i = 0; i < group->n_buckets; i++)
		total += share(bridge, &group->buckets[i]);
	if (!total)
		return NULL;
	number %= total;
	for (size_t i = 0;; i++) {
		uint16_t weight = share(bridge, &group->buckets[i]);

		if (number < weight)
			return &group->buckets[i];
		number -= weight;
	}
}

const struct flow_bucket *reference_bucket(const struct reference_bridge *bridge,
					   const struct flow_group *group,
					   const struct xvs_flow_key *key)
{
	if (group->type == FLOW_GROUP_SELECT)
		return select_bucket(bridge, group, hash(key));
	for (size_t i = 0; i < group->n_buckets; i++) {
		if (is_live(bridge, &group->buckets[i]))
			return &group->buckets[i];
	}
	return NULL;
}
