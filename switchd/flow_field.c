/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/flow_field.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define ICMPV6_NEIGHBOUR_SOLICITATION  135
#define ICMPV6_NEIGHBOUR_ADVERTISEMENT 136

#define MASKED                         .maskable = true
#define WRITTEN                        .writable = true
#define BOTH                           MASKED, WRITTEN
#define NEEDS(x)                       .prerequisite = FLOW_NEEDS_##x
#define AS(x)                          .format = FLOW_##x

/* clang-format off */
static const struct flow_field fields[FLOW_FIELDS] = {
	[FLOW_FIELD_IN_PORT] = {"in_port", NULL, "NXM_OF_IN_PORT", NULL, 0, 48, 16, AS(PORT), WRITTEN},
	[FLOW_FIELD_METADATA] = {"metadata", NULL, NULL, "OXM_OF_METADATA", 5, 0, 64, AS(HEX), BOTH},
	[FLOW_FIELD_REG0] = {"reg0", NULL, "NXM_NX_REG0", NULL, 6, 32, 32, AS(HEX), BOTH},
	[FLOW_FIELD_REG1] = {"reg1", NULL, "NXM_NX_REG1", NULL, 6, 0, 32, AS(HEX), BOTH},
	[FLOW_FIELD_REG2] = {"reg2", NULL, "NXM_NX_REG2", NULL, 7, 32, 32, AS(HEX), BOTH},
	[FLOW_FIELD_REG3] = {"reg3", NULL, "NXM_NX_REG3", NULL, 7, 0, 32, AS(HEX), BOTH},
	[FLOW_FIELD_VLAN_TCI] = {"vlan_tci", NULL, "NXM_OF_VLAN_TCI", NULL, 0, 32, 16, AS(HEX), BOTH},
	[FLOW_FIELD_DL_VLAN] = {"dl_vlan", NULL, NULL, NULL, 0, 32, 12, AS(DECIMAL), WRITTEN},
	[FLOW_FIELD_DL_VLAN_PCP] = {"dl_vlan_pcp", NULL, NULL, NULL, 0, 45, 3, AS(DECIMAL), WRITTEN},
	/* With the bit for a tag that is there, as OpenFlow 1.2 has it. */
	[FLOW_FIELD_VLAN_VID] = {"vlan_vid", NULL, NULL, "OXM_OF_VLAN_VID", 0, 32, 13, AS(DECIMAL), BOTH},
	[FLOW_FIELD_VLAN_PCP] = {"vlan_pcp", NULL, NULL, "OXM_OF_VLAN_PCP", 0, 45, 3, AS(DECIMAL),
				 NEEDS(VLAN), WRITTEN},
	[FLOW_FIELD_ETH_SRC] = {"eth_src", "dl_src", "NXM_OF_ETH_SRC", "OXM_OF_ETH_SRC", 4, 0, 48, AS(MAC), BOTH},
	[FLOW_FIELD_ETH_DST] = {"eth_dst", "dl_dst", "NXM_OF_ETH_DST", "OXM_OF_ETH_DST", 3, 0, 48, AS(MAC), BOTH},
	[FLOW_FIELD_ETH_TYPE] = {"eth_type", "dl_type", "NXM_OF_ETH_TYPE", "OXM_OF_ETH_TYPE", 0, 16, 16, AS(HEX)},
	[FLOW_FIELD_IP_SRC] = {"ip_src", "nw_src", "NXM_OF_IP_SRC", "OXM_OF_IPV4_SRC", 1, 32, 32, AS(IPV4),
			       NEEDS(IPV4), BOTH},
	[FLOW_FIELD_IP_DST] = {"ip_dst", "nw_dst", "NXM_OF_IP_DST", "OXM_OF_IPV4_DST", 1, 0, 32, AS(IPV4),
			       NEEDS(IPV4), BOTH},
	[FLOW_FIELD_IPV6_SRC] = {"ipv6_src", NULL, "NXM_NX_IPV6_SRC", "OXM_OF_IPV6_SRC", 8, 0, 128, AS(IPV6),
				 NEEDS(IPV6), BOTH},
	[FLOW_FIELD_IPV6_DST] = {"ipv6_dst", NULL, "NXM_NX_IPV6_DST", "OXM_OF_IPV6_DST", 10, 0, 128, AS(IPV6),
				 NEEDS(IPV6), BOTH},
	[FLOW_FIELD_NW_PROTO] = {"nw_proto", "ip_proto", "NXM_OF_IP_PROTO", "OXM_OF_IP_PROTO", 0, 8, 8, AS(DECIMAL),
				 NEEDS(IP)},
	/* The whole octet without ECN's bits: flow_field_ones(). */
	[FLOW_FIELD_NW_TOS] = {"nw_tos", NULL, "NXM_OF_IP_TOS", NULL, 2, 8, 8, AS(DECIMAL), NEEDS(IP), WRITTEN},
	[FLOW_FIELD_IP_DSCP] = {"ip_dscp", NULL, NULL, "OXM_OF_IP_DSCP", 2, 10, 6, AS(DECIMAL), NEEDS(IP), WRITTEN},
	[FLOW_FIELD_NW_ECN] = {"nw_ecn", "ip_ecn", "NXM_NX_IP_ECN", "OXM_OF_IP_ECN", 2, 8, 2, AS(DECIMAL), NEEDS(IP),
			       WRITTEN},
	[FLOW_FIELD_NW_TTL] = {"nw_ttl", NULL, "NXM_NX_IP_TTL", NULL, 2, 0, 8, AS(DECIMAL), NEEDS(IP), WRITTEN},
	[FLOW_FIELD_IP_FRAG] = {"ip_frag", "nw_frag", "NXM_NX_IP_FRAG", NULL, 0, 0, 2, AS(FRAG), NEEDS(IP), MASKED},
	/* Its lower octet; the upper one is 0 in all frames that have a use. */
	[FLOW_FIELD_ARP_OP] = {"arp_op", NULL, "NXM_OF_ARP_OP", "OXM_OF_ARP_OP", 0, 8, 8, AS(DECIMAL), NEEDS(ARP),
			       WRITTEN},
	[FLOW_FIELD_ARP_SPA] = {"arp_spa", NULL, "NXM_OF_ARP_SPA", "OXM_OF_ARP_SPA", 1, 32, 32, AS(IPV4), NEEDS(ARP),
				BOTH},
	[FLOW_FIELD_ARP_TPA] = {"arp_tpa", NULL, "NXM_OF_ARP_TPA", "OXM_OF_ARP_TPA", 1, 0, 32, AS(IPV4), NEEDS(ARP),
				BOTH},
	[FLOW_FIELD_ARP_SHA] = {"arp_sha", NULL, "NXM_NX_ARP_SHA", "OXM_OF_ARP_SHA", 12, 0, 48, AS(MAC), NEEDS(ARP),
				BOTH},
	[FLOW_FIELD_ARP_THA] = {"arp_tha", NULL, "NXM_NX_ARP_THA", "OXM_OF_ARP_THA", 13, 0, 48, AS(MAC), NEEDS(ARP),
				BOTH},
	[FLOW_FIELD_TCP_SRC] = {"tcp_src", "tp_src", "NXM_OF_TCP_SRC", "OXM_OF_TCP_SRC", 2, 48, 16, AS(DECIMAL),
				NEEDS(TCP), BOTH},
	[FLOW_FIELD_TCP_DST] = {"tcp_dst", "tp_dst", "NXM_OF_TCP_DST", "OXM_OF_TCP_DST", 2, 32, 16, AS(DECIMAL),
				NEEDS(TCP), BOTH},
	[FLOW_FIELD_TCP_FLAGS] = {"tcp_flags", NULL, "NXM_NX_TCP_FLAGS", "OXM_OF_TCP_FLAGS", 2, 16, 12, AS(TCP_FLAGS),
				  NEEDS(TCP), MASKED},
	[FLOW_FIELD_UDP_SRC] = {"udp_src", NULL, "NXM_OF_UDP_SRC", "OXM_OF_UDP_SRC", 2, 48, 16, AS(DECIMAL),
				NEEDS(UDP), BOTH},
	[FLOW_FIELD_UDP_DST] = {"udp_dst", NULL, "NXM_OF_UDP_DST", "OXM_OF_UDP_DST", 2, 32, 16, AS(DECIMAL),
				NEEDS(UDP), BOTH},
	[FLOW_FIELD_SCTP_SRC] = {"sctp_src", NULL, NULL, "OXM_OF_SCTP_SRC", 2, 48, 16, AS(DECIMAL), NEEDS(SCTP), BOTH},
	[FLOW_FIELD_SCTP_DST] = {"sctp_dst", NULL, NULL, "OXM_OF_SCTP_DST", 2, 32, 16, AS(DECIMAL), NEEDS(SCTP), BOTH},
	[FLOW_FIELD_ICMP_TYPE] = {"icmp_type", NULL, "NXM_OF_ICMP_TYPE", "OXM_OF_ICMPV4_TYPE", 2, 48, 8, AS(DECIMAL),
				  NEEDS(ICMPV4), WRITTEN},
	[FLOW_FIELD_ICMP_CODE] = {"icmp_code", NULL, "NXM_OF_ICMP_CODE", "OXM_OF_ICMPV4_CODE", 2, 32, 8, AS(DECIMAL),
				  NEEDS(ICMPV4), WRITTEN},
	[FLOW_FIELD_ICMPV6_TYPE] = {"icmpv6_type", NULL, "NXM_NX_ICMPV6_TYPE", "OXM_OF_ICMPV6_TYPE", 2, 48, 8,
				    AS(DECIMAL), NEEDS(ICMPV6), WRITTEN},
	[FLOW_FIELD_ICMPV6_CODE] = {"icmpv6_code", NULL, "NXM_NX_ICMPV6_CODE", "OXM_OF_ICMPV6_CODE", 2, 32, 8,
				    AS(DECIMAL), NEEDS(ICMPV6), WRITTEN},
	[FLOW_FIELD_ND_TARGET] = {"nd_target", NULL, "NXM_NX_ND_TARGET", "OXM_OF_IPV6_ND_TARGET", 12, 0, 128, AS(IPV6),
				  NEEDS(ND), BOTH},
};
/* clang-format on */

