// SPDX-License-Identifier: BSD-2-Clause
#include "tests/datapath/flow_reference.h"

#include <stdlib.h>
#include <string.h>

#define STEPS_MAX 64 /* outputs and meters of a frame */

/* A frame on its way through the tables. */
struct run {
	struct reference_result *result;
	const struct reference_bridge *bridge;
	const struct reference_frame *frame;
	struct reference_headers headers;
	struct reference_tags tags;
	struct xvs_flow_key key;
	uint8_t table;
	unsigned int lookups;
	unsigned int steps;   /* outputs and meters */
	bool limit;           /* it went too far */
	bool stopped;         /* by a meter */
	enum xvs_drop reason; /* why nothing leaves, if nothing does */
};

static void execute(struct run *run, const struct flow_action *actions);
static void execute_set(struct run *run, const struct flow_action *actions);

/* Nothing leaves, also of what has been put out by now. */
static void give_up(struct run *run)
{
	run->limit = true;
	run->reason = XVS_DROP_FLOW_LIMIT;
}

/* The key's bit of a field, counted from its lowest. */
static __u64 *word_of(struct xvs_flow_key *key, const struct flow_field *field, unsigned int bit)
{
	return &key->word[field->word + (field->bits > 64 && bit < 64)];
}

static unsigned int shift_of(const struct flow_field *field, unsigned int bit)
{
	return (field->shift + bit) % 64;
}

static bool get_bit(struct xvs_flow_key *key, const struct flow_field *field, unsigned int bit)
{
	return *word_of(key, field, bit) >> shift_of(field, bit) & 1;
}

static void set_bit(struct xvs_flow_key *key, const struct flow_field *field, unsigned int bit,
		    bool value)
{
	__u64 *word = word_of(key, field, bit), mask = 1ULL << shift_of(field, bit);

	*word = value ? *word | mask : *word & ~mask;
}

static bool value_bit(const struct flow_value *value, unsigned int bit)
{
	return (bit < 64 ? value->lo >> bit : value->hi >> (bit - 64)) & 1;
}

static uint16_t type_of(const struct run *run)
{
	return run->key.word[0] >> 16 & 0xffff;
}

static bool is_ip(const struct run *run)
{
	return run->headers.l3 && (type_of(run) == 0x0800 || type_of(run) == 0x86dd);
}

static bool has_l4(const struct run *run, uint8_t protocol)
{
	return is_ip(run) && run->headers.l4 && (run->key.word[0] >> 8 & 0xff) == protocol;
}

/* Has the frame a field that is written, or read? In buckets of groups, nothing says so before. */
static bool has_field(const struct run *run, const struct flow_action *action,
		      const struct flow_field *field)
{
	if (action->always)
		return true;
	switch (field->prerequisite) {
	case FLOW_NEEDS_IPV4:
		return is_ip(run) && type_of(run) == 0x0800;
	case FLOW_NEEDS_IPV6:
		return is_ip(run) && type_of(run) == 0x86dd;
	case FLOW_NEEDS_IP:
		return is_ip(run);
	case FLOW_NEEDS_ARP:
		return run->headers.l3 && !is_ip(run);
	case FLOW_NEEDS_TCP: /* of mod_tp_src, either */
		return has_l4(run, 6) || (action->spelling == FLOW_SPELLED_MOD && has_l4(run, 17));
	case FLOW_NEEDS_UDP:
		return has_l4(run, 17);
	default:
		return true;
	}
}

/* Who writes VID or priority of a frame without a tag, gives it one. */
static void set(struct run *run, const struct flow_action *action)
{
	bool tag = !action->field->word && action->field->shift >= 32 && action->field->bits < 16;

	if (!has_field(run, action, action->field))
		return;
	if (tag)
		run->key.word[0] |= (uint64_t)XVS_FLOW_TCI_TAGGED << 32;
	for (unsigned int bit = 0; bit < action->field->bits; bit++) {
		if (value_bit(&action->mask, bit))
			set_bit(&run->key, action->field, bit, value_bit(&action->value, bit));
	}
}

static void move(struct run *run, const struct flow_action *action)
{
	struct xvs_flow_key from = run->key;

	if (!has_field(run, action, action->field) || !has_field(run, action, action->to))
		return;
	for (unsigned int bit = 0; bit < action->bits; bit++)
		set_bit(&run->key, action->to, action->to_bit + bit,
			get_bit(&from, action->field, action->from_bit + bit));
}

static uint16_t key_tci(const struct xvs_flow_key *key)
{
	return key->word[0] >> 32 & 0xffff;
}

static void set_key_tci(struct run *run, uint16_t tci)
{
	run->key.word[0] &= ~(0xffffULL << 32);
	run->key.word[0] |= (uint64_t)tci << 32;
}

