/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/atom.h"

#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RANGE_MAX 4096 /* elements of one "1-5", ovs-vsctl(8) "Database Values" */

struct atom_type atom_type_key(const struct db_column *column)
{
	return (struct atom_type){column->key, column->low, column->high, column->words};
}

struct atom_type atom_type_value(const struct db_column *column)
{
	return (struct atom_type){column->value, column->value_low, column->value_high, NULL};
}

const char *atom_type_name(enum db_type type)
{
	switch (type) {
	case DB_STRING:
		return "string";
	case DB_INTEGER:
		return "integer";
	case DB_REAL:
		return "real";
	case DB_BOOLEAN:
		return "boolean";
	case DB_UUID:
		return "uuid";
	case DB_VOID:
		break;
	}
	return "void";
}

bool atom_is_uuid(const char *text)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	size_t i;

	for (i = 0; form[i]; i++) {
		if (form[i] == '-' ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
			return false;
	}
	return !text[i];
}

static json_t *uuid_atom(const char *text)
{
	char lower[37];

	for (size_t i = 0; i < sizeof(lower); i++)
		lower[i] = (char)tolower((unsigned char)text[i]);
	return json_pack("[ss]", "uuid", lower);
}

/* The text of an atom ["uuid", "..."] or ["named-uuid", "..."], NULL when it is none. */
static const char *uuid_text(const json_t *atom)
{
	const char *tag = json_string_value(json_array_get(atom, 0));
	const char *text = json_string_value(json_array_get(atom, 1));

	return json_array_size(atom) == 2 && tag && strstr(tag, "uuid") ? text : NULL;
}

static json_t *check_integer(const struct atom_type *type, json_int_t value, struct error *error)
{
	if (!type->high || (value >= type->low && value <= type->high))
		return json_integer(value);
	if (type->high == INT64_MAX)
		error_set(error, 0,
			  "constraint violation: %" JSON_INTEGER_FORMAT
			  " is less than minimum allowed value %" PRId64,
			  value, type->low);
	else
		error_set(error, 0,
			  "constraint violation: %" JSON_INTEGER_FORMAT
			  " is not in the valid range %" PRId64 " to %" PRId64 " (inclusive)",
			  value, type->low, type->high);
	return NULL;
}

static bool is_word(const char *const *words, const char *value)
{
	while (*words && strcmp(*words, value))
		words++;
	return *words;
}

/* Would a reader of the string take it for something else? */
static bool needs_quotes(const char *string)
{
	if (!(isascii(*string) && isalpha(*string)) && *string != '_')
		return true;
	for (const char *p = string; *p; p++) {
		if (!(isascii(*p) && isalnum(*p)) && !strchr("_-.", *p))
			return true;
	}
	return !strcmp(string, "true") || !strcmp(string, "false") || atom_is_uuid(string);
}

static void format_quoted(const char *string, struct text *text)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";

	text_add(text, "\"");
	for (const char *p = string; *p; p++) {
		const char *special = strchr(from, *p);

		if (special)
			text_add(text, "\\%c", to[special - from]);
		else
			text_add(text, (unsigned char)*p < ' ' ? "\\u%04x" : "%c",
				 (unsigned char)*p);
	}
	text_add(text, "\"");
}

static void format_string(const char *string, bool bare, struct text *text)
{
	if (bare || !needs_quotes(string))
		text_add(text, "%s", string);
	else
		format_quoted(string, text);
}

static json_t *check_string(const struct atom_type *type, const char *value, struct error *error)
{
	struct text allowed = TEXT_EMPTY, shown = TEXT_EMPTY;
	json_t *atom;

	if (type->words && !is_word(type->words, value)) {
		format_string(value, false, &shown);
		for (size_t i = 0; type->words[i]; i++)
			text_add(&allowed, "%s%s", i ? ", " : "", type->words[i]);
		error_set(error, 0,
			  "constraint violation: %s is not one of the allowed values ([%s])",
			  text_string(&shown), text_string(&allowed));
		text_free(&shown);
		text_free(&allowed);
		return NULL;
	}
	atom = json_string(value);
	if (!atom)
		error_set(error, 0, "constraint violation: \"%s\" is not a valid UTF-8 string",
			  value);
	return atom;
}

