/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands on records by table, name and column: list, get, set, remove, clear, as in ovs-vsctl. */
#include "switchd/commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "db/datum.h"
#include "db/db.h"
#include "switchd/daemon.h"
#include "switchd/live.h"
#include "switchd/record.h"

static int value_get(struct command_call *call, const struct record *record,
		     const struct db_column *column, json_t **value)
{
	const json_t *name = NULL;
	json_t *name_value = NULL;
	int result;

	if (column->class != DB_LIVE)
		return db_get(call->daemon->db, record->table, record->uuid, column, value,
			      call->error);
	if (record->table->name_column) {
		const struct db_column *name_column =
			db_column_find(record->table, record->table->name_column, call->error);

		result = db_get(call->daemon->db, record->table, record->uuid, name_column,
				&name_value, call->error);
		if (result < 0)
			return result;
		name = name_value;
	}
	*value = live_get(call->daemon, record->table, name ? json_string_value(name) : "", column);
	json_decref(name_value);
	return 0;
}

/* The value of a map's key, which may be written in quotes. Borrowed; NULL when there is none. */
static const json_t *value_of_key(const json_t *map, const char *key)
{
	json_t *quoted = key[0] == '"' ? json_loads(key, JSON_DECODE_ANY, NULL) : NULL;
	const json_t *value = datum_map_get(map, quoted ? json_string_value(quoted) : key);

	json_decref(quoted);
	return value;
}

/* Prints COLUMN or COLUMN:KEY. */
static int get_column(struct command_call *call, const struct record *record, const char *word)
{
	struct assignment wanted;
	const json_t *found;
	json_t *value;
	int result;

	if (!strcmp(word, "_uuid")) {
		text_add(call->output, "%s\n", record->uuid);
		return 0;
	}
	result = assignment_parse(record->table, word, false, &wanted, call->error);
	if (result < 0)
		return result;
	result = value_get(call, record, wanted.column, &value);
	if (result < 0)
		goto out;
	found = wanted.key ? value_of_key(value, wanted.key) : value;
	if (found)
		datum_format(found, call->output);
	else if (!command_option(call, "--if-exists"))
		result = error_set(call->error, -ENOENT,
				   "no key \"%s\" in %s record \"%s\" column %s", wanted.key,
				   record->table->name, call->words[2], wanted.column->name);
	text_add(call->output, "\n");
	json_decref(value);
out:
	assignment_free(&wanted);
	return result;
}

int cmd_get(struct command_call *call)
{
	struct record record;
	int result = record_find(call, &record);

	if (result <= 0)
		return result;
	if (call->n_words == 3)
		return get_column(call, &record, "_uuid");
	for (int i = 3; i < call->n_words; i++) {
		result = get_column(call, &record, call->words[i]);
		if (result < 0)
			return result;
	}
	return 0;
}

struct listing {
	struct command_call *call;
	const struct db_table *table;
	const struct db_column **columns; /* in the order of their names */
	bool more;                        /* not the first record */
};

static void list_value(struct text *output, const char *name, const json_t *value)
{
	text_add(output, "%-20s: ", name);
	datum_format(value, output);
	text_add(output, "\n");
}

/* For db_record_each(). */
static int list_record(const char *uuid, void *arg)
{
	struct listing *listing = arg;
	struct text *output = listing->call->output;
	struct record record = {.table = listing->table};

	strcpy(record.uuid, uuid);
	if (listing->more)
		text_add(output, "\n");
	listing->more = true;
	text_add(output, "%-20s: %s\n", "_uuid", uuid);
	for (size_t i = 0; i < listing->table->n_columns; i++) {
		json_t *value;
		int result = value_get(listing->call, &record, listing->columns[i], &value);

		if (result < 0)
			return result;
		list_value(output, listing->columns[i]->name, value);
		json_decref(value);
	}
	return 0;
}

static int compare_columns(const void *a, const void *b)
{
	const struct db_column *const *left = a, *const *right = b;

	return strcmp((*left)->name, (*right)->name);
}