static void add_tag(struct reference_tags *tags, uint16_t tpid, uint16_t tci)
{
	memmove(tags->tag + 1, tags->tag, tags->count++ * sizeof(*tags->tag));
	tags->tag[0].tpid = tpid;
	tags->tag[0].tci = tci;
}

static void remove_tag(struct reference_tags *tags)
{
	memmove(tags->tag, tags->tag + 1, --tags->count * sizeof(*tags->tag));
}

/* Makes the outermost tag what the key says of it. The key knows no DEI: that of the tag stays. */
static void key_to_tags(struct reference_tags *tags, const struct xvs_flow_key *key)
{
	uint16_t tci = key_tci(key);

	if (!(tci & XVS_FLOW_TCI_TAGGED)) {
		if (tags->count)
			remove_tag(tags);
		return;
	}
	if (!tags->count)
		add_tag(tags, 0x8100, 0);
	tags->tag[0].tci = (tags->tag[0].tci & 0x1000) | (tci & 0xefff);
}

static void push_vlan(struct run *run, uint16_t tpid)
{
	key_to_tags(&run->tags, &run->key);
	if (run->tags.count == REFERENCE_TAGS_MAX) {
		give_up(run);
		return;
	}
	set_key_tci(run, XVS_FLOW_TCI_TAGGED);
	add_tag(&run->tags, tpid, 0);
}

/* The tag below is one that flows pushed another on: what is behind the outermost tag of the frame
 * as it came is its payload. */
static void pop_vlan(struct run *run)
{
	key_to_tags(&run->tags, &run->key);
	if (run->tags.count)
		remove_tag(&run->tags);
	set_key_tci(run,
		    run->tags.count ? (run->tags.tag[0].tci & 0xefff) | XVS_FLOW_TCI_TAGGED : 0);
}

/* One more thing to be done with the frame, of those that there may be so many of. */
static void step(struct run *run)
{
	if (++run->steps > STEPS_MAX)
		give_up(run);
}

static void send(struct run *run, uint16_t port)
{
	struct reference_result *result = run->result;
	struct reference_output *output = &result->output[result->count];
	struct reference_tags tags = run->tags;

	if (run->stopped)
		return;
	if (port != FLOW_PORT_NORMAL && !reference_is_up(run->bridge, port)) {
		result->refused++;
		return;
	}
	if (++result->count == REFERENCE_OUTPUTS_MAX)
		abort();
	key_to_tags(&tags, &run->key);
	output->port = port;
	reference_rewrite(&output->frame, run->frame, &run->headers, &tags, &run->key);
}

static uint16_t in_port(const struct xvs_flow_key *key)
{
	return key->word[0] >> 48;
}

static void send_once(struct run *run, uint16_t port)
{
	step(run);
	run->result->actions++;
	send(run, port);
}

/* To all ports that are up but where it came by. */
static void send_all(struct run *run)
{
	step(run);
	run->result->actions++;
	run->result->flooded = true;
	for (size_t i = 0; i < run->bridge->n_ports; i++) {
		uint16_t port = run->bridge->ports[i];

		if (port != in_port(&run->headers.key) && reference_is_up(run->bridge, port))
			send(run, port);
	}
}

/* To a port, but not to the one that it says it came by. */
static void output(struct run *run, uint16_t port)
{
	for (size_t i = 0; i < run->bridge->n_ports; i++) {
		if (run->bridge->ports[i] == port && port != in_port(&run->key))
			send_once(run, port);
	}
}

static void output_action(struct run *run, uint16_t port)
{
	switch (port) {
	case XVS_OFPP_IN_PORT:
		send_once(run, in_port(&run->headers.key));
		break;
	case FLOW_PORT_NORMAL:
		send_once(run, port);
		break;
	case FLOW_PORT_ALL:
	case FLOW_PORT_FLOOD:
		send_all(run);
		break;
	case FLOW_PORT_CONTROLLER:
		run->reason = XVS_DROP_CONTROLLER;
		break;
	default:
		output(run, port);
	}
}

static bool matches(const struct flow *flow, const struct xvs_flow_key *key)
{
	for (int word = 0; word < XVS_FLOW_WORDS; word++) {
		if ((key->word[word] ^ flow->match.value.word[word]) & flow->match.mask.word[word])
			return false;
	}
	return true;
}

static const struct flow *search(const struct reference_bridge *bridge, uint8_t table,
				 const struct xvs_flow_key *key)
{
	const struct flow *best = NULL;

	for (size_t i = 0; i < bridge->n_flows; i++) {
		const struct flow *flow = &bridge->flows[i];

		if (flow->table == table && (!best || flow->priority > best->priority) &&
		    matches(flow, key))
			best = flow;
	}
	return best;
}

