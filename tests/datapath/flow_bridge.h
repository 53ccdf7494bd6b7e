/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TEST_BRIDGE with flows: read from text, in the data path of tests/datapath/harness.h, and as the
 * reference takes them. Its ports are TEST_PORTS, whose OpenFlow numbers run the other way.
 */
#ifndef XVS_TEST_FLOW_BRIDGE_H
#define XVS_TEST_FLOW_BRIDGE_H

#include "switchd/classifier.h"
#include "tests/datapath/flow_reference.h"
#include "tests/datapath/harness.h"

#define FLOW_BRIDGE_FLOWS  1024
#define FLOW_BRIDGE_GROUPS 16
#define FLOW_BRIDGE_ALL    5 /* flood group of all ports */

struct flow_bridge {
	struct test *test;
	struct classifier *classifier;
	struct xvs_meter *meters;
	union xvs_flow_line *memory;
	struct flow flows[FLOW_BRIDGE_FLOWS];
	struct flow_group groups[FLOW_BRIDGE_GROUPS];
	struct reference_bridge reference;
};

void flow_bridge_open(struct flow_bridge *bridge, struct test *test);
void flow_bridge_close(struct flow_bridge *bridge);

/* Ports go down, the others up: bit n for OpenFlow number n. */
void flow_bridge_down(struct flow_bridge *bridge, uint32_t down);

/* Other flows, and the groups before them, take the place of those that were there, at once. A line
 * each. */
void flow_bridge_set(struct flow_bridge *bridge, const char *text);

/* Of a port of the harness, and back. */
static inline uint16_t flow_bridge_number(uint32_t port)
{
	return TEST_PORTS + 1 - port;
}

#endif
