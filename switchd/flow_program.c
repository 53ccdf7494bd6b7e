/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/flow_program.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/flow_program_build.h"

static int put_list(struct flow_builder *builder, const struct flow_action *actions);

/* Outputs. */

static void put_output(struct flow_builder *builder, uint16_t port)
{
	switch (port) {
	case XVS_OFPP_IN_PORT:
		flow_put(builder, XVS_FLOW_OP_IN_PORT, 0, 0, 0);
		break;
	case FLOW_PORT_NORMAL:
		flow_put(builder, XVS_FLOW_OP_NORMAL, 0, 0, 0);
		break;
	case FLOW_PORT_FLOOD:
		flow_put(builder, XVS_FLOW_OP_FLOOD, 0, 0, 0);
		break;
	case FLOW_PORT_ALL:
		flow_put(builder, XVS_FLOW_OP_ALL, 0, 0, 0);
		break;
	default:
		flow_put(builder, XVS_FLOW_OP_OUTPUT, 0, port, 0);
		break;
	}
}

/* Fields. */

static bool is_vlan(const struct flow_field *field)
{
	return field == flow_field_at(FLOW_FIELD_VLAN_VID) ||
	       field == flow_field_at(FLOW_FIELD_VLAN_PCP);
}

/*
 * A VID or priority is that of a tag: a frame that has none gets one. A load is of bits alone, and
 * set_field of a priority, where frames may have no tag, is for those that have one.
 */
static bool makes_tag(const struct flow_action *action)
{
	if (action->field == flow_field_at(FLOW_FIELD_VLAN_PCP) && !action->always)
		return action->spelling == FLOW_SPELLED_MOD;
	return action->spelling != FLOW_SPELLED_LOAD;
}

/* Which frames have a field that is moved or written in part. */
static enum xvs_flow_if frames_with(const struct flow_field *field)
{
	switch (field->prerequisite) {
	case FLOW_NEEDS_VLAN:
		return XVS_FLOW_IF_TAGGED;
	case FLOW_NEEDS_IPV4:
		return XVS_FLOW_IF_IPV4;
	case FLOW_NEEDS_IPV6:
		return XVS_FLOW_IF_IPV6;
	case FLOW_NEEDS_IP:
		return XVS_FLOW_IF_IP;
	case FLOW_NEEDS_ARP:
		return XVS_FLOW_IF_ARP;
	case FLOW_NEEDS_TCP:
		return XVS_FLOW_IF_TCP;
	case FLOW_NEEDS_UDP:
		return XVS_FLOW_IF_UDP;
	default:
		return XVS_FLOW_IF_ANY;
	}
}

/* Which frames are written to, if it is not known that these are such ones. */
static enum xvs_flow_if frames_of_set(const struct flow_action *action)
{
	if (action->always)
		return XVS_FLOW_IF_ANY;
	if (is_vlan(action->field))
		return makes_tag(action) ? XVS_FLOW_IF_ANY : XVS_FLOW_IF_TAGGED;
	if (action->field->prerequisite == FLOW_NEEDS_TCP && action->spelling == FLOW_SPELLED_MOD)
		return XVS_FLOW_IF_PORTS;
	return frames_with(action->field);
}

static uint64_t tag_bit(const struct flow_action *action)
{
	if (!is_vlan(action->field) || !makes_tag(action))
		return 0;
	return (uint64_t)XVS_FLOW_TCI_TAGGED << flow_field_at(FLOW_FIELD_VLAN_TCI)->shift;
}

static void put_set(struct flow_builder *builder, const struct flow_action *action)
{
	const struct flow_field *field = action->field;
	struct flow_value ones = flow_field_ones(field);
	uint64_t mask = action->mask.lo & ones.lo, high = action->mask.hi & ones.hi;
	enum xvs_flow_if frames = frames_of_set(action);
	uint64_t tag = tag_bit(action);

	if (field->bits <= 64) {
		flow_put_set(builder, field->word, frames, mask << field->shift | tag,
			     (action->value.lo & mask) << field->shift | tag);
		return;
	}
	flow_put_set(builder, field->word + 1, frames, mask, action->value.lo & mask);
	flow_put_set(builder, field->word, frames, high, action->value.hi & high);
}

/* Where a bit of a field is in the key. */
struct place {
	unsigned int word, bit;
};

static struct place find_bit(const struct flow_field *field, unsigned int bit)
{
	if (field->bits <= 64)
		return (struct place){field->word, field->shift + bit};
	return (struct place){bit < 64 ? field->word + 1u : field->word, bit % 64};
}

