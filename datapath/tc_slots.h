/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#ifndef XVS_TC_SLOTS_H
#define XVS_TC_SLOTS_H

#include "datapath/compiler.h"
#include "datapath/types.h"

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, XVS_SLOTS_MAX);
	__type(key, __u32);
	__type(value, __u32);
} tc_slots SEC(".maps") __weak;

#endif
