/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/condition.h"

#include <stdlib.h>
#include "db/datum.h"
#include "switchd/command.h"
#include "switchd/record.h"

enum relation {
	EQUAL,
	NOT_EQUAL,
	LESS,
	GREATER,
	LESS_OR_EQUAL,
	GREATER_OR_EQUAL,
	SET_EQUAL,
	SET_NOT_EQUAL,
	SUBSET_PROPER,
	SUPERSET_PROPER,
	SUBSET,
	SUPERSET,
	IN,
	NOT_IN,
};

static const char *const relations[] = {
	[EQUAL] = "=",
	[NOT_EQUAL] = "!=",
	[LESS] = "<",
	[GREATER] = ">",
	[LESS_OR_EQUAL] = "<=",
	[GREATER_OR_EQUAL] = ">=",
	[SET_EQUAL] = "{=}",
	[SET_NOT_EQUAL] = "{!=}",
	[SUBSET_PROPER] = "{<}",
	[SUPERSET_PROPER] = "{>}",
	[SUBSET] = "{<=}",
	[SUPERSET] = "{>=}",
	[IN] = "{in}",
	[NOT_IN] = "{not-in}",
	NULL,
};

struct condition {
	const struct db_column *column;
	char *key; /* NULL: the whole column */
	enum relation relation;
	json_t *value;
};

/* The value of a condition on a key is a set of the map's values. */
static json_t *parse_key_value(struct command_call *call, const struct expression *word)
{
	const struct db_column *column = word->column;
	json_t *none, *value = NULL;
	const json_t *found;

	if (column->value == DB_VOID) {
		error_set(call->error, 0, "cannot specify key to check for non-map column %s",
			  column->name);
		return NULL;
	}
	none = json_pack("[s[]]", "map");
	if (!datum_map_find(column, none, word->key, &found, call->error))
		value = datum_parse_values(column, word->value, call->error);
	json_decref(none);
	return value;
}

static json_t *parse_value(struct command_call *call, const struct expression *word)
{
	return record_value(call, word->column,
			    datum_parse(word->column, word->value, call->error));
}

static int parse(struct command_call *call, const struct db_table *table, const char *text,
		 struct condition *condition)
{
	struct expression word;
	int result = expression_parse(table, text, relations, &word, call->error);

	if (result) {
		expression_free(&word);
		return result;
	}
	*condition = (struct condition){
		.column = word.column, .key = word.key, .relation = (enum relation)word.operator};
	condition->value = word.key ? parse_key_value(call, &word) : parse_value(call, &word);
	return condition->value ? 0 : -1;
}

struct condition *condition_parse(struct command_call *call, const struct db_table *table, int n,
				  char **words)
{
	struct condition *conditions = calloc((size_t)n + 1, sizeof(*conditions));

	if (!conditions)
		error_set(call->error, 0, "out of memory");
	for (int i = 0; conditions && i < n; i++)
		if (parse(call, table, words[i], &conditions[i])) {
			condition_free(conditions, n);
			return NULL;
		}
	return conditions;
}

void condition_free(struct condition *conditions, int n)
{
	for (int i = 0; conditions && i < n; i++) {
		json_decref(conditions[i].value);
		free(conditions[i].key);
	}
	free(conditions);
}

const struct db_column *condition_column(const struct condition *conditions, int i)
{
	return conditions[i].column;
}

static bool compare(const json_t *a, const json_t *b, enum relation relation)
{
	switch (relation) {
	case EQUAL:
	case SET_EQUAL:
		return datum_compare(a, b) == 0;
	case NOT_EQUAL:
	case SET_NOT_EQUAL:
		return datum_compare(a, b) != 0;
	case LESS:
		return datum_compare(a, b) < 0;
	case GREATER:
		return datum_compare(a, b) > 0;
	case LESS_OR_EQUAL:
		return datum_compare(a, b) <= 0;
	case GREATER_OR_EQUAL:
		return datum_compare(a, b) >= 0;
	case SUBSET_PROPER:
		return datum_count(a) < datum_count(b) && datum_includes(b, a);
	case SUPERSET_PROPER:
		return datum_count(a) > datum_count(b) && datum_includes(a, b);
	case SUBSET:
		return datum_includes(b, a);
	case SUPERSET:
		return datum_includes(a, b);
	case IN:
		return datum_includes(b, a);
	case NOT_IN:
		return datum_excludes(a, b);
	}
	return false;
}

/* The value of a key is a set of one; of a key that is not there the empty one, which only the set
 * relations know. */
static bool holds(const struct condition *condition, const json_t *value)
{
	const json_t *found;
	json_t *empty;
	bool result;

	if (!condition->key)
		return compare(value, condition->value, condition->relation);
	if (datum_map_find(condition->column, value, condition->key, &found, NULL))
		return false;
	if (found)
		return compare(found, condition->value, condition->relation);
	if (condition->relation < SET_EQUAL)
		return false;
	empty = json_pack("[s[]]", "set");
	result = compare(empty, condition->value, condition->relation);
	json_decref(empty);
	return result;
}

bool condition_holds(const struct condition *conditions, int n, json_t *const *values)
{
	for (int i = 0; i < n; i++)
		if (!holds(&conditions[i], values[i]))
			return false;
	return true;
}
