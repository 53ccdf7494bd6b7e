// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * TC for bridges that have flows. The flows are followed first; then each output gets a copy in its
 * form, and the last one the frame itself.
 */
#include "datapath/flow.h"
#include "datapath/flow_action.h"
#include "datapath/flow_key.h"
#include "datapath/meter.h"
#include "datapath/tc_rewrite.h"
#include "datapath/tc_send.h"
#include "datapath/tc_slots.h"

/* Sends to a port, a copy or the frame itself. */
static __always_inline int put_out_port(struct __sk_buff *skb, struct verdict *verdict,
					const struct xvs_rules *in, __u32 len, bool copy)
{
	const struct xvs_port *out = port_get(verdict->port);
	enum xvs_drop reason = out ? port_objects(skb, verdict, out, len) : XVS_DROP_OUT_DOWN;
	enum vlan_change change;

	if (reason || !out) {
		stats_drop(verdict->port, reason);
		return TC_ACT_SHOT;
	}
	if (!copy)
		return send_port(skb, verdict, in, out, len, true);
	change = vlan_change(&verdict->vlan, vlan_keeps_tag(&verdict->vlan, verdict->egress));
	if (!change_tag(skb, change, vlan_tag(&verdict->vlan, in))) {
		stats_drop(verdict->port, XVS_DROP_REDIRECT);
		return TC_ACT_SHOT;
	}
	send_copy(skb, verdict->port, out, vlan_len(len, change));
	if (change == VLAN_PUSH)
		change_tag(skb, VLAN_POP, 0);
	else if (change != VLAN_KEEP)
		change_tag(skb, change == VLAN_POP ? VLAN_PUSH : VLAN_REWRITE, verdict->vlan.tag);
	return TC_ACT_OK;
}

/* What an output means for a frame that has its form by now. */
static __always_inline struct verdict verdict_of(const struct flow_output *output,
						 const struct frame *frame, __u32 ingress,
						 const struct xvs_rules *in)
{
	struct verdict verdict = {};

	if (output->kind == FLOW_TO_NORMAL)
		return decide(frame, ingress, in);
	verdict_as_is(&verdict, frame->tag);
	if (output->kind == FLOW_TO_PORT) {
		verdict.action = VERDICT_PORT;
		verdict.port = output->what;
	} else {
		flood_as_is(&verdict, ingress, in, output->kind == FLOW_TO_ALL);
	}
	return verdict;
}

/* Serves one output, with a copy or with the frame itself. */
__weak __noinline int put_out(struct __sk_buff *skb, __u32 ingress, __u32 place, __u32 copy)
{
	const struct xvs_port *port = port_get(ingress);
	const struct flow_state *state = flow_state_get();
	struct verdict verdict;
	struct xvs_rules in;
	struct frame frame;

	if (!state || !port)
		return TC_ACT_SHOT;
	in = port_rules(port);
	if (!parse(&frame, skb, HEADER_MAX)) {
		stats_drop(ingress, XVS_DROP_NO_MEMORY);
		return TC_ACT_SHOT;
	}
	verdict =
		verdict_of(&state->output[BOUNDED(place, FLOW_OUTPUTS_MAX)], &frame, ingress, &in);
	if (verdict.learn)
		fdb_learn(frame.src, verdict.vlan.vid, in.bridge, ingress);
	if (verdict.action == VERDICT_PORT)
		return put_out_port(skb, &verdict, &in, frame.len, copy);
	if (verdict.action == VERDICT_GROUP)
		return send_group(skb, &verdict, ingress, &in, frame.len, copy);
	stats_drop(verdict.port, verdict.reason);
	return TC_ACT_SHOT;
}

/* The outputs of a frame, one after the other. */
struct putting_out {
	struct __sk_buff *skb;
	__u32 ingress, len;
	__u32 last; /* output that gets the frame itself */
	__u32 form; /* that it has now */
	bool put;   /* it left, or it is told why not */
	int result; /* of the last one */
};

static long put_out_next(__u32 index, struct putting_out *out)
{
	const struct flow_state *state = flow_state_get();
	const struct flow_output *output;
	int result;

	if (!state || index >= FLOW_OUTPUTS_MAX || index > out->last)
		return 1;
	output = &state->output[BOUNDED(index, FLOW_OUTPUTS_MAX)];
	if (output->kind == FLOW_TO_METER) {
		if (meter_passes(output->what, out->len))
			return 0;
		stats_drop(out->ingress, XVS_DROP_METER);
		out->put = true;
		return 1;
	}
	out->put = true;
	if (output->form != out->form && !tc_rewrite(out->skb, out->form, output->form)) {
		stats_drop(out->ingress, XVS_DROP_NO_MEMORY);
		return 1;
	}
	out->form = output->form;
	result = put_out(out->skb, out->ingress, index, index != out->last);
	if (index == out->last)
		out->result = result;
	return 0;
}

/* Reads the frame for its flows, and finds the first. */
__weak __noinline int tc_begin(struct __sk_buff *skb, __u32 len, __u32 tag, __u32 ofport,
			       __u32 root)
{
	const void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct flow_reader reader = flow_reader(data, end, len, tag, !skb->vlan_present);
	struct flow_state *state = flow_state_get();

	if (!state)
		return 0;
	reader.gso = skb->gso_size;
	flow_parse(state, reader, tag, ofport, flow_needs(root));
	flow_begin(state, root);
	return 0;
}

/* False: its flows are not asked. */
static __always_inline bool follow(struct __sk_buff *skb, struct flow_state *state, __u32 ingress,
				   const struct xvs_port *port, const struct xvs_rules *in,
				   __u32 *len)
{
	__u32 root = flow_root(in->bridge);
	enum xvs_drop reason;
	struct frame frame;

	*len = skb->len;
	if (!parse(&frame, skb, FLOW_HEADERS_MAX)) {
		stats_drop(ingress, XVS_DROP_NO_MEMORY);
		return false;
	}
	*len = frame.len;
	reason = unseen(&frame, in);
	if (reason) {
		stats_drop(ingress, reason);
		return false;
	}
	state->ingress = ingress;
	tc_begin(skb, frame.len, frame.tag, port->ofport, root);
	if (flow_goes_on(state))
		flow_follow();
	flow_conclude(state, frame.len);
	return true;
}

SEC("tc")
int xvs_tc_flow(struct __sk_buff *skb)
{
	struct putting_out out = {.skb = skb, .result = TC_ACT_SHOT};
	struct flow_state *state = flow_state_get();
	const struct xvs_port *port;
	struct xvs_rules in;
	bool followed;

	out.ingress = port_of(skb->ifindex);
	port = port_get(out.ingress);
	if (!state || !port)
		return TC_ACT_SHOT;
	in = port_rules(port);
	followed = follow(skb, state, out.ingress, port, &in, &out.len);
	stats_rx(out.ingress, out.len);
	if (!followed)
		return TC_ACT_SHOT;
	if (!state->n_outputs) {
		stats_drop(out.ingress, state->reason);
		return TC_ACT_SHOT;
	}
	out.last = state->n_outputs - 1;
	bpf_loop(state->n_outputs, put_out_next, &out, 0);
	if (!out.put)
		stats_drop(out.ingress, state->reason);
	return out.result;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
