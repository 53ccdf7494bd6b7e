// SPDX-License-Identifier: BSD-2-Clause
#include "tests/datapath/flow_reference.h"

#include <string.h>

/* A header as it came, and as it leaves. */
struct header {
	const uint8_t *was; /* NULL: there is none */
	uint8_t *is;
};

struct rewriting {
	const struct reference_headers *headers;
	const struct xvs_flow_key *key;
	struct header l3, l4;
	bool partial; /* the transport checksum is yet to be completed */
};

static uint16_t read16(const uint8_t *octets)
{
	return octets[0] << 8 | octets[1];
}

static void write_number(uint8_t *octets, uint64_t value, int count)
{
	while (count--) {
		octets[count] = value & 0xff;
		value >>= 8;
	}
}

static uint64_t part(const struct xvs_flow_key *key, int word, int shift, int octets)
{
	return key->word[word] >> shift & (octets < 8 ? (1ULL << 8 * octets) - 1 : ~0ULL);
}

/* Writes so many octets of the key, if flows have changed them. */
static void write_field(const struct rewriting *r, uint8_t *octets, int word, int shift, int count)
{
	uint64_t value = part(r->key, word, shift, count);

	if (value != part(&r->headers->key, word, shift, count))
		write_number(octets, value, count);
}

/* Sum of 16-bit words: one's complement arithmetic is arithmetic modulo 65535. */
static uint32_t sum(const uint8_t *octets, uint32_t len)
{
	uint32_t total = 0;

	for (uint32_t i = 0; i < len; i += 2)
		total += read16(octets + i);
	return total % 0xffff;
}

/* The checksum of what now adds up to `is`, as wrong as it was when that was `was`. */
static uint16_t update(uint16_t checksum, uint32_t was, uint32_t is)
{
	return (checksum + 0xffff + was - is) % 0xffff;
}

static void write_ipv4_checksum(const struct rewriting *r)
{
	uint32_t len = (r->l3.was[0] & 0x0f) * 4;

	/* The checksum itself is not changed yet, and so does not count. */
	if (memcmp(r->l3.was, r->l3.is, len))
		write_number(
			r->l3.is + 10,
			update(read16(r->l3.was + 10), sum(r->l3.was, len), sum(r->l3.is, len)), 2);
}

/* What a transport header's checksum covers of what flows may change. The addresses: so many octets
 * from an offset on. */
static uint32_t covered(const uint8_t *l3, const uint8_t *l4, uint32_t addresses, uint32_t len)
{
	return sum(l3 + addresses, len) + sum(l4, 4);
}

/* As it will be completed, only the pseudo header is in it, and not inverted. */
static void write_partial(const struct rewriting *r, uint32_t at, uint32_t addresses, uint32_t len)
{
	uint32_t was = sum(r->l3.was + addresses, len), is = sum(r->l3.is + addresses, len);
	uint32_t total = (read16(r->l4.was + at) + 0xffff + is - was) % 0xffff;

	if (memcmp(r->l3.was + addresses, r->l3.is + addresses, len))
		write_number(r->l4.is + at, total ? total : 0xffff, 2);
}

static void write_l4_checksum(const struct rewriting *r, uint32_t at, uint32_t addresses,
			      uint32_t len)
{
	bool udp = part(&r->headers->key, 0, 8, 1) == 17;
	uint32_t was = covered(r->l3.was, r->l4.was, addresses, len);
	uint32_t is = covered(r->l3.is, r->l4.is, addresses, len);
	uint16_t checksum = read16(r->l4.was + at);

	if (r->partial) {
		write_partial(r, at, addresses, len);
		return;
	}
	/* 0 says of UDP that there is none; a checksum that comes out as 0 is written as 65535. */
	if (udp && !checksum)
		return;
	if (!memcmp(r->l3.was + addresses, r->l3.is + addresses, len) &&
	    !memcmp(r->l4.was, r->l4.is, 4))
		return;
	checksum = update(checksum, was % 0xffff, is % 0xffff);
	write_number(r->l4.is + at, udp && !checksum ? 0xffff : checksum, 2);
}

