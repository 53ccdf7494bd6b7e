/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/flow_program_build.h"

#include <errno.h>
#include "switchd/flow_bits.h"

#define NO_SET SIZE_MAX

void flow_builder_start(struct flow_builder *builder, uint8_t table,
			const struct flow_program_env *env, struct error *error)
{
	builder->env = env;
	builder->error = error;
	builder->table = table;
	builder->full = false;
	builder->clones = 0;
	builder->n_groups = 0;
	builder->set = NO_SET;
	builder->count = 0;
}

void flow_put_word(struct flow_builder *builder, uint64_t word)
{
	builder->set = NO_SET;
	if (builder->count < FLOW_PROGRAM_WORDS_MAX)
		builder->words[builder->count++] = word;
	else
		builder->full = true;
}

int flow_builder_check(const struct flow_builder *builder)
{
	if (!builder->full)
		return 0;
	return error_set(builder->error, -EINVAL,
			 "actions are too long, with those of groups: more than %d words",
			 FLOW_PROGRAM_WORDS_MAX);
}

void flow_put(struct flow_builder *builder, enum xvs_flow_op op, uint8_t a, uint16_t b, uint32_t c)
{
	flow_put_word(builder, XVS_FLOW_INSTRUCTION(op, a, b, c));
}

void flow_put_set(struct flow_builder *builder, unsigned int word, enum xvs_flow_if frames,
		  uint64_t mask, uint64_t value)
{
	uint64_t set = XVS_FLOW_INSTRUCTION(XVS_FLOW_OP_SET, word, frames, 0);

	if (!mask)
		return;
	if (builder->set != NO_SET && builder->words[builder->set] == set) {
		uint64_t *last = &builder->words[builder->set];

		last[1] |= mask;
		last[2] = (last[2] & ~mask) | value;
		return;
	}
	flow_put_word(builder, set);
	flow_put_word(builder, mask);
	flow_put_word(builder, value);
	builder->set = builder->count - 3;
}

void flow_put_length(struct flow_builder *builder, size_t start)
{
	if (!builder->full)
		builder->words[start] |= (uint64_t)(builder->count - start - 1) << 32;
}

/* Words that belong to the instruction at `at`, behind it. A clone's list is not one of them. */
static size_t count_operands(const struct flow_program *program, size_t at)
{
	switch (program->words[at] & 0xff) {
	case XVS_FLOW_OP_SET:
		return 2;
	case XVS_FLOW_OP_SELECT:
		return (program->words[at] >> 32) + 1;
	default:
		return 0;
	}
}

static bool is_of_l3(unsigned int word, uint64_t mask)
{
	const struct flow_field *protocol = flow_field_at(FLOW_FIELD_NW_PROTO);

	switch (word) {
	case 0:
		return mask & flow_bits_low(protocol->shift + protocol->bits);
	case 3 ... 7: /* MAC addresses, metadata, registers */
		return false;
	default:
		return true;
	}
}

static bool needs_l3(const uint64_t *words)
{
	unsigned int a = words[0] >> 8 & 0xff, b = words[0] >> 16 & 0xffff;
	uint32_t c = (uint32_t)(words[0] >> 32);
	uint64_t bits = flow_bits_low(c >> 16 & 0x7f);

	switch (words[0] & 0xff) {
	case XVS_FLOW_OP_SET:
		return is_of_l3(a, words[1]) || b > XVS_FLOW_IF_TAGGED;
	case XVS_FLOW_OP_MOVE:
		return is_of_l3(a, bits << (c & 63)) || is_of_l3(b, bits << (c >> 8 & 63));
	case XVS_FLOW_OP_DEC_TTL:
	case XVS_FLOW_OP_SELECT:
		return true;
	default:
		return false;
	}
}

uint32_t flow_program_needs(const struct flow_program *program)
{
	for (size_t at = 0; at < program->count; at += 1 + count_operands(program, at))
		if (needs_l3(program->words + at))
			return XVS_FLOW_NEEDS_L3;
	return 0;
}
