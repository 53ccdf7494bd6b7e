/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Actions of flows (ovs-actions(7)), as a list. It is what the text says; flow_program.h makes of
 * it what the data path runs.
 */
#ifndef XVS_FLOW_ACTION_H
#define XVS_FLOW_ACTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "db/error.h"
#include "db/text.h"
#include "switchd/flow.h"
#include "switchd/flow_field.h"

enum flow_action_kind {
	FLOW_ACTION_OUTPUT,     /* port; also NORMAL, FLOOD, ALL, IN_PORT, LOCAL by their numbers */
	FLOW_ACTION_CONTROLLER, /* number: max_len; id: controller id; reason: why */
	FLOW_ACTION_SET,        /* field, value, mask, spelling, sayable, always */
	FLOW_ACTION_MOVE,       /* field, to, from_bit, to_bit, bits, always */
	FLOW_ACTION_DEC_TTL,
	FLOW_ACTION_PUSH_VLAN, /* number: TPID */
	FLOW_ACTION_POP_VLAN,
	FLOW_ACTION_RESUBMIT,   /* port (XVS_OFPP_IN_PORT: as it is), table (255: the same one) */
	FLOW_ACTION_GOTO_TABLE, /* table */
	FLOW_ACTION_WRITE_METADATA, /* value, mask */
	FLOW_ACTION_NOTE,           /* octets, number: how many */
	FLOW_ACTION_CLONE,          /* list */
	FLOW_ACTION_METER,          /* number */
	FLOW_ACTION_GROUP,          /* number */
};

/* OpenFlow's reserved ports that actions know besides datapath/flow_types.h's. */
#define FLOW_PORT_TABLE      0xfff9
#define FLOW_PORT_NORMAL     0xfffa
#define FLOW_PORT_FLOOD      0xfffb
#define FLOW_PORT_ALL        0xfffc
#define FLOW_PORT_CONTROLLER 0xfffd

#define FLOW_PORT_RESERVED   0xfff8 /* first of these */

#define FLOW_CONTROLLER_ALL  0xffff /* max_len: the whole frame */
#define FLOW_TABLE_SAME      0xff   /* of a resubmit */

/* Why a frame goes to the controller (enum ofp_packet_in_reason), by their numbers. */
#define FLOW_REASONS       6
#define FLOW_REASON_ACTION 1
extern const char *const flow_reasons[FLOW_REASONS];

/* How a FLOW_ACTION_SET was written. What it is printed as: flow_action_print.c. */
enum flow_spelling {
	FLOW_SPELLED_LOAD,
	FLOW_SPELLED_SET_FIELD,
	FLOW_SPELLED_MOD, /* mod_dl_src and its like */
};

struct flow_action {
	struct flow_action *next;
	enum flow_action_kind kind;
	uint8_t spelling; /* enum flow_spelling */
	bool sayable;     /* a set_field of the same meaning would be taken where this one stands */
	bool always;      /* what is matched says that the field is there */
	uint8_t table;
	uint8_t from_bit, to_bit, bits;
	uint8_t reason;
	uint16_t port;
	uint16_t id;
	uint32_t number;
	const struct flow_field *field, *to;
	struct flow_value value, mask;
	uint8_t *octets;          /* owned */
	struct flow_action *list; /* owned */
};

/* Lists in clones may be this deep. */
#define FLOW_ACTION_DEPTH_MAX XVS_FLOW_CLONES_MAX

/*
 * Reads what stands behind "actions=". `match` is that of the flow, for prerequisites, which
 * actions may change (push_vlan gives a tag); NULL: of a group's bucket, which anything may reach.
 * -EINVAL with ovs-ofctl's kind of sentence: the word that was wrong, and why. On success the
 * caller owns the list; "drop" is NULL.
 */
int flow_actions_parse(const char *text, const struct flow_match *match, uint8_t table,
		       const struct flow_ports *ports, struct flow_action **actions,
		       struct error *error);

/* Whose words actions are printed in, where there are several for one thing. */
enum flow_words {
	FLOW_WORDS_1_0, /* OpenFlow 1.0 and Nicira's extensions; what they can't say, as 1.2 */
	FLOW_WORDS_1_1,
	FLOW_WORDS_1_2, /* and later */
	FLOW_WORDS_1_5,
	FLOW_WORDS_SAID, /* who said it: this is what the database keeps */
};

/* As ovs-ofctl prints it, without "actions=". What is read back does the same. NULL: drop. ports
 * NULL: numbers, not names. */
void flow_actions_print(struct text *text, const struct flow_action *actions,
			const struct flow_ports *ports, enum flow_words words);

void flow_actions_free(struct flow_action *actions);

/* Have they an output to this port, or to this group? For out_port= and out_group=. */
bool flow_actions_output_to(const struct flow_action *actions, uint16_t port);
bool flow_actions_use_group(const struct flow_action *actions, uint32_t group);
bool flow_actions_use_meter(const struct flow_action *actions, uint32_t meter);

/* The mod_… action that writes the field; NULL: there is none. */
const char *flow_action_mod_name(const struct flow_field *field);

/* The field's width as actions see it: OpenFlow's VLAN VID without the bit for the tag. */
unsigned int flow_action_bits(const struct flow_field *field);

/* Does it set this field, or bits of it? */
bool flow_action_writes(const struct flow_action *action, enum flow_field_id id);

#endif
