/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/dp.h"

const char *dp_drop_name(unsigned reason)
{
	static const char *const names[XVS_DROPS_MAX] = {
#define NAME(number, symbol, name, sentence) [number] = (name),
		XVS_DROP_REASONS(NAME)
#undef NAME
	};

	return reason < XVS_DROPS_MAX ? names[reason] : NULL;
}

const char *dp_drop_sentence(unsigned reason)
{
	static const char *const sentences[XVS_DROPS_MAX] = {
#define SENTENCE(number, symbol, name, sentence) [number] = (sentence),
		XVS_DROP_REASONS(SENTENCE)
#undef SENTENCE
	};

	return reason < XVS_DROPS_MAX ? sentences[reason] : NULL;
}

/* Reasons that are found at output are counted at the port where the frame would have gone out. */
static bool is_output_drop(unsigned reason)
{
	return reason == XVS_DROP_OUT_DOWN || reason == XVS_DROP_MTU ||
	       reason == XVS_DROP_REDIRECT || reason == XVS_DROP_VLAN_EXCLUDED ||
	       reason == XVS_DROP_NO_FWD;
}

uint64_t dp_drops(const struct dp_counters *counters, bool output)
{
	uint64_t sum = 0;

	for (unsigned reason = 1; reason < XVS_DROPS_MAX; reason++) {
		if (is_output_drop(reason) == output)
			sum += counters->drops[reason];
	}
	return sum;
}

int dp_member_order(const void *a, const void *b)
{
	const struct dp_member *x = a, *y = b;

	if (x->egress != y->egress)
		return (int)y->egress - (int)x->egress;
	return (int)x->port - (int)y->port;
}
