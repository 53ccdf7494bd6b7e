/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What flows do to a frame, said once more and as plainly as possible, to hold the data path
 * against: flows are gone through one by one, bits are moved one by one, and nothing is shared with
 * datapath/ and switchd/ but the structures that say what a flow is and where a field lies.
 */
#ifndef XVS_TEST_FLOW_REFERENCE_H
#define XVS_TEST_FLOW_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "switchd/flow_group.h"

#define REFERENCE_FRAME_MAX   4096
#define REFERENCE_OUTPUTS_MAX 256

/* What is still to be done to a TCP or UDP frame when it leaves the host; 0: nothing. In the words
 * of struct virtio_net_hdr. */
struct reference_offload {
	uint16_t
		csum_start; /* of the transport header: its checksum is only of the pseudo header */
	uint16_t csum_offset;
	uint16_t gso_size; /* it is cut into segments */
	uint16_t gso_type;
};

struct reference_frame {
	uint8_t octets[REFERENCE_FRAME_MAX];
	uint32_t len;
	struct reference_offload offload;
};

/* What is found in a frame. Offsets are from its begin; 0: there is no such header, or it is not
 * to be believed. */
struct reference_headers {
	struct xvs_flow_key key;
	enum xvs_drop drop; /* why it is not even looked up, XVS_DROP_RUNT or _HEADERS; or 0 */
	uint32_t type;      /* the type field behind the outermost tag */
	uint32_t l3;        /* IPv4, IPv6 or ARP */
	uint32_t l4;        /* of all fragments only the first has it */
	bool routed;        /* IPv6: the destination is that of a routing header's next segment */
};

/* l3: is anything behind the Ethernet header to be looked at? */
void reference_parse(struct reference_headers *headers, const struct reference_frame *frame,
		     uint16_t in_port, bool l3);

/* Tags in front of a frame's type, the outermost first: the frame's own and what flows push. */
#define REFERENCE_TAGS_MAX 3

struct reference_tags {
	struct {
		uint16_t tpid, tci;
	} tag[REFERENCE_TAGS_MAX];
	size_t count;
	uint32_t type; /* where the frame goes on behind them */
};

/* The frame with these tags, and with what differs between the key that it came with and `key`
 * written into its headers. A checksum that was right is right again, and one that was wrong is as
 * wrong as it was (RFC 1624). */
void reference_rewrite(struct reference_frame *out, const struct reference_frame *frame,
		       const struct reference_headers *headers, const struct reference_tags *tags,
		       const struct xvs_flow_key *key);

#define REFERENCE_METERS 4 /* numbers 1 to this */

/* The ports of a bridge that flows can send to, by OpenFlow number. */
struct reference_bridge {
	const struct flow *flows;
	size_t n_flows;
	const struct flow_group *groups;
	size_t n_groups;
	const uint16_t *ports;
	size_t n_ports;
	uint32_t down;   /* which ports are: bit n for number n */
	uint32_t closed; /* meters that let nothing pass, the same way; the others let all pass */
};

/* Is a port up, and any of a bridge's? */
bool reference_is_up(const struct reference_bridge *bridge, uint16_t port);

/* Group of a number, which there must be. */
const struct flow_group *reference_group(const struct reference_bridge *bridge, uint32_t id);

/* The one bucket that a frame takes in a group of type select or ff; NULL: none. */
const struct flow_bucket *reference_bucket(const struct reference_bridge *bridge,
					   const struct flow_group *group,
					   const struct xvs_flow_key *key);

struct reference_output {
	uint16_t port; /* OpenFlow number; FLOW_PORT_NORMAL: as the FDB says */
	struct reference_frame frame;
};

struct reference_result {
	enum xvs_drop drop;   /* what is counted where it came in; 0: nothing */
	unsigned int actions; /* that put something out; those to all ports count as one */
	unsigned int refused; /* outputs to ports that are down */
	unsigned int metered[REFERENCE_METERS + 1]; /* how often it came to each */
	bool flooded; /* goes to all ports, even if that is only one more */
	bool for_tc;  /* a meter has more to decide than whether the only output passes */
	size_t count;
	struct reference_output output[REFERENCE_OUTPUTS_MAX];
};

/* Does any of the bridge's flows need to know what is behind the Ethernet header? */
bool reference_needs_l3(const struct reference_bridge *bridge);

/* What becomes of a frame. */
void reference_run(struct reference_result *result, const struct reference_bridge *bridge,
		   const struct reference_frame *frame, uint16_t in_port);

#endif
