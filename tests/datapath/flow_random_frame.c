// SPDX-License-Identifier: BSD-2-Clause
#include "tests/datapath/flow_random.h"

#include <linux/virtio_net.h>
#include <stdlib.h>
#include <string.h>

static bool chance(int of)
{
	return rand() % of == 0;
}

#define PICK(array) ((array)[rand() % (sizeof(array) / sizeof(*(array)))])

static void put(struct reference_frame *frame, uint64_t value, int octets)
{
	for (int i = octets - 1; i >= 0; i--)
		frame->octets[frame->len++] = value >> 8 * i & 0xff;
}

static void put_at(struct reference_frame *frame, uint32_t at, uint16_t value)
{
	frame->octets[at] = value >> 8;
	frame->octets[at + 1] = value & 0xff;
}

static uint16_t get_at(const struct reference_frame *frame, uint32_t at)
{
	return frame->octets[at] << 8 | frame->octets[at + 1];
}

static void put_random(struct reference_frame *frame, uint32_t octets)
{
	while (octets--)
		put(frame, chance(3) ? 0 : rand() & 0xff, 1);
}

static uint32_t sum(const struct reference_frame *frame, uint32_t at, uint32_t len)
{
	uint32_t total = 0;

	for (uint32_t i = 0; i < len; i++)
		total += i % 2 ? frame->octets[at + i] : frame->octets[at + i] << 8;
	return total;
}

/* RFC 1071 */
static uint16_t checksum(uint32_t total)
{
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return ~total;
}

static void put_address(struct reference_frame *frame)
{
	static const uint64_t addresses[] = {0x020000000001, 0x020000000002, 0x020000000003,
					     0x020000000104, 0x01005e000001, 0x0180c200000e,
					     0xffffffffffff};

	put(frame, PICK(addresses), 6);
}

/* The source is an address that frames may come from, as a rule. */
static void put_addresses(struct reference_frame *frame)
{
	put_address(frame);
	if (chance(50))
		put_address(frame);
	else
		put(frame, 0x020000000001 + rand() % 4, 6);
}

static void put_tag(struct reference_frame *frame)
{
	static const uint16_t tpids[] = {0x8100, 0x8100, 0x88a8};
	static const uint16_t vids[] = {0, 1, 5, 5, 6, 4094, 4095};

	put(frame, PICK(tpids), 2);
	put(frame, (chance(2) ? rand() % 16 << 12 : 0) | PICK(vids), 2);
}

static void put_port(struct reference_frame *frame)
{
	static const uint16_t ports[] = {0, 22, 53, 80, 81, 8080, 0xffff};

	put(frame, PICK(ports), 2);
}

static void put_ipv4_address(struct reference_frame *frame)
{
	static const uint32_t addresses[] = {0x0a000001, 0x0a000002, 0x0a000102,
					     0xc0a80001, 0xe0000001, 0};

	put(frame, PICK(addresses), 4);
}

static void put_ipv6_address(struct reference_frame *frame)
{
	static const uint64_t high[] = {0xfd00000000000000, 0xfd00000000000001, 0xfe80000000000000};
	static const uint64_t low[] = {1, 2, 0x0123456789abcdef};

	put(frame, PICK(high), 8);
	put(frame, PICK(low), 8);
}

/* Where the checksum of a transport header is; 0: there is none of this kind. */
static uint32_t checksum_offset(uint8_t protocol)
{
	switch (protocol) {
	case 1:
	case 58:
		return 2;
	case 6:
		return 16;
	case 17:
		return 6;
	default:
		return 0;
	}
}

static void put_tcp(struct reference_frame *frame)
{
	static const uint16_t flags[] = {0x002, 0x010, 0x012, 0x018, 0x011, 0x004, 0x1c2, 0x000};

	put_port(frame);
	put_port(frame);
	put_random(frame, 8);
	put(frame, (chance(20) ? rand() % 16 << 12 : 0x5000) | PICK(flags), 2);
	put_random(frame, 6);
}

static void put_udp(struct reference_frame *frame)
{
	put_port(frame);
	put_port(frame);
	put_random(frame, 4);
}

static void put_icmp(struct reference_frame *frame)
{
	static const uint8_t types[] = {0, 8, 3};

	put(frame, PICK(types), 1);
	put(frame, chance(3), 1);
	put_random(frame, 6);
}

static void put_icmpv6(struct reference_frame *frame)
{
	static const uint8_t types[] = {128, 129, 135, 136, 133};

	put(frame, PICK(types), 1);
	put(frame, chance(8), 1);
	put_random(frame, 6);
	put_ipv6_address(frame);
	put_random(frame, 8);
}

