/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands on meters. OpenFlow has them from version 1.3 on. */
#include "switchd/commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "db/boot.h"
#include "switchd/daemon.h"
#include "switchd/flow_action.h"
#include "switchd/flow_meter.h"
#include "switchd/flow_select.h"
#include "switchd/flow_word.h"
#include "switchd/meter_table.h"
#include "switchd/openflow.h"

#define XID   2
#define EVERY 0 /* no meter has this number */

static int error_unknown(struct flow_site *site, uint32_t meter)
{
	return error_set(site->call->error, -ENOENT,
			 "bridge %s has no meter %u (OFPMMFC_UNKNOWN_METER)", site->bridge, meter);
}

/* As it is kept in the database: without its number, and in one line. */
static void add_line(struct text *line, const struct flow_meter *meter)
{
	struct text text = TEXT_EMPTY;
	const char *c;

	flow_meter_print(&text, meter);
	for (c = strchr(text_string(&text), ' ') + 1; *c; c++) {
		if (*c == '\n' && c[-1] == '=')
			continue;
		text_add_octets(line, *c == ' ' || *c == '\n' ? "," : c, 1);
	}
	text_free(&text);
}

static int put(struct flow_site *site, const struct flow_meter *meter)
{
	struct command_call *call = site->call;
	struct text line = TEXT_EMPTY;
	int status;

	add_line(&line, meter);
	status = db_meter_put(call->daemon->db, site->bridge, meter->id, text_string(&line),
			      call->error);
	text_free(&line);
	return status;
}

static int change(struct command_call *call, bool add)
{
	struct flow_meter meter;
	enum openflow version;
	struct flow_site site;
	int64_t id;
	int status = openflow_version(call, OPENFLOW_13, &version);

	if (status)
		return status;
	status = flow_site_open(&site, call, call->words[1]);
	if (status == 0)
		status = flow_meter_parse(&meter, call->words[2], call->error);
	if (status == 0)
		status = db_meter_find(call->daemon->db, site.bridge, meter.id, &id, call->error);
	if (status == 0 && add && id)
		status = error_set(call->error, -EEXIST,
				   "bridge %s has a meter %u already (OFPMMFC_METER_EXISTS)",
				   site.bridge, meter.id);
	else if (status == 0 && !add && !id)
		status = error_unknown(&site, meter.id);
	if (status == 0)
		status = put(&site, &meter);
	flow_site_close(&site);
	return status;
}

/* add-meter BRIDGE METER */
int cmd_add_meter(struct command_call *call)
{
	return change(call, true);
}

/* mod-meter BRIDGE METER */
int cmd_mod_meter(struct command_call *call)
{
	return change(call, false);
}

/* "meter=5"; EVERY for "" and "meter=all". */
static int read_number(const struct command_call *call, uint32_t *meter)
{
	const char *text = call->n_words > 2 ? call->words[2] : "";
	const char *value = text + strlen("meter=");
	uint64_t number;

	*meter = EVERY;
	if (!*text)
		return 0;
	if (strncmp(text, "meter=", strlen("meter=")))
		return error_set(call->error, -EINVAL, "unknown keyword %.*s",
				 (int)strcspn(text, "=:, \t"), text);
	if (!strcmp(value, "all"))
		return 0;
	if (!flow_number(value, FLOW_METER_MAX, &number) || !number)
		return error_set(call->error, -EINVAL, "invalid value for meter");
	*meter = (uint32_t)number;
	return 0;
}

/* What the commands about some or all meters of a bridge need. */
struct meters {
	struct flow_site site;
	enum openflow version;
	uint32_t meter; /* EVERY: all of them */
	uint16_t bridge;
};

static int meters_open(struct meters *meters, struct command_call *call)
{
	const struct db_bridge *conf;
	int status;

	*meters = (struct meters){};
	status = openflow_version(call, OPENFLOW_13, &meters->version);
	if (status == 0)
		status = flow_site_open(&meters->site, call, call->words[1]);
	if (status == 0)
		status = read_number(call, &meters->meter);
	if (status == 0)
		status = flow_table_load(call->daemon, call->error);
	if (status)
		return status;
	conf = flow_site_conf(&meters->site);
	if (!conf)
		return -EIO;
	meters->bridge = conf->number;
	return 0;
}

static bool is_meant(const struct meters *meters, const struct meter_entry *entry)
{
	return entry->id && entry->bridge == meters->bridge &&
	       (meters->meter == EVERY || meters->meter == entry->meter.id);
}

