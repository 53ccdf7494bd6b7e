/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Switches that switchd sets before it loads the object. They are in .rodata, which the kernel
 * freezes: the verifier knows their values and removes what they switch off.
 */
#ifndef XVS_FEATURES_H
#define XVS_FEATURES_H

#include "datapath/compiler.h"
#include "datapath/types.h"

/* Buckets of map `fdb`, a power of two, less one. */
__weak const volatile __u32 fdb_mask = XVS_FDB_BUCKETS_MIN - 1;

/* Counters that each CPU has in map `flow_counters`. */
__weak const volatile __u32 flow_counters_row = XVS_FLOW_COUNTERS_MIN;

#endif
