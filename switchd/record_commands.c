/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Commands on records by table, name and column: get, set, add, remove, clear, create and destroy,
 * as in ovs-vsctl.
 */
#include "switchd/commands.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include "db/datum.h"
#include "switchd/daemon.h"
#include "switchd/record.h"
#include "switchd/rows.h"
#include "switchd/symbol.h"

static int print_key(struct command_call *call, const struct record *record,
		     const struct expression *word, const json_t *value)
{
	const json_t *found;
	int result = datum_map_find(word->column, value, word->key, &found, call->error);

	if (result == 0 && !found && !command_option(call, "--if-exists"))
		result = error_set(call->error, -ENOENT,
				   "no key \"%s\" in %s record \"%s\" column %s", word->key,
				   record->table->name, call->words[2], word->column->name);
	if (result == 0 && found)
		datum_format(found, call->output);
	return result;
}

/* Prints COLUMN or COLUMN:KEY. */
static int get_column(struct command_call *call, const struct record *record, const char *text)
{
	struct expression word;
	json_t *value = NULL;
	int result;

	if (!strcasecmp(text, "_uuid") || !strcasecmp(text, "-uuid")) {
		text_add(call->output, "%s\n", record->uuid);
		return 0;
	}
	result = expression_parse(record->table, text, NULL, &word, call->error);
	if (result == 0 && word.key && word.column->value == DB_VOID)
		result = error_set(call->error, -EINVAL,
				   "cannot specify key to get for non-map column %s",
				   word.column->name);
	if (result == 0)
		result = rows_get(call->daemon, record->table, record->uuid, word.column, &value,
				  call->error);
	if (result == 0 && word.key)
		result = print_key(call, record, &word, value);
	else if (result == 0)
		datum_format(value, call->output);
	text_add(call->output, "\n");
	json_decref(value);
	expression_free(&word);
	return result;
}

/* get TABLE RECORD [COLUMN[:KEY]]..., with --id=@NAME for others in the chain. */
int cmd_get(struct command_call *call)
{
	const char *id = command_option(call, "--id"), *uuid;
	struct record record;
	int result;

	if (id && command_option(call, "--if-exists"))
		return error_set(call->error, -EINVAL,
				 "--if-exists and --id may not be specified together");
	result = record_check_columns(call, 3);
	if (result == 0)
		result = record_find(call, &record);
	if (result <= 0)
		return result;
	result = id ? symbol_define(call->symbols, id, record.uuid, &uuid, call->error) : 0;
	for (int i = 3; i < call->n_words && result == 0; i++)
		result = get_column(call, &record, call->words[i]);
	return result;
}

/* set TABLE RECORD COLUMN[:KEY]=VALUE... */
int cmd_set(struct command_call *call)
{
	struct record record;
	int result = record_check_columns(call, 3);

	if (result == 0)
		result = record_find(call, &record);
	return result <= 0 ? result
			   : record_assign(call, &record, call->n_words - 3, call->words + 3);
}

/* A column of this record that commands may change. */
static const struct db_column *writable_column(struct command_call *call,
					       const struct record *record, const char *word)
{
	const struct db_column *column = db_column_find(record->table, word, call->error);

	if (column && db_column_is_fixed(column)) {
		error_set(call->error, -EPERM, "cannot modify read-only column %s in table %s",
			  column->name, record->table->name);
		return NULL;
	}
	return column;
}

/* What `add` and `remove` make of a value and a word. New reference, or NULL and a sentence. */
typedef json_t *change_fn(struct command_call *call, const struct db_column *any,
			  const json_t *value, const char *word);

static json_t *add_word(struct command_call *call, const struct db_column *any, const json_t *value,
			const char *word)
{
	struct db_column some = *any;
	json_t *more, *sum;

	some.min = 1;
	more = record_value(call, any, datum_parse(&some, word, call->error));
	sum = more ? datum_union(any, value, more, false, call->error) : NULL;

	json_decref(more);
	return sum;
}

