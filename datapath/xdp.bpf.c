// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The XDP hook: the early and cheap half of the switch. What it cannot finish it passes up,
 * untouched and uncounted, to the TC program of the same port.
 */
#include "datapath/compiler.h"
#include "datapath/flow.h"
#include "datapath/flow_action.h"
#include "datapath/flow_key.h"
#include "datapath/frame.h"
#include "datapath/meter.h"
#include "datapath/pipeline.h"
#include "datapath/port.h"
#include "datapath/stats.h"
#include "datapath/vlan.h"
#include "datapath/xdp_rewrite.h"
#include "datapath/xdp_tag.h"

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
static __always_inline bool in_one_buffer(const struct xdp_md *ctx, __u32 len)
{
	return ctx->data_end - ctx->data == len;
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

	if (!flooding || !members)
		return XDP_ABORTED;
	*flooding = ingress_ifindex;
	return bpf_redirect_map(members, 0, BPF_F_BROADCAST);
}

/* What XDP is to do with a frame: all of it worked out before anything is changed. */
struct plan {
	enum vlan_change change;
	__u32 len;     /* of the frame after the change */
	void *members; /* devmap of a group */
};

/* To a port: false leaves the frame to TC. */
static __always_inline bool plan_port(struct plan *plan, struct verdict *verdict,
				      const struct frame *frame)
{
	const struct xvs_port *out = port_get(verdict->port);
	enum xvs_drop reason;

	if (!out || !(out->flags & XVS_PORT_TX_XDP))
		return false;
	plan->change = vlan_change(&verdict->vlan, vlan_keeps_tag(&verdict->vlan, verdict->egress));
	plan->len = vlan_len(frame->len, plan->change);
	reason = vlan_excluded(&verdict->vlan, verdict->port, out) ? XVS_DROP_VLAN_EXCLUDED
								   : port_refuses(out, plan->len);
	if (reason)
		verdict_drop(verdict, verdict->port, reason);
	return true;
}

/*
 * To a group. The copies are made later, so that every frame waits for that in a form that says its
 * VLAN: with its tag, or in VLAN 0 without. There, what members do with priority tags depends on
 * their settings, and elsewhere, who takes a frame with another tag behind: such frames are TC's.
 */
static __always_inline bool plan_group(struct plan *plan, const struct verdict *verdict,
				       const struct frame *frame)
{
	const struct vlan *vlan = &verdict->vlan;

	if (!vlan->as_is) {
		if ((!vlan->vid && vlan->tag) || vlan->seen)
			return false;
		plan->change = vlan_change(vlan, vlan->vid);
	}
	plan->len = vlan_len(frame->len, plan->change);
	plan->members = group_devmap(verdict->group, plan->len);
	return plan->members;
}

static __always_inline bool plan_make(struct plan *plan, struct verdict *verdict,
				      const struct frame *frame)
{
	switch (verdict->action) {
	case VERDICT_PORT:
		return plan_port(plan, verdict, frame);
	case VERDICT_GROUP:
		return plan_group(plan, verdict, frame);
	default:
		/* TC will drop it too, but a listener on the device (lldpd, say) sees it on the
		 * way. */
		return verdict->reason != XVS_DROP_LINK_LOCAL;
	}
}

/* What flows have to do with a frame that XDP finishes. */
struct followed {
	struct flow_state *state; /* NULL: its bridge has none */
	__u32 form;               /* that it is to have, by its place; 0: as it came */
	__u32 meter;              /* 0: none */
};

static __always_inline const struct flow_form *form_of(const struct followed *followed)
{
	return &followed->state->form[BOUNDED(followed->form, FLOW_FORMS_MAX)];
}

/*
 * XDP finishes a frame that has one output, perhaps behind a meter, and no more than one tag.
 * Returns the output, or NULL.
 */
static __always_inline const struct flow_output *only_output(struct followed *followed)
{
	const struct flow_state *state = followed->state;
	const struct flow_output *output = &state->output[0];

	if (state->n_outputs == 2 && output->kind == FLOW_TO_METER) {
		followed->meter = output->what;
		output++;
	} else if (state->n_outputs != 1) {
		return NULL;
	}
	followed->form = output->form;
	if (output->kind == FLOW_TO_METER || (followed->form && form_of(followed)->n_below))
		return NULL;
	return output;
}

/* A tag behind the one that is taken off would show. */
static __always_inline bool shows_another_tag(const struct followed *followed,
					      const struct frame *frame)
{
	return followed->form && frame->stacked && !flow_tag(form_of(followed));
}

/* What the flows say becomes of a frame, and in `frame`, what it is then. False leaves it to TC. */
static __always_inline bool carry_out(struct followed *followed, struct verdict *verdict,
				      struct frame *frame, __u32 ingress,
				      const struct xvs_rules *in)
{
	const struct flow_output *output;

	if (!followed->state->n_outputs) {
		verdict_drop(verdict, ingress, followed->state->reason);
		return true;
	}
	output = only_output(followed);
	if (!output || shows_another_tag(followed, frame))
		return false;
	if (followed->form)
		flow_show(frame, form_of(followed));
	if (output->kind == FLOW_TO_NORMAL) {
		*verdict = decide(frame, ingress, in);
		return true;
	}
	verdict_as_is(verdict, frame->tag);
	if (output->kind == FLOW_TO_PORT) {
		verdict->action = VERDICT_PORT;
		verdict->port = output->what;
	} else {
		flood_as_is(verdict, ingress, in, output->kind == FLOW_TO_ALL);
	}
	return true;
}

