/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the actions that write fields: mod_dl_src and its like, set_field, load and move. */
#include <errno.h>
#include <string.h>
#include "switchd/flow_action_parse.h"
#include "switchd/flow_bits.h"
#include "switchd/flow_subfield.h"

#define INCONSISTENT "actions are invalid with specified match (OFPBAC_MATCH_INCONSISTENT)"

void flow_parser_tag(struct flow_action_parser *parser, bool tagged)
{
	uint64_t bit = (uint64_t)XVS_FLOW_TCI_TAGGED << 32;

	parser->match.mask.word[0] |= bit;
	if (tagged)
		parser->match.value.word[0] |= bit;
	else
		parser->match.value.word[0] &= ~bit;
}

/* To match a VLAN, there need not be a match of a tag before it; to write it, there must. */
static enum flow_prerequisite need(const struct flow_field *field)
{
	return field == flow_field_at(FLOW_FIELD_VLAN_VID) ? FLOW_NEEDS_VLAN : field->prerequisite;
}

static bool is_there(const struct flow_action_parser *parser, const struct flow_field *field)
{
	return !parser->bucket && flow_prerequisite_met(need(field), &parser->match);
}

/* What must be matched for a field to be read or written. Frames may come to a bucket from flows
 * of all kinds, and are changed if they are of the right one. */
static int check_field(const struct flow_action_parser *parser, const struct flow_field *field,
		       const char *what)
{
	if (parser->bucket || is_there(parser, field))
		return 0;
	return error_set(parser->error, -EINVAL, "%s %s lacks correct prerequisites: " INCONSISTENT,
			 what, field->name);
}

/* What Open vSwitch writes and the data path does not. */
static const struct {
	enum flow_field_id field;
	const char *why;
} unwritable[] = {
	{FLOW_FIELD_IN_PORT,
	 "resubmit(port,table) looks a frame up as if it came in by another port"},
	{FLOW_FIELD_SCTP_SRC, "SCTP's checksum covers the whole packet"},
	{FLOW_FIELD_SCTP_DST, "SCTP's checksum covers the whole packet"},
	{FLOW_FIELD_ICMP_TYPE, "the switch does not rewrite ICMP"},
	{FLOW_FIELD_ICMP_CODE, "the switch does not rewrite ICMP"},
	{FLOW_FIELD_ICMPV6_TYPE, "the switch does not rewrite ICMP"},
	{FLOW_FIELD_ICMPV6_CODE, "the switch does not rewrite ICMP"},
	{FLOW_FIELD_ND_TARGET, "the switch does not rewrite ICMP"},
};

static int check_writable(const struct flow_action_parser *parser, const struct flow_field *field)
{
	if (!field->writable)
		return error_set(parser->error, -EINVAL, "%s is read-only", field->name);
	for (size_t i = 0; i < sizeof(unwritable) / sizeof(unwritable[0]); i++)
		if (field == flow_field_at(unwritable[i].field))
			return error_set(parser->error, -EINVAL, "%s is read-only: %s", field->name,
					 unwritable[i].why);
	return 0;
}

/* TCP's, UDP's and SCTP's ports are different fields with one name. */
static int choose_ports(struct flow_action_parser *parser, struct flow_action *action, bool source)
{
	const struct flow_field *sctp =
		flow_field_at(source ? FLOW_FIELD_SCTP_SRC : FLOW_FIELD_SCTP_DST);
	const struct flow_field *udp =
		flow_field_at(source ? FLOW_FIELD_UDP_SRC : FLOW_FIELD_UDP_DST);

	if (is_there(parser, sctp))
		return check_writable(parser, sctp);
	if (is_there(parser, udp))
		action->field = udp;
	return 0;
}

static int parse_small(struct flow_action_parser *parser, struct flow_action *action,
		       const char *text, uint64_t max, const char *what, const char *invalid)
{
	if (!flow_number(text, UINT16_MAX, &action->value.lo))
		return error_set(parser->error, -EINVAL, "invalid %s \"%s\"", what, text);
	if (action->value.lo > max)
		return error_set(parser->error, -EINVAL, "%s: not a valid %s", text, invalid);
	return 0;
}

