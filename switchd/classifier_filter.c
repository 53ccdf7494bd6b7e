// SPDX-License-Identifier: BSD-2-Clause
#include <string.h>
#include "switchd/classifier_filter.h"

/* With so many subtables, to look at all of them costs no more than to ask a filter. */
#define SUBTABLES_WITHOUT 4

/*
 * An octet is worth asking when it spares this many looks at a subtable: it costs a load for itself
 * and one of the word of each half, a look at least one of a bucket, a hash, and a loop's turn.
 */
#define GAIN_MIN  0.25f
#define GAIN_PART 0.02f /* and this part of what is left to look at */

/* Of the frames that are not like any flow; the others are taken to be as the flows are. */
#define STRANGE 0.25f

static uint8_t mask_of(const struct classifier_subtable *subtable, unsigned octet)
{
	return subtable->mask.word[octet / 8] >> 8 * (octet % 8);
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

/*
 * Takes octets as long as they spare looks at subtables, always the one that spares the most, as if
 * octets were independent of each other.
 */
static void choose(struct classifier_filter *filter, struct classifier_subtable *const *subtable,
		   unsigned count)
{
	float part[CLASSIFIER_OCTETS][XVS_FLOW_SUBTABLES_MAX];
	float left[XVS_FLOW_SUBTABLES_MAX];
	bool candidate[CLASSIFIER_OCTETS];

	for (unsigned octet = 0; octet < CLASSIFIER_OCTETS; octet++)
		candidate[octet] = parts_admitted(subtable, count, octet, part[octet]);
	for (unsigned i = 0; i < count; i++)
		left[i] = 1;
	filter->count = 0;
	while (filter->count < XVS_FLOW_FILTER_OCTETS) {
		float total = 0, most = 0;
		unsigned best = 0;

		for (unsigned i = 0; i < count; i++)
			total += left[i];
		for (unsigned octet = 0; octet < CLASSIFIER_OCTETS; octet++) {
			float spared = 0;

			for (unsigned i = 0; i < count && candidate[octet]; i++)
				spared += left[i] * (1 - part[octet][i]);
			if (spared > most) {
				most = spared;
				best = octet;
			}
		}
		if (most < GAIN_MIN || most < GAIN_PART * total)
			return;
		for (unsigned i = 0; i < count; i++)
			left[i] *= part[best][i];
		candidate[best] = false;
		filter->octet[filter->count++] = best;
	}
}

static uint32_t lines_of(unsigned subtables, unsigned octets)
{
	uint32_t lines = 1 + octets * XVS_FLOW_FILTER_LINES;

	if (!octets)
		return 0;
	return subtables > XVS_FLOW_FILTER_SPAN ? XVS_FLOW_FILTER_STRIDE + lines : lines;
}

uint32_t classifier_filter_lines(unsigned subtables)
{
	if (subtables <= SUBTABLES_WITHOUT)
		return 0;
	return flow_memory_round(lines_of(subtables, XVS_FLOW_FILTER_OCTETS));
}

/* The half of the filter that a subtable is in. */
static union xvs_flow_line *half_of(const struct classifier_filter *filter,
				    struct flow_memory *memory, unsigned position)
{
	return &memory->line[filter->place.line +
			     position / XVS_FLOW_FILTER_SPAN * XVS_FLOW_FILTER_STRIDE];
}

/* The word of a value of octet `i` of the filter, where the subtable has its bit. */
static __u64 *word_of(const struct classifier_filter *filter, struct flow_memory *memory,
		      unsigned position, unsigned i, unsigned value)
{
	union xvs_flow_line *line = half_of(filter, memory, position) + 1;

	return &line[i * XVS_FLOW_FILTER_LINES + value / 8].word[value % 8];
}

static void write_half(const struct classifier_filter *filter, struct flow_memory *memory,
		       struct classifier_subtable *const *subtable, unsigned first, unsigned end)
{
	struct xvs_flow_filter *head = (struct xvs_flow_filter *)half_of(filter, memory, first);

	*head = (struct xvs_flow_filter){.count = filter->count};
	memcpy(head->octet, filter->octet, sizeof(head->octet));
	memset(head + 1, 0, filter->count * XVS_FLOW_FILTER_LINES * sizeof(union xvs_flow_line));
	for (unsigned i = 0; i < filter->count; i++)
		for (unsigned p = first; p < end; p++) {
			struct classifier_octet_set set = admitted(subtable[p], filter->octet[i]);

			for (unsigned v = next_value(&set, 0); v < 256; v = next_value(&set, v + 1))
				*word_of(filter, memory, first, i, v) |= 1ULL << (p - first);
		}
}

int classifier_filter_write(struct classifier_filter *filter, struct flow_memory *memory,
			    struct classifier_subtable *const *subtable, unsigned count)
{
	struct classifier_filter renewed = {.place = filter->place};
	int rc;

	for (unsigned i = 0; i < count; i++)
		renewed.flows += subtable[i]->flows;
	if (count > SUBTABLES_WITHOUT)
		choose(&renewed, subtable, count);
	rc = flow_place_renew(memory, &renewed.place, lines_of(count, renewed.count));
	if (rc < 0)
		return rc;
	*filter = renewed;
	for (unsigned first = 0; filter->count && first < count; first += XVS_FLOW_FILTER_SPAN) {
		unsigned end = first + XVS_FLOW_FILTER_SPAN;

		write_half(filter, memory, subtable, first, end < count ? end : count);
	}
	return 0;
}

void classifier_filter_admit(const struct classifier_filter *filter, struct flow_memory *memory,
			     const struct classifier_subtable *subtable,
			     const struct xvs_flow_key *key)
{
	if (filter->stale || subtable->position < 0)
		return;
	for (unsigned i = 0; i < filter->count; i++) {
		unsigned octet = filter->octet[i];
		uint8_t mask = mask_of(subtable, octet);
		uint8_t value = key->word[octet / 8] >> 8 * (octet % 8);
		uint64_t bit = 1ULL << subtable->position % XVS_FLOW_FILTER_SPAN;

		/* All values that are `value` under the mask: counted through its zeros. */
		for (unsigned other = 0, v; other < 256; other = (other | mask) + 1) {
			__u64 *word;

			v = value | (other & ~mask);
			word = word_of(filter, memory, subtable->position, i, v);
			if (!(*word & bit))
				__atomic_store_n(word, *word | bit, __ATOMIC_RELAXED);
		}
	}
}
