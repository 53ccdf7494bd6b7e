/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/flow_action_parse.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/if_ether.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "switchd/flow_port.h"
#include "switchd/flow_word.h"

#define INVALID "actions are invalid with specified match"

static int parse_list(struct flow_action_parser *parser, char *text, struct flow_action **list);

/* Sentences. */

static int missing_number(const struct flow_action_parser *parser, const char *text)
{
	if (!*text)
		return error_set(parser->error, -EINVAL, "missing required numeric argument");
	return error_set(parser->error, -EINVAL, "invalid numeric format %s", text);
}

static int unsupported(const struct flow_action_parser *parser, const char *name, const char *what)
{
	return error_set(parser->error, -EINVAL, "%s: %s is not supported", name, what);
}

/* Outputs. */

static int check_output(const struct flow_action_parser *parser, const char *text, uint16_t port)
{
	if (port == FLOW_PORT_TABLE)
		return unsupported(parser, text, "output to TABLE");
	if (port < XVS_OFPP_MAX || (port >= XVS_OFPP_IN_PORT && port != XVS_OFPP_NONE))
		return 0;
	return error_set(parser->error, -EINVAL, INVALID " (OFPBAC_BAD_OUT_PORT): %s", text);
}

/* "output" may also be said by the port alone. `max_len` is of a controller. */
static int set_output(struct flow_action_parser *parser, struct flow_action *action,
		      const char *text, uint16_t port, uint32_t max_len)
{
	action->kind = port == FLOW_PORT_CONTROLLER ? FLOW_ACTION_CONTROLLER : FLOW_ACTION_OUTPUT;
	action->port = port;
	action->number = max_len;
	action->reason = FLOW_REASON_ACTION;
	return check_output(parser, text, port);
}

static int parse_output(struct flow_action_parser *parser, struct flow_action *action,
			const struct flow_word *word)
{
	uint16_t port;

	if (flow_port_parse(word->value, parser->ports, &port))
		return set_output(parser, action, word->value, port, FLOW_CONTROLLER_ALL);
	if (strstr(word->value, "max_len="))
		return unsupported(parser, word->value, "to cut packets short");
	if (flow_field_find(word->value, strcspn(word->value, "[")))
		return unsupported(parser, word->value, "output to the port that a field says");
	return error_set(parser->error, -EINVAL, "%s: output to unknown port", word->value);
}

/* NORMAL and the like, with nothing behind them. */
static int parse_port(struct flow_action_parser *parser, struct flow_action *action,
		      const struct flow_word *word)
{
	uint16_t port;

	if (!flow_port_parse(word->name, parser->ports, &port))
		return error_set(parser->error, -EINVAL, "unknown action %s", word->name);
	return set_output(parser, action, word->name, port, 0);
}

static int parse_controller_word(struct flow_action_parser *parser, struct flow_action *action,
				 const struct flow_word *word)
{
	uint64_t number;

	if (!strcmp(word->name, "reason")) {
		for (uint8_t i = 0; i < FLOW_REASONS; i++) {
			if (!strcmp(word->value, flow_reasons[i])) {
				action->reason = i;
				return 0;
			}
		}
		return error_set(parser->error, -EINVAL, "unknown reason \"%s\"", word->value);
	}
	if (!strcmp(word->name, "userdata") || !strcmp(word->name, "pause") ||
	    !strcmp(word->name, "meter_id"))
		return unsupported(parser, "controller", word->name);
	if (strcmp(word->name, "max_len") && strcmp(word->name, "id"))
		return error_set(parser->error, -EINVAL,
				 "unknown key \"%s\" parsing controller action", word->name);
	if (!flow_number(word->value, UINT16_MAX, &number))
		return error_set(parser->error, -EINVAL, "invalid %s \"%s\"", word->name,
				 word->value);
	if (*word->name == 'm')
		action->number = (uint32_t)number;
	else
		action->id = (uint16_t)number;
	return 0;
}

