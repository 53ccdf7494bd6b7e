/* SPDX-License-Identifier: BSD-2-Clause */
/* Values: command line to JSON and back to print; the tables' own consistency. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "db/datum.h"
#include "db/schema.h"
#include "db/text.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const struct db_column *column_of(const char *table, const char *column)
{
	struct error error = {""};
	const struct db_table *found = db_table_find(table, &error);

	assert_non_null(found);
	return db_column_find(found, column, &error);
}

/* What a word becomes when it is parsed and printed, or the sentence when it is refused. */
static const char *round_trip(const struct db_column *column, const char *word, bool bare)
{
	static char result[1024];
	struct error error = {""};
	struct text text = TEXT_EMPTY;
	json_t *value = datum_parse(column, word, &error);

	if (!value) {
		snprintf(result, sizeof(result), "!%s", error.text);
		return result;
	}
	assert_string_equal(error.text, "");
	if (bare)
		datum_format_bare(value, &text);
	else
		datum_format(value, &text);
	snprintf(result, sizeof(result), "%s", text_string(&text));
	text_free(&text);
	json_decref(value);
	return result;
}

/* Seen with ovs-vsctl 3.1; '!' begins a refusal. */
static const struct {
	const char *table, *column, *word, *printed, *bare;
} words[] = {
	{"Port", "tag", "5", "5", "5"},
	{"Port", "tag", "+05", "5", "5"},
	{"Port", "tag", " [ 5 ] ", "5", "5"},
	{"Port", "tag", "[5,]", "5", "5"},
	{"Port", "tag", "5-5", "5", "5"},
	{"Port", "tag", "[]", "[]", ""},
	{"Port", "tag", "4096",
	 "!constraint violation: 4096 is not in the valid range 1 to 4094 (inclusive)", NULL},
	{"Port", "tag", "abc", "!\"abc\" is not a valid integer or range", NULL},
	{"Port", "tag", "0x10", "!\"0x10\" is not a valid integer or range", NULL},
	{"Port", "tag", "99999999999999999999",
	 "!\"99999999999999999999\" is not a valid integer or range", NULL},
	{"Port", "tag", "[5,6]", "![5,6]: 2 value(s) specified but the maximum number is 1", NULL},
	{"Port", "tag", "1-3", "!1-3: 3 value(s) specified but the maximum number is 1", NULL},
	{"Port", "tag", "[,5]", "![,5]: unexpected \",\" parsing set of up to 1 integers", NULL},
	{"Port", "trunks", "5", "[5]", "5"},
	{"Port", "trunks", "3 2,1", "[1, 2, 3]", "1 2 3"},
	{"Port", "trunks", "10,1-3", "[1, 2, 3, 10]", "1 2 3 10"},
	{"Port", "trunks", "1,1", "!1,1: set contains duplicate value", NULL},
	{"Port", "trunks", "3-1",
	 "!\"3-1\" is not a valid range. Range end cannot be before start.", NULL},
	{"Port", "trunks", "1-5000",
	 "!constraint violation: 5000 is not in the valid range 0 to 4094 (inclusive)", NULL},
	{"Port", "trunks", "[1,2", "![1,2: missing \"]\" at end of data", NULL},
	{"Port", "trunks", "[1]x", "![1]x: trailing garbage after \"]\"", NULL},
	{"Port", "trunks", "{1}", "!{1}: unexpected \"{\" parsing set of up to 4096 integers",
	 NULL},
	{"Port", "bond_updelay", "-7", "-7", "-7"},
	{"Port", "bond_updelay", "[]", "![]: 0 value(s) specified but the minimum number is 1",
	 NULL},
	{"Port", "protected", "on", "true", "true"},
	{"Port", "protected", "no", "false", "false"},
	{"Port", "protected", "maybe",
	 "!\"maybe\" is not a valid boolean (use \"true\" or \"false\")", NULL},
	{"Port", "vlan_mode", "trunk", "trunk", "trunk"},
	{"Port", "vlan_mode", "foo",
	 "!constraint violation: foo is not one of the allowed values ([access, dot1q-tunnel, "
	 "native-tagged, native-untagged, trunk])",
	 NULL},
	{"Port", "mac", "\"\"", "\"\"", ""},
	{"Port", "mac", "\"aa:bb\"", "\"aa:bb\"", "aa:bb"},
	{"Port", "mac", "aa:bb", "!aa:bb: unexpected \":\" parsing set of up to 1 strings", NULL},
	{"Port", "mac", "x\\:y", "\"x:y\"", "x:y"},
	{"Port", "mac", "x\\", "!x\\: backslash at end of argument", NULL},
	{"Port", "mac", "\"a\tb\"", "\"a\\tb\"", "a\tb"},
	{"Port", "mac", "\"two words\"", "\"two words\"", "two words"},
	{"Port", "mac", "two words", "!two words: 2 value(s) specified but the maximum number is 1",
	 NULL},
	{"Port", "qos", "x", "!\"x\" is not a valid UUID", NULL},
	{"Port", "qos", "123E4567-e89b-12d3-a456-426614174000",
	 "123e4567-e89b-12d3-a456-426614174000", "123e4567-e89b-12d3-a456-426614174000"},
	{"Interface", "mtu_request", "0",
	 "!constraint violation: 0 is less than minimum allowed value 1", NULL},
	{"Bridge", "protocols", "OpenFlow13,OpenFlow10", "[OpenFlow10, OpenFlow13]",
	 "OpenFlow10 OpenFlow13"},
	{"Bridge", "flow_tables", "255=123e4567-e89b-12d3-a456-426614174000",
	 "!constraint violation: 255 is not in the valid range 0 to 254 (inclusive)", NULL},
	{"Port", "external_ids", "b=1, a=x ,c=\"y z\"", "{a=x, b=\"1\", c=\"y z\"}",
	 "a=x b=1 c=y z"},
	{"Port", "external_ids", "{}", "{}", ""},
	{"Port", "external_ids", "{ a = b }", "{a=b}", "a=b"},
	{"Port", "external_ids", "\"a=b\"=c", "{\"a=b\"=c}", "a=b=c"},
	{"Port", "external_ids", "x=y\"a b\"z", "{x=\"y\\\"a b\\\"z\"}", "x=y\"a b\"z"},
	{"Port", "external_ids", "a=\"\\u00e9\\n\\ud83d\\ude00\"", "{a=\"é\\n😀\"}", "a=é\n😀"},
	{"Port", "external_ids", "a=true,b=True,c=_x,d=-x,e=x-1.y",
	 "{a=\"true\", b=True, c=_x, d=\"-x\", e=x-1.y}", "a=true b=True c=_x d=-x e=x-1.y"},
	{"Port", "external_ids", "a=123e4567-e89b-12d3-a456-426614174000",
	 "{a=\"123e4567-e89b-12d3-a456-426614174000\"}", "a=123e4567-e89b-12d3-a456-426614174000"},
	{"Port", "external_ids", "a=b,a=c", "!a=b,a=c: map contains duplicate key", NULL},
	{"Port", "external_ids", "a=",
	 "!An empty string is not valid as input; use \"\" to represent the empty string", NULL},
	{"Port", "external_ids", "a", "!a: syntax error at the end expecting \"=\"", NULL},
	{"Port", "external_ids", "a:b=c", "!a:b=c: syntax error at \":\" expecting \"=\"", NULL},
	{"Port", "external_ids", "a=\"x", "!\"x: quoted string extends past end of argument", NULL},
	{"Port", "external_ids", "a=\"b\"c", "!\"b\"c: missing quote at end of quoted string",
	 NULL},
	{"Port", "external_ids", "=b",
	 "!=b: unexpected \"=\" parsing map of (string, string) pairs", NULL},
	{"Port", "external_ids", "a=b,,c=d",
	 "!a=b,,c=d: unexpected \",\" parsing map of (string, string) pairs", NULL},
};

