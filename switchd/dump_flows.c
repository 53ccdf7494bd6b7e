/* SPDX-License-Identifier: BSD-2-Clause */
/* dump-flows, dump-aggregate and dump-tables: flows and what they have counted. */
#include "switchd/commands.h"

#include <inttypes.h>
#include "switchd/daemon.h"
#include "switchd/flow_counts.h"
#include "switchd/flow_order.h"
#include "switchd/flow_select.h"
#include "switchd/openflow.h"

#define XID 4

/* What a command about some of a bridge's flows needs. */
struct dump {
	struct command_call *call;
	enum openflow version;
	struct flow_site site;
	struct flow_selection selection;
	struct flow_counts counts;
};

static int choose(struct dump *dump, const char *which)
{
	struct command_call *call = dump->call;
	struct flow_mod mod;
	int status = flow_mod_parse(&mod, which, FLOW_SHOW, false, &dump->site.ports, call->error);

	if (status == 0)
		status = flow_select(&dump->site, &mod, &dump->selection);
	flow_clear(&mod.flow);
	if (status == 0) {
		flow_counts_update(call->daemon, flow_site_conf(&dump->site)->number);
		flow_counts_read_all(call->daemon, &dump->counts);
	}
	return status;
}

/* BRIDGE [FLOW]. To be closed in any case. */
static int dump_open(struct dump *dump, struct command_call *call)
{
	int status;

	*dump = (struct dump){.call = call};
	status = openflow_version(call, OPENFLOW_10, &dump->version);
	if (status == 0)
		status = flow_site_open(&dump->site, call, call->words[1]);
	if (status == 0)
		status = choose(dump, call->n_words > 2 ? call->words[2] : "");
	return status;
}

static void dump_close(struct dump *dump)
{
	flow_counts_free(&dump->counts);
	flow_selection_free(&dump->selection);
	flow_site_close(&dump->site);
}

/* A flow as this version of OpenFlow tells of it. */
static struct flow as_told(const struct flow *flow, enum openflow version)
{
	struct flow told = *flow;

	if (version < OPENFLOW_13)
		told.flags = 0;
	if (version < OPENFLOW_14)
		told.importance = 0;
	return told;
}

static void print_flows(const struct dump *dump, const struct flow_style *style)
{
	for (size_t i = 0; i < dump->selection.count; i++) {
		const struct flow_entry *entry = dump->selection.entries[i];
		const struct flow flow = as_told(&entry->flow, dump->version);
		struct flow_stats stats;

		flow_counts_stats(dump->call->daemon, &dump->counts, entry, &stats);
		flow_print(dump->call->output, &flow, &stats, style);
		text_add(dump->call->output, "\n");
	}
}

/* dump-flows BRIDGE [FLOW]. As it comes there is a line in front of it; what ovs-ofctl puts
 * together itself has none, and in version 1.0 no ages. */
int cmd_dump_flows(struct command_call *call)
{
	bool names = command_option(call, "--names") && !command_option(call, "--no-names");
	bool no_stats = command_option(call, "--no-stats");
	bool as_it_comes = !names && !no_stats && !flow_order_asked(call);
	struct dump dump;
	int status = dump_open(&dump, call);
	const struct flow_style style = {
		.no_stats = no_stats,
		.names = names,
		.ports = &dump.site.ports,
		.words = openflow_words(dump.version),
		.ages = dump.version == OPENFLOW_15 || (dump.version == OPENFLOW_10 && as_it_comes),
	};

	if (status == 0)
		status = flow_order(call, &dump.selection);
	if (status == 0 && as_it_comes) {
		openflow_reply(call->output, dump.version, true, "FLOW", XID);
		text_add(call->output, "\n");
	}
	if (status == 0)
		print_flows(&dump, &style);
	dump_close(&dump);
	return status;
}

struct total {
	uint64_t packets, bytes, flows;
};

static void add(const struct dump *dump, const struct flow_entry *entry, struct total *total)
{
	struct flow_stats stats;

	flow_counts_stats(dump->call->daemon, &dump->counts, entry, &stats);
	total->packets += stats.packets;
	total->bytes += stats.bytes;
	total->flows++;
}

/* dump-aggregate BRIDGE [FLOW] */
int cmd_dump_aggregate(struct command_call *call)
{
	struct total total = {};
	struct dump dump;
	int status = dump_open(&dump, call);

	for (size_t i = 0; i < dump.selection.count && status == 0; i++)
		add(&dump, dump.selection.entries[i], &total);
	if (status == 0) {
		openflow_reply(call->output, dump.version, true, "AGGREGATE", XID);
		text_add(call->output,
			 " packet_count=%" PRIu64 " byte_count=%" PRIu64 " flow_count=%" PRIu64
			 "\n",
			 total.packets, total.bytes, total.flows);
	}
	dump_close(&dump);
	return status;
}

static bool same(const struct total *a, const struct total *b)
{
	return a->flows == b->flows && a->packets == b->packets;
}

static void print_table(struct text *output, unsigned table, const struct total *total,
			enum openflow version)
{
	text_add(output,
		 "  table %u:\n    active=%" PRIu64 ", lookup=%" PRIu64 ", matched=%" PRIu64 "\n",
		 table, total->flows, total->packets, total->packets);
	if (version == OPENFLOW_10 && table == 0)
		text_add(output, "    max_entries=1000000\n    matching:\n      exact match or "
				 "wildcard: in_port eth_{src,dst,type} vlan_{vid,pcp} "
				 "ip_{src,dst} nw_{proto,tos} tcp_{src,dst}\n");
	else if (version == OPENFLOW_10)
		text_add(output, "    (same features)\n");
	text_add(output, "\n");
}

/* Tables that are like the one before them are told together. */
static void print_tables(struct text *output, const struct total *totals, enum openflow version)
{
	unsigned table = 0;

	while (table < XVS_FLOW_TABLES) {
		unsigned first = table;

		print_table(output, table, &totals[table], version);
		for (table++; table < XVS_FLOW_TABLES && same(&totals[table], &totals[first]);)
			table++;
		if (table - first == 2)
			text_add(output, "  table %u: ditto\n", first + 1);
		else if (table - first > 2)
			text_add(output, "  tables %u...%u: ditto\n", first + 1, table - 1);
		if (table - first > 1 && table < XVS_FLOW_TABLES)
			text_add(output, "\n");
	}
}

/* dump-tables BRIDGE */
int cmd_dump_tables(struct command_call *call)
{
	struct total totals[XVS_FLOW_TABLES] = {};
	struct dump dump;
	int status = dump_open(&dump, call);

	for (size_t i = 0; i < dump.selection.count && status == 0; i++) {
		const struct flow_entry *entry = dump.selection.entries[i];

		add(&dump, entry, &totals[entry->flow.table]);
	}
	if (status == 0) {
		openflow_reply(call->output, dump.version, false, "TABLE", XID);
		text_add(call->output, "\n");
		print_tables(call->output, totals, dump.version);
	}
	dump_close(&dump);
	return status;
}
