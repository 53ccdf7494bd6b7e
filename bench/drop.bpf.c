// SPDX-License-Identifier: BSD-2-Clause
/* The least that dropping costs in XDP: nothing is looked at. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int drop(struct xdp_md *ctx)
{
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
