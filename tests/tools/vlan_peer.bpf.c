/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel's VLAN device does to the frames of the device below it, for hosts whose kernel
 * has no such device: "push" on egress and "pop" on ingress of the device itself. The tag is put
 * beside the frame, not into it, and segments stay uncut. "beside" on egress does the same to a tag
 * that stands in the frame.
 *
 * VID and TPID are given on the compiler's command line.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define VID_MASK 0xfff

SEC("push")
int vlan_push(struct __sk_buff *skb)
{
	return bpf_skb_vlan_push(skb, bpf_htons(TPID), VID) ? TC_ACT_SHOT : TC_ACT_OK;
}

/* Frames of other VLANs, and those of none, are nothing to this host. */
SEC("pop")
int vlan_pop(struct __sk_buff *skb)
{
	if (!skb->vlan_present || skb->vlan_proto != bpf_htons(TPID) ||
	    (skb->vlan_tci & VID_MASK) != VID)
		return TC_ACT_SHOT;
	return bpf_skb_vlan_pop(skb) ? TC_ACT_SHOT : TC_ACT_OK;
}

SEC("beside")
int vlan_beside(struct __sk_buff *skb)
{
	__u16 tag[2];

	if (skb->vlan_present || bpf_skb_load_bytes(skb, 2 * ETH_ALEN, tag, sizeof(tag)))
		return TC_ACT_OK;
	if (tag[0] != bpf_htons(ETH_P_8021Q) && tag[0] != bpf_htons(ETH_P_8021AD))
		return TC_ACT_OK;
	if (bpf_skb_vlan_pop(skb) || bpf_skb_vlan_push(skb, tag[0], bpf_ntohs(tag[1])))
		return TC_ACT_SHOT;
	return TC_ACT_OK;
}

char _license[] SEC("license") = "GPL";
