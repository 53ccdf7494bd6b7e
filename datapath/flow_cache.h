/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the first table said of frames of late: a memory of each CPU's own in front of the search,
 * for a few flows at a time carry most of the frames.
 *
 * An entry is found by all that the search reads: the bits of the fixed words that any mask of the
 * table has, and whole words of the others. It holds as long as the version of the bridge's flows
 * is the one that it was made under: versions never come again. So nothing has to be removed, and
 * no answer is wider than the question was.
 */
#ifndef XVS_FLOW_CACHE_H
#define XVS_FLOW_CACHE_H

#include "datapath/compiler.h"
#include "datapath/flow.h"

#define FLOW_CACHE_WAYS  2
#define FLOW_CACHE_FIRST 2 /* words besides the fixed ones in an entry's first line */
#define FLOW_CACHE_REST  8 /* and in its second; tables that read more are searched */

/* One of so many searches leaves an entry: frames that never come again cost little. */
#define FLOW_CACHE_RELUCTANCE 8

/* Nor do they ask for long: after so many that were not found in a row, one of so many does. */
#define FLOW_CACHE_PATIENCE 256
#define FLOW_CACHE_TRIAL    16

struct flow_cached {
	__u64 version; /* of the bridge's flows; 0: empty */
	__u64 first;   /* instruction of the flow that was found */
	__u32 counter; /* of that */
	__u32 found;   /* 0: there is none */
	__u64 fixed[XVS_FLOW_FIXED];
	__u64 extra[FLOW_CACHE_FIRST];
};
_Static_assert(sizeof(struct flow_cached) == 64, "a cache line");

/* The words that have no room there are as far behind as there are sets. */
struct flow_cache_set {
	union {
		struct flow_cached way[FLOW_CACHE_WAYS];
		__u64 rest[FLOW_CACHE_WAYS][FLOW_CACHE_REST];
	};
};
_Static_assert(sizeof(struct flow_cache_set) == XVS_FLOW_CACHE_SET_SIZE, "as switchd makes it");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct flow_cache_set);
} flow_cache SEC(".maps") __weak;

/* False: it reads more than an entry has room for. */
static __always_inline bool flow_ask(struct flow_question *question, const struct flow_state *state,
				     const struct xvs_flow_bridge *bridge)
{
	__u64 hash, left;

	question->version = bridge->version;
	for (int i = 0; i < XVS_FLOW_FIXED; i++)
		question->fixed[i] = state->now.key.word[i] & bridge->fixed[i];
	hash = xvs_flow_hash_fixed(bridge->version, question->fixed[0], question->fixed[1],
				   question->fixed[2]);
	question->extra = left = bridge->extra;
	for (int n = 0; n < FLOW_CACHE_FIRST + FLOW_CACHE_REST && left; n++) {
		hash = xvs_flow_hash_extra(hash, flow_extra_word(state, left));
		left &= left - 1;
	}
	question->index = bpf_get_smp_processor_id() * XVS_FLOW_CACHE_ROW +
			  xvs_flow_hash_bucket(hash) % XVS_FLOW_CACHE_SETS;
	question->way = hash >> 63;
	return !left;
}

static __always_inline __u64 *flow_cache_rest(const struct flow_question *question, __u32 way)
{
	__u32 index = question->index + XVS_FLOW_CACHE_SETS;
	struct flow_cache_set *set = bpf_map_lookup_elem(&flow_cache, &index);

	return set ? set->rest[BOUNDED(way, FLOW_CACHE_WAYS)] : NULL;
}

/* Are the words the same that found no room in the first line? */
static __always_inline bool flow_same_rest(const struct flow_question *question,
					   const struct flow_state *state, __u64 left, __u32 way)
{
	const __u64 *rest = flow_cache_rest(question, way);

	for (int n = 0; n < FLOW_CACHE_REST && left; n++) {
		if (!rest || rest[n] != flow_extra_word(state, left))
			return false;
		left &= left - 1;
	}
	return true;
}

static __always_inline bool flow_is_answer(const struct flow_cached *cached,
					   const struct flow_question *question,
					   const struct flow_state *state, __u32 way)
{
	__u64 left = question->extra;

	if (cached->version != question->version || cached->fixed[0] != question->fixed[0] ||
	    cached->fixed[1] != question->fixed[1] || cached->fixed[2] != question->fixed[2])
		return false;
	for (int n = 0; n < FLOW_CACHE_FIRST && left; n++) {
		if (cached->extra[n] != flow_extra_word(state, left))
			return false;
		left &= left - 1;
	}
	return !left || flow_same_rest(question, state, left, way);
}

