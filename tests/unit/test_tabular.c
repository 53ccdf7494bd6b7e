/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables in every format and with every form of data, octet by octet. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include "switchd/tabular.h"

static const char *headings[] = {"_uuid", "name", "tag", "trunks", "ids"};
#define COLUMNS (sizeof(headings) / sizeof(*headings))

#define UUID_1  "123e4567-e89b-12d3-a456-426614174000"
#define UUID_2  "0123cdef-0000-4000-8000-00000000000a"

static void add_row(struct tabular *tabular, const char *json)
{
	json_t *row = json_loads(json, 0, NULL), *values[COLUMNS];

	assert_int_equal(json_array_size(row), COLUMNS);
	for (size_t i = 0; i < COLUMNS; i++)
		values[i] = json_array_get(row, i);
	assert_int_equal(tabular_add(tabular, values), 0);
	json_decref(row);
}

static void expect(const struct tabular *tabular, const char *format, const char *data,
		   bool no_headings, const char *expected)
{
	struct tabular_style style = {.no_headings = no_headings};
	struct text text = TEXT_EMPTY;

	assert_int_equal(tabular_format_parse(&style, format, NULL), 0);
	assert_int_equal(tabular_data_parse(&style, data, NULL), 0);
	tabular_print(tabular, &style, &text);
	assert_string_equal(text_string(&text), expected);
	text_free(&text);
}

/* A plain row, and one whose name needs every kind of quoting. */
static void fill(struct tabular *tabular)
{
	tabular_init(tabular, headings, COLUMNS);
	add_row(tabular, "[[\"uuid\",\"" UUID_1 "\"],\"p1\",10,[\"set\",[1,2]],"
			 "[\"map\",[[\"a\",\"b\"]]]]");
	add_row(tabular, "[[\"uuid\",\"" UUID_2 "\"],\"<a> \\\"b\\\" & c,\\nd\",[\"set\",[]],"
			 "[\"set\",[5]],[\"map\",[]]]");
}

static void test_list(void **state)
{
	struct tabular tabular;

	(void)state;
	fill(&tabular);
	expect(&tabular, "list", "string", false,
	       "_uuid               : " UUID_1 "\n"
	       "name                : p1\n"
	       "tag                 : 10\n"
	       "trunks              : [1, 2]\n"
	       "ids                 : {a=b}\n"
	       "\n"
	       "_uuid               : " UUID_2 "\n"
	       "name                : \"<a> \\\"b\\\" & c,\\nd\"\n"
	       "tag                 : []\n"
	       "trunks              : [5]\n"
	       "ids                 : {}\n");
	expect(&tabular, "list", "bare", true,
	       UUID_1 "\np1\n10\n1 2\na=b\n\n" UUID_2 "\n<a> \"b\" & c,\nd\n\n5\n\n");
	expect(&tabular, "list", "json", true,
	       "[\"uuid\",\"" UUID_1 "\"]\n\"p1\"\n10\n[\"set\",[1,2]]\n[\"map\",[[\"a\",\"b\"]]]\n"
	       "\n"
	       "[\"uuid\",\"" UUID_2
	       "\"]\n\"<a> \\\"b\\\" & c,\\nd\"\n[\"set\",[]]\n5\n[\"map\",[]]\n");
	tabular_free(&tabular);
}

static void test_table(void **state)
{
	const char *two[] = {"name", "tag"};
	struct tabular tabular;
	json_t *names[] = {json_string("p1"), json_string("longer"), NULL}, *tag = json_integer(10);

	(void)state;
	tabular_init(&tabular, two, 2);
	for (int i = 0; names[i]; i++) {
		tabular_add(&tabular, (json_t *[]){names[i], tag});
		json_decref(names[i]);
	}
	json_decref(tag);
	expect(&tabular, "table", "string", false,
	       "name   tag\n"
	       "------ ---\n"
	       "p1     10\n"
	       "longer 10\n");
	expect(&tabular, "table", "json", true,
	       "\"p1\"     10\n"
	       "\"longer\" 10\n");
	expect(&tabular, "table", "bare", true, "p1     10\nlonger 10\n");
	tabular_free(&tabular);
}

static void test_csv(void **state)
{
	struct tabular tabular;

	(void)state;
	fill(&tabular);
	expect(&tabular, "csv", "string", false,
	       "_uuid,name,tag,trunks,ids\n" UUID_1 ",p1,10,\"[1, 2]\",{a=b}\n" UUID_2
	       ",\"\"\"<a> \\\"\"b\\\"\" & c,\\nd\"\"\",[],[5],{}\n");
	expect(&tabular, "csv", "bare", true,
	       UUID_1 ",p1,10,1 2,a=b\n" UUID_2 ",\"<a> \"\"b\"\" & c,\nd\",,5,\n");
	expect(&tabular, "csv", "json", true,
	       "\"[\"\"uuid\"\",\"\"" UUID_1 "\"\"]\",\"\"\"p1\"\"\",10,\"[\"\"set\"\",[1,2]]\","
	       "\"[\"\"map\"\",[[\"\"a\"\",\"\"b\"\"]]]\"\n"
	       "\"[\"\"uuid\"\",\"\"" UUID_2 "\"\"]\",\"\"\"<a> \\\"\"b\\\"\" & c,\\nd\"\"\","
	       "\"[\"\"set\"\",[]]\",5,\"[\"\"map\"\",[]]\"\n");
	tabular_free(&tabular);
}

