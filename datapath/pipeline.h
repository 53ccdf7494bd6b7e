/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The decision: what becomes of a frame. One function for both hooks, without side effects, so that
 * XDP may find out that it cannot finish a frame and pass it up as if it had never been seen; TC
 * then decides the same. A hook that does finish a frame calls conclude() first, and sends it then.
 */
#ifndef XVS_PIPELINE_H
#define XVS_PIPELINE_H

#include "datapath/compiler.h"
#include "datapath/fdb.h"
#include "datapath/frame.h"
#include "datapath/group.h"
#include "datapath/port.h"
#include "datapath/stats.h"
#include "datapath/types.h"
#include "datapath/vlan.h"

enum verdict_action {
	VERDICT_DROP,
	VERDICT_PORT,  /* send to one port */
	VERDICT_GROUP, /* send to each member of a flood group but the port it came from */
};

struct verdict {
	enum verdict_action action;
	enum xvs_drop reason; /* of a drop */
	__u32 port;           /* the output port; of a drop: the port that counts it */
	__u32 group;
	enum xvs_egress egress; /* how it leaves by the port */
	struct vlan vlan;
	bool learn; /* the source address is to be learned */
};

/* What flows say: a frame with this tag, or none, leaves as it is. */
static __always_inline void verdict_as_is(struct verdict *verdict, __u32 tag)
{
	verdict->vlan = (struct vlan){.vid = tag & XVS_VID_MASK, .tag = tag, .as_is = true};
	verdict->egress = XVS_EGRESS_AS_IS;
}

static __always_inline void verdict_drop(struct verdict *verdict, __u32 port, enum xvs_drop reason)
{
	verdict->action = VERDICT_DROP;
	verdict->port = port;
	verdict->reason = reason;
}

/* Why a frame is not even looked at, or XVS_DROP_NONE. */
static __always_inline enum xvs_drop unseen(const struct frame *frame, const struct xvs_rules *in)
{
	if ((in->flags & (XVS_PORT_UP | XVS_PORT_PAUSED | XVS_PORT_NO_RECV)) != XVS_PORT_UP)
		return in->flags & XVS_PORT_NO_RECV ? XVS_DROP_NO_RECV : XVS_DROP_IN_DOWN;
	return frame->runt ? XVS_DROP_RUNT : XVS_DROP_NONE;
}

/* Why it is not switched. Linux bridges refuse the same source addresses. */
static __always_inline enum xvs_drop inadmissible(const struct frame *frame,
						  const struct xvs_rules *in)
{
	enum xvs_drop reason = unseen(frame, in);

	if (reason)
		return reason;
	if (!frame->src || mac_is_group(frame->src))
		return XVS_DROP_SOURCE;
	if (mac_is_link_local(frame->dst) && !(in->flags & XVS_PORT_FORWARD_BPDU))
		return XVS_DROP_LINK_LOCAL;
	return XVS_DROP_NONE;
}

/* Open vSwitch's flood_vlans: is it a VLAN that knows no addresses? */
static __always_inline bool only_floods(const struct xvs_rules *in, __u32 vid)
{
	return in->flags & XVS_PORT_FLOOD_VLANS && vlan_entry(in->bridge, vid) & XVS_VLAN_FLOOD;
}

static __always_inline void flood(struct verdict *verdict, __u32 ingress,
				  const struct xvs_rules *in)
{
	verdict->action = VERDICT_GROUP;
	verdict->group = vlan_entry(in->bridge, verdict->vlan.vid) & XVS_VLAN_GROUP;
	if (!group_has_other(verdict->group, ingress))
		verdict_drop(verdict, ingress, XVS_DROP_NO_MEMBER);
}

/* Flows flood a frame, as it is, to all ports or to some. */
static __always_inline void flood_as_is(struct verdict *verdict, __u32 ingress,
					const struct xvs_rules *in, bool all)
{
	__u32 bridge = in->bridge;
	const struct xvs_bridge *entry = bpf_map_lookup_elem(&bridges, &bridge);

	verdict->action = VERDICT_GROUP;
	verdict->group = entry ? (all ? READ_ONCE(entry->all) : READ_ONCE(entry->some)) : 0;
	if (!group_has_other(verdict->group, ingress))
		verdict_drop(verdict, ingress, XVS_DROP_NO_MEMBER);
}

static __always_inline struct verdict decide(const struct frame *frame, __u32 ingress,
					     const struct xvs_rules *in)
{
	struct verdict verdict = {};
	enum xvs_drop reason = inadmissible(frame, in);
	__u32 forward = 0;

	if (!reason)
		reason = vlan_classify(&verdict.vlan, frame, ingress, in);
	if (reason) {
		verdict_drop(&verdict, ingress, reason);
		return verdict;
	}
	verdict.learn = !only_floods(in, verdict.vlan.vid);
	if (verdict.learn && !mac_is_group(frame->dst))
		forward = fdb_lookup(xvs_fdb_key(frame->dst, verdict.vlan.vid), in->bridge).forward;
	verdict.port = forward & XVS_FORWARD_PORT;
	verdict.egress = xvs_forward_egress(forward);
	if (!verdict.port)
		flood(&verdict, ingress, in);
	else if (verdict.port == ingress)
		verdict_drop(&verdict, ingress, XVS_DROP_HAIRPIN);
	else
		verdict.action = VERDICT_PORT;
	return verdict;
}

/* The side effects of a decision that the hook carries out, other than sending. */
static __always_inline void conclude(const struct frame *frame, __u32 ingress,
				     const struct xvs_rules *in, const struct verdict *verdict)
{
	stats_rx(ingress, frame->len);
	if (verdict->learn)
		fdb_learn(frame->src, verdict->vlan.vid, in->bridge, ingress);
	if (verdict->action == VERDICT_DROP)
		stats_drop(verdict->port, verdict->reason);
}

#endif