static void put_move_part(struct flow_builder *builder, const struct flow_action *action,
			  unsigned int at, unsigned int bits)
{
	struct place from = find_bit(action->field, action->from_bit + at);
	struct place to = find_bit(action->to, action->to_bit + at);
	uint32_t frames = 0;

	if (!action->always)
		frames = frames_with(action->field) | frames_with(action->to) << 4;
	flow_put(builder, XVS_FLOW_OP_MOVE, (uint8_t)from.word, (uint16_t)to.word,
		 from.bit | to.bit << 8 | bits << 16 | frames << 24);
}

/* How many bits from `at` on are in one word, both where they come from and where they go to. */
static unsigned int count_in_words(const struct flow_action *action, unsigned int at)
{
	unsigned int from = find_bit(action->field, action->from_bit + at).bit;
	unsigned int to = find_bit(action->to, action->to_bit + at).bit;
	unsigned int n = 64 - (from > to ? from : to);

	return n < action->bits - at ? n : action->bits - at;
}

/* Bits of long fields are moved in parts; what overlaps is moved before it is written over. */
static void put_move(struct flow_builder *builder, const struct flow_action *action)
{
	struct {
		unsigned int at, bits;
	} parts[4];
	unsigned int n = 0;

	for (unsigned int at = 0; at < action->bits; n++) {
		parts[n].at = at;
		parts[n].bits = count_in_words(action, at);
		at += parts[n].bits;
	}
	if (action->to == action->field && action->to_bit > action->from_bit) {
		while (n--)
			put_move_part(builder, action, parts[n].at, parts[n].bits);
		return;
	}
	for (unsigned int i = 0; i < n; i++)
		put_move_part(builder, action, parts[i].at, parts[i].bits);
}

typedef int put_fn(struct flow_builder *builder, const struct flow_action *actions);

/* A list of its own; counter: what it is counted by, 0 for nothing. */
static int put_nested(struct flow_builder *builder, const struct flow_action *actions,
		      uint32_t counter, put_fn *put)
{
	size_t start = builder->count;
	int err;

	if (!actions && !counter)
		return 0;
	if (builder->clones == XVS_FLOW_CLONES_MAX)
		return error_set(builder->error, -EINVAL,
				 "clones and buckets of groups: more than %d in each other",
				 XVS_FLOW_CLONES_MAX);
	builder->clones++;
	flow_put(builder, XVS_FLOW_OP_CLONE, 0, 0, 0);
	if (counter)
		flow_put(builder, XVS_FLOW_OP_COUNT, 0, 0, counter);
	err = put(builder, actions);
	flow_put(builder, XVS_FLOW_OP_END, 0, 0, 0);
	flow_put_length(builder, start);
	builder->clones--;
	return err;
}

int flow_program_no_group(uint32_t group, struct error *error)
{
	return error_set(error, -ENOENT,
			 "group:%" PRIu32 ": there is no such group (OFPBAC_BAD_OUT_GROUP)", group);
}

int flow_program_no_meter(uint32_t meter, struct error *error)
{
	return error_set(error, -ENOENT,
			 "meter:%" PRIu32 ": there is no such meter (OFPMMFC_INVALID_METER)",
			 meter);
}

static int put_meter(struct flow_builder *builder, uint32_t id)
{
	uint32_t index = builder->env->meter(builder->env, id);

	if (!index)
		return flow_program_no_meter(id, builder->error);
	flow_put(builder, XVS_FLOW_OP_METER, 0, 0, index);
	return 0;
}

static void put_metadata(struct flow_builder *builder, const struct flow_action *action)
{
	flow_put_set(builder, flow_field_at(FLOW_FIELD_METADATA)->word, XVS_FLOW_IF_ANY,
		     action->mask.lo, action->value.lo & action->mask.lo);
}

