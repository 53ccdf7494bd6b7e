/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/group_table.h"

#include <errno.h>
#include <inttypes.h>
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

/* Each of the counters, the group's own first; NULL behind the last bucket's. */
static uint32_t *counter_at(struct flow_group *group, size_t i)
{
	if (i > group->n_buckets)
		return NULL;
	return i ? &group->buckets[i - 1].counter : &group->counter;
}

/* As the database notes them. */
static void print_counters(struct text *text, struct flow_group *group)
{
	const uint32_t *counter;

	for (size_t i = 0; (counter = counter_at(group, i)); i++)
		text_add(text, "%s%" PRIu32, i ? " " : "", *counter);
}

/* Those that were noted. False: they can't be had, and the group has none. */
static bool claim_counters(struct flow_counters *counters, struct flow_group *group,
			   const char *noted)
{
	uint32_t *counter;
	size_t i;

	for (i = 0; (counter = counter_at(group, i)); i++) {
		char *end;

		*counter = (uint32_t)strtoul(noted, &end, 10);
		if (end == noted || !flow_counter_claim(counters, *counter))
			break;
		noted = end;
	}
	if (!counter)
		return true;
	while (i--)
		flow_counter_give(counters, *counter_at(group, i));
	return false;
}

struct reading {
	struct daemon *daemon;
	struct error *error;
	uint64_t now;
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

static bool is_like(const struct group_entry *entry, const struct db_group *row, uint64_t created)
{
	return entry->bridge == row->bridge && entry->created == created &&
	       !strcmp(entry->text, row->text);
}

/* The entry that was there before, if it was like this. */
static struct group_entry *recall(struct group_table *table, const struct db_group *row,
				  uint64_t created)
{
	struct group_entry **at = &table->past, *entry;

	while (*at && ((*at)->id != row->id || !is_like(*at, row, created)))
		at = &(*at)->next_past;
	entry = *at;
	if (entry) {
		*at = entry->next_past;
		entry->met = true;
	}
	return entry;
}

/* A group that was not there. At the start it goes on with the counters that it had. */
static struct group_entry *add(struct reading *reading, const struct db_group *row,
			       struct flow_group *group)
{
	struct flow_table *flows = reading->daemon->flows;
	bool adopted = !flows->loaded && claim_counters(&flows->counters, group, row->counters);
	struct group_entry *entry;

	if (!adopted)
		take_counters(&flows->counters, group);
	entry = make(row, group);
	entry->adopted = adopted;
	entry->tentative = flows->loaded;
	return entry;
}

/* Does the row say which counters it has? */
static void note_counters(struct group_entry *entry, const struct db_group *row)
{
	struct text text = TEXT_EMPTY;

	print_counters(&text, &entry->group);
	entry->noted = !strcmp(text_string(&text), row->counters);
	text_free(&text);
}

/* db_group_fn */
static int read_row(const struct db_group *row, void *arg)
{
	struct reading *reading = arg;
	struct flow_table *flows = reading->daemon->flows;
	struct group_table *table = flows->groups;
	size_t i = find(table, row->bridge, row->group);
	bool there = i < table->count && !compare(row->bridge, row->group, table->entries[i]);
	uint64_t created = flow_row_time(row->created_us, row->boot, flows->boot, reading->now);
	struct group_entry *entry;
	struct flow_group group;
	struct error why;
	int status;

	if (there && is_like(table->entries[i], row, created)) {
		table->entries[i]->met = true;
		table->entries[i]->id = row->id;
		note_counters(table->entries[i], row);
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
	entry = recall(table, row, created);
	if (entry)
		flow_group_clear(&group);
	else
		entry = add(reading, row, &group);
	entry->created = created;
	note_counters(entry, row);
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

static bool are_noted(const struct group_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		if (!table->entries[i]->noted)
			return false;
	return true;
}

static void note_all(struct daemon *daemon)
{
	const struct group_table *table = daemon->flows->groups;

	for (size_t i = 0; i < table->count; i++) {
		struct group_entry *entry = table->entries[i];
		struct text text = TEXT_EMPTY;

		if (entry->noted)
			continue;
		print_counters(&text, &entry->group);
		entry->noted =
			!db_group_counters_set(daemon->db, entry->id, text_string(&text), NULL);
		text_free(&text);
	}
}

/* What can't be noted now is so the next time. All in one transaction, be it one of its own: each
 * takes as long as the disk. */
static void write_counters(struct daemon *daemon)
{
	bool own = !are_noted(daemon->flows->groups) && !db_in_transaction(daemon->db);

	if (own && db_begin(daemon->db, NULL))
		return;
	note_all(daemon);
	if (own)
		db_commit(daemon->db, NULL);
}

int group_table_load(struct daemon *daemon, struct error *error)
{
	struct reading reading = {.daemon = daemon, .error = error, .now = boot_ns()};
	struct group_table *table = daemon->flows->groups;
	int status;

	for (size_t i = 0; i < table->count; i++)
		table->entries[i]->met = false;
	status = db_group_each(daemon->db, NULL, read_row, &reading, error);
	if (status == 0)
		drop_unmet(&reading);
	write_counters(daemon);
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

void group_table_carry(struct daemon *daemon, const struct xvs_flow_counter *old, uint32_t n)
{
	const struct group_table *table = daemon->flows->groups;

	for (size_t i = 0; i < table->count; i++) {
		struct group_entry *entry = table->entries[i];
		const uint32_t *counter;

		for (size_t c = 0; entry->adopted && (counter = counter_at(&entry->group, c)); c++)
			if (*counter < n)
				daemon->dpc->flow_counter_add(daemon->dp, *counter, &old[*counter]);
		entry->adopted = false;
	}
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
