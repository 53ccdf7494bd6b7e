/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules of a subtable, found by their values: those of equal value follow each other in a
 * chain, the greatest priority first. Of the same priority there may be some that are gone behind
 * the one that is there.
 */
#ifndef XVS_CLASSIFIER_CHAIN_H
#define XVS_CLASSIFIER_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

struct classifier_rule {
	struct classifier_rule *next;   /* of its chain */
	struct classifier_rule *change; /* the next one that changed */
	struct classifier_program *program;
	uint64_t hash;
	uint32_t line; /* 0: not written */
	uint32_t counter;
	uint16_t priority;
	bool placed;  /* it is in the buckets */
	bool changed; /* it is among the changes */
	bool gone;
	uint64_t value[]; /* as struct xvs_flow_rule has them */
};

struct classifier_chains {
	struct classifier_rule **first; /* of each chain */
	uint32_t count;                 /* of chains: a power of two */
	uint32_t rules;                 /* in all of them */
	uint32_t seed;                  /* of the hash */
	uint8_t n_values;               /* of a rule */
};

int classifier_chains_open(struct classifier_chains *chains, uint8_t n_values); /* 0 or -ENOMEM */
void classifier_chains_close(struct classifier_chains *chains); /* the rules are the caller's */

uint64_t classifier_chains_hash(const struct classifier_chains *chains, const uint64_t *value);

/* Does the rule have this value? */
bool classifier_chains_has(const struct classifier_chains *chains,
			   const struct classifier_rule *rule, uint64_t hash,
			   const uint64_t *value);

/* Where the first rule of a value is in its chain; if there is none, the chain's end. */
struct classifier_rule **classifier_chains_find(const struct classifier_chains *chains,
						uint64_t hash, const uint64_t *value);

/* The flow of a value that is found, NULL: all are gone. `rule` is the first of the value. */
struct classifier_rule *classifier_chains_greatest(const struct classifier_chains *chains,
						   struct classifier_rule *rule, uint64_t hash,
						   const uint64_t *value);

/* One rule after the other: the first for NULL, NULL behind the last. */
struct classifier_rule *classifier_chains_next(const struct classifier_chains *chains,
					       const struct classifier_rule *rule);

void classifier_chains_remove(struct classifier_chains *chains, struct classifier_rule *rule);

/* Without memory for it all stays as it is, which is right, if slower. */
void classifier_chains_resize(struct classifier_chains *chains, uint32_t count);

/* Another seed, and so other hashes. */
void classifier_chains_reseed(struct classifier_chains *chains);

#endif
