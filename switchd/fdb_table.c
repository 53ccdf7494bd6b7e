// SPDX-License-Identifier: BSD-2-Clause
#include <stdbool.h>
#include "switchd/fdb_table.h"

#define PATH_MAX_STEPS 5 /* entries that are moved for one insertion, at most */
#define PATH_MAX_NODES                                                                             \
	682 /* two buckets and four times as many at each step: 2 + 8 + 32 + 128 + 512 */

/* A bucket that the search has come to: by moving the entry in `slot` of the parent's bucket there.
 */
struct node {
	uint32_t bucket;
	int16_t parent; /* in the array of nodes, -1: a candidate bucket of the new key */
	uint8_t slot;
	uint8_t depth;
};

static struct xvs_fdb_bucket *candidate(const struct fdb_table *table, uint64_t hash, int which)
{
	return &table->bucket[xvs_fdb_bucket_of(hash, which, table->mask)];
}

static uint64_t hash_of_slot(const struct xvs_fdb_slot *slot)
{
	return xvs_fdb_hash(slot->key, xvs_forward_bridge(slot->forward));
}

static struct xvs_fdb_slot *find(struct xvs_fdb_bucket *bucket, uint64_t key, uint32_t bridge)
{
	for (int i = 0; i < XVS_FDB_SLOTS; i++)
		if (bucket->slot[i].key == key &&
		    xvs_forward_bridge(bucket->slot[i].forward) == bridge)
			return &bucket->slot[i];
	return NULL;
}

static struct xvs_fdb_slot *find_empty(struct xvs_fdb_bucket *bucket)
{
	for (int i = 0; i < XVS_FDB_SLOTS; i++)
		if (!bucket->slot[i].key)
			return &bucket->slot[i];
	return NULL;
}

struct xvs_fdb_slot *fdb_table_find(const struct fdb_table *table, uint64_t key, uint32_t bridge)
{
	uint64_t hash = xvs_fdb_hash(key, bridge);
	struct xvs_fdb_slot *slot = find(candidate(table, hash, 0), key, bridge);

	return slot ? slot : find(candidate(table, hash, 1), key, bridge);
}

/*
 * Each store is a release, so that no CPU sees it before the ones above it: no value of the new
 * entry under the old key, no new key with the old value.
 */
void fdb_table_fill(struct xvs_fdb_slot *slot, uint64_t key, uint32_t forward, uint32_t used)
{
	fdb_table_clear(slot);
	__atomic_store_n(&slot->forward, forward, __ATOMIC_RELEASE);
	__atomic_store_n(&slot->used, used, __ATOMIC_RELEASE);
	__atomic_store_n(&slot->key, key, __ATOMIC_RELEASE);
}

void fdb_table_forward(struct xvs_fdb_slot *slot, uint32_t forward)
{
	__atomic_store_n(&slot->forward, forward, __ATOMIC_RELEASE);
}

void fdb_table_clear(struct xvs_fdb_slot *slot)
{
	__atomic_store_n(&slot->key, 0, __ATOMIC_RELEASE);
}

static uint32_t other_bucket(const struct fdb_table *table, uint64_t hash, uint32_t bucket)
{
	uint32_t first = xvs_fdb_bucket_of(hash, 0, table->mask);

	return bucket == first ? xvs_fdb_bucket_of(hash, 1, table->mask) : first;
}

/*
 * Moves the entries of a path one step each, the last one first: a copy of each is in its other
 * bucket before the next step overwrites the original. Returns the slot that the path leaves to the
 * new key.
 */
static struct xvs_fdb_slot *displace(struct fdb_table *table, const struct node *nodes, int last,
				     struct xvs_fdb_slot *empty)
{
	for (const struct node *node = &nodes[last]; node->parent >= 0;
	     node = &nodes[node->parent]) {
		struct xvs_fdb_slot *from =
			&table->bucket[nodes[node->parent].bucket].slot[node->slot];

		fdb_table_fill(empty, from->key, from->forward, fdb_table_used(from));
		empty = from;
		table->displaced++;
	}
	return empty;
}

/* The path is the shortest, so it comes to no bucket twice and displace() never moves an entry
 * twice. */
static struct xvs_fdb_slot *make_room(struct fdb_table *table, uint64_t hash)
{
	struct node nodes[PATH_MAX_NODES];
	int count = 0;

	for (int which = 0; which < 2; which++)
		nodes[count++] = (struct node){
			.bucket = xvs_fdb_bucket_of(hash, which, table->mask),
			.parent = -1,
		};
	for (int i = 0; i < count; i++) {
		struct xvs_fdb_bucket *bucket = &table->bucket[nodes[i].bucket];
		struct xvs_fdb_slot *empty = find_empty(bucket);

		if (empty)
			return displace(table, nodes, i, empty);
		if (nodes[i].depth == PATH_MAX_STEPS)
			continue;
		for (int s = 0; s < XVS_FDB_SLOTS && count < PATH_MAX_NODES; s++) {
			uint32_t other = other_bucket(table, hash_of_slot(&bucket->slot[s]),
						      nodes[i].bucket);

			if (other != nodes[i].bucket)
				nodes[count++] = (struct node){other, i, s, nodes[i].depth + 1};
		}
	}
	return NULL;
}

struct xvs_fdb_slot *fdb_table_insert(struct fdb_table *table, uint64_t key, uint32_t forward,
				      uint32_t used)
{
	uint64_t hash = xvs_fdb_hash(key, xvs_forward_bridge(forward));
	struct xvs_fdb_slot *slot = find_empty(candidate(table, hash, 0));

	if (!slot)
		slot = find_empty(candidate(table, hash, 1));
	if (!slot)
		slot = make_room(table, hash);
	if (slot)
		fdb_table_fill(slot, key, forward, used);
	return slot;
}

struct xvs_fdb_slot *fdb_table_oldest(const struct fdb_table *table, uint64_t key, uint32_t bridge,
				      uint32_t now)
{
	uint64_t hash = xvs_fdb_hash(key, bridge);
	struct xvs_fdb_slot *oldest = NULL;

	for (int i = 0; i < 2 * XVS_FDB_SLOTS; i++) {
		struct xvs_fdb_slot *slot =
			&candidate(table, hash, i / XVS_FDB_SLOTS)->slot[i % XVS_FDB_SLOTS];

		if (!slot->key || slot->forward & XVS_FORWARD_STATIC)
			continue;
		if (!oldest || fdb_table_age(slot, now) > fdb_table_age(oldest, now))
			oldest = slot;
	}
	return oldest;
}