/* list TABLE [RECORD]... */
int cmd_list(struct command_call *call)
{
	struct listing listing = {.call = call,
				  .table = db_table_find(call->words[1], call->error)};
	int result = 0;

	if (!listing.table)
		return -EINVAL;
	listing.columns = calloc(listing.table->n_columns, sizeof(*listing.columns));
	if (!listing.columns)
		return error_set(call->error, -ENOMEM, "out of memory");
	for (size_t i = 0; i < listing.table->n_columns; i++)
		listing.columns[i] = &listing.table->columns[i];
	qsort(listing.columns, listing.table->n_columns, sizeof(*listing.columns), compare_columns);

	if (call->n_words == 2)
		result = db_record_each(call->daemon->db, listing.table, list_record, &listing,
					call->error);
	for (int i = 2; i < call->n_words && result == 0; i++) {
		char uuid[DB_UUID_LEN + 1];

		result = db_record_find(call->daemon->db, listing.table, call->words[i], uuid,
					call->error);
		if (result == 0)
			result = list_record(uuid, &listing);
		else if (command_option(call, "--if-exists"))
			result = 0;
	}
	free(listing.columns);
	return result;
}

/* set TABLE RECORD COLUMN[:KEY]=VALUE... */
int cmd_set(struct command_call *call)
{
	struct record record;
	int result = record_find(call, &record);

	if (result <= 0)
		return result;
	return record_assign(call->daemon->db, &record, call->n_words - 3, call->words + 3,
			     call->error);
}

/* A column of this record that commands may change. */
static const struct db_column *writable_column(struct command_call *call,
					       const struct record *record, const char *word)
{
	const struct db_column *column = db_column_find(record->table, word, call->error);

	if (column && column->class == DB_LIVE) {
		error_set(call->error, -EPERM,
			  "column %s of table %s tells what is, it can't be set", column->name,
			  record->table->name);
		return NULL;
	}
	return column;
}

static int remove_one(struct command_call *call, const struct record *record,
		      const struct db_column *column, const char *word)
{
	json_t *old, *less = NULL, *rest = NULL;
	int result =
		db_get(call->daemon->db, record->table, record->uuid, column, &old, call->error);

	if (result < 0)
		return result;
	less = datum_parse_removal(column, word, call->error);
	if (less)
		rest = datum_difference(column, old, less, call->error);
	result = rest ? db_set(call->daemon->db, record->table, record->uuid, column, rest,
			       call->error)
		      : -EINVAL;
	json_decref(rest);
	json_decref(less);
	json_decref(old);
	return result;
}

/* remove TABLE RECORD COLUMN VALUE|KEY[=VALUE]... */
int cmd_remove(struct command_call *call)
{
	const struct db_column *column;
	struct record record;
	int result = record_find(call, &record);

	if (result <= 0)
		return result;
	column = writable_column(call, &record, call->words[3]);
	if (!column)
		return -EINVAL;
	for (int i = 4; i < call->n_words; i++) {
		result = remove_one(call, &record, column, call->words[i]);
		if (result < 0)
			return result;
	}
	return 0;
}

/* clear TABLE RECORD COLUMN... */
int cmd_clear(struct command_call *call)
{
	struct record record;
	int result = record_find(call, &record);

	if (result <= 0)
		return result;
	for (int i = 3; i < call->n_words; i++) {
		const struct db_column *column = writable_column(call, &record, call->words[i]);
		json_t *empty;

		if (!column)
			return -EINVAL;
		if (column->min > 0 && column->max == 1)
			return error_set(call->error, -EINVAL,
					 "column %s of table %s can't be empty", column->name,
					 record.table->name);
		empty = datum_default(column);
		result = db_set(call->daemon->db, record.table, record.uuid, column, empty,
				call->error);
		json_decref(empty);
		if (result < 0)
			return result;
	}
	return 0;
}
