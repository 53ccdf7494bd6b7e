/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames as they are, in and out of the ports of tests/datapath/harness.h: through XDP in a dry
 * run, and really through TC from one far end to the others.
 */
#ifndef XVS_TEST_FLOW_WIRE_H
#define XVS_TEST_FLOW_WIRE_H

#include "tests/datapath/flow_reference.h"
#include "tests/datapath/harness.h"

/* The kernel drops shorter frames with tags before TC or a far end can see them, or takes no tag
 * out of them. */
#define FLOW_WIRE_MIN 32

struct flow_wire {
	struct test *test;
	int far[TEST_PORTS + 1]; /* packet sockets on the far ends, of frames received there */
};

/* Attaches the TC programs to all ports. */
void flow_wire_open(struct flow_wire *wire, struct test *test);
void flow_wire_close(struct flow_wire *wire);

/* Runs XDP on a frame of at least 14 octets; returns its verdict, and in `out` what it made of the
 * frame. */
int flow_wire_xdp(struct flow_wire *wire, uint32_t port, const struct reference_frame *in,
		  struct reference_frame *out);

/* Sends a frame into a port from its far end. */
void flow_wire_send(struct flow_wire *wire, uint32_t port, const struct reference_frame *frame);

/* The next frame that has arrived behind a port, with its tag. False: none came within so many
 * milliseconds. */
bool flow_wire_receive(struct flow_wire *wire, uint32_t port, struct reference_frame *frame,
		       int timeout);

#endif