const struct flow_field *flow_field_at(size_t index)
{
	return index < FLOW_FIELDS ? &fields[index] : NULL;
}

/* All names in order, made when the first one is looked for. */
struct name {
	const char *text;
	const struct flow_field *field;
};

static struct name names[4 * FLOW_FIELDS];
static size_t n_names;

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct name *)a)->text, ((const struct name *)b)->text);
}

static void add_name(const char *text, const struct flow_field *field)
{
	if (text)
		names[n_names++] = (struct name){text, field};
}

static void order_names(void)
{
	for (size_t i = 0; i < FLOW_FIELDS; i++) {
		add_name(fields[i].name, &fields[i]);
		add_name(fields[i].alias, &fields[i]);
		add_name(fields[i].nxm, &fields[i]);
		add_name(fields[i].oxm, &fields[i]);
	}
	qsort(names, n_names, sizeof(*names), compare_names);
}

const struct flow_field *flow_field_find(const char *name, size_t length)
{
	size_t low = 0, high;

	if (!n_names)
		order_names();
	high = n_names;
	while (low < high) {
		size_t middle = (low + high) / 2;
		const char *text = names[middle].text;
		int order = strncmp(name, text, length);

		if (!order && !text[length])
			return names[middle].field;
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static uint64_t low_bits(unsigned bits)
{
	return bits < 64 ? (1ULL << bits) - 1 : UINT64_MAX;
}

struct flow_value flow_field_ones(const struct flow_field *field)
{
	if (field->bits > 64)
		return (struct flow_value){.hi = UINT64_MAX, .lo = UINT64_MAX};
	if (field == &fields[FLOW_FIELD_NW_TOS])
		return (struct flow_value){.lo = 0xfc};
	return (struct flow_value){.lo = low_bits(field->bits)};
}

struct flow_value flow_field_get(const struct flow_field *field, const struct xvs_flow_key *key)
{
	const __u64 *word = &key->word[field->word];

	if (field->bits > 64)
		return (struct flow_value){.hi = word[0], .lo = word[1]};
	return (struct flow_value){.lo = *word >> field->shift & flow_field_ones(field).lo};
}

void flow_field_set(const struct flow_field *field, struct xvs_flow_key *key,
		    struct flow_value value)
{
	uint64_t mask = flow_field_ones(field).lo << field->shift;

	if (field->bits > 64) {
		key->word[field->word] = value.hi;
		key->word[field->word + 1] = value.lo;
		return;
	}
	key->word[field->word] &= ~mask;
	key->word[field->word] |= value.lo << field->shift & mask;
}

/* Is the field matched, and to this value? Of fields that cannot be masked. */
static bool matches(const struct flow_match *match, enum flow_field_id id, uint64_t value)
{
	const struct flow_field *field = &fields[id];

	return flow_field_get(field, &match->mask).lo == flow_field_ones(field).lo &&
	       flow_field_get(field, &match->value).lo == value;
}

static bool has_vlan(const struct flow_match *match)
{
	uint64_t tag = flow_field_get(&fields[FLOW_FIELD_VLAN_TCI], &match->value).lo;

	/* What is not in the mask is 0 in the value. */
	return tag & XVS_FLOW_TCI_TAGGED;
}

static bool has_ipv4(const struct flow_match *match)
{
	return matches(match, FLOW_FIELD_ETH_TYPE, ETH_P_IP);
}

static bool has_ipv6(const struct flow_match *match)
{
	return matches(match, FLOW_FIELD_ETH_TYPE, ETH_P_IPV6);
}

static bool has_ip(const struct flow_match *match)
{
	return has_ipv4(match) || has_ipv6(match);
}

static bool has_protocol(const struct flow_match *match, uint8_t protocol)
{
	return has_ip(match) && matches(match, FLOW_FIELD_NW_PROTO, protocol);
}

static bool has_icmpv6(const struct flow_match *match)
{
	return has_ipv6(match) && matches(match, FLOW_FIELD_NW_PROTO, IPPROTO_ICMPV6);
}

static bool has_nd(const struct flow_match *match)
{
	const struct flow_field *code = &fields[FLOW_FIELD_ICMPV6_CODE];

	return has_icmpv6(match) &&
	       (matches(match, FLOW_FIELD_ICMPV6_TYPE, ICMPV6_NEIGHBOUR_SOLICITATION) ||
		matches(match, FLOW_FIELD_ICMPV6_TYPE, ICMPV6_NEIGHBOUR_ADVERTISEMENT)) &&
	       !flow_field_get(code, &match->value).lo;
}

bool flow_prerequisite_met(enum flow_prerequisite prerequisite, const struct flow_match *match)
{
	switch (prerequisite) {
	case FLOW_NEEDS_VLAN:
		return has_vlan(match);
	case FLOW_NEEDS_IPV4:
		return has_ipv4(match);
	case FLOW_NEEDS_IPV6:
		return has_ipv6(match);
	case FLOW_NEEDS_IP:
		return has_ip(match);
	case FLOW_NEEDS_ARP:
		return matches(match, FLOW_FIELD_ETH_TYPE, ETH_P_ARP) ||
		       matches(match, FLOW_FIELD_ETH_TYPE, ETH_P_RARP);
	case FLOW_NEEDS_TCP:
		return has_protocol(match, IPPROTO_TCP);
	case FLOW_NEEDS_UDP:
		return has_protocol(match, IPPROTO_UDP);
	case FLOW_NEEDS_SCTP:
		return has_protocol(match, IPPROTO_SCTP);
	case FLOW_NEEDS_ICMPV4:
		return has_ipv4(match) && matches(match, FLOW_FIELD_NW_PROTO, IPPROTO_ICMP);
	case FLOW_NEEDS_ICMPV6:
		return has_icmpv6(match);
	case FLOW_NEEDS_ND:
		return has_nd(match);
	case FLOW_NEEDS_TRANSPORT:
		return has_protocol(match, IPPROTO_TCP) || has_protocol(match, IPPROTO_UDP) ||
		       has_protocol(match, IPPROTO_SCTP);
	default:
		return true;
	}
}

int flow_field_check(const struct flow_field *field, const struct flow_match *match,
		     struct error *error)
{
	static const char *const needed[] = {
		[FLOW_NEEDS_VLAN] = "a VLAN tag, as dl_vlan does",
		[FLOW_NEEDS_IPV4] = "ip",
		[FLOW_NEEDS_IPV6] = "ipv6",
		[FLOW_NEEDS_IP] = "ip or ipv6",
		[FLOW_NEEDS_ARP] = "arp or rarp",
		[FLOW_NEEDS_TCP] = "tcp or tcp6",
		[FLOW_NEEDS_UDP] = "udp or udp6",
		[FLOW_NEEDS_SCTP] = "sctp or sctp6",
		[FLOW_NEEDS_ICMPV4] = "icmp",
		[FLOW_NEEDS_ICMPV6] = "icmp6",
		[FLOW_NEEDS_ND] = "icmp6 with icmpv6_type 135 or 136 and icmpv6_code 0",
		[FLOW_NEEDS_TRANSPORT] = "tcp, udp or sctp",
	};

	if (flow_prerequisite_met(field->prerequisite, match))
		return 0;
	return error_set(error, -EINVAL,
			 "field %s lacks correct prerequisites: the flow must match %s",
			 field->name, needed[field->prerequisite]);
}
