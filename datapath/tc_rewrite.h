/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Rewriting socket buffers. The kernel's functions know what is to be done to a checksum that is
 * yet to be completed, or to one that the device has worked out over the whole frame.
 */
#ifndef XVS_TC_REWRITE_H
#define XVS_TC_REWRITE_H

#include "datapath/compiler.h"
#include "datapath/rewrite.h"
#include "datapath/tc_send.h"

/* The functions of this kind return 0, or another value for an error: the frame is then half
 * rewritten, and must not leave. */
static __always_inline long tc_write_macs(struct __sk_buff *skb, const struct flow_form *to)
{
	struct mac_pair macs;

	mac_write(macs.octet, to->key.word[3]);
	mac_write(macs.octet + ETH_ALEN, to->key.word[4]);
	return bpf_skb_store_bytes(skb, 0, &macs, sizeof(macs), 0);
}

static __always_inline long tc_write_ipv4(struct __sk_buff *skb, __u32 at,
					  const struct rewrite *rewrite, const struct flow_form *to)
{
	__u8 tos = to->key.word[2] >> 8, ttl = to->key.word[2];
	__u64 addresses = __builtin_bswap64(to->key.word[1]);
	long error;

	error = bpf_l3_csum_replace(skb, at + IPV4_CHECKSUM, 0, diff_fold32(rewrite->header), 0);
	error |= bpf_skb_store_bytes(skb, at + 1, &tos, sizeof(tos), 0);
	error |= bpf_skb_store_bytes(skb, at + IPV4_TTL, &ttl, sizeof(ttl), 0);
	return error | bpf_skb_store_bytes(skb, at + IPV4_SRC, &addresses, sizeof(addresses), 0);
}

/* No checksum of its own makes up for what changes here. */
static __always_inline long tc_write_ipv6(struct __sk_buff *skb, __u32 at,
					  const struct flow_form *to)
{
	__u8 first[2], tos = to->key.word[2] >> 8, ttl = to->key.word[2];
	__u64 addresses[4];
	long error = bpf_skb_load_bytes(skb, at, first, sizeof(first));

	if (error)
		return error;
	first[0] = (first[0] & 0xf0) | tos >> 4;
	first[1] = (first[1] & 0x0f) | tos << 4;
#pragma unroll
	for (int i = 0; i < 4; i++)
		addresses[i] = __builtin_bswap64(to->key.word[8 + i]);
	error = bpf_skb_store_bytes(skb, at, first, sizeof(first), BPF_F_RECOMPUTE_CSUM);
	error |= bpf_skb_store_bytes(skb, at + IPV6_TTL, &ttl, sizeof(ttl), BPF_F_RECOMPUTE_CSUM);
	return error | bpf_skb_store_bytes(skb, at + IPV6_SRC, addresses, sizeof(addresses),
					   BPF_F_RECOMPUTE_CSUM);
}

static __always_inline long tc_write_arp(struct __sk_buff *skb, __u32 at,
					 const struct rewrite *rewrite, const struct flow_form *to)
{
	__u16 operation = bpf_htons(rewrite->operation);
	struct arp_addresses addresses;
	long error = 0;

	if (rewrite->arp_operation)
		error = bpf_skb_store_bytes(skb, at + ARP_OPERATION, &operation, sizeof(operation),
					    BPF_F_RECOMPUTE_CSUM);
	arp_write(&addresses, to);
	return error | bpf_skb_store_bytes(skb, at + ARP_ADDRESSES, &addresses, sizeof(addresses),
					   BPF_F_RECOMPUTE_CSUM);
}

