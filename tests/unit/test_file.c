/* SPDX-License-Identifier: BSD-2-Clause */
/* Files whose text goes to the switch in the place of their name. The table of commands is the
 * test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli/file.h"
#include "cli/usage.h"
#include "db/text.h"
#include "switchd/control.h"

static const struct usage commands[] = {
	{.name = "apply", .arguments = "FILE"},
	{.name = "add-flows", .arguments = "BRIDGE FLOW-FILE"},
	{.name = "add-flow", .arguments = "BRIDGE FLOW"},
	{.name = "diff-flows", .arguments = "SOURCE SOURCE"},
	{.name = "keep", .arguments = "[BRIDGE]..."},
};

const struct usage *usage_find(const struct program *program, const char *name)
{
	(void)program;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	}
	return NULL;
}

static char path[] = "/tmp/xvs-test-file-XXXXXX";
static struct error error;

static void write_file(const char *data, size_t length)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, length, file), length);
	fclose(file);
}

/* Words apart by one space; "@" stands for the file's name. The array is the caller's. */
static json_t *split(const char *line)
{
	char *copy = strdup(line), *rest = copy, *word;
	json_t *words = json_array();

	while ((word = strsep(&rest, " ")))
		json_array_append_new(words, json_string(strcmp(word, "@") ? word : path));
	free(copy);
	return words;
}

/* The words that go to the switch, apart by '|'; in front of a file's text is its name, if it goes
 * too. */
static void sends(const char *program, const char *line, const char *expected)
{
	json_t *words = split(line), *word;
	struct text text = TEXT_EMPTY;
	size_t i;

	if (file_read_words(program_find(program), words, &error) < 0)
		fail_msg("%s: %s", line, error.text);
	json_array_foreach (words, i, word) {
		const char *name = json_string_value(json_object_get(word, "file"));

		text_add(&text, "%s", i ? "|" : "");
		if (name)
			text_add(&text, "%s:", name);
		text_add(&text, "%s",
			 json_string_value(name ? json_object_get(word, "text") : word));
	}
	assert_string_equal(text_string(&text), expected);
	text_free(&text);
	json_decref(words);
}

static void refused(const char *line, const char *sentence)
{
	json_t *words = split(line);

	assert_true(file_read_words(program_find("xvsctl"), words, &error) < 0);
	if (!strstr(error.text, sentence))
		fail_msg("%s: \"%s\" lacks \"%s\"", line, error.text, sentence);
	json_decref(words);
}

static void test_in_its_place(void **state)
{
	(void)state;
	write_file("a b\nc\n", 6);
	sends("xvsctl", "apply @", "apply|a b\nc\n");
	sends("xvsctl", "--dry-run -- --x apply @", "--dry-run|--|--x|apply|a b\nc\n");
	sends("xvsctl", "keep x -- apply @ -- apply @",
	      "keep|x|--|apply|a b\nc\n|--|apply|a b\nc\n");
	write_file("", 0);
	sends("xvsctl", "apply @", "apply|");
}

static void test_nothing_else_is_a_file(void **state)
{
	(void)state;
	sends("xvsctl", "keep apply /nonexistent", "keep|apply|/nonexistent");
	sends("xvsctl", "nosuch /nonexistent", "nosuch|/nonexistent");
	sends("xvsctl", "apply", "apply");
	sends("xvsctl", "--apply", "--apply");
	sends("xvsctl", "-- --", "--|--");
	/* What the switch will find too many. */
	sends("ovs-ofctl", "keep -- apply /nonexistent", "keep|--|apply|/nonexistent");
}

/* Where lines are blamed by the file's name. */
static void test_with_its_name(void **state)
{
	char expected[128];

	(void)state;
	write_file("a b\nc\n", 6);
	snprintf(expected, sizeof(expected), "--bundle|add-flows|br0|%s:a b\nc\n", path);
	sends("ovs-ofctl", "--bundle add-flows br0 @", expected);
	snprintf(expected, sizeof(expected), "diff-flows|/nonexistent|%s:a b\nc\n", path);
	sends("ovs-ofctl", "diff-flows /nonexistent @", expected);
	snprintf(expected, sizeof(expected), "add-flow|br0|%s", path);
	sends("ovs-ofctl", "add-flow br0 @", expected);
}

static void test_standard_input(void **state)
{
	int pipe_fds[2];

	(void)state;
	assert_int_equal(pipe(pipe_fds), 0);
	assert_int_equal(write(pipe_fds[1], "flow\n", 5), 5);
	close(pipe_fds[1]);
	assert_int_equal(dup2(pipe_fds[0], STDIN_FILENO), STDIN_FILENO);
	close(pipe_fds[0]);
	sends("ovs-ofctl", "add-flow br0 -", "add-flow|br0|-:flow\n");
}

static void test_refused(void **state)
{
	char *big = malloc(CONTROL_REQUEST_MAX + 1);

	(void)state;
	refused("apply /nonexistent", "/nonexistent can't be opened: No such file or directory");
	refused("apply /", "/ can't be read: Is a directory");
	write_file("a\0b", 3);
	refused("apply @", "is not a text in UTF-8");
	write_file("\xff", 1);
	refused("apply @", "is not a text in UTF-8");
	memset(big, 'x', CONTROL_REQUEST_MAX + 1);
	write_file(big, CONTROL_REQUEST_MAX + 1);
	refused("apply @", "is longer than the 32 MiB of a request");
	free(big);
}

static int setup(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_its_place),
		cmocka_unit_test(test_with_its_name),
		cmocka_unit_test(test_nothing_else_is_a_file),
		cmocka_unit_test(test_standard_input),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
