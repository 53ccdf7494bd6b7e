/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/group_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "db/boot.h"
#include "switchd/daemon.h"
#include "switchd/flow_row.h"
#include "switchd/flow_table.h"
#include "switchd/log.h"
#include "switchd/meter_table.h"

struct group_table *group_table_new(void)
{
	return calloc(1, sizeof(struct group_table));
}

static void entry_free(struct group_entry *entry)
{
	flow_group_clear(&entry->group);
	free(entry->text);
	free(entry);
}

static struct group_entry *past_take(struct group_table *table)
{
	struct group_entry *entry = table->past;

	if (entry)
		table->past = entry->next_past;
	return entry;
}

void group_table_free(struct group_table *table)
{
	struct group_entry *entry;

	for (size_t i = 0; table && i < table->count; i++)
		entry_free(table->entries[i]);
	while (table && (entry = past_take(table)))
		entry_free(entry);
	if (table)
		free(table->entries);
	free(table);
}

static int compare(uint16_t bridge, uint32_t group, const struct group_entry *entry)
{
	if (bridge != entry->bridge)
		return bridge < entry->bridge ? -1 : 1;
	return (group > entry->group.id) - (group < entry->group.id);
}

/* Where the group is, or would be. */
static size_t find(const struct group_table *table, uint16_t bridge, uint32_t group)
{
	size_t low = 0, high = table->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (compare(bridge, group, table->entries[middle]) > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct group_entry *group_table_find(const struct group_table *table, uint16_t bridge,
					   uint32_t group)
{
	size_t i = find(table, bridge, group);

	return i < table->count && !compare(bridge, group, table->entries[i]) ? table->entries[i]
									      : NULL;
}

static void insert(struct group_table *table, struct group_entry *entry)
{
	size_t i = find(table, entry->bridge, entry->group.id);

	table->entries = realloc(table->entries, (table->count + 1) * sizeof(*table->entries));
	if (!table->entries)
		abort(); /* as in text.h */
	memmove(table->entries + i + 1, table->entries + i,
		(table->count - i) * sizeof(*table->entries));
	table->entries[i] = entry;
	table->count++;
}

static void take_counters(struct flow_counters *counters, struct flow_group *group)
{
	group->counter = flow_counter_take(counters);
	for (size_t i = 0; i < group->n_buckets; i++)
		group->buckets[i].counter = flow_counter_take(counters);
}

static void give_counters(struct flow_counters *counters, const struct flow_group *group)
{
	flow_counter_give(counters, group->counter);
	for (size_t i = 0; i < group->n_buckets; i++)
		flow_counter_give(counters, group->buckets[i].counter);
}

struct reading {
	struct daemon *daemon;
	struct error *error;
	bool changed[XVS_BRIDGES_MAX];
};

static struct group_entry *make(const struct db_group *row, const struct flow_group *group)
{
	struct group_entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		abort(); /* as in text.h */
	entry->id = row->id;
	entry->bridge = row->bridge;
	entry->group = *group;
	entry->text = strdup(row->text);
	entry->created = boot_ns();
	entry->met = true;
	if (!entry->text)
		abort();
	return entry;
}

static void discard(struct flow_counters *counters, struct group_entry *entry)
{
	give_counters(counters, &entry->group);
	entry_free(entry);
}

/* What a change takes away may come back when it is refused. */
static void drop(struct group_table *table, struct flow_counters *counters, size_t i)
{
	struct group_entry *entry = table->entries[i];

	table->count--;
	memmove(table->entries + i, table->entries + i + 1,
		(table->count - i) * sizeof(*table->entries));
	if (entry->tentative) {
		discard(counters, entry);
		return;
	}
	entry->next_past = table->past;
	table->past = entry;
}

/* The entry that was there before, if it was like this. */
static struct group_entry *recall(struct group_table *table, const struct db_group *row)
{
	struct group_entry **at = &table->past, *entry;

	while (*at && ((*at)->id != row->id || (*at)->bridge != row->bridge ||
		       strcmp((*at)->text, row->text)))
		at = &(*at)->next_past;
	entry = *at;
	if (entry) {
		*at = entry->next_past;
		entry->met = true;
	}
	return entry;
}

/* db_group_fn */
static int read_row(const struct db_group *row, void *arg)
{
	struct reading *reading = arg;
	struct flow_table *flows = reading->daemon->flows;
	struct group_table *table = flows->groups;
	size_t i = find(table, row->bridge, row->group);
	bool there = i < table->count && !compare(row->bridge, row->group, table->entries[i]);
	struct group_entry *entry;
	struct flow_group group;
	struct error why;
	int status;

	if (there && !strcmp(table->entries[i]->text, row->text)) {
		table->entries[i]->met = true;
		table->entries[i]->id = row->id;
		return 0;
	}
	status = flow_row_parse_group(&group, row, &why);
	if (status && flows->loaded)
		return error_set(reading->error, status, "%s", why.text);
	if (status) {
		log_warn("flow", "group %u of the database is left out: %s", row->group, why.text);
		return 0;
	}
	if (there)
		drop(table, &flows->counters, i);
	entry = recall(table, row);
	if (entry) {
		flow_group_clear(&group);
	} else {
		take_counters(&flows->counters, &group);
		entry = make(row, &group);
		entry->tentative = flows->loaded;
	}
	insert(table, entry);
	reading->changed[row->bridge] = true;
	return 0;
}

static void drop_unmet(struct reading *reading)
{
	struct flow_table *flows = reading->daemon->flows;
	struct group_table *table = flows->groups;
	size_t i = 0;

	while (i < table->count) {
		if (table->entries[i]->met) {
			i++;
			continue;
		}
		reading->changed[table->entries[i]->bridge] = true;
		drop(table, &flows->counters, i);
	}
}

static bool uses_any(const struct flow_action *action)
{
	for (; action; action = action->next)
		if (action->kind == FLOW_ACTION_GROUP || action->kind == FLOW_ACTION_METER ||
		    uses_any(action->list))
			return true;
	return false;
}

static void touch_users(const struct reading *reading)
{
	struct flow_table *flows = reading->daemon->flows;

	for (uint16_t bridge = 1; bridge < XVS_BRIDGES_MAX; bridge++) {
		struct flow_entry *entry;

		if (!reading->changed[bridge])
			continue;
		TAILQ_FOREACH (entry, &flows->store.bridges[bridge], of_bridge)
			if (entry->id && uses_any(entry->flow.actions))
				flow_table_touch(flows, entry);
	}
}

int group_table_load(struct daemon *daemon, struct error *error)
{
	struct reading reading = {.daemon = daemon, .error = error};
	struct group_table *table = daemon->flows->groups;
	int status;

	for (size_t i = 0; i < table->count; i++)
		table->entries[i]->met = false;
	status = db_group_each(daemon->db, NULL, read_row, &reading, error);
	if (status == 0)
		drop_unmet(&reading);
	if (status == 0)
		status = meter_table_load(daemon, reading.changed, error);
	touch_users(&reading);
	return status;
}

void group_table_committed(struct daemon *daemon)
{
	struct flow_table *flows = daemon->flows;
	struct group_entry *entry;

	for (size_t i = 0; i < flows->groups->count; i++)
		flows->groups->entries[i]->tentative = false;
	while ((entry = past_take(flows->groups)))
		discard(&flows->counters, entry);
	meter_table_committed(flows->meters);
}

static const struct flow_group *env_group(const struct flow_program_env *env, uint32_t id)
{
	const struct group_scope *scope = env->arg;
	const struct group_entry *entry =
		group_table_find(scope->daemon->flows->groups, scope->bridge, id);

	return entry ? &entry->group : NULL;
}

static uint32_t env_meter(const struct flow_program_env *env, uint32_t id)
{
	const struct group_scope *scope = env->arg;
	const struct meter_entry *entry =
		meter_table_find(scope->daemon->flows->meters, scope->bridge, id);

	return entry ? entry->number : 0;
}

struct flow_program_env group_env(const struct group_scope *scope)
{
	return (struct flow_program_env){env_group, env_meter, scope};
}
