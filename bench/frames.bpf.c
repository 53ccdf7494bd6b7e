// SPDX-License-Identifier: BSD-2-Clause
/* The two ends of a measurement with raw frames: frames.c runs the one and attaches the other. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Run by BPF_PROG_TEST_RUN with live frames, this sends each out of the device that it "came from".
 */
SEC("xdp")
int source(struct xdp_md *ctx)
{
	return XDP_TX;
}

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} received SEC(".maps");

/* Counts and drops: the cheapest host there is. */
SEC("xdp.frags")
int sink(struct xdp_md *ctx)
{
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&received, &zero);

	if (count)
		(*count)++;
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
