// SPDX-License-Identifier: BSD-2-Clause
#include "tests/datapath/flow_reference.h"

#include <string.h>

/* What is left of the frame from an offset on; each header may make it less. */
struct rest {
	const uint8_t *octets; /* the frame's */
	uint32_t at, len;
};

static uint64_t number(const uint8_t *octets, uint32_t at, int count)
{
	uint64_t value = 0;

	for (int i = 0; i < count; i++)
		value = value << 8 | octets[at + i];
	return value;
}

static uint64_t field(const struct rest *rest, uint32_t offset, int count)
{
	return number(rest->octets, rest->at + offset, count);
}

static void skip(struct rest *rest, uint32_t count)
{
	rest->at += count;
	rest->len -= count;
}

static void put(struct xvs_flow_key *key, int word, int shift, uint64_t value)
{
	key->word[word] |= value << shift;
}

/* Ports or ICMP's type and code, if the frame has a header of that length. */
static void parse_l4(struct reference_headers *headers, const struct rest *rest, uint8_t protocol,
		     bool fragment)
{
	struct xvs_flow_key *key = &headers->key;
	const uint32_t lengths[256] = {[1] = 8, [6] = 20, [17] = 8, [58] = 8, [132] = 12};
	bool ipv6 = (key->word[0] >> 16 & 0xffff) == 0x86dd;
	bool icmp = protocol == (ipv6 ? 58 : 1);

	if (!lengths[protocol] || rest->len < lengths[protocol])
		return;
	if ((protocol == 1 || protocol == 58) && !icmp)
		return;
	headers->l4 = rest->at;
	if (fragment)
		return;
	put(key, 2, 48, field(rest, 0, icmp ? 1 : 2));
	put(key, 2, 32, icmp ? field(rest, 1, 1) : field(rest, 2, 2));
	if (protocol == 6)
		put(key, 2, 16, field(rest, 12, 2) & 0x0fff);
	if (protocol != 58 || rest->len < 24)
		return;
	if (field(rest, 0, 2) == 135 << 8 || field(rest, 0, 2) == 136 << 8) {
		put(key, 12, 0, field(rest, 8, 8));
		put(key, 13, 0, field(rest, 16, 8));
	}
}

/* `segments`: each will have a length of its own, whatever it says now. */
static void parse_ipv4(struct reference_headers *headers, struct rest rest, bool segments)
{
	struct xvs_flow_key *key = &headers->key;
	uint32_t header, total, offset;
	uint8_t protocol;
	bool more;

	if (rest.len < 20)
		return;
	header = (field(&rest, 0, 1) & 0x0f) * 4;
	total = segments ? rest.len : field(&rest, 2, 2);
	if (field(&rest, 0, 1) >> 4 != 4 || header < 20 || total < header || total > rest.len)
		return;
	headers->l3 = rest.at;
	more = field(&rest, 6, 2) & 0x2000;
	offset = field(&rest, 6, 2) & 0x1fff;
	protocol = field(&rest, 9, 1);
	put(key, 0, 0,
	    (more || offset ? XVS_FLOW_FRAG_ANY : 0) | (offset ? XVS_FLOW_FRAG_LATER : 0));
	put(key, 0, 8, protocol);
	put(key, 1, 32, field(&rest, 12, 4));
	put(key, 1, 0, field(&rest, 16, 4));
	put(key, 2, 8, field(&rest, 1, 1));
	put(key, 2, 0, field(&rest, 8, 1));
	rest.len = total;
	skip(&rest, header);
	if (!offset)
		parse_l4(headers, &rest, protocol, more);
}

enum extension {
	NONE = -1, /* the protocol is none */
	CUT = 0,
};

/* Length of an extension header, all of which is there; or why not. */
static int extension(const struct rest *rest, uint8_t protocol)
{
	uint32_t len;

	if (protocol != 0 && protocol != 43 && protocol != 44 && protocol != 51 && protocol != 60)
		return NONE;
	if (rest->len < 8)
		return CUT;
	len = field(rest, 1, 1);
	if (protocol == 44)
		len = 8;
	else if (protocol == 51)
		len = (len + 2) * 4;
	else
		len = (len + 1) * 8;
	return len <= rest->len ? (int)len : CUT;
}

#define EXTENSIONS_MAX 8
#define REACH          242 /* behind the type: where a header may begin */

/*
 * Goes through the extension headers to the protocol, or to the header of a later fragment, behind
 * which there is none. False: they are cut off, or too many or too long, and then headers->drop
 * says so.
 */
