/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Content and signatures of records that have no path. References between them make no circles: a
 * table refers to tables further down, or to such whose records have a path.
 */
#include "db/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "db/datum.h"
#include "db/datum_elements.h"
#include "db/text.h"

static const char *content(const struct snapshot *snapshot, struct snapshot_record *record);

static void add_target(const struct snapshot *snapshot, const json_t *reference, struct text *text)
{
	struct snapshot_record *target = snapshot_follow(snapshot, reference);

	if (!target)
		text_add(text, "?");
	else if (target->path)
		text_add(text, "%s", target->path);
	else
		text_add(text, "{%s}", content(snapshot, target));
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Adds texts in order, a line each, and frees them. */
static void add_sorted(struct text *text, char **lines, size_t n)
{
	if (n)
		qsort(lines, n, sizeof(*lines), compare_texts);
	for (size_t i = 0; i < n; i++) {
		text_add(text, "%s\n", lines[i]);
		free(lines[i]);
	}
	free(lines);
}

/* The text is the caller's. */
static char *take(struct text *text)
{
	text_add_octets(text, "", 0);
	return text->data;
}

/* UUIDs have an order that means nothing: a set of references is sorted by what they lead to. */
static void add_references(const struct snapshot *snapshot, const struct db_column *column,
			   const json_t *value, struct text *text)
{
	json_t *elements = datum_elements(value), *element;
	char **lines = calloc(json_array_size(elements) + 1, sizeof(*lines));
	size_t i, n = 0;

	json_array_foreach (elements, i, element) {
		struct text line = TEXT_EMPTY;

		if (column->value != DB_VOID) {
			datum_format(json_array_get(element, 0), &line);
			text_add(&line, "=");
		}
		add_target(snapshot, snapshot_reference(column, element), &line);
		if (lines)
			lines[n++] = take(&line);
		else
			text_free(&line);
	}
	add_sorted(text, lines, n);
	json_decref(elements);
}

static bool is_default(const struct db_column *column, const json_t *value)
{
	json_t *empty = datum_default(column);
	bool same = !datum_compare(empty, value);

	json_decref(empty);
	return same;
}

/* All columns that differ from their defaults. */
static const char *content(const struct snapshot *snapshot, struct snapshot_record *record)
{
	struct text text = TEXT_EMPTY;

	if (record->content)
		return record->content;
	for (size_t i = 0; i < record->table->n_columns; i++) {
		const struct db_column *column = &record->table->columns[i];

		if (!record->values[i] || is_default(column, record->values[i]))
			continue;
		text_add(&text, "%s=", column->name);
		if (snapshot_refers(column))
			add_references(snapshot, column, record->values[i], &text);
		else
			datum_format(record->values[i], &text);
		text_add(&text, "\n");
	}
	record->content = take(&text);
	return record->content;
}

static int add_place(struct snapshot_record *target, const struct snapshot_place *place)
{
	struct snapshot_place *places = target->places;

	/* Grows when the number is a power of two. */
	if (!(target->n_places & (target->n_places - 1))) {
		size_t room = target->n_places ? 2 * target->n_places : 1;

		places = reallocarray(places, room, sizeof(*places));
		if (!places)
			return -ENOMEM;
		target->places = places;
	}
	places[target->n_places++] = *place;
	return 0;
}

static int note_places(const struct snapshot *snapshot, struct snapshot_record *record,
		       const struct db_column *column, const json_t *value)
{
	json_t *elements = datum_elements(value), *element;
	int result = 0;
	size_t i;

	json_array_foreach (elements, i, element) {
		struct snapshot_record *target =
			snapshot_follow(snapshot, snapshot_reference(column, element));
		struct snapshot_place place = {
			.referrer = record,
			.column = column,
			.key = column->value == DB_VOID ? NULL : json_array_get(element, 0),
		};

		if (target && result == 0)
			result = add_place(target, &place);
	}
	json_decref(elements);
	return result;
}

static const char *sign(const struct snapshot *snapshot, struct snapshot_record *record);

static char *describe_place(const struct snapshot *snapshot, const struct snapshot_place *place)
{
	struct text line = TEXT_EMPTY;

	text_add(&line, "%s %s %s ", place->referrer->table->name,
		 place->referrer->path ? place->referrer->path : sign(snapshot, place->referrer),
		 place->column->name);
	if (place->key)
		datum_format(place->key, &line);
	return take(&line);
}

static const char *sign(const struct snapshot *snapshot, struct snapshot_record *record)
{
	struct text text = TEXT_EMPTY;
	char **lines;

	if (record->signature)
		return record->signature;
	lines = calloc(record->n_places + 1, sizeof(*lines));
	text_add(&text, "%s\n%s\n", record->table->name, content(snapshot, record));
	for (size_t i = 0; lines && i < record->n_places; i++)
		lines[i] = describe_place(snapshot, &record->places[i]);
	if (lines)
		add_sorted(&text, lines, record->n_places);
	record->signature = take(&text);
	return record->signature;
}

int snapshot_sign(struct snapshot *snapshot, struct error *error)
{
	for (size_t i = 0; i < snapshot->n; i++) {
		struct snapshot_record *record = snapshot->records[i];

		for (size_t j = 0; j < record->table->n_columns; j++)
			if (snapshot_refers(&record->table->columns[j]) &&
			    note_places(snapshot, record, &record->table->columns[j],
					record->values[j]))
				return error_set(error, -ENOMEM, "out of memory");
	}
	for (size_t i = 0; i < snapshot->n; i++)
		if (!snapshot->records[i]->path)
			sign(snapshot, snapshot->records[i]);
	return 0;
}
