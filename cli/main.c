/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xvsctl: the words of a command line go to the daemon, its answer is printed. What commands there
 * are and what they mean is the daemon's to know; only their usage is printed from the same table.
 */
#include <stdio.h>
#include <string.h>
#include "cli/options.h"
#include "cli/request.h"

static void print_command(const char *name, const char *options, const char *arguments,
			  const char *help)
{
	printf("  %s%s%s%s%s%s\n      %s\n", options[0] ? "[" : "", options, options[0] ? "] " : "",
	       name, arguments[0] ? " " : "", arguments, help);
}

static void print_usage(void)
{
	printf("usage: xvsctl [--instance NAME] [--run-dir FOLDER] [-t SECONDS] [--] COMMAND [-- "
	       "COMMAND]...\n"
	       "\nCommands apart by \"--\" are one transaction: all of them are done, or none.\n");
#define SECTION(title) printf("\n%s\n", title);
#define COMMAND(language, name, options, min, max, arguments, help, handler)                       \
	print_command(name, options, arguments, help);
#include "switchd/commands.def"
}

static int fail(const struct error *error)
{
	fprintf(stderr, "xvsctl: %s\n", error->text);
	return 1;
}

static void print_warnings(const char *warnings)
{
	while (*warnings) {
		int length = (int)strcspn(warnings, "\n");

		fprintf(stderr, "xvsctl: warning: %.*s\n", length, warnings);
		warnings += length + (warnings[length] == '\n');
	}
}

static int print_answer(struct answer *answer)
{
	int status = answer->status;

	fputs(text_string(&answer->output), stdout);
	print_warnings(text_string(&answer->warning));
	if (answer->error.text[0])
		fprintf(stderr, "xvsctl: %s\n", answer->error.text);
	text_free(&answer->output);
	text_free(&answer->warning);
	if (fflush(stdout) != 0) {
		fprintf(stderr, "xvsctl: the answer could not be written to standard output\n");
		return 1;
	}
	return status;
}

int main(int argc, char **argv)
{
	struct options options = {0};
	struct instance instance;
	struct answer answer;
	struct error error;
	int n = options_take(&options, argc - 1, argv + 1, &error);

	if (n < 0)
		return fail(&error);
	if (options.help) {
		print_usage();
		return 0;
	}
	if (options.version) {
		printf("xvsctl (xvswitch) %s\n", PACKAGE_VERSION);
		return 0;
	}
	if (n == 0) {
		error_set(&error, 0, "no command was given; see \"xvsctl --help\"");
		return fail(&error);
	}
	if (instance_init(&instance, options.instance, options.run_dir, NULL, &error) < 0)
		return fail(&error);
	if (request_run(&instance, n, argv + 1, options.timeout, &answer, &error) < 0)
		return fail(&error);
	return print_answer(&answer);
}
