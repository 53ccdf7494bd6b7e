/* SPDX-License-Identifier: BSD-2-Clause */
/* Command lines on a switch without a kernel, and what is expected of them. */
#ifndef XVS_COMMAND_FIXTURE_H
#define XVS_COMMAND_FIXTURE_H

#include "fixture.h"

#include <stdlib.h>
#include <string.h>
#include "switchd/command.h"

static struct command_result result;
static enum language language = LANGUAGE_VSCTL;

/* Runs a command line, words apart by one space. The result stays until the next one. */
static inline int run(struct fixture *fixture, const char *line)
{
	char *copy = strdup(line), *words[64], *rest = copy;
	int n = 0;

	while ((words[n] = strsep(&rest, " ")))
		n++;
	text_free(&result.output);
	text_free(&result.warning);
	command_run(&fixture->daemon, language, n, words, NULL, &result);
	free(copy);
	return result.status;
}

static inline void done(struct fixture *fixture, const char *line)
{
	if (run(fixture, line))
		fail_msg("%s: %s", line, result.error.text);
	assert_string_equal(result.error.text, "");
}

static inline void prints(struct fixture *fixture, const char *line, const char *output)
{
	done(fixture, line);
	assert_string_equal(text_string(&result.output), output);
}

/* Refused, with this sentence, and nothing printed. */
static inline void refused(struct fixture *fixture, const char *line, const char *sentence)
{
	assert_int_equal(run(fixture, line), 1);
	assert_string_equal(result.error.text, sentence);
	assert_string_equal(text_string(&result.output), "");
}

static inline int command_teardown(void **state)
{
	text_free(&result.output);
	text_free(&result.warning);
	return fixture_teardown(state);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, command_teardown)

#endif
