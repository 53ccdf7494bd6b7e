/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How TC sends: to a port, or copies to the members of a flood group.
 */
#ifndef XVS_TC_SEND_H
#define XVS_TC_SEND_H

#include <linux/in.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>
#include "datapath/compiler.h"
#include "datapath/frame.h"
#include "datapath/group.h"
#include "datapath/pipeline.h"
#include "datapath/port.h"
#include "datapath/stats.h"
#include "datapath/vlan.h"

/* Why a frame yet to be cut into segments may not leave by a port that is up, or XVS_DROP_NONE. */
static __always_inline enum xvs_drop segments_refused(struct __sk_buff *skb,
						      const struct xvs_port *out)
{
	__u32 mtu = 0;
	long ret = bpf_check_mtu(skb, out->tx_ifindex, &mtu, 0, BPF_MTU_CHK_SEGS);

	if (ret < 0)
		return XVS_DROP_REDIRECT;
	return ret ? XVS_DROP_MTU : XVS_DROP_NONE;
}

/* The octet at an offset of the frame's buffer; 0 beyond its end. */
static __always_inline __u8 octet(struct __sk_buff *skb, __u32 offset)
{
	__u8 value = 0;

	bpf_skb_load_bytes(skb, offset, &value, sizeof(value));
	return value;
}

static __always_inline __u16 ethertype(struct __sk_buff *skb, __u32 offset)
{
	return octet(skb, offset) << 8 | octet(skb, offset + 1);
}

/* Length of the TCP or UDP header at an offset. */
static __always_inline __u32 transport_header(struct __sk_buff *skb, __u32 protocol, __u32 offset)
{
	return protocol == IPPROTO_TCP ? (octet(skb, offset + 12) >> 4) * 4 : sizeof(struct udphdr);
}

/*
 * Octets of each segment from its IP header on; 0: not known. A function of its own, which the
 * verifier looks at once and not for each way that leads here.
 */
__weak __noinline __u32 segment_len(struct __sk_buff *skb)
{
	__u32 ip = ETH_HLEN, header;
	__u16 type = ethertype(skb, ETH_HLEN - 2);

	if (is_tpid(bpf_htons(type))) {
		type = ethertype(skb, ETH_HLEN + TAG_LEN - 2);
		ip += TAG_LEN;
	}
	if (type == ETH_P_IP) {
		header = (octet(skb, ip) & 15) * 4;
		header += transport_header(skb, octet(skb, ip + 9), ip + header);
	} else if (type == ETH_P_IPV6) {
		header = sizeof(struct ipv6hdr);
		header += transport_header(skb, octet(skb, ip + 6), ip + header);
	} else {
		return 0;
	}
	return header + skb->gso_size;
}

/*
 * Why a frame may not leave by a port with a tag of its VLAN, or without one, or XVS_DROP_NONE. The
 * kernel counts a tag behind that of the VLAN among the octets that the MTU is about, as it holds
 * it for the begin of the payload; only one of the frame's tags may come on top of the MTU.
 */
static __always_inline enum xvs_drop refuses(struct __sk_buff *skb, const struct xvs_port *out,
					     __u32 len, const struct vlan *vlan, bool tag)
{
	bool gso = skb->gso_size;
	enum xvs_drop reason = port_refuses(out, gso ? 0 : len);
	__u32 segment;

	if (reason || !gso)
		return reason;
	segment = vlan->behind ? segment_len(skb) : 0;
	if (!segment)
		return segments_refused(skb, out);
	return port_refuses(out, ETH_HLEN + TAG_LEN + (tag ? TAG_LEN : 0) + segment);
}

static __always_inline __u64 redirect_flags(const struct xvs_port *out)
{
	return out->flags & XVS_PORT_TX_INGRESS ? BPF_F_INGRESS : 0;
}

/* Sends the frame itself, when the program returns. */
static __always_inline int send(__u32 port, const struct xvs_port *out, __u32 len)
{
	stats_tx(port, len);
	return bpf_redirect(out->tx_ifindex, redirect_flags(out));
}

/*
 * The same on a shorter way, into the namespace of a veth's other end. Not for floods, nor where
 * flows name the port: the kernel takes what comes so for the receiver's own, whatever its address
 * is. And not for a frame that was given a second tag: up to Linux 6.11 the kernel then mistakes
 * where its payload begins.
 */
static __always_inline int send_peer(__u32 port, const struct xvs_port *out, __u32 len)
{
	stats_tx(port, len);
	return bpf_redirect_peer(out->tx_ifindex, 0);
}