/* Numbers of one octet. */
static int parse_octet(struct flow_action_parser *parser, struct flow_action *action,
		       const char *text, uint64_t bad, const char *what)
{
	if (!flow_number(text, UINT8_MAX, &action->value.lo))
		return error_set(parser->error, -EINVAL, "invalid %s \"%s\"", what, text);
	if (action->value.lo & bad)
		return error_set(parser->error, -EINVAL, "%s: not a valid %s", text, what);
	return 0;
}

static int parse_port_number(struct flow_action_parser *parser, struct flow_action *action,
			     const char *text, bool source)
{
	if (!flow_number(text, UINT16_MAX, &action->value.lo))
		return error_set(parser->error, -EINVAL, "invalid %s port \"%s\"",
				 source ? "source" : "destination", text);
	return choose_ports(parser, action, source);
}

static int parse_address(struct flow_action_parser *parser, struct flow_action *action,
			 const char *text)
{
	if (!flow_field_parse(action->field, text, NULL, &action->value, NULL, NULL))
		return 0;
	if (action->field->format == FLOW_MAC)
		return error_set(parser->error, -EINVAL, "invalid mac address %s", text);
	return error_set(parser->error, -EINVAL, "%s: could not convert to IP address", text);
}

static int parse_mod_value(struct flow_action_parser *parser, struct flow_action *action,
			   const char *text)
{
	int err;

	switch (action->field - flow_field_at(0)) {
	case FLOW_FIELD_VLAN_VID:
		return parse_small(parser, action, text, 4095, "VLAN VID", "VLAN VID");
	case FLOW_FIELD_VLAN_PCP:
		return parse_small(parser, action, text, 7, "VLAN PCP", "VLAN PCP");
	case FLOW_FIELD_IP_DSCP:
		err = parse_octet(parser, action, text, 3, "TOS");
		action->value.lo >>= 2;
		return err;
	case FLOW_FIELD_NW_ECN:
		return parse_octet(parser, action, text, 0xfc, "ECN");
	case FLOW_FIELD_NW_TTL:
		return parse_octet(parser, action, text, 0, "TTL");
	case FLOW_FIELD_TCP_SRC:
		return parse_port_number(parser, action, text, true);
	case FLOW_FIELD_TCP_DST:
		return parse_port_number(parser, action, text, false);
	default:
		return parse_address(parser, action, text);
	}
}

/* TCP's and UDP's are written by one mod, and by a set_field each. */
static bool is_port(const struct flow_field *field)
{
	return field->prerequisite == FLOW_NEEDS_TCP || field->prerequisite == FLOW_NEEDS_UDP;
}

/* OpenFlow 1.0 has no action for these; they are a set_field by another name. */
static bool is_modern(const struct flow_field *field)
{
	return field == flow_field_at(FLOW_FIELD_NW_ECN) ||
	       field == flow_field_at(FLOW_FIELD_NW_TTL);
}

/* Frames of another kind are left as they are: OpenFlow 1.0 asks for no match here. */
int flow_parse_mod(struct flow_action_parser *parser, struct flow_action *action,
		   const struct flow_word *word)
{
	int err;

	action->spelling = FLOW_SPELLED_MOD;
	err = parse_mod_value(parser, action, word->value);
	if (!err && is_modern(action->field))
		err = check_field(parser, action->field, "set_field");
	if (err)
		return err;
	action->mask = flow_bits_range(0, flow_action_bits(action->field));
	action->always = is_there(parser, action->field);
	action->sayable = action->always || (parser->bucket && !is_port(action->field));
	if (need(action->field) == FLOW_NEEDS_VLAN)
		flow_parser_tag(parser, true);
	return 0;
}

/* Cuts "A->B" in two. NULL: there is no arrow. */
static char *cut_arrow(char *text)
{
	char *arrow = strstr(text, "->");

	if (!arrow)
		return NULL;
	*arrow = '\0';
	return arrow + 2;
}

/* Without the bit that says that there is a tag, which OpenFlow 1.2's numbers have. */
static void drop_tag_bit(struct flow_action *action)
{
	action->value.lo &= 0xfff;
	action->mask.lo &= 0xfff;
}

