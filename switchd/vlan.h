/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a port's VLAN configuration means for frames that come in by it and for those that leave.
 * The rules are those of Open vSwitch's documentation of Port:vlan_mode.
 */
#ifndef XVS_SWITCHD_VLAN_H
#define XVS_SWITCHD_VLAN_H

#include <stdint.h>
#include "db/vlan.h"
#include "switchd/dp.h"

#define VLAN_NOT_CARRIED (-1)

/* How frames of a VLAN leave by the port (enum xvs_egress), or VLAN_NOT_CARRIED. */
int vlan_egress(const struct db_vlan *vlan, uint16_t vid);

/* Writes what the data path has to know of frames that come in: pvid, push_tpid, vlan_set, flags.
 */
void vlan_describe(const struct db_vlan *vlan, struct dp_port *port);

/* The VLAN of frames that say none. */
static inline uint16_t vlan_native(const struct db_vlan *vlan)
{
	return vlan->tag;
}

#endif