static int parse_controller(struct flow_action_parser *parser, struct flow_action *action,
			    const struct flow_word *word)
{
	char *text = word->value;
	struct flow_word part;
	uint64_t number;
	int err = 0;

	action->reason = FLOW_REASON_ACTION;
	action->number = FLOW_CONTROLLER_ALL;
	if (word->delimiter != '(' && flow_number(text, UINT64_MAX, &number)) {
		if (number > UINT16_MAX)
			return error_set(parser->error, -EINVAL, "invalid max_len \"%s\"", text);
		action->number = (uint32_t)number;
		return 0;
	}
	while (!err && flow_word_next(&text, &part))
		err = parse_controller_word(parser, action, &part);
	return err;
}

static int parse_dec_ttl(struct flow_action_parser *parser, struct flow_action *action,
			 const struct flow_word *word)
{
	(void)action;
	if (*word->value)
		return unsupported(parser, word->value, "to tell controllers of dec_ttl");
	return 0;
}

static int parse_push_vlan(struct flow_action_parser *parser, struct flow_action *action,
			   const struct flow_word *word)
{
	uint64_t tpid;

	if (!flow_number(word->value, UINT16_MAX, &tpid))
		return error_set(parser->error, -EINVAL, "invalid ethertype \"%s\"", word->value);
	if (tpid != ETH_P_8021Q && tpid != ETH_P_8021AD)
		return error_set(parser->error, -EINVAL, "%s: not a valid VLAN ethertype",
				 word->value);
	action->number = (uint32_t)tpid;
	if (flow_prerequisite_met(FLOW_NEEDS_VLAN, &parser->match))
		parser->below++;
	flow_parser_tag(parser, true);
	return 0;
}

static int parse_pop_vlan(struct flow_action_parser *parser, struct flow_action *action,
			  const struct flow_word *word)
{
	(void)action;
	(void)word;
	if (parser->below)
		parser->below--;
	else
		flow_parser_tag(parser, false);
	return 0;
}

static int parse_write_metadata(struct flow_action_parser *parser, struct flow_action *action,
				const struct flow_word *word)
{
	char *slash = strchr(word->value, '/');

	if (slash)
		*slash = '\0';
	if (!flow_number(word->value, UINT64_MAX, &action->value.lo))
		return missing_number(parser, word->value);
	action->mask.lo = UINT64_MAX;
	if (slash && !flow_number(slash + 1, UINT64_MAX, &action->mask.lo))
		return missing_number(parser, slash + 1);
	return 0;
}

/* Tables. */

static int parse_resubmit_port(struct flow_action_parser *parser, struct flow_action *action,
			       const char *text)
{
	action->port = XVS_OFPP_IN_PORT;
	if (*text && !flow_port_parse(text, parser->ports, &action->port))
		return error_set(parser->error, -EINVAL, "%s: resubmit to unknown port", text);
	return 0;
}

static int parse_resubmit_table(struct flow_action_parser *parser, struct flow_action *action,
				const char *text)
{
	uint64_t table = FLOW_TABLE_SAME;

	if (*text && !flow_number(text, FLOW_TABLE_SAME, &table))
		return error_set(parser->error, -EINVAL, "%s: resubmit to unknown table", text);
	if (table >= XVS_FLOW_TABLES && table != FLOW_TABLE_SAME)
		return error_set(parser->error, -EINVAL,
				 "%s: resubmit to unknown table: there are tables 0 to %d", text,
				 XVS_FLOW_TABLES - 1);
	action->table = (uint8_t)table;
	return 0;
}

