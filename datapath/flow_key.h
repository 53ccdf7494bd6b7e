/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * From a frame to the key that flows are matched by (flow_types.h has its words).
 *
 * Fields mean what they mean to Open vSwitch, whose users write the flows: a header that is cut
 * off, or whose length is wrong, gives no fields, and fragments have no ports (ovs-fields(7)). Two
 * things are stricter. Padding behind a datagram, however long, hides no header from a flow. And a
 * frame whose IPv6 extension headers are too many or too long to be looked through is dropped: it
 * could be one that a flow was meant to stop.
 */
#ifndef XVS_FLOW_KEY_H
#define XVS_FLOW_KEY_H

#include <linux/in.h>
#include <linux/in6.h>
#include "datapath/compiler.h"
#include "datapath/flow.h"
#include "datapath/frame.h"

/* Headers are looked for in so many octets; TC has them in one piece. */
#define FLOW_HEADERS_MAX    384
#define FLOW_TRANSPORT_MAX  256 /* where a transport header begins at the latest, but for a tag */
#define FLOW_EXTENSIONS_MAX 8

#define ETH_HEADER_TYPE     (ETH_HLEN - 2) /* where the type is in a frame without tags */

/* Where a frame is read: what is left of it from `at` on. */
struct flow_reader {
	const void *data, *end;
	__u32 at;   /* octets from data */
	__u32 rest; /* octets that belong to what is read; what is behind them is padding */
	__u32 tags; /* octets of the outermost tag, if it is in the frame */
	bool gso;   /* segments yet to be cut: each gets a length then, and what it says now counts
		       for nothing */
};

/* So many octets from where the reader is; NULL: there are fewer. */
static __always_inline const __u8 *flow_octets(const struct flow_reader *reader, __u32 n)
{
	__u32 at = reader->at;
	const __u8 *octets;

	FORGET(at);
	if (at > FLOW_TRANSPORT_MAX + TAG_LEN || reader->rest < n)
		return NULL;
	octets = reader->data + at;
	return (const void *)octets + n <= reader->end ? octets : NULL;
}

/* A tag does not count: in TC it is in the frame or not. */
static __always_inline bool flow_out_of_reach(const struct flow_reader *reader)
{
	return reader->at - reader->tags > FLOW_TRANSPORT_MAX;
}

static __always_inline void flow_skip(struct flow_reader *reader, __u32 n)
{
	reader->at += n;
	reader->rest -= n;
}

static __always_inline __u64 be16_at(const __u8 *octets)
{
	return bpf_ntohs(*(const __u16 *)octets);
}

static __always_inline __u64 be32_at(const __u8 *octets)
{
	return bpf_ntohl(*(const __u32 *)octets);
}

static __always_inline __u64 be64_at(const __u8 *octets)
{
	return __builtin_bswap64(*(const __u64 *)octets);
}

static __always_inline __u64 be48_at(const __u8 *octets)
{
	return be16_at(octets) << 32 | be32_at(octets + 2);
}

/* The header of a protocol whose fields flows know; NULL: it is none, or cut off. */
static __always_inline const __u8 *flow_transport(const struct flow_reader *reader, __u32 protocol,
						  bool ipv6)
{
	if (protocol == IPPROTO_TCP)
		return flow_octets(reader, 20);
	if (protocol == IPPROTO_SCTP)
		return flow_octets(reader, 12);
	if (protocol == IPPROTO_UDP || protocol == (ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP))
		return flow_octets(reader, 8);
	return NULL;
}

/* Neighbour solicitation and advertisement, RFC 4861 4.3 and 4.4. */
static __always_inline void flow_parse_nd(struct flow_state *state,
					  const struct flow_reader *reader, const __u8 *icmp)
{
	const __u8 *nd;

	if ((icmp[0] != 135 && icmp[0] != 136) || icmp[1])
		return;
	nd = flow_octets(reader, 24);
	if (!nd)
		return;
	state->now.key.word[12] = be64_at(nd + 8);
	state->now.key.word[13] = be64_at(nd + 16);
}

static __always_inline void flow_parse_transport(struct flow_state *state,
						 const struct flow_reader *reader, __u32 protocol,
						 bool fragment, bool ipv6)
{
	const __u8 *header = flow_transport(reader, protocol, ipv6), *tcp;
	struct xvs_flow_key *key = &state->now.key;

	if (!header)
		return;
	state->l4 = reader->at - reader->tags;
	state->l4_protocol = protocol;
	state->ports_came = be32_at(header);
	if (fragment)
		return;
	if (protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6) {
		key->word[2] |= (__u64)header[0] << 48 | (__u64)header[1] << 32;
		if (ipv6)
			flow_parse_nd(state, reader, header);
		return;
	}
	key->word[2] |= be16_at(header) << 48 | be16_at(header + 2) << 32;
	tcp = protocol == IPPROTO_TCP ? flow_octets(reader, 20) : NULL;
	if (tcp)
		key->word[2] |= (be16_at(tcp + 12) & 0x0fff) << 16;
}

