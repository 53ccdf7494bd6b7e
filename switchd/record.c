/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "db/datum.h"
#include "switchd/command.h"
#include "switchd/daemon.h"
#include "switchd/symbol.h"

int record_find(struct command_call *call, struct record *record)
{
	int result;

	record->table = db_table_find(call->words[1], call->error);
	if (!record->table)
		return -EINVAL;
	result = db_record_find(call->daemon->db, record->table, call->words[2], record->uuid,
				call->error);
	if (result == -ENOENT && command_option(call, "--if-exists"))
		return 0;
	return result < 0 ? result : 1;
}

/* The column that a word begins with. NULL and a sentence. */
static const struct db_column *parse_column(const struct db_table *table, const char *word,
					    const char **rest, struct error *error)
{
	const struct db_column *column = NULL;
	char *name;

	*rest = word;
	name = datum_token(rest, error);
	if (name && !*name)
		error_set(error, 0, "%s: missing column name", word);
	else if (name)
		column = db_column_find(table, name, error);
	free(name);
	return column;
}

int record_check_columns(struct command_call *call, int first)
{
	const struct db_table *table = db_table_find(call->words[1], call->error);
	const char *rest;

	for (int i = first; table && i < call->n_words; i++)
		if (strcasecmp(call->words[i], "_uuid") && strcasecmp(call->words[i], "-uuid") &&
		    !parse_column(table, call->words[i], &rest, call->error))
			return -EINVAL;
	return table ? 0 : -EINVAL;
}

/* The longest operator at `text` that has something behind it; -1: none. */
static int find_operator(const char *text, const char *const *operators)
{
	size_t best_length = 0;
	int best = -1;

	for (int i = 0; operators[i]; i++) {
		size_t length = strlen(operators[i]);

		if (length > best_length && !strncmp(text, operators[i], length) && text[length]) {
			best = i;
			best_length = length;
		}
	}
	return best;
}

/* `"=", "!=", or "<"`, as in a sentence. */
static int error_operator(const char *word, const char *const *operators, struct error *error)
{
	struct text list = TEXT_EMPTY;
	size_t n = 0;
	int result;

	while (operators[n])
		n++;
	for (size_t i = 0; i < n; i++)
		text_add(&list, "%s\"%s\"",
			 !i          ? ""
			 : i + 1 < n ? ", "
			 : n == 2    ? " or "
				     : ", or ",
			 operators[i]);
	result = error_set(error, -EINVAL, "%s: argument does not end in %s followed by a value.",
			   word, text_string(&list));
	text_free(&list);
	return result;
}

static int parse_operator(const char *word, const char *rest, const char *const *operators,
			  struct expression *expression, struct error *error)
{
	if (!operators && *rest)
		return error_set(error, -EINVAL, "%s: trailing garbage \"%s\" in argument", word,
				 rest);
	if (!operators)
		return 0;
	expression->operator= find_operator(rest, operators);
	if (expression->operator<0)
		return error_operator(word, operators, error);
	expression->value = rest + strlen(operators[expression->operator]);
	return 0;
}

int expression_parse(const struct db_table *table, const char *word, const char *const *operators,
		     struct expression *expression, struct error *error)
{
	const char *rest;

	*expression = (struct expression){.operator= - 1 };
	expression->column = parse_column(table, word, &rest, error);
	if (!expression->column)
		return -EINVAL;
	if (*rest == ':') {
		rest++;
		expression->key = datum_token(&rest, error);
		if (!expression->key)
			return -EINVAL;
	}
	return parse_operator(word, rest, operators, expression, error);
}

void expression_free(struct expression *expression)
{
	free(expression->key);
	expression->key = NULL;
}

json_t *record_value(struct command_call *call, const struct db_column *column, json_t *parsed)
{
	struct db_column any = *column;
	json_t *value = NULL;

	any.min = 0;
	if (parsed && datum_count(parsed) > column->max)
		any.max = DB_UNLIMITED;
	if (parsed && !symbol_resolve(call->symbols, column, parsed, call->error))
		value = datum_check(&any, parsed, call->error);
	json_decref(parsed);
	return value;
}

/* A column that words are giving a new value: many pairs of one map are one change. */
struct change {
	const struct db_column *column;
	json_t *value; /* NULL: none yet */
};

static int change_write(struct command_call *call, const struct record *record,
			struct change *change)
{
	int result = change->value ? db_set(call->daemon->db, record->table, record->uuid,
					    change->column, change->value, call->error)
				   : 0;

	json_decref(change->value);
	*change = (struct change){0};
	return result;
}

/* What the column's value is up to here. New reference, or NULL and a sentence. */
static json_t *change_value(struct command_call *call, const struct record *record,
			    const struct change *change, const struct db_column *column)
{
	json_t *value = NULL;

	if (change->value)
		return json_incref(change->value);
	db_get(call->daemon->db, record->table, record->uuid, column, &value, call->error);
	return value;
}

/* The column's new value: the whole, or what it was with one pair put in. */
static json_t *assigned(struct command_call *call, const struct record *record,
			const struct change *change, const struct expression *word)
{
	const struct db_column *column = word->column;
	json_t *old, *pair, *value = NULL;

	if (!word->key)
		return record_value(call, column, datum_parse(column, word->value, call->error));
	pair = record_value(call, column,
			    datum_parse_pair(column, word->key, word->value, call->error));
	old = pair ? change_value(call, record, change, column) : NULL;
	if (old)
		value = datum_union(column, old, pair, true, call->error);
	json_decref(old);
	json_decref(pair);
	return value;
}

static int assign(struct command_call *call, const struct record *record, struct change *change,
		  const char *text)
{
	static const char *const equals[] = {"=", NULL};
	struct expression word;
	json_t *value;
	int result = expression_parse(record->table, text, equals, &word, call->error);

	if (result == 0 && db_column_is_fixed(word.column))
		result = error_set(call->error, -EPERM,
				   "cannot modify read-only column %s in table %s",
				   word.column->name, record->table->name);
	if (result == 0 && word.column != change->column)
		result = change_write(call, record, change);
	if (result == 0) {
		value = assigned(call, record, change, &word);
		json_decref(change->value);
		*change = (struct change){word.column, value};
		result = value ? 0 : -EINVAL;
	}
	expression_free(&word);
	return result;
}

int record_assign(struct command_call *call, const struct record *record, int n, char **words)
{
	struct change change = {0};
	int result = 0;

	for (int i = 0; i < n && result == 0; i++)
		result = assign(call, record, &change, words[i]);
	if (result == 0)
		return change_write(call, record, &change);
	json_decref(change.value);
	return result;
}
