/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Memory shared with switchd: the clock that entries age by, what was lost, and what switchd alone
 * has use for.
 */
#ifndef XVS_SHARED_H
#define XVS_SHARED_H

#include "datapath/compiler.h"
#include "datapath/types.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct xvs_shared);
} shared SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct xvs_tallies);
} tallies SEC(".maps") __weak;

static __always_inline struct xvs_shared *shared_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&shared, &zero);
}

/* Seconds, as the FDB counts them. */
static __always_inline __u32 shared_now(void)
{
	struct xvs_shared *memory = shared_get();

	return memory ? READ_ONCE(memory->now) : 0;
}

#endif
