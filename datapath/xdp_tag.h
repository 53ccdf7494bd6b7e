/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Tags of an XDP frame, which are in it.
 */
#ifndef XVS_XDP_TAG_H
#define XVS_XDP_TAG_H

#include "datapath/compiler.h"
#include "datapath/frame.h"
#include "datapath/vlan.h"

/* Takes the outermost tag out: what is in front of it moves up. */
static __always_inline bool xdp_pop(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u64 first;
	__u32 rest;

	if (data + ETH_HLEN + TAG_LEN > end)
		return false;
	first = *(__u64 *)data;
	rest = *(__u32 *)(data + 8);
	if (bpf_xdp_adjust_head(ctx, TAG_LEN))
		return false;
	data = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	if (data + ETH_HLEN > end)
		return false;
	*(__u64 *)data = first;
	*(__u32 *)(data + 8) = rest;
	return true;
}

static __always_inline void xdp_write_tag(void *data, __u32 tag)
{
	*(__u32 *)(data + ETH_HLEN - 2) = bpf_htonl(tag);
}

static __always_inline bool xdp_push(struct xdp_md *ctx, __u32 tag)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	__u64 first;
	__u32 rest;

	if (data + ETH_HLEN > end)
		return false;
	first = *(__u64 *)data;
	rest = *(__u32 *)(data + 8);
	if (bpf_xdp_adjust_head(ctx, -TAG_LEN))
		return false;
	data = (void *)(long)ctx->data;
	end = (void *)(long)ctx->data_end;
	if (data + ETH_HLEN + TAG_LEN > end)
		return false;
	*(__u64 *)data = first;
	*(__u32 *)(data + 8) = rest;
	xdp_write_tag(data, tag);
	return true;
}

static __always_inline bool xdp_rewrite_tag(struct xdp_md *ctx, __u32 tag)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;

	if (data + ETH_HLEN + TAG_LEN > end)
		return false;
	xdp_write_tag(data, tag);
	return true;
}

/*
 * Makes the change to the frame. False, and the frame is as it was, when the driver left no room
 * for a tag. (Of the checks behind bpf_xdp_adjust_head() only the verifier believes that they can
 * fail.)
 */
static __always_inline bool xdp_change_tag(struct xdp_md *ctx, enum vlan_change change, __u32 tag)
{
	switch (change) {
	case VLAN_PUSH:
		return xdp_push(ctx, tag);
	case VLAN_POP:
		return xdp_pop(ctx);
	case VLAN_REWRITE:
		return xdp_rewrite_tag(ctx, tag);
	default:
		return true;
	}
}

#endif
