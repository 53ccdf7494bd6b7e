/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What flows do with a frame: from the tables of its bridge to a list of outputs (flow.h). The
 * instructions are flow_types.h's.
 */
#ifndef XVS_FLOW_ACTION_H
#define XVS_FLOW_ACTION_H

#include "datapath/compiler.h"
#include "datapath/flow.h"
#include "datapath/flow_cache.h"
#include "datapath/flow_key.h"
#include "datapath/frame.h"
#include "datapath/port.h"

static __always_inline __u32 flow_op(__u64 instruction)
{
	return instruction & 0xff;
}

static __always_inline __u32 flow_a(__u64 instruction)
{
	return instruction >> 8 & 0xff;
}

static __always_inline __u32 flow_b(__u64 instruction)
{
	return instruction >> 16 & 0xffff;
}

static __always_inline __u32 flow_c(__u64 instruction)
{
	return instruction >> 32;
}

/* Ends the way of a frame that goes too far. Nothing is put out: not half of what its flows say. */
static __always_inline void flow_limit(struct flow_state *state)
{
	state->reason = XVS_DROP_FLOW_LIMIT;
	state->n_outputs = 0;
	state->end = true;
}

/* The place in state->form of the frame as it is now. */
static __always_inline __u32 flow_form(struct flow_state *state)
{
	__u32 place = state->n_forms;

	if (!state->changed)
		return place ? place - 1 : 0;
	if (place >= FLOW_FORMS_MAX) {
		flow_limit(state);
		return 0;
	}
	state->form[BOUNDED(place, FLOW_FORMS_MAX)] = state->now;
	state->n_forms = place + 1;
	state->changed = false;
	return place;
}

static __always_inline void flow_put_out(struct flow_state *state, enum flow_output_kind kind,
					 __u32 what)
{
	__u32 form = flow_form(state), place = state->n_outputs;

	if (state->end)
		return;
	if (place >= FLOW_OUTPUTS_MAX) {
		flow_limit(state);
		return;
	}
	state->output[BOUNDED(place, FLOW_OUTPUTS_MAX)] = (struct flow_output){kind, form, what};
	state->n_outputs = place + 1;
}

/* The port of an OpenFlow number; 0: none. */
static __always_inline __u32 flow_port(const struct flow_state *state, __u32 ofport)
{
	const union xvs_flow_line *line;

	if (ofport == XVS_OFPP_LOCAL)
		return state->local;
	if (ofport >= state->n_ports)
		return 0;
	line = flow_line(state->ports + ofport / 32);
	return line ? ((const __u16 *)line)[BOUNDED(ofport, 32)] : 0;
}

static __always_inline void flow_to_port(struct flow_state *state, __u32 ofport)
{
	__u32 port;

	if (ofport == state->now.key.word[0] >> 48)
		return;
	port = flow_port(state, ofport);
	if (port)
		flow_put_out(state, FLOW_TO_PORT, port);
}

/* Instructions of one word that neither lead elsewhere nor change the frame. */
static __always_inline void flow_do_simple(struct flow_state *state, __u64 instruction)
{
	switch (flow_op(instruction)) {
	case XVS_FLOW_OP_OUTPUT:
		flow_to_port(state, flow_b(instruction));
		break;
	case XVS_FLOW_OP_IN_PORT:
		flow_put_out(state, FLOW_TO_PORT, state->ingress);
		break;
	case XVS_FLOW_OP_NORMAL:
		flow_put_out(state, FLOW_TO_NORMAL, 0);
		break;
	case XVS_FLOW_OP_FLOOD:
		flow_put_out(state, FLOW_TO_SOME, 0);
		break;
	case XVS_FLOW_OP_ALL:
		flow_put_out(state, FLOW_TO_ALL, 0);
		break;
	case XVS_FLOW_OP_METER:
		flow_put_out(state, FLOW_TO_METER, flow_c(instruction));
		break;
	case XVS_FLOW_OP_CONTROLLER:
		state->reason = XVS_DROP_CONTROLLER;
		break;
	}
}

