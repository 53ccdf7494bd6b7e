/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A partition of the VLANs into classes that are alike: at first all are in one class, and each
 * refinement splits the classes by a property of the VLANs.
 */
#ifndef XVS_PARTITION_H
#define XVS_PARTITION_H

#include <stddef.h>
#include <stdint.h>
#include "db/vlan.h"

struct partition {
	uint16_t class[VLAN_COUNT]; /* of each VID, 0 to n - 1 */
	size_t n;
};

void partition_begin(struct partition *partition);

/* Keeps VIDs in one class only if property[VID] is the same. */
void partition_refine(struct partition *partition, const uint8_t property[VLAN_COUNT]);

/* Gives a VID a class of its own. */
void partition_single_out(struct partition *partition, uint16_t vid);

/* Writes one VID of each class into `vids`, by class. */
void partition_representatives(const struct partition *partition, uint16_t vids[VLAN_COUNT]);

#endif
