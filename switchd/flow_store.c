/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/flow_store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_MIN 256

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * XVS_FLOW_FACTOR0;
	return hash ^ hash >> 32;
}

static size_t slot_of_id(const struct flow_store *store, int64_t id)
{
	return mix(0, (uint64_t)id) & (store->n_slots - 1);
}

static size_t slot_of_key(const struct flow_store *store, uint16_t bridge, const struct flow *flow)
{
	uint64_t hash =
		mix(0, (uint64_t)bridge << 32 | (uint64_t)flow->table << 16 | flow->priority);

	for (int i = 0; i < XVS_FLOW_WORDS; i++) {
		hash = mix(hash, flow->match.mask.word[i]);
		hash = mix(hash, flow->match.value.word[i]);
	}
	return hash & (store->n_slots - 1);
}

static bool is_same(const struct flow_entry *entry, uint16_t bridge, const struct flow *flow)
{
	return entry->bridge == bridge && entry->flow.table == flow->table &&
	       entry->flow.priority == flow->priority &&
	       flow_match_equal(&entry->flow.match, &flow->match);
}

int flow_store_open(struct flow_store *store)
{
	*store = (struct flow_store){.n_slots = SLOTS_MIN};
	for (size_t i = 0; i < XVS_BRIDGES_MAX; i++)
		TAILQ_INIT(&store->bridges[i]);
	store->by_id = calloc(store->n_slots, sizeof(struct flow_entry *));
	store->by_key = calloc(store->n_slots, sizeof(struct flow_entry *));
	if (!store->by_id || !store->by_key)
		return -ENOMEM;
	return flow_shapes_open(&store->shapes);
}

static void entry_free(struct flow_entry *entry)
{
	flow_clear(&entry->flow);
	free(entry);
}

void flow_store_close(struct flow_store *store)
{
	for (size_t i = 0; i < XVS_BRIDGES_MAX; i++) {
		struct flow_entry *entry, *next;

		for (entry = TAILQ_FIRST(&store->bridges[i]); entry; entry = next) {
			next = TAILQ_NEXT(entry, of_bridge);
			entry_free(entry);
		}
	}
	free(store->by_id);
	free(store->by_key);
	flow_shapes_close(&store->shapes);
}

struct flow_entry *flow_store_by_id(const struct flow_store *store, int64_t id)
{
	struct flow_entry *entry = store->by_id[slot_of_id(store, id)];

	while (entry && entry->id != id)
		entry = entry->next_id;
	return entry;
}

struct flow_entry *flow_store_find(const struct flow_store *store, uint16_t bridge,
				   const struct flow *flow)
{
	struct flow_entry *entry = store->by_key[slot_of_key(store, bridge, flow)];

	while (entry && !is_same(entry, bridge, flow))
		entry = entry->next_key;
	return entry;
}

static void link_id(struct flow_store *store, struct flow_entry *entry)
{
	struct flow_entry **slot = &store->by_id[slot_of_id(store, entry->id)];

	if (!entry->id)
		return;
	entry->next_id = *slot;
	*slot = entry;
}

static void unlink_id(struct flow_store *store, struct flow_entry *entry)
{
	struct flow_entry **at = &store->by_id[slot_of_id(store, entry->id)];

	if (!entry->id)
		return;
	while (*at != entry)
		at = &(*at)->next_id;
	*at = entry->next_id;
}

static void link_key(struct flow_store *store, struct flow_entry *entry)
{
	struct flow_entry **slot = &store->by_key[slot_of_key(store, entry->bridge, &entry->flow)];

	entry->next_key = *slot;
	*slot = entry;
}

/* Twice as many slots. Without the memory for it chains get longer. */
static void grow(struct flow_store *store)
{
	size_t n_slots = store->n_slots * 2;
	struct flow_entry **by_id = calloc(n_slots, sizeof(*by_id));
	struct flow_entry **by_key = calloc(n_slots, sizeof(*by_key));

	if (!by_id || !by_key) {
		free(by_id);
		free(by_key);
		return;
	}
	free(store->by_id);
	free(store->by_key);
	store->by_id = by_id;
	store->by_key = by_key;
	store->n_slots = n_slots;
	for (size_t i = 0; i < XVS_BRIDGES_MAX; i++) {
		struct flow_entry *entry;

		TAILQ_FOREACH (entry, &store->bridges[i], of_bridge) {
			link_id(store, entry);
			link_key(store, entry);
		}
	}
}

void flow_store_add(struct flow_store *store, struct flow_entry *entry)
{
	if (store->count >= store->n_slots)
		grow(store);
	TAILQ_INSERT_TAIL(&store->bridges[entry->bridge], entry, of_bridge);
	link_id(store, entry);
	link_key(store, entry);
	flow_shapes_add(&store->shapes, entry);
	store->count++;
}

void flow_store_set_id(struct flow_store *store, struct flow_entry *entry, int64_t id)
{
	unlink_id(store, entry);
	entry->id = id;
	link_id(store, entry);
}

void flow_store_del(struct flow_store *store, struct flow_entry *entry)
{
	struct flow_entry **at = &store->by_key[slot_of_key(store, entry->bridge, &entry->flow)];

	unlink_id(store, entry);
	while (*at != entry)
		at = &(*at)->next_key;
	*at = entry->next_key;
	flow_shapes_del(&store->shapes, entry);
	TAILQ_REMOVE(&store->bridges[entry->bridge], entry, of_bridge);
	store->count--;
	entry_free(entry);
}
