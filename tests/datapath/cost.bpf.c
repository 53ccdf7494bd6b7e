// SPDX-License-Identifier: BSD-2-Clause
/*
 * For test_cost.c: a program that gives each turn of BPF_PROG_TEST_RUN another frame and then calls
 * the one that is measured; and the one that all others are compared with, which does a fixed
 * amount of work of the same kind.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "tests/datapath/cost.h"

__u32 turn, turns;
struct cost_frame frames[COST_FRAMES];

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} measured SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, COST_ENTRIES);
	__type(key, __u32);
	__type(value, __u64);
} places SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, COST_ENTRIES);
	__type(key, __u64);
	__type(value, __u64);
} values SEC(".maps");

struct headers {
	struct ethhdr eth;
	struct iphdr ip;
	__be16 sport, dport;
} __attribute__((packed));

SEC("xdp.frags")
int vary(struct xdp_md *ctx)
{
	const struct cost_frame *frame = &frames[turn % COST_FRAMES];
	struct headers *headers = (void *)(long)ctx->data;

	if ((void *)(headers + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	*(__u16 *)(headers->eth.h_dest + 4) = frame->station;
	headers->ip.protocol = *(const __u8 *)&frame->protocol;
	headers->ip.saddr = frame->saddr;
	headers->ip.daddr = frame->daddr;
	headers->sport = frame->sport;
	headers->dport = frame->dport;
	turn = turn + 1 < turns ? turn + 1 : 0;
	bpf_tail_call(ctx, &measured, 0);
	return XDP_ABORTED;
}

/* The hash map has the keys below COST_ENTRIES. */
static __always_inline void count(__u64 key)
{
	__u64 *value = bpf_map_lookup_elem(&values, &key);

	if (value)
		++*value;
}

SEC("xdp.frags")
int reference(struct xdp_md *ctx)
{
	const struct headers *headers = (void *)(long)ctx->data;
	__u32 place;
	__u64 *value;

	if ((void *)(headers + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	if (headers->eth.h_proto != bpf_htons(ETH_P_IP) || headers->ip.version != 4)
		return XDP_ABORTED;
	place = (headers->ip.saddr ^ headers->ip.daddr) % COST_ENTRIES;
	value = bpf_map_lookup_elem(&places, &place);
	if (value)
		++*value;
	for (__u32 i = 0; i < 4; i++)
		count(place + i * (COST_ENTRIES / 2));
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