static void words_are_read_and_printed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		const struct db_column *column = column_of(words[i].table, words[i].column);

		assert_string_equal(round_trip(column, words[i].word, false), words[i].printed);
		if (words[i].bare)
			assert_string_equal(round_trip(column, words[i].word, true), words[i].bare);
	}
}

static void bad_strings_are_refused(void **state)
{
	static const char *const bad[] = {"a=x\xffy",      "a=\"\xff\"", "a=\"\\q\"",
					  "a=\"\\u0000\"", "a=\"\"\"",   "a=\"\\ud83d\"",
					  "a=\"\"\"\"",    "a=\"\\\t\""};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(*round_trip(column_of("Port", "external_ids"), bad[i], false),
				 '!');
}

static void pairs_need_no_quotes(void **state)
{
	const struct db_column *ids = column_of("Interface", "external_ids");
	struct error error = {""};
	json_t *map = datum_parse_pair(ids, "mac", "00:11:22:33:44:55", &error);

	(void)state;
	assert_non_null(map);
	assert_string_equal(json_string_value(datum_map_get(map, "mac")), "00:11:22:33:44:55");
	assert_null(datum_map_get(map, "ma"));
	json_decref(map);
	assert_null(datum_parse_pair(ids, "a", "", &error));
	assert_null(datum_parse_pair(ids, "", "a", &error));
	assert_null(datum_parse_pair(column_of("Port", "tag"), "5", "6", &error));
	assert_string_equal(error.text, "cannot specify key to set for non-map column tag");
}