json_t *atom_check(const struct atom_type *type, const json_t *atom, struct error *error)
{
	const char *uuid;

	switch (type->type) {
	case DB_STRING:
		if (json_is_string(atom))
			return check_string(type, json_string_value(atom), error);
		break;
	case DB_INTEGER:
		if (json_is_integer(atom))
			return check_integer(type, json_integer_value(atom), error);
		break;
	case DB_REAL:
		if (json_is_number(atom))
			return json_real(json_number_value(atom));
		break;
	case DB_BOOLEAN:
		if (json_is_boolean(atom))
			return json_boolean(json_is_true(atom));
		break;
	case DB_UUID:
		uuid = uuid_text(atom); /* a name is no UUID, and refused here */
		if (uuid && atom_is_uuid(uuid))
			return uuid_atom(uuid);
		break;
	case DB_VOID:
		break;
	}
	error_set(error, 0, "expected %s", atom_type_name(type->type));
	return NULL;
}

/* Decimal, with a sign if you like, all of it. */
static bool parse_integer(const char *text, const char **end, json_int_t *value)
{
	char *stop;

	if (!isdigit((unsigned char)text[*text == '-' || *text == '+']))
		return false;
	errno = 0;
	*value = strtoll(text, &stop, 10);
	*end = stop;
	return errno == 0;
}

static json_t *parse_real(const char *token, struct error *error)
{
	char *end;
	double value = strtod(token, &end);

	if (*token && !isspace((unsigned char)*token) && !*end && isfinite(value))
		return json_real(
			value == 0 ? 0
				   : value); /* no negative zero: it would differ in print only */
	error_set(error, 0, "\"%s\" is not a valid real number", token);
	return NULL;
}

static json_t *parse_boolean(const char *token, struct error *error)
{
	static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (!strcmp(token, words[i]))
			return json_boolean(i & 1);
	}
	error_set(error, 0, "\"%s\" is not a valid boolean (use \"true\" or \"false\")", token);
	return NULL;
}

/* What is wrong with an escape, as ovs-vsctl says it; NULL: nothing. */
static const char *escape_fault(const char *escape)
{
	size_t digits = strspn(escape + 2, "0123456789abcdefABCDEF");

	if (escape[1] == '"' && !escape[2])
		return "quoted string may not end with backslash";
	if (!strchr("\"\\/bfnrtu", escape[1]))
		return "bad escape";
	if (escape[1] != 'u')
		return NULL;
	if (digits < 4)
		return escape[2 + digits] == '"' && !escape[3 + digits]
			       ? "quoted string ends within \\u escape"
			       : "malformed \\u escape";
	return strncmp(escape + 2, "0000", 4) ? NULL : "null bytes not supported in quoted strings";
}

/* The first thing that is wrong with a quoted string that can't be read, and where it is. */
static const char *quoted_fault(const char *token, const char **at)
{
	for (const char *p = token + 1; p[1]; p++) {
		const char *fault = *p == '\\' ? escape_fault(p) : NULL;

		*at = p;
		if (*p == '"')
			return "quoted string may not include unescaped \"";
		if (fault)
			return fault;
		p += *p == '\\';
	}
	/* All that is left to go wrong. */
	return "malformed escaped surrogate pair";
}

static void error_quoted(const char *token, struct error *error)
{
	const char *at = token, *fault = quoted_fault(token, &at);

	if (!strcmp(fault, "bad escape"))
		error_set(error, 0, "%s: bad escape \\%c", token, at[1]);
	else
		error_set(error, 0, "%s: %s", token, fault);
}

/*
 * A double-quoted string is JSON's, but for control characters, which a command line may hold as
 * they are. They are escaped here, the rest is left to the JSON parser.
 */
static json_t *parse_quoted(const char *token, struct error *error)
{
	struct text text = TEXT_EMPTY;
	size_t length = strlen(token);
	bool escaped = false;
	json_t *atom;

	if (length < 2 || token[length - 1] != '"') {
		error_set(error, 0, "%s: missing quote at end of quoted string", token);
		return NULL;
	}
	for (const char *p = token; *p; p++) {
		bool control = !escaped && (unsigned char)*p < ' ';

		text_add(&text, control ? "\\u%04x" : "%c", (unsigned char)*p);
		escaped = !escaped && *p == '\\';
	}
	atom = json_loads(text_string(&text), JSON_DECODE_ANY, NULL);
	if (!atom)
		error_quoted(token, error);
	text_free(&text);
	return atom;
}