/* Of ICMP it is of the message alone, elsewhere of addresses, protocol and length, too. */
static uint16_t l4_checksum(const struct reference_frame *frame, uint32_t begin, uint8_t protocol,
			    uint32_t addresses)
{
	uint32_t len = frame->len - begin, total = sum(frame, begin, len);

	return checksum(protocol == 1 ? total : total + addresses + protocol + len);
}

/* A transport header and payload; the checksum is right, anything, or 0. */
static void put_l4(struct reference_frame *frame, uint8_t protocol, uint32_t addresses)
{
	uint32_t begin = frame->len, at = begin + checksum_offset(protocol);

	if (protocol == 6)
		put_tcp(frame);
	else if (protocol == 17)
		put_udp(frame);
	else if (protocol == 1)
		put_icmp(frame);
	else if (protocol == 58)
		put_icmpv6(frame);
	else if (protocol == 132)
		put_udp(frame), put_random(frame, 4);
	put_random(frame, chance(4) ? 0 : rand() % 64);
	if (at == begin || chance(8))
		return;
	put_at(frame, at, 0);
	if (chance(8))
		return;
	put_at(frame, at, l4_checksum(frame, begin, protocol, addresses));
	if (protocol == 17 && !get_at(frame, at))
		put_at(frame, at, 0xffff);
}

static void put_ipv4(struct reference_frame *frame)
{
	static const uint8_t protocols[] = {6, 6, 6, 17, 17, 17, 1, 132, 0, 47, 58};
	static const uint16_t fragments[] = {0x2000, 0x2001, 0x0001, 0x1fff, 0x8000};
	static const uint8_t tos[] = {0, 0, 0xb8, 0xb9, 0x01, 0xff};
	static const uint8_t ttl[] = {64, 64, 255, 1, 0, 2};
	uint32_t ip = frame->len, options = chance(6) ? 4 * (rand() % 11) : 0;
	uint8_t protocol = PICK(protocols);

	put(frame, 0x45 + options / 4, 1);
	put(frame, PICK(tos), 1);
	put(frame, 0, 2);
	put_random(frame, 2);
	put(frame, chance(5) ? PICK(fragments) : 0x4000 * chance(2), 2);
	put(frame, PICK(ttl), 1);
	put(frame, protocol, 1);
	put(frame, 0, 2);
	put_ipv4_address(frame);
	put_ipv4_address(frame);
	put_random(frame, options);
	put_l4(frame, protocol, sum(frame, ip + 12, 8));
	put_at(frame, ip + 2, frame->len - ip);
	if (chance(10))
		frame->octets[ip + rand() % 4] = rand() & 0xff;
	put_at(frame, ip + 10, checksum(sum(frame, ip, 20 + options)));
	if (chance(20))
		put_random(frame, rand() % 8), put_at(frame, ip + 10, rand() & 0xffff);
}

static void put_extension(struct reference_frame *frame, uint8_t kind, uint8_t next)
{
	static const uint16_t fragments[] = {0x0000, 0x0001, 0x0008, 0x0009, 0xfff8, 0x0006};
	uint32_t units = chance(3) ? rand() % 3 : chance(20) ? 24 : 0;

	put(frame, next, 1);
	if (kind == 44) {
		put(frame, chance(4) ? rand() & 0xff : 0, 1);
		put(frame, PICK(fragments), 2);
		put_random(frame, 4);
		return;
	}
	put(frame, chance(20) ? rand() & 0xff : units, 1);
	put_random(frame, kind == 51 ? 6 + 4 * units : 6 + 8 * units);
}

static void put_ipv6(struct reference_frame *frame)
{
	static const uint8_t protocols[] = {6, 6, 17, 17, 58, 58, 58, 132, 59, 1, 0};
	static const uint8_t kinds[] = {0, 43, 44, 51, 60};
	uint8_t next[12], protocol = PICK(protocols);
	uint32_t ip = frame->len, count = 0;

	if (chance(3))
		count = chance(6) ? rand() % 11 : 1 + rand() % 2;
	for (uint32_t i = 0; i < count; i++)
		next[i] = PICK(kinds);
	next[count] = protocol;
	put(frame, 0x60000000 | (chance(3) ? rand() & 0x0fffffff : 0), 4);
	put(frame, 0, 2);
	put(frame, next[0], 1);
	put(frame, chance(4) ? rand() % 3 : 64, 1);
	put_ipv6_address(frame);
	put_ipv6_address(frame);
	for (uint32_t i = 0; i < count; i++)
		put_extension(frame, next[i], next[i + 1]);
	put_l4(frame, protocol, sum(frame, ip + 8, 32));
	put_at(frame, ip + 4, frame->len - ip - 40);
	if (chance(16))
		put_at(frame, ip + 4, rand() % 128);
}

