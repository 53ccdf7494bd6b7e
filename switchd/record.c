/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "db/datum.h"
#include "switchd/command.h"
#include "switchd/daemon.h"

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

int assignment_parse(const struct db_table *table, const char *word, bool with_value,
		     struct assignment *assignment, struct error *error)
{
	const char *rest = word;
	char *name = datum_token(&rest, error);

	*assignment = (struct assignment){0};
	assignment->column = name ? db_column_find(table, name, error) : NULL;
	free(name);
	if (!assignment->column)
		return -EINVAL;
	if (*rest == ':') {
		if (assignment->column->value == DB_VOID)
			return error_set(
				error, -EINVAL,
				"column %s of table %s is not a map: \"%s\" can't name a key in it",
				assignment->column->name, table->name, word);
		rest++;
		assignment->key = datum_token(&rest, error);
		if (!assignment->key)
			return -EINVAL;
	}
	if (with_value && *rest == '=' && !rest[1]) {
		assignment_free(assignment);
		return error_set(error, -EINVAL,
				 "%s: argument does not end in \"=\" followed by a value", word);
	}
	if (with_value ? *rest == '=' : !*rest) {
		assignment->value = with_value ? rest + 1 : NULL;
		return 0;
	}
	assignment_free(assignment);
	return error_set(error, -EINVAL, "\"%s\" should be COLUMN[:KEY]%s", word,
			 with_value ? "=VALUE" : "");
}

void assignment_free(struct assignment *assignment)
{
	free(assignment->key);
	assignment->key = NULL;
}

/* The column's new value: the whole, or what it was with one pair put in. */
static json_t *assigned(struct db *db, const struct record *record,
			const struct assignment *assignment, struct error *error)
{
	json_t *old, *pair, *value = NULL;

	if (!assignment->key)
		return datum_parse(assignment->column, assignment->value, error);
	if (db_get(db, record->table, record->uuid, assignment->column, &old, error) < 0)
		return NULL;
	pair = datum_parse_pair(assignment->column, assignment->key, assignment->value, error);
	if (pair)
		value = datum_union(assignment->column, old, pair, true, error);
	json_decref(pair);
	json_decref(old);
	return value;
}

static int assign(struct db *db, const struct record *record, const char *word, struct error *error)
{
	struct assignment assignment;
	json_t *value;
	int result = assignment_parse(record->table, word, true, &assignment, error);

	if (result < 0)
		return result;
	if (assignment.column->class == DB_LIVE) {
		result = error_set(error, -EPERM,
				   "column %s of table %s tells what is, it can't be set",
				   assignment.column->name, record->table->name);
	} else {
		value = assigned(db, record, &assignment, error);
		result = value ? db_set(db, record->table, record->uuid, assignment.column, value,
					error)
			       : -EINVAL;
		json_decref(value);
	}
	assignment_free(&assignment);
	return result;
}

int record_assign(struct db *db, const struct record *record, int n, char **words,
		  struct error *error)
{
	for (int i = 0; i < n; i++) {
		int result = assign(db, record, words[i], error);

		if (result < 0)
			return result;
	}
	return 0;
}
