/* SPDX-License-Identifier: BSD-2-Clause */
/* replace-flows and diff-flows: a bridge's flows, or a file's, beside others. */
#include "switchd/commands.h"

#include <errno.h>
#include <inttypes.h>
#include "db/boot.h"
#include "switchd/daemon.h"
#include "switchd/flow_action.h"
#include "switchd/flow_change.h"
#include "switchd/flow_match.h"
#include "switchd/flow_source.h"
#include "switchd/flow_table.h"

struct replacing {
	struct flow_site *site;
	uint16_t flags; /* of flows that are put in */
	bool readd;     /* those that are there as they should be, too */
};

/* flow_pair_fn: a flow that there is, and one of the file. */
static int replace(const struct flow_item *there, const struct flow_item *wanted, void *arg)
{
	const struct replacing *replacing = arg;
	struct command_call *call = replacing->site->call;
	uint64_t now = boot_ns();
	struct flow flow;

	if (!wanted)
		return db_flow_del(call->daemon->db, there->id, call->error);
	if (there && !replacing->readd && flow_source_same(&there->flow, &wanted->flow))
		return 0;
	flow = wanted->flow;
	flow.flags |= replacing->flags;
	return flow_change_put(replacing->site, &flow, now, now);
}

/* [--readd] replace-flows BRIDGE FILE */
int cmd_replace_flows(struct command_call *call)
{
	struct flow_source there = {}, wanted = {};
	struct replacing replacing = {.readd = command_option(call, "--readd")};
	const char *text = command_text(call, 2);
	enum openflow version;
	struct flow_site site;
	int status = openflow_version(call, OPENFLOW_10, &version);

	if (status)
		return status;
	if (!text)
		return error_set(call->error, -EINVAL, "replace-flows takes the text of a file");
	status = flow_site_open(&site, call, call->words[1]);
	if (status == 0)
		status = flow_source_read_file(&wanted, &site, call->words[2], text, version);
	if (status == 0)
		status = flow_source_read_bridge(&there, &site);
	replacing.site = &site;
	replacing.flags = version <= OPENFLOW_11 ? FLOW_RESET_COUNTS : 0;
	if (status == 0)
		status = flow_source_compare(&there, &wanted, replace, &replacing);
	flow_source_free(&there);
	flow_source_free(&wanted);
	flow_site_close(&site);
	return status;
}

struct difference {
	struct command_call *call;
	const struct flow_ports *ports; /* NULL: ports by number */
	enum flow_words words;
};

static void print_flow(struct text *output, char sign, const struct flow *flow,
		       const struct difference *difference)
{
	text_add(output, "%c", sign);
	if (flow->table)
		text_add(output, "table=%u ", flow->table);
	if (flow->priority != FLOW_PRIORITY_DEFAULT)
		text_add(output, "priority=%u%s", flow->priority,
			 flow_match_is_any(&flow->match) ? "" : ",");
	flow_match_print(output, &flow->match, difference->ports);
	if (flow->cookie)
		text_add(output, " cookie=0x%" PRIx64, flow->cookie);
	if (flow->idle_timeout)
		text_add(output, " idle_timeout=%u", flow->idle_timeout);
	if (flow->hard_timeout)
		text_add(output, " hard_timeout=%u", flow->hard_timeout);
	if (flow->importance)
		text_add(output, " importance=%u", flow->importance);
	text_add(output, " actions=");
	flow_actions_print(output, flow->actions, difference->ports, difference->words);
	text_add(output, "\n");
}

/* flow_pair_fn */
static int print_difference(const struct flow_item *a, const struct flow_item *b, void *arg)
{
	const struct difference *difference = arg;
	struct command_call *call = difference->call;

	if (a && b && flow_source_same(&a->flow, &b->flow))
		return 0;
	if (a)
		print_flow(call->output, '-', &a->flow, difference);
	if (b)
		print_flow(call->output, '+', &b->flow, difference);
	call->status = 2;
	return 0;
}

/* Word i: a file, or a bridge. Names of ports in a file are those of `site`, the bridge that it is
 * compared with. */
static int read_source(struct flow_source *source, struct flow_site *site, int i,
		       enum openflow version)
{
	const char *name = site->call->words[i], *text = command_text(site->call, i);

	return text ? flow_source_read_file(source, site, name, text, version)
		    : flow_source_read_bridge(source, site);
}

/* Beside a bridge, a file is about this bridge. */
static struct flow_site *site_of(struct flow_site sites[2], int i)
{
	return sites[i].bridge ? &sites[i] : &sites[!i];
}

static int open_sites(struct flow_site sites[2], struct command_call *call)
{
	int status = 0;

	for (int i = 0; i < 2; i++) {
		sites[i] = (struct flow_site){.call = call};
		if (status == 0 && !command_text(call, 1 + i))
			status = flow_site_open(&sites[i], call, call->words[1 + i]);
	}
	return status;
}

/* diff-flows SOURCE SOURCE: exits with 2 when they differ. */
int cmd_diff_flows(struct command_call *call)
{
	bool names = command_option(call, "--names") && !command_option(call, "--no-names");
	struct difference difference = {.call = call};
	struct flow_source sources[2] = {};
	struct flow_site sites[2];
	enum openflow version;
	int status = openflow_version(call, OPENFLOW_10, &version);

	if (status)
		return status;
	status = open_sites(sites, call);
	for (int i = 0; i < 2 && status == 0; i++)
		status = read_source(&sources[i], site_of(sites, i), 1 + i, version);
	if (names && site_of(sites, 0)->bridge)
		difference.ports = &site_of(sites, 0)->ports;
	difference.words = openflow_words(version);
	call->says_why = true;
	if (status == 0)
		flow_source_compare(&sources[0], &sources[1], print_difference, &difference);
	for (int i = 0; i < 2; i++) {
		flow_source_free(&sources[i]);
		flow_site_close(&sites[i]);
	}
	return status;
}