static bool parse_extensions(struct reference_headers *headers, struct rest *rest,
			     uint8_t *protocol, uint8_t *fragment)
{
	for (int count = 0; extension(rest, *protocol) != NONE; count++) {
		int len = extension(rest, *protocol);

		if (count == EXTENSIONS_MAX || rest->at > headers->type + 2 + REACH)
			headers->drop = XVS_DROP_HEADERS;
		if (len == CUT || headers->drop)
			return false;
		if (*protocol == 44 && field(rest, 2, 2))
			*fragment |= XVS_FLOW_FRAG_ANY;
		if (*protocol == 44 && field(rest, 2, 2) >> 3) {
			*fragment |= XVS_FLOW_FRAG_LATER;
			return true;
		}
		if (*protocol == 43 && field(rest, 3, 1))
			headers->routed = true;
		*protocol = field(rest, 0, 1);
		skip(rest, len);
	}
	if (rest->at > headers->type + 2 + REACH)
		headers->drop = XVS_DROP_HEADERS;
	return !headers->drop;
}

static void parse_ipv6(struct reference_headers *headers, struct rest rest, bool segments)
{
	uint8_t protocol, fragment = 0;
	struct xvs_flow_key *key = &headers->key;
	uint32_t payload;

	if (rest.len < 40)
		return;
	payload = segments ? rest.len - 40 : field(&rest, 4, 2);
	if (payload > rest.len - 40)
		return;
	headers->l3 = rest.at;
	for (int i = 0; i < 4; i++)
		put(key, 8 + i, 0, field(&rest, 8 + 8 * i, 8));
	put(key, 2, 8, field(&rest, 0, 2) >> 4 & 0xff);
	put(key, 2, 0, field(&rest, 7, 1));
	protocol = field(&rest, 6, 1);
	skip(&rest, 40);
	rest.len = payload;
	if (!parse_extensions(headers, &rest, &protocol, &fragment))
		return;
	put(key, 0, 0, fragment);
	put(key, 0, 8, protocol);
	if (!(fragment & XVS_FLOW_FRAG_LATER))
		parse_l4(headers, &rest, protocol, fragment);
}

static void parse_arp(struct reference_headers *headers, struct rest rest)
{
	uint16_t operation;

	if (rest.len < 28 || field(&rest, 0, 6) != 0x000108000604)
		return;
	headers->l3 = rest.at;
	operation = field(&rest, 6, 2);
	if (operation <= 0xff)
		put(&headers->key, 0, 8, operation);
	put(&headers->key, 12, 0, field(&rest, 8, 6));
	put(&headers->key, 1, 32, field(&rest, 14, 4));
	put(&headers->key, 13, 0, field(&rest, 18, 6));
	put(&headers->key, 1, 0, field(&rest, 24, 4));
}

static uint16_t snap_type(const struct rest *rest)
{
	if (rest->len < 8 || field(rest, 0, 6) != 0xaaaa03000000 || field(rest, 6, 2) < 0x600)
		return XVS_FLOW_NOT_ETH_TYPE;
	return field(rest, 6, 2);
}

static bool is_tpid(uint16_t type)
{
	return type == 0x8100 || type == 0x88a8;
}

void reference_parse(struct reference_headers *headers, const struct reference_frame *frame,
		     uint16_t in_port, bool l3)
{
	struct rest rest = {frame->octets, 0, frame->len};
	uint16_t type;

	memset(headers, 0, sizeof(*headers));
	if (frame->len < 14 || (is_tpid(field(&rest, 12, 2)) && frame->len < 18)) {
		headers->drop = XVS_DROP_RUNT;
		return;
	}
	put(&headers->key, 0, 48, in_port);
	put(&headers->key, 3, 0, field(&rest, 0, 6));
	put(&headers->key, 4, 0, field(&rest, 6, 6));
	skip(&rest, 12);
	if (is_tpid(field(&rest, 0, 2))) {
		put(&headers->key, 0, 32, (field(&rest, 2, 2) & 0xefff) | XVS_FLOW_TCI_TAGGED);
		skip(&rest, 4);
	}
	headers->type = rest.at;
	type = field(&rest, 0, 2);
	skip(&rest, 2);
	if (type < 0x600) {
		type = snap_type(&rest);
		if (type != XVS_FLOW_NOT_ETH_TYPE)
			skip(&rest, 8);
	}
	put(&headers->key, 0, 16, type);
	if (l3 && type == 0x0800)
		parse_ipv4(headers, rest, frame->offload.gso_size);
	else if (l3 && type == 0x86dd)
		parse_ipv6(headers, rest, frame->offload.gso_size);
	else if (l3 && (type == 0x0806 || type == 0x8035))
		parse_arp(headers, rest);
}