static __always_inline void flow_note_hit(struct flow_state *state, __u32 counter)
{
	__u32 place = state->n_hits;

	if (place >= FLOW_HITS_MAX)
		return;
	state->hit[BOUNDED(place, FLOW_HITS_MAX)] = counter;
	state->n_hits = place + 1;
}

/* Before a change: the form as it came is kept, and so is what has been put out already. */
static __always_inline void flow_touch(struct flow_state *state)
{
	if (!state->n_forms) {
		state->form[0] = state->now;
		state->n_forms = 1;
	}
	state->changed = true;
	state->dirty = true;
}

static __always_inline void flow_set(struct flow_state *state, __u32 word, __u64 mask, __u64 value)
{
	__u64 *place;

	flow_touch(state);
	FORGET(word);
	if (word >= XVS_FLOW_WORDS)
		return;
	place = &state->now.key.word[word];
	*place = (*place & ~mask) | value;
}

/* Has the frame a network header of this type that could be read? */
static __always_inline bool flow_has_network(const struct flow_state *state, __u32 type)
{
	return state->l3 && (state->now.key.word[0] >> 16 & 0xffff) == type;
}

static __always_inline bool flow_is_ip(const struct flow_state *state)
{
	return flow_has_network(state, ETH_P_IP) || flow_has_network(state, ETH_P_IPV6);
}

static __always_inline bool flow_has_transport(const struct flow_state *state, __u32 protocol)
{
	return state->l4 && state->l4_protocol == protocol;
}

/* Is the frame one of those that an instruction is for? */
static __always_inline bool flow_is(const struct flow_state *state, enum xvs_flow_if what)
{
	switch (what) {
	case XVS_FLOW_IF_ANY:
		return true;
	case XVS_FLOW_IF_TAGGED:
		return state->now.key.word[0] >> 32 & XVS_FLOW_TCI_TAGGED;
	case XVS_FLOW_IF_IPV4:
		return flow_has_network(state, ETH_P_IP);
	case XVS_FLOW_IF_IPV6:
		return flow_has_network(state, ETH_P_IPV6);
	case XVS_FLOW_IF_IP:
		return flow_is_ip(state);
	case XVS_FLOW_IF_ARP:
		return flow_has_network(state, ETH_P_ARP) || flow_has_network(state, ETH_P_RARP);
	case XVS_FLOW_IF_TCP:
		return flow_has_transport(state, IPPROTO_TCP);
	case XVS_FLOW_IF_UDP:
		return flow_has_transport(state, IPPROTO_UDP);
	case XVS_FLOW_IF_PORTS:
		return flow_has_transport(state, IPPROTO_TCP) ||
		       flow_has_transport(state, IPPROTO_UDP);
	}
	return false;
}

static __always_inline void flow_move(struct flow_state *state, __u64 instruction)
{
	__u32 from = flow_a(instruction), to = flow_b(instruction), c = flow_c(instruction);
	__u32 bits = c >> 16 & 0x7f, to_bit = c >> 8 & 63;
	__u64 mask = bits < 64 ? (1ULL << (bits & 63)) - 1 : ~0ULL;

	FORGET(from);
	if (from >= XVS_FLOW_WORDS || !flow_is(state, c >> 24 & 15) || !flow_is(state, c >> 28))
		return;
	flow_set(state, to, mask << to_bit,
		 (state->now.key.word[from] >> (c & 63) & mask) << to_bit);
}

/* The tag in the key as it stands in a frame; 0: none. */
static __always_inline __u32 flow_tag(const struct flow_form *form)
{
	__u32 tci = form->key.word[0] >> 32 & 0xffff;

	if (!(tci & XVS_FLOW_TCI_TAGGED))
		return 0;
	if (!(form->tpid_dei >> 16)) /* set by an action on a frame that had none */
		return (__u32)ETH_P_8021Q << 16 | (tci & ~XVS_FLOW_TCI_TAGGED);
	return form->tpid_dei | (tci & ~XVS_FLOW_TCI_TAGGED);
}

static __always_inline void flow_set_tag(struct flow_form *form, __u32 tag)
{
	__u64 tci = tag ? (tag & 0xffff) | XVS_FLOW_TCI_TAGGED : 0;

	form->tpid_dei = tag & (0xffff0000 | XVS_FLOW_TCI_TAGGED);
	form->key.word[0] = (form->key.word[0] & ~(0xffffULL << 32)) | tci << 32;
}

