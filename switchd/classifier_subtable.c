// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/classifier_bucket.h"
#include "switchd/classifier_subtable.h"

/* Flows for a bucket, on average: with eight places in it, few are full. */
#define LOAD_MAX 4

/* Seeds that are tried before flows are taken for ones that no seed keeps apart. */
#define SEEDS_MAX 16

static uint8_t octet_of(const struct xvs_flow_key *key, unsigned octet)
{
	return key->word[octet / 8] >> 8 * (octet % 8);
}

/* Whether the mask looks behind the Ethernet header; nw_proto and nw_frag are the lower octets of
 * word 0. */
static uint32_t needs_of(const struct xvs_flow_key *mask)
{
	uint64_t bits = (mask->word[0] & 0xffff) | mask->word[1] | mask->word[2];

	for (unsigned i = 8; i < XVS_FLOW_WORDS; i++)
		bits |= mask->word[i];
	return bits ? XVS_FLOW_NEEDS_L3 : 0;
}

struct classifier_subtable *classifier_subtable_new(const struct xvs_flow_key *mask,
						    uint64_t serial)
{
	unsigned octets = 0;
	struct classifier_subtable *subtable;

	for (unsigned i = 0; i < CLASSIFIER_OCTETS; i++)
		octets += octet_of(mask, i) != 0;
	subtable = calloc(1, sizeof(*subtable) + octets * sizeof(subtable->seen[0]));
	if (!subtable)
		return NULL;
	subtable->mask = *mask;
	subtable->serial = serial;
	subtable->needs = needs_of(mask);
	subtable->position = -1;
	for (unsigned i = XVS_FLOW_FIXED; i < XVS_FLOW_WORDS; i++)
		if (mask->word[i])
			subtable->extra[subtable->n_extra++] = i;
	if (classifier_chains_open(&subtable->chains, XVS_FLOW_FIXED + subtable->n_extra)) {
		free(subtable);
		return NULL;
	}
	octets = 0;
	for (unsigned i = 0; i < CLASSIFIER_OCTETS; i++)
		if (octet_of(mask, i))
			subtable->seen_at[i] = ++octets;
	return subtable;
}

/* The key's words that count, as a rule holds them, and their hash. */
static uint64_t pack(const struct classifier_subtable *subtable, const struct xvs_flow_key *key,
		     uint64_t *value)
{
	memcpy(value, key->word, XVS_FLOW_FIXED * sizeof(*value));
	for (unsigned i = 0; i < subtable->n_extra; i++)
		value[XVS_FLOW_FIXED + i] = key->word[subtable->extra[i]];
	return classifier_chains_hash(&subtable->chains, value);
}

static void unpack(const struct classifier_subtable *subtable, const uint64_t *value,
		   struct xvs_flow_key *key)
{
	*key = (struct xvs_flow_key){0};
	memcpy(key->word, value, XVS_FLOW_FIXED * sizeof(*value));
	for (unsigned i = 0; i < subtable->n_extra; i++)
		key->word[subtable->extra[i]] = value[XVS_FLOW_FIXED + i];
}

static void see(struct classifier_subtable *subtable, const struct xvs_flow_key *key)
{
	for (unsigned i = 0; i < CLASSIFIER_OCTETS; i++)
		if (subtable->seen_at[i]) {
			uint8_t value = octet_of(key, i);

			subtable->seen[subtable->seen_at[i] - 1].bit[value / 64] |= 1ULL
										    << value % 64;
		}
}

/* One after the other; the first for NULL. */
static struct classifier_rule *next_rule(const struct classifier_subtable *subtable,
					 const struct classifier_rule *rule)
{
	return classifier_chains_next(&subtable->chains, rule);
}

/* The buckets are of the old seed, and are to be made anew. */
static void reseed(struct classifier_subtable *subtable)
{
	classifier_chains_reseed(&subtable->chains);
	subtable->stale = true;
}

