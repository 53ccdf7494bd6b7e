/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Flow tables as the data path reads them (layout: flow_types.h), and what it works out of a frame
 * meanwhile.
 *
 * Nothing is done to the frame while its flows are followed: that is in XDP, which may find that it
 * cannot finish, the same as in TC. What comes out is a list of outputs in a memory of this CPU's
 * own, each with the form that the frame is to have there.
 */
#ifndef XVS_FLOW_H
#define XVS_FLOW_H

#include "datapath/compiler.h"
#include "datapath/features.h"
#include "datapath/shared.h"
#include "datapath/types.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, XVS_FLOW_LINES_MIN);
	__type(key, __u32);
	__type(value, union xvs_flow_line);
} flows SEC(".maps") __weak;

/*
 * A row of flow_counters_row counters for each CPU, and one of switchd's. Not a per-CPU array: that
 * looks up where a value is before it can look at it, for each value, and with many flows neither
 * is in the cache.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, XVS_FLOW_COUNTERS_MIN);
	__type(key, __u32);
	__type(value, struct xvs_flow_counter);
} flow_counters SEC(".maps") __weak;

/* Tags below the one in the key, which actions have pushed on it. */
#define FLOW_TAGS_BELOW 2

/* A frame's headers, as actions have made them. */
struct flow_form {
	struct xvs_flow_key key;
	__u32 tpid_dei; /* of the tag in the key: TPID in the upper 16 bits, the DEI in its place */
	__u32 n_below;
	__u32 below[FLOW_TAGS_BELOW]; /* whole tags, the lowest first */
};

enum flow_output_kind {
	FLOW_TO_PORT,
	FLOW_TO_NORMAL,
	FLOW_TO_ALL,
	FLOW_TO_SOME, /* but for those with no-flood */
	FLOW_TO_METER,
};

struct flow_output {
	__u16 kind;
	__u16 form; /* in which the frame is to leave */
	__u32 what; /* port, or meter */
};

#define FLOW_OUTPUTS_MAX 64
#define FLOW_FORMS_MAX   64
#define FLOW_HITS_MAX    128

struct flow_waiting {
	__u32 pc;
	__u16 table; /* unused by clones */
	__u16 clone; /* 1 + place in `saved`; 0: a list, which gives nothing back */
};

/* What a search in table 0 reads, and where its answer would be in the cache (flow_cache.h). */
struct flow_question {
	__u64 version;
	__u64 fixed[XVS_FLOW_FIXED];
	__u64 extra; /* which words */
	__u32 index; /* of the set */
	__u32 way;   /* to be tried first */
};

struct flow_state {
	struct flow_form now;
	__u32 ingress; /* port */

	/* Where the headers are, in octets from the begin of the frame, if it had no tags; 0: there
	 * are none. */
	__u16 l3, l4;
	__u8 l4_protocol; /* of a header that is there: also in first fragments */
	__u8 routed;      /* the IPv6 header's destination is not the last one */
	/* What the key may say 0 for: ports, of first fragments, and ARP's operation. */
	__u32 ports_came;
	__u16 operation_came;
	__u8 dirty;   /* words 5 to 13 may be other than 0 */
	__u16 reason; /* of a drop, if nothing is put out: enum xvs_drop */

	__u32 best_rule; /* line; 0: none yet */
	__s32 best_priority;

	/* What a search has found. */
	__u64 first;   /* instruction of the flow */
	__u32 counter; /* of it */
	__u32 found;
	__u32 searches;                /* on this CPU, ever */
	struct flow_question question; /* not on the stack, of which Linux 6.1 gives 512 octets */
	__u32 missed;                  /* questions in a row that the cache had no answer to */

	__u32 ports, n_ports, local; /* of the bridge: struct xvs_flow_bridge */
	__u32 tables;

	__u32 n_outputs, n_forms, n_hits;
	__u32 changed; /* `now` is another form than the last */

	__u32 pc;
	__u32 depth, clones, lookups, end;

	struct flow_output output[FLOW_OUTPUTS_MAX];
	__u32 hit[FLOW_HITS_MAX]; /* counters */
	struct flow_waiting waiting[XVS_FLOW_DEPTH_MAX];
	struct flow_form saved[XVS_FLOW_CLONES_MAX];
	struct flow_form form[FLOW_FORMS_MAX]; /* 0: as it came; made when it is changed first */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct flow_state);
} flow_states SEC(".maps") __weak;

static __always_inline struct flow_state *flow_state_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&flow_states, &zero);
}

static __always_inline const union xvs_flow_line *flow_line(__u32 line)
{
	return bpf_map_lookup_elem(&flows, &line);
}