static void tokens(void **state)
{
	const char *word = "external-ids:\"a:b\"=c";
	struct error error = {""};
	char *token = datum_token(&word, &error);

	(void)state;
	assert_string_equal(token, "external-ids");
	assert_string_equal(word, ":\"a:b\"=c");
	free(token);
	word++;
	token = datum_token(&word, &error);
	assert_string_equal(token, "\"a:b\"");
	assert_string_equal(word, "=c");
	free(token);
	token = datum_token(&word, &error);
	assert_string_equal(token, "");
	free(token);
}

static json_t *json(const char *text)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

	assert_non_null(value);
	return value;
}

/* datum_check() of a JSON text, as JSON text; "!..." when refused. */
static const char *checked(const struct db_column *column, const char *text)
{
	static char result[1024];
	struct error error = {""};
	json_t *value = json(text), *normal = datum_check(column, value, &error);
	char *dump = normal ? json_dumps(normal, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

	snprintf(result, sizeof(result), "%s%s", dump ? "" : "!", dump ? dump : error.text);
	free(dump);
	json_decref(normal);
	json_decref(value);
	return result;
}

static void json_comes_into_normal_form(void **state)
{
	const struct db_column *tag = column_of("Port", "tag"),
			       *trunks = column_of("Port", "trunks");
	const struct db_column *ids = column_of("Port", "external_ids");
	const struct db_column *name = column_of("Port", "name"), *qos = column_of("Port", "qos");

	(void)state;
	assert_string_equal(checked(tag, "[\"set\",[7]]"), "7");
	assert_string_equal(checked(tag, "7"), "7");
	assert_string_equal(checked(tag, "[\"set\",[]]"), "[\"set\",[]]");
	assert_string_equal(checked(trunks, "7"), "[\"set\",[7]]");
	assert_string_equal(checked(trunks, "[\"set\",[3,1,2]]"), "[\"set\",[1,2,3]]");
	assert_string_equal(checked(ids, "[\"map\",[[\"b\",\"1\"],[\"a\",\"2\"]]]"),
			    "[\"map\",[[\"a\",\"2\"],[\"b\",\"1\"]]]");
	assert_string_equal(checked(qos, "[\"uuid\",\"123E4567-e89b-12d3-a456-426614174000\"]"),
			    "[\"uuid\",\"123e4567-e89b-12d3-a456-426614174000\"]");
	assert_string_equal(checked(tag, "\"7\""), "!tag: expected integer");
	assert_string_equal(checked(tag, "7.5"), "!tag: expected integer");
	assert_string_equal(checked(tag, "null"), "!tag: expected integer");
	assert_string_equal(checked(trunks, "[\"set\",[1,1]]"),
			    "!trunks: set contains duplicate value");
	assert_string_equal(checked(trunks, "[\"set\",5]"), "!trunks: expected integer");
	assert_string_equal(checked(name, "[\"set\",[]]"),
			    "!name: 0 value(s) specified but the minimum number is 1");
	assert_string_equal(checked(ids, "[\"set\",[]]"), "!external_ids: expected a map");
	assert_string_equal(checked(ids, "[\"map\",[[\"a\"]]]"),
			    "!external_ids: expected a pair of string and string");
	assert_string_equal(checked(ids, "[\"map\",[[\"a\",1]]]"),
			    "!external_ids: expected string");
	assert_string_equal(checked(qos, "[\"uuid\",\"x\"]"), "!qos: expected uuid");
	assert_string_equal(checked(qos, "[\"uuid\",7]"), "!qos: expected uuid");
}

/* Joins (or takes away) two words and prints the outcome. */
static const char *combined(const struct db_column *column, const char *a, char operation,
			    const char *b)
{
	static char result[1024];
	struct error error = {""};
	struct text text = TEXT_EMPTY;
	json_t *left = datum_parse(column, a, &error);
	json_t *right = operation == '-' ? datum_parse_removal(column, b, &error)
					 : datum_parse(column, b, &error);
	json_t *value = operation == '-'
				? datum_difference(column, left, right, &error)
				: datum_union(column, left, right, operation == '>', &error);

	if (value)
		datum_format(value, &text);
	snprintf(result, sizeof(result), "%s", value ? text_string(&text) : error.text);
	text_free(&text);
	json_decref(left);
	json_decref(right);
	json_decref(value);
	return result;
}

static void values_are_joined_and_taken_away(void **state)
{
	const struct db_column *tag = column_of("Port", "tag"),
			       *trunks = column_of("Port", "trunks");
	const struct db_column *ids = column_of("Port", "external_ids");
	const struct db_column *delay = column_of("Port", "bond_updelay");

	(void)state;
	assert_string_equal(combined(trunks, "1,3", '+', "2,3,4"), "[1, 2, 3, 4]");
	assert_string_equal(combined(trunks, "[]", '+', "2"), "[2]");
	assert_string_equal(combined(trunks, "2", '+', "[]"), "[2]");
	assert_string_equal(combined(ids, "a=1,b=2", '+', "b=x,c=y"), "{a=\"1\", b=\"2\", c=y}");
	assert_string_equal(combined(ids, "a=1,b=2", '>', "b=x,c=y"), "{a=\"1\", b=x, c=y}");
	assert_string_equal(combined(tag, "1", '+', "2"),
			    "tag: 2 value(s) specified but the maximum number is 1");
	assert_string_equal(combined(tag, "1", '+', "1"), "1");
	assert_string_equal(combined(trunks, "1-5", '-', "2,4,9"), "[1, 3, 5]");
	assert_string_equal(combined(trunks, "1", '-', "1"), "[]");
	assert_string_equal(combined(tag, "1", '-', "1-9"), "[]");
	assert_string_equal(combined(ids, "a=1,b=2", '-', "a"), "{b=\"2\"}");
	assert_string_equal(combined(ids, "a=1,b=2,c=3", '-', "a c"), "{b=\"2\"}");
	assert_string_equal(combined(ids, "a=1,b=2", '-', "a=9,b=2"), "{a=\"1\"}");
	assert_string_equal(combined(delay, "5", '-', "5"),
			    "bond_updelay: 0 value(s) specified but the minimum number is 1");
}

/* Characters that the language has a use for, and some that are none of ASCII. */
static void random_string(char *string, size_t size)
{
	static const char *const pieces[] = {"a", "Z",    "_",     "-",  ".",  "5",    " ",    ",",
					     "=", ":",    "\"",    "\\", "[",  "]",    "{",    "}",
					     "!", "<",    ">",     "\n", "\t", "\x01", "\x7f", "é",
					     "😀", "true", "u00e9", "/",  "'"};
	size_t n = (size_t)rand() % 12;

	*string = '\0';
	for (size_t i = 0; i < n; i++)
		strncat(string, pieces[(size_t)rand() % COUNT(pieces)], size - strlen(string) - 1);
}

static json_t *random_atom(enum db_type type)
{
	char text[64];

	switch (type) {
	case DB_INTEGER:
		return json_integer(rand() % 200);
	case DB_BOOLEAN:
		return json_boolean(rand() & 1);
	case DB_UUID:
		snprintf(text, sizeof(text), "%08x-0000-4000-8000-%012x", (unsigned)rand(),
			 (unsigned)rand());
		return json_pack("[ss]", "uuid", text);
	default:
		random_string(text, sizeof(text));
		return json_string(text);
	}
}

static json_t *random_value(const struct db_column *column)
{
	size_t n = column->min +
		   (size_t)rand() % (column->max > 4 ? 5 : column->max - column->min + 1);
	json_t *elements = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *key = random_atom(column->key);

		json_array_append_new(elements,
				      column->value == DB_VOID
					      ? key
					      : json_pack("[oo]", key, random_atom(column->value)));
	}
	return json_pack("[so]", column->value == DB_VOID ? "set" : "map", elements);
}