static json_t *remove_word(struct command_call *call, const struct db_column *any,
			   const json_t *value, const char *word)
{
	json_t *less = datum_parse_removal(any, word, call->error), *rest = NULL;

	if (less && !symbol_resolve(call->symbols, any, less, call->error))
		rest = datum_difference(any, value, less, call->error);
	json_decref(less);
	return rest;
}

static int check_count(struct command_call *call, const struct record *record,
		       const struct db_column *column, const json_t *value)
{
	const char *kind = column->value == DB_VOID ? "values" : "pairs";
	size_t count = datum_count(value);

	if (count > column->max)
		return error_set(call->error, -EINVAL,
				 "\"%s\" operation would put %zu %s in column %s of table %s but "
				 "the maximum number is %u",
				 call->words[0], count, kind, column->name, record->table->name,
				 column->max);
	if (count < column->min)
		return error_set(call->error, -EINVAL,
				 "\"%s\" operation would put %zu %s in column %s of table %s but "
				 "the minimum number is %u",
				 call->words[0], count, kind, column->name, record->table->name,
				 column->min);
	return 0;
}

/* TABLE RECORD COLUMN WORD...: the column's value after all words, whatever number of elements it
 * has meanwhile. */
static int change_column(struct command_call *call, change_fn *change)
{
	const struct db_column *column;
	struct db_column any;
	struct record record;
	json_t *value;
	int result = record_find(call, &record);

	if (result <= 0)
		return result;
	column = writable_column(call, &record, call->words[3]);
	if (!column)
		return -EINVAL;
	any = *column;
	any.min = 0;
	any.max = DB_UNLIMITED;
	result = db_get(call->daemon->db, record.table, record.uuid, column, &value, call->error);
	if (result < 0)
		return result;
	for (int i = 4; i < call->n_words && result == 0; i++) {
		json_t *changed = change(call, &any, value, call->words[i]);

		json_decref(value);
		value = changed;
		result = value ? 0 : -EINVAL;
	}
	if (result == 0)
		result = check_count(call, &record, column, value);
	if (result == 0)
		result = db_set(call->daemon->db, record.table, record.uuid, column, value,
				call->error);
	json_decref(value);
	return result;
}

/* add TABLE RECORD COLUMN [KEY=]VALUE... */
int cmd_add(struct command_call *call)
{
	return change_column(call, add_word);
}

/* remove TABLE RECORD COLUMN VALUE|KEY[=VALUE]... */
int cmd_remove(struct command_call *call)
{
	return change_column(call, remove_word);
}

/* What the switch itself answers is not stored: there is nothing to be cleared. */
static int clear_column(struct command_call *call, const struct record *record, const char *word)
{
	const struct db_column *column = db_column_find(record->table, word, call->error);
	json_t *empty;
	int result;

	if (!column)
		return -EINVAL;
	if (column->class != DB_LIVE && !writable_column(call, record, word))
		return -EPERM;
	if (column->min > 0)
		return error_set(call->error, -EINVAL,
				 "\"clear\" operation cannot be applied to column %s of table %s, "
				 "which is not allowed to be empty",
				 column->name, record->table->name);
	if (column->class == DB_LIVE)
		return 0;
	empty = datum_default(column);
	result = db_set(call->daemon->db, record->table, record->uuid, column, empty, call->error);
	json_decref(empty);
	return result;
}

/* Columns stand alone here: the whole word is the name. */
static int check_clearable(struct command_call *call)
{
	const struct db_table *table = db_table_find(call->words[1], call->error);

	for (int i = 3; table && i < call->n_words; i++)
		if (!db_column_find(table, call->words[i], call->error))
			return -EINVAL;
	return table ? 0 : -EINVAL;
}

/* clear TABLE RECORD COLUMN... */
int cmd_clear(struct command_call *call)
{
	struct record record;
	int result = check_clearable(call);

	if (result == 0)
		result = record_find(call, &record);

	if (result <= 0)
		return result;
	for (int i = 3, failed; i < call->n_words; i++) {
		failed = clear_column(call, &record, call->words[i]);
		if (failed)
			return failed;
	}
	return 0;
}

