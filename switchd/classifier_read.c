// SPDX-License-Identifier: BSD-2-Clause
#include <string.h>
#include "switchd/classifier.h"

/*
 * A memory in order has each thing once. So whoever follows what is written in a memory of any kind
 * comes to an end when he has met as many lines as there are.
 */
struct reading {
	const union xvs_flow_line *memory;
	uint32_t lines;
	uint32_t left; /* lines that may still be met */
	uint16_t bridge;
	classifier_read_fn *fn;
	void *arg;
};

/* `count` lines from `line` on, or NULL. They have not been met before, it is said. */
static const void *meet(struct reading *reading, uint32_t line, uint64_t count)
{
	if (line < XVS_FLOW_ROOT_LINES || line + count > reading->lines || count > reading->left)
		return NULL;
	reading->left -= count;
	return &reading->memory[line];
}

static bool is_sound(const struct xvs_flow_subtable *subtable)
{
	const unsigned fixed = (1u << XVS_FLOW_FIXED) - 1;

	return !(subtable->extra & fixed) && !(subtable->extra >> XVS_FLOW_WORDS) &&
	       !(subtable->bucket_mask & (subtable->bucket_mask + 1));
}

static int extra_words(const struct xvs_flow_subtable *subtable)
{
	return __builtin_popcount(subtable->extra);
}

static void unpack_mask(const struct xvs_flow_subtable *subtable, struct xvs_flow_key *mask)
{
	*mask = (struct xvs_flow_key){0};
	for (unsigned i = 0; i < XVS_FLOW_FIXED; i++)
		mask->word[i] = subtable->fixed[i];
	for (unsigned word = XVS_FLOW_FIXED, i = 0; word < XVS_FLOW_WORDS; word++)
		if (subtable->extra >> word & 1)
			mask->word[word] = subtable->mask[i++];
}

static void unpack_value(const struct xvs_flow_subtable *subtable, const struct xvs_flow_rule *rule,
			 struct flow_match *match)
{
	match->value = (struct xvs_flow_key){0};
	for (unsigned word = 0, i = 0; word < XVS_FLOW_WORDS; word++) {
		if (word >= XVS_FLOW_FIXED && !(subtable->extra >> word & 1))
			continue;
		match->value.word[word] =
			match->mask.word[word] &
			(i < XVS_FLOW_RULE_KEYS ? rule->value[i]
						: rule->rest[i - XVS_FLOW_RULE_KEYS]);
		i++;
	}
}

static void read_rule(struct reading *reading, const struct xvs_flow_subtable *subtable,
		      uint32_t line, struct classifier_flow *flow)
{
	unsigned lines = XVS_FLOW_FIXED + extra_words(subtable) > XVS_FLOW_RULE_KEYS ? 2 : 1;
	const struct xvs_flow_rule *rule = meet(reading, line, lines);

	if (!rule)
		return;
	flow->priority = rule->priority;
	flow->counter = rule->counter;
	unpack_value(subtable, rule, &flow->match);
	reading->fn(reading->bridge, flow, reading->arg);
}

static void read_subtable(struct reading *reading, const struct xvs_flow_subtable *subtable,
			  uint8_t table)
{
	struct classifier_flow flow = {.table = table};
	const struct xvs_flow_bucket *bucket;
	uint64_t count = (uint64_t)subtable->bucket_mask + 1;

	bucket = is_sound(subtable) ? meet(reading, subtable->buckets, count) : NULL;
	if (!bucket)
		return;
	unpack_mask(subtable, &flow.match.mask);
	for (uint64_t i = 0; i < count; i++)
		for (unsigned slot = 0; slot < XVS_FLOW_BUCKET_RULES; slot++)
			if (bucket[i].rule[slot])
				read_rule(reading, subtable, bucket[i].rule[slot], &flow);
}

static void read_table(struct reading *reading, const struct xvs_flow_table *table, uint8_t number)
{
	const struct xvs_flow_subtable *subtable;

	if (!table->count)
		return;
	subtable = meet(reading, table->subtables,
			table->count * sizeof(*subtable) / sizeof(union xvs_flow_line));
	for (unsigned i = 0; subtable && i < table->count; i++)
		read_subtable(reading, &subtable[i], number);
}

static void read_bridge(struct reading *reading, uint32_t line)
{
	const struct xvs_flow_bridge *bridge = meet(reading, line, 1);
	const struct xvs_flow_table *table;

	if (!bridge)
		return;
	table = meet(reading, bridge->tables,
		     XVS_FLOW_TABLES * sizeof(*table) / sizeof(union xvs_flow_line));
	for (unsigned i = 0; table && i < XVS_FLOW_TABLES; i++)
		read_table(reading, &table[i], i);
}

void classifier_read(const union xvs_flow_line *memory, uint32_t lines, classifier_read_fn *fn,
		     void *arg)
{
	struct reading reading = {
		.memory = memory,
		.lines = lines,
		.left = lines,
		.fn = fn,
		.arg = arg,
	};

	if (lines < XVS_FLOW_ROOT_LINES)
		return;
	for (unsigned i = 0; i < XVS_BRIDGES_MAX; i++) {
		uint32_t root = memory[i / 16].half[i % 16];

		reading.bridge = i;
		if (root)
			read_bridge(&reading, root);
	}
}
