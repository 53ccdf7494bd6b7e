/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flow tables and frames at random, of few values, so that frames hit flows and flows overlap. What
 * comes depends on rand() alone.
 */
#ifndef XVS_TEST_FLOW_RANDOM_H
#define XVS_TEST_FLOW_RANDOM_H

#include "db/text.h"
#include "tests/datapath/flow_reference.h"

#define RANDOM_PORTS  4  /* OpenFlow numbers 1 to this are those of ports */
#define RANDOM_TABLES 4  /* are used, from 0 on */
#define RANDOM_FLOWS  64 /* at most, in all */
#define RANDOM_GROUPS 6  /* numbers 1 to this */

/*
 * A frame of any kind that flows can tell from others, or none at all: right, or with lengths that
 * lie, cut off anywhere, with checksums that are right, wrong or none.
 */
void random_frame(struct reference_frame *frame);

/* A TCP or UDP frame as a host's own sockets send it, its checksum yet to be completed, and often
 * yet to be cut into segments. At most one tag. */
void random_offload(struct reference_frame *frame);

/* Gives an IPv4 frame addresses that a flow asks for. */
void random_meeting(struct reference_frame *frame, const struct flow *flow);

/* Changes an octet or a bit of it. */
void random_mutation(struct reference_frame *frame);

/* Groups, a line each, as `add-groups` takes them. They lead to the last table at most. */
void random_groups(struct text *text);

/* Flows, a line each, as `add-flows` takes them. No two in a table have the same priority. They use
 * the groups, and meters up to REFERENCE_METERS. */
void random_flows(struct text *text);

/* Flows in the first table that have so many different masks between them, at most 128, and one for
 * all other frames. */
void random_masks(struct text *text, int masks);

#endif
