// SPDX-License-Identifier: BSD-2-Clause
#include "switchd/classifier_chain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include "datapath/types.h"

#define CHAINS_MIN 4

static uint32_t random_seed(void)
{
	uint32_t seed;

	while (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		;
	return seed;
}

int classifier_chains_open(struct classifier_chains *chains, uint8_t n_values)
{
	*chains = (struct classifier_chains){
		.first = calloc(CHAINS_MIN, sizeof(*chains->first)),
		.count = CHAINS_MIN,
		.seed = random_seed(),
		.n_values = n_values,
	};
	return chains->first ? 0 : -ENOMEM;
}

void classifier_chains_close(struct classifier_chains *chains)
{
	free(chains->first);
}

uint64_t classifier_chains_hash(const struct classifier_chains *chains, const uint64_t *value)
{
	uint64_t hash = xvs_flow_hash_fixed(chains->seed, value[0], value[1], value[2]);

	for (unsigned i = XVS_FLOW_FIXED; i < chains->n_values; i++)
		hash = xvs_flow_hash_extra(hash, value[i]);
	return hash;
}

bool classifier_chains_has(const struct classifier_chains *chains,
			   const struct classifier_rule *rule, uint64_t hash, const uint64_t *value)
{
	return rule->hash == hash && !memcmp(rule->value, value, chains->n_values * sizeof(*value));
}

static struct classifier_rule **chain_of(const struct classifier_chains *chains, uint64_t hash)
{
	return &chains->first[xvs_flow_hash_bucket(hash) & (chains->count - 1)];
}

struct classifier_rule **classifier_chains_find(const struct classifier_chains *chains,
						uint64_t hash, const uint64_t *value)
{
	struct classifier_rule **at = chain_of(chains, hash);

	while (*at && !classifier_chains_has(chains, *at, hash, value))
		at = &(*at)->next;
	return at;
}

struct classifier_rule *classifier_chains_greatest(const struct classifier_chains *chains,
						   struct classifier_rule *rule, uint64_t hash,
						   const uint64_t *value)
{
	while (rule && classifier_chains_has(chains, rule, hash, value)) {
		if (!rule->gone)
			return rule;
		rule = rule->next;
	}
	return NULL;
}

struct classifier_rule *classifier_chains_next(const struct classifier_chains *chains,
					       const struct classifier_rule *rule)
{
	struct classifier_rule **at = chains->first, **end = at + chains->count;

	if (rule && rule->next)
		return rule->next;
	if (rule)
		at = chain_of(chains, rule->hash) + 1;
	while (at < end && !*at)
		at++;
	return at < end ? *at : NULL;
}

void classifier_chains_remove(struct classifier_chains *chains, struct classifier_rule *rule)
{
	struct classifier_rule **at = chain_of(chains, rule->hash);

	while (*at != rule)
		at = &(*at)->next;
	*at = rule->next;
	chains->rules--;
}

/* Takes all rules out of the chains: those that came last come first. */
static struct classifier_rule *unchain(struct classifier_chains *chains)
{
	struct classifier_rule *all = NULL, *rule;

	for (uint32_t i = 0; i < chains->count; i++)
		while ((rule = chains->first[i])) {
			chains->first[i] = rule->next;
			rule->next = all;
			all = rule;
		}
	return all;
}

/* And back again: those of the same value follow each other as they did. */
static void rechain(struct classifier_chains *chains, struct classifier_rule *all)
{
	struct classifier_rule *rule, **at;

	while ((rule = all)) {
		all = rule->next;
		at = chain_of(chains, rule->hash);
		rule->next = *at;
		*at = rule;
	}
}

void classifier_chains_resize(struct classifier_chains *chains, uint32_t count)
{
	struct classifier_rule **first = calloc(count, sizeof(*first)), *all;

	if (!first)
		return;
	all = unchain(chains);
	free(chains->first);
	chains->first = first;
	chains->count = count;
	rechain(chains, all);
}

void classifier_chains_reseed(struct classifier_chains *chains)
{
	struct classifier_rule *all = unchain(chains);

	chains->seed = random_seed();
	for (struct classifier_rule *rule = all; rule; rule = rule->next)
		rule->hash = classifier_chains_hash(chains, rule->value);
	rechain(chains, all);
}
