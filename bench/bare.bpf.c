// SPDX-License-Identifier: BSD-2-Clause
/* The least that a switch in XDP can do, and so the limit: one output for all, nothing looked at.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} output SEC(".maps");

SEC("xdp")
int bare(struct xdp_md *ctx)
{
	return bpf_redirect_map(&output, 0, XDP_DROP);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