/* What is printed is read as what it was, for any value of any column. */
static void printing_and_parsing_agree(void **state)
{
	const char *given = getenv("XVS_TEST_SEED");
	unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
	int tried = 0;

	(void)state;
	print_message("XVS_TEST_SEED=%u\n", seed);
	srand(seed);
	for (int i = 0; i < 20000; i++) {
		const struct db_table *table = &db_tables[(size_t)rand() % db_n_tables];
		const struct db_column *column = &table->columns[(size_t)rand() % table->n_columns];
		struct text text = TEXT_EMPTY;
		struct error error = {""};
		json_t *any = random_value(column), *value = datum_check(column, any, &error),
		       *again;

		json_decref(any);
		if (!value) /* a range, a word or a double that the column does not have */
			continue;
		datum_format(value, &text);
		again = datum_parse(column, text_string(&text), &error);
		if (!again || !json_equal(value, again))
			fail_msg("%s:%s: %s: %s", table->name, column->name, text_string(&text),
				 error.text);
		text_free(&text);
		json_decref(value);
		json_decref(again);
		tried++;
	}
	assert_true(tried > 5000);
}

/* Any octets at all: no crash, and a sentence when refused. */
static void garbage_is_refused_with_a_sentence(void **state)
{
	static const char alphabet[] = "a1=,:[]{}\"\\ -<>!\xff\n";

	(void)state;
	srand(1);
	for (int i = 0; i < 20000; i++) {
		const struct db_table *table = &db_tables[(size_t)rand() % db_n_tables];
		const struct db_column *column = &table->columns[(size_t)rand() % table->n_columns];
		char word[24] = "";
		struct error error = {""};
		json_t *value;

		for (size_t n = (size_t)rand() % sizeof(word), k = 0; k + 1 < n; k++)
			word[k] = alphabet[(size_t)rand() % (sizeof(alphabet) - 1)];
		value = (i & 1 ? datum_parse : datum_parse_removal)(column, word, &error);
		assert_true(value || *error.text);
		json_decref(value);
	}
}