static json_t *parse_string(const struct atom_type *type, const char *token, struct error *error)
{
	json_t *quoted, *atom;

	if (!*token) {
		error_set(error, 0,
			  "An empty string is not valid as input; use \"\" to represent the empty "
			  "string");
		return NULL;
	}
	if (*token != '"')
		return check_string(type, token, error);
	quoted = parse_quoted(token, error);
	if (!quoted)
		return NULL;
	atom = check_string(type, json_string_value(quoted), error);
	json_decref(quoted);
	return atom;
}

json_t *atom_parse(const struct atom_type *type, const char *token, struct error *error)
{
	json_int_t integer;
	const char *end;

	switch (type->type) {
	case DB_STRING:
		return parse_string(type, token, error);
	case DB_INTEGER:
		if (parse_integer(token, &end, &integer) && !*end)
			return check_integer(type, integer, error);
		error_set(error, 0, "\"%s\" is not a valid integer or range", token);
		return NULL;
	case DB_REAL:
		return parse_real(token, error);
	case DB_BOOLEAN:
		return parse_boolean(token, error);
	case DB_UUID:
		if (atom_is_uuid(token))
			return uuid_atom(token);
		if (*token == '@')
			return json_pack("[ss]", "named-uuid", token);
		error_set(error, 0, "\"%s\" is not a valid UUID", token);
		return NULL;
	case DB_VOID:
		break;
	}
	error_set(error, 0, "\"%s\": no value is possible here", token);
	return NULL;
}

int atom_parse_range(const struct atom_type *type, const char *token, json_int_t *first,
		     json_int_t *last, struct error *error)
{
	const json_int_t *ends[] = {first, last};
	const char *end;

	if (type->type != DB_INTEGER || !parse_integer(token, &end, first) || *end != '-' ||
	    !parse_integer(end + 1, &end, last) || *end)
		return 0;
	if (*last < *first)
		return error_set(error, -EINVAL,
				 "\"%s\" is not a valid range. Range end cannot be before start.",
				 token);
	for (size_t i = 0; i < 2; i++) {
		json_t *atom = check_integer(type, *ends[i], error);

		if (!atom)
			return -EINVAL;
		json_decref(atom);
	}
	if ((uint64_t)*last - (uint64_t)*first >= RANGE_MAX)
		return error_set(error, -EINVAL,
				 "\"%s\" is not a valid range: it has more than %d elements", token,
				 RANGE_MAX);
	return 1;
}

json_t *atom_default(enum db_type type)
{
	switch (type) {
	case DB_INTEGER:
		return json_integer(0);
	case DB_REAL:
		return json_real(0);
	case DB_BOOLEAN:
		return json_false();
	case DB_UUID:
		return uuid_atom("00000000-0000-0000-0000-000000000000");
	case DB_STRING:
	case DB_VOID:
		break;
	}
	return json_string("");
}

int atom_compare(const json_t *a, const json_t *b)
{
	if (json_is_integer(a) && json_is_integer(b)) {
		json_int_t left = json_integer_value(a), right = json_integer_value(b);

		return (left > right) - (left < right);
	}
	if (json_is_number(a)) {
		double left = json_number_value(a), right = json_number_value(b);

		return (left > right) - (left < right);
	}
	if (json_is_string(a))
		return strcmp(json_string_value(a), json_string_value(b));
	if (json_is_array(a))
		return strcmp(uuid_text(a), uuid_text(b));
	return json_is_true(a) - json_is_true(b);
}

void atom_format(const json_t *atom, bool bare, struct text *text)
{
	if (json_is_string(atom))
		format_string(json_string_value(atom), bare, text);
	else if (json_is_integer(atom))
		text_add(text, "%" JSON_INTEGER_FORMAT, json_integer_value(atom));
	else if (json_is_real(atom))
		text_add(text, "%.*g", DBL_DIG, json_real_value(atom));
	else if (json_is_boolean(atom))
		text_add(text, json_is_true(atom) ? "true" : "false");
	else
		text_add(text, "%s", uuid_text(atom));
}