static void note_change(struct classifier_subtable *subtable, struct classifier_rule *rule)
{
	subtable->fits = false;
	if (rule->changed)
		return;
	rule->changed = true;
	rule->change = subtable->changes;
	subtable->changes = rule;
}

static void count_in(struct classifier_subtable *subtable, uint16_t priority)
{
	subtable->flows++;
	if (subtable->flows == 1 || priority > subtable->max_priority) {
		subtable->max_priority = priority;
		subtable->at_max = 0;
	}
	subtable->at_max += priority == subtable->max_priority;
}

static void count_out(struct classifier_subtable *subtable, uint16_t priority)
{
	subtable->flows--;
	subtable->at_max -= priority == subtable->max_priority;
}

static void remove_rule(struct classifier_subtable *subtable, struct classifier_rule *rule)
{
	rule->gone = true;
	note_change(subtable, rule);
	count_out(subtable, rule->priority);
}

int classifier_subtable_put(struct classifier_subtable *subtable, const struct xvs_flow_key *key,
			    uint16_t priority, struct classifier_program *program, uint32_t counter,
			    struct classifier_program **old)
{
	struct classifier_chains *chains = &subtable->chains;
	struct classifier_rule *rule, **at;
	uint64_t value[XVS_FLOW_WORDS];
	uint64_t hash = pack(subtable, key, value);
	size_t size = chains->n_values * sizeof(*value);

	*old = NULL;
	rule = malloc(sizeof(*rule) + size);
	if (!rule)
		return -ENOMEM;
	if (chains->rules >= chains->count)
		classifier_chains_resize(chains, 2 * chains->count);
	at = classifier_chains_find(chains, hash, value);
	subtable->values += !classifier_chains_greatest(chains, *at, hash, value);
	while (*at && (*at)->priority > priority && classifier_chains_has(chains, *at, hash, value))
		at = &(*at)->next;
	if (*at && (*at)->priority == priority && !(*at)->gone &&
	    classifier_chains_has(chains, *at, hash, value)) {
		if ((*at)->program == program && (*at)->counter == counter) {
			free(rule);
			return 1;
		}
		*old = (*at)->program;
		remove_rule(subtable, *at);
	}
	*rule = (struct classifier_rule){
		.next = *at,
		.program = program,
		.hash = hash,
		.counter = counter,
		.priority = priority,
	};
	memcpy(rule->value, value, size);
	*at = rule;
	chains->rules++;
	count_in(subtable, priority);
	note_change(subtable, rule);
	see(subtable, key);
	return 0;
}

struct classifier_program *classifier_subtable_remove(struct classifier_subtable *subtable,
						      const struct xvs_flow_key *key,
						      uint16_t priority)
{
	const struct classifier_chains *chains = &subtable->chains;
	uint64_t value[XVS_FLOW_WORDS];
	uint64_t hash = pack(subtable, key, value);
	struct classifier_rule *first = *classifier_chains_find(chains, hash, value), *rule = first;

	while (rule && rule->priority > priority &&
	       classifier_chains_has(chains, rule, hash, value))
		rule = rule->next;
	if (!rule || rule->priority != priority || rule->gone ||
	    !classifier_chains_has(chains, rule, hash, value))
		return NULL;
	remove_rule(subtable, rule);
	if (!classifier_chains_greatest(chains, first, hash, value)) {
		subtable->values--;
		subtable->taken_out++;
	}
	return rule->program;
}

/* Lines of a rule. */
static uint32_t rule_lines(const struct classifier_subtable *subtable)
{
	return subtable->chains.n_values > XVS_FLOW_RULE_KEYS ? 2 : 1;
}

static int write_rule(const struct classifier_subtable *subtable, struct classifier_store *store,
		      struct classifier_rule *rule)
{
	struct flow_memory *memory = &store->memory;
	struct xvs_flow_rule *written;
	uint32_t line;
	int rc;

