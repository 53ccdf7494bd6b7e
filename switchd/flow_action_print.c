/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Actions as text. Several say the same in different ways, and ovs-ofctl prints the one that the
 * protocol has between it and the switch: in OpenFlow 1.0, set_field becomes mod_dl_src and its
 * like, or load where there is none; from 1.2 on, those become set_field, and in 1.5 it may write
 * parts of a field. A load stays what it is. 1.0 has no goto_table, and says resubmit.
 */
#include <inttypes.h>
#include "switchd/flow_action.h"
#include "switchd/flow_bits.h"
#include "switchd/flow_port.h"

struct printer {
	struct text *text;
	const struct flow_ports *ports;
	enum flow_words words;
};

static void print_list(struct printer *printer, const struct flow_action *actions);

/* 0 has no 0x in front of it. */
static void print_hex(struct text *text, uint64_t number)
{
	text_add(text, "%#" PRIx64, number);
}

static void print_subfield(struct text *text, const struct flow_field *field, unsigned int from,
			   unsigned int bits)
{
	text_add(text, "%s[", field->nxm ? field->nxm : field->oxm);
	if (bits == 1)
		text_add(text, "%u", from);
	else if (bits != flow_action_bits(field))
		text_add(text, "%u..%u", from, from + bits - 1);
	text_add(text, "]");
}

/* How many of the mask's bits from `from` on are 1, up to the 64 that one load can write. */
static unsigned int count_ones(struct flow_value mask, unsigned int from, unsigned int end)
{
	unsigned int n = 0;

	while (n < 64 && from + n < end && flow_bits_get(mask, from + n, 1))
		n++;
	return n;
}

static void print_load(struct text *text, const struct flow_action *action)
{
	unsigned int from = 0, bits;
	const char *comma = "";

	for (; from < action->field->bits; from += bits ? bits : 1) {
		bits = count_ones(action->mask, from, action->field->bits);
		if (!bits)
			continue;
		text_add(text, "%sload:", comma);
		print_hex(text, flow_bits_get(action->value, from, bits));
		text_add(text, "->");
		print_subfield(text, action->field, from, bits);
		comma = ",";
	}
}

static void print_value(struct text *text, const struct flow_action *action)
{
	flow_field_print(action->field, text, NULL, action->value, flow_field_ones(action->field));
}

static bool is_whole(const struct flow_action *action)
{
	struct flow_value bits = flow_bits_range(0, flow_action_bits(action->field));
	struct flow_value ones = flow_field_ones(action->field);

	return action->mask.lo == (bits.lo & ones.lo) && action->mask.hi == (bits.hi & ones.hi);
}

static void print_mod(struct text *text, const struct flow_action *action)
{
	text_add(text, "%s:", flow_action_mod_name(action->field));
	if (flow_action_writes(action, FLOW_FIELD_IP_DSCP))
		text_add(text, "%" PRIu64, action->value.lo << 2);
	else if (flow_action_writes(action, FLOW_FIELD_VLAN_VID))
		text_add(text, "%" PRIu64, action->value.lo);
	else
		print_value(text, action);
}

static void print_set_field(struct text *text, const struct flow_action *action)
{
	text_add(text, "set_field:");
	if (!is_whole(action))
		flow_field_print(action->field, text, NULL, action->value, action->mask);
	else if (flow_action_writes(action, FLOW_FIELD_VLAN_VID))
		text_add(text, "%" PRIu64, action->value.lo | XVS_FLOW_TCI_TAGGED);
	else
		print_value(text, action);
	text_add(text, "->%s", action->field->name);
}

/* The word that OpenFlow 1.0, or 1.1, has for it. 1.0 has none for ECN and TTL, and in 1.1 there is
 * one for the TTL, but set_field does not become it. */
static enum flow_spelling old_word(const struct printer *printer, const struct flow_action *action)
{
	bool ttl = flow_action_writes(action, FLOW_FIELD_NW_TTL);
	bool ecn = flow_action_writes(action, FLOW_FIELD_NW_ECN);

	if (!flow_action_mod_name(action->field) || !is_whole(action))
		return FLOW_SPELLED_LOAD;
	if (printer->words == FLOW_WORDS_1_0)
		return ttl || ecn ? FLOW_SPELLED_LOAD : FLOW_SPELLED_MOD;
	return ttl && action->spelling == FLOW_SPELLED_SET_FIELD ? FLOW_SPELLED_LOAD
								 : FLOW_SPELLED_MOD;
}

/* A set_field is refused where the match does not say that the field is there, a mod is not. */
static enum flow_spelling new_word(const struct printer *printer, const struct flow_action *action)
{
	if (!is_whole(action) && printer->words < FLOW_WORDS_1_5)
		return FLOW_SPELLED_LOAD;
	if (!action->sayable ||
	    (action->spelling == FLOW_SPELLED_MOD && flow_action_writes(action, FLOW_FIELD_NW_TTL)))
		return FLOW_SPELLED_MOD;
	return FLOW_SPELLED_SET_FIELD;
}

static enum flow_spelling word_of(const struct printer *printer, const struct flow_action *action)
{
	if (printer->words == FLOW_WORDS_SAID || action->spelling == FLOW_SPELLED_LOAD)
		return action->spelling;
	return printer->words < FLOW_WORDS_1_2 ? old_word(printer, action)
					       : new_word(printer, action);
}

