/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files that read actions share. */
#ifndef XVS_FLOW_ACTION_PARSE_H
#define XVS_FLOW_ACTION_PARSE_H

#include "switchd/flow_action.h"
#include "switchd/flow_word.h"

struct flow_action_parser {
	const struct flow_ports *ports;
	struct flow_match match; /* of frames that come to where it is */
	bool bucket;             /* of a group: nothing is known of them */
	uint8_t table;
	unsigned int depth; /* in clones */
	unsigned int below; /* tags that push_vlan has put others on */
	struct error *error;
};

/* Reads the value that stands behind the action's name, and may write into it. The kind is set. */
typedef int flow_action_parse_fn(struct flow_action_parser *parser, struct flow_action *action,
				 const struct flow_word *word);

flow_action_parse_fn flow_parse_mod; /* the field is set; that of TCP for ports */
flow_action_parse_fn flow_parse_set_field;
flow_action_parse_fn flow_parse_load;
flow_action_parse_fn flow_parse_move;

/* From here on frames have a tag, or none. */
void flow_parser_tag(struct flow_action_parser *parser, bool tagged);

#endif
