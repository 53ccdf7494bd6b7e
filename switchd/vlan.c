/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/vlan.h"

#include <linux/if_ether.h>
#include <string.h>

static bool is_listed(const struct db_vlan *vlan, uint16_t vid)
{
	return !vlan->limited || vlan_set_has(&vlan->set, vid);
}

/* VLAN 0 has no tag of its own, but a frame in it may have one for its priority. */
static int egress_vlan_0(const struct db_vlan *vlan)
{
	switch (vlan->priority_tags) {
	case VLAN_PRIORITY_TAGS_ALWAYS:
		return XVS_EGRESS_PRIORITY_ALWAYS;
	case VLAN_PRIORITY_TAGS_IF_NONZERO:
		return XVS_EGRESS_PRIORITY;
	default:
		return XVS_EGRESS_UNTAGGED;
	}
}

static int egress_tagged(const struct db_vlan *vlan, uint16_t vid)
{
	return vid ? XVS_EGRESS_TAGGED : egress_vlan_0(vlan);
}

int vlan_egress(const struct db_vlan *vlan, uint16_t vid)
{
	if (vid >= XVS_VID_RESERVED)
		return VLAN_NOT_CARRIED;
	switch (vlan->mode) {
	case VLAN_ACCESS:
	case VLAN_DOT1Q_TUNNEL:
		return vid == vlan->tag ? XVS_EGRESS_UNTAGGED : VLAN_NOT_CARRIED;
	case VLAN_NATIVE_UNTAGGED:
		if (vid == vlan->tag)
			return XVS_EGRESS_UNTAGGED;
		return vid && is_listed(vlan, vid) ? XVS_EGRESS_TAGGED : VLAN_NOT_CARRIED;
	case VLAN_NATIVE_TAGGED:
		if (vid == vlan->tag)
			return egress_tagged(vlan, vid);
		return vid && is_listed(vlan, vid) ? XVS_EGRESS_TAGGED : VLAN_NOT_CARRIED;
	default:
		return is_listed(vlan, vid) ? egress_tagged(vlan, vid) : VLAN_NOT_CARRIED;
	}
}

void vlan_describe(const struct db_vlan *vlan, struct dp_port *port)
{
	port->pvid = vlan->tag;
	port->push_tpid = vlan->mode == VLAN_DOT1Q_TUNNEL ? vlan->qinq_tpid : ETH_P_8021Q;
	if (vlan->mode == VLAN_ACCESS)
		port->flags |= XVS_PORT_ACCESS;
	if (vlan->mode == VLAN_DOT1Q_TUNNEL)
		port->flags |= XVS_PORT_TUNNEL;
	if (!vlan->limited)
		return;
	port->flags |= XVS_PORT_VLAN_SET;
	if (vlan->mode == VLAN_DOT1Q_TUNNEL)
		port->flags |= XVS_PORT_CVLANS;
	port->vlan_set = vlan->set;
	/* Frames of the native VLAN, whichever way they say so, are always taken. */
	if (vlan->mode == VLAN_NATIVE_TAGGED || vlan->mode == VLAN_NATIVE_UNTAGGED) {
		vlan_set_add(&port->vlan_set, vlan->tag);
		vlan_set_add(&port->vlan_set, 0);
	}
}
