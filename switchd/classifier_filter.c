// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/classifier_filter.h"

/* With so many subtables, to look at all of them costs no more than to ask a filter. */
#define SUBTABLES_WITHOUT 4

/*
 * A pair is worth asking when it spares this many looks at a subtable: it costs a load for each
 * octet and one of the word of each half, a look at least one of a bucket, a hash, and a loop's
 * turn.
 */
#define GAIN_MIN  0.25f
#define GAIN_PART 0.02f /* and this part of what is left to look at */

/* Of the frames that are not like any flow; the others are taken to be as the flows are. */
#define STRANGE 0.25f

static uint8_t octet_in(const struct xvs_flow_key *key, unsigned octet)
{
	return key->word[octet / 8] >> 8 * (octet % 8);
}

static uint8_t mask_of(const struct classifier_subtable *subtable, unsigned octet)
{
	return octet_in(&subtable->mask, octet);
}

/* The values of an octet with which a frame can match some flow of the subtable. */
static struct classifier_octet_set admitted(const struct classifier_subtable *subtable,
					    unsigned octet)
{
	uint8_t mask = mask_of(subtable, octet);
	struct classifier_octet_set all = {{~0ULL, ~0ULL, ~0ULL, ~0ULL}}, set = {{0}};
	const struct classifier_octet_set *seen;

	if (!mask)
		return all;
	seen = &subtable->seen[subtable->seen_at[octet] - 1];
	if (mask == 0xff)
		return *seen;
	for (unsigned v = 0; v < 256; v++) {
		unsigned masked = v & mask;

		set.bit[v / 64] |= (seen->bit[masked / 64] >> masked % 64 & 1) << v % 64;
	}
	return set;
}

/* The least value of the set that is at least `v`; 256: there is none. */
static unsigned next_value(const struct classifier_octet_set *set, unsigned v)
{
	while (v < 256) {
		uint64_t bits = set->bit[v / 64] >> v % 64;

		if (bits)
			return v + __builtin_ctzll(bits);
		v = (v / 64 + 1) * 64;
	}
	return v;
}

static unsigned count_values(const struct classifier_octet_set *set)
{
	unsigned count = 0;

	for (unsigned i = 0; i < 256 / 64; i++)
		count += __builtin_popcountll(set->bit[i]);
	return count;
}

/* How frequent the values of an octet are in frames, by the flows of subtables that look at it. The
 * sum is 1. False: none does. */
static bool frequencies(struct classifier_subtable *const *subtable, unsigned count, unsigned octet,
			float *frequency)
{
	unsigned looking = 0;

	for (unsigned v = 0; v < 256; v++)
		frequency[v] = 0;
	for (unsigned i = 0; i < count; i++) {
		struct classifier_octet_set set;

		if (!mask_of(subtable[i], octet))
			continue;
		looking++;
		set = admitted(subtable[i], octet);
		for (unsigned v = next_value(&set, 0); v < 256; v = next_value(&set, v + 1))
			frequency[v] += 1.0f / count_values(&set);
	}
	for (unsigned v = 0; v < 256 && looking; v++)
		frequency[v] = (1 - STRANGE) * frequency[v] / looking + STRANGE / 256;
	return looking;
}

/* For each subtable, which part of the frames an octet lets through to it. False: all of them. */
static bool parts_admitted(struct classifier_subtable *const *subtable, unsigned count,
			   unsigned octet, float *part)
{
	float frequency[256];

	if (!frequencies(subtable, count, octet, frequency))
		return false;
	for (unsigned i = 0; i < count; i++) {
		struct classifier_octet_set set = admitted(subtable[i], octet);

		part[i] = 0;
		for (unsigned v = next_value(&set, 0); v < 256; v = next_value(&set, v + 1))
			part[i] += frequency[v];
	}
	return true;
}

/* What is known of the octets of some subtables. */
struct survey {
	struct classifier_subtable *const *subtable;
	unsigned count, bits;
	bool looked_at[CLASSIFIER_OCTETS];
	float part[CLASSIFIER_OCTETS][XVS_FLOW_SUBTABLES_MAX];    /* that one lets through */
	uint16_t seen[CLASSIFIER_OCTETS][XVS_FLOW_SUBTABLES_MAX]; /* values in flows */
};

static void survey_octets(struct survey *survey)
{
	for (unsigned octet = 0; octet < CLASSIFIER_OCTETS; octet++) {
		survey->looked_at[octet] =
			parts_admitted(survey->subtable, survey->count, octet, survey->part[octet]);
		for (unsigned i = 0; i < survey->count && survey->looked_at[octet]; i++) {
			struct classifier_octet_set set = admitted(survey->subtable[i], octet);

			survey->seen[octet][i] = count_values(&set);
		}
	}
}

static bool is_single(struct xvs_flow_pair pair)
{
	return pair.second == XVS_FLOW_FILTER_NO_OCTET;
}

static bool is_exact(const struct classifier_subtable *subtable, struct xvs_flow_pair pair)
{
	return !is_single(pair) && mask_of(subtable, pair.first) == 0xff &&
	       mask_of(subtable, pair.second) == 0xff;
}