static void put_arp(struct reference_frame *frame)
{
	static const uint16_t operations[] = {1, 1, 2, 2, 3, 0, 255, 256};

	put(frame, 0x000108000604, 6);
	put(frame, PICK(operations), 2);
	put_address(frame);
	put_ipv4_address(frame);
	put_address(frame);
	put_ipv4_address(frame);
	if (chance(10))
		frame->octets[frame->len - 28 + rand() % 6] ^= 1;
}

static void put_payload(struct reference_frame *frame, uint16_t type)
{
	if (type == 0x0800)
		put_ipv4(frame);
	else if (type == 0x86dd)
		put_ipv6(frame);
	else if (type == 0x0806 || type == 0x8035)
		put_arp(frame);
	else
		put_random(frame, rand() % 64);
}

/* A length in place of the type, and often SNAP (RFC 1042). */
static void put_llc(struct reference_frame *frame, uint16_t type)
{
	put(frame, chance(4) ? rand() % 0x600 : 46, 2);
	if (chance(4))
		put_random(frame, 8);
	else
		put(frame, 0xaaaa03000000 ^ (chance(6) ? 1ULL << rand() % 48 : 0), 6);
	put(frame, chance(8) ? rand() % 0x700 : type, 2);
	put_payload(frame, type);
}

void random_frame(struct reference_frame *frame)
{
	static const uint16_t types[] = {0x0800, 0x0800, 0x0800, 0x0800, 0x86dd, 0x86dd,
					 0x86dd, 0x0806, 0x8035, 0x88b5, 0x0600, 0x05ff};
	uint32_t tags = chance(3) ? 1 + rand() % 3 : 0;
	uint16_t type = PICK(types);

	frame->len = 0;
	frame->offload = (struct reference_offload){};
	put_addresses(frame);
	while (tags--)
		put_tag(frame);
	if (chance(12)) {
		put_llc(frame, type);
	} else {
		put(frame, type, 2);
		put_payload(frame, type);
	}
	if (chance(6))
		put_random(frame, rand() % 300); /* padding */
	if (chance(12))
		frame->len = rand() % (frame->len + 1);
}

/* Has it a transport header that a host's own sockets might have made? */
static bool has_transport(const struct reference_frame *frame, struct reference_headers *headers)
{
	const uint8_t *l3, *l4;
	uint32_t protocol;

	reference_parse(headers, frame, 1, true);
	protocol = headers->key.word[0] & 0xffff; /* and whether it is a fragment */
	l3 = frame->octets + headers->l3;
	l4 = frame->octets + headers->l4;
	if (!headers->l4 || headers->l3 != headers->type + 2)
		return false;
	if (l4 != l3 + (l3[0] >> 4 == 4 ? (l3[0] & 15) * 4 : 40))
		return false;
	return protocol == 17 << 8 || (protocol == 6 << 8 && l4[12] >> 4 == 5);
}

/* TCP of a few segments, with a length that says anything. */
static void put_segments(struct reference_frame *frame, const struct reference_headers *headers)
{
	bool ipv4 = frame->octets[headers->l3] >> 4 == 4;

	frame->offload.gso_size = 50 + rand() % 1000;
	frame->offload.gso_type = ipv4 ? VIRTIO_NET_HDR_GSO_TCPV4 : VIRTIO_NET_HDR_GSO_TCPV6;
	frame->len = headers->l4 + 20;
	put_random(frame, frame->offload.gso_size * (1 + rand() % 3) + 1 + rand() % 50);
	if (chance(2))
		put_at(frame, headers->l3 + (ipv4 ? 2 : 4), rand() & 0xffff);
}

void random_offload(struct reference_frame *frame)
{
	struct reference_headers headers;
	uint8_t protocol;

	do
		random_frame(frame);
	while (!has_transport(frame, &headers));
	protocol = headers.key.word[0] >> 8 & 0xff;
	frame->offload.csum_start = headers.l4;
	frame->offload.csum_offset = checksum_offset(protocol);
	put_at(frame, headers.l4 + frame->offload.csum_offset, 1 + rand() % 0xfffe);
	if (protocol == 6 && !chance(3))
		put_segments(frame, &headers);
}

void random_meeting(struct reference_frame *frame, const struct flow *flow)
{
	struct reference_headers headers;
	uint64_t addresses, mask = flow->match.mask.word[1];

	reference_parse(&headers, frame, 1, true);
	if (!headers.l3 || (headers.key.word[0] >> 16 & 0xffff) != 0x0800)
		return;
	addresses = (headers.key.word[1] & ~mask) | flow->match.value.word[1];
	for (int i = 0; i < 4; i++)
		put_at(frame, headers.l3 + 12 + 2 * i, addresses >> (48 - 16 * i) & 0xffff);
}

void random_mutation(struct reference_frame *frame)
{
	if (frame->len)
		frame->octets[rand() % frame->len] ^= chance(2) ? 1 << rand() % 8 : rand() & 0xff;
}