static __always_inline __u64 flow_word(__u32 pc)
{
	const union xvs_flow_line *line = flow_line(pc / 8);

	return line ? line->word[BOUNDED(pc, 8)] : 0;
}

/*
 * The line of what a bridge's flows are at this moment; 0: it has none. A frame asks once: next
 * time they may be others.
 */
static __always_inline __u32 flow_root(__u32 bridge)
{
	const union xvs_flow_line *line = flow_line(bridge / 16);

	return line ? READ_ONCE(line->half[BOUNDED(bridge, 16)]) : 0;
}

static __always_inline const struct xvs_flow_bridge *flow_bridge(__u32 root)
{
	return root ? (const struct xvs_flow_bridge *)flow_line(root) : NULL;
}

/* What they need to know of a frame: enum xvs_flow_needs. */
static __always_inline __u32 flow_needs(__u32 root)
{
	const struct xvs_flow_bridge *bridge = flow_bridge(root);

	return bridge ? bridge->needs : 0;
}

static __always_inline const struct xvs_flow_table *flow_table(__u32 tables, __u32 table)
{
	const union xvs_flow_line *line = flow_line(tables + table / 4);

	return line ? (const struct xvs_flow_table *)line + BOUNDED(table, 4) : NULL;
}

/* An octet of the key as it lies in memory. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define FLOW_OCTET(octet) (octet)
#else
#define FLOW_OCTET(octet) ((octet) ^ 7)
#endif

static __always_inline __u8 flow_octet(const struct flow_state *state, __u32 octet)
{
	FORGET(octet);
	return octet < sizeof(state->now.key) ? ((const __u8 *)&state->now.key)[FLOW_OCTET(octet)]
					      : 0;
}

/* Which subtables of a half the filter leaves. */
static __always_inline __u64 flow_filter(const struct flow_state *state, __u32 line)
{
	const struct xvs_flow_filter *filter = (const void *)flow_line(line);
	__u32 place = (line + 1) * 8, bits;
	__u64 left = ~0ULL;

	if (!filter)
		return left;
	bits = BOUNDED(filter->bits, 16);
	for (__u32 i = 0; i < XVS_FLOW_FILTER_PAIRS && i < filter->count; i++) {
		const struct xvs_flow_pair *pair = &filter->pair[i];

		left &= flow_word(place + xvs_flow_filter_word(flow_octet(state, pair->first),
							       flow_octet(state, pair->second),
							       bits));
		place += 1u << bits;
	}
	return left;
}

/* Where that of the second half begins. */
static __always_inline __u32 flow_filter_second(__u32 line)
{
	const struct xvs_flow_filter *filter = (const void *)flow_line(line);

	return filter ? line + (1u << BOUNDED(filter->bits, 16)) : 0;
}

/* Position of the only bit that is set (a de Bruijn sequence). */
static __always_inline __u32 flow_bit(__u64 bit)
{
	static const __u8 position[64] = {
		0,  1,  2,  53, 3,  7,  54, 27, 4,  38, 41, 8,  34, 55, 48, 28,
		62, 5,  39, 46, 44, 42, 22, 9,  24, 35, 59, 56, 49, 18, 29, 11,
		63, 52, 6,  26, 37, 40, 33, 47, 61, 45, 43, 21, 23, 58, 17, 10,
		51, 25, 36, 32, 60, 20, 57, 16, 50, 31, 19, 15, 30, 14, 13, 12,
	};

	return position[bit * 0x022fdd63cc95386dULL >> 58];
}

/* Mask `i` of the words that are not in every subtable. */
static __always_inline __u64 flow_extra_mask(const struct xvs_flow_subtable *subtable, __u32 line,
					     __u32 i)
{
	const union xvs_flow_line *second;

	FORGET(i);
	if (i < XVS_FLOW_FIRST_EXTRA)
		return subtable->mask[i];
	second = flow_line(line + 1);
	return second ? second->word[BOUNDED(i - XVS_FLOW_FIRST_EXTRA, 8)] : 0;
}

/* The word of the key that the lowest of these bits stands for. */
static __always_inline __u64 flow_extra_word(const struct flow_state *state, __u64 extra)
{
	__u32 word = flow_bit(extra & -extra);

	FORGET(word);
	return word < XVS_FLOW_WORDS ? state->now.key.word[word] : 0;
}

/* Value `i` of a rule besides those of the fixed words. */
static __always_inline __u64 flow_extra_value(const struct xvs_flow_rule *rule, __u32 line, __u32 i)
{
	const union xvs_flow_line *second;

	FORGET(i);
	if (i < XVS_FLOW_RULE_KEYS - XVS_FLOW_FIXED)
		return rule->value[XVS_FLOW_FIXED + i];
	second = flow_line(line + 1);
	return second ? second->word[BOUNDED(i - (XVS_FLOW_RULE_KEYS - XVS_FLOW_FIXED), 8)] : 0;
}