static __always_inline void flow_set_network(struct flow_state *state, __u32 protocol, __u32 frag,
					     __u32 tos, __u32 ttl)
{
	state->now.key.word[0] |= (__u64)protocol << 8 | frag;
	state->now.key.word[2] |= (__u64)tos << 8 | ttl;
}

/* RFC 791 3.1. */
static __always_inline void flow_parse_ipv4(struct flow_state *state, struct flow_reader reader)
{
	const __u8 *ip = flow_octets(&reader, 20);
	__u32 header, total, place, frag;

	if (!ip)
		return;
	header = (ip[0] & 15) * 4;
	total = be16_at(ip + 2);
	if (reader.gso)
		total = reader.rest;
	if (ip[0] >> 4 != 4 || header < 20 || total < header || total > reader.rest)
		return;
	place = be16_at(ip + 6) & 0x3fff; /* more fragments, offset */
	frag = (place ? XVS_FLOW_FRAG_ANY : 0) | (place & 0x1fff ? XVS_FLOW_FRAG_LATER : 0);
	state->l3 = reader.at - reader.tags;
	state->now.key.word[1] = be64_at(ip + 12);
	flow_set_network(state, ip[9], frag, ip[1], ip[8]);
	if (frag & XVS_FLOW_FRAG_LATER)
		return;
	reader.rest = total;
	flow_skip(&reader, header);
	flow_parse_transport(state, &reader, ip[9], frag, false);
}

static __always_inline bool flow_is_extension(__u32 protocol)
{
	return protocol == IPPROTO_HOPOPTS || protocol == IPPROTO_ROUTING ||
	       protocol == IPPROTO_DSTOPTS || protocol == IPPROTO_AH ||
	       protocol == IPPROTO_FRAGMENT;
}

/* Octets of an extension header; RFC 8200 4, RFC 4302 2.2 for the authentication header. */
static __always_inline __u32 flow_extension_len(__u32 protocol, __u32 length)
{
	if (protocol == IPPROTO_FRAGMENT)
		return 8;
	return protocol == IPPROTO_AH ? (length + 2) * 4 : (length + 1) * 8;
}

enum flow_extensions {
	FLOW_EXTENSIONS_DONE,
	FLOW_EXTENSIONS_CUT,  /* one of them ends behind the datagram */
	FLOW_EXTENSIONS_MANY, /* or is out of reach */
};

/*
 * Goes on behind the extension headers. As with Open vSwitch, what stands behind a fragment header
 * other than the first is not known, and the protocol is that header's own.
 */
static __always_inline enum flow_extensions
flow_parse_extensions(struct flow_reader *reader, __u32 *protocol, __u32 *frag, __u8 *routed)
{
	for (int i = 0; i < FLOW_EXTENSIONS_MAX; i++) {
		const __u8 *header;
		__u32 len, place;

		if (!flow_is_extension(*protocol))
			return FLOW_EXTENSIONS_DONE;
		if (flow_out_of_reach(reader))
			return FLOW_EXTENSIONS_MANY;
		header = flow_octets(reader, 8);
		len = header ? flow_extension_len(*protocol, header[1]) : 0;
		if (!header || len > reader->rest)
			return FLOW_EXTENSIONS_CUT;
		place = *protocol == IPPROTO_FRAGMENT ? be16_at(header + 2) : 0;
		if (place)
			*frag = XVS_FLOW_FRAG_ANY;
		if (place & 0xfff8) {
			*frag |= XVS_FLOW_FRAG_LATER;
			return FLOW_EXTENSIONS_DONE;
		}
		if (*protocol == IPPROTO_ROUTING && header[3])
			*routed = true;
		*protocol = header[0];
		flow_skip(reader, len);
	}
	return flow_is_extension(*protocol) ? FLOW_EXTENSIONS_MANY : FLOW_EXTENSIONS_DONE;
}

/* RFC 8200 3. */
static __always_inline void flow_parse_ipv6(struct flow_state *state, struct flow_reader reader)
{
	struct xvs_flow_key *key = &state->now.key;
	const __u8 *ip = flow_octets(&reader, 40);
	__u32 payload, protocol, frag = 0;
	enum flow_extensions extensions;

	if (!ip)
		return;
	payload = be16_at(ip + 4);
	if (reader.gso)
		payload = reader.rest - 40;
	if (payload > reader.rest - 40)
		return;
	state->l3 = reader.at - reader.tags;
	state->dirty = 1;
	key->word[8] = be64_at(ip + 8);
	key->word[9] = be64_at(ip + 16);
	key->word[10] = be64_at(ip + 24);
	key->word[11] = be64_at(ip + 32);
	protocol = ip[6];
	flow_set_network(state, 0, 0, be16_at(ip) >> 4 & 0xff, ip[7]);
	reader.rest = payload + 40;
	flow_skip(&reader, 40);
	extensions = flow_parse_extensions(&reader, &protocol, &frag, &state->routed);
	if (extensions == FLOW_EXTENSIONS_MANY || flow_out_of_reach(&reader))
		state->reason = XVS_DROP_HEADERS;
	if (extensions != FLOW_EXTENSIONS_DONE)
		return;
	flow_set_network(state, protocol, frag, 0, 0);
	if (!(frag & XVS_FLOW_FRAG_LATER))
		flow_parse_transport(state, &reader, protocol, frag, true);
}