static int parse_resubmit(struct flow_action_parser *parser, struct flow_action *action,
			  const struct flow_word *word)
{
	char *table = word->delimiter == '(' ? strchr(word->value, ',') : NULL;
	char *rest = NULL;
	int err;

	if (table) {
		*table++ = '\0';
		table += strspn(table, " ");
		rest = strchr(table, ',');
	}
	if (rest)
		return unsupported(parser, "resubmit", rest + 1);
	err = parse_resubmit_port(parser, action, word->value);
	if (!err)
		err = parse_resubmit_table(parser, action, table ? table : "");
	if (err)
		return err;
	if (action->port == XVS_OFPP_IN_PORT && action->table == FLOW_TABLE_SAME)
		return error_set(parser->error, -EINVAL,
				 "at least one \"in_port\" or \"table\" must be specified on "
				 "resubmit");
	return 0;
}

static int parse_goto_table(struct flow_action_parser *parser, struct flow_action *action,
			    const struct flow_word *word)
{
	uint64_t table;

	if (!flow_number(word->value, XVS_FLOW_TABLES - 1, &table))
		return error_set(parser->error, -EINVAL, "unknown table \"%s\"", word->value);
	if (table <= parser->table)
		return error_set(parser->error, -EINVAL,
				 INVALID
				 " (OFPBIC_BAD_TABLE_ID): goto_table:%s leads from table %u "
				 "to a later one only",
				 word->value, parser->table);
	action->table = (uint8_t)table;
	return 0;
}

/* The others. */

static int parse_number(struct flow_action_parser *parser, struct flow_action *action,
			const struct flow_word *word)
{
	uint64_t number;

	if (!flow_number(word->value, UINT32_MAX, &number))
		return missing_number(parser, word->value);
	if (action->kind == FLOW_ACTION_METER && !number)
		return error_set(parser->error, -EINVAL, INVALID " (OFPMMFC_INVALID_METER): 0");
	action->number = (uint32_t)number;
	return 0;
}

static int hex_digit(char digit)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	const char *at = digit ? strchr(digits, digit) : NULL;

	if (!at)
		return -1;
	return at - digits < 16 ? (int)(at - digits) : (int)(at - digits) - 6;
}

/* OpenFlow rounds actions up to 8 octets; a note's first 10 are its header. */
static uint32_t padded_note(uint32_t octets)
{
	return (octets + 10 + 7) / 8 * 8 - 10;
}

static int parse_note(struct flow_action_parser *parser, struct flow_action *action,
		      const struct flow_word *word)
{
	size_t room = padded_note((uint32_t)(strlen(word->value) / 2));
	uint32_t n = 0;

	action->octets = calloc(1, room);
	if (!action->octets)
		return error_set(parser->error, -ENOMEM, "out of memory");
	for (const char *at = word->value + strspn(word->value, "."); *at; at += strspn(at, ".")) {
		int high = hex_digit(at[0]), low = high < 0 ? -1 : hex_digit(at[1]);

		if (low < 0)
			return error_set(parser->error, -EINVAL,
					 "bad hex digit in `note' argument");
		action->octets[n++] = (uint8_t)(high << 4 | low);
		at += 2;
	}
	action->number = padded_note(n);
	return 0;
}

/* What is done to a clone's packet is done to no other. */
static int parse_clone(struct flow_action_parser *parser, struct flow_action *action,
		       const struct flow_word *word)
{
	struct flow_match match = parser->match;
	unsigned int below = parser->below;
	int err;

	if (word->open)
		return error_set(parser->error, -EINVAL, "clone(%s: missing `)'", word->value);
	if (parser->depth == FLOW_ACTION_DEPTH_MAX)
		return error_set(parser->error, -EINVAL,
				 "clone: more than %d of them in each other",
				 FLOW_ACTION_DEPTH_MAX);
	parser->depth++;
	err = parse_list(parser, word->value, &action->list);
	parser->depth--;
	parser->match = match;
	parser->below = below;
	return err;
}

