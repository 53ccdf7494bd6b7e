/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/symbol.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct symbol {
	struct symbol *next;
	char *name; /* NULL: a record that was made without */
	char uuid[DB_UUID_LEN + 1];
	const struct db_table *made; /* NULL: not by this chain */
	bool defined;
	bool strong, weak; /* it was used as a reference of this kind */
};

static struct symbol *add(struct symbols *symbols, const char *name)
{
	struct symbol *symbol = calloc(1, sizeof(*symbol));

	if (!symbol)
		return NULL;
	symbol->name = name ? strdup(name) : NULL;
	if (name && !symbol->name) {
		free(symbol);
		return NULL;
	}
	db_uuid_make(symbol->uuid);
	symbol->next = symbols->first;
	symbols->first = symbol;
	return symbol;
}

static struct symbol *find(const struct symbols *symbols, const char *name)
{
	struct symbol *symbol;

	for (symbol = symbols->first; symbol; symbol = symbol->next)
		if (symbol->name && !strcmp(symbol->name, name))
			return symbol;
	return NULL;
}

int symbol_define(struct symbols *symbols, const char *name, const char *uuid, const char **defined,
		  struct error *error)
{
	struct symbol *symbol = find(symbols, name);

	if (*name != '@')
		return error_set(error, -EINVAL, "row id \"%s\" does not begin with \"@\"", name);
	if (symbol && symbol->defined)
		return error_set(error, -EINVAL,
				 "row id \"%s\" may only be specified on one --id option", name);
	if (symbol && uuid)
		return error_set(error, -EINVAL,
				 "row id \"%s\" specified on \"get\" command was used before it "
				 "was defined",
				 name);
	if (!symbol)
		symbol = add(symbols, name);
	if (!symbol)
		return error_set(error, -ENOMEM, "out of memory");
	if (uuid)
		strcpy(symbol->uuid, uuid);
	symbol->defined = true;
	*defined = symbol->uuid;
	return 0;
}

static int resolve_name(struct symbols *symbols, const struct db_column *column, json_t *atom,
			struct error *error)
{
	const char *name = json_string_value(json_array_get(atom, 1));
	struct symbol *symbol = find(symbols, name);

	if (!symbol)
		symbol = add(symbols, name);
	if (!symbol)
		return error_set(error, -ENOMEM, "out of memory");
	symbol->strong |= !column->weak;
	symbol->weak |= column->weak;
	json_array_set_new(atom, 0, json_string("uuid"));
	json_array_set_new(atom, 1, json_string(symbol->uuid));
	return 0;
}

int symbol_resolve(struct symbols *symbols, const struct db_column *column, json_t *value,
		   struct error *error)
{
	const char *tag = json_string_value(json_array_get(value, 0));
	json_t *part;
	size_t i;

	/* In a map of strings to strings it is a key like any other. */
	if (column->key != DB_UUID && column->value != DB_UUID)
		return 0;
	if (tag && !strcmp(tag, "named-uuid") && json_is_string(json_array_get(value, 1)))
		return resolve_name(symbols, column, value, error);
	json_array_foreach (value, i, part) {
		int result = symbol_resolve(symbols, column, part, error);

		if (result)
			return result;
	}
	return 0;
}

int symbol_created(struct symbols *symbols, const struct db_table *table, const char *name,
		   struct error *error)
{
	struct symbol *symbol = name ? find(symbols, name) : add(symbols, NULL);

	if (!symbol)
		return error_set(error, -ENOMEM, "out of memory");
	symbol->made = table;
	return 0;
}

int symbols_check(const struct symbols *symbols, struct error *error)
{
	for (const struct symbol *symbol = symbols->first; symbol; symbol = symbol->next)
		if (symbol->name && !symbol->defined)
			return error_set(error, -EINVAL,
					 "row id \"%s\" is referenced but never created (e.g. with "
					 "\"-- --id=%s create ...\")",
					 symbol->name, symbol->name);
	return 0;
}

/* As ovs-vsctl has it, what refers to a record may be in vain itself. */
void symbols_warn(const struct symbols *symbols, struct text *warning)
{
	for (const struct symbol *symbol = symbols->first; symbol; symbol = symbol->next) {
		if (!symbol->made || symbol->made->root || symbol->strong)
			continue;
		if (symbol->name)
			text_add(warning,
				 "row id \"%s\" was created but %s reference to it was inserted, "
				 "so it will not actually appear in the database\n",
				 symbol->name, symbol->weak ? "only a weak" : "no");
		else
			text_add(warning,
				 "applying \"create\" command to table %s without --id option will "
				 "have no effect\n",
				 symbol->made->name);
	}
}

void symbols_free(struct symbols *symbols)
{
	while (symbols->first) {
		struct symbol *next = symbols->first->next;

		free(symbols->first->name);
		free(symbols->first);
		symbols->first = next;
	}
}
