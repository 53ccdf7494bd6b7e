/* SPDX-License-Identifier: BSD-2-Clause */
/* Configurations as texts, on the switch of fixture.h: for the tests of export and apply. */
#ifndef XVS_CONFIG_FIXTURE_H
#define XVS_CONFIG_FIXTURE_H

#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "db/datum.h"
#include "db/snapshot.h"
#include "switchd/command.h"
#include "switchd/flow_action.h"
#include "switchd/flow_match.h"
#include "switchd/flow_row.h"

/* Runs one chain. The result is the caller's to free with free_result(). */
static inline struct command_result run_words(struct fixture *fixture, int n, char **words)
{
	struct command_result result;

	command_run(&fixture->daemon, LANGUAGE_OWN, n, words, NULL, &result);
	return result;
}

static inline void free_result(struct command_result *result)
{
	text_free(&result->output);
	text_free(&result->warning);
}

/* A command line, words apart by one space. 0, or the status with the sentence in fixture->error.
 */
static inline int run(struct fixture *fixture, const char *line)
{
	char *copy = strdup(line), *words[1024], *rest = copy;
	struct command_result result;
	int n = 0;

	while ((words[n] = strsep(&rest, " ")))
		n++;
	result = run_words(fixture, n, words);
	fixture->error = result.error;
	free_result(&result);
	free(copy);
	return result.status;
}

static inline void done(struct fixture *fixture, const char *line)
{
	if (run(fixture, line))
		fail_msg("%s: %s", line, fixture->error.text);
}

/* The caller frees it. */
static inline char *export_text(struct fixture *fixture)
{
	char *words[] = {"export"};
	struct command_result result = run_words(fixture, 1, words);
	char *text = strdup(text_string(&result.output));

	assert_int_equal(result.status, 0);
	free_result(&result);
	return text;
}

static inline int apply(struct fixture *fixture, const char *text)
{
	char *words[] = {"apply", (char *)text};
	struct command_result result = run_words(fixture, 2, words);

	fixture->error = result.error;
	assert_string_equal(text_string(&result.output), "");
	free_result(&result);
	return result.status;
}

static inline void applied(struct fixture *fixture, const char *text)
{
	if (apply(fixture, text))
		fail_msg("%s\nin\n%s", fixture->error.text, text);
}

static inline int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* How many interfaces of the same port were made before: the first is the one that is used. */
static inline size_t rank_of(const struct snapshot *snapshot, const struct snapshot_record *record)
{
	size_t rank = 0;

	for (size_t i = 0; i < record->position; i++)
		rank += snapshot->records[i]->parent == record->parent;
	return strcmp(record->table->name, "Interface") ? 0 : rank;
}

/* One record, told without UUIDs: its path or signature, and all its plain columns. */
static inline char *describe_record(const struct snapshot *snapshot,
				    const struct snapshot_record *record)
{
	struct text text = TEXT_EMPTY;

	text_add(&text, "%s %s %zu", record->table->name,
		 record->path ? record->path : record->signature, rank_of(snapshot, record));
	if (!strcmp(record->table->name, "Static_MAC"))
		text_add(&text, " %s",
			 snapshot_follow(snapshot, snapshot_value(record, "port"))->path);
	for (size_t i = 0; i < record->table->n_columns; i++) {
		const struct db_column *column = &record->table->columns[i];

		if (column->class == DB_LIVE || column->refers || !strcmp(column->name, "next_cfg"))
			continue;
		text_add(&text, " %s=", column->name);
		datum_format(record->values[i], &text);
	}
	return text.data;
}

/* Ports have names here: a switch may number them as it likes. */
struct bridge_description {
	struct db *db;
	struct text *text;
	const char *bridge;
	char port[DB_NAME_MAX + 1];
	bool nobody; /* a number was met that is no port's */
};

static inline const char *describe_port(const struct flow_ports *ports, uint16_t number)
{
	struct bridge_description *to = (struct bridge_description *)ports->arg;

	if (!db_ofport_name(to->db, to->bridge, number, to->port, NULL))
		return to->port;
	to->nobody = true;
	return NULL;
}