	if (rule->line)
		return 0;
	rc = classifier_program_write(memory, rule->program);
	if (rc < 0)
		return rc;
	line = flow_memory_take(memory, rule_lines(subtable));
	if (!line)
		return -ENOSPC;
	rule->line = line;
	written = (struct xvs_flow_rule *)&memory->line[rule->line];
	written->priority = rule->priority;
	written->reserved = 0;
	written->counter = rule->counter;
	written->first = classifier_program_first(rule->program);
	for (unsigned i = 0; i < subtable->chains.n_values; i++)
		if (i < XVS_FLOW_RULE_KEYS)
			written->value[i] = rule->value[i];
		else
			written->rest[i - XVS_FLOW_RULE_KEYS] = rule->value[i];
	return 0;
}

static void free_rule(const struct classifier_subtable *subtable, struct classifier_store *store,
		      struct classifier_rule *rule)
{
	if (rule->line)
		flow_memory_release(&store->memory, rule->line, rule_lines(subtable));
	classifier_program_drop(&store->programs, &store->memory, rule->program);
	free(rule);
}

void classifier_subtable_free(struct classifier_subtable *subtable, struct classifier_store *store)
{
	for (struct classifier_rule *rule = next_rule(subtable, NULL), *next; rule; rule = next) {
		next = next_rule(subtable, rule);
		free_rule(subtable, store, rule);
	}
	flow_place_renew(&store->memory, &subtable->buckets, 0);
	classifier_chains_close(&subtable->chains);
	free(subtable);
}

static uint32_t buckets_wanted(const struct classifier_subtable *subtable)
{
	return flow_memory_round((subtable->values + LOAD_MAX - 1) / LOAD_MAX);
}

/*
 * Buckets are made from nothing when there are too few, and when so many flows were taken out of
 * them that searches go on for nothing, or that fewer would do. Otherwise at most five flows for
 * each bucket were ever in them, so that they cannot all have been full: a search comes to an end.
 */
static bool needs_new_buckets(const struct classifier_subtable *subtable)
{
	uint32_t count = subtable->buckets.count;

	return subtable->stale || buckets_wanted(subtable) > count || subtable->taken_out > count;
}

/* The first rule of the same value. */
static struct classifier_rule *first_alike(const struct classifier_subtable *subtable,
					   const struct classifier_rule *rule)
{
	return *classifier_chains_find(&subtable->chains, rule->hash, rule->value);
}

/* The rule that is to be found of those with the value of `rule`. */
static struct classifier_rule *found_of(const struct classifier_subtable *subtable,
					const struct classifier_rule *rule)
{
	return classifier_chains_greatest(&subtable->chains, first_alike(subtable, rule),
					  rule->hash, rule->value);
}

static int write_found(const struct classifier_subtable *subtable, struct classifier_store *store,
		       const struct classifier_rule *rule)
{
	struct classifier_rule *found = found_of(subtable, rule);

	return found ? write_rule(subtable, store, found) : 0;
}

/* Writes the rules that new buckets hold. */
static int write_rules(const struct classifier_subtable *subtable, struct classifier_store *store,
		       bool all)
{
	int rc = 0;

	for (struct classifier_rule *rule = subtable->changes; rule && !all && rc == 0;
	     rule = rule->change)
		rc = write_found(subtable, store, rule);
	for (const struct classifier_rule *rule = all ? next_rule(subtable, NULL) : NULL;
	     rule && rc == 0; rule = next_rule(subtable, rule))
		if (!rule->gone)
			rc = write_found(subtable, store, rule);
	return rc;
}

/* Makes the buckets true for the value of `rule`, which changed or not. False: not all would be
 * found. */
