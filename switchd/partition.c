/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/partition.h"

#include <stdbool.h>
#include <string.h>

void partition_begin(struct partition *partition)
{
	memset(partition, 0, sizeof(*partition));
	partition->n = 1;
}

/*
 * In the order of the VIDs: the first VID of a class keeps it, with those of the same property. For
 * each other property, the first VID that has it founds a class, which is chained to the one that
 * it came from.
 */
void partition_refine(struct partition *partition, const uint8_t property[VLAN_COUNT])
{
	uint16_t next[VLAN_COUNT]; /* in the chain, by class; 0: the end */
	uint8_t value[VLAN_COUNT];
	bool met[VLAN_COUNT] = {false};
	size_t old = partition->n;

	memset(next, 0, old * sizeof(*next));
	for (int vid = 0; vid < VLAN_COUNT; vid++) {
		uint16_t class = partition->class[vid];

		if (!met[class] && class < old) {
			met[class] = true;
			value[class] = property[vid];
		}
		while (value[class] != property[vid] && next[class])
			class = next[class];
		if (value[class] != property[vid]) {
			next[class] = partition->n;
			class = partition->n++;
			next[class] = 0;
			value[class] = property[vid];
		}
		partition->class[vid] = class;
	}
}

void partition_single_out(struct partition *partition, uint16_t vid)
{
	for (int other = 0; other < VLAN_COUNT; other++)
		if (other != vid && partition->class[other] == partition->class[vid]) {
			partition->class[vid] = partition->n++;
			return;
		}
}

void partition_representatives(const struct partition *partition, uint16_t vids[VLAN_COUNT])
{
	for (int vid = VLAN_COUNT - 1; vid >= 0; vid--)
		vids[partition->class[vid]] = vid;
}