static int put_action(struct flow_builder *builder, const struct flow_action *action)
{
	switch (action->kind) {
	case FLOW_ACTION_OUTPUT:
		put_output(builder, action->port);
		return 0;
	case FLOW_ACTION_CONTROLLER:
		flow_put(builder, XVS_FLOW_OP_CONTROLLER, 0, 0, 0);
		return 0;
	case FLOW_ACTION_SET:
		put_set(builder, action);
		return 0;
	case FLOW_ACTION_MOVE:
		put_move(builder, action);
		return 0;
	case FLOW_ACTION_DEC_TTL:
		flow_put(builder, XVS_FLOW_OP_DEC_TTL, 0, 0, 0);
		return 0;
	case FLOW_ACTION_PUSH_VLAN:
		flow_put(builder, XVS_FLOW_OP_PUSH_VLAN, 0, 0, action->number);
		return 0;
	case FLOW_ACTION_POP_VLAN:
		flow_put(builder, XVS_FLOW_OP_POP_VLAN, 0, 0, 0);
		return 0;
	case FLOW_ACTION_RESUBMIT:
		flow_put(builder, XVS_FLOW_OP_TABLE,
			 action->table == FLOW_TABLE_SAME ? builder->table : action->table,
			 action->port, 0);
		return 0;
	case FLOW_ACTION_GOTO_TABLE:
		flow_put(builder, XVS_FLOW_OP_TABLE, action->table, XVS_OFPP_IN_PORT, 0);
		return 0;
	case FLOW_ACTION_WRITE_METADATA:
		put_metadata(builder, action);
		return 0;
	case FLOW_ACTION_NOTE:
		return 0;
	case FLOW_ACTION_CLONE:
		return put_nested(builder, action->list, 0, put_list);
	case FLOW_ACTION_METER:
		return put_meter(builder, action->number);
	case FLOW_ACTION_GROUP:
		return flow_put_group(builder, action->number);
	}
	return 0;
}

/* Groups of groups may make it very long: lists and sets end as soon as it is too long. */
static int put_list(struct flow_builder *builder, const struct flow_action *actions)
{
	int err = 0;

	for (; !err && actions; actions = actions->next) {
		err = put_action(builder, actions);
		if (!err)
			err = flow_builder_check(builder);
	}
	return err;
}

/* Buckets. */

static bool is_output(const struct flow_action *action)
{
	return action->kind == FLOW_ACTION_OUTPUT ||
	       (action->kind == FLOW_ACTION_CONTROLLER && !action->id &&
		action->reason == FLOW_REASON_ACTION);
}

static const struct flow_action *last_of(const struct flow_action *actions,
					 enum flow_action_kind kind)
{
	const struct flow_action *last = NULL;

	for (; actions; actions = actions->next)
		if (actions->kind == kind || (kind == FLOW_ACTION_OUTPUT && is_output(actions)))
			last = actions;
	return last;
}

/* What a set of actions ends with; NULL: nothing of it is done. */
static const struct flow_action *find_end(const struct flow_action *actions)
{
	static const enum flow_action_kind kinds[] = {FLOW_ACTION_GROUP, FLOW_ACTION_OUTPUT,
						      FLOW_ACTION_RESUBMIT};
	const struct flow_action *end = NULL;

	for (size_t i = 0; !end && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		end = last_of(actions, kinds[i]);
	return end;
}

/*
 * A bucket's actions are a set (OpenFlow 1.5 5.6): they have an order of their own, and of each
 * kind but those that write fields the last one is done.
 */
static int put_action_set(struct flow_builder *builder, const struct flow_action *actions)
{
	static const enum flow_action_kind first[] = {FLOW_ACTION_POP_VLAN, FLOW_ACTION_PUSH_VLAN,
						      FLOW_ACTION_DEC_TTL};
	const struct flow_action *end = find_end(actions), *one;
	int err = 0;

	if (!end)
		return 0;
	for (size_t i = 0; !err && i < sizeof(first) / sizeof(first[0]); i++) {
		one = last_of(actions, first[i]);
		if (one)
			err = put_action(builder, one);
	}
	for (one = actions; !err && one; one = one->next)
		if (one->kind == FLOW_ACTION_SET || one->kind == FLOW_ACTION_MOVE)
			err = put_action(builder, one);
	if (!err)
		err = put_action(builder, end);
	return err ? err : flow_builder_check(builder);
}

int flow_put_bucket(struct flow_builder *builder, const struct flow_action *actions,
		    uint32_t counter)
{
	return put_nested(builder, actions, counter, put_action_set);
}

int flow_program_make(struct flow_program *program, const struct flow_action *actions,
		      uint8_t table, const struct flow_program_env *env, struct error *error)
{
	struct flow_builder builder;
	int err;

	flow_builder_start(&builder, table, env, error);
	*program = (struct flow_program){0};
	err = put_list(&builder, actions);
	if (err)
		return err;
	flow_put(&builder, XVS_FLOW_OP_END, 0, 0, 0);
	err = flow_builder_check(&builder);
	if (err)
		return err;
	program->words = reallocarray(NULL, builder.count, sizeof(*program->words));
	if (!program->words)
		return error_set(error, -ENOMEM, "out of memory");
	memcpy(program->words, builder.words, builder.count * sizeof(*program->words));
	program->count = builder.count;
	return 0;
}

void flow_program_free(struct flow_program *program)
{
	free(program->words);
	*program = (struct flow_program){0};
}
