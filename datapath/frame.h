/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The frame as the decision sees it, the same from both hooks. Nothing is read beyond what is named
 * here.
 */
#ifndef XVS_FRAME_H
#define XVS_FRAME_H

#include <linux/if_ether.h>
#include <asm/byteorder.h>
#include <bpf/bpf_endian.h>
#include "datapath/compiler.h"
#include "datapath/types.h"

/*
 * Tags are numbers here: TPID in the upper 16 bits, TCI (PCP, DEI, VID) in the lower ones, 0 for
 * none.
 */
#define TAG_LEN        4
#define TAG_TPID_SHIFT 16
#define TAG_PCP_SHIFT  13
#define TAG_PCP_MASK   0xe000

struct frame {
	__u64 dst; /* addresses as xvs_fdb_key() takes them: octet 0 in the lowest bits */
	__u64 src;
	__u32 len;    /* octets with header and tags, without FCS */
	__u32 tag;    /* the outermost */
	__u16 inner;  /* VID of the tag behind it; 0: there is none, or it says none */
	bool stacked; /* there is a tag behind it */
	bool runt;    /* no whole header: everything else but len is 0 */
};

#define MAC_MASK   0xffffffffffffULL
#define HEADER_MAX (ETH_HLEN + 2 * TAG_LEN) /* that frame_parse() looks at */

static __always_inline bool mac_is_group(__u64 mac)
{
	return mac & 1;
}

/* 01-80-C2-00-00-00 to -0F, IEEE 802.1Q-2018 table 8-1. */
static __always_inline bool mac_is_link_local(__u64 mac)
{
	return (mac & 0xf0ffffffffffULL) == 0x0000c28001ULL;
}

/* Is it the TPID of a tag? Network byte order. IEEE 802.1Q-2018 table 9-1. */
static __always_inline bool is_tpid(__u16 type)
{
	return type == bpf_htons(ETH_P_8021Q) || type == bpf_htons(ETH_P_8021AD);
}

/* The 16 bits at an offset, network byte order. */
static __always_inline __u16 field(const void *data, __u32 offset)
{
	return *(const __u16 *)(data + offset);
}

static __always_inline void parse_inner(struct frame *frame, const void *data, const void *end,
					__u32 offset)
{
	frame->stacked = true;
	if (data + offset + TAG_LEN <= end)
		frame->inner = bpf_ntohs(field(data, offset + 2)) & XVS_VID_MASK;
}

static __always_inline void parse_tags(struct frame *frame, const void *data, const void *end)
{
	if (data + ETH_HLEN + TAG_LEN > end) {
		frame->runt = true;
		return;
	}
	frame->tag = bpf_ntohl(*(const __u32 *)(data + ETH_HLEN - 2));
	if (is_tpid(field(data, ETH_HLEN + 2)))
		parse_inner(frame, data, end, ETH_HLEN + 2);
}

/*
 * Reads the frame that begins at data; len counts what lies beyond end too. Each address is one
 * load of eight octets: the destination's reaches into the source, the source's begins in the
 * destination, and neither leaves the header.
 */
static __always_inline void frame_parse(struct frame *frame, const void *data, const void *end,
					__u32 len)
{
	*frame = (struct frame){.len = len};
	if (data + ETH_HLEN > end) {
		frame->runt = true;
		return;
	}
	frame->dst = __le64_to_cpu(*(const __u64 *)data) & MAC_MASK;
	frame->src = __le64_to_cpu(*(const __u64 *)(data + ETH_ALEN - 2)) >> 16;
	if (is_tpid(field(data, ETH_HLEN - 2)))
		parse_tags(frame, data, end);
}

/*
 * Puts the tag that the device or the kernel took out of the frame in front of those that
 * frame_parse() found.
 */
static __always_inline void frame_insert_tag(struct frame *frame, __u32 tag)
{
	frame->stacked = frame->tag;
	frame->inner = frame->tag & XVS_VID_MASK;
	frame->tag = tag;
	frame->len += TAG_LEN;
}

#endif
