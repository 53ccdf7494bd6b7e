/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Meters: how much passes in a time (flow_types.h has how they reckon).
 */
#ifndef XVS_METER_H
#define XVS_METER_H

#include "datapath/compiler.h"
#include "datapath/types.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, XVS_METERS_MAX);
	__type(key, __u32);
	__type(value, struct xvs_meter);
} meters SEC(".maps") __weak;

/* Nanoseconds that a frame takes at the rate of a band. */
static __always_inline __u64 meter_cost(const struct xvs_meter *meter,
					const struct xvs_meter_band *band, __u32 len)
{
	return (meter->pktps ? band->cost : band->cost * len * 8) >> 16;
}

/* Two CPUs that charge a band at once may lose one of the charges; its rate is exceeded by as
 * little. */
static __always_inline void meter_charge(struct xvs_meter_band *band, __u64 now, __u64 cost)
{
	__u64 time = READ_ONCE(band->time);

	WRITE_ONCE(band->time, (time > now ? time : now) + cost);
}

static __always_inline bool meter_band_exceeded(const struct xvs_meter_band *band, __u64 now)
{
	return READ_ONCE(band->time) > now + band->burst;
}

/* The band that a frame exceeds: of several the one with the highest rate (OpenFlow 1.3.1, 5.7.1).
 * XVS_METER_BANDS: none. */
static __always_inline __u32 meter_exceeded(const struct xvs_meter *meter, __u64 now)
{
	__u32 found = XVS_METER_BANDS;
	__u64 cost = ~0ULL;

	for (__u32 i = 0; i < XVS_METER_BANDS && i < meter->bands; i++) {
		const struct xvs_meter_band *band = &meter->band[i];

		if (!meter_band_exceeded(band, now) || band->cost >= cost)
			continue;
		cost = band->cost;
		found = i;
	}
	return found;
}

/* May a frame of this length pass? */
__weak __noinline int meter_passes(__u32 index, __u32 len)
{
	struct xvs_meter *meter = bpf_map_lookup_elem(&meters, &index);
	__u64 now = bpf_ktime_get_ns();
	__u32 exceeded;

	if (!meter || !meter->bands)
		return true;
	__sync_fetch_and_add(&meter->packets, 1);
	__sync_fetch_and_add(&meter->bytes, len);
	exceeded = meter_exceeded(meter, now);
	if (exceeded < XVS_METER_BANDS) {
		__sync_fetch_and_add(&meter->band[exceeded].packets, 1);
		__sync_fetch_and_add(&meter->band[exceeded].bytes, len);
		return false;
	}
	for (__u32 i = 0; i < XVS_METER_BANDS && i < meter->bands; i++)
		meter_charge(&meter->band[i], now, meter_cost(meter, &meter->band[i], len));
	return true;
}

#endif
