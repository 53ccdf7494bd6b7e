/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/flow_action.h"

#include <stdlib.h>

const char *const flow_reasons[FLOW_REASONS] = {"no_match",   "action", "invalid_ttl",
						"action_set", "group",  "packet_out"};

static const struct {
	enum flow_field_id field;
	const char *name;
} mods[] = {
	{FLOW_FIELD_ETH_SRC, "mod_dl_src"},    {FLOW_FIELD_ETH_DST, "mod_dl_dst"},
	{FLOW_FIELD_VLAN_VID, "mod_vlan_vid"}, {FLOW_FIELD_VLAN_PCP, "mod_vlan_pcp"},
	{FLOW_FIELD_IP_SRC, "mod_nw_src"},     {FLOW_FIELD_IP_DST, "mod_nw_dst"},
	{FLOW_FIELD_IP_DSCP, "mod_nw_tos"},    {FLOW_FIELD_NW_TOS, "mod_nw_tos"},
	{FLOW_FIELD_NW_ECN, "mod_nw_ecn"},     {FLOW_FIELD_NW_TTL, "mod_nw_ttl"},
	{FLOW_FIELD_TCP_SRC, "mod_tp_src"},    {FLOW_FIELD_UDP_SRC, "mod_tp_src"},
	{FLOW_FIELD_TCP_DST, "mod_tp_dst"},    {FLOW_FIELD_UDP_DST, "mod_tp_dst"},
};

const char *flow_action_mod_name(const struct flow_field *field)
{
	for (size_t i = 0; i < sizeof(mods) / sizeof(mods[0]); i++)
		if (flow_field_at(mods[i].field) == field)
			return mods[i].name;
	return NULL;
}

unsigned int flow_action_bits(const struct flow_field *field)
{
	return field == flow_field_at(FLOW_FIELD_VLAN_VID) ? 12 : field->bits;
}

bool flow_action_writes(const struct flow_action *action, enum flow_field_id id)
{
	return action->kind == FLOW_ACTION_SET && action->field == flow_field_at(id);
}

void flow_actions_free(struct flow_action *actions)
{
	while (actions) {
		struct flow_action *next = actions->next;

		flow_actions_free(actions->list);
		free(actions->octets);
		free(actions);
		actions = next;
	}
}

bool flow_actions_output_to(const struct flow_action *actions, uint16_t port)
{
	for (; actions; actions = actions->next) {
		if (actions->kind == FLOW_ACTION_OUTPUT && actions->port == port)
			return true;
		if (actions->kind == FLOW_ACTION_CONTROLLER && port == FLOW_PORT_CONTROLLER)
			return true;
		if (flow_actions_output_to(actions->list, port))
			return true;
	}
	return false;
}

static bool have_number(const struct flow_action *actions, enum flow_action_kind kind,
			uint32_t number)
{
	for (; actions; actions = actions->next) {
		if (actions->kind == kind && actions->number == number)
			return true;
		if (have_number(actions->list, kind, number))
			return true;
	}
	return false;
}

bool flow_actions_use_group(const struct flow_action *actions, uint32_t group)
{
	return have_number(actions, FLOW_ACTION_GROUP, group);
}

bool flow_actions_use_meter(const struct flow_action *actions, uint32_t meter)
{
	return have_number(actions, FLOW_ACTION_METER, meter);
}