static const struct known {
	const char *name;
	enum flow_action_kind kind;
	flow_action_parse_fn *parse;
	enum flow_field_id field; /* of flow_parse_mod */
} known[] = {
	{"output", FLOW_ACTION_OUTPUT, parse_output, 0},
	{"controller", FLOW_ACTION_CONTROLLER, parse_controller, 0},
	{"mod_dl_src", FLOW_ACTION_SET, flow_parse_mod, FLOW_FIELD_ETH_SRC},
	{"mod_dl_dst", FLOW_ACTION_SET, flow_parse_mod, FLOW_FIELD_ETH_DST},
	{"mod_vlan_vid", FLOW_ACTION_SET, flow_parse_mod, FLOW_FIELD_VLAN_VID},
	{"set_vlan_vid", FLOW_ACTION_SET, flow_parse_mod, FLOW_FIELD_VLAN_VID},
	{"mod_vlan_pcp", FLOW_ACTION_SET, flow_parse_mod, FLOW_FIELD_VLAN_PCP},
	{"set_vlan_pcp", FLOW_ACTION_SET, flow_parse_mod, FLOW_FIELD_VLAN_PCP},
	{"mod_nw_src", FLOW_ACTION_SET, flow_parse_mod, FLOW_FIELD_IP_SRC},
	{"mod_nw_dst", FLOW_ACTION_SET, flow_parse_mod, FLOW_FIELD_IP_DST},
	{"mod_nw_tos", FLOW_ACTION_SET, flow_parse_mod, FLOW_FIELD_IP_DSCP},
	{"mod_nw_ecn", FLOW_ACTION_SET, flow_parse_mod, FLOW_FIELD_NW_ECN},
	{"mod_nw_ttl", FLOW_ACTION_SET, flow_parse_mod, FLOW_FIELD_NW_TTL},
	{"mod_tp_src", FLOW_ACTION_SET, flow_parse_mod, FLOW_FIELD_TCP_SRC},
	{"mod_tp_dst", FLOW_ACTION_SET, flow_parse_mod, FLOW_FIELD_TCP_DST},
	{"set_field", FLOW_ACTION_SET, flow_parse_set_field, 0},
	{"load", FLOW_ACTION_SET, flow_parse_load, 0},
	{"move", FLOW_ACTION_MOVE, flow_parse_move, 0},
	{"dec_ttl", FLOW_ACTION_DEC_TTL, parse_dec_ttl, 0},
	{"push_vlan", FLOW_ACTION_PUSH_VLAN, parse_push_vlan, 0},
	{"pop_vlan", FLOW_ACTION_POP_VLAN, parse_pop_vlan, 0},
	{"strip_vlan", FLOW_ACTION_POP_VLAN, parse_pop_vlan, 0},
	{"resubmit", FLOW_ACTION_RESUBMIT, parse_resubmit, 0},
	{"goto_table", FLOW_ACTION_GOTO_TABLE, parse_goto_table, 0},
	{"write_metadata", FLOW_ACTION_WRITE_METADATA, parse_write_metadata, 0},
	{"note", FLOW_ACTION_NOTE, parse_note, 0},
	{"clone", FLOW_ACTION_CLONE, parse_clone, 0},
	{"meter", FLOW_ACTION_METER, parse_number, 0},
	{"group", FLOW_ACTION_GROUP, parse_number, 0},
};

static const char *const refused[] = {
	"enqueue",
	"set_queue",
	"pop_queue",
	"learn",
	"ct",
	"ct_clear",
	"nat",
	"bundle",
	"bundle_load",
	"multipath",
	"exit",
	"write_actions",
	"clear_actions",
	"set_tunnel",
	"set_tunnel64",
	"sample",
	"push_mpls",
	"pop_mpls",
	"set_mpls_label",
	"set_mpls_tc",
	"set_mpls_ttl",
	"dec_mpls_ttl",
	"dec_nsh_ttl",
	"push",
	"pop",
	"fin_timeout",
	"conjunction",
	"encap",
	"decap",
	"debug_recirc",
	"debug_slow",
	"delete_field",
	"check_pkt_larger",
};