/* Where an answer is kept: where it is looked for first, unless that is taken. */
static __always_inline __u32 flow_place(const struct flow_question *question,
					const struct flow_cache_set *set, __u32 searches)
{
	__u32 way = question->way, other = question->way ^ 1;
	bool turn = searches / FLOW_CACHE_RELUCTANCE % FLOW_CACHE_WAYS;

	if (set->way[BOUNDED(way, FLOW_CACHE_WAYS)].version == question->version &&
	    (turn || set->way[BOUNDED(other, FLOW_CACHE_WAYS)].version != question->version))
		return other;
	return way;
}

static __always_inline void flow_remember_rest(const struct flow_question *question,
					       const struct flow_state *state, __u64 left,
					       __u32 way)
{
	__u64 *rest = flow_cache_rest(question, way);

	for (int n = 0; n < FLOW_CACHE_REST && left && rest; n++) {
		rest[n] = flow_extra_word(state, left);
		left &= left - 1;
	}
}

static __always_inline void flow_remember(struct flow_cache_set *set,
					  const struct flow_question *question,
					  const struct flow_state *state)
{
	__u32 way = flow_place(question, set, state->searches);
	struct flow_cached *cached = &set->way[BOUNDED(way, FLOW_CACHE_WAYS)];
	__u64 left = question->extra;

	cached->version = question->version;
	cached->first = state->first;
	cached->counter = state->counter;
	cached->found = state->found;
	for (int i = 0; i < XVS_FLOW_FIXED; i++)
		cached->fixed[i] = question->fixed[i];
	for (int n = 0; n < FLOW_CACHE_FIRST && left; n++) {
		cached->extra[n] = flow_extra_word(state, left);
		left &= left - 1;
	}
	if (left)
		flow_remember_rest(question, state, left, way);
}

static __always_inline void flow_recall(struct flow_state *state, const struct flow_cached *cached)
{
	state->first = cached->first;
	state->counter = cached->counter;
	state->found = cached->found;
}

/* Does a flow of the first subtable drop the frame, which no other can prevent? */
static __always_inline bool flow_drops_early(struct flow_state *state,
					     const struct xvs_flow_bridge *bridge)
{
	const struct xvs_flow_subtable *subtable = (const void *)flow_line(bridge->early);

	state->best_rule = 0;
	state->best_priority = -1;
	if (subtable)
		flow_probe(state, subtable, bridge->early);
	if (state->best_priority < bridge->early_priority)
		return false;
	flow_found(state);
	return true;
}

/* Is it worthwhile to ask the cache? */
static __always_inline bool flow_is_patient(const struct flow_state *state)
{
	return state->missed < FLOW_CACHE_PATIENCE || state->searches % FLOW_CACHE_TRIAL == 0;
}

static __always_inline bool flow_is_answered(struct flow_state *state,
					     const struct flow_question *question,
					     struct flow_cache_set *set)
{
	for (__u32 i = 0; i < FLOW_CACHE_WAYS; i++) {
		__u32 way = BOUNDED(question->way ^ i, FLOW_CACHE_WAYS);

		if (flow_is_answer(&set->way[way], question, state, way)) {
			flow_recall(state, &set->way[way]);
			state->missed = 0;
			return true;
		}
	}
	state->missed++;
	return false;
}

/* Looks in table 0 of a bridge: state->found, and if so, state->first and state->counter. */
static __always_inline void flow_find_first(struct flow_state *state,
					    const struct xvs_flow_bridge *bridge)
{
	struct flow_question *question = &state->question;
	struct flow_cache_set *set = NULL;

	if (bridge->early && flow_drops_early(state, bridge))
		return;
	if (flow_is_patient(state) && flow_ask(question, state, bridge)) {
		set = bpf_map_lookup_elem(&flow_cache, &question->index);
		if (set && flow_is_answered(state, question, set))
			return;
	}
	flow_lookup(bridge->tables, 0);
	if (set && state->searches % FLOW_CACHE_RELUCTANCE == 0)
		flow_remember(set, question, state);
	state->searches++;
}

#endif