static __always_inline void flow_push_vlan(struct flow_state *state, __u32 tpid)
{
	__u32 tag = flow_tag(&state->now), place = state->now.n_below;

	if (tag && place >= FLOW_TAGS_BELOW) {
		flow_limit(state);
		return;
	}
	flow_touch(state);
	if (tag) {
		state->now.below[BOUNDED(place, FLOW_TAGS_BELOW)] = tag;
		state->now.n_below = place + 1;
	}
	flow_set_tag(&state->now, tpid << 16);
}

static __always_inline void flow_pop_vlan(struct flow_state *state)
{
	__u32 place = state->now.n_below, tag = 0;

	/* Moved bits may be there without a tag: they go, too. */
	if (!(state->now.key.word[0] >> 32 & 0xffff))
		return;
	flow_touch(state);
	if (place && flow_tag(&state->now)) {
		tag = state->now.below[BOUNDED(place - 1, FLOW_TAGS_BELOW)];
		state->now.n_below = place - 1;
	}
	flow_set_tag(&state->now, tag);
}

/* What waits for this list to end goes on. */
static __always_inline void flow_list_end(struct flow_state *state)
{
	__u32 place = state->depth - 1;
	const struct flow_waiting *waiting;

	if (!state->depth || place >= XVS_FLOW_DEPTH_MAX) {
		state->end = true;
		return;
	}
	waiting = &state->waiting[BOUNDED(place, XVS_FLOW_DEPTH_MAX)];
	state->depth = place;
	state->pc = waiting->pc;
	if (waiting->clone) {
		state->clones = waiting->clone - 1;
		state->now = state->saved[BOUNDED(state->clones, XVS_FLOW_CLONES_MAX)];
		state->changed = true;
	}
}

/* The list at `pc` comes first, then what is at `behind`. */
static __always_inline void flow_list_begin(struct flow_state *state, __u32 pc, __u32 behind,
					    __u32 clone)
{
	__u32 place = state->depth;

	state->pc = pc;
	/* Nothing waits where there is nothing left to do. */
	if (!clone && flow_op(flow_word(behind)) == XVS_FLOW_OP_END)
		return;
	if (place >= XVS_FLOW_DEPTH_MAX) {
		flow_limit(state);
		return;
	}
	state->waiting[BOUNDED(place, XVS_FLOW_DEPTH_MAX)] =
		(struct flow_waiting){.pc = behind, .clone = clone};
	state->depth = place + 1;
}

static __always_inline void flow_clone(struct flow_state *state, __u32 words)
{
	__u32 place = state->clones, behind = state->pc + words;

	/* Nothing has to be given back where nothing is left to do. */
	if (!state->depth && flow_op(flow_word(behind)) == XVS_FLOW_OP_END)
		return;
	if (place >= XVS_FLOW_CLONES_MAX) {
		flow_limit(state);
		return;
	}
	if (!state->n_forms) {
		state->form[0] = state->now;
		state->n_forms = 1;
	}
	state->saved[BOUNDED(place, XVS_FLOW_CLONES_MAX)] = state->now;
	state->clones = place + 1;
	flow_list_begin(state, state->pc, behind, place + 1);
}

static __always_inline void flow_dec_ttl(struct flow_state *state)
{
	if (!flow_is_ip(state))
		return;
	if ((state->now.key.word[2] & 0xff) <= 1) {
		state->reason = XVS_DROP_FLOW_TTL;
		flow_list_end(state);
		return;
	}
	flow_touch(state);
	state->now.key.word[2]--;
}

/* Both directions of a connection give the same. */
static __always_inline __u32 flow_symmetric_hash(const struct flow_state *state)
{
	const __u64 *word = state->now.key.word;
	__u64 sum = (word[1] >> 32 ^ (__u32)word[1]) + ((word[2] >> 48 ^ word[2] >> 32) & 0xffff);

	sum ^= (word[8] ^ word[10]) + (word[9] ^ word[11]) * XVS_FLOW_FACTOR1;
	sum ^= (word[3] ^ word[4]) * XVS_FLOW_FACTOR2;
	return xvs_hash64(sum ^ (word[0] >> 8 & 0xff));
}

