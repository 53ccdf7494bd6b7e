/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * add-flow, add-flows, mod-flows, del-flows.
 *
 * They change the database; the flows in the data path follow when the whole chain is done. So a
 * file is a bundle whether or not --bundle is given: all of it becomes true at once, or nothing.
 */
#include "switchd/commands.h"

#include <string.h>
#include "switchd/flow_change.h"
#include "switchd/flow_match.h"
#include "switchd/line_file.h"

/* ovs-ofctl says it in its log. */
static void warn_normalised(struct command_call *call, const struct flow_mod *mod)
{
	text_add(call->warning, "normalization changed ofp_match, details: pre: ");
	flow_match_print(call->warning, &mod->said, NULL);
	text_add(call->warning, " post: ");
	flow_match_print(call->warning, &mod->flow.match, NULL);
	text_add(call->warning, "\n");
}

static int run_line(struct flow_site *site, const char *line, enum flow_verb verb, bool any_verb,
		    enum openflow version)
{
	struct flow_mod mod;
	int status = flow_mod_parse(&mod, line, verb, any_verb, &site->ports, site->call->error);

	if (status == 0 && mod.normalised)
		warn_normalised(site->call, &mod);
	if (status == 0)
		status = flow_change(site, &mod, version);
	flow_clear(&mod.flow);
	return status;
}

/* In a file of flows to add, lines may say what else is to be done with theirs. */
static int run_file(struct flow_site *site, const char *name, const char *text, enum flow_verb verb,
		    enum openflow version)
{
	struct line_file file;
	const char *line;
	int status = 0;

	line_file_open(&file, name, text);
	while (status == 0 && (line = line_file_next(&file))) {
		status = run_line(site, line, verb, verb == FLOW_ADD, version);
		if (status)
			line_file_blame(&file, status, site->call->error);
	}
	line_file_close(&file);
	return status;
}

static int run(struct command_call *call, enum flow_verb verb)
{
	const char *word = call->n_words > 2 ? call->words[2] : "";
	const char *text = call->n_words > 2 ? command_text(call, 2) : NULL;
	enum openflow version;
	struct flow_site site;
	int status = openflow_version(call, OPENFLOW_10, &version);

	if (status)
		return status;
	status = flow_site_open(&site, call, call->words[1]);
	if (status == 0 && text)
		status = run_file(&site, word, text, verb, version);
	else if (status == 0)
		status = run_line(&site, word, verb, false, version);
	flow_site_close(&site);
	return status;
}

/* add-flow BRIDGE FLOW, add-flows BRIDGE FILE */
int cmd_add_flows(struct command_call *call)
{
	return run(call, FLOW_ADD);
}

/* [--strict] mod-flows BRIDGE FLOW */
int cmd_mod_flows(struct command_call *call)
{
	return run(call, command_option(call, "--strict") ? FLOW_MODIFY_STRICT : FLOW_MODIFY);
}

/* [--strict] del-flows BRIDGE [FLOW] */
int cmd_del_flows(struct command_call *call)
{
	return run(call, command_option(call, "--strict") ? FLOW_DELETE_STRICT : FLOW_DELETE);
}
