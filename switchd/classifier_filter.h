/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The filter of a table (datapath/flow_types.h): which of its subtables a frame need not be looked
 * up in.
 */
#ifndef XVS_CLASSIFIER_FILTER_H
#define XVS_CLASSIFIER_FILTER_H

#include "switchd/classifier_subtable.h"

struct classifier_filter {
	struct flow_place place; /* {0, 0}: there is none */
	unsigned count;          /* pairs of octets */
	unsigned bits;           /* struct xvs_flow_filter */
	struct xvs_flow_pair pair[XVS_FLOW_FILTER_PAIRS];
	bool stale;     /* it is of other subtables, or not worth much any more */
	uint32_t flows; /* in the table when its pairs were chosen */
};

/* Writes the filter of these subtables, in this order, or none if it would not help. -ENOSPC,
 * -ENOMEM. */
int classifier_filter_write(struct classifier_filter *filter, struct flow_memory *memory,
			    struct classifier_subtable *const *subtable, unsigned count);

/*
 * Lets frames that match this key, which is masked, through to the subtable: before the flow can be
 * reached. Nothing if the subtable is not in the filter yet, or that is to be written anew.
 */
void classifier_filter_admit(const struct classifier_filter *filter, struct flow_memory *memory,
			     const struct classifier_subtable *subtable,
			     const struct xvs_flow_key *key);

/* Lines that it takes at most, rounded up to a power of two. */
uint32_t classifier_filter_lines(struct classifier_subtable *const *subtable, unsigned count);

#endif