/*
 * Which part of the frames a pair lets through to a subtable, as if octets were independent of each
 * other: of those values that each of them may have, at most one for each flow is let through, and
 * what shares a word with these.
 */
static float part_of(const struct survey *survey, struct xvs_flow_pair pair, unsigned i)
{
	float values = survey->subtable[i]->values, all, through, shared;

	if (is_single(pair))
		return survey->part[pair.first][i];
	if (!is_exact(survey->subtable[i], pair))
		return 1;
	all = (float)survey->seen[pair.first][i] * survey->seen[pair.second][i];
	values = values < all ? values : all;
	through = survey->part[pair.first][i] * survey->part[pair.second][i] * values / all;
	shared = values / (float)(1u << survey->bits);
	shared = shared < 1 ? shared : 1;
	return through + shared - through * shared;
}

/* How many looks at subtables a pair spares, of those that are left. */
static float spared(const struct survey *survey, struct xvs_flow_pair pair, const float *left)
{
	float sum = 0;

	for (unsigned i = 0; i < survey->count; i++)
		sum += left[i] * (1 - part_of(survey, pair, i));
	return sum;
}

/* The pair that spares the most, and how much that is. */
static float best_pair(const struct survey *survey, const float *left, struct xvs_flow_pair *best)
{
	float most = 0;

	for (unsigned first = 0; first < CLASSIFIER_OCTETS; first++)
		for (unsigned second = first;
		     survey->looked_at[first] && second < CLASSIFIER_OCTETS; second++) {
			struct xvs_flow_pair pair = {first, second};
			float spares;

			if (first == second)
				pair.second = XVS_FLOW_FILTER_NO_OCTET;
			else if (!survey->looked_at[second])
				continue;
			spares = spared(survey, pair, left);
			if (spares > most) {
				most = spares;
				*best = pair;
			}
		}
	return most;
}

/* Takes pairs as long as they spare looks at subtables, always the one that spares the most. */
static void choose(struct classifier_filter *filter, const struct survey *survey)
{
	float left[XVS_FLOW_SUBTABLES_MAX];

	for (unsigned i = 0; i < survey->count; i++)
		left[i] = 1;
	filter->bits = survey->bits;
	while (filter->count < XVS_FLOW_FILTER_PAIRS) {
		struct xvs_flow_pair *best = &filter->pair[filter->count];
		float most = best_pair(survey, left, best), total = 0;

		for (unsigned i = 0; i < survey->count; i++)
			total += left[i];
		if (most < GAIN_MIN || most < GAIN_PART * total)
			return;
		for (unsigned i = 0; i < survey->count; i++)
			left[i] *= part_of(survey, *best, i);
		filter->count++;
	}
}

/* So many words for a pair that those of the subtable with the most flows leave most of them
 * free. */
static unsigned bits_for(struct classifier_subtable *const *subtable, unsigned count)
{
	unsigned bits = XVS_FLOW_FILTER_BITS_MIN;
	uint32_t most = 0;

	for (unsigned i = 0; i < count; i++)
		if (subtable[i]->values > most)
			most = subtable[i]->values;
	while (bits < XVS_FLOW_FILTER_BITS_MAX && 1u << bits < 8 * most)
		bits++;
	return bits;
}

/* A power of two, with whatever number of pairs: the memory stays in one piece. */
static uint32_t lines_of(unsigned subtables, unsigned bits)
{
	return (subtables > XVS_FLOW_FILTER_SPAN ? 2u : 1u) << bits;
}

uint32_t classifier_filter_lines(struct classifier_subtable *const *subtable, unsigned count)
{
	unsigned with_flows = 0;

	for (unsigned i = 0; i < count; i++)
		with_flows += subtable[i]->flows != 0;
	return with_flows > SUBTABLES_WITHOUT ? lines_of(with_flows, bits_for(subtable, count)) : 0;
}

/* The half of the filter that a subtable is in. */
static union xvs_flow_line *half_of(const struct classifier_filter *filter,
				    struct flow_memory *memory, unsigned position)
{
	return &memory->line[filter->place.line +
			     (position / XVS_FLOW_FILTER_SPAN << filter->bits)];
}

/* The word of a value of pair `i` of the filter, where the subtable has its bit. */
static __u64 *word_of(const struct classifier_filter *filter, struct flow_memory *memory,
		      unsigned position, unsigned i, uint8_t first, uint8_t second)
{
	union xvs_flow_line *line = half_of(filter, memory, position) + 1;
	unsigned word = (i << filter->bits) + xvs_flow_filter_word(first, second, filter->bits);

	return &line[word / 8].word[word % 8];
}

static uint8_t octet_of(const struct classifier_subtable *subtable, const uint64_t *value,
			unsigned octet)
{
	unsigned word = octet / 8, at = word;

	for (unsigned i = 0; i < subtable->n_extra && word >= XVS_FLOW_FIXED; i++)
		if (subtable->extra[i] == word)
			at = XVS_FLOW_FIXED + i;
	return value[at] >> 8 * (octet % 8);
}

