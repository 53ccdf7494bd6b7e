/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looks a frame up in flow tables as the data path does, in the memory that a classifier has
 * written, and checks on its way that all is where it may be.
 */
#ifndef XVS_TEST_FLOW_LOOKUP_H
#define XVS_TEST_FLOW_LOOKUP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include "datapath/types.h"

struct flow_memory_view {
	const union xvs_flow_line *line;
	uint32_t lines;
	unsigned looked; /* at so many subtables, so far */
	unsigned probed; /* at so many buckets */
};

static inline const void *lines_at(const struct flow_memory_view *view, uint32_t line,
				   uint32_t count)
{
	assert_true(line >= XVS_FLOW_ROOT_LINES);
	assert_true(line < view->lines && count <= view->lines - line);
	return &view->line[line];
}

static inline uint32_t root_of(const struct flow_memory_view *view, uint16_t bridge)
{
	return __atomic_load_n(&view->line[bridge / 16].half[bridge % 16], __ATOMIC_ACQUIRE);
}

static inline bool is_equal(const struct xvs_flow_subtable *subtable,
			    const struct xvs_flow_rule *rule, const struct xvs_flow_key *key)
{
	for (int i = 0; i < XVS_FLOW_FIXED; i++)
		if (rule->value[i] != (key->word[i] & subtable->fixed[i]))
			return false;
	for (int word = XVS_FLOW_FIXED, i = 0; word < XVS_FLOW_WORDS; word++) {
		int at = XVS_FLOW_FIXED + i;

		if (!(subtable->extra >> word & 1))
			continue;
		if ((at < XVS_FLOW_RULE_KEYS ? rule->value[at]
					     : rule->rest[at - XVS_FLOW_RULE_KEYS]) !=
		    (key->word[word] & subtable->mask[i++]))
			return false;
	}
	return true;
}

static inline const struct xvs_flow_rule *lookup_subtable(struct flow_memory_view *view,
							  const struct xvs_flow_subtable *subtable,
							  const struct xvs_flow_key *key)
{
	uint64_t hash = xvs_flow_hash_fixed(subtable->seed, key->word[0] & subtable->fixed[0],
					    key->word[1] & subtable->fixed[1],
					    key->word[2] & subtable->fixed[2]);
	const struct xvs_flow_bucket *buckets =
		lines_at(view, subtable->buckets, subtable->bucket_mask + 1);
	uint32_t probes = 0, candidates = 0, i;

	view->looked++;
	for (int word = XVS_FLOW_FIXED, n = 0; word < XVS_FLOW_WORDS; word++)
		if (subtable->extra >> word & 1)
			hash = xvs_flow_hash_extra(hash, key->word[word] & subtable->mask[n++]);
	for (i = xvs_flow_hash_bucket(hash);; i++) {
		const struct xvs_flow_bucket *bucket = &buckets[i & subtable->bucket_mask];

		view->probed++;
		for (int slot = 0; slot < XVS_FLOW_BUCKET_RULES; slot++) {
			const struct xvs_flow_rule *rule;

			if (!bucket->rule[slot] ||
			    (bucket->tags >> 8 * slot & 0xff) != xvs_flow_hash_tag(hash))
				continue;
			assert_true(++candidates <= XVS_FLOW_CANDIDATES_MAX);
			rule = lines_at(view, bucket->rule[slot],
					__builtin_popcount(subtable->extra) > 3 ? 2 : 1);
			if (is_equal(subtable, rule, key))
				return rule;
		}
		if (!bucket->more)
			return NULL;
		assert_true(++probes <= subtable->bucket_mask && probes < XVS_FLOW_CHAIN_MAX);
	}
}

static inline uint8_t octet(const struct xvs_flow_key *key, unsigned number)
{
	assert_true(number < XVS_FLOW_WORDS * 8);
	return key->word[number / 8] >> 8 * (number % 8);
}

/* Subtables from `first` on, XVS_FLOW_FILTER_SPAN of them, that may have a flow for the key. */
static inline uint64_t filtered(const struct flow_memory_view *view,
				const struct xvs_flow_table *table, const struct xvs_flow_key *key,
				unsigned first)
{
	const struct xvs_flow_filter *filter;
	uint32_t line = table->filter, word;
	uint64_t bits = ~0ULL;

	if (!line)
		return bits;
	filter = lines_at(view, line, 1);
	assert_in_range(filter->count, 1, XVS_FLOW_FILTER_PAIRS);
	assert_in_range(filter->bits, XVS_FLOW_FILTER_BITS_MIN, XVS_FLOW_FILTER_BITS_MAX);
	if (first)
		line += 1u << filter->bits;
	filter = lines_at(view, line, 1);
	for (unsigned i = 0; i < filter->count; i++) {
		struct xvs_flow_pair pair = filter->pair[i];
		uint8_t second =
			pair.second == XVS_FLOW_FILTER_NO_OCTET ? 0 : octet(key, pair.second);

		word = (i << filter->bits) +
		       xvs_flow_filter_word(octet(key, pair.first), second, filter->bits);
		bits &= ((const union xvs_flow_line *)lines_at(view, line + 1 + word / 8, 1))
				->word[word % 8];
	}
	return bits;
}

/* The rule that a frame with this key meets in a table of the bridge with this root; NULL: none. */
static inline const struct xvs_flow_rule *flow_lookup(struct flow_memory_view *view, uint32_t root,
						      uint8_t number,
						      const struct xvs_flow_key *key)
{
	const struct xvs_flow_bridge *bridge = lines_at(view, root, 1);
	const struct xvs_flow_table *table =
		(const struct xvs_flow_table *)lines_at(view, bridge->tables, XVS_FLOW_TABLES / 4) +
		number;
	const struct xvs_flow_subtable *subtable;
	const struct xvs_flow_rule *best = NULL;
	uint64_t bits = 0;

	assert_true(table->count <= XVS_FLOW_SUBTABLES_MAX);
	if (!table->count)
		return NULL;
	subtable = lines_at(view, table->subtables, 2 * table->count);
	for (unsigned i = 0; i < table->count; i++) {
		const struct xvs_flow_rule *rule;

		if (i)
			assert_true(subtable[i].max_priority <= subtable[i - 1].max_priority);
		if (i % XVS_FLOW_FILTER_SPAN == 0)
			bits = filtered(view, table, key, i);
		if (best && best->priority >= subtable[i].max_priority)
			break;
		if (!(bits >> i % XVS_FLOW_FILTER_SPAN & 1))
			continue;
		rule = lookup_subtable(view, &subtable[i], key);
		if (rule && (!best || rule->priority > best->priority))
			best = rule;
	}
	return best;
}

#endif
