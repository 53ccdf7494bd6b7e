/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/flow.h"

#include <string.h>
#include "switchd/flow_action.h"

void flow_clear(struct flow *flow)
{
	flow_actions_free(flow->actions);
	flow->actions = NULL;
}

bool flow_match_is_any(const struct flow_match *match)
{
	static const struct xvs_flow_key none;

	return !memcmp(&match->mask, &none, sizeof(none));
}

bool flow_match_equal(const struct flow_match *a, const struct flow_match *b)
{
	return !memcmp(a, b, sizeof(*a));
}

bool flow_match_covers(const struct flow_match *wide, const struct flow_match *narrow)
{
	for (size_t i = 0; i < XVS_FLOW_WORDS; i++) {
		uint64_t mask = wide->mask.word[i];

		if (mask & ~narrow->mask.word[i])
			return false;
		if ((wide->value.word[i] ^ narrow->value.word[i]) & mask)
			return false;
	}
	return true;
}

bool flow_match_overlap(const struct flow_match *a, const struct flow_match *b)
{
	for (size_t i = 0; i < XVS_FLOW_WORDS; i++) {
		uint64_t both = a->mask.word[i] & b->mask.word[i];

		if ((a->value.word[i] ^ b->value.word[i]) & both)
			return false;
	}
	return true;
}
