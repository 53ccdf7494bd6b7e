/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fields that flows match and change: one table of all of them (ovs-fields(7)), with where each
 * lies in the key (datapath/flow_types.h), its names, how its values are written, what else a flow
 * must match for it to be there (prerequisites), and whether it can be masked or written.
 */
#ifndef XVS_FLOW_FIELD_H
#define XVS_FLOW_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "db/error.h"
#include "db/text.h"
#include "switchd/flow.h"

enum flow_format {
	FLOW_DECIMAL,
	FLOW_HEX,
	FLOW_PORT, /* an OpenFlow port, with its name where names are wanted */
	FLOW_MAC,
	FLOW_IPV4,
	FLOW_IPV6,
	FLOW_FRAG,
	FLOW_TCP_FLAGS,
};

/* What must be matched for a field to be there. */
enum flow_prerequisite {
	FLOW_NEEDS_NOTHING,
	FLOW_NEEDS_VLAN, /* a tag */
	FLOW_NEEDS_IPV4,
	FLOW_NEEDS_IPV6,
	FLOW_NEEDS_IP, /* either */
	FLOW_NEEDS_ARP,
	FLOW_NEEDS_TCP, /* over either */
	FLOW_NEEDS_UDP,
	FLOW_NEEDS_SCTP,
	FLOW_NEEDS_ICMPV4,
	FLOW_NEEDS_ICMPV6,
	FLOW_NEEDS_ND,
	FLOW_NEEDS_TRANSPORT, /* tp_src, tp_dst: TCP, UDP or SCTP */
};

/* A value, most significant octets in hi; fields of up to 64 bits are in lo alone. */
struct flow_value {
	uint64_t hi, lo;
};

/* Where the fields are in the table. */
enum flow_field_id {
	FLOW_FIELD_IN_PORT,
	FLOW_FIELD_METADATA,
	FLOW_FIELD_REG0,
	FLOW_FIELD_REG1,
	FLOW_FIELD_REG2,
	FLOW_FIELD_REG3,
	FLOW_FIELD_VLAN_TCI,
	FLOW_FIELD_DL_VLAN,
	FLOW_FIELD_DL_VLAN_PCP,
	FLOW_FIELD_VLAN_VID,
	FLOW_FIELD_VLAN_PCP,
	FLOW_FIELD_ETH_SRC,
	FLOW_FIELD_ETH_DST,
	FLOW_FIELD_ETH_TYPE,
	FLOW_FIELD_IP_SRC,
	FLOW_FIELD_IP_DST,
	FLOW_FIELD_IPV6_SRC,
	FLOW_FIELD_IPV6_DST,
	FLOW_FIELD_NW_PROTO,
	FLOW_FIELD_NW_TOS,
	FLOW_FIELD_IP_DSCP,
	FLOW_FIELD_NW_ECN,
	FLOW_FIELD_NW_TTL,
	FLOW_FIELD_IP_FRAG,
	FLOW_FIELD_ARP_OP,
	FLOW_FIELD_ARP_SPA,
	FLOW_FIELD_ARP_TPA,
	FLOW_FIELD_ARP_SHA,
	FLOW_FIELD_ARP_THA,
	FLOW_FIELD_TCP_SRC,
	FLOW_FIELD_TCP_DST,
	FLOW_FIELD_TCP_FLAGS,
	FLOW_FIELD_UDP_SRC,
	FLOW_FIELD_UDP_DST,
	FLOW_FIELD_SCTP_SRC,
	FLOW_FIELD_SCTP_DST,
	FLOW_FIELD_ICMP_TYPE,
	FLOW_FIELD_ICMP_CODE,
	FLOW_FIELD_ICMPV6_TYPE,
	FLOW_FIELD_ICMPV6_CODE,
	FLOW_FIELD_ND_TARGET,
	FLOW_FIELDS,
};

struct flow_field {
	const char *name;      /* ovs-ofctl's own */
	const char *alias;     /* another one, or NULL: ovs-fields(7) */
	const char *nxm, *oxm; /* of NXM and OXM, as `load` and `move` write them; NULL: none */
	uint8_t word;          /* of the key */
	uint8_t shift;         /* its lowest bit there; a field of 128 bits begins in word + 1, 0 */
	uint8_t bits;
	enum flow_format format;
	enum flow_prerequisite prerequisite;
	bool maskable;
	bool writable; /* by set_field, load, move */
};

/* By enum flow_field_id; NULL from FLOW_FIELDS on. */
const struct flow_field *flow_field_at(size_t index);

/* By any of its names; `length` octets of `name` count. NULL when there is none. */
const struct flow_field *flow_field_find(const char *name, size_t length);

struct flow_value flow_field_get(const struct flow_field *field, const struct xvs_flow_key *key);
void flow_field_set(const struct flow_field *field, struct xvs_flow_key *key,
		    struct flow_value value);

/* All its bits that can be matched or written. */
struct flow_value flow_field_ones(const struct flow_field *field);

bool flow_prerequisite_met(enum flow_prerequisite prerequisite, const struct flow_match *match);

/* Is what the field needs matched? -EINVAL with ovs-ofctl's kind of sentence. */
int flow_field_check(const struct flow_field *field, const struct flow_match *match,
		     struct error *error);

/* Reads VALUE, VALUE/MASK, or "*" for any. `mask` is flow_field_ones() without one; NULL: neither a
 * mask nor "*" is allowed. -EINVAL with a sentence that begins with the text. */
int flow_field_parse(const struct flow_field *field, const char *text,
		     const struct flow_ports *ports, struct flow_value *value,
		     struct flow_value *mask, struct error *error);

/* What is written for bits of ip_frag that are matched; NULL: nothing is, frames are not like that.
 */
const char *flow_frag_name(uint64_t value, uint64_t mask);

/* VALUE, and /MASK unless it is flow_field_ones(), as dump-flows writes them. */
void flow_field_print(const struct flow_field *field, struct text *text,
		      const struct flow_ports *ports, struct flow_value value,
		      struct flow_value mask);

#endif