static int parse_known(struct flow_action_parser *parser, struct flow_action *action,
		       const struct flow_word *word)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!strcasecmp(word->name, known[i].name)) {
			action->kind = known[i].kind;
			action->field = flow_field_at(known[i].field);
			return known[i].parse(parser, action, word);
		}
	}
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (!strcasecmp(word->name, refused[i]))
			return unsupported(parser, word->name, "this action");
	if (!strcasecmp(word->name, "apply_actions"))
		return error_set(parser->error, -EINVAL,
				 "apply_actions is the default instruction");
	return parse_port(parser, action, word);
}

/* The order of OpenFlow's instructions; actions are all one of them, apply_actions. */
static int rank(const struct flow_action *action)
{
	switch (action->kind) {
	case FLOW_ACTION_METER:
		return 0;
	case FLOW_ACTION_WRITE_METADATA:
		return 2;
	case FLOW_ACTION_GOTO_TABLE:
		return 3;
	default:
		return 1;
	}
}

static int check_order(const struct flow_action_parser *parser, const struct flow_action *before,
		       const struct flow_action *action)
{
	static const char *const names[] = {"meter", "apply_actions", "write_metadata",
					    "goto_table"};
	int first = rank(before), second = rank(action);

	if (first == second && first != 1)
		return error_set(parser->error, -EINVAL,
				 "duplicate %s instruction not allowed, for OpenFlow 1.1+ "
				 "compatibility",
				 names[first]);
	if (first > second)
		return error_set(parser->error, -EINVAL,
				 "invalid instruction ordering: %s must appear before %s, for "
				 "OpenFlow 1.1+ compatibility",
				 names[second], names[first]);
	return 0;
}

/* In buckets and clones, there are actions only. A bucket may have a meter among them. */
static int check_nested(const struct flow_action_parser *parser, const struct flow_action *action)
{
	if (action->kind == FLOW_ACTION_METER && parser->depth)
		return error_set(parser->error, -EINVAL,
				 "clone action doesn't support nested action meter");
	if (action->kind == FLOW_ACTION_GOTO_TABLE || action->kind == FLOW_ACTION_WRITE_METADATA)
		return error_set(parser->error, -EINVAL, "%s instruction not allowed here",
				 action->kind == FLOW_ACTION_GOTO_TABLE ? "goto_table"
									: "write_metadata");
	return 0;
}

static int check_place(const struct flow_action_parser *parser, const struct flow_action *before,
		       const struct flow_action *action)
{
	if (parser->bucket || parser->depth)
		return check_nested(parser, action);
	return before ? check_order(parser, before, action) : 0;
}

static int parse_list(struct flow_action_parser *parser, char *text, struct flow_action **list)
{
	struct flow_action *before = NULL;
	struct flow_word word;
	bool drop = false;

	while (flow_word_next(&text, &word)) {
		struct flow_action *action;
		int err;

		if (drop || (*list && !strcasecmp(word.name, "drop")))
			return error_set(parser->error, -EINVAL,
					 "\"drop\" must not be accompanied by any other action or "
					 "instruction");
		drop = !strcasecmp(word.name, "drop");
		if (drop)
			continue;
		action = calloc(1, sizeof(*action));
		if (!action)
			return error_set(parser->error, -ENOMEM, "out of memory");
		*(before ? &before->next : list) = action;
		err = parse_known(parser, action, &word);
		if (!err)
			err = check_place(parser, before, action);
		if (err)
			return err;
		before = action;
	}
	return 0;
}

int flow_actions_parse(const char *text, const struct flow_match *match, uint8_t table,
		       const struct flow_ports *ports, struct flow_action **actions,
		       struct error *error)
{
	struct flow_action_parser parser = {
		.ports = ports, .bucket = !match, .table = table, .error = error};
	char *copy = strdup(text);
	int err;

	*actions = NULL;
	if (!copy)
		return error_set(error, -ENOMEM, "out of memory");
	if (match)
		parser.match = *match;
	err = parse_list(&parser, copy, actions);
	free(copy);
	if (err) {
		flow_actions_free(*actions);
		*actions = NULL;
	}
	return err;
}