/*
 * Does the frame match a rule of a subtable? A function of its own, as are the others of this kind,
 * which the verifier looks at once and not for each way that leads here.
 */
__weak __noinline int flow_is_rule(__u32 line, __u32 rule)
{
	const struct xvs_flow_subtable *subtable = (const void *)flow_line(line);
	const struct xvs_flow_rule *entry = (const void *)flow_line(rule);
	const struct flow_state *state = flow_state_get();
	__u64 extra;

	if (!subtable || !entry || !state)
		return false;
	for (int i = 0; i < XVS_FLOW_FIXED; i++)
		if ((state->now.key.word[i] & subtable->fixed[i]) != entry->value[i])
			return false;
	extra = subtable->extra;
	for (__u32 n = 0; n < XVS_FLOW_EXTRA && extra; n++) {
		if ((flow_extra_word(state, extra) & flow_extra_mask(subtable, line, n)) !=
		    flow_extra_value(entry, rule, n))
			return false;
		extra &= extra - 1;
	}
	return true;
}

/* Octets that are 0 in a word have their highest bit set in the result; of those above such a one,
 * some that are 1 may, too. */
static __always_inline __u64 flow_zero_octets(__u64 word)
{
	return (word - 0x0101010101010101ULL) & ~word & 0x8080808080808080ULL;
}

/* The rule of a subtable with a hash's tag that comes behind so many others: its line, 0: none. */
__weak __noinline __u32 flow_candidate(__u32 subtable, __u64 hash, __u32 behind)
{
	const struct xvs_flow_subtable *entry = (const void *)flow_line(subtable);
	__u64 tags = xvs_flow_hash_tag(hash) * 0x0101010101010101ULL;
	__u32 index = xvs_flow_hash_bucket(hash);

	if (!entry)
		return 0;
	for (__u32 i = 0; i < XVS_FLOW_CHAIN_MAX; i++) {
		const struct xvs_flow_bucket *bucket;
		__u64 differ;

		bucket = (const void *)flow_line(entry->buckets +
						 ((index + i) & entry->bucket_mask));
		if (!bucket)
			return 0;
		/* One by one: the writer counts those that are the same, and no others. */
		differ = bucket->tags ^ tags;
		for (int slot = 0; slot < XVS_FLOW_BUCKET_RULES; slot++)
			if (!(differ >> slot * 8 & 0xff) && bucket->rule[slot] && !behind--)
				return bucket->rule[slot];
		if (!bucket->more)
			return 0;
	}
	return 0;
}

static __always_inline void flow_take(struct flow_state *state, __u32 line)
{
	const struct xvs_flow_rule *rule = (const void *)flow_line(line);

	if (!rule || state->best_priority >= rule->priority)
		return;
	state->best_rule = line;
	state->best_priority = rule->priority;
}

/* Goes on with the hash of the fixed words. */
__weak __noinline __u64 flow_hash_extra(__u32 line, __u64 hash)
{
	const struct xvs_flow_subtable *subtable = (const void *)flow_line(line);
	const struct flow_state *state = flow_state_get();
	__u64 extra;

	if (!subtable || !state)
		return 0;
	extra = subtable->extra;
	for (__u32 n = 0; n < XVS_FLOW_EXTRA && extra; n++) {
		hash = xvs_flow_hash_extra(hash, flow_extra_word(state, extra) &
							 flow_extra_mask(subtable, line, n));
		extra &= extra - 1;
	}
	return hash;
}

/* Takes the rule of a subtable that the frame matches, if it is better than what was found so far.
 */
__weak __noinline int flow_search(__u32 line, __u64 hash)
{
	struct flow_state *state = flow_state_get();

	if (!state)
		return 0;
	for (__u32 i = 0; i < XVS_FLOW_CANDIDATES_MAX; i++) {
		__u32 rule = flow_candidate(line, hash, i);

		if (!rule)
			break;
		if (flow_is_rule(line, rule)) {
			flow_take(state, rule);
			break;
		}
	}
	return 0;
}