static bool place(const struct classifier_subtable *subtable,
		  const struct classifier_buckets *buckets, const struct classifier_rule *rule)
{
	struct classifier_rule *was = first_alike(subtable, rule), *is = found_of(subtable, rule);
	bool bounded = true;

	while (was && !was->placed)
		was = was->next && classifier_chains_has(&subtable->chains, was->next, rule->hash,
							 rule->value)
			      ? was->next
			      : NULL;
	if (was == is)
		return true;
	if (was) {
		classifier_bucket_replace(buckets, rule->hash, was->line, is ? is->line : 0);
		was->placed = false;
	} else {
		bounded = classifier_bucket_put(buckets, rule->hash, is->line);
	}
	if (is)
		is->placed = true;
	return bounded;
}

/* Whether a search finds all flows in buckets that are made from nothing. What is in them tells
 * nothing but that. */
static bool is_bounded(const struct classifier_subtable *subtable,
		       const struct classifier_buckets *buckets)
{
	memset(buckets->bucket, 0, (buckets->mask + 1) * sizeof(*buckets->bucket));
	for (struct classifier_rule *rule = next_rule(subtable, NULL); rule;
	     rule = next_rule(subtable, rule))
		if (rule == found_of(subtable, rule) &&
		    !classifier_bucket_put(buckets, rule->hash, 1))
			return false;
	return true;
}

int classifier_subtable_fit(struct classifier_subtable *subtable)
{
	uint32_t count = buckets_wanted(subtable);
	struct classifier_buckets buckets = {.mask = count - 1};

	if (subtable->fits)
		return 0;
	buckets.bucket = malloc(count * sizeof(*buckets.bucket));
	if (!buckets.bucket)
		return -ENOMEM;
	for (int i = 0; i < SEEDS_MAX && !subtable->fits; i++) {
		if (i)
			reseed(subtable);
		subtable->fits = is_bounded(subtable, &buckets);
	}
	free(buckets.bucket);
	return subtable->fits ? 0 : -EOVERFLOW;
}

static void fill_buckets(struct classifier_subtable *subtable,
			 const struct classifier_buckets *buckets)
{
	memset(buckets->bucket, 0, (buckets->mask + 1) * sizeof(*buckets->bucket));
	for (struct classifier_rule *rule = next_rule(subtable, NULL); rule;
	     rule = next_rule(subtable, rule))
		rule->placed = false;
	for (struct classifier_rule *rule = next_rule(subtable, NULL); rule;
	     rule = next_rule(subtable, rule))
		place(subtable, buckets, rule);
	subtable->taken_out = 0;
	subtable->stale = false;
}

/* Makes buckets that are like the old ones true. False: not all would be found. */
static bool update_buckets(struct classifier_subtable *subtable,
			   const struct classifier_buckets *buckets,
			   const struct xvs_flow_bucket *old)
{
	memcpy(buckets->bucket, old, (buckets->mask + 1) * sizeof(*old));
	for (struct classifier_rule *rule = subtable->changes; rule; rule = rule->change)
		if (!place(subtable, buckets, rule))
			return false;
	return true;
}

/* After this, `seen` has nothing that no flow has. */
static void sweep(struct classifier_subtable *subtable)
{
	for (unsigned i = 0; i < CLASSIFIER_OCTETS; i++)
		if (subtable->seen_at[i])
			subtable->seen[subtable->seen_at[i] - 1] = (struct classifier_octet_set){0};
	for (struct classifier_rule *rule = next_rule(subtable, NULL); rule;
	     rule = next_rule(subtable, rule)) {
		struct xvs_flow_key key;

		unpack(subtable, rule->value, &key);
		see(subtable, &key);
	}
	if (subtable->chains.rules < subtable->chains.count / 4)
		classifier_chains_resize(&subtable->chains,
					 flow_memory_round(subtable->chains.rules));
}

/* The rules that are gone leave the chains, and nothing is a change any more. */
static void forget_changes(struct classifier_subtable *subtable, struct classifier_store *store)
{
	for (struct classifier_rule *rule = subtable->changes, *next; rule; rule = next) {
		next = rule->change;
		rule->changed = false;
		if (!rule->gone)
			continue;
		classifier_chains_remove(&subtable->chains, rule);
		free_rule(subtable, store, rule);
	}
	subtable->changes = NULL;
}

