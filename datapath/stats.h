/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Counters and drop reasons, per port and per CPU: plain additions, for no program is interrupted
 * by another one on its CPU.
 */
#ifndef XVS_STATS_H
#define XVS_STATS_H

#include "datapath/compiler.h"
#include "datapath/types.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, XVS_PORTS_MAX);
	__type(key, __u32);
	__type(value, struct xvs_counters);
} counters SEC(".maps") __weak;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, XVS_PORTS_MAX *XVS_DROPS_MAX);
	__type(key, __u32);
	__type(value, __u64);
} drops SEC(".maps") __weak;

static __always_inline void stats_rx(__u32 port, __u32 len)
{
	struct xvs_counters *value = bpf_map_lookup_elem(&counters, &port);

	if (value) {
		value->rx_packets++;
		value->rx_bytes += len;
	}
}

static __always_inline void stats_tx(__u32 port, __u32 len)
{
	struct xvs_counters *value = bpf_map_lookup_elem(&counters, &port);

	if (value) {
		value->tx_packets++;
		value->tx_bytes += len;
	}
}

/* Every frame, or copy of one, that does not come out is counted here, and nowhere else. */
static __always_inline void stats_drop(__u32 port, enum xvs_drop reason)
{
	__u32 index = port * XVS_DROPS_MAX + reason;
	__u64 *value = bpf_map_lookup_elem(&drops, &index);

	if (value)
		++*value;
}

#endif
