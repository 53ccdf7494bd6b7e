/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A flow, as OpenFlow and ovs-ofctl(8) define it: what frames it matches, and what is done with
 * them. flow_match.h, flow_action.h and flow_text.h read and write it; flow_table.h keeps those of
 * the switch.
 */
#ifndef XVS_FLOW_H
#define XVS_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "datapath/types.h"

#define FLOW_PRIORITY_DEFAULT 32768

/* Bits of the key that count, and their values: 0 where the mask is. */
struct flow_match {
	struct xvs_flow_key value;
	struct xvs_flow_key mask;
};

struct flow_action; /* flow_action.h */

enum flow_flags { /* ofp_flow_mod_flags, as dump-flows prints them */
		  FLOW_SEND_FLOW_REM = 1 << 0,
		  FLOW_CHECK_OVERLAP = 1 << 1, /* of a command, not of a flow that is there */
		  FLOW_RESET_COUNTS = 1 << 2,
		  FLOW_NO_PACKET_COUNTS = 1 << 3,
		  FLOW_NO_BYTE_COUNTS = 1 << 4,
};

struct flow {
	uint8_t table;
	uint16_t priority;
	uint64_t cookie;
	uint16_t idle_timeout; /* seconds; 0: none */
	uint16_t hard_timeout;
	uint16_t importance;
	uint16_t flags; /* enum flow_flags */
	struct flow_match match;
	struct flow_action *actions; /* owned; NULL: none, which is to drop */
};

/* What dump-flows tells of it besides. */
struct flow_stats {
	uint64_t duration_ns;
	uint64_t packets, bytes;
	uint32_t idle_age, hard_age; /* seconds */
};

/*
 * The ports of a bridge, for texts with names. A name may be any that ovs-ofctl takes; -1 when
 * there is none. name() returns NULL for a number without a port.
 */
struct flow_ports {
	int (*number)(const struct flow_ports *ports, const char *name);
	const char *(*name)(const struct flow_ports *ports, uint16_t number);
	const void *arg;
};

/* Frees the actions. */
void flow_clear(struct flow *flow);

/* Does it match every frame? */
bool flow_match_is_any(const struct flow_match *match);

bool flow_match_equal(const struct flow_match *a, const struct flow_match *b);

/* Does every frame that `narrow` matches match `wide`, too? */
bool flow_match_covers(const struct flow_match *wide, const struct flow_match *narrow);

/* Is there a frame that both match? */
bool flow_match_overlap(const struct flow_match *a, const struct flow_match *b);

#endif
