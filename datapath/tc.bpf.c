// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The TC hook: the complete switch, on ingress of every port. Frames are socket buffers here, with
 * unfinished checksums and segments not yet cut, and leave as they came.
 */
#include "datapath/tc_slots.h"
#include "datapath/tc_send.h"

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

SEC("tc")
int xvs_tc(struct __sk_buff *skb)
{
	__u32 ingress = port_of(skb->ifindex);
	const struct xvs_port *port, *out = NULL;
	struct verdict verdict;
	enum xvs_drop reason;
	struct xvs_rules in;
	struct frame frame;

	if (!ingress)
		return TC_ACT_OK;
	port = port_get(ingress);
	if (!port)
		return TC_ACT_OK;
	in = port_rules(port);
	if (in.flags & XVS_PORT_FLOWS) {
		bpf_tail_call(skb, &tc_slots, XVS_SLOT_FLOWS);
		return TC_ACT_SHOT;
	}
	if (!parse(&frame, skb, HEADER_MAX)) {
		stats_rx(ingress, skb->len);
		stats_drop(ingress, XVS_DROP_NO_MEMORY);
		return TC_ACT_SHOT;
	}

	verdict = decide(&frame, ingress, &in);
	if (verdict.action == VERDICT_PORT) {
		out = port_get(verdict.port);
		reason = out ? port_objects(skb, &verdict, out, frame.len) : XVS_DROP_OUT_DOWN;
		if (reason)
			verdict_drop(&verdict, verdict.port, reason);
	}

	conclude(&frame, ingress, &in, &verdict);
	if (verdict.action == VERDICT_GROUP)
		return send_group(skb, &verdict, ingress, &in, frame.len, false);
	if (verdict.action == VERDICT_PORT && out)
		return send_port(skb, &verdict, &in, out, frame.len, false);
	return TC_ACT_SHOT;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
