/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/meter_table.h"

#include <stdlib.h>
#include <string.h>
#include "db/boot.h"
#include "switchd/daemon.h"
#include "switchd/flow_row.h"
#include "switchd/flow_table.h"
#include "switchd/log.h"

struct meter_table *meter_table_new(void)
{
	return calloc(1, sizeof(struct meter_table));
}

void meter_table_free(struct meter_table *table)
{
	free(table);
}

const struct meter_entry *meter_table_find(const struct meter_table *table, uint16_t bridge,
					   uint32_t meter)
{
	for (size_t i = 1; i < XVS_METERS_MAX; i++) {
		const struct meter_entry *entry = &table->entries[i];

		if (entry->id && entry->bridge == bridge && entry->meter.id == meter)
			return entry;
	}
	return NULL;
}

struct reading {
	struct daemon *daemon;
	struct error *error;
	bool *changed;
	uint64_t now;
	bool met[XVS_METERS_MAX];
};

static int parse(struct flow_meter *meter, const struct db_meter *row, struct error *error)
{
	struct text text = TEXT_EMPTY;
	int status;

	text_add(&text, "meter=%u,%s", row->meter, row->text);
	status = flow_meter_parse(meter, text_string(&text), error);
	text_free(&text);
	return status;
}

static bool same(const struct flow_meter *a, const struct flow_meter *b)
{
	struct text x = TEXT_EMPTY, y = TEXT_EMPTY;
	bool same;

	flow_meter_print(&x, a);
	flow_meter_print(&y, b);
	same = !strcmp(text_string(&x), text_string(&y));
	text_free(&x);
	text_free(&y);
	return same;
}

/* What a change takes away may come back when it is refused. */
static void keep_past(struct meter_table *table, const struct meter_entry *entry)
{
	table->uncommitted = true;
	if (entry->id && !entry->tentative)
		table->past[entry->number] = *entry;
}

static bool is_like(const struct meter_entry *entry, const struct meter_entry *wanted)
{
	return entry->id && entry->bridge == wanted->bridge && entry->created == wanted->created &&
	       same(&entry->meter, &wanted->meter);
}

void meter_table_committed(struct meter_table *table)
{
	for (size_t i = 1; i < XVS_METERS_MAX && table->uncommitted; i++) {
		table->entries[i].tentative = false;
		table->past[i].id = 0;
	}
	table->uncommitted = false;
}

/* db_meter_fn */
static int read_row(const struct db_meter *row, void *arg)
{
	struct reading *reading = arg;
	struct flow_table *flows = reading->daemon->flows;
	struct meter_entry *entry = &flows->meters->entries[row->number];
	const struct meter_entry *past = &flows->meters->past[row->number];
	struct meter_entry wanted = {
		.id = row->id,
		.bridge = row->bridge,
		.number = row->number,
		.created = flow_row_time(row->created_us, row->boot, flows->boot, reading->now),
		.tentative = flows->loaded,
	};
	struct error why;
	int status = parse(&wanted.meter, row, &why);

	if (status && flows->loaded)
		return error_set(reading->error, status, "%s", why.text);
	if (status) {
		log_warn("flow", "meter %u of the database is left out: %s", row->meter, why.text);
		return 0;
	}
	reading->met[row->number] = true;
	if (is_like(entry, &wanted)) {
		entry->id = row->id;
		return 0;
	}
	keep_past(flows->meters, entry);
	*entry = past->id == row->id && is_like(past, &wanted) ? *past : wanted;
	reading->changed[row->bridge] = true;
	flows->meters->changed = true;
	return 0;
}

int meter_table_load(struct daemon *daemon, bool changed[XVS_BRIDGES_MAX], struct error *error)
{
	struct reading reading = {
		.daemon = daemon, .error = error, .changed = changed, .now = boot_ns()};
	struct meter_table *table = daemon->flows->meters;
	int status = db_meter_each(daemon->db, NULL, read_row, &reading, error);

	/* The first time, what an earlier switchd left is compared with what there is. */
	table->changed |= !daemon->flows->loaded;
	for (size_t i = 1; i < XVS_METERS_MAX && status == 0; i++) {
		if (!table->entries[i].id || reading.met[i])
			continue;
		changed[table->entries[i].bridge] = true;
		keep_past(table, &table->entries[i]);
		table->entries[i].id = 0;
		table->changed = true;
	}
	return status;
}

/* But for what frames have made of it. */
static bool is_made_so(const struct xvs_meter *meter, const struct xvs_meter *wanted)
{
	if (meter->bands != wanted->bands || meter->pktps != wanted->pktps)
		return false;
	for (uint32_t i = 0; i < wanted->bands; i++)
		if (meter->band[i].cost != wanted->band[i].cost ||
		    meter->band[i].burst != wanted->band[i].burst)
			return false;
	return true;
}

/* While it is being written, it lets everything pass. */
static void rewrite(struct xvs_meter *meter, const struct xvs_meter *wanted)
{
	__atomic_store_n(&meter->bands, 0, __ATOMIC_SEQ_CST);
	meter->pktps = wanted->pktps;
	meter->packets = meter->bytes = 0;
	memcpy(meter->band, wanted->band, sizeof(meter->band));
	__atomic_store_n(&meter->bands, wanted->bands, __ATOMIC_RELEASE);
}

void meter_table_apply(struct daemon *daemon)
{
	struct meter_table *table = daemon->flows->meters;
	struct xvs_meter *meters = daemon->dpc->meters(daemon->dp);

	if (!table->changed)
		return;
	for (size_t i = 1; i < XVS_METERS_MAX; i++) {
		struct xvs_meter wanted = {};

		if (table->entries[i].id)
			flow_meter_make(&wanted, &table->entries[i].meter);
		if (!is_made_so(&meters[i], &wanted))
			rewrite(&meters[i], &wanted);
	}
	table->changed = false;
}
