/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/flow_change.h"

#include <errno.h>
#include <string.h>
#include "db/boot.h"
#include "switchd/daemon.h"
#include "switchd/flow_action.h"
#include "switchd/flow_group.h"
#include "switchd/flow_match.h"
#include "switchd/flow_program.h"
#include "switchd/flow_select.h"
#include "switchd/flow_table.h"

static int check_group(struct flow_site *site, uint32_t group)
{
	struct command_call *call = site->call;
	int64_t id;
	int status = db_group_find(call->daemon->db, site->bridge, group, &id, call->error);

	return status || id ? status : flow_program_no_group(group, call->error);
}

static int check_meter(struct flow_site *site, uint32_t meter)
{
	struct command_call *call = site->call;
	int64_t id;
	int status = db_meter_find(call->daemon->db, site->bridge, meter, &id, call->error);

	return status || id ? status : flow_program_no_meter(meter, call->error);
}

/* Are the groups and meters there that the actions name? A file may name them first. */
static int check_actions(struct flow_site *site, const struct flow_action *actions)
{
	int status = 0;

	for (; actions && status == 0 && !site->call->draft; actions = actions->next) {
		if (actions->kind == FLOW_ACTION_GROUP)
			status = check_group(site, actions->number);
		else if (actions->kind == FLOW_ACTION_METER)
			status = check_meter(site, actions->number);
		else
			status = check_actions(site, actions->list);
	}
	return status;
}

int flow_change_put(struct flow_site *site, const struct flow *flow, uint64_t created,
		    uint64_t modified)
{
	const struct daemon *daemon = site->call->daemon;
	struct text match = TEXT_EMPTY, actions = TEXT_EMPTY;
	struct db_flow row = {
		.table = flow->table,
		.priority = flow->priority,
		.cookie = flow->cookie,
		.idle_timeout = flow->idle_timeout,
		.hard_timeout = flow->hard_timeout,
		.importance = flow->importance,
		.flags = flow->flags,
		.created_us = (int64_t)(created / 1000),
		.modified_us = (int64_t)(modified / 1000),
	};
	int status = check_actions(site, flow->actions);

	if (status)
		return status;
	memcpy(row.boot, daemon->flows->boot, sizeof(row.boot));
	flow_match_print(&match, &flow->match, NULL);
	flow_actions_print(&actions, flow->actions, NULL, FLOW_WORDS_SAID);
	row.match = text_string(&match);
	row.actions = text_string(&actions);
	status = db_flow_put(daemon->db, site->bridge, &row, site->call->error);
	text_free(&match);
	text_free(&actions);
	return status;
}

static int check_overlap(struct flow_site *site, const struct flow *flow)
{
	struct daemon *daemon = site->call->daemon;
	const struct db_bridge *conf = flow_site_conf(site);
	int status = conf ? flow_table_load(daemon, site->call->error) : -EIO;

	if (status || !flow_store_overlaps(&daemon->flows->store, conf->number, flow))
		return status;
	return error_set(site->call->error, -EEXIST,
			 "another flow of the same priority matches some of the same frames "
			 "(OFPFMFC_OVERLAP)");
}

static int add(struct flow_site *site, const struct flow_mod *mod, enum openflow version)
{
	uint64_t now = boot_ns();
	struct flow flow = mod->flow;
	int status = 0;

	if (flow.table == FLOW_TABLE_ALL)
		flow.table = 0;
	/* The file of a configuration says all that a flow has, and it was checked when it was
	 * made. */
	if (!site->call->draft) {
		if (version <= OPENFLOW_11 && mod->verb == FLOW_ADD)
			flow.flags |= FLOW_RESET_COUNTS;
		if (version < OPENFLOW_14)
			flow.importance = 0;
		if (flow.flags & FLOW_CHECK_OVERLAP)
			status = check_overlap(site, &flow);
	}
	return status ? status : flow_change_put(site, &flow, now, now);
}

static int modify(struct flow_site *site, const struct flow_mod *mod, enum openflow version)
{
	struct flow_selection selection;
	int status = flow_select(site, mod, &selection);

	for (size_t i = 0; i < selection.count && status == 0; i++) {
		const struct flow_entry *entry = selection.entries[i];
		struct flow flow = entry->flow;

		flow.actions = mod->flow.actions;
		if (mod->sets_cookie)
			flow.cookie = mod->new_cookie;
		status = flow_change_put(site, &flow, entry->created, boot_ns());
	}
	if (status == 0 && !selection.count && version <= OPENFLOW_11 && !mod->cookie_mask)
		status = add(site, mod, version);
	flow_selection_free(&selection);
	return status;
}

static bool means_all(const struct flow_mod *mod)
{
	return mod->verb == FLOW_DELETE && mod->flow.table == FLOW_TABLE_ALL && !mod->cookie_mask &&
	       mod->out_port == XVS_OFPP_NONE && mod->out_group == FLOW_GROUP_NONE &&
	       flow_match_is_any(&mod->flow.match);
}

static int delete (struct flow_site *site, const struct flow_mod *mod)
{
	struct command_call *call = site->call;
	struct flow_selection selection;
	int status;

	if (means_all(mod))
		return db_flow_clear(call->daemon->db, site->bridge, call->error);
	if (call->draft)
		return error_set(call->error, -EINVAL,
				 "a file can delete all flows of a bridge, not some of them");
	status = flow_select(site, mod, &selection);
	for (size_t i = 0; i < selection.count && status == 0; i++)
		status = db_flow_del(call->daemon->db, selection.entries[i]->id, call->error);
	flow_selection_free(&selection);
	return status;
}

int flow_change(struct flow_site *site, const struct flow_mod *mod, enum openflow version)
{
	switch (mod->verb) {
	case FLOW_ADD:
		return add(site, mod, version);
	case FLOW_MODIFY:
	case FLOW_MODIFY_STRICT:
		return modify(site, mod, version);
	default:
		return delete (site, mod);
	}
}