/* db_flow_fn */
static inline int describe_flow(const struct db_flow *row, void *arg)
{
	struct bridge_description *to = arg;
	const struct flow_ports ports = {.name = describe_port, .arg = to};
	struct flow flow;

	assert_int_equal(flow_row_parse(&flow, row, NULL), 0);
	text_add(to->text, "%s flow %d %d ", to->bridge, row->table, row->priority);
	flow_match_print(to->text, &flow.match, &ports);
	text_add(to->text, " ");
	flow_actions_print(to->text, flow.actions, &ports, FLOW_WORDS_SAID);
	text_add(to->text, " %d %d %d %d\n", (int)row->cookie, row->idle_timeout,
		 row->flags & ~FLOW_RESET_COUNTS, row->is_default);
	flow_clear(&flow);
	return 0;
}

/* db_group_fn */
static inline int describe_group(const struct db_group *row, void *arg)
{
	struct bridge_description *to = arg;
	const struct flow_ports ports = {.name = describe_port, .arg = to};
	struct flow_group group;

	assert_int_equal(flow_row_parse_group(&group, row, NULL), 0);
	text_add(to->text, "%s group ", to->bridge);
	flow_group_print(to->text, &group, &ports, FLOW_WORDS_SAID);
	text_add(to->text, "\n");
	flow_group_clear(&group);
	return 0;
}

/* db_meter_fn */
static inline int describe_meter(const struct db_meter *meter, void *arg)
{
	const struct bridge_description *to = arg;

	text_add(to->text, "%s meter %u %s\n", to->bridge, meter->meter, meter->text);
	return 0;
}

/* db_name_fn */
static inline void describe_bridge(const char *bridge, void *arg)
{
	struct bridge_description *to = arg;

	to->bridge = bridge;
	assert_int_equal(db_flow_each(to->db, bridge, describe_flow, to, NULL), 0);
	assert_int_equal(db_group_each(to->db, bridge, describe_group, to, NULL), 0);
	assert_int_equal(db_meter_each(to->db, bridge, describe_meter, to, NULL), 0);
}

/* db_port_config_fn */
static inline int describe_port_config(const char *bridge, const char *interface, uint32_t config,
				       void *text)
{
	text_add(text, "%s/%s port config %u\n", bridge, interface, config);
	return 0;
}

/* Takes the text, and adds its lines in order to another one. */
static inline void add_sorted(struct text *text, struct text *unsorted)
{
	char **lines = calloc(unsorted->length + 1, sizeof(*lines)), *rest = unsorted->data, *line;
	size_t n = 0;

	while ((line = strsep(&rest, "\n")))
		lines[n++] = line;
	qsort(lines, n, sizeof(*lines), compare_lines);
	for (size_t i = 0; i < n; i++)
		if (*lines[i])
			text_add(text, "%s\n", lines[i]);
	free(lines);
	text_free(unsorted);
}

/* All of the configuration, by another way than export goes. The caller frees it. */
static inline char *describe_all(struct db *db)
{
	struct text text = TEXT_EMPTY, records = TEXT_EMPTY, flows = TEXT_EMPTY;
	struct bridge_description of_bridge = {.db = db, .text = &flows};
	struct snapshot snapshot;

	assert_int_equal(snapshot_load(&snapshot, db, NULL), 0);
	for (size_t i = 0; i < snapshot.n; i++) {
		char *record = describe_record(&snapshot, snapshot.records[i]);

		text_add(&records, "%s\n", record);
		free(record);
	}
	snapshot_free(&snapshot);
	assert_int_equal(db_bridge_names(db, true, false, describe_bridge, &of_bridge, NULL), 0);
	assert_int_equal(db_port_config_each(db, describe_port_config, &flows, NULL), 0);
	add_sorted(&text, &records);
	add_sorted(&text, &flows);
	return text.data;
}

#endif
