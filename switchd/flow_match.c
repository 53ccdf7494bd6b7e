/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/flow_match.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/flow_bits.h"
#include "switchd/flow_subfield.h"
#include "switchd/flow_word.h"

#define NO_VLAN    0xffff /* dl_vlan of untagged frames, OpenFlow 1.0 */
#define VID_BITS   0x0fff
#define PCP_BITS   0xe000
#define TAGGED_VID (XVS_FLOW_TCI_TAGGED | VID_BITS)

/* One word for an EtherType and a protocol. `protocol` -1: any. */
static const struct shorthand {
	const char *name;
	uint16_t type;
	int16_t protocol;
} shorthands[] = {
	{"tcp", ETH_P_IP, IPPROTO_TCP},
	{"udp", ETH_P_IP, IPPROTO_UDP},
	{"icmp", ETH_P_IP, IPPROTO_ICMP},
	{"sctp", ETH_P_IP, IPPROTO_SCTP},
	{"ip", ETH_P_IP, -1},
	{"ipv4", ETH_P_IP, -1},
	{"tcp6", ETH_P_IPV6, IPPROTO_TCP},
	{"udp6", ETH_P_IPV6, IPPROTO_UDP},
	{"icmp6", ETH_P_IPV6, IPPROTO_ICMPV6},
	{"sctp6", ETH_P_IPV6, IPPROTO_SCTP},
	{"ipv6", ETH_P_IPV6, -1},
	{"arp", ETH_P_ARP, -1},
	{"rarp", ETH_P_RARP, -1},
	{"mpls", ETH_P_MPLS_UC, -1},
	{"mplsm", ETH_P_MPLS_MC, -1},
};

#define SHORTHANDS (sizeof(shorthands) / sizeof(*shorthands))

static void set(struct flow_match *match, enum flow_field_id id, uint64_t value)
{
	const struct flow_field *field = flow_field_at(id);

	flow_field_set(field, &match->value, (struct flow_value){.lo = value});
	flow_field_set(field, &match->mask, flow_field_ones(field));
}

static uint64_t value_of(const struct flow_match *match, enum flow_field_id id)
{
	return flow_field_get(flow_field_at(id), &match->value).lo;
}

static uint64_t mask_of(const struct flow_match *match, enum flow_field_id id)
{
	return flow_field_get(flow_field_at(id), &match->mask).lo;
}

static bool is_matched(const struct flow_match *match, enum flow_field_id id)
{
	return mask_of(match, id) == flow_field_ones(flow_field_at(id)).lo;
}

static bool add_shorthand(struct flow_match *match, const char *name)
{
	for (size_t i = 0; i < SHORTHANDS; i++) {
		if (strcmp(name, shorthands[i].name))
			continue;
		set(match, FLOW_FIELD_ETH_TYPE, shorthands[i].type);
		if (shorthands[i].protocol >= 0)
			set(match, FLOW_FIELD_NW_PROTO, (uint64_t)shorthands[i].protocol);
		return true;
	}
	/* Every frame is an Ethernet frame. */
	return !strcmp(name, "eth");
}

/* "dl_vlan=0xffff" has more bits than the field, and means frames without a tag. */
static bool is_no_vlan(const char *value)
{
	char *end;

	return strtoul(value, &end, 0) == NO_VLAN && !*end;
}

/* Those that are seen in a tag only ask for one to be there. OpenFlow 1.2's vlan_vid says so with a
 * bit of its own; 0 is a frame without a tag. */
static void ask_for_tag(struct flow_match *match, enum flow_field_id id)
{
	const uint64_t tagged = (uint64_t)XVS_FLOW_TCI_TAGGED
				<< flow_field_at(FLOW_FIELD_VLAN_TCI)->shift;

	switch (id) {
	case FLOW_FIELD_VLAN_VID:
		if (is_matched(match, id) && !value_of(match, id))
			set(match, FLOW_FIELD_VLAN_TCI, 0);
		break;
	case FLOW_FIELD_DL_VLAN:
	case FLOW_FIELD_DL_VLAN_PCP:
	case FLOW_FIELD_VLAN_PCP:
		if (mask_of(match, id)) {
			match->value.word[0] |= tagged;
			match->mask.word[0] |= tagged;
		}
		break;
	default:
		break;
	}
}

