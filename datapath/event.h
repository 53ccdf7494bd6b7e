/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Events to switchd, and the guard that keeps one source from filling the ring.
 */
#ifndef XVS_EVENT_H
#define XVS_EVENT_H

#include "datapath/compiler.h"
#include "datapath/shared.h"
#include "datapath/types.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, XVS_EVENTS_BYTES);
} events SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, XVS_REPORTED_SLOTS);
	__type(key, __u32);
	__type(value, struct xvs_reported);
} reported SEC(".maps") __weak;

/*
 * Reports a source address once per port while the clock stands and nothing is flushed. Two CPUs
 * that use one guard at the same time may report twice, or leave out a report until the clock moves
 * on; neither does harm. A report that found the ring full does not set the guard: the next frame
 * tries again.
 */
static __always_inline void event_report(__u64 key, __u32 port, enum xvs_event_kind kind)
{
	struct xvs_event event = {.key = key, .port = port, .kind = kind};
	__u32 slot = xvs_hash64(key) % XVS_REPORTED_SLOTS;
	struct xvs_reported *guard = bpf_map_lookup_elem(&reported, &slot);
	struct xvs_shared *memory = shared_get();
	__u32 stamp;

	if (!guard || !memory)
		return;
	stamp = READ_ONCE(memory->now) + READ_ONCE(memory->flushes);
	if (guard->key == key && guard->port == port && guard->stamp == stamp)
		return;
	if (bpf_ringbuf_output(&events, &event, sizeof(event), 0)) {
		__sync_fetch_and_add(&memory->events_lost, 1);
		return;
	}
	guard->key = key;
	guard->port = port;
	guard->stamp = stamp;
}

#endif