static __always_inline bool flow_is_up(const struct flow_state *state, __u32 ofport)
{
	const struct xvs_port *port = port_get(flow_port(state, ofport));

	return port && port->flags & XVS_PORT_UP;
}

struct flow_selection {
	__u32 pc;     /* of the SELECT */
	__u32 n;      /* words */
	__u32 total;  /* of the weights of what is live */
	__u32 wanted; /* which share of it */
	__u32 list;   /* relative pc; 0: none */
	__u32 live;   /* the list of the word before is */
};

/* The weight of a choice, 0 if it is not live. */
static __always_inline __u32 flow_weight(struct flow_selection *selection, __u64 choice)
{
	const struct flow_state *state = flow_state_get();
	__u32 port = flow_c(choice) >> 16;

	if (flow_a(choice) && selection->live)
		return 0;
	selection->live = port == XVS_OFPP_NONE || (state && flow_is_up(state, port));
	return selection->live ? flow_b(choice) : 0;
}

static long flow_add_weight(__u32 index, struct flow_selection *selection)
{
	if (index >= selection->n)
		return 1;
	selection->total += flow_weight(selection, flow_word(selection->pc + 1 + index));
	return 0;
}

/* The last one that is live is taken, too, when a port has gone down since weights were added. */
static long flow_take_share(__u32 index, struct flow_selection *selection)
{
	__u64 choice;
	__u32 weight;

	if (index >= selection->n)
		return 1;
	choice = flow_word(selection->pc + 1 + index);
	weight = flow_weight(selection, choice);
	if (!weight)
		return 0;
	selection->list = flow_c(choice) & 0xffff;
	if (selection->wanted < weight)
		return 1;
	selection->wanted -= weight;
	return 0;
}

static __always_inline void flow_select(struct flow_state *state, __u32 n)
{
	struct flow_selection selection = {.pc = state->pc - 1, .n = n};
	__u32 behind = selection.pc + flow_c(flow_word(selection.pc + 1 + n));

	bpf_loop(XVS_FLOW_CHOICES_MAX, flow_add_weight, &selection, 0);
	state->pc = behind;
	if (!selection.total)
		return;
	selection.wanted = flow_symmetric_hash(state) % selection.total;
	bpf_loop(XVS_FLOW_CHOICES_MAX, flow_take_share, &selection, 0);
	if (selection.list)
		flow_list_begin(state, selection.pc + selection.list, behind, 0);
}

/* A flow's instructions begin. */
static __always_inline void flow_enter(struct flow_state *state, __u64 first, __u32 behind)
{
	if (flow_op(first) == XVS_FLOW_OP_PROGRAM) {
		flow_list_begin(state, flow_c(first), behind, 0);
		return;
	}
	flow_do_simple(state, first);
	state->pc = behind;
}

/* Looks in a table; `behind` is where to go on when that is done. */
static __always_inline void flow_resubmit(struct flow_state *state, __u32 table, __u32 in_port,
					  __u32 behind)
{
	__u64 word0 = state->now.key.word[0];

	state->pc = behind;
	if (++state->lookups > XVS_FLOW_LOOKUPS_MAX) {
		flow_limit(state);
		return;
	}
	if (in_port != XVS_OFPP_IN_PORT)
		state->now.key.word[0] = (word0 & ~(0xffffULL << 48)) | (__u64)in_port << 48;
	flow_lookup(state->tables, table % XVS_FLOW_TABLES);
	state->now.key.word[0] = word0;
	if (!state->found) {
		state->reason = XVS_DROP_FLOW_MISS;
		return;
	}
	state->reason = XVS_DROP_FLOW_DROP;
	flow_note_hit(state, state->counter);
	flow_enter(state, state->first, behind);
}

