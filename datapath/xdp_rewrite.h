/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Rewriting XDP frames, in place.
 */
#ifndef XVS_XDP_REWRITE_H
#define XVS_XDP_REWRITE_H

#include "datapath/compiler.h"
#include "datapath/rewrite.h"
#include "datapath/xdp_tag.h"

/* So many octets at an offset of the frame; NULL: they are not there. */
static __always_inline void *xdp_octets(struct xdp_md *ctx, __u32 at, __u32 n)
{
	void *octets, *end = (void *)(long)ctx->data_end;

	FORGET(at);
	if (at > FLOW_HEADERS_MAX)
		return NULL;
	octets = (void *)(long)ctx->data + at;
	return octets + n <= end ? octets : NULL;
}

static __always_inline void xdp_write_macs(struct xdp_md *ctx, const struct flow_form *to)
{
	struct mac_pair *macs = xdp_octets(ctx, 0, sizeof(*macs));

	if (!macs)
		return;
	mac_write(macs->octet, to->key.word[3]);
	mac_write(macs->octet + ETH_ALEN, to->key.word[4]);
}

static __always_inline void xdp_write_ipv4(struct xdp_md *ctx, __u32 at,
					   const struct rewrite *rewrite,
					   const struct flow_form *to)
{
	__u8 *ip = xdp_octets(ctx, at, 20);

	if (!ip)
		return;
	ip[1] = to->key.word[2] >> 8;
	ip[IPV4_TTL] = to->key.word[2];
	be32_write(ip + IPV4_SRC, to->key.word[1] >> 32);
	be32_write(ip + IPV4_SRC + 4, to->key.word[1]);
	*(__u16 *)(ip + IPV4_CHECKSUM) =
		diff_apply(*(__u16 *)(ip + IPV4_CHECKSUM), rewrite->header);
}

static __always_inline void xdp_write_ipv6(struct xdp_md *ctx, __u32 at, const struct flow_form *to)
{
	__u8 *ip = xdp_octets(ctx, at, 40);
	__u8 tos = to->key.word[2] >> 8;

	if (!ip)
		return;
	ip[0] = (ip[0] & 0xf0) | tos >> 4;
	ip[1] = (ip[1] & 0x0f) | tos << 4;
	ip[IPV6_TTL] = to->key.word[2];
#pragma unroll
	for (int i = 0; i < 4; i++) {
		be32_write(ip + IPV6_SRC + 8 * i, to->key.word[8 + i] >> 32);
		be32_write(ip + IPV6_SRC + 8 * i + 4, to->key.word[8 + i]);
	}
}

static __always_inline void xdp_write_arp(struct xdp_md *ctx, __u32 at,
					  const struct rewrite *rewrite, const struct flow_form *to)
{
	__u8 *arp = xdp_octets(ctx, at, 28);

	if (!arp)
		return;
	if (rewrite->arp_operation)
		*(__u16 *)(arp + ARP_OPERATION) = bpf_htons(rewrite->operation);
	arp_write((struct arp_addresses *)(arp + ARP_ADDRESSES), to);
}

static __always_inline void xdp_update_checksum(struct xdp_md *ctx, __u32 at, __u32 protocol,
						checksum_diff diff)
{
	__u32 offset = transport_checksum(protocol);
	__u16 *checksum = offset ? xdp_octets(ctx, at + offset, sizeof(*checksum)) : NULL;

	if (!checksum || (protocol == IPPROTO_UDP && !*checksum))
		return;
	*checksum = diff_apply(*checksum, diff);
	/* 0 says that there is none (RFC 768). */
	if (protocol == IPPROTO_UDP && !*checksum)
		*checksum = 0xffff;
}

static __always_inline void xdp_write_ports(struct xdp_md *ctx, __u32 at, __u32 value)
{
	__u8 *ports = xdp_octets(ctx, at, 4);

	if (ports)
		be32_write(ports, value);
}

static __always_inline void xdp_write_transport(struct xdp_md *ctx, const struct flow_state *state,
						__u32 at, const struct rewrite *rewrite)
{
	bool ports = rewrite->old_ports != rewrite->new_ports;

	if (ports)
		xdp_write_ports(ctx, at, rewrite->new_ports);
	if (ports || rewrite->pseudo)
		xdp_update_checksum(ctx, at, state->l4_protocol, rewrite->pseudo + rewrite->port);
}

/* The headers behind tags of so many octets. */
__weak __noinline int xdp_rewrite_headers(struct xdp_md *ctx, __u32 place, __u32 tags)
{
	const struct flow_state *state = flow_state_get();
	const struct flow_form *to;
	struct rewrite rewrite;

	if (!state)
		return 0;
	to = &state->form[BOUNDED(place, FLOW_FORMS_MAX)];
	rewrite_plan(&rewrite, state, &state->form[0], to);
	if (rewrite.macs)
		xdp_write_macs(ctx, to);
	if (rewrite.network && rewrite.type == ETH_P_IP)
		xdp_write_ipv4(ctx, state->l3 + tags, &rewrite, to);
	if (rewrite.network && rewrite.type == ETH_P_IPV6)
		xdp_write_ipv6(ctx, state->l3 + tags, to);
	if (rewrite.arp || rewrite.arp_operation)
		xdp_write_arp(ctx, state->l3 + tags, &rewrite, to);
	if (state->l4)
		xdp_write_transport(ctx, state, state->l4 + tags, &rewrite);
	return 0;
}

static __always_inline enum vlan_change form_change(__u32 old, __u32 new)
{
	if (old == new)
		return VLAN_KEEP;
	if (!old)
		return VLAN_PUSH;
	return new ? VLAN_REWRITE : VLAN_POP;
}

/*
 * Gives a frame another form than it came in; of forms with at most one tag. False, and the frame
 * is as it was, when the driver left no room for a tag.
 */
__weak __noinline int xdp_rewrite(struct xdp_md *ctx, __u32 place)
{
	const struct flow_state *state = flow_state_get();
	__u32 tag;

	if (!state)
		return false;
	tag = flow_tag(&state->form[BOUNDED(place, FLOW_FORMS_MAX)]);
	if (!xdp_change_tag(ctx, form_change(flow_tag(&state->form[0]), tag), tag))
		return false;
	xdp_rewrite_headers(ctx, place, tag ? TAG_LEN : 0);
	return true;
}

#endif
