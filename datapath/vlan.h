/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * VLANs, as Open vSwitch's Port table defines them: which one a frame is in, and what its tag looks
 * like where it leaves.
 *
 * Two things are deliberately stricter than Open vSwitch. VID 4095 is no VLAN (IEEE 802.1Q-2018
 * table 9-2). And a priority tag in front of another tag is refused: taking it off, as is right for
 * a priority tag, would put the frame into a VLAN that its sender chose.
 */
#ifndef XVS_VLAN_H
#define XVS_VLAN_H

#include "datapath/compiler.h"
#include "datapath/frame.h"
#include "datapath/types.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, XVS_PORTS_MAX);
	__type(key, __u32);
	__type(value, struct xvs_vlan_set);
} vlan_sets SEC(".maps") __weak;

/* The VLAN that a frame is in. */
struct vlan {
	__u16 vid;
	__u16 inner; /* VID of the tag behind that of the VLAN; 0: none */
	__u16 seen; /* the same if that tag is more than payload: of a customer, or by vlan-limit */
	__u32 tag;  /* from which the VLAN was taken, or could have been; 0: there is none */
	bool behind; /* there is a tag behind that of the VLAN */
	bool as_is;  /* its flows say what leaves where, and no port's VLANs */
};

static __always_inline bool vlan_set_has(__u32 port, __u32 vid)
{
	const struct xvs_vlan_set *set = bpf_map_lookup_elem(&vlan_sets, &port);
	__u32 word = vid / 64;

	FORGET(word);
	return set && READ_ONCE(set->word[word % (XVS_VLANS / 64)]) >> vid % 64 & 1;
}

static __always_inline enum xvs_drop classify_tagged(struct vlan *vlan, const struct frame *frame,
						     __u32 ingress, const struct xvs_rules *in)
{
	__u32 vid = frame->tag & XVS_VID_MASK;

	if (vid == XVS_VID_RESERVED)
		return XVS_DROP_VLAN_RESERVED;
	if (in->flags & XVS_PORT_VLAN_SET && !vlan_set_has(ingress, vid))
		return XVS_DROP_VLAN_NOT_CARRIED;
	if (vid && in->flags & XVS_PORT_ACCESS)
		return XVS_DROP_VLAN_TAGGED;
	if (!vid && frame->stacked)
		return XVS_DROP_VLAN_STACKED;
	vlan->vid = vid ? vid : in->pvid;
	vlan->inner = frame->inner;
	vlan->seen = in->flags & XVS_PORT_INNER ? frame->inner : 0;
	vlan->tag = frame->tag;
	vlan->behind = frame->stacked;
	return XVS_DROP_NONE;
}

/* Finds the VLAN of a frame that came in by a port, or why it is in none. */
static __always_inline enum xvs_drop vlan_classify(struct vlan *vlan, const struct frame *frame,
						   __u32 ingress, const struct xvs_rules *in)
{
	if (frame->tag && !(in->flags & XVS_PORT_TUNNEL))
		return classify_tagged(vlan, frame, ingress, in);
	vlan->vid = in->pvid;
	vlan->inner = vlan->seen = frame->tag & XVS_VID_MASK;
	vlan->tag = 0;
	vlan->behind = frame->tag;
	if (in->flags & XVS_PORT_VLAN_SET && !vlan_set_has(ingress, vlan->inner))
		return XVS_DROP_VLAN_NOT_CARRIED;
	return XVS_DROP_NONE;
}

/*
 * Does a port not take a frame of a VLAN that it carries, for the tag behind that of the VLAN? A
 * dot1q-tunnel port may have a list of those that it takes; an access port sends nothing that shows
 * another tag.
 */
static __always_inline bool vlan_excluded(const struct vlan *vlan, __u32 egress,
					  const struct xvs_port *out)
{
	if (vlan->as_is)
		return false;
	if (out->flags & XVS_PORT_CVLANS)
		return !vlan_set_has(egress, vlan->inner);
	return vlan->seen && out->flags & XVS_PORT_ACCESS;
}

/* Has the frame a tag when it leaves? */
static __always_inline bool vlan_keeps_tag(const struct vlan *vlan, enum xvs_egress egress)
{
	if (egress <= XVS_EGRESS_TAGGED)
		return egress;
	if (egress == XVS_EGRESS_AS_IS)
		return vlan->tag;
	return egress == XVS_EGRESS_PRIORITY ? vlan->tag & TAG_PCP_MASK : vlan->tag;
}

/* What has to be done to a frame's tag. */
enum vlan_change {
	VLAN_KEEP,
	VLAN_PUSH,
	VLAN_POP,
	VLAN_REWRITE, /* a priority tag becomes that of the VLAN */
};

static __always_inline enum vlan_change vlan_change(const struct vlan *vlan, bool tagged)
{
	if (!vlan->tag)
		return tagged ? VLAN_PUSH : VLAN_KEEP;
	if (!tagged)
		return VLAN_POP;
	return (vlan->tag & XVS_VID_MASK) == vlan->vid ? VLAN_KEEP : VLAN_REWRITE;
}

/* The tag as it is after VLAN_PUSH or VLAN_REWRITE; the priority stays. */
static __always_inline __u32 vlan_tag(const struct vlan *vlan, const struct xvs_rules *in)
{
	__u32 tag = vlan->tag ? vlan->tag : (__u32)in->push_tpid << TAG_TPID_SHIFT;

	return (tag & ~XVS_VID_MASK) | vlan->vid;
}

/* A frame's length after the change. */
static __always_inline __u32 vlan_len(__u32 len, enum vlan_change change)
{
	return len + (change == VLAN_PUSH ? TAG_LEN : 0) - (change == VLAN_POP ? TAG_LEN : 0);
}

#endif
