/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The FDB's buckets: where a key may stand, and how to change a slot while the data path reads it
 * (datapath/types.h: layout, hashing, writer's order). Knows nothing of bridges, ageing or limits.
 *
 * Bucketised cuckoo hashing (Erlingsson, Manasse, McSherry 2006): two candidate buckets of four
 * slots a key; when both are full, a breadth-first search finds the shortest chain of entries that
 * can each step over to their other bucket. In a table that is half full practically every
 * insertion finds a slot.
 *
 * There is one writer. A reader sees, for a key it finds, a value that was written for that key. It
 * may miss a key that is moved between its two look-ups; the frame is flooded then.
 */
#ifndef XVS_FDB_TABLE_H
#define XVS_FDB_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include "datapath/types.h"

struct fdb_table {
	struct xvs_fdb_bucket *bucket;
	uint32_t mask;      /* number of buckets, a power of two, less one */
	uint64_t displaced; /* entries moved to their other bucket since the table was opened */
};

static inline uint32_t fdb_table_slots(const struct fdb_table *table)
{
	return (table->mask + 1) * XVS_FDB_SLOTS;
}

/* Slot `i`, 0 to fdb_table_slots() - 1: for scans. Slots of one bucket follow each other. */
static inline struct xvs_fdb_slot *fdb_table_slot(const struct fdb_table *table, uint32_t i)
{
	return &table->bucket[i / XVS_FDB_SLOTS].slot[i % XVS_FDB_SLOTS];
}

/* The slot that holds the key for this bridge, or NULL. */
struct xvs_fdb_slot *fdb_table_find(const struct fdb_table *table, uint64_t key, uint32_t bridge);

/*
 * Puts in an entry whose key is not there yet for its bridge, which `forward` names. Returns its
 * slot, or NULL when the neighbourhood of its buckets is full: then only one of its candidates can
 * make way (fdb_table_oldest()).
 */
struct xvs_fdb_slot *fdb_table_insert(struct fdb_table *table, uint64_t key, uint32_t forward,
				      uint32_t used);

/* Of the entries in the key's candidate buckets, the one not static that is least recently used, or
 * NULL. */
struct xvs_fdb_slot *fdb_table_oldest(const struct fdb_table *table, uint64_t key, uint32_t bridge,
				      uint32_t now);

/* Fills a slot, empty or not, with another entry. */
void fdb_table_fill(struct xvs_fdb_slot *slot, uint64_t key, uint32_t forward, uint32_t used);

/* Changes the forwarding instruction of the entry that is in the slot; the bridge stays. */
void fdb_table_forward(struct xvs_fdb_slot *slot, uint32_t forward);

void fdb_table_clear(struct xvs_fdb_slot *slot);

/* The data path writes `used` too, at any time. */
static inline uint32_t fdb_table_used(const struct xvs_fdb_slot *slot)
{
	return __atomic_load_n(&slot->used, __ATOMIC_RELAXED);
}

static inline void fdb_table_touch(struct xvs_fdb_slot *slot, uint32_t now)
{
	__atomic_store_n(&slot->used, now, __ATOMIC_RELAXED);
}

/* Seconds since a frame last came from the address. */
static inline uint32_t fdb_table_age(const struct xvs_fdb_slot *slot, uint32_t now)
{
	uint32_t used = fdb_table_used(slot);

	return used < now ? now - used : 0;
}

#endif
