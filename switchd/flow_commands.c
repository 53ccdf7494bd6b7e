/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * add-flow, add-flows, mod-flows, del-flows.
 *
 * They change the database; the flows in the data path follow when the whole chain is done. So a
 * file is a bundle whether or not --bundle is given: all of it becomes true at once, or nothing.
 */
#include "switchd/commands.h"

#include "switchd/flow_change.h"
#include "switchd/flow_lines.h"
#include "switchd/flow_match.h"

/* ovs-ofctl says it in its log. */
static void warn_normalised(struct command_call *call, const struct flow_mod *mod)
{
	text_add(call->warning, "normalization changed ofp_match, details: pre: ");
	flow_match_print(call->warning, &mod->said, NULL);
	text_add(call->warning, " post: ");
	flow_match_print(call->warning, &mod->flow.match, NULL);
	text_add(call->warning, "\n");
}

/* flow_line_fn: in a file of flows to add, lines may say what else is to be done with theirs. */
static int run_line(struct flow_lines *lines, const char *line)
{
	struct flow_site *site = &lines->site;
	struct flow_mod mod;
	int status = flow_mod_parse(&mod, line, (enum flow_verb)lines->verb,
				    lines->in_file && lines->verb == FLOW_ADD, &site->ports,
				    site->call->error);

	if (status == 0 && mod.normalised)
		warn_normalised(site->call, &mod);
	if (status == 0)
		status = flow_change(site, &mod, lines->version);
	flow_clear(&mod.flow);
	return status;
}

/* add-flow BRIDGE FLOW, add-flows BRIDGE FILE */
int cmd_add_flows(struct command_call *call)
{
	return flow_lines_run(call, FLOW_ADD, run_line);
}

/* [--strict] mod-flows BRIDGE FLOW */
int cmd_mod_flows(struct command_call *call)
{
	return flow_lines_run(call,
			      command_option(call, "--strict") ? FLOW_MODIFY_STRICT : FLOW_MODIFY,
			      run_line);
}

/* [--strict] del-flows BRIDGE [FLOW] */
int cmd_del_flows(struct command_call *call)
{
	return flow_lines_run(call,
			      command_option(call, "--strict") ? FLOW_DELETE_STRICT : FLOW_DELETE,
			      run_line);
}