/* What a part of a field makes of the whole must be one that can be matched, and be said. */
static int check_part(const struct flow_subfield *part, struct flow_value value,
		      struct flow_value mask, const char *name, struct error *error)
{
	struct flow_value ones = flow_field_ones(part->field);

	if ((value.lo & ~ones.lo) || (value.hi & ~ones.hi))
		return error_set(error, -EINVAL, "%s: not a valid value for field %s", name,
				 part->field->name);
	if (!part->field->maskable && (mask.lo & ones.lo) != ones.lo)
		return error_set(error, -EINVAL, "%s: invalid mask for field %s", name,
				 part->field->name);
	if (part->field->format == FLOW_FRAG && !flow_frag_name(value.lo, mask.lo))
		return error_set(error, -EINVAL, "%s: there are no such fragments", name);
	return 0;
}

/* What is no fragment is no later one, and what is a later one is one. */
static void complete_frag(struct flow_value *value, struct flow_value *mask)
{
	if (value->lo == XVS_FLOW_FRAG_LATER && mask->lo == XVS_FLOW_FRAG_LATER)
		value->lo |= XVS_FLOW_FRAG_ANY;
	else if (value->lo || !(mask->lo & XVS_FLOW_FRAG_ANY))
		return;
	mask->lo = XVS_FLOW_FRAG_ANY | XVS_FLOW_FRAG_LATER;
}

/* "reg0[0..3]": the other bits of the field are matched as they were. */
static int add_part(struct flow_match *match, const char *name, const char *text,
		    struct error *error)
{
	struct flow_value number, bits, value, mask;
	struct flow_subfield part;
	const char *end = flow_subfield_parse(&part, name, name, error);
	int err;

	if (!end)
		return -EINVAL;
	if (*end)
		return error_set(error, -EINVAL, "%s: unexpected input following field syntax",
				 name);
	if (!flow_subfield_number(text, &number))
		return error_set(error, -EINVAL, "%s: cannot parse integer value: %s", name, text);
	err = flow_subfield_place(&part, number, name, &bits, error);
	if (err)
		return err;
	mask = flow_bits_range(part.from, part.bits);
	value = flow_field_get(part.field, &match->value);
	value.hi = (value.hi & ~mask.hi) | bits.hi;
	value.lo = (value.lo & ~mask.lo) | bits.lo;
	bits = flow_field_get(part.field, &match->mask);
	mask.hi |= bits.hi;
	mask.lo |= bits.lo;
	if (part.field->format == FLOW_FRAG)
		complete_frag(&value, &mask);
	err = check_part(&part, value, mask, name, error);
	if (err)
		return err;
	flow_field_set(part.field, &match->value, value);
	flow_field_set(part.field, &match->mask, mask);
	ask_for_tag(match, (enum flow_field_id)(part.field - flow_field_at(0)));
	return 1;
}

int flow_match_add(struct flow_match *match, const char *name, const char *value,
		   const struct flow_ports *ports, struct error *error)
{
	const struct flow_field *field;
	struct flow_value bits, mask;
	enum flow_field_id id;
	int err;

	if (add_shorthand(match, name))
		return 1;
	if (strchr(name, '['))
		return add_part(match, name, value, error);
	field = flow_field_find(name, strlen(name));
	if (!field)
		return 0;
	id = (enum flow_field_id)(field - flow_field_at(0));
	if (id == FLOW_FIELD_DL_VLAN && is_no_vlan(value)) {
		set(match, FLOW_FIELD_VLAN_TCI, 0);
		return 1;
	}
	/* A field without a value is matched whatever it is. */
	err = flow_field_parse(field, *value ? value : "0/0", ports, &bits, &mask, error);
	if (err)
		return err;
	flow_field_set(field, &match->value, bits);
	flow_field_set(field, &match->mask, mask);
	ask_for_tag(match, id);
	return 1;
}

