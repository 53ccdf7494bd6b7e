// SPDX-License-Identifier: BSD-2-Clause
#include "tests/datapath/flow_normal.h"

#include <string.h>
#include "tests/datapath/flow_bridge.h"

static const struct {
	uint8_t mac[6];
	uint16_t vid;
	uint16_t port; /* of OpenFlow */
} stations[] = {
	{{0x02, 0, 0, 0, 0, 0x01}, 0, 1},
	{{0x02, 0, 0, 0, 0, 0x02}, 0, 2},
	{{0x02, 0, 0, 0, 0, 0x02}, 5, 3},
	{{0x02, 0, 0, 0, 0x01, 0x04}, 6, 4},
};

#define STATIONS (sizeof(stations) / sizeof(*stations))

void flow_normal_stations(struct test *test)
{
	for (size_t i = 0; i < STATIONS; i++) {
		uint32_t port = flow_bridge_number(stations[i].port);
		uint64_t mac = 0;

		memcpy(&mac, stations[i].mac, sizeof(stations[i].mac));
		test_fdb(test, xvs_fdb_key(mac, stations[i].vid), 0, 0,
			 (stations[i].vid ? TEST_TO_TAGGED(port) : TEST_TO(port)) |
				 XVS_FORWARD_STATIC);
	}
}

/* 0: nobody knows. */
static uint16_t station_port(const uint8_t *mac, uint16_t vid)
{
	for (size_t i = 0; i < STATIONS; i++) {
		if (stations[i].vid == vid && !memcmp(stations[i].mac, mac, 6))
			return stations[i].port;
	}
	return 0;
}

static bool is_tag(const struct reference_frame *frame, uint32_t at)
{
	static const uint8_t tpids[2][2] = {{0x81, 0x00}, {0x88, 0xa8}};

	return frame->len >= at + 2 && (!memcmp(frame->octets + at, tpids[0], 2) ||
					!memcmp(frame->octets + at, tpids[1], 2));
}

static enum xvs_drop inadmissible(const struct reference_frame *frame)
{
	static const uint8_t link_local[5] = {0x01, 0x80, 0xc2, 0, 0}, none[6];
	const uint8_t *dst = frame->octets, *src = frame->octets + 6, *tci = frame->octets + 14;

	if (src[0] & 1 || !memcmp(src, none, 6))
		return XVS_DROP_SOURCE;
	if (!memcmp(dst, link_local, 5) && dst[5] < 0x10)
		return XVS_DROP_LINK_LOCAL;
	if (is_tag(frame, 12) && (tci[0] & 0x0f) == 0x0f && tci[1] == 0xff)
		return XVS_DROP_VLAN_RESERVED;
	if (is_tag(frame, 12) && !(tci[0] & 0x0f) && !tci[1] && is_tag(frame, 16))
		return XVS_DROP_VLAN_STACKED;
	return XVS_DROP_NONE;
}

static void add(struct reference_result *result, uint16_t port, const struct reference_frame *frame)
{
	struct reference_output *output = &result->output[result->count++];

	output->port = port;
	output->frame = *frame;
}

static void untag(struct reference_frame *frame)
{
	memmove(frame->octets + 12, frame->octets + 16, frame->len - 16);
	frame->len -= 4;
	if (frame->offload.csum_start)
		frame->offload.csum_start -= 4;
}

/* Adds what becomes of one frame; returns whether XDP may leave it to TC. */
static bool resolve(struct reference_result *result, const struct reference_bridge *bridge,
		    struct reference_frame *frame, uint16_t in_port)
{
	enum xvs_drop reason = inadmissible(frame);
	bool tag = is_tag(frame, 12), stacked = tag && is_tag(frame, 16), priority;
	uint16_t vid = tag ? (frame->octets[14] & 0x0f) << 8 | frame->octets[15] : 0, port;

	if (reason) {
		result->drop = reason;
		return stacked || reason == XVS_DROP_LINK_LOCAL;
	}
	priority = tag && !vid;
	if (priority)
		untag(frame);
	port = station_port(frame->octets, vid);
	if (port == in_port)
		result->drop = XVS_DROP_HAIRPIN;
	else if (port && !reference_is_up(bridge, port))
		result->refused++;
	else if (port)
		add(result, port, frame);
	result->flooded |= !port;
	for (uint16_t other = 1; !port && other <= TEST_PORTS; other++) {
		if (other != in_port && reference_is_up(bridge, other))
			add(result, other, frame);
	}
	return stacked || (priority && !port);
}

bool flow_normal_resolve(struct reference_result *result, const struct reference_bridge *bridge,
			 uint16_t in_port)
{
	static struct reference_result before;
	enum xvs_drop drop = result->drop;
	bool may_pass = false;

	before.count = result->count;
	memcpy(before.output, result->output, before.count * sizeof(*before.output));
	result->count = 0;
	for (size_t i = 0; i < before.count; i++) {
		struct reference_output *output = &before.output[i];

		if (output->port == FLOW_PORT_NORMAL)
			may_pass |= resolve(result, bridge, &output->frame, in_port);
		else
			add(result, output->port, &output->frame);
	}
	if (drop)
		result->drop = drop;
	return may_pass;
}