static void names_are_found_as_ovs_vsctl_does(void **state)
{
	struct error error = {""};
	const struct db_table *interface = db_table_find("int", &error);

	(void)state;
	assert_string_equal(interface->name, "Interface");
	assert_string_equal(db_table_find("open-vswitch", &error)->name, "Open_vSwitch");
	assert_string_equal(db_column_find(interface, "MAC-IN", &error)->name, "mac_in_use");
	assert_string_equal(db_column_find(interface, "mac", &error)->name, "mac");
	assert_string_equal(db_column_find(interface, "ofport-r", &error)->name, "ofport_request");
	assert_string_equal(error.text, "");
	assert_null(db_column_find(interface, "m", &error));
	assert_string_equal(error.text,
			    "Interface contains more than one column whose name matches "
			    "\"m\": mac, mac_in_use, mtu, mtu_request");
	assert_null(db_column_find(interface, "foo", &error));
	assert_string_equal(error.text,
			    "Interface does not contain a column whose name matches \"foo\"");
	assert_null(db_column_find(interface, "", &error));
	assert_null(db_table_find("x", &error));
	assert_string_equal(error.text, "unknown table \"x\"");
	assert_null(db_table_find("", &error));
}

static void every_column_has_help_and_a_sane_type(void **state)
{
	(void)state;
	for (size_t t = 0; t < db_n_tables; t++) {
		for (size_t c = 0; c < db_tables[t].n_columns; c++) {
			const struct db_column *column = &db_tables[t].columns[c];
			json_t *empty = datum_default(column), *normal;
			struct error error = {""};

			assert_non_null(column->help);
			assert_true(strlen(column->help) > 10);
			assert_int_equal(column->help[strlen(column->help) - 1], '.');
			assert_true(column->key != DB_VOID && column->max >= 1);
			assert_true(column->min <= 1 && column->min <= column->max);
			assert_true(column->value == DB_VOID || column->min == 0);
			if (c)
				assert_true(strcmp(column[-1].name, column->name) < 0);
			/* The empty value is a value, unless it would have to be one of some words.
			 */
			normal = datum_check(column, empty, &error);
			assert_non_null(normal);
			assert_true(json_equal(normal, empty));
			json_decref(normal);
			json_decref(empty);
		}
	}
}