static void allow(struct xvs_flow_key *allowed, enum flow_field_id id)
{
	const struct flow_field *field = flow_field_at(id);
	struct flow_value ones = {UINT64_MAX, UINT64_MAX};

	flow_field_set(field, allowed, ones);
}

static void allow_protocol(struct xvs_flow_key *allowed, const struct flow_match *match)
{
	allow(allowed, FLOW_FIELD_NW_PROTO);
	allow(allowed, FLOW_FIELD_IP_FRAG);
	allow(allowed, FLOW_FIELD_NW_TOS);
	allow(allowed, FLOW_FIELD_NW_ECN);
	allow(allowed, FLOW_FIELD_NW_TTL);
	if (flow_prerequisite_met(FLOW_NEEDS_TRANSPORT, match)) {
		allow(allowed, FLOW_FIELD_TCP_SRC);
		allow(allowed, FLOW_FIELD_TCP_DST);
	}
	if (flow_prerequisite_met(FLOW_NEEDS_TCP, match))
		allow(allowed, FLOW_FIELD_TCP_FLAGS);
	if (flow_prerequisite_met(FLOW_NEEDS_ICMPV4, match) ||
	    flow_prerequisite_met(FLOW_NEEDS_ICMPV6, match)) {
		allow(allowed, FLOW_FIELD_ICMP_TYPE);
		allow(allowed, FLOW_FIELD_ICMP_CODE);
	}
	if (flow_prerequisite_met(FLOW_NEEDS_ND, match))
		allow(allowed, FLOW_FIELD_ND_TARGET);
}

static void allow_arp(struct xvs_flow_key *allowed)
{
	allow(allowed, FLOW_FIELD_ARP_OP);
	allow(allowed, FLOW_FIELD_ARP_SPA);
	allow(allowed, FLOW_FIELD_ARP_TPA);
	allow(allowed, FLOW_FIELD_ARP_SHA);
	allow(allowed, FLOW_FIELD_ARP_THA);
}

/* All that any frame has, and what those have that are matched. */
static struct xvs_flow_key allowed_bits(const struct flow_match *match)
{
	struct xvs_flow_key allowed = {{0}};

	for (enum flow_field_id id = 0; id < FLOW_FIELDS; id++)
		if (flow_field_at(id)->prerequisite == FLOW_NEEDS_NOTHING)
			allow(&allowed, id);
	if (flow_prerequisite_met(FLOW_NEEDS_ARP, match)) {
		allow_arp(&allowed);
	} else if (flow_prerequisite_met(FLOW_NEEDS_IPV4, match)) {
		allow_protocol(&allowed, match);
		allow(&allowed, FLOW_FIELD_IP_SRC);
		allow(&allowed, FLOW_FIELD_IP_DST);
	} else if (flow_prerequisite_met(FLOW_NEEDS_IPV6, match)) {
		allow_protocol(&allowed, match);
		allow(&allowed, FLOW_FIELD_IPV6_SRC);
		allow(&allowed, FLOW_FIELD_IPV6_DST);
	}
	return allowed;
}

/* A VLAN without a tag is none: OpenFlow 1.0, as ovs-ofctl speaks it, has no way to say so. */
static bool normalise_vlan(struct flow_match *match)
{
	uint64_t value = value_of(match, FLOW_FIELD_VLAN_TCI);
	uint64_t mask = mask_of(match, FLOW_FIELD_VLAN_TCI);

	if (!value || value & XVS_FLOW_TCI_TAGGED || (mask & TAGGED_VID) != TAGGED_VID)
		return false;
	set(match, FLOW_FIELD_VLAN_TCI, 0);
	return true;
}

bool flow_match_normalise(struct flow_match *match)
{
	struct xvs_flow_key allowed = allowed_bits(match);
	bool changed = normalise_vlan(match);

	for (size_t i = 0; i < XVS_FLOW_WORDS; i++) {
		changed |= match->mask.word[i] & ~allowed.word[i];
		match->mask.word[i] &= allowed.word[i];
		match->value.word[i] &= allowed.word[i];
	}
	return changed;
}

struct printer {
	struct text *text;
	const struct flow_ports *ports;
	const struct flow_match *match;
	struct xvs_flow_key left; /* of the mask */
	const char *separator;
};