static __always_inline long tc_write_transport(struct __sk_buff *skb,
					       const struct flow_state *state, __u32 at,
					       const struct rewrite *rewrite)
{
	__u32 checksum = transport_checksum(state->l4_protocol);
	__u64 flags = state->l4_protocol == IPPROTO_UDP ? BPF_F_MARK_MANGLED_0 : 0;
	__u32 ports = bpf_htonl(rewrite->new_ports);
	long error = 0;

	if (checksum && rewrite->pseudo)
		error = bpf_l4_csum_replace(skb, at + checksum, 0, diff_fold32(rewrite->pseudo),
					    flags | BPF_F_PSEUDO_HDR);
	if (rewrite->old_ports == rewrite->new_ports)
		return error;
	if (checksum)
		error |= bpf_l4_csum_replace(skb, at + checksum, 0, diff_fold32(rewrite->port),
					     flags);
	return error | bpf_skb_store_bytes(skb, at, &ports, sizeof(ports), 0);
}

/* The headers behind tags of so many octets. */
static __always_inline long tc_rewrite_headers(struct __sk_buff *skb,
					       const struct flow_state *state,
					       const struct flow_form *from,
					       const struct flow_form *to, __u32 tags)
{
	struct rewrite rewrite;
	long error = 0;

	rewrite_plan(&rewrite, state, from, to);
	if (rewrite.macs)
		error |= tc_write_macs(skb, to);
	if (rewrite.network && rewrite.type == ETH_P_IP)
		error |= tc_write_ipv4(skb, state->l3 + tags, &rewrite, to);
	if (rewrite.network && rewrite.type == ETH_P_IPV6)
		error |= tc_write_ipv6(skb, state->l3 + tags, to);
	if (rewrite.arp || rewrite.arp_operation)
		error |= tc_write_arp(skb, state->l3 + tags, &rewrite, to);
	if (state->l4)
		error |= tc_write_transport(skb, state, state->l4 + tags, &rewrite);
	return error;
}

static __always_inline __u32 form_depth(const struct flow_form *form)
{
	return form->n_below + (flow_tag(form) ? 1 : 0);
}

/* The tag at a place, the lowest being at 0; places from form_depth() on have none. */
static __always_inline __u32 form_tag(const struct flow_form *form, __u32 place)
{
	if (place < form->n_below)
		return form->below[BOUNDED(place, FLOW_TAGS_BELOW)];
	return place == form->n_below ? flow_tag(form) : 0;
}

/* How many tags, from the lowest one on, two forms have in common. */
static __always_inline __u32 form_common(const struct flow_form *a, const struct flow_form *b)
{
	__u32 place;

	for (place = 0; place < FLOW_TAGS_BELOW + 1; place++)
		if (!form_tag(a, place) || form_tag(a, place) != form_tag(b, place))
			break;
	return place;
}

static __always_inline bool tc_change_tags(struct __sk_buff *skb, const struct flow_form *from,
					   const struct flow_form *to)
{
	__u32 common = form_common(from, to), place;

	for (place = FLOW_TAGS_BELOW + 1; place > 0; place--)
		if (place > common && place <= form_depth(from) && bpf_skb_vlan_pop(skb))
			return false;
	for (place = 0; place < FLOW_TAGS_BELOW + 1; place++) {
		__u32 tag = form_tag(to, place);

		if (place >= common && tag &&
		    bpf_skb_vlan_push(skb, bpf_htons(tag >> TAG_TPID_SHIFT), (__u16)tag))
			return false;
	}
	return true;
}

/* Gives a frame that has one form another one, both by their places. False: it has neither. */
__weak __noinline int tc_rewrite(struct __sk_buff *skb, __u32 from, __u32 to)
{
	const struct flow_state *state = flow_state_get();
	const struct flow_form *old, *new;
	__u32 depth;

	if (!state)
		return false;
	old = &state->form[BOUNDED(from, FLOW_FORMS_MAX)];
	new = &state->form[BOUNDED(to, FLOW_FORMS_MAX)];
	depth = form_depth(old);
	if (depth && skb->vlan_present)
		depth--;
	return !tc_rewrite_headers(skb, state, old, new, depth * TAG_LEN) &&
	       tc_change_tags(skb, old, new);
}

#endif