/* Does a word give the name of a record that has one for good? Then it is `name`, a new string. */
static int read_name(struct command_call *call, const struct db_table *table, const char *text,
		     json_t **name)
{
	static const char *const equals[] = {"=", NULL};
	struct expression word;
	int result = expression_parse(table, text, equals, &word, call->error);

	if (result == 0 && !word.key && word.column->structural &&
	    !strcmp(word.column->name, "name")) {
		*name = datum_parse(word.column, word.value, call->error);
		result = *name ? 0 : -EINVAL;
	}
	expression_free(&word);
	return result;
}

/* Makes the record, and then sets the columns that can be set. */
static int create(struct command_call *call, const struct record *record, const char *id)
{
	const char *name = NULL;
	json_t *names = json_array(), *found = NULL;
	int result = 0;

	for (int i = 2; i < call->n_words && result == 0; i++) {
		result = read_name(call, record->table, call->words[i], &found);
		name = found ? json_string_value(found) : name;
		json_array_append_new(names, found ? found : json_null());
		found = NULL;
	}
	if (result == 0)
		result =
			db_create(call->daemon->db, record->table, record->uuid, name, call->error);
	if (result == 0)
		result = symbol_created(call->symbols, record->table, id, call->error);
	for (int i = 2; i < call->n_words && result == 0; i++)
		if (json_is_null(json_array_get(names, (size_t)i - 2)))
			result = record_assign(call, record, 1, call->words + i);
	json_decref(names);
	return result;
}

/* create TABLE COLUMN[:KEY]=VALUE...: prints the new record's UUID. */
int cmd_create(struct command_call *call)
{
	const char *id = command_option(call, "--id"), *uuid = NULL;
	struct record record = {.table = db_table_find(call->words[1], call->error)};
	int result;

	if (!record.table)
		return -EINVAL;
	db_uuid_make(record.uuid);
	result = id ? symbol_define(call->symbols, id, NULL, &uuid, call->error) : 0;
	if (result)
		return result;
	if (uuid)
		strcpy(record.uuid, uuid);
	result = create(call, &record, id);
	if (result == 0)
		text_add(call->output, "%s\n", record.uuid);
	return result;
}

/* db_row_fn */
static int destroy_row(const char *uuid, json_t *const *values, void *arg)
{
	struct text *uuids = arg;

	(void)values;
	text_add_octets(uuids, uuid, DB_UUID_LEN + 1);
	return 0;
}

static int destroy_all(struct command_call *call, const struct db_table *table)
{
	struct text uuids = TEXT_EMPTY;
	int result =
		db_select(call->daemon->db, table, NULL, NULL, 0, destroy_row, &uuids, call->error);

	for (size_t at = 0; at < uuids.length && result == 0; at += DB_UUID_LEN + 1)
		result = db_destroy(call->daemon->db, table, uuids.data + at, call->error);
	text_free(&uuids);
	return result;
}

/* destroy TABLE RECORD..., or --all destroy TABLE */
int cmd_destroy(struct command_call *call)
{
	const struct db_table *table = db_table_find(call->words[1], call->error);
	bool all = command_option(call, "--all");
	int result = 0;

	if (!table)
		return -EINVAL;
	if (all && call->n_words > 2)
		return error_set(call->error, -EINVAL,
				 "--all and records argument should not be specified together");
	if (all && command_option(call, "--if-exists"))
		return error_set(call->error, -EINVAL,
				 "--all and --if-exists should not be specified together");
	if (!all && call->n_words == 2)
		text_add(call->warning, "either --all or records argument should be specified\n");
	if (all)
		return destroy_all(call, table);
	for (int i = 2; i < call->n_words && result == 0; i++) {
		char uuid[DB_UUID_LEN + 1];

		result = db_record_find(call->daemon->db, table, call->words[i], uuid, call->error);
		if (result == 0)
			result = db_destroy(call->daemon->db, table, uuid, call->error);
		else if (result == -ENOENT && command_option(call, "--if-exists"))
			result = 0;
	}
	return result;
}

/* comment WORD...: for the log of commands alone. */
int cmd_comment(struct command_call *call)
{
	(void)call;
	return 0;
}