static void print_name(struct printer *printer, const char *name)
{
	text_add(printer->text, "%s%s", printer->separator, name);
	printer->separator = ",";
}

static void done(struct printer *printer, enum flow_field_id id)
{
	flow_field_set(flow_field_at(id), &printer->left, (struct flow_value){0});
}

/* One word for the EtherType and, if it has one, the protocol. */
static void print_shorthand(struct printer *printer)
{
	const struct flow_match *match = printer->match;

	if (!is_matched(match, FLOW_FIELD_ETH_TYPE))
		return;
	for (size_t i = 0; i < SHORTHANDS; i++) {
		const struct shorthand *shorthand = &shorthands[i];

		if (shorthand->type != value_of(match, FLOW_FIELD_ETH_TYPE))
			continue;
		if (shorthand->protocol >= 0) {
			if (!is_matched(match, FLOW_FIELD_NW_PROTO) ||
			    value_of(match, FLOW_FIELD_NW_PROTO) != (uint64_t)shorthand->protocol)
				continue;
			done(printer, FLOW_FIELD_NW_PROTO);
		}
		done(printer, FLOW_FIELD_ETH_TYPE);
		print_name(printer, shorthand->name);
		return;
	}
}

static void print_vlan(struct printer *printer)
{
	unsigned value = (unsigned)value_of(printer->match, FLOW_FIELD_VLAN_TCI);
	unsigned mask = (unsigned)mask_of(printer->match, FLOW_FIELD_VLAN_TCI);
	bool vid = (mask & VID_BITS) == VID_BITS, pcp = (mask & PCP_BITS) == PCP_BITS;

	if (!mask)
		return;
	if (value & XVS_FLOW_TCI_TAGGED && (vid || !(mask & VID_BITS)) &&
	    (pcp || !(mask & PCP_BITS)) && (vid || pcp)) {
		if (vid) {
			print_name(printer, "dl_vlan=");
			text_add(printer->text, "%u", value & VID_BITS);
		}
		if (pcp) {
			print_name(printer, "dl_vlan_pcp=");
			text_add(printer->text, "%u", value >> 13);
		}
		return;
	}
	print_name(printer, "vlan_tci=");
	text_add(printer->text, "0x%04x", value);
	if (mask != UINT16_MAX)
		text_add(printer->text, "/0x%04x", mask);
}

/*
 * Fields in the order in which they are printed. Several are views of the same bits: the first one
 * whose need is met prints them, and the last one has no need.
 */
