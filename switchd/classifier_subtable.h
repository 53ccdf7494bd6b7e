/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flows of a table that have the same mask: rules, and the buckets in which the data path finds
 * them.
 *
 * A rule does not change. To change a flow is to put in another rule and to mark the old one as
 * gone; both are remembered as changes until classifier_subtable_write() has made buckets in which
 * they are true. Where that fails, it can be tried again.
 */
#ifndef XVS_CLASSIFIER_SUBTABLE_H
#define XVS_CLASSIFIER_SUBTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "switchd/classifier_chain.h"
#include "switchd/classifier_program.h"

/* What rules of all subtables share. */
struct classifier_store {
	uint64_t version; /* of the bridge's flows written last: struct xvs_flow_bridge */
	struct flow_memory memory;
	struct classifier_programs programs;
};

#define CLASSIFIER_OCTETS (XVS_FLOW_WORDS * 8)

/* A bit for each value of an octet. */
struct classifier_octet_set {
	uint64_t bit[256 / 64];
};

struct classifier_subtable {
	struct xvs_flow_key mask;
	uint64_t mask_hash; /* is compared before the mask */
	uint64_t serial;    /* greater than that of all made before it */
	uint32_t needs;     /* enum xvs_flow_needs, of the mask */
	uint8_t n_extra, extra[XVS_FLOW_EXTRA];

	struct classifier_chains chains;
	uint32_t flows;  /* rules that are not gone */
	uint32_t values; /* different ones that flows have: so many are in the buckets */
	struct classifier_rule *changes;
	uint16_t max_priority; /* of the flows, if any of them has it */
	uint32_t at_max;       /* flows that have it; 0: the greatest is another */

	struct flow_place buckets;
	uint32_t taken_out; /* of the buckets, since they were last made from nothing */
	bool stale;         /* they must be made from nothing */
	bool fits;          /* these flows, with this seed: classifier_subtable_fit() */

	/* For the filter: the place of the subtable in it, -1: none yet; and which values the
	 * octets of the mask have, or had, in flows: set seen_at[octet] - 1, if that is not 0. */
	int position;
	uint8_t seen_at[CLASSIFIER_OCTETS];
	struct classifier_octet_set seen[];
};

/* Do all flows in it drop, and nothing else? */
bool classifier_subtable_only_drops(const struct classifier_subtable *subtable);

/* NULL: no memory. At most XVS_FLOW_EXTRA words that are not fixed may have masks. */
struct classifier_subtable *classifier_subtable_new(const struct xvs_flow_key *mask,
						    uint64_t serial);
/* The flows must be gone, by classifier_subtable_clear() at the latest. */
void classifier_subtable_free(struct classifier_subtable *subtable, struct classifier_store *store);

/*
 * Puts in a rule; the key is masked. 1: what was there is the same, and stays. `*old` is the
 * program of the flow that it takes the place of, or NULL. -ENOMEM.
 */
int classifier_subtable_put(struct classifier_subtable *subtable, const struct xvs_flow_key *key,
			    uint16_t priority, struct classifier_program *program, uint32_t counter,
			    struct classifier_program **old);

/* The program of the flow that was there, or NULL. It has its user until the change is written. */
struct classifier_program *classifier_subtable_remove(struct classifier_subtable *subtable,
						      const struct xvs_flow_key *key,
						      uint16_t priority);

/*
 * Sees to it that a search finds all flows within its bounds, when their buckets are made from
 * nothing, if need be with another seed; there are flows. -EOVERFLOW: no seed was found that keeps
 * them apart; -ENOMEM.
 */
int classifier_subtable_fit(struct classifier_subtable *subtable);

/* Writes what changed; there are flows. *swept: values that no flow has any more are out of `seen`.
 * -ENOSPC, or as classifier_subtable_fit(). */
int classifier_subtable_write(struct classifier_subtable *subtable, struct classifier_store *store,
			      bool *swept);

/* How the data path is told of it. */
void classifier_subtable_describe(const struct classifier_subtable *subtable,
				  struct xvs_flow_subtable *told);

/* Everything is to be written anew, into another memory. */
void classifier_subtable_forget_places(struct classifier_subtable *subtable);

/* Lines that it takes when written anew, each request rounded up to a power of two. */
uint64_t classifier_subtable_lines(const struct classifier_subtable *subtable);

#endif
