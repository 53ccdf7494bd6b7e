/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/flow_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "db/boot.h"
#include "switchd/daemon.h"
#include "switchd/flow_action.h"
#include "switchd/flow_counts.h"
#include "switchd/flow_row.h"
#include "switchd/group_table.h"
#include "switchd/log.h"
#include "switchd/meter_table.h"

/* So many rows are read one by one rather than all of them. */
#define FEW(count) ((count) / 2 + 64)

int flow_table_open(struct daemon *daemon, struct error *error)
{
	struct flow_table *table = calloc(1, sizeof(*table));
	uint32_t lines, counters;

	if (!table)
		return error_set(error, -ENOMEM, "out of memory");
	daemon->flows = table;
	table->stale = true;
	STAILQ_INIT(&table->pending);
	boot_id(table->boot);
	daemon->dpc->flows(daemon->dp, &lines, &counters);
	flow_counters_open(&table->counters, counters);
	/* What an earlier switchd left in the data path stays in force until all is made anew. */
	table->draft = calloc(XVS_FLOW_LINES_MIN, sizeof(*table->draft));
	if (table->draft)
		table->classifier = classifier_new(table->draft, XVS_FLOW_LINES_MIN);
	table->groups = group_table_new();
	table->meters = meter_table_new();
	if (flow_store_open(&table->store) == 0 && table->classifier && table->groups &&
	    table->meters)
		return 0;
	flow_table_close(daemon);
	return error_set(error, -ENOMEM, "out of memory");
}

void flow_table_close(struct daemon *daemon)
{
	struct flow_table *table = daemon->flows;

	flow_store_close(&table->store);
	for (size_t i = 0; i < XVS_BRIDGES_MAX; i++)
		free(table->bridges[i].ports);
	flow_counters_close(&table->counters);
	if (table->classifier)
		classifier_free(table->classifier);
	free(table->draft);
	group_table_free(table->groups);
	meter_table_free(table->meters);
	free(table);
	daemon->flows = NULL;
}

void flow_table_touch(struct flow_table *table, struct flow_entry *entry)
{
	if (entry->pending)
		return;
	entry->pending = true;
	STAILQ_INSERT_TAIL(&table->pending, entry, of_pending);
}

/* One reading of changes. */
struct reading {
	struct daemon *daemon;
	struct error *error;
	int status; /* of the first row that can't be read */
	uint64_t now;
	uint32_t now_s; /* xvs_shared.now */
};

static struct reading begin(struct daemon *daemon, struct error *error)
{
	struct xvs_shared *shared = daemon->dpc->shared(daemon->dp);

	for (size_t i = 0; i < XVS_BRIDGES_MAX; i++)
		daemon->flows->bridges[i].baselined = false;
	return (struct reading){
		.daemon = daemon,
		.error = error,
		.now = boot_ns(),
		.now_s = __atomic_load_n(&shared->now, __ATOMIC_RELAXED),
	};
}

static bool is_timed(const struct flow *flow)
{
	return flow->idle_timeout || flow->hard_timeout;
}

static void set_times(const struct reading *reading, struct flow_entry *entry, uint64_t created,
		      uint64_t modified)
{
	entry->created = created;
	entry->modified = modified;
	entry->since = reading->now_s - (uint32_t)((reading->now - modified) / 1000000000);
	entry->due = entry->since + entry->flow.idle_timeout;
}

static uint64_t time_of(const struct reading *reading, const struct db_flow *row, int64_t us)
{
	return flow_row_time(us, row->boot, reading->daemon->flows->boot, reading->now);
}

static bool same_actions(const struct flow *flow, const struct db_flow *row)
{
	struct text text = TEXT_EMPTY;
	bool same;

	flow_actions_print(&text, flow->actions, NULL, FLOW_WORDS_SAID);
	same = !strcmp(text_string(&text), row->actions);
	text_free(&text);
	return same;
}

static bool is_modified(const struct flow_entry *entry, const struct db_flow *row)
{
	const struct flow *flow = &entry->flow;

	return flow->cookie != row->cookie || flow->idle_timeout != row->idle_timeout ||
	       flow->hard_timeout != row->hard_timeout || flow->flags != row->flags ||
	       !same_actions(flow, row);
}

/* What frames did so far is not the new flow's, but of the one that was there, if there was any. At
 * the start it is: it was there before. */
static void settle_counts(struct reading *reading, uint16_t bridge)
{
	struct flow_bridge *state = &reading->daemon->flows->bridges[bridge];

	if (!reading->daemon->flows->loaded || state->present || state->baselined)
		return;
	flow_counts_update(reading->daemon, bridge);
	state->baselined = true;
}

static struct flow_entry *add(struct reading *reading, const struct db_flow *row,
			      const struct flow *flow)
{
	struct flow_table *table = reading->daemon->flows;
	struct flow_entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	entry->flow = *flow;
	entry->bridge = row->bridge;
	entry->id = row->id;
	settle_counts(reading, row->bridge);
	flow_store_add(&table->store, entry);
	return entry;
}

