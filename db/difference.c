/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/difference.h"

#include <errno.h>
#include <string.h>
#include "db/datum.h"
#include "db/match.h"
#include "db/option.h"
#include "db/relation.h"
#include "db/store.h"

struct difference {
	struct db *db;
	struct snapshot wanted, present;
};

typedef int record_fn(struct difference *difference, struct snapshot_record *record,
		      struct error *error);

static bool is_in(const struct snapshot_record *record, const char *table)
{
	return !strcmp(record->table->name, table);
}

/* The records of a table, in the order in which they were made. */
static int each(struct difference *difference, const struct snapshot *snapshot, const char *table,
		record_fn *fn, struct error *error)
{
	for (size_t i = 0; i < snapshot->n; i++) {
		struct snapshot_record *record = snapshot->records[i];
		int result = is_in(record, table) ? fn(difference, record, error) : 0;

		if (result)
			return result;
	}
	return 0;
}

static int each_unnamed(struct difference *difference, const struct snapshot *snapshot,
			record_fn *fn, struct error *error)
{
	for (size_t i = 0; i < snapshot->n; i++) {
		struct snapshot_record *record = snapshot->records[i];
		int result = record->path ? 0 : fn(difference, record, error);

		if (result)
			return result;
	}
	return 0;
}

static int remove_static_mac(struct difference *difference, struct snapshot_record *record,
			     struct error *error)
{
	const struct snapshot_record *bridge =
		snapshot_follow(&difference->present, snapshot_value(record, "bridge"));
	uint8_t mac[6];

	if (record->mate || !bridge ||
	    !option_parse_mac(json_string_value(snapshot_value(record, "mac")), mac))
		return 0;
	return db_static_mac_del(difference->db, snapshot_name(bridge),
				 json_integer_value(snapshot_value(record, "vlan")), mac, error);
}

/* What is there already, with the right port, stays as it is. */
static int add_static_mac(struct difference *difference, struct snapshot_record *record,
			  struct error *error)
{
	const struct snapshot *wanted = &difference->wanted;
	const struct snapshot_record *bridge =
		snapshot_follow(wanted, snapshot_value(record, "bridge"));
	const struct snapshot_record *port =
		snapshot_follow(wanted, snapshot_value(record, "port"));
	uint8_t mac[6];

	if (!bridge || !port ||
	    !option_parse_mac(json_string_value(snapshot_value(record, "mac")), mac))
		return 0;
	return db_static_mac_add(difference->db, snapshot_name(bridge), snapshot_name(port),
				 json_integer_value(snapshot_value(record, "vlan")), mac, error);
}

static int destroy(struct difference *difference, struct snapshot_record *record,
		   struct error *error)
{
	return record->mate ? 0 : store_delete(difference->db, record->table, record->uuid, error);
}

/* A new record has the UUID of the wanted one: references to it are right as they are. */
static int create(struct difference *difference, struct snapshot_record *record,
		  struct error *error)
{
	const char *name = record->path ? snapshot_name(record) : NULL;

	return record->mate ? 0
			    : db_create(difference->db, record->table, record->uuid, name, error);
}

/* Puts the UUIDs of mates in place of the wanted ones. */
static void translate(const struct difference *difference, json_t *value)
{
	const json_t *tag = json_array_get(value, 0);
	const struct snapshot_record *target;
	json_t *part;
	size_t i;

	if (json_is_string(tag) && !strcmp(json_string_value(tag), "uuid") &&
	    json_is_string(json_array_get(value, 1))) {
		target = snapshot_follow(&difference->wanted, value);
		if (target && target->mate)
			json_array_set_new(value, 1, json_string(target->mate->uuid));
		return;
	}
	json_array_foreach (value, i, part)
		translate(difference, part);
}

/* The value as the present database has to hold it. New reference. */
static json_t *translated(const struct difference *difference, const struct db_column *column,
			  json_t *value, struct error *error)
{
	json_t *copy, *normal;

	if (!column->refers)
		return json_incref(value);
	copy = json_deep_copy(value);
	translate(difference, copy);
	normal = datum_check(column, copy, error);
	json_decref(copy);
	return normal;
}

