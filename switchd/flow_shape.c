/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/flow_shape.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/flow_store.h"

#define SLOTS_MIN 64

/* Flows of one bridge, table, priority and mask. There is at least one. */
struct flow_shape {
	struct flow_shape *next; /* in its slot */
	LIST_HEAD(, flow_entry) entries;
};

static const struct flow_entry *first_of(const struct flow_shape *shape)
{
	return LIST_FIRST(&shape->entries);
}

/* All masks of a priority are in one slot. */
static struct flow_shape **slot_of(const struct flow_shapes *shapes, uint16_t bridge,
				   const struct flow *flow)
{
	uint64_t hash = (uint64_t)bridge << 32 | (uint64_t)flow->table << 16 | flow->priority;

	hash *= XVS_FLOW_FACTOR0;
	return &shapes->slots[(hash ^ hash >> 32) & (shapes->n_slots - 1)];
}

static bool is_of(const struct flow_shape *shape, uint16_t bridge, const struct flow *flow)
{
	const struct flow_entry *first = first_of(shape);

	return first->bridge == bridge && first->flow.table == flow->table &&
	       first->flow.priority == flow->priority;
}

static bool has_mask(const struct flow_shape *shape, const struct flow *flow)
{
	return !memcmp(&first_of(shape)->flow.match.mask, &flow->match.mask,
		       sizeof(flow->match.mask));
}

int flow_shapes_open(struct flow_shapes *shapes)
{
	*shapes = (struct flow_shapes){.n_slots = SLOTS_MIN};
	shapes->slots = calloc(shapes->n_slots, sizeof(struct flow_shape *));
	return shapes->slots ? 0 : -ENOMEM;
}

void flow_shapes_close(struct flow_shapes *shapes)
{
	for (size_t i = 0; shapes->slots && i < shapes->n_slots; i++) {
		struct flow_shape *shape, *next;

		for (shape = shapes->slots[i]; shape; shape = next) {
			next = shape->next;
			free(shape);
		}
	}
	free(shapes->slots);
}

static void link_shape(struct flow_shapes *shapes, struct flow_shape *shape)
{
	const struct flow_entry *first = first_of(shape);
	struct flow_shape **slot = slot_of(shapes, first->bridge, &first->flow);

	shape->next = *slot;
	*slot = shape;
}

/* Twice as many slots. Without the memory for it chains get longer. */
static void grow(struct flow_shapes *shapes)
{
	struct flow_shapes old = *shapes;
	struct flow_shape **slots = calloc(2 * old.n_slots, sizeof(struct flow_shape *));

	if (!slots)
		return;
	shapes->slots = slots;
	shapes->n_slots = 2 * old.n_slots;
	for (size_t i = 0; i < old.n_slots; i++) {
		struct flow_shape *shape, *next;

		for (shape = old.slots[i]; shape; shape = next) {
			next = shape->next;
			link_shape(shapes, shape);
		}
	}
	free(old.slots);
}

void flow_shapes_add(struct flow_shapes *shapes, struct flow_entry *entry)
{
	struct flow_shape *shape = *slot_of(shapes, entry->bridge, &entry->flow);

	while (shape &&
	       !(is_of(shape, entry->bridge, &entry->flow) && has_mask(shape, &entry->flow)))
		shape = shape->next;
	entry->shape = shape;
	if (!shape) {
		entry->shape = calloc(1, sizeof(*shape));
		if (!entry->shape)
			abort(); /* as in text.h */
	}
	LIST_INSERT_HEAD(&entry->shape->entries, entry, of_shape);
	if (shape)
		return;
	if (shapes->count >= shapes->n_slots)
		grow(shapes);
	link_shape(shapes, entry->shape);
	shapes->count++;
}

void flow_shapes_del(struct flow_shapes *shapes, struct flow_entry *entry)
{
	struct flow_shape **at = slot_of(shapes, entry->bridge, &entry->flow);

	LIST_REMOVE(entry, of_shape);
	if (first_of(entry->shape))
		return;
	while (*at != entry->shape)
		at = &(*at)->next;
	*at = entry->shape->next;
	free(entry->shape);
	shapes->count--;
}

static bool overlaps(const struct flow_entry *entry, const struct flow *flow)
{
	return entry->id && !flow_match_equal(&entry->flow.match, &flow->match) &&
	       flow_match_overlap(&entry->flow.match, &flow->match);
}

/* Of a mask that leaves out bits of the flow's own: there is one value that overlaps. */
static bool one_overlaps(const struct flow_store *store, uint16_t bridge, const struct flow *flow,
			 const struct xvs_flow_key *mask)
{
	struct flow like = *flow;
	const struct flow_entry *entry;

	like.match.mask = *mask;
	for (int i = 0; i < XVS_FLOW_WORDS; i++)
		like.match.value.word[i] &= mask->word[i];
	entry = flow_store_find(store, bridge, &like);
	return entry && overlaps(entry, flow);
}

static bool any_overlaps(const struct flow_shape *shape, const struct flow *flow)
{
	const struct flow_entry *entry;

	LIST_FOREACH (entry, &shape->entries, of_shape)
		if (overlaps(entry, flow))
			return true;
	return false;
}

static bool is_within(const struct xvs_flow_key *mask, const struct xvs_flow_key *wide)
{
	for (int i = 0; i < XVS_FLOW_WORDS; i++)
		if (mask->word[i] & ~wide->word[i])
			return false;
	return true;
}

bool flow_store_overlaps(const struct flow_store *store, uint16_t bridge, const struct flow *flow)
{
	const struct flow_shape *shape = *slot_of(&store->shapes, bridge, flow);

	for (; shape; shape = shape->next) {
		const struct xvs_flow_key *mask = &first_of(shape)->flow.match.mask;

		if (!is_of(shape, bridge, flow))
			continue;
		if (is_within(mask, &flow->match.mask) ? one_overlaps(store, bridge, flow, mask)
						       : any_overlaps(shape, flow))
			return true;
	}
	return false;
}

static void each_candidate(const struct flow_store *store, const struct flow_shape *shape,
			   const struct flow_match *match, flow_store_fn *fn, void *arg)
{
	struct flow like = {
		.table = first_of(shape)->flow.table,
		.priority = first_of(shape)->flow.priority,
		.match = *match,
	};
	struct flow_entry *entry;

	if (has_mask(shape, &like)) {
		entry = flow_store_find(store, first_of(shape)->bridge, &like);
		if (entry && entry->id)
			fn(entry, arg);
		return;
	}
	LIST_FOREACH (entry, &shape->entries, of_shape)
		if (entry->id)
			fn(entry, arg);
}

void flow_store_candidates(const struct flow_store *store, uint16_t bridge,
			   const struct flow_match *match, flow_store_fn *fn, void *arg)
{
	for (size_t i = 0; i < store->shapes.n_slots; i++)
		for (const struct flow_shape *shape = store->shapes.slots[i]; shape;
		     shape = shape->next)
			if (first_of(shape)->bridge == bridge &&
			    is_within(&match->mask, &first_of(shape)->flow.match.mask))
				each_candidate(store, shape, match, fn, arg);
}
