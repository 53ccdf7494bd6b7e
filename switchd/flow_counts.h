/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What flows have counted.
 *
 * While a bridge uses no flows, nobody counts for the one that it may have. Then its frames are
 * those that the bridge's ports have received: what has been added to their counters since the flow
 * was made, as far as the ports are still there when it is asked for. So counts never go down.
 */
#ifndef XVS_FLOW_COUNTS_H
#define XVS_FLOW_COUNTS_H

#include <stdint.h>
#include "switchd/flow_store.h"

struct daemon;

/* The data path's counters at one moment, by index. */
struct flow_counts {
	struct xvs_flow_counter *totals;
	uint32_t first, n; /* of which ones */
};

/* Reads those of the indexes first to first + n - 1; what can't be read is 0. */
void flow_counts_read(struct daemon *daemon, struct flow_counts *counts, uint32_t first,
		      uint32_t n);
void flow_counts_read_all(struct daemon *daemon, struct flow_counts *counts);
void flow_counts_free(struct flow_counts *counts);

/* What is told of counter `index`: 0 where there is none. */
struct xvs_flow_counter flow_counts_get(const struct flow_counts *counts, uint32_t index);

/* Frames that the bridge's ports have received so far are nobody's. */
void flow_counts_begin(struct daemon *daemon, uint16_t bridge);

/* Of a bridge that uses no flows: gives its only flow what the ports have received. */
void flow_counts_update(struct daemon *daemon, uint16_t bridge);

/* Puts what that flow was given where a restart does not lose it; when the bridge uses flows by
 * now, together with what it counts in the data path. */
void flow_counts_keep(struct daemon *daemon, uint16_t bridge);

/* At the start: gives it back to the only flow of a bridge that uses none. */
void flow_counts_resume(struct daemon *daemon, uint16_t bridge);

/* All that dump-flows tells of a flow. */
void flow_counts_stats(struct daemon *daemon, const struct flow_counts *counts,
		       const struct flow_entry *entry, struct flow_stats *stats);

/* Seconds of xvs_shared.now in which no frame met the flow, and it was not changed. */
uint32_t flow_counts_idle(struct daemon *daemon, const struct flow_counts *counts,
			  const struct flow_entry *entry);

#endif
