/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What has to be done to a frame so that its headers become what actions made of its key: the same
 * for both hooks, which differ in how they write.
 *
 * Checksums are changed by what changes in the octets that they cover (RFC 1624, eqn. 3): a wrong
 * one stays as wrong as it was.
 */
#ifndef XVS_REWRITE_H
#define XVS_REWRITE_H

#include <linux/in.h>
#include <linux/in6.h>
#include "datapath/compiler.h"
#include "datapath/flow.h"
#include "datapath/flow_action.h"

#define IPV4_CHECKSUM 10 /* offsets in their headers */
#define IPV4_TTL      8
#define IPV4_SRC      12
#define IPV6_SRC      8
#define IPV6_TTL      7
#define ARP_OPERATION 6
#define ARP_ADDRESSES 8

/* Sum of one's complements, not folded; the values are of the frame, in network byte order. */
typedef __u64 checksum_diff;

static __always_inline checksum_diff diff16(__u16 old, __u16 new)
{
	return (__u64)(__u16)~bpf_htons(old) + bpf_htons(new);
}

static __always_inline checksum_diff diff32(__u32 old, __u32 new)
{
	return (__u64)(__u32)~bpf_htonl(old) + bpf_htonl(new);
}

static __always_inline checksum_diff diff64(__u64 old, __u64 new)
{
	return diff32(old >> 32, new >> 32) + diff32(old, new);
}

static __always_inline __u32 diff_fold32(checksum_diff diff)
{
	diff = (diff & 0xffffffff) + (diff >> 32);
	return (diff & 0xffffffff) + (diff >> 32);
}

static __always_inline __u16 diff_apply(__u16 checksum, checksum_diff diff)
{
	__u64 sum = (__u16)~checksum + (__u64)diff_fold32(diff);

	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* Where the checksum is that covers addresses and ports, in a header of the protocol; 0: there is
 * none. */
static __always_inline __u32 transport_checksum(__u32 protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return 16;
	case IPPROTO_UDP:
		return 6;
	case IPPROTO_ICMPV6:
		return 2;
	default:
		return 0;
	}
}

/* What differs between two forms of a frame. */
struct rewrite {
	bool macs, network, arp, arp_operation;
	__u16 operation; /* ARP's, then */
	__u32 type;
	__u32 old_ports, new_ports;
	checksum_diff header; /* of the IPv4 header */
	checksum_diff pseudo; /* of addresses, which TCP, UDP and ICMPv6 cover */
	checksum_diff port;
};

/* The ports in a form. Fragments have none in the key, so that only what actions have made of them
 * counts. */
static __always_inline __u32 rewrite_ports(const struct flow_state *state, const __u64 *word)
{
	__u32 came = state->form[0].key.word[2] >> 32, now = word[2] >> 32, changed = came ^ now;
	__u32 mask = (changed >> 16 ? 0xffff0000 : 0) | (changed & 0xffff ? 0xffff : 0);

	return (state->ports_came & ~mask) | (now & mask);
}

/* What does not change at all adds nothing, not even a negative zero. */
static __always_inline void rewrite_plan_ip(struct rewrite *rewrite, const struct flow_state *state,
					    const __u64 *old, const __u64 *new)
{
	bool addresses;

	if (rewrite->type == ETH_P_IPV6) {
		addresses = old[8] != new[8] || old[9] != new[9] || old[10] != new[10] ||
			    old[11] != new[11];
		if (addresses)
			rewrite->pseudo = diff64(old[8], new[8]) + diff64(old[9], new[9]);
		/* Checksums cover the last destination (RFC 8200 8.1). */
		if (addresses && !state->routed)
			rewrite->pseudo += diff64(old[10], new[10]) + diff64(old[11], new[11]);
	} else {
		addresses = old[1] != new[1];
		if (addresses)
			rewrite->pseudo = diff64(old[1], new[1]);
		rewrite->header = rewrite->pseudo + diff16(old[2] >> 8 & 0xff, new[2] >> 8 & 0xff) +
				  diff16((old[2] & 0xff) << 8, (new[2] & 0xff) << 8);
	}
	rewrite->network = addresses || (old[2] ^ new[2]) & 0xffff;
	rewrite->old_ports = rewrite_ports(state, old);
	rewrite->new_ports = rewrite_ports(state, new);
	if (rewrite->old_ports != rewrite->new_ports)
		rewrite->port = diff32(rewrite->old_ports, rewrite->new_ports);
}

static __always_inline void rewrite_plan(struct rewrite *rewrite, const struct flow_state *state,
					 const struct flow_form *from, const struct flow_form *to)
{
	const __u64 *old = from->key.word, *new = to->key.word;

	*rewrite = (struct rewrite){.type = new[0] >> 16 & 0xffff};
	rewrite->macs = old[3] != new[3] || old[4] != new[4];
	if (!state->l3)
		return;
	if (rewrite->type == ETH_P_IP || rewrite->type == ETH_P_IPV6)
		rewrite_plan_ip(rewrite, state, old, new);
	else {
		rewrite->arp = old[1] != new[1] || old[12] != new[12] || old[13] != new[13];
		rewrite->arp_operation = (old[0] ^ new[0]) & 0xff00;
		rewrite->operation = (state->form[0].key.word[0] ^ new[0]) & 0xff00
					     ? new[0] >> 8 & 0xff
					     : state->operation_came;
	}
}

/* Both addresses, as they stand in front of a frame. */
struct mac_pair {
	__u8 octet[2 * ETH_ALEN];
};

static __always_inline void mac_write(__u8 *octets, __u64 mac)
{
#pragma unroll
	for (int i = 0; i < ETH_ALEN; i++)
		octets[i] = mac >> (8 * (ETH_ALEN - 1 - i));
}

/* ARP's addresses, of Ethernet and IPv4: sender's and target's. */
struct arp_addresses {
	__u8 octet[20];
};

static __always_inline void be32_write(__u8 *octets, __u32 value)
{
#pragma unroll
	for (int i = 0; i < 4; i++)
		octets[i] = value >> (24 - 8 * i);
}

static __always_inline void arp_write(struct arp_addresses *arp, const struct flow_form *to)
{
	mac_write(arp->octet, to->key.word[12]);
	be32_write(arp->octet + 6, to->key.word[1] >> 32);
	mac_write(arp->octet + 10, to->key.word[13]);
	be32_write(arp->octet + 16, to->key.word[1]);
}

#endif