static const struct view {
	enum flow_field_id field;
	enum flow_prerequisite needs;
	const char *name;
} views[] = {
	{FLOW_FIELD_REG0, FLOW_NEEDS_NOTHING, "reg0="},
	{FLOW_FIELD_REG1, FLOW_NEEDS_NOTHING, "reg1="},
	{FLOW_FIELD_REG2, FLOW_NEEDS_NOTHING, "reg2="},
	{FLOW_FIELD_REG3, FLOW_NEEDS_NOTHING, "reg3="},
	{FLOW_FIELD_METADATA, FLOW_NEEDS_NOTHING, "metadata="},
	{FLOW_FIELD_IN_PORT, FLOW_NEEDS_NOTHING, "in_port="},
	{FLOW_FIELD_VLAN_TCI, FLOW_NEEDS_NOTHING, NULL},
	{FLOW_FIELD_ETH_SRC, FLOW_NEEDS_NOTHING, "dl_src="},
	{FLOW_FIELD_ETH_DST, FLOW_NEEDS_NOTHING, "dl_dst="},
	{FLOW_FIELD_ETH_TYPE, FLOW_NEEDS_NOTHING, "dl_type="},
	{FLOW_FIELD_IPV6_SRC, FLOW_NEEDS_NOTHING, "ipv6_src="},
	{FLOW_FIELD_IPV6_DST, FLOW_NEEDS_NOTHING, "ipv6_dst="},
	{FLOW_FIELD_ARP_SPA, FLOW_NEEDS_ARP, "arp_spa="},
	{FLOW_FIELD_IP_SRC, FLOW_NEEDS_NOTHING, "nw_src="},
	{FLOW_FIELD_ARP_TPA, FLOW_NEEDS_ARP, "arp_tpa="},
	{FLOW_FIELD_IP_DST, FLOW_NEEDS_NOTHING, "nw_dst="},
	{FLOW_FIELD_ARP_OP, FLOW_NEEDS_ARP, "arp_op="},
	{FLOW_FIELD_NW_PROTO, FLOW_NEEDS_NOTHING, "nw_proto="},
	{FLOW_FIELD_ARP_SHA, FLOW_NEEDS_ARP, "arp_sha="},
	{FLOW_FIELD_ARP_THA, FLOW_NEEDS_ARP, "arp_tha="},
	{FLOW_FIELD_NW_TOS, FLOW_NEEDS_NOTHING, "nw_tos="},
	{FLOW_FIELD_NW_ECN, FLOW_NEEDS_NOTHING, "nw_ecn="},
	{FLOW_FIELD_NW_TTL, FLOW_NEEDS_NOTHING, "nw_ttl="},
	{FLOW_FIELD_IP_FRAG, FLOW_NEEDS_NOTHING, "nw_frag="},
	{FLOW_FIELD_ICMP_TYPE, FLOW_NEEDS_ICMPV4, "icmp_type="},
	{FLOW_FIELD_ICMPV6_TYPE, FLOW_NEEDS_ICMPV6, "icmp_type="},
	{FLOW_FIELD_TCP_SRC, FLOW_NEEDS_NOTHING, "tp_src="},
	{FLOW_FIELD_ICMP_CODE, FLOW_NEEDS_ICMPV4, "icmp_code="},
	{FLOW_FIELD_ICMPV6_CODE, FLOW_NEEDS_ICMPV6, "icmp_code="},
	{FLOW_FIELD_TCP_DST, FLOW_NEEDS_NOTHING, "tp_dst="},
	{FLOW_FIELD_TCP_FLAGS, FLOW_NEEDS_NOTHING, "tcp_flags="},
	{FLOW_FIELD_ND_TARGET, FLOW_NEEDS_NOTHING, "nd_target="},
};

static void print_view(struct printer *printer, const struct view *view)
{
	const struct flow_field *field = flow_field_at(view->field);
	struct flow_value mask = flow_field_get(field, &printer->left);

	if ((!mask.hi && !mask.lo) || !flow_prerequisite_met(view->needs, printer->match))
		return;
	/* Some bits of an ICMP type are those of tp_src. */
	if (view->needs && !field->maskable && mask.lo != flow_field_ones(field).lo)
		return;
	done(printer, view->field);
	if (view->field == FLOW_FIELD_VLAN_TCI) {
		print_vlan(printer);
		return;
	}
	print_name(printer, view->name);
	if (view->field == FLOW_FIELD_ETH_TYPE)
		text_add(printer->text, "0x%04x", (unsigned)value_of(printer->match, view->field));
	else
		flow_field_print(field, printer->text, printer->ports,
				 flow_field_get(field, &printer->match->value), mask);
}

void flow_match_print(struct text *text, const struct flow_match *match,
		      const struct flow_ports *ports)
{
	struct printer printer = {text, ports, match, match->mask, ""};

	print_shorthand(&printer);
	for (size_t i = 0; i < sizeof(views) / sizeof(*views); i++)
		print_view(&printer, &views[i]);
}

static int add_words(struct flow_match *match, char *text, const struct flow_ports *ports,
		     struct error *error)
{
	struct flow_word word;

	while (flow_word_next(&text, &word)) {
		int added = flow_match_add(match, word.name, word.value, ports, error);

		if (added < 0)
			return added;
		if (!added)
			return error_set(error, -EINVAL, "unknown keyword %s", word.name);
	}
	return 0;
}

int flow_match_parse(struct flow_match *match, const char *text, const struct flow_ports *ports,
		     struct error *error)
{
	char *copy = strdup(text);
	int err;

	if (!copy)
		return error_set(error, -ENOMEM, "out of memory");
	*match = (struct flow_match){0};
	err = add_words(match, copy, ports, error);
	if (!err)
		flow_match_normalise(match);
	free(copy);
	return err;
}
