/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A set of flows that can be compared with another one: a bridge's, or those of a file. They are in
 * the order of tables, then of priorities, the greatest first, then of matches.
 */
#ifndef XVS_FLOW_SOURCE_H
#define XVS_FLOW_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include "switchd/flow_site.h"
#include "switchd/openflow.h"

struct flow_item {
	struct flow flow;
	size_t place; /* in the file: of flows that are the same, the last one counts */
	int64_t id;   /* in the database; 0: it is of a file */
};

struct flow_source {
	struct flow_item *items;
	size_t count, size;
	bool owned; /* the flows' actions are the source's */
};

/* The bridge's flows as they are inside the running transaction, valid until the next
 * flow_table_load(). */
int flow_source_read_bridge(struct flow_source *source, struct flow_site *site);

/* Those of a file (line_file.h), as far as this version of OpenFlow can tell of them. `site` may be
 * of no bridge: then names of ports are unknown. */
int flow_source_read_file(struct flow_source *source, struct flow_site *site, const char *name,
			  const char *text, enum openflow version);

void flow_source_free(struct flow_source *source);

/*
 * Walks both side by side: fn is called with each flow that only one of them has (the other is
 * NULL), or that both have. What it returns that is not 0 ends the walk.
 */
typedef int flow_pair_fn(const struct flow_item *a, const struct flow_item *b, void *arg);
int flow_source_compare(const struct flow_source *a, const struct flow_source *b, flow_pair_fn *fn,
			void *arg);

/* Have they the same cookie, timeouts, importance and actions? */
bool flow_source_same(const struct flow *a, const struct flow *b);

#endif