/* RFC 826, for Ethernet and IPv4 addresses. */
static __always_inline void flow_parse_arp(struct flow_state *state, struct flow_reader reader)
{
	const __u8 *arp = flow_octets(&reader, 28);
	struct xvs_flow_key *key = &state->now.key;
	__u32 op;

	if (!arp || be32_at(arp) != 0x00010800 || be16_at(arp + 4) != 0x0604)
		return;
	op = be16_at(arp + 6);
	state->l3 = reader.at - reader.tags;
	state->operation_came = op;
	state->dirty = 1;
	flow_set_network(state, op <= 0xff ? op : 0, 0, 0, 0);
	key->word[1] = be32_at(arp + 14) << 32 | be32_at(arp + 24);
	key->word[12] = be48_at(arp + 8);
	key->word[13] = be48_at(arp + 18);
}

/* The type of a frame that has a length in its place: of its SNAP header, behind which its payload
 * begins (IEEE 802-2014 9.2, RFC 1042), or none. */
static __always_inline __u32 flow_parse_llc(struct flow_reader *reader)
{
	const __u8 *snap = flow_octets(reader, 8);
	__u32 type;

	if (!snap || be32_at(snap) != 0xaaaa0300 || be16_at(snap + 4))
		return XVS_FLOW_NOT_ETH_TYPE;
	type = be16_at(snap + 6);
	if (type < ETH_P_802_3_MIN)
		return XVS_FLOW_NOT_ETH_TYPE;
	flow_skip(reader, 8);
	return type;
}

static __always_inline void flow_clear(struct flow_state *state)
{
	if (state->dirty)
		for (int i = 5; i < XVS_FLOW_WORDS; i++)
			state->now.key.word[i] = 0;
	state->dirty = 0;
	state->now.n_below = 0;
	state->l3 = state->l4 = state->l4_protocol = state->routed = 0;
	state->reason = XVS_DROP_NONE;
}

/*
 * Fills in state->now and where the headers are. The reader is behind the
 * Ethernet header and the tag of a frame that is no runt. state->reason is set if the
 * frame is to be dropped.
 */
static __always_inline void flow_parse(struct flow_state *state, struct flow_reader reader,
				       __u32 tag, __u32 in_port, __u32 needs)
{
	struct xvs_flow_key *key = &state->now.key;
	__u64 type, tci = tag ? (__u16)tag | XVS_FLOW_TCI_TAGGED : 0;
	const __u8 *header = reader.data;

	flow_clear(state);
	state->now.tpid_dei = tag & (0xffff0000 | XVS_FLOW_TCI_TAGGED);
	if (reader.data + ETH_HLEN > reader.end)
		return;
	/* Of eight octets each: with those behind the first, and those before the second address.
	 */
	key->word[3] = be64_at(header) >> 16;
	key->word[4] = be64_at(header + ETH_ALEN - 2) & MAC_MASK;
	type = be16_at(header + ETH_HEADER_TYPE);
	if (reader.tags && reader.data + ETH_HLEN + TAG_LEN <= reader.end)
		type = be16_at(header + ETH_HEADER_TYPE + TAG_LEN);
	if (type < ETH_P_802_3_MIN)
		type = flow_parse_llc(&reader);
	key->word[0] = (__u64)in_port << 48 | tci << 32 | type << 16;
	key->word[1] = key->word[2] = 0;
	if (!(needs & XVS_FLOW_NEEDS_L3))
		return;
	if (type == ETH_P_IP)
		flow_parse_ipv4(state, reader);
	else if (type == ETH_P_IPV6)
		flow_parse_ipv6(state, reader);
	else if (type == ETH_P_ARP || type == ETH_P_RARP)
		flow_parse_arp(state, reader);
}

/* Behind the Ethernet header of a frame of this length, and its tag if that is in it. */
static __always_inline struct flow_reader flow_reader(const void *data, const void *end, __u32 len,
						      __u32 tag, bool in_frame)
{
	struct flow_reader reader = {.data = data, .end = end};

	if (tag && in_frame)
		reader.tags = TAG_LEN;
	reader.at = ETH_HLEN + reader.tags;
	reader.rest = len - ETH_HLEN - (tag ? TAG_LEN : 0);
	return reader;
}

#endif