/* dl_vlan and dl_vlan_pcp are these fields for a match that has no tag, too. */
static const struct flow_field *find_written(const char *name)
{
	const struct flow_field *field = flow_field_find(name, strlen(name));

	if (field == flow_field_at(FLOW_FIELD_DL_VLAN))
		return flow_field_at(FLOW_FIELD_VLAN_VID);
	if (field == flow_field_at(FLOW_FIELD_DL_VLAN_PCP))
		return flow_field_at(FLOW_FIELD_VLAN_PCP);
	return field;
}

int flow_parse_set_field(struct flow_action_parser *parser, struct flow_action *action,
			 const struct flow_word *word)
{
	char *text = word->value;
	char *name = cut_arrow(text);
	int err;

	if (!name)
		return error_set(parser->error, -EINVAL, "%s: missing `->'", text);
	action->field = find_written(name);
	if (!action->field)
		return error_set(parser->error, -EINVAL, "%s is not a valid OXM field name", name);
	err = check_writable(parser, action->field);
	if (!err)
		err = flow_field_parse(action->field, text, parser->ports, &action->value,
				       &action->mask, parser->error);
	if (!err)
		err = check_field(parser, action->field, "set_field");
	if (err)
		return err;
	action->spelling = FLOW_SPELLED_SET_FIELD;
	action->sayable = true;
	action->always = !parser->bucket;
	if (action->field == flow_field_at(FLOW_FIELD_VLAN_VID))
		drop_tag_bit(action);
	if (!action->mask.hi && !action->mask.lo)
		return error_set(parser->error, -EINVAL, "%s: changes nothing in field %s", text,
				 action->field->name);
	return 0;
}

static int parse_destination(const struct flow_action_parser *parser, struct flow_subfield *part,
			     const char *text, const char *whole)
{
	const char *end = flow_subfield_parse(part, text, whole, parser->error);
	int err;

	if (!end)
		return -EINVAL;
	if (*end)
		return error_set(parser->error, -EINVAL,
				 "%s: unexpected input following field syntax", end);
	err = check_writable(parser, part->field);
	return err ? err : check_field(parser, part->field, "destination field");
}

int flow_parse_load(struct flow_action_parser *parser, struct flow_action *action,
		    const struct flow_word *word)
{
	char *text = word->value;
	struct flow_subfield part;
	struct flow_value value;
	char *name = cut_arrow(text);
	int err;

	if (!name)
		return error_set(parser->error, -EINVAL, "%s: missing `->'", text);
	if (!flow_subfield_number(text, &value))
		return error_set(parser->error, -EINVAL, "%s->%s: cannot parse integer value", text,
				 name);
	err = parse_destination(parser, &part, name, name);
	if (err)
		return err;
	err = flow_subfield_place(&part, value, name, &action->value, parser->error);
	if (err)
		return error_prefix(parser->error, err, "%s->", text);
	action->field = part.field;
	action->mask = flow_bits_range(part.from, part.bits);
	action->spelling = FLOW_SPELLED_LOAD;
	action->always = !parser->bucket;
	return 0;
}

int flow_parse_move(struct flow_action_parser *parser, struct flow_action *action,
		    const struct flow_word *word)
{
	char *text = word->value;
	struct flow_subfield from, to;
	const char *end = flow_subfield_parse(&from, text, text, parser->error);
	int err;

	if (!end)
		return -EINVAL;
	if (strncmp(end, "->", 2))
		return error_set(parser->error, -EINVAL, "%s: missing `->' following source", text);
	err = parse_destination(parser, &to, end + 2, text);
	if (err)
		return err;
	if (from.bits != to.bits)
		return error_set(parser->error, -EINVAL,
				 "%s: source field is %u bits wide but destination is %u bits wide",
				 text, from.bits, to.bits);
	err = check_field(parser, from.field, "source field");
	if (err)
		return err;
	action->field = from.field;
	action->to = to.field;
	action->from_bit = (uint8_t)from.from;
	action->to_bit = (uint8_t)to.from;
	action->bits = (uint8_t)from.bits;
	action->always = !parser->bucket;
	return 0;
}