static void print_set(const struct printer *printer, const struct flow_action *action)
{
	switch (word_of(printer, action)) {
	case FLOW_SPELLED_LOAD:
		print_load(printer->text, action);
		break;
	case FLOW_SPELLED_MOD:
		print_mod(printer->text, action);
		break;
	case FLOW_SPELLED_SET_FIELD:
		print_set_field(printer->text, action);
		break;
	}
}

static void print_move(struct text *text, const struct flow_action *action)
{
	text_add(text, "move:");
	print_subfield(text, action->field, action->from_bit, action->bits);
	text_add(text, "->");
	print_subfield(text, action->to, action->to_bit, action->bits);
}

static void print_controller(struct text *text, const struct flow_action *action)
{
	const char *comma = "";

	if (action->reason == FLOW_REASON_ACTION && !action->id) {
		text_add(text, "CONTROLLER:%" PRIu32, action->number);
		return;
	}
	text_add(text, "controller(");
	if (action->reason != FLOW_REASON_ACTION) {
		text_add(text, "reason=%s", flow_reasons[action->reason]);
		comma = ",";
	}
	if (action->number != FLOW_CONTROLLER_ALL) {
		text_add(text, "%smax_len=%" PRIu32, comma, action->number);
		comma = ",";
	}
	if (action->id)
		text_add(text, "%sid=%u", comma, action->id);
	text_add(text, ")");
}

static void print_resubmit(const struct printer *printer, const struct flow_action *action)
{
	if (action->table == FLOW_TABLE_SAME) {
		text_add(printer->text, "resubmit:");
		flow_port_print(printer->text, printer->ports, action->port);
		return;
	}
	text_add(printer->text, "resubmit(");
	if (action->port != XVS_OFPP_IN_PORT)
		flow_port_print(printer->text, printer->ports, action->port);
	text_add(printer->text, ",%u)", action->table);
}

static void print_output(const struct printer *printer, const struct flow_action *action)
{
	if (action->port < FLOW_PORT_RESERVED)
		text_add(printer->text, "output:");
	flow_port_print(printer->text, printer->ports, action->port);
}

static void print_metadata(struct text *text, const struct flow_action *action)
{
	text_add(text, "write_metadata:");
	print_hex(text, action->value.lo);
	if (action->mask.lo != UINT64_MAX) {
		text_add(text, "/");
		print_hex(text, action->mask.lo);
	}
}

static void print_note(struct text *text, const struct flow_action *action)
{
	text_add(text, "note:");
	for (uint32_t i = 0; i < action->number; i++)
		text_add(text, "%s%02x", i ? "." : "", action->octets[i]);
}

static void print_clone(struct printer *printer, const struct flow_action *action)
{
	text_add(printer->text, "clone(");
	print_list(printer, action->list);
	text_add(printer->text, ")");
}

static void print_action(struct printer *printer, const struct flow_action *action)
{
	struct text *text = printer->text;

	switch (action->kind) {
	case FLOW_ACTION_OUTPUT:
		print_output(printer, action);
		break;
	case FLOW_ACTION_CONTROLLER:
		print_controller(text, action);
		break;
	case FLOW_ACTION_SET:
		print_set(printer, action);
		break;
	case FLOW_ACTION_MOVE:
		print_move(text, action);
		break;
	case FLOW_ACTION_DEC_TTL:
		text_add(text, "dec_ttl");
		break;
	case FLOW_ACTION_PUSH_VLAN:
		text_add(text, "push_vlan:0x%04" PRIx32, action->number);
		break;
	case FLOW_ACTION_POP_VLAN:
		text_add(text, printer->words == FLOW_WORDS_1_0 ? "strip_vlan" : "pop_vlan");
		break;
	case FLOW_ACTION_RESUBMIT:
		print_resubmit(printer, action);
		break;
	case FLOW_ACTION_GOTO_TABLE:
		text_add(text, printer->words == FLOW_WORDS_1_0 ? "resubmit(,%u)" : "goto_table:%u",
			 action->table);
		break;
	case FLOW_ACTION_WRITE_METADATA:
		print_metadata(text, action);
		break;
	case FLOW_ACTION_NOTE:
		print_note(text, action);
		break;
	case FLOW_ACTION_CLONE:
		print_clone(printer, action);
		break;
	case FLOW_ACTION_METER:
		text_add(text, "meter:%" PRIu32, action->number);
		break;
	case FLOW_ACTION_GROUP:
		text_add(text, "group:%" PRIu32, action->number);
		break;
	}
}

static void print_list(struct printer *printer, const struct flow_action *actions)
{
	if (!actions)
		text_add(printer->text, "drop");
	for (; actions; actions = actions->next) {
		print_action(printer, actions);
		if (actions->next)
			text_add(printer->text, ",");
	}
}

/* Is there anything that OpenFlow 1.0 cannot say? It has no place for resubmit behind
 * write_metadata. */
static bool is_modern(const struct flow_action *actions)
{
	for (; actions; actions = actions->next) {
		const struct flow_action *next = actions->next;

		if (actions->kind == FLOW_ACTION_PUSH_VLAN || actions->kind == FLOW_ACTION_METER ||
		    (actions->kind == FLOW_ACTION_WRITE_METADATA && next) ||
		    is_modern(actions->list))
			return true;
	}
	return false;
}

void flow_actions_print(struct text *text, const struct flow_action *actions,
			const struct flow_ports *ports, enum flow_words words)
{
	struct printer printer = {text, ports, words};

	if (words == FLOW_WORDS_1_0 && is_modern(actions))
		printer.words = FLOW_WORDS_1_2;
	print_list(&printer, actions);
}