/* Looks in a table, seen as coming in by a port, and does what it says. */
static void look_up(struct run *run, uint8_t table, uint16_t port)
{
	struct xvs_flow_key key = run->key;
	const struct flow *flow;
	uint8_t caller = run->table;

	if (++run->lookups > XVS_FLOW_LOOKUPS_MAX) {
		give_up(run);
		return;
	}
	if (port != XVS_OFPP_IN_PORT)
		key.word[0] = (key.word[0] & 0xffffffffffff) | (uint64_t)port << 48;
	flow = search(run->bridge, table, &key);
	run->reason = flow ? XVS_DROP_FLOW_DROP : XVS_DROP_FLOW_MISS;
	if (!flow)
		return;
	run->table = table;
	execute(run, flow->actions);
	run->table = caller;
}

/* Does a list, with the frame as it was behind it. */
static void aside(struct run *run, const struct flow_action *list,
		  void (*list_do)(struct run *, const struct flow_action *))
{
	struct reference_tags tags = run->tags;
	struct xvs_flow_key key = run->key;

	list_do(run, list);
	run->tags = tags;
	run->key = key;
}

/* Each bucket gets the frame as it came to the group. */
static void group(struct run *run, uint32_t id)
{
	const struct flow_group *group = reference_group(run->bridge, id);
	const struct flow_bucket *bucket;

	if (group->type == FLOW_GROUP_SELECT || group->type == FLOW_GROUP_FF) {
		bucket = reference_bucket(run->bridge, group, &run->key);
		if (bucket)
			aside(run, bucket->actions, execute_set);
		return;
	}
	for (size_t i = 0; i < group->n_buckets; i++)
		aside(run, group->buckets[i].actions, execute_set);
}

/* What comes behind a meter that lets nothing pass is not done. */
static void meter(struct run *run, uint32_t id)
{
	run->result->for_tc |= run->steps;
	step(run);
	if (run->stopped)
		return;
	run->result->metered[id]++;
	run->stopped = run->bridge->closed >> id & 1;
}

/* False: the TTL is at its end, and so is the list. */
static bool dec_ttl(struct run *run)
{
	if (!is_ip(run))
		return true;
	if ((run->key.word[2] & 0xff) <= 1) {
		run->reason = XVS_DROP_FLOW_TTL;
		return false;
	}
	run->key.word[2]--;
	return true;
}

/* False: the list ends here. */
static bool perform(struct run *run, const struct flow_action *action)
{
	switch (action->kind) {
	case FLOW_ACTION_OUTPUT:
		output_action(run, action->port);
		break;
	case FLOW_ACTION_CONTROLLER:
		run->reason = XVS_DROP_CONTROLLER;
		break;
	case FLOW_ACTION_SET:
	case FLOW_ACTION_WRITE_METADATA:
		set(run, action);
		break;
	case FLOW_ACTION_MOVE:
		move(run, action);
		break;
	case FLOW_ACTION_DEC_TTL:
		return dec_ttl(run);
	case FLOW_ACTION_PUSH_VLAN:
		push_vlan(run, action->number);
		break;
	case FLOW_ACTION_POP_VLAN:
		pop_vlan(run);
		break;
	case FLOW_ACTION_RESUBMIT:
		look_up(run, action->table == 255 ? run->table : action->table, action->port);
		break;
	case FLOW_ACTION_GOTO_TABLE:
		look_up(run, action->table, XVS_OFPP_IN_PORT);
		break;
	case FLOW_ACTION_CLONE:
		aside(run, action->list, execute);
		break;
	case FLOW_ACTION_NOTE:
		break;
	case FLOW_ACTION_METER:
		meter(run, action->number);
		break;
	case FLOW_ACTION_GROUP:
		group(run, action->number);
		break;
	}
	return true;
}

static void execute(struct run *run, const struct flow_action *actions)
{
	for (const struct flow_action *action = actions; action && !run->limit;
	     action = action->next)
		if (!perform(run, action))
			return;
}

/* Does an action send the frame? To the controller, only in its plain form. */
static bool is_output(const struct flow_action *action)
{
	if (action->kind == FLOW_ACTION_CONTROLLER)
		return !action->id && action->reason == FLOW_REASON_ACTION;
	return action->kind == FLOW_ACTION_OUTPUT;
}

static const struct flow_action *last(const struct flow_action *actions, enum flow_action_kind kind)
{
	const struct flow_action *found = NULL;

	for (; actions; actions = actions->next)
		if (kind == FLOW_ACTION_OUTPUT ? is_output(actions) : actions->kind == kind)
			found = actions;
	return found;
}

