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

/* Whether some flow of the subtable can match a frame with this value in an octet. */
static bool admits(const struct classifier_subtable *subtable, unsigned octet, unsigned value)
{
	unsigned masked = value & mask_of(subtable, octet), at = subtable->seen_at[octet];

	return !at || subtable->seen[at - 1].bit[masked / 64] >> masked % 64 & 1;
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
		unsigned values = 0;

		if (!subtable[i]->seen_at[octet])
			continue;
		looking++;
		for (unsigned v = 0; v < 256; v++)
			values += admits(subtable[i], octet, v);
		for (unsigned v = 0; v < 256; v++)
			if (admits(subtable[i], octet, v))
				frequency[v] += 1.0f / values;
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
		part[i] = 0;
		for (unsigned v = 0; v < 256; v++)
			if (admits(subtable[i], octet, v))
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
	for (unsigned i = 0; i < filter->count; i++)
		for (unsigned v = 0; v < 256; v++) {
			uint64_t bits = 0;

			for (unsigned p = first; p < end; p++)
				if (admits(subtable[p], filter->octet[i], v))
					bits |= 1ULL << (p - first);
			*word_of(filter, memory, first, i, v) = bits;
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