static void errors_are_one_sentence(void **state)
{
	struct error error;
	char name[600];

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(error_set(&error, -5, "%s", name), -5);
	assert_int_equal(strlen(error.text), sizeof(error.text) - 1);
	assert_int_equal(error_prefix(&error, -6, "p1: "), -6);
	assert_int_equal(strlen(error.text), sizeof(error.text) - 1);
	assert_int_equal(strncmp(error.text, "p1: xxx", 7), 0);
	error_set(&error, 0, "no such device");
	error_prefix(&error, 0, "%s: ", name);
	assert_int_equal(strlen(error.text), sizeof(error.text) - 1);
	error_set(&error, 0, "no such device");
	error_prefix(&error, 0, "%s: ", "p1");
	assert_string_equal(error.text, "p1: no such device");
	assert_int_equal(error_set(NULL, -1, "nobody listens"), -1);
	assert_int_equal(error_prefix(NULL, -1, "nobody listens"), -1);
}

static void text_grows(void **state)
{
	struct text text = TEXT_EMPTY;

	(void)state;
	assert_string_equal(text_string(&text), "");
	text_clear(&text);
	for (int i = 0; i < 1000; i++)
		text_add(&text, "%03d,", i);
	assert_int_equal(text.length, 4000);
	text_add_octets(&text, "a\0b", 3);
	assert_int_equal(text.length, 4003);
	assert_int_equal(strncmp(text_string(&text), "000,001,", 8), 0);
	text_clear(&text);
	assert_string_equal(text_string(&text), "");
	text_free(&text);
	assert_string_equal(text_string(&text), "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_read_and_printed),
		cmocka_unit_test(bad_strings_are_refused),
		cmocka_unit_test(pairs_need_no_quotes),
		cmocka_unit_test(tokens),
		cmocka_unit_test(json_comes_into_normal_form),
		cmocka_unit_test(values_are_joined_and_taken_away),
		cmocka_unit_test(printing_and_parsing_agree),
		cmocka_unit_test(garbage_is_refused_with_a_sentence),
		cmocka_unit_test(names_are_found_as_ovs_vsctl_does),
		cmocka_unit_test(every_column_has_help_and_a_sane_type),
		cmocka_unit_test(errors_are_one_sentence),
		cmocka_unit_test(text_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
