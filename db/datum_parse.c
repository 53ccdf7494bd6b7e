/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words of a command line as values. The language is ovs-vsctl's: elements apart by spaces or
 * one comma, brackets if you like, `key=value` in maps, tokens in double quotes where they hold one
 * of the delimiters.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "db/atom.h"
#include "db/datum.h"
#include "db/datum_elements.h"
#include "db/text.h"

#define DELIMITERS ":=, []{}!<>"

struct parser {
	const struct db_column *column;
	const char *word; /* all of it, for sentences */
	const char *p;    /* what is left */
	struct error *error;
};

char *datum_token(const char **word, struct error *error)
{
	struct text token = TEXT_EMPTY;
	bool in_quotes = false;
	const char *p;

	for (p = *word; *p && (in_quotes || !strchr(DELIMITERS, *p)); p++) {
		/* The escapes of a quoted string are for whoever unquotes it. */
		if (*p == '\\' && !p[1])
			break;
		if (*p == '\\') {
			text_add_octets(&token, in_quotes ? p : p + 1, in_quotes ? 2 : 1);
			p++;
			continue;
		}
		if (*p == '"')
			in_quotes = !in_quotes;
		text_add_octets(&token, p, 1);
	}
	if (in_quotes || *p == '\\') {
		error_set(error, 0, "%s: %s end of argument", *word,
			  *p == '\\' ? "backslash at" : "quoted string extends past");
		text_free(&token);
		return NULL;
	}
	*word = p;
	text_add_octets(&token, "", 0);
	return token.data;
}

static void skip_spaces(struct parser *parser)
{
	parser->p += strspn(parser->p, " ");
}

/* "set of up to 4096 integers": what was expected. */
static void describe(const struct db_column *column, char *text, size_t size)
{
	const char *type = atom_type_name(column->key);

	if (column->value != DB_VOID)
		snprintf(text, size, "map of %s(%s, %s) pairs", column->min ? "1 or more " : "",
			 type, atom_type_name(column->value));
	else if (column->max == 1 && column->min == 1)
		snprintf(text, size, "%s", type);
	else if (column->max != DB_UNLIMITED)
		snprintf(text, size, "set of up to %u %ss", column->max, type);
	else
		snprintf(text, size, "set of %s%ss", column->min ? "1 or more " : "", type);
}

/* An element begins with a token. */
static int check_token(struct parser *parser)
{
	char wanted[64];

	skip_spaces(parser);
	if (!*parser->p || !strchr(DELIMITERS, *parser->p))
		return 0;
	describe(parser->column, wanted, sizeof(wanted));
	return error_set(parser->error, -EINVAL, "%s: unexpected \"%c\" parsing %s", parser->word,
			 *parser->p, wanted);
}

static json_t *parse_atom(struct parser *parser, const struct atom_type *type)
{
	char *token = datum_token(&parser->p, parser->error);
	json_t *atom = token ? atom_parse(type, token, parser->error) : NULL;

	free(token);
	return atom;
}

static int parse_pair(struct parser *parser, json_t *elements)
{
	const char *start = parser->p;
	struct atom_type key_type = atom_type_key(parser->column);
	struct atom_type value_type = atom_type_value(parser->column);
	json_t *key = check_token(parser) ? NULL : parse_atom(parser, &key_type), *value;

	if (!key)
		return -EINVAL;
	skip_spaces(parser);
	if (*parser->p != '=') {
		json_decref(key);
		return *parser->p ? error_set(parser->error, -EINVAL,
					      "%s: syntax error at \"%c\" expecting \"=\"", start,
					      *parser->p)
				  : error_set(parser->error, -EINVAL,
					      "%s: syntax error at the end expecting \"=\"", start);
	}
	parser->p++;
	skip_spaces(parser);
	value = parse_atom(parser, &value_type);
	if (!value) {
		json_decref(key);
		return -EINVAL;
	}
	return json_array_append_new(elements, json_pack("[oo]", key, value));
}