static void write_l4(const struct rewriting *r, bool ipv6)
{
	uint8_t protocol = part(&r->headers->key, 0, 8, 1);
	uint32_t addresses = ipv6 ? 8 : 12, len = ipv6 ? 32 : 8;

	if (!r->l4.was)
		return;
	/* The destination that the checksum covers is not this one, but the route's last. */
	if (r->headers->routed)
		len = 16;
	if (protocol == 6 || protocol == 17) {
		write_field(r, r->l4.is, 2, 48, 2);
		write_field(r, r->l4.is + 2, 2, 32, 2);
		write_l4_checksum(r, protocol == 6 ? 16 : 6, addresses, len);
	} else if (protocol == 58 && ipv6) {
		write_l4_checksum(r, 2, addresses, len);
	}
}

static void rewrite_ipv4(const struct rewriting *r)
{
	write_field(r, r->l3.is + 1, 2, 8, 1);
	write_field(r, r->l3.is + 8, 2, 0, 1);
	write_field(r, r->l3.is + 12, 1, 32, 4);
	write_field(r, r->l3.is + 16, 1, 0, 4);
	write_ipv4_checksum(r);
	write_l4(r, false);
}

static void rewrite_ipv6(const struct rewriting *r)
{
	uint8_t traffic_class = part(r->key, 2, 8, 1);

	if (traffic_class != part(&r->headers->key, 2, 8, 1)) {
		r->l3.is[0] = (r->l3.is[0] & 0xf0) | traffic_class >> 4;
		r->l3.is[1] = (r->l3.is[1] & 0x0f) | (traffic_class << 4 & 0xf0);
	}
	write_field(r, r->l3.is + 7, 2, 0, 1);
	for (int i = 0; i < 4; i++)
		write_field(r, r->l3.is + 8 + 8 * i, 8 + i, 0, 8);
	write_l4(r, true);
}

static void rewrite_arp(const struct rewriting *r)
{
	write_field(r, r->l3.is + 7, 0, 8, 1);
	if (part(&r->headers->key, 0, 8, 1) != part(r->key, 0, 8, 1))
		r->l3.is[6] = 0;
	write_field(r, r->l3.is + 8, 12, 0, 6);
	write_field(r, r->l3.is + 14, 1, 32, 4);
	write_field(r, r->l3.is + 18, 13, 0, 6);
	write_field(r, r->l3.is + 24, 1, 0, 4);
}

static void write_ethernet(struct reference_frame *out, const struct reference_frame *frame,
			   const struct reference_tags *tags, const struct xvs_flow_key *key)
{
	uint32_t at = 12;

	write_number(out->octets, key->word[3], 6);
	write_number(out->octets + 6, key->word[4], 6);
	for (size_t i = 0; i < tags->count; i++, at += 4) {
		write_number(out->octets + at, tags->tag[i].tpid, 2);
		write_number(out->octets + at + 2, tags->tag[i].tci, 2);
	}
	memcpy(out->octets + at, frame->octets + tags->type, frame->len - tags->type);
	out->len = at + frame->len - tags->type;
}

void reference_rewrite(struct reference_frame *out, const struct reference_frame *frame,
		       const struct reference_headers *headers, const struct reference_tags *tags,
		       const struct xvs_flow_key *key)
{
	struct rewriting r = {.headers = headers, .key = key, .partial = frame->offload.csum_start};
	uint32_t type = 12 + 4 * tags->count; /* where it is now */

	write_ethernet(out, frame, tags, key);
	out->offload = frame->offload;
	if (r.partial)
		out->offload.csum_start += type - tags->type;
	if (!headers->l3)
		return;
	r.l3 = (struct header){frame->octets + headers->l3,
			       out->octets + type + (headers->l3 - tags->type)};
	if (headers->l4)
		r.l4 = (struct header){frame->octets + headers->l4,
				       out->octets + type + (headers->l4 - tags->type)};
	switch (part(&headers->key, 0, 16, 2)) {
	case 0x0800:
		rewrite_ipv4(&r);
		break;
	case 0x86dd:
		rewrite_ipv6(&r);
		break;
	default:
		rewrite_arp(&r);
	}
}
