/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The frame as the decision sees it, the same from both hooks. Nothing is read beyond what is named
 * here.
 */
#ifndef XVS_FRAME_H
#define XVS_FRAME_H

#include <linux/if_ether.h>
#include <asm/byteorder.h>
#include "datapath/compiler.h"

struct frame {
	__u64 dst; /* addresses as xvs_fdb_key() takes them: octet 0 in the lowest bits */
	__u64 src;
	__u32 len; /* octets with header and tags, without FCS */
	bool runt; /* no whole header: the addresses are 0 and mean nothing */
};

#define MAC_MASK 0xffffffffffffULL

static __always_inline bool mac_is_group(__u64 mac)
{
	return mac & 1;
}

/* 01-80-C2-00-00-00 to -0F, IEEE 802.1Q-2018 table 8-1. */
static __always_inline bool mac_is_link_local(__u64 mac)
{
	return (mac & 0xf0ffffffffffULL) == 0x0000c28001ULL;
}

/*
 * Reads the frame that begins at data; len counts what lies beyond end too. Each address is one
 * load of eight octets: the destination's reaches into the source, the source's begins in the
 * destination, and neither leaves the header.
 */
static __always_inline void frame_parse(struct frame *frame, const void *data, const void *end,
					__u32 len)
{
	frame->len = len;
	frame->runt = data + ETH_HLEN > end;
	if (frame->runt) {
		frame->dst = frame->src = 0;
		return;
	}
	frame->dst = __le64_to_cpu(*(const __u64 *)data) & MAC_MASK;
	frame->src = __le64_to_cpu(*(const __u64 *)(data + ETH_ALEN - 2)) >> 16;
}

#endif
