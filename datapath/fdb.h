/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The filtering database as the data path reads it (layout and the writer's order: types.h).
 *
 * Not a BPF hash map: an array whose look-up the verifier inlines, so that finding an address is a
 * multiplication and, nearly always, one cache line. switchd alone makes and removes entries; the
 * only thing written here is when an address was last seen.
 *
 * A reader may meet a writer. An entry that moves from the second bucket to the first between the
 * two looks is not found: its frame floods and its source is reported, and switchd, who knows
 * better, ignores that. An entry replaced between key and value is noticed by reading the key
 * again, unless it is back by then, for which the writer would have to undo its work within the
 * time of a load. (The loads are in program order for the compiler, and so for x86; another
 * architecture may let an old value pass with a new key, for one frame.)
 */
#ifndef XVS_FDB_H
#define XVS_FDB_H

#include "datapath/compiler.h"
#include "datapath/event.h"
#include "datapath/features.h"
#include "datapath/shared.h"
#include "datapath/types.h"

/* switchd sets max_entries together with fdb_mask. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, XVS_FDB_BUCKETS_MIN);
	__type(key, __u32);
	__type(value, struct xvs_fdb_bucket);
} fdb SEC(".maps") __weak;

struct fdb_hit {
	struct xvs_fdb_slot *slot; /* NULL: not found */
	__u32 forward;             /* its forwarding instruction */
};

static __always_inline struct fdb_hit fdb_lookup(__u64 key, __u32 bridge)
{
	__u64 hash = xvs_fdb_hash(key, bridge);

#pragma unroll
	for (int which = 0; which < 2; which++) {
		__u32 index = xvs_fdb_bucket_of(hash, which, fdb_mask);
		struct xvs_fdb_bucket *bucket = bpf_map_lookup_elem(&fdb, &index);

		if (!bucket)
			break;
#pragma unroll
		for (int i = 0; i < XVS_FDB_SLOTS; i++) {
			struct xvs_fdb_slot *slot = &bucket->slot[i];
			__u32 forward;

			if (READ_ONCE(slot->key) != key)
				continue;
			forward = READ_ONCE(slot->forward);
			if (xvs_forward_bridge(forward) == bridge && READ_ONCE(slot->key) == key)
				return (struct fdb_hit){slot, forward};
		}
	}
	return (struct fdb_hit){};
}

/*
 * Takes note of a source address: refreshes its entry, or tells switchd (also of one that is static
 * elsewhere: switchd counts who tries to use it). The entry may have been
 * replaced since it was looked up; then another address looks used, which delays its ageing and
 * nothing else. `used` is written once per value of `now`, so that CPUs do not fight over the line.
 */
static __always_inline void fdb_learn(__u64 mac, __u32 vid, __u32 bridge, __u32 port)
{
	__u64 key = xvs_fdb_key(mac, vid);
	struct fdb_hit hit = fdb_lookup(key, bridge);
	__u32 now = shared_now();

	if (!hit.slot) {
		event_report(key, port, XVS_EVENT_NEW);
	} else if ((hit.forward & XVS_FORWARD_PORT) == port) {
		if (READ_ONCE(hit.slot->used) != now)
			WRITE_ONCE(hit.slot->used, now);
	} else {
		event_report(key, port, XVS_EVENT_MOVED);
	}
}

#endif
