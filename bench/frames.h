/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What frames.c and frames.bpf.c agree on: which frames an end sends, and what it counts.
 */
#ifndef BENCH_FRAMES_H
#define BENCH_FRAMES_H

#include <linux/types.h>

/* A frame's beginning. A frame is sent again and again, as the last switch left it: tags come and
 * go within these octets, and so each time they are written anew. */
union frames_head {
	__u64 word[2];
	struct {
		__u8 dst[6], src[6];
		__be16 type, tci; /* the tag, if there is one */
	};
};

/* What an end sends. A frame's turn goes from 0 to turns - 1 and from the start again. */
struct frames_plan {
	union frames_head head;
	__u32 vid, vids; /* of the first turn; how many: 0 is untagged, 1 always the same */
	__u32 stations;  /* how many addresses on either side; 0: those of the devices */
	__u32 turn, turns;
};

struct frames_received {
	__u64 all, tagged;
};

#endif