/* OpenFlow 1.5.1, 5.6: the order of an action set, whatever the order in which it is written. With
 * nothing in it that sends the frame anywhere, nothing is done. */
static void execute_set(struct run *run, const struct flow_action *actions)
{
	const struct flow_action *first[] = {last(actions, FLOW_ACTION_POP_VLAN),
					     last(actions, FLOW_ACTION_PUSH_VLAN),
					     last(actions, FLOW_ACTION_DEC_TTL)};
	const struct flow_action *end = last(actions, FLOW_ACTION_GROUP);

	if (!end)
		end = last(actions, FLOW_ACTION_OUTPUT);
	if (!end)
		end = last(actions, FLOW_ACTION_RESUBMIT);
	if (!end)
		return;
	for (int i = 0; i < 3; i++)
		if (first[i] && !perform(run, first[i]))
			return;
	for (; actions; actions = actions->next)
		if (actions->kind == FLOW_ACTION_SET || actions->kind == FLOW_ACTION_MOVE)
			perform(run, actions);
	perform(run, end);
}

/* Words 0, 3 and 4 are the Ethernet header's, but for nw_proto and nw_frag; 5 to 7 are no frame's.
 */
static bool word_is_l3(int word, uint64_t mask)
{
	return word ? mask && (word < 3 || word > 7) : mask & 0xffff;
}

static bool field_is_l3(const struct flow_field *field)
{
	uint64_t mask = field->bits < 64 ? ((1ULL << field->bits) - 1) << field->shift : ~0ULL;

	return word_is_l3(field->word, mask);
}

static bool actions_need_l3(const struct reference_bridge *bridge,
			    const struct flow_action *actions);

/* A choice is by addresses and ports. */
static bool group_needs_l3(const struct reference_bridge *bridge, uint32_t id)
{
	const struct flow_group *group = reference_group(bridge, id);
	bool select = group->type == FLOW_GROUP_SELECT;

	for (size_t i = 0; i < group->n_buckets; i++) {
		const struct flow_bucket *bucket = &group->buckets[i];

		if ((!select || bucket->weight) &&
		    (select || actions_need_l3(bridge, bucket->actions)))
			return true;
	}
	return false;
}

static bool actions_need_l3(const struct reference_bridge *bridge,
			    const struct flow_action *actions)
{
	for (const struct flow_action *action = actions; action; action = action->next) {
		if (action->kind == FLOW_ACTION_DEC_TTL || actions_need_l3(bridge, action->list) ||
		    (action->kind == FLOW_ACTION_GROUP && group_needs_l3(bridge, action->number)) ||
		    (action->field && field_is_l3(action->field)) ||
		    (action->to && field_is_l3(action->to)))
			return true;
	}
	return false;
}

bool reference_needs_l3(const struct reference_bridge *bridge)
{
	for (size_t i = 0; i < bridge->n_flows; i++) {
		if (actions_need_l3(bridge, bridge->flows[i].actions))
			return true;
		for (int word = 0; word < XVS_FLOW_WORDS; word++) {
			if (word_is_l3(word, bridge->flows[i].match.mask.word[word]))
				return true;
		}
	}
	return false;
}

static void clear(struct reference_result *result)
{
	result->count = result->actions = result->refused = 0;
	memset(result->metered, 0, sizeof(result->metered));
	result->flooded = result->for_tc = false;
}

static enum xvs_drop reason(const struct run *run)
{
	if (run->limit)
		return XVS_DROP_FLOW_LIMIT;
	if (run->stopped)
		return XVS_DROP_METER;
	return run->result->actions ? XVS_DROP_NONE : run->reason;
}

void reference_run(struct reference_result *result, const struct reference_bridge *bridge,
		   const struct reference_frame *frame, uint16_t port)
{
	struct run run = {
		.result = result, .bridge = bridge, .frame = frame, .reason = XVS_DROP_FLOW_DROP};

	clear(result);
	reference_parse(&run.headers, frame, port, reference_needs_l3(bridge));
	result->drop = reference_is_up(bridge, port) ? run.headers.drop : XVS_DROP_IN_DOWN;
	if (result->drop)
		return;
	run.key = run.headers.key;
	run.tags.type = run.headers.type;
	if (key_tci(&run.key) & XVS_FLOW_TCI_TAGGED)
		add_tag(&run.tags, frame->octets[12] << 8 | frame->octets[13],
			frame->octets[14] << 8 | frame->octets[15]);
	look_up(&run, 0, XVS_OFPP_IN_PORT);
	if (run.limit)
		clear(result);
	result->for_tc |= run.stopped || (run.steps && !result->actions);
	result->drop = reason(&run);
}
