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
	FLOW_ACTION_CONTROLLER, /* number: max_len; id: controller id, reason: what is printed of it
				 */
	FLOW_ACTION_SET,        /* field, value, mask */
	FLOW_ACTION_MOVE,       /* field, to, from_bit, to_bit, bits */
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

struct flow_action {
	struct flow_action *next;
	enum flow_action_kind kind;
	uint8_t spelling; /* how it was written, where several actions do the same: flow_action.c's
			   */
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

/*
 * Reads what stands behind "actions=". `match` is that of the flow, for prerequisites, which
 * actions may change (push_vlan gives a tag); NULL: of a group's bucket, which anything may reach.
 * -EINVAL with ovs-ofctl's kind of sentence: the word that was wrong, and why. On success the
 * caller owns the list; "drop" is NULL.
 */
int flow_actions_parse(const char *text, const struct flow_match *match, uint8_t table,
		       const struct flow_ports *ports, struct flow_action **actions,
		       struct error *error);

/* As ovs-ofctl prints it, without "actions=". NULL: drop. ports NULL: numbers, not names. */
void flow_actions_print(struct text *text, const struct flow_action *actions,
			const struct flow_ports *ports);

void flow_actions_free(struct flow_action *actions);

/* Have they an output to this port, or to this group? For out_port= and out_group=. */
bool flow_actions_output_to(const struct flow_action *actions, uint16_t port);
bool flow_actions_use_group(const struct flow_action *actions, uint32_t group);
bool flow_actions_use_meter(const struct flow_action *actions, uint32_t meter);

#endif
