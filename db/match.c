/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/match.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "db/datum.h"
#include "db/datum_elements.h"
#include "db/text.h"

struct matching {
	struct snapshot *wanted, *present;
};

/* What two records must have in common beside their table; NULL: this one has no such thing. */
typedef const char *key_fn(const struct snapshot_record *record);

static const char *by_path(const struct snapshot_record *record)
{
	return record->path;
}

static const char *by_signature(const struct snapshot_record *record)
{
	return record->path ? NULL : record->signature;
}

static const char *by_content(const struct snapshot_record *record)
{
	return record->path ? NULL : record->content;
}

/* Mirrors, managers and flow tables have names, controllers targets. */
static const char *by_name(const struct snapshot_record *record)
{
	const char *name = json_string_value(snapshot_value(record, "name"));

	if (record->path)
		return NULL;
	return name ? name : json_string_value(snapshot_value(record, "target"));
}

static bool same_key(key_fn *key_of, const struct snapshot_record *a,
		     const struct snapshot_record *b)
{
	const char *x = key_of(a), *y = key_of(b);

	return x && y && !strcmp(x, y);
}

static void pair(const struct matching *matching, struct snapshot_record *wanted,
		 struct snapshot_record *present, key_fn *key_of);

/* Pairs what an element of a wanted record's column leads to with what one of its mate's does. In a
 * map they must have the same key, in a set `key_of` says the same of both. */
static void pair_target(const struct matching *matching, const struct db_column *column,
			const json_t *element, const json_t *others, key_fn *key_of)
{
	struct snapshot_record *target =
		snapshot_follow(matching->wanted, snapshot_reference(column, element));
	bool in_place = column->max == 1 || column->value != DB_VOID;
	const json_t *other;
	size_t i;

	if (!target || target->path || target->mate)
		return;
	json_array_foreach (others, i, other) {
		struct snapshot_record *mate =
			snapshot_follow(matching->present, snapshot_reference(column, other));

		if (!mate || mate->path || mate->mate)
			continue;
		if (column->value != DB_VOID &&
		    !json_equal(json_array_get(element, 0), json_array_get(other, 0)))
			continue;
		if (same_key(key_of, target, mate) || (in_place && key_of == by_name)) {
			pair(matching, target, mate, key_of);
			return;
		}
	}
}

static void pair_targets(const struct matching *matching, const struct snapshot_record *wanted,
			 key_fn *key_of)
{
	for (size_t i = 0; i < wanted->table->n_columns; i++) {
		const struct db_column *column = &wanted->table->columns[i];
		json_t *elements, *others, *element;
		size_t j;

		if (!snapshot_refers(column))
			continue;
		elements = datum_elements(wanted->values[i]);
		others = datum_elements(wanted->mate->values[i]);
		json_array_foreach (elements, j, element)
			pair_target(matching, column, element, others, key_of);
		json_decref(elements);
		json_decref(others);
	}
}

static void pair(const struct matching *matching, struct snapshot_record *wanted,
		 struct snapshot_record *present, key_fn *key_of)
{
	wanted->mate = present;
	present->mate = wanted;
	pair_targets(matching, wanted, key_of);
}

/* Goes from the pairs that there are to what they refer to. */
static void spread(const struct matching *matching, key_fn *key_of)
{
	for (size_t i = 0; i < matching->wanted->n; i++)
		if (matching->wanted->records[i]->mate)
			pair_targets(matching, matching->wanted->records[i], key_of);
}

/* Positions of present records by table and key: arrays, since several may have the same. */
static json_t *make_index(const struct snapshot *present, key_fn *key_of)
{
	json_t *index = json_object();

	for (size_t i = 0; i < present->n; i++) {
		const struct snapshot_record *record = present->records[i];
		struct text key = TEXT_EMPTY;
		json_t *positions;

		if (record->mate || !key_of(record))
			continue;
		text_add(&key, "%s %s", record->table->name, key_of(record));
		positions = json_object_get(index, text_string(&key));
		if (!positions) {
			positions = json_array();
			json_object_set_new(index, text_string(&key), positions);
		}
		json_array_append_new(positions, json_integer((json_int_t)i));
		text_free(&key);
	}
	return index;
}

/* The first present record with this key that has no mate. */
static struct snapshot_record *find_free(const struct matching *matching, const json_t *index,
					 const struct snapshot_record *wanted, key_fn *key_of)
{
	const json_t *positions, *position;
	struct text key = TEXT_EMPTY;
	size_t i;

	text_add(&key, "%s %s", wanted->table->name, key_of(wanted));
	positions = json_object_get(index, text_string(&key));
	text_free(&key);
	json_array_foreach (positions, i, position) {
		struct snapshot_record *record =
			matching->present->records[json_integer_value(position)];

		if (!record->mate)
			return record;
	}
	return NULL;
}

/*
 * An interface must come behind those of its port that were matched before; after the first that is
 * to be made, none can: `number` of the port says how far it is.
 */
static bool keeps_order(struct snapshot_record *wanted, const struct snapshot_record *present)
{
	struct snapshot_record *port = wanted->parent;

	if (strcmp(wanted->table->name, "Interface"))
		return present;
	if (!present || present->position < port->number) {
		port->number = UINT32_MAX;
		return false;
	}
	port->number = (unsigned)present->position + 1;
	return true;
}

static int match_by(const struct matching *matching, key_fn *key_of, struct error *error)
{
	json_t *index = make_index(matching->present, key_of);

	if (!index)
		return error_set(error, -ENOMEM, "out of memory");
	for (size_t i = 0; i < matching->wanted->n; i++) {
		struct snapshot_record *wanted = matching->wanted->records[i], *present;

		if (wanted->mate || !key_of(wanted))
			continue;
		present = find_free(matching, index, wanted, key_of);
		if (keeps_order(wanted, present))
			pair(matching, wanted, present, key_of);
	}
	json_decref(index);
	return 0;
}

/* Takes an interface's mate away, and that of those behind it, whose order depends on it. */
static void part(const struct matching *matching, struct snapshot_record *interface)
{
	for (size_t i = interface->position; i < matching->wanted->n; i++) {
		struct snapshot_record *record = matching->wanted->records[i];

		if (record->parent != interface->parent || !record->mate)
			continue;
		record->mate->mate = NULL;
		record->mate = NULL;
	}
}

/*
 * No port is made while another port has an interface of its name: such an interface, a member of a
 * bond, has to be made again, too.
 */
static void make_way(const struct matching *matching, const struct snapshot_record *port)
{
	for (size_t i = 0; i < matching->wanted->n; i++) {
		struct snapshot_record *record = matching->wanted->records[i];

		if (!strcmp(record->table->name, "Interface") && record->mate &&
		    !strcmp(snapshot_name(record), snapshot_name(port)))
			part(matching, record);
	}
}

static void make_way_for_ports(const struct matching *matching)
{
	for (size_t i = 0; i < matching->wanted->n; i++) {
		const struct snapshot_record *record = matching->wanted->records[i];

		if (!strcmp(record->table->name, "Port") && !record->mate)
			make_way(matching, record);
	}
}

int match_snapshots(struct snapshot *wanted, struct snapshot *present, struct error *error)
{
	const struct matching matching = {wanted, present};
	static key_fn *const keys[] = {by_path, by_signature, by_content, by_name};
	int result = 0;

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys) && result == 0; i++) {
		spread(&matching, keys[i]);
		result = match_by(&matching, keys[i], error);
		if (keys[i] == by_path)
			make_way_for_ports(&matching);
	}
	return result;
}