/* Reads the frame for its flows, and finds the first. A function of its own, which the verifier
 * looks at once. */
__weak __noinline int xdp_begin(struct xdp_md *ctx, __u32 len, __u32 tag, __u32 ofport, __u32 root)
{
	const void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct flow_state *state = flow_state_get();

	if (!state)
		return 0;
	flow_parse(state, flow_reader(data, end, len, tag, true), tag, ofport, flow_needs(root));
	flow_begin(state, root);
	return 0;
}

/* The decision of a bridge that has flows. False leaves the frame to TC. */
static __always_inline bool follow(struct xdp_md *ctx, struct followed *followed,
				   struct verdict *verdict, struct frame *frame, __u32 ingress,
				   const struct xvs_rules *in, __u32 ofport)
{
	enum xvs_drop reason = unseen(frame, in);
	__u32 root = flow_root(in->bridge);

	if (reason) {
		verdict_drop(verdict, ingress, reason);
		return true;
	}
	followed->state = flow_state_get();
	if (!followed->state)
		return false;
	followed->state->ingress = ingress;
	xdp_begin(ctx, frame->len, frame->tag, ofport, root);
	if (flow_goes_on(followed->state))
		flow_follow();
	return carry_out(followed, verdict, frame, ingress, in);
}

/* Brings the frame into the form in which it leaves. False, and it is as it was, when there is no
 * room for a tag. */
static __always_inline bool reshape(struct xdp_md *ctx, const struct followed *followed,
				    struct verdict *verdict, const struct plan *plan,
				    const struct xvs_rules *in)
{
	if (verdict->action == VERDICT_DROP)
		return true;
	if (followed->form && !xdp_rewrite(ctx, followed->form))
		return false;
	if (xdp_change_tag(ctx, plan->change, vlan_tag(&verdict->vlan, in)))
		return true;
	if (followed->form)
		verdict_drop(verdict, verdict->port, XVS_DROP_REDIRECT);
	return followed->form;
}

/* Counts at meter and flows; what the meter stops is dropped. */
static __always_inline void conclude_flows(const struct followed *followed, struct verdict *verdict,
					   __u32 ingress, __u32 len)
{
	if (followed->meter && !meter_passes(followed->meter, len))
		verdict_drop(verdict, ingress, XVS_DROP_METER);
	flow_conclude(followed->state, len);
}

/* `flows`: some bridge has any. */
static __always_inline int switch_frame(struct xdp_md *ctx, bool flows)
{
	const void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u32 ingress = port_of(ctx->ingress_ifindex), len;
	const struct xvs_port *port;
	struct followed followed = {};
	struct plan plan = {};
	struct xvs_rules in;
	struct verdict verdict = {};
	struct frame frame;

	if (!ingress)
		return XDP_PASS;
	port = port_get(ingress);
	if (!port)
		return XDP_PASS;
	in = port_rules(port);
	len = bpf_xdp_get_buff_len(ctx);
	frame_parse(&frame, data, end, len);
	if (!in_one_buffer(ctx, len))
		return XDP_PASS;

	if (!flows || !(in.flags & XVS_PORT_FLOWS))
		verdict = decide(&frame, ingress, &in);
	else if (!follow(ctx, &followed, &verdict, &frame, ingress, &in, port->ofport))
		return XDP_PASS;
	if (!plan_make(&plan, &verdict, &frame) || !reshape(ctx, &followed, &verdict, &plan, &in))
		return XDP_PASS;

	if (followed.state)
		conclude_flows(&followed, &verdict, ingress, len);
	frame.len = len;
	conclude(&frame, ingress, &in, &verdict);
	switch (verdict.action) {
	case VERDICT_PORT:
		return send_port(verdict.port, plan.len);
	case VERDICT_GROUP:
		return send_group(plan.members, ctx->ingress_ifindex);
	default:
		return XDP_DROP;
	}
}

SEC("xdp.frags")
int xvs_xdp(struct xdp_md *ctx)
{
	return switch_frame(ctx, false);
}

/* In its place as soon as a bridge has flows: it takes the verifier a hundred times as long. */
SEC("xdp.frags")
int xvs_xdp_flow(struct xdp_md *ctx)
{
	return switch_frame(ctx, true);
}

/*
 * Runs for each copy of a flooded frame, on the CPU that flooded it. Outside VLAN 0 it has the tag
 * of its VLAN in front; in VLAN 0 it has none.
 */
static __always_inline int egress(struct xdp_md *ctx, bool untag)
{
	const void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	const __u32 *flooding = flood_ingress_get();
	__u32 len = bpf_xdp_get_buff_len(ctx);

	if (!flooding || *flooding == ctx->egress_ifindex || data + ETH_HLEN > end)
		return XDP_DROP;
	if (untag && is_tpid(field(data, ETH_HLEN - 2))) {
		if (!xdp_pop(ctx))
			return XDP_DROP;
		len -= TAG_LEN;
	}
	stats_tx(port_of(ctx->egress_ifindex), len);
	return XDP_PASS;
}

/* To members that keep the tag. */
SEC("xdp.frags/devmap")
int xvs_xdp_egress(struct xdp_md *ctx)
{
	return egress(ctx, false);
}

/* To members that don't. */
SEC("xdp.frags/devmap")
int xvs_xdp_egress_untag(struct xdp_md *ctx)
{
	return egress(ctx, true);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
