/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flows, groups and meters in an export. Ports are written by name where they have one: another
 * switch may number its own otherwise.
 */
#include "switchd/export.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/daemon.h"
#include "switchd/flow_action.h"
#include "switchd/flow_match.h"
#include "switchd/flow_row.h"
#include "switchd/flow_site.h"
#include "switchd/script.h"

/* Of one bridge. */
struct export
{
	struct command_call *call;
	struct flow_site site;
	int result;
};

/* One line: command, bridge, and a word if there is one more. */
static void add_line(struct export *export, const char *command, const char *word)
{
	struct text *text = export->call->output;

	script_add_word(text, command);
	script_add_word(text, export->site.bridge);
	if (word)
		script_add_word(text, word);
	text_add(text, "\n");
}

/* db_port_config_fn */
static int write_port_config(const char *bridge, const char *interface, uint32_t config, void *arg)
{
	static const struct {
		uint32_t bit;
		const char *word;
	} settings[] = {
		{DB_PORT_NO_RECV, "no-receive"},
		{DB_PORT_NO_FLOOD, "no-flood"},
		{DB_PORT_NO_FWD, "no-forward"},
		{DB_PORT_NO_PACKET_IN, "no-packet-in"},
	};
	struct text *text = arg;

	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++) {
		if (!(config & settings[i].bit))
			continue;
		script_add_word(text, "mod-port");
		script_add_word(text, bridge);
		script_add_word(text, interface);
		script_add_word(text, settings[i].word);
		text_add(text, "\n");
	}
	return 0;
}

/* db_group_fn */
static int write_group(const struct db_group *row, void *arg)
{
	struct export *export = arg;
	struct text word = TEXT_EMPTY;
	struct flow_group group;
	int result = flow_row_parse_group(&group, row, export->call->error);

	if (result)
		return result;
	flow_group_print(&word, &group, &export->site.ports, FLOW_WORDS_SAID);
	add_line(export, "add-group", text_string(&word));
	text_free(&word);
	flow_group_clear(&group);
	return 0;
}

/* db_meter_fn */
static int write_meter(const struct db_meter *meter, void *arg)
{
	struct text word = TEXT_EMPTY;

	text_add(&word, "meter=%" PRIu32 ",%s", meter->meter, meter->text);
	add_line(arg, "add-meter", text_string(&word));
	text_free(&word);
	return 0;
}

/* Each with a comma behind it. */
static void add_settings(struct text *word, const struct flow *flow)
{
	static const struct {
		uint16_t flag;
		const char *word;
	} flags[] = {
		{FLOW_SEND_FLOW_REM, "send_flow_rem"},
		{FLOW_NO_PACKET_COUNTS, "no_packet_counts"},
		{FLOW_NO_BYTE_COUNTS, "no_byte_counts"},
	};

	if (flow->table)
		text_add(word, "table=%u,", flow->table);
	if (flow->priority != FLOW_PRIORITY_DEFAULT)
		text_add(word, "priority=%u,", flow->priority);
	if (flow->cookie)
		text_add(word, "cookie=0x%" PRIx64 ",", flow->cookie);
	if (flow->idle_timeout)
		text_add(word, "idle_timeout=%u,", flow->idle_timeout);
	if (flow->hard_timeout)
		text_add(word, "hard_timeout=%u,", flow->hard_timeout);
	if (flow->importance)
		text_add(word, "importance=%u,", flow->importance);
	for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
		if (flow->flags & flags[i].flag)
			text_add(word, "%s,", flags[i].word);
}

/* A flow as a word of a command. */
struct line {
	uint8_t table;
	uint16_t priority;
	char *word;
};

struct lines {
	struct export *export;
	struct line *line;
	size_t count, room;
};

/* As db_flow_each() has it, but for the numbers of ports, on which the order is not to depend. */
static int compare(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->table != y->table)
		return x->table < y->table ? -1 : 1;
	if (x->priority != y->priority)
		return x->priority > y->priority ? -1 : 1;
	return strcmp(x->word, y->word);
}

static struct line *append(struct lines *lines)
{
	if (lines->count == lines->room) {
		lines->room = 2 * lines->room + 64;
		lines->line = reallocarray(lines->line, lines->room, sizeof(*lines->line));
		if (!lines->line)
			abort(); /* as in text.h */
	}
	return &lines->line[lines->count++];
}

/* db_flow_fn */
static int add_flow(const struct db_flow *row, void *arg)
{
	struct lines *lines = arg;
	const struct flow_ports *ports = &lines->export->site.ports;
	struct text word = TEXT_EMPTY;
	struct flow flow;
	int result;

	if (row->is_default)
		return 0;
	result = flow_row_parse(&flow, row, lines->export->call->error);
	if (result)
		return result;
	add_settings(&word, &flow);
	flow_match_print(&word, &flow.match, ports);
	text_add(&word, "%sactions=", flow_match_is_any(&flow.match) ? "" : ",");
	flow_actions_print(&word, flow.actions, ports, FLOW_WORDS_SAID);
	*append(lines) = (struct line){flow.table, flow.priority, word.data};
	flow_clear(&flow);
	return 0;
}

static int write_flows(struct export *export)
{
	struct lines lines = {.export = export};
	int result = db_flow_each(export->call->daemon->db, export->site.bridge, add_flow, &lines,
				  export->call->error);

	if (lines.count)
		qsort(lines.line, lines.count, sizeof(*lines.line), compare);
	for (size_t i = 0; i < lines.count; i++) {
		add_line(export, "add-flow", lines.line[i].word);
		free(lines.line[i].word);
	}
	free(lines.line);
	return result;
}

static int write_all(struct export *export)
{
	struct db *db = export->call->daemon->db;
	struct error *error = export->call->error;
	const char *bridge = export->site.bridge;
	int result = db_group_each(db, bridge, write_group, export, error);

	if (result == 0)
		result = db_meter_each(db, bridge, write_meter, export, error);
	if (result == 0)
		result = db_flow_default_is_gone(db, bridge, error);
	if (result > 0)
		add_line(export, "del-flows", NULL);
	return result < 0 ? result : write_flows(export);
}

/* db_name_fn */
static void write_bridge(const char *bridge, void *arg)
{
	struct export *export = arg;

	if (export->result)
		return;
	export->result = flow_site_open(&export->site, export->call, bridge);
	if (export->result == 0)
		export->result = write_all(export);
	flow_site_close(&export->site);
}

int export_flows(struct command_call *call)
{
	struct export export = {.call = call};
	struct db *db = call->daemon->db;
	int result = db_port_config_each(db, write_port_config, call->output, call->error);

	if (result == 0)
		result = db_bridge_names(db, true, false, write_bridge, &export, call->error);
	return result ? result : export.result;
}
