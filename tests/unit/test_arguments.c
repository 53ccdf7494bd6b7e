/* SPDX-License-Identifier: BSD-2-Clause */
/* The arguments of commands, taken apart and written as ovs-vsctl --commands has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "cli/arguments.h"

static void expect(const char *usage, const char *formatted)
{
	struct arguments arguments = {.rest = usage};
	struct argument argument;
	struct text text = TEXT_EMPTY;

	while (arguments_next(&arguments, &argument)) {
		text_add(&text, "%s", text.length ? " " : "");
		argument_format(&argument, &text);
	}
	assert_string_equal(text_string(&text), formatted);
	text_free(&text);
}

static void test_one(void **state)
{
	(void)state;
	expect("", "");
	expect("BRIDGE", "!BRIDGE");
	expect("[BRIDGE]", "?BRIDGE");
	expect("TARGET...", "+TARGET");
	expect("[RECORD]...", "*RECORD");
}

static void test_several(void **state)
{
	(void)state;
	expect("[BRIDGE] PORT", "?BRIDGE !PORT");
	expect("BRIDGE [PARENT VLAN]", "!BRIDGE ?PARENT ?VLAN");
	expect("BRIDGE [KEY [VALUE]] X", "!BRIDGE ?KEY ?VALUE !X");
	expect("BRIDGE [PORT...] X", "!BRIDGE *PORT !X");
	expect("TABLE RECORD COLUMN KEY|VALUE|KEY=VALUE...",
	       "!TABLE !RECORD !COLUMN +KEY|VALUE|KEY=VALUE");
}

/* Brackets inside of an argument are part of its name. */
static void test_inner_brackets(void **state)
{
	(void)state;
	expect("TABLE [COLUMN[:KEY]=VALUE]...", "!TABLE *COLUMN?:KEY=VALUE");
	expect("COLUMN[:KEY]=VALUE...", "+COLUMN?:KEY=VALUE");
	expect("[COLUMN[:KEY]]...", "*COLUMN?:KEY");
	expect("COLUMN [KEY=]VALUE...", "!COLUMN +?KEY=VALUE");
}

static void test_name(void **state)
{
	struct arguments arguments = {.rest = "BRIDGE [FILE]"};
	struct argument argument;

	(void)state;
	assert_true(arguments_next(&arguments, &argument));
	assert_true(argument_is(&argument, "BRIDGE"));
	assert_false(argument_is(&argument, "BRIDGES"));
	assert_false(argument_is(&argument, "BRI"));
	assert_true(arguments_next(&arguments, &argument));
	assert_true(argument_is(&argument, "FILE"));
	assert_false(arguments_next(&arguments, &argument));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_inner_brackets),
		cmocka_unit_test(test_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