static void find_max_priority(struct classifier_subtable *subtable)
{
	subtable->max_priority = 0;
	for (struct classifier_rule *rule = next_rule(subtable, NULL); rule;
	     rule = next_rule(subtable, rule)) {
		if (rule->gone || rule->priority < subtable->max_priority)
			continue;
		if (rule->priority > subtable->max_priority)
			subtable->at_max = 0;
		subtable->max_priority = rule->priority;
		subtable->at_max++;
	}
}

/* Writes the buckets, in another place. -EAGAIN: they have to be made from nothing. */
static int write_buckets(struct classifier_subtable *subtable, struct classifier_store *store,
			 bool anew)
{
	struct flow_memory *memory = &store->memory;
	struct flow_place old = subtable->buckets;
	struct classifier_buckets buckets;
	int rc = anew ? classifier_subtable_fit(subtable) : 0;

	if (rc == 0)
		rc = write_rules(subtable, store, anew);
	if (rc == 0)
		rc = flow_place_renew(memory, &subtable->buckets,
				      anew ? buckets_wanted(subtable) : old.count);
	if (rc < 0)
		return rc;
	buckets.bucket = (struct xvs_flow_bucket *)&memory->line[subtable->buckets.line];
	buckets.mask = subtable->buckets.count - 1;
	if (anew) {
		fill_buckets(subtable, &buckets);
		return 0;
	}
	subtable->stale = !update_buckets(subtable, &buckets,
					  (struct xvs_flow_bucket *)&memory->line[old.line]);
	return subtable->stale ? -EAGAIN : 0;
}

int classifier_subtable_write(struct classifier_subtable *subtable, struct classifier_store *store,
			      bool *swept)
{
	bool anew = needs_new_buckets(subtable), taken_out = subtable->taken_out;
	int rc;

	if (!subtable->changes && subtable->buckets.count && !subtable->stale)
		return 0;
	rc = write_buckets(subtable, store, anew);
	if (rc == -EAGAIN) {
		anew = true;
		rc = write_buckets(subtable, store, true);
	}
	if (rc < 0)
		return rc;
	forget_changes(subtable, store);
	if (!subtable->at_max)
		find_max_priority(subtable);
	if (anew && taken_out) {
		sweep(subtable);
		*swept = true;
	}
	return 0;
}

bool classifier_subtable_only_drops(const struct classifier_subtable *subtable)
{
	for (struct classifier_rule *rule = next_rule(subtable, NULL); rule;
	     rule = next_rule(subtable, rule))
		if (!rule->gone && classifier_program_first(rule->program) != XVS_FLOW_OP_END)
			return false;
	return subtable->flows;
}

void classifier_subtable_describe(const struct classifier_subtable *subtable,
				  struct xvs_flow_subtable *told)
{
	*told = (struct xvs_flow_subtable){
		.buckets = subtable->buckets.line,
		.bucket_mask = subtable->buckets.count - 1,
		.max_priority = subtable->max_priority,
		.seed = subtable->chains.seed,
	};
	memcpy(told->fixed, subtable->mask.word, sizeof(told->fixed));
	for (unsigned i = 0; i < subtable->n_extra; i++) {
		told->extra |= 1u << subtable->extra[i];
		told->mask[i] = subtable->mask.word[subtable->extra[i]];
	}
}

void classifier_subtable_forget_places(struct classifier_subtable *subtable)
{
	subtable->buckets = (struct flow_place){0};
	for (struct classifier_rule *rule = next_rule(subtable, NULL); rule;
	     rule = next_rule(subtable, rule)) {
		rule->line = 0;
		rule->placed = false;
	}
}

uint64_t classifier_subtable_lines(const struct classifier_subtable *subtable)
{
	return (uint64_t)subtable->flows * rule_lines(subtable) + buckets_wanted(subtable);
}