/* Sets a subtable's bit in the words of a pair that does not look at whole values of its flows. */
static void write_pair(const struct classifier_filter *filter, struct flow_memory *memory,
		       const struct classifier_subtable *subtable, unsigned position, unsigned i)
{
	uint64_t bit = 1ULL << position % XVS_FLOW_FILTER_SPAN;
	struct classifier_octet_set set = admitted(subtable, filter->pair[i].first);
	union xvs_flow_line *lines =
		half_of(filter, memory, position) + 1 + ((i << filter->bits) / 8);

	if (!is_single(filter->pair[i])) {
		for (unsigned word = 0; word < 1u << filter->bits; word++)
			lines[word / 8].word[word % 8] |= bit;
		return;
	}
	for (unsigned v = next_value(&set, 0); v < 256; v = next_value(&set, v + 1))
		*word_of(filter, memory, position, i, v, 0) |= bit;
}

/* Sets a subtable's bit wherever a flow of it may be met; the words are 0 elsewhere. Flows are many
 * and far apart: each is looked at once, for all pairs. */
static void write_subtable(const struct classifier_filter *filter, struct flow_memory *memory,
			   const struct classifier_subtable *subtable, unsigned position)
{
	uint64_t bit = 1ULL << position % XVS_FLOW_FILTER_SPAN;
	const struct classifier_rule *rule = NULL;
	unsigned exact[XVS_FLOW_FILTER_PAIRS], n = 0;

	for (unsigned i = 0; i < filter->count; i++)
		if (is_exact(subtable, filter->pair[i]))
			exact[n++] = i;
		else
			write_pair(filter, memory, subtable, position, i);
	while (n && (rule = classifier_chains_next(&subtable->chains, rule)))
		for (unsigned i = 0; i < n; i++) {
			struct xvs_flow_pair pair = filter->pair[exact[i]];

			*word_of(filter, memory, position, exact[i],
				 octet_of(subtable, rule->value, pair.first),
				 octet_of(subtable, rule->value, pair.second)) |= bit;
		}
}

static void write_half(const struct classifier_filter *filter, struct flow_memory *memory,
		       struct classifier_subtable *const *subtable, unsigned first, unsigned end)
{
	struct xvs_flow_filter *head = (struct xvs_flow_filter *)half_of(filter, memory, first);

	*head = (struct xvs_flow_filter){.count = filter->count, .bits = filter->bits};
	memcpy(head->pair, filter->pair, sizeof(head->pair));
	memset(head + 1, 0, ((size_t)filter->count << filter->bits) * sizeof(__u64));
	for (unsigned p = first; p < end; p++)
		write_subtable(filter, memory, subtable[p], p);
}

static int choose_for(struct classifier_filter *filter, struct classifier_subtable *const *subtable,
		      unsigned count)
{
	struct survey *survey = calloc(1, sizeof(*survey));

	if (!survey)
		return -ENOMEM;
	survey->subtable = subtable;
	survey->count = count;
	survey->bits = bits_for(subtable, count);
	survey_octets(survey);
	choose(filter, survey);
	free(survey);
	return 0;
}

int classifier_filter_write(struct classifier_filter *filter, struct flow_memory *memory,
			    struct classifier_subtable *const *subtable, unsigned count)
{
	struct classifier_filter renewed = {.place = filter->place};
	int rc = 0;

	for (unsigned i = 0; i < count; i++)
		renewed.flows += subtable[i]->flows;
	if (count > SUBTABLES_WITHOUT)
		rc = choose_for(&renewed, subtable, count);
	if (rc == 0)
		rc = flow_place_renew(memory, &renewed.place,
				      renewed.count ? lines_of(count, renewed.bits) : 0);
	if (rc < 0)
		return rc;
	*filter = renewed;
	for (unsigned first = 0; filter->count && first < count; first += XVS_FLOW_FILTER_SPAN) {
		unsigned end = first + XVS_FLOW_FILTER_SPAN;

		write_half(filter, memory, subtable, first, end < count ? end : count);
	}
	return 0;
}

static void admit(__u64 *word, uint64_t bit)
{
	if (!(*word & bit))
		__atomic_store_n(word, *word | bit, __ATOMIC_RELAXED);
}

void classifier_filter_admit(const struct classifier_filter *filter, struct flow_memory *memory,
			     const struct classifier_subtable *subtable,
			     const struct xvs_flow_key *key)
{
	uint64_t bit;

	if (filter->stale || subtable->position < 0)
		return;
	bit = 1ULL << subtable->position % XVS_FLOW_FILTER_SPAN;
	for (unsigned i = 0; i < filter->count; i++) {
		struct xvs_flow_pair pair = filter->pair[i];
		uint8_t mask = mask_of(subtable, pair.first);
		uint8_t value = octet_in(key, pair.first);

		if (!is_single(pair)) {
			if (is_exact(subtable, pair))
				admit(word_of(filter, memory, subtable->position, i, value,
					      octet_in(key, pair.second)),
				      bit);
			continue;
		}
		/* All values that are `value` under the mask: counted through its zeros. */
		for (unsigned other = 0; other < 256; other = (other | mask) + 1)
			admit(word_of(filter, memory, subtable->position, i,
				      value | (other & ~mask), 0),
			      bit);
	}
}