/* Sends a copy, at once. */
static __always_inline void send_copy(struct __sk_buff *skb, __u32 port, const struct xvs_port *out,
				      __u32 len)
{
	if (bpf_clone_redirect(skb, out->tx_ifindex, redirect_flags(out)))
		stats_drop(port, XVS_DROP_REDIRECT);
	else
		stats_tx(port, len);
}

/* Makes the change to the frame. The kernel keeps a tag in the metadata as long as it can. */
static __always_inline bool change_tag(struct __sk_buff *skb, enum vlan_change change, __u32 tag)
{
	if ((change == VLAN_POP || change == VLAN_REWRITE) && bpf_skb_vlan_pop(skb))
		return false;
	if (change == VLAN_PUSH || change == VLAN_REWRITE)
		return !bpf_skb_vlan_push(skb, bpf_htons(tag >> TAG_TPID_SHIFT), (__u16)tag);
	return true;
}

/*
 * A flood under way. Members that get the frame with a tag come first in their group, so that its
 * form changes twice at most: into the one with a tag, then into the one without.
 *
 * The first round over the members finds out who is last and gets the original, the next ones send
 * the others their copies. One round could do it all, each time serving the member before. But up
 * to Linux 6.7 the verifier looks at a loop's body only once, as it is entered first, and removes
 * what then seems out of reach: a body must not wait for what an earlier turn has left.
 */
struct flood {
	struct __sk_buff *skb;
	struct vlan vlan; /* the frame's, as it came */
	__u32 new_tag;    /* in the form with a tag */
	__u32 frame_len;  /* as it came */
	__u32 line;       /* where the members begin */
	__u32 ingress;

	__u32 last;      /* index of the last one who can be served */
	__u32 last_port; /* 0: nobody can */
	bool last_tag;   /* gets it with a tag */
	bool any_tag;    /* somebody does */
	bool refused;    /* a member was left out, and its drop counted */

	bool tag;  /* the form that it has now, and who gets it so is served */
	__u32 len; /* in this form */
};

static __always_inline __u32 flood_len(const struct flood *flood, bool tag)
{
	return vlan_len(flood->frame_len, vlan_change(&flood->vlan, tag));
}

static __always_inline bool flood_keeps_tag(const struct flood *flood, __u32 member)
{
	return vlan_keeps_tag(&flood->vlan, member >> XVS_MEMBER_EGRESS_SHIFT);
}

static long flood_find_last(__u32 index, struct flood *flood)
{
	__u32 member = group_member(flood->line, index), port = member & XVS_MEMBER_PORT;
	const struct xvs_port *out = port_get(port);
	bool tag = flood_keeps_tag(flood, member);
	enum xvs_drop reason;

	if (!member || !out)
		return 1;
	if (port == flood->ingress || vlan_excluded(&flood->vlan, port, out))
		return 0;
	reason = refuses(flood->skb, out, flood_len(flood, tag), &flood->vlan, tag);
	if (reason) {
		stats_drop(port, reason);
		flood->refused = true;
		return 0;
	}
	flood->last = index;
	flood->last_port = port;
	flood->last_tag = tag;
	flood->any_tag |= tag;
	return 0;
}

static long flood_copy(__u32 index, struct flood *flood)
{
	__u32 member = group_member(flood->line, index), port = member & XVS_MEMBER_PORT;
	const struct xvs_port *out = port_get(port);

	if (!member || !out || index >= flood->last)
		return 1;
	if (port != flood->ingress && flood_keeps_tag(flood, member) == flood->tag &&
	    !vlan_excluded(&flood->vlan, port, out) &&
	    !refuses(flood->skb, out, flood->len, &flood->vlan, flood->tag))
		send_copy(flood->skb, port, out, flood->len);
	return 0;
}

/* Changes the frame, which has this tag by now, into a form, and sends copies to those who get it
 * so. */
static __always_inline bool flood_round(struct flood *flood, struct vlan *now, bool tag)
{
	if (!change_tag(flood->skb, vlan_change(now, tag), flood->new_tag))
		return false;
	now->tag = tag ? flood->new_tag : 0;
	flood->tag = tag;
	flood->len = flood_len(flood, tag);
	bpf_loop(XVS_PORTS_MAX, flood_copy, flood, 0);
	return true;
}

/* Sends each member but the last a copy, and leaves the frame as the last one gets it. */
static __always_inline bool flood_copies(struct flood *flood)
{
	struct vlan now = flood->vlan;

	if (flood->any_tag && !flood_round(flood, &now, true))
		return false;
	return flood->last_tag || flood_round(flood, &now, false);
}

