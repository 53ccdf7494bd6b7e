// SPDX-License-Identifier: BSD-2-Clause
#include <stdbool.h>
#include <stdlib.h>
#include "switchd/fdb_evict.h"

/* The higher the rank, the earlier it goes. */
struct candidate {
	uint64_t rank;
	uint32_t slot;
};

/* What a port has, what it must give, and where its candidates begin. */
struct share {
	uint32_t entries;
	uint32_t quota;
	uint32_t first;
	uint32_t found;
};

static bool is_learned_of(const struct xvs_fdb_slot *slot, uint16_t bridge)
{
	return slot->key && !(slot->forward & XVS_FORWARD_STATIC) &&
	       xvs_forward_bridge(slot->forward) == bridge;
}

/*
 * By age, and at the same age by chance: were it by place in the table, the survivors of a flood
 * would crowd the rest of it.
 */
static uint64_t rank_of(const struct xvs_fdb_slot *slot, uint32_t now)
{
	return (uint64_t)fdb_table_age(slot, now) << 32 |
	       (uint32_t)xvs_hash64(xvs_hash64(slot->key));
}

/* How many entries the ports have above a level, together. */
static uint64_t above(const struct share *shares, uint32_t level)
{
	uint64_t sum = 0;

	for (int port = 0; port < XVS_PORTS_MAX; port++)
		if (shares[port].entries > level)
			sum += shares[port].entries - level;
	return sum;
}

/* Finds the level and says what each port gives; returns how many entries the giving ports have. */
static uint32_t set_quotas(struct share *shares, uint32_t count)
{
	uint32_t low = 0, high = UINT32_MAX, first = 0;
	uint64_t total = above(shares, 0), surplus;

	if (count > total)
		count = total;
	while (high - low > 1) {
		uint32_t level = low + (high - low) / 2;

		if (above(shares, level) >= count)
			low = level;
		else
			high = level;
	}
	surplus = above(shares, low) - count;
	for (int port = 0; port < XVS_PORTS_MAX; port++) {
		struct share *share = &shares[port];

		if (share->entries <= low)
			continue;
		share->quota = share->entries - low;
		if (surplus) {
			share->quota--;
			surplus--;
		}
		if (share->quota) {
			share->first = first;
			first += share->entries;
		}
	}
	return first;
}

/* Reorders so that the `count` highest come first: Hoare's selection. */
static void highest_first(struct candidate *candidates, int64_t all, int64_t count)
{
	int64_t low = 0, high = all - 1;

	while (low < high) {
		uint64_t pivot = candidates[low + (high - low) / 2].rank;
		int64_t i = low, j = high;

		while (i <= j) {
			while (candidates[i].rank > pivot)
				i++;
			while (candidates[j].rank < pivot)
				j--;
			if (i <= j) {
				struct candidate swap = candidates[i];

				candidates[i++] = candidates[j];
				candidates[j--] = swap;
			}
		}
		if (j < count - 1)
			low = i;
		if (count - 1 < i)
			high = j;
	}
}

void fdb_evict(const struct fdb_table *table, uint16_t bridge, uint32_t now, uint32_t count,
	       void (*drop)(struct xvs_fdb_slot *slot, void *arg), void *arg)
{
	struct share *shares = calloc(XVS_PORTS_MAX, sizeof(*shares));
	struct candidate *candidates = NULL;
	uint32_t slots = fdb_table_slots(table), all;

	if (!shares)
		return;
	for (uint32_t i = 0; i < slots; i++) {
		const struct xvs_fdb_slot *slot = fdb_table_slot(table, i);

		if (is_learned_of(slot, bridge))
			shares[slot->forward & XVS_FORWARD_PORT].entries++;
	}
	all = set_quotas(shares, count);
	if (all)
		candidates = malloc(all * sizeof(*candidates));
	if (!candidates)
		goto out;
	for (uint32_t i = 0; i < slots; i++) {
		const struct xvs_fdb_slot *slot = fdb_table_slot(table, i);
		struct share *share = &shares[slot->forward & XVS_FORWARD_PORT];

		if (share->quota && is_learned_of(slot, bridge))
			candidates[share->first + share->found++] =
				(struct candidate){rank_of(slot, now), i};
	}
	for (int port = 0; port < XVS_PORTS_MAX; port++) {
		struct candidate *own = candidates + shares[port].first;

		if (!shares[port].quota)
			continue;
		highest_first(own, shares[port].found, shares[port].quota);
		for (uint32_t i = 0; i < shares[port].quota; i++)
			drop(fdb_table_slot(table, own[i].slot), arg);
	}
out:
	free(candidates);
	free(shares);
}