/* What the column of a mate holds; of a new record, the default. New reference. */
static json_t *present_value(const struct snapshot_record *record, size_t column)
{
	return record->mate ? json_incref(record->mate->values[column])
			    : datum_default(&record->table->columns[column]);
}

static int set_column(struct difference *difference, struct snapshot_record *record, size_t i,
		      struct error *error)
{
	const struct db_column *column = &record->table->columns[i];
	const char *uuid = record->mate ? record->mate->uuid : record->uuid;
	json_t *value = translated(difference, column, record->values[i], error);
	json_t *present = present_value(record, i);
	int result = -EINVAL;

	if (value)
		result = datum_compare(value, present)
				 ? db_set(difference->db, record->table, uuid, column, value, error)
				 : 0;
	json_decref(present);
	json_decref(value);
	return result;
}

static int set_columns(struct difference *difference, struct snapshot_record *record,
		       struct error *error)
{
	for (size_t i = 0; i < record->table->n_columns; i++) {
		const struct db_column *column = &record->table->columns[i];
		int result;

		if (db_column_is_fixed(column) || !strcmp(column->name, "next_cfg"))
			continue;
		result = set_column(difference, record, i, error);
		if (result)
			return result;
	}
	return 0;
}

/* One after the other on records of one table ("": those without a path), of one snapshot. */
struct step {
	bool of_present;
	const char *table;
	record_fn *fn;
};

/*
 * What goes makes room for what comes: names, numbers, addresses. Children are there before their
 * parents name them.
 */
static const struct step steps[] = {
	{true, "Static_MAC", remove_static_mac},
	{true, "Bridge", destroy},
	{true, "Port", destroy},
	{true, "Interface", destroy},
	{true, "", destroy},
	{false, "Bridge", create},
	{false, "Port", create},
	{false, "Interface", create},
	{false, "", create},
	{false, "", set_columns},
	{false, "Interface", set_columns},
	{false, "Port", set_columns},
	{false, "Bridge", set_columns},
	{false, "Open_vSwitch", set_columns},
	{false, "Static_MAC", add_static_mac},
};

static int write_steps(struct difference *difference, struct error *error)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		const struct step *step = &steps[i];
		const struct snapshot *snapshot =
			step->of_present ? &difference->present : &difference->wanted;
		int result = *step->table ? each(difference, snapshot, step->table, step->fn, error)
					  : each_unnamed(difference, snapshot, step->fn, error);

		if (result)
			return result;
	}
	return 0;
}

/* Runs a statement with the number and the name of each wanted interface. */
static int number_each(const struct difference *difference, struct db *wanted, const char *sql,
		       struct error *error)
{
	sqlite3_stmt *statement;
	int result = connection_query(&wanted->file, &statement, error,
				      "SELECT _ofport, name FROM Interface", "");

	while (result == 0 && (result = connection_step(&wanted->file, statement, error)) > 0)
		result = store_write(difference->db, error, sql, "is",
				     sqlite3_column_int64(statement, 0),
				     (const char *)sqlite3_column_text(statement, 1));
	connection_end(statement);
	return result;
}

/* Flows mean these numbers. Two interfaces may change theirs for one another's. */
static int write_numbers(const struct difference *difference, struct db *wanted,
			 struct error *error)
{
	int result = relation_number(difference->db, error);

	if (result == 0)
		result = number_each(difference, wanted,
				     "UPDATE Interface SET _ofport = NULL"
				     " WHERE _ofport <> ?1 AND name = ?2",
				     error);
	return result ? result
		      : number_each(difference, wanted,
				    "UPDATE Interface SET _ofport = ?1"
				    " WHERE _ofport IS NULL AND name = ?2",
				    error);
}

int difference_write(struct db *db, struct db *wanted, struct error *error)
{
	struct difference difference = {.db = db};
	int result = snapshot_load(&difference.wanted, wanted, error);

	if (result == 0)
		result = snapshot_load(&difference.present, db, error);
	if (result == 0)
		result = match_snapshots(&difference.wanted, &difference.present, error);
	if (result == 0)
		result = write_steps(&difference, error);
	if (result == 0)
		result = write_numbers(&difference, wanted, error);
	snapshot_free(&difference.wanted);
	snapshot_free(&difference.present);
	return result;
}