static void test_html(void **state)
{
	struct tabular tabular;

	(void)state;
	fill(&tabular);
	expect(&tabular, "html", "bare", false,
	       "<table border=1>\n"
	       "  <tr>\n"
	       "    <th>_uuid</th>\n"
	       "    <th>name</th>\n"
	       "    <th>tag</th>\n"
	       "    <th>trunks</th>\n"
	       "    <th>ids</th>\n"
	       "  </tr>\n"
	       "  <tr>\n"
	       "    <td><a name=\"" UUID_1 "\">123e4567</a></td>\n"
	       "    <td>p1</td>\n"
	       "    <td>10</td>\n"
	       "    <td>1 2</td>\n"
	       "    <td>a=b</td>\n"
	       "  </tr>\n"
	       "  <tr>\n"
	       "    <td><a name=\"" UUID_2 "\">0123cdef</a></td>\n"
	       "    <td>&lt;a&gt; &quot;b&quot; &amp; c,\nd</td>\n"
	       "    <td></td>\n"
	       "    <td>5</td>\n"
	       "    <td></td>\n"
	       "  </tr>\n"
	       "</table>\n");
	tabular_free(&tabular);
}

/* A reference to a record is a link to its anchor. */
static void test_html_links(void **state)
{
	const char *one[] = {"ports"};
	struct tabular tabular;
	json_t *value = json_pack("[s[[ss][ss]]]", "set", "uuid", UUID_1, "uuid", UUID_2);

	(void)state;
	tabular_init(&tabular, one, 1);
	tabular_add(&tabular, &value);
	json_decref(value);
	expect(&tabular, "html", "string", true,
	       "<table border=1>\n"
	       "  <tr>\n"
	       "    <td>[<a href=\"#" UUID_1 "\">123e4567</a>, <a href=\"#" UUID_2
	       "\">0123cdef</a>]</td>\n"
	       "  </tr>\n"
	       "</table>\n");
	tabular_free(&tabular);
}

/* --data and --no-headings say nothing here. */
static void test_json(void **state)
{
	static const char expected[] =
		"{\"data\":[[[\"uuid\",\"" UUID_1 "\"],\"p1\",10,[\"set\",[1,2]],"
		"[\"map\",[[\"a\",\"b\"]]]],[[\"uuid\",\"" UUID_2 "\"],"
		"\"<a> \\\"b\\\" & c,\\nd\",[\"set\",[]],5,[\"map\",[]]]],"
		"\"headings\":[\"_uuid\",\"name\",\"tag\",\"trunks\",\"ids\"]}\n";
	struct tabular tabular;
	json_t *read;

	(void)state;
	fill(&tabular);
	expect(&tabular, "json", "string", false, expected);
	expect(&tabular, "json", "bare", true, expected);
	expect(&tabular, "json", "json", false, expected);
	tabular_free(&tabular);
	read = json_loads(expected, 0, NULL);
	assert_non_null(read);
	json_decref(read);
}

static void test_empty(void **state)
{
	struct tabular tabular;

	(void)state;
	tabular_init(&tabular, headings, COLUMNS);
	expect(&tabular, "list", "string", false, "");
	expect(&tabular, "table", "string", false,
	       "_uuid name tag trunks ids\n"
	       "----- ---- --- ------ ---\n");
	expect(&tabular, "table", "string", true, "");
	expect(&tabular, "csv", "string", false, "_uuid,name,tag,trunks,ids\n");
	expect(&tabular, "csv", "string", true, "");
	expect(&tabular, "html", "string", true, "<table border=1>\n</table>\n");
	expect(&tabular, "json", "string", false,
	       "{\"data\":[],\"headings\":[\"_uuid\",\"name\",\"tag\",\"trunks\",\"ids\"]}\n");
	tabular_free(&tabular);
}

/* An empty line stands between two tables, but not where the format itself tells them apart. */
static void test_several(void **state)
{
	static const struct {
		const char *format, *expected;
	} cases[] = {
		{"list", "tag                 : 10\n\ntag                 : 10\n"},
		{"table", "tag\n---\n10\n\ntag\n---\n10\n"},
		{"csv", "tag\n10\n\ntag\n10\n"},
		{"json", "{\"data\":[[10]],\"headings\":[\"tag\"]}\n"
			 "{\"data\":[[10]],\"headings\":[\"tag\"]}\n"},
		{"html", "<table border=1>\n  <tr>\n    <th>tag</th>\n  </tr>\n"
			 "  <tr>\n    <td>10</td>\n  </tr>\n</table>\n"
			 "<table border=1>\n  <tr>\n    <th>tag</th>\n  </tr>\n"
			 "  <tr>\n    <td>10</td>\n  </tr>\n</table>\n"},
	};
	const char *one[] = {"tag"};
	json_t *value = json_integer(10);
	struct tabular tabular;

	(void)state;
	tabular_init(&tabular, one, 1);
	tabular_add(&tabular, &value);
	json_decref(value);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct tabular_style style = {};
		struct text text = TEXT_EMPTY;

		assert_int_equal(tabular_format_parse(&style, cases[i].format, NULL), 0);
		tabular_print(&tabular, &style, &text);
		tabular_print(&tabular, &style, &text);
		assert_string_equal(text_string(&text), cases[i].expected);
		text_free(&text);
	}
	tabular_free(&tabular);
}

static void test_words(void **state)
{
	struct tabular_style style = {};
	struct error error;

	(void)state;
	assert_int_equal(tabular_format_parse(&style, "xml", &error), -EINVAL);
	assert_string_equal(error.text, "unknown output format \"xml\"");
	assert_int_equal(tabular_data_parse(&style, "LIST", &error), -EINVAL);
	assert_string_equal(error.text, "unknown data format \"LIST\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),       cmocka_unit_test(test_table),
		cmocka_unit_test(test_csv),        cmocka_unit_test(test_html),
		cmocka_unit_test(test_html_links), cmocka_unit_test(test_json),
		cmocka_unit_test(test_empty),      cmocka_unit_test(test_several),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests_name("tabular", tests, NULL, NULL);
}