/* The same for what it nearly always is: nothing, or the first candidate. */
static __always_inline void flow_probe(struct flow_state *state,
				       const struct xvs_flow_subtable *subtable, __u32 line)
{
	__u64 word0 = state->now.key.word[0] & subtable->fixed[0];
	__u64 word1 = state->now.key.word[1] & subtable->fixed[1];
	__u64 word2 = state->now.key.word[2] & subtable->fixed[2];
	__u64 hash = xvs_flow_hash_fixed(subtable->seed, word0, word1, word2), same;
	const struct xvs_flow_bucket *bucket;
	const struct xvs_flow_rule *rule;
	__u32 at;

	if (subtable->extra)
		hash = flow_hash_extra(line, hash);
	bucket = (const void *)flow_line(subtable->buckets +
					 (xvs_flow_hash_bucket(hash) & subtable->bucket_mask));
	if (!bucket)
		return;
	same = flow_zero_octets(bucket->tags ^ xvs_flow_hash_tag(hash) * 0x0101010101010101ULL);
	if (!same && !bucket->more)
		return;
	at = same ? bucket->rule[BOUNDED(flow_bit(same & -same) / 8, XVS_FLOW_BUCKET_RULES)] : 0;
	rule = at ? (const void *)flow_line(at) : NULL;
	if (rule && rule->value[0] == word0 && rule->value[1] == word1 && rule->value[2] == word2 &&
	    (!subtable->extra || flow_is_rule(line, at)))
		flow_take(state, at);
	else
		flow_search(line, hash);
}

/*
 * Looks at the subtables whose bit is set in `left`; the first of them begins at `line`. The best
 * rule so far is in the state, and not in a variable, of which the verifier would know too much:
 * each turn of the loop would be another case for it.
 */
static __always_inline void flow_scan(struct flow_state *state, __u32 line, __u64 left)
{
	for (int i = 0; i < XVS_FLOW_FILTER_SPAN && left; i++) {
		__u32 at = line + 2 * flow_bit(left & -left);
		const struct xvs_flow_subtable *subtable = (const void *)flow_line(at);

		if (!subtable || state->best_priority >= subtable->max_priority)
			break;
		left &= left - 1;
		flow_probe(state, subtable, at);
	}
}

/* The bits of so many subtables. */
static __always_inline __u64 flow_bits(__u32 count)
{
	return count < XVS_FLOW_FILTER_SPAN ? (1ULL << count) - 1 : ~0ULL;
}

static __always_inline void flow_found(struct flow_state *state)
{
	const struct xvs_flow_rule *rule;

	rule = state->best_rule ? (const void *)flow_line(state->best_rule) : NULL;
	if (!rule)
		return;
	state->first = rule->first;
	state->counter = rule->counter;
	state->found = true;
}

/* Looks for the best flow of a table for the key as it is now: state->found, and if so,
 * state->first and state->counter. */
__weak __noinline int flow_lookup(__u32 tables, __u32 number)
{
	const struct xvs_flow_table *table = flow_table(tables, number);
	struct flow_state *state = flow_state_get();
	__u32 first, count, filter;
	__u64 left;

	if (state)
		state->found = false;
	if (!table || !state)
		return 0;
	first = table->subtables;
	count = table->count;
	filter = table->filter;
	state->best_rule = 0;
	state->best_priority = -1;
	left = flow_bits(count);
	if (filter)
		left &= flow_filter(state, filter);
	flow_scan(state, first, left);
	if (count > XVS_FLOW_FILTER_SPAN) {
		left = flow_bits(count - XVS_FLOW_FILTER_SPAN);
		if (filter)
			left &= flow_filter(state, flow_filter_second(filter));
		flow_scan(state, first + 2 * XVS_FLOW_FILTER_SPAN, left);
	}
	flow_found(state);
	return 0;
}

/* Counts a frame at the counter of a flow, a group or a bucket. */
static __always_inline void flow_count(__u32 index, __u32 len, __u32 now)
{
	__u32 place = bpf_get_smp_processor_id() * flow_counters_row + index;
	struct xvs_flow_counter *counter = bpf_map_lookup_elem(&flow_counters, &place);

	if (!counter || index >= flow_counters_row)
		return;
	counter->packets++;
	counter->bytes += len;
	if (counter->used != now)
		counter->used = now;
}

struct flow_counting {
	const struct flow_state *state;
	__u32 len, now;
};

static long flow_count_hit(__u32 index, struct flow_counting *counting)
{
	if (index >= FLOW_HITS_MAX)
		return 1;
	flow_count(counting->state->hit[BOUNDED(index, FLOW_HITS_MAX)], counting->len,
		   counting->now);
	return 0;
}

/* Counts a frame at all flows that it met. */
static __always_inline void flow_conclude(const struct flow_state *state, __u32 len)
{
	struct flow_counting counting = {state, len, shared_now()};

	if (state->n_hits == 1)
		flow_count(state->hit[0], len, counting.now);
	else if (state->n_hits)
		bpf_loop(state->n_hits, flow_count_hit, &counting, 0);
}

#endif
