// SPDX-License-Identifier: BSD-2-Clause
#include <stdlib.h>
#include <string.h>
#include "switchd/classifier_table.h"

#define SIZE_MIN       4
#define SUBTABLE_LINES (sizeof(struct xvs_flow_subtable) / sizeof(union xvs_flow_line))

struct classifier_table *classifier_table_new(void)
{
	return calloc(1, sizeof(struct classifier_table));
}

void classifier_table_free(struct classifier_table *table, struct classifier_store *store)
{
	for (unsigned i = 0; i < table->count; i++)
		classifier_subtable_free(table->subtable[i], store);
	flow_place_renew(&store->memory, &table->list, 0);
	flow_place_renew(&store->memory, &table->filter.place, 0);
	free(table->subtable);
	free(table);
}

static uint64_t hash_of(const struct xvs_flow_key *mask)
{
	uint64_t hash = XVS_FLOW_FACTOR1;

	for (unsigned i = 0; i < XVS_FLOW_WORDS; i++)
		hash = xvs_flow_hash_extra(hash, mask->word[i]);
	return hash;
}

struct classifier_subtable *classifier_table_find(const struct classifier_table *table,
						  const struct xvs_flow_key *mask)
{
	uint64_t hash = hash_of(mask);

	for (unsigned i = 0; i < table->count; i++)
		if (table->subtable[i]->mask_hash == hash &&
		    !memcmp(&table->subtable[i]->mask, mask, sizeof(*mask)))
			return table->subtable[i];
	return NULL;
}

static bool grow(struct classifier_table *table)
{
	unsigned size = table->size ? 2 * table->size : SIZE_MIN;
	struct classifier_subtable **grown =
		realloc(table->subtable, size * sizeof(struct classifier_subtable *));

	if (!grown)
		return false;
	table->subtable = grown;
	table->size = size;
	return true;
}

struct classifier_subtable *classifier_table_add(struct classifier_table *table,
						 const struct xvs_flow_key *mask)
{
	struct classifier_subtable *subtable;

	if (table->count == table->size && !grow(table))
		return NULL;
	subtable = classifier_subtable_new(mask, table->serial++);
	if (!subtable)
		return NULL;
	subtable->mask_hash = hash_of(mask);
	table->subtable[table->count++] = subtable;
	return subtable;
}

unsigned classifier_table_masks(const struct classifier_table *table)
{
	unsigned masks = 0;

	for (unsigned i = 0; i < table->count; i++)
		masks += table->subtable[i]->flows != 0;
	return masks;
}

static void free_empty(struct classifier_table *table, struct classifier_store *store)
{
	unsigned count = 0;

	for (unsigned i = 0; i < table->count; i++)
		if (table->subtable[i]->flows)
			table->subtable[count++] = table->subtable[i];
		else
			classifier_subtable_free(table->subtable[i], store);
	table->count = count;
}

static int by_priority(const void *left, const void *right)
{
	const struct classifier_subtable *a = *(struct classifier_subtable *const *)left;
	const struct classifier_subtable *b = *(struct classifier_subtable *const *)right;

	if (a->max_priority != b->max_priority)
		return a->max_priority > b->max_priority ? -1 : 1;
	return a->serial < b->serial ? -1 : a->serial > b->serial;
}

/* Whether the subtables are others than those of the list, or in another order. */
static bool reorder(struct classifier_table *table)
{
	bool changed = table->count != table->listed;

	if (table->count)
		qsort(table->subtable, table->count, sizeof(struct classifier_subtable *),
		      by_priority);
	for (unsigned i = 0; i < table->count; i++) {
		changed |= table->subtable[i]->position != (int)i;
		table->subtable[i]->position = i;
	}
	return changed;
}

static uint32_t flows_of(const struct classifier_table *table)
{
	uint32_t flows = 0;

	for (unsigned i = 0; i < table->count; i++)
		flows += table->subtable[i]->flows;
	return flows;
}

static int write_list(struct classifier_table *table, struct flow_memory *memory)
{
	struct xvs_flow_subtable *told;
	int rc = flow_place_renew(memory, &table->list, table->count * SUBTABLE_LINES);

	if (rc < 0)
		return rc;
	told = (struct xvs_flow_subtable *)&memory->line[table->list.line];
	for (unsigned i = 0; i < table->count; i++)
		classifier_subtable_describe(table->subtable[i], &told[i]);
	table->listed = table->count;
	return 0;
}

int classifier_table_fit(struct classifier_table *table)
{
	int rc = 0;

	for (unsigned i = 0; i < table->count && rc == 0; i++)
		if (table->subtable[i]->flows)
			rc = classifier_subtable_fit(table->subtable[i]);
	return rc;
}

int classifier_table_write(struct classifier_table *table, struct classifier_store *store)
{
	bool swept = false;
	int rc = 0;

	free_empty(table, store);
	for (unsigned i = 0; i < table->count && rc == 0; i++)
		rc = classifier_subtable_write(table->subtable[i], store, &swept);
	table->filter.stale |= swept;
	if (rc < 0)
		return rc;
	table->filter.stale |= reorder(table);
	/* With far more flows, other pairs may tell subtables apart. */
	table->filter.stale |= flows_of(table) / 2 > table->filter.flows;
	if (table->filter.stale)
		rc = classifier_filter_write(&table->filter, &store->memory, table->subtable,
					     table->count);
	return rc < 0 ? rc : write_list(table, &store->memory);
}

struct xvs_flow_table classifier_table_describe(const struct classifier_table *table)
{
	return (struct xvs_flow_table){
		.subtables = table->list.line,
		.count = table->count,
		.filter = table->filter.place.line,
	};
}

void classifier_table_forget_places(struct classifier_table *table)
{
	for (unsigned i = 0; i < table->count; i++) {
		classifier_subtable_forget_places(table->subtable[i]);
		table->subtable[i]->position = -1;
	}
	table->list = (struct flow_place){0};
	table->listed = 0;
	table->filter = (struct classifier_filter){.stale = true};
}

uint64_t classifier_table_lines(const struct classifier_table *table)
{
	unsigned masks = classifier_table_masks(table);
	uint64_t lines = masks ? flow_memory_round(masks * SUBTABLE_LINES) : 0;

	for (unsigned i = 0; i < table->count; i++)
		if (table->subtable[i]->flows)
			lines += classifier_subtable_lines(table->subtable[i]);
	return lines + classifier_filter_lines(table->subtable, table->count);
}
