/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts of commands: where words and lines end, and what is said of one that does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/script.h"

/* What a text is read as: "LINE:word|word|" for each command, or the sentence. */
static const struct reading {
	const char *text, *commands;
} readings[] = {
	{"", ""},
	{"\n\n  \n\t\n", ""},
	{"add-br br0", "1:add-br|br0|"},
	{"add-br br0\n", "1:add-br|br0|"},
	{"a\nb\n\nc", "1:a|2:b|4:c|"},
	{"a\r\nb c\r\n", "1:a|2:b|c|"},
	{"  a\t b  \n", "1:a|b|"},
	{"# only a remark", ""},
	{"# a\nb # c d\n#e", "2:b|"},
	{"a#b '#c' \\#d #e", "1:a#b|#c|#d|"},
	{"# no join \\\na", "2:a|"},
	{"a \\\nb\nc", "1:a|b|3:c|"},
	{"a \\\r\nb", "1:a|b|"},
	{"ab\\\ncd\ne", "1:abcd|3:e|"},
	{"\\\na", "2:a|"},
	{"a \\\n# b\nc", "1:a|3:c|"},
	{"a ''", "1:a||"},
	{"a \"\" b", "1:a||b|"},
	{"'a b'c\" d\"", "1:a bc d|"},
	{"'a\\b' '\"' \"'\"", "1:a\\b|\"|'|"},
	{"\"a\\\"b\\\\c\\$d\\`e\\nf\"", "1:a\"b\\c$d`e\\nf|"},
	{"a\\ b \\' \\\\", "1:a b|'|\\|"},
	{"'a\nb'\nc", "1:a\nb|3:c|"},
	{"\"a\\\nb\"\nc", "1:ab|3:c|"},
	{"'it'\\''s'", "1:it's|"},
	{"$HOME * ~ `a` ; | &", "1:$HOME|*|~|`a`|;|||&|"},
	{"a='{b=\"c d\"}'", "1:a={b=\"c d\"}|"},
	{"\xc3\xbc", "1:\xc3\xbc|"},
	{"a\n'b", "1:a|line 2: a quote (') is opened and not closed"},
	{"a \"b\nc\n", "line 1: a quote (\") is opened and not closed"},
	{"a \"b\\", "line 1: a quote (\") is opened and not closed"},
	{"a\nb \\", "1:a|line 2: nothing stands behind the backslash"},
};

static void read_all(const char *text, struct text *commands)
{
	struct script script;
	struct error error = {};
	int result;

	script_begin(&script, text);
	while ((result = script_next(&script, &error)) > 0) {
		text_add(commands, "%u:", script.first_line);
		for (int i = 0; i < script.n_words; i++)
			text_add(commands, "%s|", script.words[i]);
		assert_null(script.words[script.n_words]);
	}
	text_add(commands, "%s", error.text);
	assert_int_equal(result < 0, *error.text != '\0');
	script_end(&script);
}

static void test_reading(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(readings) / sizeof(*readings); i++) {
		struct text commands = TEXT_EMPTY;

		read_all(readings[i].text, &commands);
		if (strcmp(text_string(&commands), readings[i].commands))
			fail_msg("'%s' is read as '%s'", readings[i].text, text_string(&commands));
		text_free(&commands);
	}
}

/* Whatever is in a word, it is read as it was written. */
static void test_writing(void **state)
{
	static const char octets[] = "ab1'\"\\ \t\n\r#$`=[]{},@-\xc3\xbc";

	(void)state;
	for (unsigned seed = 1; seed <= 2000; seed++) {
		struct text written = TEXT_EMPTY, wanted = TEXT_EMPTY, commands = TEXT_EMPTY;

		srand(seed);
		text_add(&wanted, "1:");
		for (int n = rand() % 4 + 1; n; n--) {
			char word[8] = "";
			int length = rand() % 8;

			for (int i = 0; i < length; i++)
				word[i] = octets[(size_t)rand() % (sizeof(octets) - 1)];
			word[length < 7 ? length : 7] = '\0';
			script_add_word(&written, word);
			text_add(&wanted, "%s|", word);
		}
		read_all(text_string(&written), &commands);
		if (strcmp(text_string(&commands), text_string(&wanted)))
			fail_msg("seed %u: '%s' is read as '%s'", seed, text_string(&written),
				 text_string(&commands));
		text_free(&written);
		text_free(&wanted);
		text_free(&commands);
	}
}

static void test_plain_words(void **state)
{
	struct text text = TEXT_EMPTY;

	(void)state;
	script_add_word(&text, "set");
	script_add_word(&text, "external_ids:a=b");
	script_add_word(&text, "--id=@q1");
	script_add_word(&text, "a b");
	script_add_word(&text, "");
	assert_string_equal(text_string(&text), "set external_ids:a=b --id=@q1 'a b' ''");
	text_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reading),
		cmocka_unit_test(test_writing),
		cmocka_unit_test(test_plain_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
