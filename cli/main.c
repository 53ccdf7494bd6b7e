/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xvsctl: the words of a command line go to the switch, its answer is printed. What commands there
 * are and what they mean is the switch's to know; only their usage is read from the same table.
 * Called as ovs-vsctl, ovs-ofctl or ovs-appctl, it is that program.
 */
#include <stdio.h>
#include <string.h>
#include "cli/completion.h"
#include "cli/file.h"
#include "cli/options.h"
#include "cli/request.h"
#include "cli/timeout.h"
#include "cli/usage.h"

static void print_help(const struct program *program)
{
	printf("usage: %s [OPTION]... %s\n", program->name,
	       program->chains ? "[--] COMMAND [-- COMMAND]..." : "COMMAND [ARGUMENT]...");
	if (program->version)
		printf("\nThis is xvswitch %s, called as %s.\n", PACKAGE_VERSION, program->name);
	if (program->chains)
		printf("\nCommands apart by \"--\" are one transaction: all of them are done, or "
		       "none.\n");
	usage_print_help(program);
	option_print_help(program);
}

static void print_asked(const struct program *program, enum option_kind kind)
{
	switch (kind) {
	case OPTION_HELP:
		print_help(program);
		break;
	case OPTION_VERSION:
		program_print_version(program);
		break;
	case OPTION_COMMANDS:
		usage_print_commands(program);
		break;
	case OPTION_OPTIONS:
		option_print_names(program);
		break;
	default:
		break;
	}
}

static void print_warnings(const struct program *program, const char *warnings)
{
	while (*warnings) {
		int length = (int)strcspn(warnings, "\n");

		fprintf(stderr, "%s: warning: %.*s\n", program->name, length, warnings);
		warnings += length + (warnings[length] == '\n');
	}
}

/* The exit status. */
static int print_answer(const struct program *program, struct answer *answer)
{
	fputs(text_string(&answer->output), stdout);
	print_warnings(program, text_string(&answer->warning));
	if (answer->error.text[0])
		fprintf(stderr, "%s: %s\n", program->name, answer->error.text);
	text_free(&answer->output);
	text_free(&answer->warning);
	return answer->status == 1 ? program->refused : answer->status;
}

/* Asks the switch: the exit status, or a negative errno with a sentence. */
static int run(const struct program *program, const struct options *options, struct error *error)
{
	struct instance instance;
	struct answer answer;
	int result = instance_init(&instance, options->instance, options->run_dir, NULL, error);

	if (result < 0)
		return result;
	timeout_start(program, options->timeout);
	result = file_read_words(program, options->words, error);
	if (result == 0)
		result = request_run(&instance, program->method, options->words, &answer, error);
	return result < 0 ? result : print_answer(program, &answer);
}

int main(int argc, char **argv)
{
	const struct program *program = program_of(argc ? argv[0] : "");
	struct options options;
	struct error error;
	int result;

	if (argc > 2 && program->bit == PROGRAM_OWN && !strcmp(argv[1], "--complete"))
		return completion_print(argc - 2, argv + 2);
	result = options_parse(&options, program, argc, argv, &error);
	if (result == 0 && options.kind == OPTION_COMMAND)
		result = run(program, &options, &error);
	else if (result == 0)
		print_asked(program, options.kind);
	json_decref(options.words);
	if (result < 0 && error.text[0])
		fprintf(stderr, "%s: %s\n", program->name, error.text);
	if (fflush(stdout) != 0) {
		fprintf(stderr, "%s: standard output could not be written\n", program->name);
		return 1;
	}
	return result < 0 ? 1 : result;
}
