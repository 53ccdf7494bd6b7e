// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The TC hook: the complete switch, on ingress of every port. Frames are socket buffers here, with
 * unfinished checksums and segments not yet cut, and leave as they came.
 */
#include <linux/pkt_cls.h>
#include "datapath/compiler.h"
#include "datapath/frame.h"
#include "datapath/group.h"
#include "datapath/pipeline.h"
#include "datapath/port.h"
#include "datapath/stats.h"

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, XVS_SLOTS_MAX);
	__type(key, __u32);
	__type(value, __u32);
} tc_slots SEC(".maps");

/*
 * The slot is only ever replaced. Should it be empty all the same, a port must not turn into an
 * interface of the host: what comes in on it is not the host's to take.
 */
SEC("tc")
int xvs_tc_root(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &tc_slots, XVS_SLOT_PIPELINE);
	return TC_ACT_SHOT;
}

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

/* Why a frame may not leave by a port, or XVS_DROP_NONE. */
static __always_inline enum xvs_drop refuses(struct __sk_buff *skb, const struct xvs_port *out,
					     __u32 len)
{
	bool gso = skb->gso_size;
	enum xvs_drop reason = port_refuses(out, gso ? 0 : len);

	return reason || !gso ? reason : segments_refused(skb, out);
}

static __always_inline __u64 redirect_flags(const struct xvs_port *out)
{
	return out->flags & XVS_PORT_TX_INGRESS ? BPF_F_INGRESS : 0;
}

/* Sends the frame itself, when the program returns. */
static __always_inline int send(__u32 port, const struct xvs_port *out, __u32 len)
{
	stats_tx(port, len);
	if (out->flags & XVS_PORT_TX_PEER)
		return bpf_redirect_peer(out->tx_ifindex, 0);
	return bpf_redirect(out->tx_ifindex, redirect_flags(out));
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

/*
 * A flood under way, in two rounds: the first finds out who is last and gets the original, the
 * second sends the others their copies. One round could do both, each time serving the member
 * before. But up to Linux 6.7 the verifier looks at a loop's body only once, as it is entered
 * first, and removes what then seems out of reach: a body must not wait for what an earlier turn
 * has left.
 */
struct flood {
	struct __sk_buff *skb;
	void *members;
	__u32 ingress;
	__u32 len;
	__u32 last;   /* 0: nobody can be served */
	bool refused; /* a member was left out, and its drop counted */
};

/* The member at this place; 0: the list has ended. */
static __always_inline __u32 flood_member(const struct flood *flood, __u32 index)
{
	const __u32 *member = bpf_map_lookup_elem(flood->members, &index);

	return member ? *member : 0;
}

static long flood_find_last(__u32 index, struct flood *flood)
{
	__u32 member = flood_member(flood, index);
	const struct xvs_port *out = port_get(member);

	if (!member || !out)
		return 1;
	if (member != flood->ingress && !refuses(flood->skb, out, flood->len))
		flood->last = member;
	return 0;
}

static long flood_copy(__u32 index, struct flood *flood)
{
	__u32 member = flood_member(flood, index);
	const struct xvs_port *out = port_get(member);
	enum xvs_drop reason;

	if (!member || !out)
		return 1;
	if (member == flood->ingress || member == flood->last)
		return 0;
	reason = refuses(flood->skb, out, flood->len);
	if (reason) {
		stats_drop(member, reason);
		flood->refused = true;
	} else {
		send_copy(flood->skb, member, out, flood->len);
	}
	return 0;
}

static __always_inline int send_group(struct __sk_buff *skb, __u32 group, __u32 ingress, __u32 len)
{
	struct flood flood = {.skb = skb, .ingress = ingress, .len = len};
	const struct xvs_port *out;

	flood.members = bpf_map_lookup_elem(&group_members, &group);
	if (flood.members) {
		bpf_loop(XVS_PORTS_MAX, flood_find_last, &flood, 0);
		bpf_loop(XVS_PORTS_MAX, flood_copy, &flood, 0);
	}
	out = port_get(flood.last);
	if (flood.last && out)
		return send(flood.last, out, len);
	if (!flood.refused)
		stats_drop(ingress, XVS_DROP_NO_MEMBER);
	return TC_ACT_SHOT;
}

/* With the tag that the device or the kernel took out of the frame, which skb->len leaves out. */
static __always_inline __u32 frame_len(const struct __sk_buff *skb)
{
	return skb->len + (skb->vlan_present ? 4 : 0);
}

SEC("tc")
int xvs_tc(struct __sk_buff *skb)
{
	__u32 ingress = port_of(skb->ifindex);
	const struct xvs_port *in, *out = NULL;
	struct verdict verdict;
	enum xvs_drop reason;
	struct frame frame;

	if (!ingress)
		return TC_ACT_OK;
	in = port_get(ingress);
	if (!in)
		return TC_ACT_OK;
	frame_parse(&frame, (void *)(long)skb->data, (void *)(long)skb->data_end, frame_len(skb));

	verdict = decide(&frame, ingress, in);
	if (verdict.action == VERDICT_PORT) {
		out = port_get(verdict.port);
		reason = out ? refuses(skb, out, frame.len) : XVS_DROP_OUT_DOWN;
		if (reason)
			verdict_drop(&verdict, verdict.port, reason);
	}

	conclude(&frame, ingress, in, &verdict);
	if (verdict.action == VERDICT_GROUP)
		return send_group(skb, verdict.group, ingress, frame.len);
	if (verdict.action == VERDICT_PORT && out)
		return send(verdict.port, out, frame.len);
	return TC_ACT_SHOT;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
