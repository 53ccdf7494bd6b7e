/* SPDX-License-Identifier: BSD-2-Clause */
/* dump-groups, dump-group-stats and dump-group-features. */
#include "switchd/commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "db/boot.h"
#include "switchd/daemon.h"
#include "switchd/flow_counts.h"
#include "switchd/flow_site.h"
#include "switchd/flow_table.h"
#include "switchd/flow_word.h"
#include "switchd/group_commands.h"
#include "switchd/group_table.h"
#include "switchd/openflow.h"

#define XID       2
#define STATS_XID 6

struct dump {
	struct command_call *call;
	enum openflow version;
	struct flow_site site;
	const struct db_bridge *conf;
	uint32_t group; /* FLOW_GROUP_NONE: all */
};

static int dump_open(struct dump *dump, struct command_call *call)
{
	int status;

	*dump = (struct dump){.call = call, .group = FLOW_GROUP_NONE};
	status = openflow_version(call, OPENFLOW_10, &dump->version);
	if (status == 0)
		status = flow_site_open(&dump->site, call, call->words[1]);
	if (status == 0)
		status = flow_table_load(call->daemon, call->error);
	if (status)
		return status;
	dump->conf = flow_site_conf(&dump->site);
	return dump->conf ? 0 : -EIO;
}

static bool is_meant(const struct dump *dump, const struct group_entry *entry)
{
	return entry->bridge == dump->conf->number &&
	       (dump->group == FLOW_GROUP_NONE || dump->group == entry->group.id);
}

static void print_head(const struct dump *dump, const char *name, unsigned xid)
{
	openflow_reply(dump->call->output, dump->version, true, name, xid);
	text_add(dump->call->output, "\n");
}

/* Numbers of buckets are told where OpenFlow has them: in 1.5, and by an extension of 1.0. */
static void add_without_bucket_ids(struct text *output, const char *text)
{
	static const char word[] = "bucket_id:";
	const char *found;

	while ((found = strstr(text, word))) {
		text_add_octets(output, text, (size_t)(found - text));
		text = found + strlen(word);
		text += strspn(text, "0123456789");
		text += *text == ',';
	}
	text_add(output, "%s", text);
}

static void print_group(const struct dump *dump, const struct flow_group *group)
{
	bool names = command_option(dump->call, "--names");
	struct text text = TEXT_EMPTY;

	flow_group_print(&text, group, names ? &dump->site.ports : NULL,
			 openflow_words(dump->version));
	text_add(dump->call->output, " ");
	if (dump->version == OPENFLOW_10 || dump->version == OPENFLOW_15)
		text_add(dump->call->output, "%s", text_string(&text));
	else
		add_without_bucket_ids(dump->call->output, text_string(&text));
	text_add(dump->call->output, "\n");
	text_free(&text);
}

static int read_number(const char *word, uint32_t *group, struct error *error)
{
	uint64_t number;

	if (!strcasecmp(word, "any") || !strcasecmp(word, "all"))
		return 0;
	if (!flow_number(word, UINT32_MAX, &number))
		return error_set(error, -EINVAL,
				 "%s is not a valid group ID.  (Valid group IDs are 32-bit "
				 "nonnegative integers or the keywords ANY or ALL.)",
				 word);
	*group = (uint32_t)number;
	return 0;
}

/* dump-groups BRIDGE [GROUP] */
int cmd_dump_groups(struct command_call *call)
{
	struct dump dump;
	int status = dump_open(&dump, call);
	const struct group_table *table = call->daemon->flows->groups;

	if (status == 0 && call->n_words > 2)
		status = read_number(call->words[2], &dump.group, call->error);
	if (status == 0)
		print_head(&dump, "GROUP_DESC", XID);
	for (size_t i = 0; i < table->count && status == 0; i++)
		if (is_meant(&dump, table->entries[i]))
			print_group(&dump, &table->entries[i]->group);
	flow_site_close(&dump.site);
	return status;
}

/* How many flows and buckets lead to a group. */
static uint32_t count_references(const struct flow_table *table, const struct group_entry *entry)
{
	const struct flow_entry *flow;
	uint32_t count = 0;

	TAILQ_FOREACH (flow, &table->store.bridges[entry->bridge], of_bridge)
		count += flow->id && flow_actions_use_group(flow->flow.actions, entry->group.id);
	for (size_t i = 0; i < table->groups->count; i++) {
		const struct group_entry *other = table->groups->entries[i];

		for (size_t b = 0; other->bridge == entry->bridge && b < other->group.n_buckets;
		     b++)
			count += flow_actions_use_group(other->group.buckets[b].actions,
							entry->group.id);
	}
	return count;
}

static struct flow_group_count count_of(const struct flow_counts *counts, uint32_t index)
{
	struct xvs_flow_counter counter = flow_counts_get(counts, index);

	return (struct flow_group_count){counter.packets, counter.bytes};
}

static void print_stats(const struct dump *dump, const struct flow_counts *counts,
			const struct group_entry *entry)
{
	struct flow_group_count buckets[FLOW_GROUP_BUCKETS_MAX];
	const struct flow_group *group = &entry->group;
	struct flow_group_stats stats = {
		.duration_ns = (boot_ns() - entry->created) / 1000000 * 1000000,
		.references = count_references(dump->call->daemon->flows, entry),
		.all = count_of(counts, group->counter),
		.buckets = buckets,
	};

	for (size_t i = 0; i < group->n_buckets; i++)
		buckets[i] = count_of(counts, group->buckets[i].counter);
	text_add(dump->call->output, " ");
	flow_group_print_stats(dump->call->output, group, &stats);
	text_add(dump->call->output, "\n");
}

/* dump-group-stats BRIDGE [group_id=GROUP] */
int cmd_dump_group_stats(struct command_call *call)
{
	const struct group_table *table = call->daemon->flows->groups;
	struct flow_counts counts = {};
	struct dump dump;
	int status = dump_open(&dump, call);

	if (status == 0 && call->n_words > 2)
		status = group_number_parse(call->words[2], &dump.group, call->error);
	if (status == 0) {
		flow_counts_read_all(call->daemon, &counts);
		print_head(&dump, "GROUP", STATS_XID);
	}
	for (size_t i = 0; i < table->count && status == 0; i++)
		if (is_meant(&dump, table->entries[i]))
			print_stats(&dump, &counts, table->entries[i]);
	flow_counts_free(&counts);
	flow_site_close(&dump.site);
	return status;
}

/* dump-group-features BRIDGE */
int cmd_dump_group_features(struct command_call *call)
{
	static const char *const types[] = {"all", "select", "indirect", "fast failover"};
	struct dump dump;
	int status = dump_open(&dump, call);

	if (status == 0) {
		print_head(&dump, "GROUP_FEATURES", XID);
		text_add(call->output, " Group table:\n    Types:  0xf\n    Capabilities:  0x7\n");
	}
	for (size_t i = 0; i < sizeof(types) / sizeof(*types) && status == 0; i++)
		text_add(call->output,
			 "    %s group:\n       max_groups=0x%x\n       actions: output "
			 "set_vlan_vid set_vlan_pcp strip_vlan mod_dl_src mod_dl_dst mod_nw_src "
			 "mod_nw_dst mod_nw_tos mod_tp_src mod_tp_dst\n",
			 types[i], FLOW_GROUP_MAX);
	flow_site_close(&dump.site);
	return status;
}