/* Gives a frame that has this tag the one that it had before. */
static __always_inline bool restore_tag(struct __sk_buff *skb, __u32 now, __u32 before)
{
	enum vlan_change change = VLAN_KEEP;

	if (now != before)
		change = !now ? VLAN_PUSH : before ? VLAN_REWRITE : VLAN_POP;
	return change_tag(skb, change, before);
}

/* Sends all members a copy, and leaves the frame as it was. */
static __always_inline bool flood_all(struct flood *flood)
{
	struct vlan now = flood->vlan;

	flood->last = XVS_PORTS_MAX;
	if (flood->any_tag && !flood_round(flood, &now, true))
		return false;
	if (!flood->last_tag && !flood_round(flood, &now, false))
		return false;
	return restore_tag(flood->skb, now.tag, flood->vlan.tag);
}

/* The frame itself goes, or, with `copies`, is as it was afterwards. */
static __always_inline int send_group(struct __sk_buff *skb, const struct verdict *verdict,
				      __u32 ingress, const struct xvs_rules *in, __u32 len,
				      bool copies)
{
	const struct xvs_group *group = group_get(verdict->group);
	struct flood flood = {
		.skb = skb,
		.vlan = verdict->vlan,
		.new_tag = vlan_tag(&verdict->vlan, in),
		.frame_len = len,
		.ingress = ingress,
	};
	const struct xvs_port *out;

	if (group) {
		flood.line = group->line;
		bpf_loop(XVS_PORTS_MAX, flood_find_last, &flood, 0);
	}
	out = port_get(flood.last_port);
	if (!flood.last_port || !out) {
		if (!flood.refused)
			stats_drop(ingress, XVS_DROP_NO_MEMBER);
		return TC_ACT_SHOT;
	}
	if (copies && flood_all(&flood))
		return TC_ACT_OK;
	if (!copies && flood_copies(&flood))
		return send(flood.last_port, out, flood.len);
	stats_drop(flood.last_port, XVS_DROP_REDIRECT);
	return TC_ACT_SHOT;
}

/* `pushed`: the frame may have been given its tag in front of another one before. */
static __always_inline int send_port(struct __sk_buff *skb, const struct verdict *verdict,
				     const struct xvs_rules *in, const struct xvs_port *out,
				     __u32 len, bool pushed)
{
	enum vlan_change change =
		vlan_change(&verdict->vlan, vlan_keeps_tag(&verdict->vlan, verdict->egress));

	if (change_tag(skb, change, vlan_tag(&verdict->vlan, in))) {
		len = vlan_len(len, change);
		if (out->flags & XVS_PORT_TX_PEER && !verdict->vlan.as_is &&
		    !(verdict->vlan.behind && (pushed || change == VLAN_PUSH)))
			return send_peer(verdict->port, out, len);
		return send(verdict->port, out, len);
	}
	stats_drop(verdict->port, XVS_DROP_REDIRECT);
	return TC_ACT_SHOT;
}

/* Why the port that a verdict names does not take the frame, or XVS_DROP_NONE. */
static __always_inline enum xvs_drop port_objects(struct __sk_buff *skb,
						  const struct verdict *verdict,
						  const struct xvs_port *out, __u32 len)
{
	bool tag = vlan_keeps_tag(&verdict->vlan, verdict->egress);

	if (vlan_excluded(&verdict->vlan, verdict->port, out))
		return XVS_DROP_VLAN_EXCLUDED;
	return refuses(skb, out, vlan_len(len, vlan_change(&verdict->vlan, tag)), &verdict->vlan,
		       tag);
}

/*
 * Reads the frame. Its tags may be in a buffer of their own, the headers alone are never; the
 * outermost one has as a rule been moved to the metadata. So many octets of it are in one piece
 * then, if it has so many. False: there is no memory for that.
 */
static __always_inline bool parse(struct frame *frame, struct __sk_buff *skb, __u32 octets)
{
	if (skb->data_end - skb->data < octets && skb->data_end - skb->data < skb->len &&
	    bpf_skb_pull_data(skb, skb->len < octets ? skb->len : octets))
		return false;
	frame_parse(frame, (void *)(long)skb->data, (void *)(long)skb->data_end, skb->len);
	if (skb->vlan_present)
		frame_insert_tag(frame, (__u32)bpf_ntohs(skb->vlan_proto) << TAG_TPID_SHIFT |
						(__u16)skb->vlan_tci);
	return true;
}

#endif