static long flow_step(__u32 index, void *nothing)
{
	struct flow_state *state = flow_state_get();
	__u64 instruction;
	__u32 pc;

	if (!state || state->end)
		return 1;
	pc = state->pc;
	instruction = flow_word(pc);
	state->pc = pc + 1;
	switch (flow_op(instruction)) {
	case XVS_FLOW_OP_END:
		flow_list_end(state);
		break;
	case XVS_FLOW_OP_SET:
		if (flow_is(state, flow_b(instruction)))
			flow_set(state, flow_a(instruction), flow_word(pc + 1), flow_word(pc + 2));
		state->pc = pc + 3;
		break;
	case XVS_FLOW_OP_MOVE:
		flow_move(state, instruction);
		break;
	case XVS_FLOW_OP_DEC_TTL:
		flow_dec_ttl(state);
		break;
	case XVS_FLOW_OP_PUSH_VLAN:
		flow_push_vlan(state, flow_c(instruction));
		break;
	case XVS_FLOW_OP_POP_VLAN:
		flow_pop_vlan(state);
		break;
	case XVS_FLOW_OP_TABLE:
		flow_resubmit(state, flow_a(instruction), flow_b(instruction), pc + 1);
		break;
	case XVS_FLOW_OP_CLONE:
		flow_clone(state, flow_c(instruction));
		break;
	case XVS_FLOW_OP_SELECT:
		flow_select(state, flow_c(instruction));
		break;
	case XVS_FLOW_OP_UNLESS_UP:
		if (!flow_is_up(state, flow_b(instruction)))
			state->pc += flow_c(instruction);
		break;
	case XVS_FLOW_OP_SKIP:
		state->pc += flow_c(instruction);
		break;
	case XVS_FLOW_OP_COUNT:
		flow_note_hit(state, flow_c(instruction));
		break;
	default:
		flow_do_simple(state, instruction);
	}
	return 0;
}

/* Does the first flow say more than flow_begin() has done? */
static __always_inline bool flow_goes_on(const struct flow_state *state)
{
	return state->found && flow_op(state->first) == XVS_FLOW_OP_PROGRAM;
}

/*
 * Finds the first flow of a frame whose key is in the state, and does what it says, if that is one
 * thing. Afterwards the state says what to do, or why the frame is dropped, unless
 * flow_goes_on().
 */
static __always_inline void flow_begin(struct flow_state *state, __u32 root)
{
	const struct xvs_flow_bridge *bridge = flow_bridge(root);

	state->n_outputs = state->n_forms = state->n_hits = 0;
	state->changed = state->end = state->found = false;
	if (state->reason || !bridge)
		return;
	state->reason = XVS_DROP_FLOW_MISS;
	flow_find_first(state, bridge);
	if (!state->found)
		return;
	state->reason = XVS_DROP_FLOW_DROP;
	flow_note_hit(state, state->counter);
	state->tables = bridge->tables;
	state->ports = bridge->ports;
	state->n_ports = bridge->n_ports;
	state->local = bridge->local;
	if (!flow_goes_on(state))
		flow_do_simple(state, state->first);
}

/* Follows the flow that was found to its end. Afterwards the state says where the frame goes, and
 * if nowhere, why. */
__weak __noinline int flow_follow(void)
{
	struct flow_state *state = flow_state_get();

	if (!state)
		return 0;
	state->pc = flow_c(state->first);
	state->depth = state->clones = 0;
	state->lookups = 1;
	bpf_loop(XVS_FLOW_STEPS_MAX, flow_step, NULL, 0);
	if (!state->end)
		flow_limit(state);
	return 0;
}

/* A MAC address of the key as frame.h has it. */
static __always_inline __u64 flow_mac(__u64 mac)
{
	return __builtin_bswap64(mac) >> 16;
}

/* What a flow's NORMAL sees of a frame that has been given another form. `frame` is as it came. */
static __always_inline void flow_show(struct frame *frame, const struct flow_form *form)
{
	__u32 tag = flow_tag(form);

	frame->dst = flow_mac(form->key.word[3]);
	frame->src = flow_mac(form->key.word[4]);
	if (frame->tag && !tag)
		frame->len -= TAG_LEN;
	if (!frame->tag && tag)
		frame->len += TAG_LEN;
	frame->tag = tag;
}

#endif
