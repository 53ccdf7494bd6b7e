/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flows of all bridges in memory: found by their ids in the database, by what makes them
 * different from each other, and one after the other for a bridge.
 */
#ifndef XVS_FLOW_STORE_H
#define XVS_FLOW_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include "switchd/flow.h"
#include "switchd/flow_shape.h"

struct flow_entry {
	struct flow flow;
	int64_t id;      /* in the database; 0: not there any more */
	uint16_t bridge; /* number */
	bool is_default;
	uint64_t created, modified; /* ns of CLOCK_BOOTTIME */

	/* The rest is the flow table's: flow_table.h. */
	uint32_t since;    /* xvs_shared.now when it was made or modified */
	uint32_t due;      /* xvs_shared.now before which it can't have been idle for too long */
	uint32_t counter;  /* its index in the data path; 0: none */
	int64_t counts_of; /* `id` and `created` of the flow that it counts for */
	uint64_t counts_since;
	/* What it was given while its bridge used no flows; flow_counts_keep(). */
	struct xvs_flow_counter plain;
	uint32_t adopted; /* index of the counter that an earlier switchd gave it; 0: none */
	bool installed;   /* the classifier has it */
	bool pending;     /* in the list of those that the classifier is to be told of */
	bool left_out;    /* at the start it could not be told of it, as the row is now */
	bool met;         /* by the reading of all rows that is at work */

	TAILQ_ENTRY(flow_entry) of_bridge;
	STAILQ_ENTRY(flow_entry) of_pending;
	struct flow_entry *next_id, *next_key;
	struct flow_shape *shape;
	LIST_ENTRY(flow_entry) of_shape;
};

TAILQ_HEAD(flow_list, flow_entry);

struct flow_store {
	struct flow_list bridges[XVS_BRIDGES_MAX]; /* in the order in which they came */
	size_t count;
	size_t n_slots; /* a power of two */
	struct flow_entry **by_id, **by_key;
	struct flow_shapes shapes;
};

int flow_store_open(struct flow_store *store); /* 0 or -ENOMEM */

/* Frees all entries. */
void flow_store_close(struct flow_store *store);

/* NULL when there is none. */
struct flow_entry *flow_store_by_id(const struct flow_store *store, int64_t id);
struct flow_entry *flow_store_find(const struct flow_store *store, uint16_t bridge,
				   const struct flow *flow);

/* Does the flow match some of the same frames as another one of its table and priority? */
bool flow_store_overlaps(const struct flow_store *store, uint16_t bridge, const struct flow *flow);

/* Calls fn for the flows of the bridge, of any table and priority, that `match` may cover: it
 * covers none of the others. fn changes nothing in the store. */
typedef void flow_store_fn(struct flow_entry *entry, void *arg);
void flow_store_candidates(const struct flow_store *store, uint16_t bridge,
			   const struct flow_match *match, flow_store_fn *fn, void *arg);

/* Puts in an entry, whose bridge and flow stay as they are from now on, but for cookie, timeouts,
 * flags and actions. It is the store's, which is free to be slow for lack of memory. */
void flow_store_add(struct flow_store *store, struct flow_entry *entry);

/* Gives it an id, another one, or with 0 none. */
void flow_store_set_id(struct flow_store *store, struct flow_entry *entry, int64_t id);

/* Takes it out and frees it. */
void flow_store_del(struct flow_store *store, struct flow_entry *entry);

#endif
