// SPDX-License-Identifier: BSD-2-Clause
/* The two ends of a measurement with raw frames: end.c attaches the one, and frames.c runs the
 * other. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "bench/frames.h"

struct frames_plan plan;
struct frames_connection connections[FRAMES_CONNECTIONS_MAX];

/* Makes an untagged frame one of a connection. */
static __always_inline int connect(struct xdp_md *ctx, __u32 turn)
{
	const struct frames_connection *connection = &connections[turn % FRAMES_CONNECTIONS_MAX];
	struct frames_headers *headers = (void *)(long)ctx->data + ETH_HLEN;

	if ((void *)(headers + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	headers->ip.protocol = connection->protocol;
	headers->ip.check = connection->ip_check;
	headers->ip.saddr = connection->saddr;
	headers->ip.daddr = connection->daddr;
	headers->sport = connection->sport;
	headers->dport = connection->dport;
	headers->tcp_check = connection->tcp_check;
	return XDP_TX;
}

/* The first number is 0, and no station has the address of the device. */
static __always_inline void station_set(__u8 address[ETH_ALEN], __u32 number)
{
	address[1] = (number + 1) >> 16;
	*(__be16 *)&address[2] = bpf_htons(number + 1);
}

/* One of `count`, by 32 bits of the dice. */
static __always_inline __u32 throw(__u32 bits, __u32 count)
{
	return (__u64)bits * count >> 32;
}

static __always_inline void stations_set(union frames_head *head, __u32 turn)
{
	__u32 source = turn, destination = turn;

	if (plan.dice) {
		/* Knuth's generator (MMIX): two instructions, where the kernel's costs a call. */
		plan.dice = plan.dice * 6364136223846793005ull + 1442695040888963407ull;
		source = throw(plan.dice >> 32, plan.sources);
		destination = throw(plan.dice >> 16, plan.destinations);
	}
	if (plan.sources)
		station_set(head->src, source);
	if (plan.destinations)
		station_set(head->dst, destination);
}

/* Run by BPF_PROG_TEST_RUN with live frames, this sends each out of the device that it "came from".
 */
SEC("xdp")
int source(struct xdp_md *ctx)
{
	union frames_head *head = (void *)(long)ctx->data;
	__u32 turn = plan.turn;

	if ((void *)(head + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	*head = plan.head;
	if (plan.vids > 1)
		head->tci = bpf_htons(plan.vid + turn);
	if (plan.sources || plan.destinations)
		stations_set(head, turn);
	plan.turn = turn + 1 < plan.turns ? turn + 1 : 0;
	return plan.connections ? connect(ctx, turn) : XDP_TX;
}

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct frames_received);
} received SEC(".maps");

/* Counts and drops: the cheapest host there is. */
SEC("xdp.frags")
int sink(struct xdp_md *ctx)
{
	const union frames_head *head = (void *)(long)ctx->data;
	struct frames_received *count;
	__u32 zero = 0;

	count = bpf_map_lookup_elem(&received, &zero);
	if (!count || (void *)(head + 1) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	count->all++;
	count->tagged += head->type == bpf_htons(ETH_P_8021Q);
	return XDP_DROP;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