/* One element of a set, or a range of them. */
static int parse_member(struct parser *parser, json_t *elements)
{
	struct atom_type type = atom_type_key(parser->column);
	char *token = check_token(parser) ? NULL : datum_token(&parser->p, parser->error);
	json_int_t first, last;
	json_t *atom = NULL;
	int result;

	if (!token)
		return -EINVAL;
	result = atom_parse_range(&type, token, &first, &last, parser->error);
	if (result > 0) {
		for (json_int_t i = 0; i <= last - first; i++)
			json_array_append_new(elements, json_integer(first + i));
	} else if (result == 0) {
		atom = atom_parse(&type, token, parser->error);
		result = atom ? json_array_append_new(elements, atom) : -EINVAL;
	}
	free(token);
	return result < 0 ? -EINVAL : 0;
}

/* Reads elements up to the closing bracket, '\0' where there is none. */
static int parse_elements(struct parser *parser, char closing, json_t *elements)
{
	for (skip_spaces(parser); *parser->p && *parser->p != closing; skip_spaces(parser)) {
		int result = parser->column->value == DB_VOID ? parse_member(parser, elements)
							      : parse_pair(parser, elements);

		if (result)
			return result;
		skip_spaces(parser);
		parser->p += *parser->p == ',';
	}
	if (!closing && !json_array_size(elements))
		return error_set(parser->error, -EINVAL, "use \"%s\" to specify the empty %s",
				 parser->column->value == DB_VOID ? "[]" : "{}",
				 parser->column->value == DB_VOID ? "set" : "map");
	if (!closing)
		return 0;
	if (!*parser->p)
		return error_set(parser->error, -EINVAL, "%s: missing \"%c\" at end of data",
				 parser->word, closing);
	parser->p++;
	skip_spaces(parser);
	if (*parser->p)
		return error_set(parser->error, -EINVAL, "%s: trailing garbage after \"%c\"",
				 parser->word, closing);
	return 0;
}

json_t *datum_parse(const struct db_column *column, const char *word, struct error *error)
{
	struct parser parser = {column, word, word, error};
	const char *brackets = column->value == DB_VOID ? "[]" : "{}";
	json_t *elements = json_array();
	char closing = '\0';

	skip_spaces(&parser);
	if (*parser.p == brackets[0]) {
		closing = brackets[1];
		parser.p++;
	}
	if (parse_elements(&parser, closing, elements)) {
		json_decref(elements);
		return NULL;
	}
	return datum_assemble(column, elements, word, error);
}

json_t *datum_parse_removal(const struct db_column *column, const char *word, struct error *error)
{
	struct db_column any = *column;
	json_t *value;

	any.min = any.value == DB_VOID ? 1 : 0;
	any.max = DB_UNLIMITED;
	value = datum_parse(&any, word, error);
	if (value || column->value == DB_VOID)
		return value;
	any.min = 1;
	any.value = DB_VOID;
	return datum_parse(&any, word, error);
}

json_t *datum_parse_pair(const struct db_column *column, const char *key, const char *value,
			 struct error *error)
{
	struct atom_type key_type = atom_type_key(column), value_type = atom_type_value(column);
	json_t *key_atom, *value_atom;

	if (column->value == DB_VOID) {
		error_set(error, 0, "cannot specify key to set for non-map column %s",
			  column->name);
		return NULL;
	}
	key_atom = atom_parse(&key_type, key, error);
	value_atom = key_atom ? atom_parse(&value_type, value, error) : NULL;
	if (!value_atom) {
		json_decref(key_atom);
		return NULL;
	}
	return json_pack("[s[[oo]]]", "map", key_atom, value_atom);
}

json_t *datum_parse_values(const struct db_column *column, const char *word, struct error *error)
{
	struct db_column values = {
		.name = column->name,
		.key = column->value,
		.max = DB_UNLIMITED,
		.low = column->value_low,
		.high = column->value_high,
	};

	return datum_parse(&values, word, error);
}

int datum_map_find(const struct db_column *column, const json_t *map, const char *key,
		   const json_t **value, struct error *error)
{
	struct atom_type type = atom_type_key(column);
	json_t *wanted = atom_parse(&type, key, error);
	const json_t *pair;
	size_t i;

	*value = NULL;
	if (!wanted)
		return -EINVAL;
	json_array_foreach (json_array_get(map, 1), i, pair)
		if (!atom_compare(json_array_get(pair, 0), wanted))
			*value = json_array_get(pair, 1);
	json_decref(wanted);
	return 0;
}
