/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/snapshot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "db/datum.h"
#include "db/relation.h"
#include "db/text.h"

/* Records of one table being read. */
struct loading {
	struct snapshot *snapshot;
	const struct db_table *table;
	size_t room;
};

static void free_record(struct snapshot_record *record)
{
	for (size_t i = 0; record->values && i < record->table->n_columns; i++)
		json_decref(record->values[i]);
	free(record->values);
	free(record->path);
	free(record->content);
	free(record->signature);
	free(record->places);
	free(record);
}

void snapshot_free(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->n; i++)
		free_record(snapshot->records[i]);
	free(snapshot->records);
	json_decref(snapshot->by_uuid);
	memset(snapshot, 0, sizeof(*snapshot));
}

static int make_room(struct loading *loading)
{
	struct snapshot *snapshot = loading->snapshot;
	struct snapshot_record **records;

	if (snapshot->n < loading->room)
		return 0;
	loading->room = 2 * loading->room + 64;
	records = reallocarray(snapshot->records, loading->room, sizeof(*records));
	if (!records)
		return -ENOMEM;
	snapshot->records = records;
	return 0;
}

/* db_row_fn */
static int keep_record(const char *uuid, json_t *const *values, void *arg)
{
	struct loading *loading = arg;
	struct snapshot *snapshot = loading->snapshot;
	struct snapshot_record *record;

	if (make_room(loading))
		return -ENOMEM;
	record = calloc(1, sizeof(*record));
	if (!record)
		return -ENOMEM;
	record->table = loading->table;
	record->position = snapshot->n;
	snprintf(record->uuid, sizeof(record->uuid), "%s", uuid);
	snapshot->records[snapshot->n++] = record;
	record->values = calloc(loading->table->n_columns, sizeof(*record->values));
	if (!record->values)
		return -ENOMEM;
	for (size_t i = 0; i < loading->table->n_columns; i++)
		record->values[i] = json_incref(values[i]);
	return json_object_set_new(snapshot->by_uuid, uuid,
				   json_integer((json_int_t)record->position))
		       ? -ENOMEM
		       : 0;
}

static int load_table(struct loading *loading, struct db *db, struct error *error)
{
	const struct db_table *table = loading->table;
	const struct db_column **columns = calloc(table->n_columns, sizeof(const void *));
	int result;

	if (!columns)
		return error_set(error, -ENOMEM, "out of memory");
	for (size_t i = 0; i < table->n_columns; i++)
		columns[i] = &table->columns[i];
	result = db_select(db, table, NULL, columns, table->n_columns, keep_record, loading, error);
	free(columns);
	return result == -ENOMEM ? error_set(error, result, "out of memory") : result;
}

struct snapshot_record *snapshot_find(const struct snapshot *snapshot, const char *uuid)
{
	const json_t *position = json_object_get(snapshot->by_uuid, uuid);

	return position ? snapshot->records[json_integer_value(position)] : NULL;
}

struct snapshot_record *snapshot_follow(const struct snapshot *snapshot, const json_t *reference)
{
	return snapshot_find(snapshot, json_string_value(json_array_get(reference, 1)));
}

const json_t *snapshot_value(const struct snapshot_record *record, const char *column)
{
	for (size_t i = 0; i < record->table->n_columns; i++)
		if (!strcmp(record->table->columns[i].name, column))
			return record->values[i];
	return NULL;
}

const char *snapshot_name(const struct snapshot_record *record)
{
	return json_string_value(snapshot_value(record, "name"));
}

bool snapshot_refers(const struct db_column *column)
{
	return column->refers && column->class != DB_LIVE && !is_relation(column);
}

const json_t *snapshot_reference(const struct db_column *column, const json_t *element)
{
	return column->value == DB_VOID ? element : json_array_get(element, 1);
}

/* Tells children, which do not know it, who they belong to. */
static void adopt(struct snapshot *snapshot, struct snapshot_record *record)
{
	for (size_t i = 0; i < record->table->n_columns; i++) {
		const struct db_column *column = &record->table->columns[i];
		const json_t *element;
		size_t j;

		if (!is_relation(column) || column->max == 1)
			continue;
		json_array_foreach (json_array_get(record->values[i], 1), j, element) {
			struct snapshot_record *child = snapshot_follow(snapshot, element);

			if (child)
				child->parent = record;
		}
	}
}

static void add_path(struct snapshot *snapshot, const struct snapshot_record *record,
		     struct text *path)
{
	const struct snapshot_record *bridge;

	if (!strcmp(record->table->name, "Static_MAC")) {
		bridge = snapshot_follow(snapshot, snapshot_value(record, "bridge"));
		text_add(path, "%s/%" JSON_INTEGER_FORMAT "/%s",
			 bridge ? snapshot_name(bridge) : "",
			 json_integer_value(snapshot_value(record, "vlan")),
			 json_string_value(snapshot_value(record, "mac")));
		return;
	}
	if (!strcmp(record->table->name, "Open_vSwitch")) {
		text_add(path, ".");
		return;
	}
	if (record->parent && record->parent->parent) {
		add_path(snapshot, record->parent, path);
		text_add(path, "/");
	}
	text_add(path, "%s", snapshot_name(record));
}

/* What a transaction that is not settled has made may yet lack a parent. */
static bool has_path(const struct snapshot_record *record)
{
	return record->parent || !strcmp(record->table->name, "Open_vSwitch") ||
	       !strcmp(record->table->name, "Static_MAC");
}

static int fill_paths(struct snapshot *snapshot, struct error *error)
{
	for (size_t i = 0; i < snapshot->n; i++)
		adopt(snapshot, snapshot->records[i]);
	for (size_t i = 0; i < snapshot->n; i++) {
		struct snapshot_record *record = snapshot->records[i];
		struct text path = TEXT_EMPTY;

		if (!has_path(record))
			continue;
		add_path(snapshot, record, &path);
		record->path = strdup(text_string(&path));
		text_free(&path);
		if (!record->path)
			return error_set(error, -ENOMEM, "out of memory");
	}
	return 0;
}

int snapshot_load(struct snapshot *snapshot, struct db *db, struct error *error)
{
	struct loading loading = {.snapshot = snapshot};
	int result = 0;

	*snapshot = (struct snapshot){.by_uuid = json_object()};
	for (size_t i = 0; i < db_n_tables && result == 0; i++) {
		loading.table = &db_tables[i];
		result = load_table(&loading, db, error);
	}
	if (result == 0)
		result = fill_paths(snapshot, error);
	return result ? result : snapshot_sign(snapshot, error);
}
