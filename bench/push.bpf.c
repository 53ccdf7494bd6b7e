// SPDX-License-Identifier: BSD-2-Clause
/* The least that adding a VLAN tag costs in XDP: bare.bpf.c, and a tag.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define TAG_LENGTH 4
#define VID        10

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} output SEC(".maps");

SEC("xdp")
int push(struct xdp_md *ctx)
{
	struct {
		__u32 addresses[3];
		__be16 tag[2];
	} * new;
	struct {
		__u32 room, addresses[3];
	} * old;

	if (bpf_xdp_adjust_head(ctx, -TAG_LENGTH))
		return XDP_ABORTED;
	new = (void *)(long)ctx->data;
	old = (void *)new;
	if ((void *)(new + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	for (int i = 0; i < 3; i++)
		new->addresses[i] = old->addresses[i];
	new->tag[0] = bpf_htons(ETH_P_8021Q);
	new->tag[1] = bpf_htons(VID);
	return bpf_redirect_map(&output, 0, XDP_DROP);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
