/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/export.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>
#include "switchd/flow.h"
#include "switchd/script.h"

/* Of one bridge. */
struct export
{
	struct db *db;
	struct text *text;
	struct error *error;
	const char *bridge;
	int result;
};

/* One line: command, bridge, and a word if there is one more. */
static void add_line(struct export *export, const char *command, const char *word)
{
	script_add_word(export->text, command);
	script_add_word(export->text, export->bridge);
	if (word)
		script_add_word(export->text, word);
	text_add(export->text, "\n");
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
static int write_group(const struct db_group *group, void *arg)
{
	struct text word = TEXT_EMPTY;

	text_add(&word, "group_id=%" PRIu32 ",%s", group->group, group->text);
	add_line(arg, "add-group", text_string(&word));
	text_free(&word);
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
static void add_settings(struct text *word, const struct db_flow *flow)
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

/* db_flow_fn */
static int write_flow(const struct db_flow *flow, void *arg)
{
	struct text word = TEXT_EMPTY;

	if (flow->is_default)
		return 0;
	add_settings(&word, flow);
	if (*flow->match)
		text_add(&word, "%s,", flow->match);
	text_add(&word, "actions=%s", flow->actions);
	add_line(arg, "add-flow", text_string(&word));
	text_free(&word);
	return 0;
}

/* db_name_fn */
static void write_bridge(const char *bridge, void *arg)
{
	struct export *export = arg;

	if (export->result)
		return;
	export->bridge = bridge;
	export->result = db_group_each(export->db, bridge, write_group, export, export->error);
	if (export->result == 0)
		export->result =
			db_meter_each(export->db, bridge, write_meter, export, export->error);
	if (export->result == 0)
		export->result = db_flow_default_is_gone(export->db, bridge, export->error);
	if (export->result > 0)
		add_line(export, "del-flows", NULL);
	if (export->result >= 0)
		export->result =
			db_flow_each(export->db, bridge, write_flow, export, export->error);
}

int export_flows(struct db *db, struct text *text, struct error *error)
{
	struct export export = {.db = db, .text = text, .error = error};
	int result = db_port_config_each(db, write_port_config, text, error);

	if (result == 0)
		result = db_bridge_names(db, true, false, write_bridge, &export, error);
	return result ? result : export.result;
}
