/* SPDX-License-Identifier: BSD-2-Clause */
/* What the frames of test_cost.c are, for it and its BPF programs. */
#ifndef XVS_TEST_COST_H
#define XVS_TEST_COST_H

#include <linux/types.h>

#define COST_FRAMES  16384 /* different ones, a power of two */
#define COST_ENTRIES 1024  /* in the maps of the reference */

/* In network byte order. */
struct cost_frame {
	__u16 station; /* the last two octets of its destination address */
	__u16 sport, dport;
	__u16 protocol; /* in the first octet */
	__u32 saddr, daddr;
};

#endif