/* A row that was put in, or written again, over an entry of the same match. */
static void replace(struct reading *reading, struct flow_entry *entry, const struct db_flow *row,
		    const struct flow *flow)
{
	struct flow_table *table = reading->daemon->flows;

	table->n_timed -= entry->id && is_timed(&entry->flow);
	flow_store_set_id(&table->store, entry, row->id);
	flow_clear(&entry->flow);
	entry->flow = *flow;
}

static void read_flow(struct reading *reading, const struct db_flow *row, const struct flow *flow)
{
	struct flow_table *table = reading->daemon->flows;
	struct flow_entry *entry = flow_store_find(&table->store, row->bridge, flow);
	uint64_t created = time_of(reading, row, row->created_us);
	uint64_t when = time_of(reading, row, row->modified_us);
	bool new = !entry || !entry->id || entry->created != created;
	bool modified = entry && (entry->modified != when || is_modified(entry, row));

	if (entry)
		replace(reading, entry, row, flow);
	else
		entry = add(reading, row, flow);
	if (!entry)
		abort(); /* as in text.h */
	entry->is_default = row->is_default;
	entry->met = true;
	table->n_timed += is_timed(flow);
	if (!new && !modified)
		return;
	set_times(reading, entry, created, when);
	entry->left_out = false;
	flow_table_touch(table, entry);
}

static void keep_error(struct reading *reading, int64_t id, int status, const struct error *why)
{
	if (!reading->daemon->flows->loaded)
		log_warn("flow", "flow %lld of the database is left out: %s", (long long)id,
			 why->text);
	else if (!reading->status)
		reading->status = error_set(reading->error, status, "%s", why->text);
}

/* The row is gone, or is none. */
static void leave(struct flow_table *table, struct flow_entry *entry)
{
	table->n_timed -= is_timed(&entry->flow);
	flow_store_set_id(&table->store, entry, 0);
	flow_table_touch(table, entry);
}

/* db_flow_fn */
static int read_row(const struct db_flow *row, void *arg)
{
	struct reading *reading = arg;
	struct error why = {};
	struct flow flow;
	int status = flow_row_parse(&flow, row, &why);

	if (status == 0) {
		read_flow(reading, row, &flow);
		return 0;
	}
	flow_clear(&flow);
	keep_error(reading, row->id, status, &why);
	return 0;
}

static int read_all(struct reading *reading, struct error *error)
{
	struct flow_table *table = reading->daemon->flows;
	struct flow_entry *entry;
	int status;

	for (size_t i = 0; i < XVS_BRIDGES_MAX; i++)
		TAILQ_FOREACH (entry, &table->store.bridges[i], of_bridge)
			entry->met = false;
	status = db_flow_each(reading->daemon->db, NULL, read_row, reading, error);
	for (size_t i = 0; i < XVS_BRIDGES_MAX && status == 0; i++)
		TAILQ_FOREACH (entry, &table->store.bridges[i], of_bridge)
			if (entry->id && !entry->met)
				leave(table, entry);
	return status;
}

static int read_one(struct reading *reading, int64_t id, struct error *error)
{
	struct flow_table *table = reading->daemon->flows;
	struct flow_entry *entry = flow_store_by_id(&table->store, id);
	int status;

	if (entry)
		entry->met = false;
	status = db_flow_get(reading->daemon->db, id, read_row, reading, error);
	/* Another row may have taken its place. */
	if (status == 0 && entry && entry->id == id && !entry->met)
		leave(table, entry);
	return status;
}

static int read_flows(struct reading *reading, const struct db_flow_changes *changes,
		      struct error *error)
{
	int status = 0;

	if (changes->all || changes->count > FEW(reading->daemon->flows->store.count))
		return read_all(reading, error);
	for (size_t i = 0; i < changes->count && status == 0; i++)
		status = read_one(reading, changes->ids[i], error);
	return status;
}

int flow_table_load(struct daemon *daemon, struct error *error)
{
	struct reading reading = begin(daemon, error);
	struct db_flow_changes changes = {};
	int status = 0;

	if (!db_flow_changes_wait(daemon->db) && !daemon->flows->stale)
		return 0;
	db_flow_changes_take(daemon->db, &changes);
	changes.all |= daemon->flows->stale;
	if (changes.all || changes.groups_or_meters)
		status = group_table_load(daemon, error);
	if (status == 0)
		status = read_flows(&reading, &changes, error);
	free(changes.ids);
	daemon->flows->stale = status != 0;
	for (size_t i = 0; i < XVS_BRIDGES_MAX && !daemon->flows->loaded; i++)
		flow_counts_resume(daemon, (uint16_t)i);
	daemon->flows->loaded = true;
	return status ? status : reading.status;
}

void flow_table_committed(struct daemon *daemon)
{
	group_table_committed(daemon);
}