/* Flows that use a meter go with it. */
static int delete_meter(struct flow_site *site, const struct meter_entry *entry)
{
	const struct flow_mod all = flow_select_all();
	struct command_call *call = site->call;
	struct flow_selection selection;
	int status = flow_select(site, &all, &selection);

	for (size_t i = 0; i < selection.count && status == 0; i++)
		if (flow_actions_use_meter(selection.entries[i]->flow.actions, entry->meter.id))
			status = db_flow_del(call->daemon->db, selection.entries[i]->id,
					     call->error);
	flow_selection_free(&selection);
	return status ? status : db_meter_del(call->daemon->db, entry->id, call->error);
}

/* del-meters BRIDGE [meter=METER] */
int cmd_del_meters(struct command_call *call)
{
	const struct meter_table *table = call->daemon->flows->meters;
	struct meters meters;
	int status = meters_open(&meters, call);

	for (size_t i = 1; i < XVS_METERS_MAX && status == 0; i++) {
		const struct meter_entry entry = table->entries[i];

		if (is_meant(&meters, &entry))
			status = delete_meter(&meters.site, &entry);
	}
	flow_site_close(&meters.site);
	return status;
}

typedef void print_fn(struct command_call *call, const struct meter_entry *entry);

static int by_meter(const void *a, const void *b)
{
	const struct meter_entry *const *x = a, *const *y = b;

	return ((*x)->meter.id > (*y)->meter.id) - ((*x)->meter.id < (*y)->meter.id);
}

static void print_meters(const struct meters *meters, const char *name, print_fn *print)
{
	struct command_call *call = meters->site.call;
	const struct meter_table *table = call->daemon->flows->meters;
	const struct meter_entry *found[XVS_METERS_MAX];
	size_t count = 0;

	for (size_t i = 1; i < XVS_METERS_MAX; i++)
		if (is_meant(meters, &table->entries[i]))
			found[count++] = &table->entries[i];
	qsort(found, count, sizeof(found[0]), by_meter);
	openflow_reply(call->output, meters->version, false, name, XID);
	text_add(call->output, "\n");
	for (size_t i = 0; i < count; i++) {
		text_add(call->output, "%s", i ? "\n" : "");
		print(call, found[i]);
		text_add(call->output, "\n");
	}
}

static int dump(struct command_call *call, const char *name, print_fn *print)
{
	struct meters meters;
	int status = meters_open(&meters, call);

	if (status == 0 && meters.meter != EVERY &&
	    !meter_table_find(call->daemon->flows->meters, meters.bridge, meters.meter))
		status = error_unknown(&meters.site, meters.meter);
	if (status == 0)
		print_meters(&meters, name, print);
	flow_site_close(&meters.site);
	return status;
}

static void print_config(struct command_call *call, const struct meter_entry *entry)
{
	flow_meter_print(call->output, &entry->meter);
}

/* dump-meters BRIDGE [meter=METER] */
int cmd_dump_meters(struct command_call *call)
{
	return dump(call, "METER_CONFIG", print_config);
}

static uint32_t count_flows(const struct flow_table *table, const struct meter_entry *entry)
{
	const struct flow_entry *flow;
	uint32_t count = 0;

	TAILQ_FOREACH (flow, &table->store.bridges[entry->bridge], of_bridge)
		count += flow->id && flow_actions_use_meter(flow->flow.actions, entry->meter.id);
	return count;
}

static void print_stats(struct command_call *call, const struct meter_entry *entry)
{
	const struct daemon *daemon = call->daemon;
	const struct xvs_meter counts = daemon->dpc->meters(daemon->dp)[entry->number];
	const struct flow_meter_stats stats = {
		.duration_ns = (boot_ns() - entry->created) / 1000000 * 1000000,
		.flows = count_flows(daemon->flows, entry),
		.counts = &counts,
	};

	flow_meter_print_stats(call->output, &entry->meter, &stats);
}

/* meter-stats BRIDGE [meter=METER] */
int cmd_meter_stats(struct command_call *call)
{
	return dump(call, "METER", print_stats);
}

/* meter-features BRIDGE */
int cmd_meter_features(struct command_call *call)
{
	struct meters meters;
	int status = meters_open(&meters, call);

	if (status == 0) {
		openflow_reply(call->output, meters.version, false, "METER_FEATURES", XID);
		text_add(call->output,
			 "\nmax_meter:%d max_bands:%d max_color:0\nband_types: drop\n"
			 "capabilities: kbps pktps burst stats\n",
			 DB_METERS_MAX, XVS_METER_BANDS);
	}
	flow_site_close(&meters.site);
	return status;
}
