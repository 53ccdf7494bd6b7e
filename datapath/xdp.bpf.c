// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The XDP hook: the early and cheap half of the switch. What it cannot finish it passes up,
 * untouched and uncounted, to the TC program of the same port.
 */
#include "datapath/compiler.h"
#include "datapath/frame.h"
#include "datapath/pipeline.h"
#include "datapath/port.h"
#include "datapath/stats.h"

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, XVS_SLOTS_MAX);
	__type(key, __u32);
	__type(value, __u32);
} xdp_slots SEC(".maps");

/* Indexed by port number. */
struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP);
	__uint(max_entries, XVS_PORTS_MAX);
	__type(key, __u32);
	__type(value, struct bpf_devmap_val);
} devmap SEC(".maps");

/*
 * Whose frames this CPU is flooding, for the egress program. It cannot ask its context: before
 * Linux 6.1.115, 6.6.59 and 6.12, ingress_ifindex of a devmap program is read through a pointer
 * that nobody set. A devmap is flushed before the NAPI poll that filled it ends, so all that is in
 * it came from one device.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} flood_ingress SEC(".maps");

static __always_inline __u32 *flood_ingress_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&flood_ingress, &zero);
}

/* With the slot empty the frame is TC's. */
SEC("xdp.frags")
int xvs_xdp_root(struct xdp_md *ctx)
{
	bpf_tail_call(ctx, &xdp_slots, XVS_SLOT_PIPELINE);
	return XDP_PASS;
}

/*
 * A frame in several buffers (jumbo, or coalesced by the device) is redirected by no kernel
 * before 6.3, and by later ones only to some devices; to others it is lost without a trace. Such
 * frames are TC's.
 */
static __always_inline bool in_one_buffer(const struct frame *frame, const void *data,
					  const void *end)
{
	return end - data == frame->len;
}

static __always_inline int send_port(__u32 port, __u32 len)
{
	if (bpf_redirect_map(&devmap, port, XDP_DROP) != XDP_REDIRECT) {
		stats_drop(port, XVS_DROP_REDIRECT);
		return XDP_DROP;
	}
	stats_tx(port, len);
	return XDP_REDIRECT;
}

/*
 * The egress program counts the copies, and takes out the sender's. BPF_F_EXCLUDE_INGRESS would
 * save that copy, but writes past its stack when the sender's device has more than eight upper
 * devices (CVE-2026-23359).
 */
static __always_inline int send_group(void *members, __u32 ingress_ifindex)
{
	__u32 *flooding = flood_ingress_get();

	if (!flooding)
		return XDP_ABORTED;
	*flooding = ingress_ifindex;
	return bpf_redirect_map(members, 0, BPF_F_BROADCAST);
}

SEC("xdp.frags")
int xvs_xdp(struct xdp_md *ctx)
{
	const void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 ingress = port_of(ctx->ingress_ifindex);
	const struct xvs_port *in, *out;
	struct verdict verdict;
	enum xvs_drop reason;
	void *members = NULL;
	struct frame frame;

	if (!ingress)
		return XDP_PASS;
	in = port_get(ingress);
	if (!in)
		return XDP_PASS;
	frame_parse(&frame, data, end, bpf_xdp_get_buff_len(ctx));

	verdict = decide(&frame, ingress, in);
	switch (verdict.action) {
	case VERDICT_DROP:
		/* TC will drop it too, but a listener on the device (lldpd, say) sees it on the
		 * way. */
		if (verdict.reason == XVS_DROP_LINK_LOCAL)
			return XDP_PASS;
		break;
	case VERDICT_PORT:
		out = port_get(verdict.port);
		if (!out || !(out->flags & XVS_PORT_TX_XDP) || !in_one_buffer(&frame, data, end))
			return XDP_PASS;
		reason = port_refuses(out, frame.len);
		if (reason)
			verdict_drop(&verdict, verdict.port, reason);
		break;
	case VERDICT_GROUP:
		members = group_devmap(verdict.group, frame.len);
		if (!members || !in_one_buffer(&frame, data, end))
			return XDP_PASS;
		break;
	}

	conclude(&frame, ingress, in, &verdict);
	switch (verdict.action) {
	case VERDICT_PORT:
		return send_port(verdict.port, frame.len);
	case VERDICT_GROUP:
		return send_group(members, ctx->ingress_ifindex);
	default:
		return XDP_DROP;
	}
}

/* Runs for each copy of a flooded frame, on the CPU that flooded it. */
SEC("xdp.frags/devmap")
int xvs_xdp_egress(struct xdp_md *ctx)
{
	const __u32 *flooding = flood_ingress_get();

	if (!flooding || *flooding == ctx->egress_ifindex)
		return XDP_DROP;
	stats_tx(port_of(ctx->egress_ifindex), bpf_xdp_get_buff_len(ctx));
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
