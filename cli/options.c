/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/usage.h"
#include "db/text.h"

#define NAMES_MAX 256 /* long options of a program and its commands */
#define LONG      256 /* getopt's value for the first long option: no letter */

/* What getopt_long() is given. */
struct names {
	struct option list[NAMES_MAX + 1];
	int n;
	char *copies[NAMES_MAX]; /* the names of commands' options */
	int n_copies;
	char letters[2 * 26 * 3 + 2];
};

/* How far it has come. */
struct parser {
	const struct program *program;
	struct options *options;
	json_t *commands; /* options of the commands, in canonical form */
};

static void names_add(struct names *names, const char *name, int has_arg)
{
	if (names->n == NAMES_MAX)
		abort(); /* the tables have outgrown NAMES_MAX */
	/* Two that begin alike are ambiguous only if their values differ. */
	names->list[names->n] = (struct option){name, has_arg, NULL, LONG + names->n};
	names->n++;
}

static void add_letter(char *letters, const struct own_option *option)
{
	char form[] = {option->letter, '\0', '\0', '\0'};

	if (option->has_arg != no_argument)
		form[1] = ':';
	if (option->has_arg == optional_argument)
		form[2] = ':';
	strcat(letters, form);
}

/* One that several commands have stands in the list once: else no abbreviation of it is unique. */
static void names_add_command(struct names *names, const struct usage_option *option)
{
	char *name = strndup(option->name + 2, option->length - 2);

	for (int i = 0; name && i < names->n; i++) {
		if (!strcmp(names->list[i].name, name)) {
			free(name);
			return;
		}
	}
	if (!name)
		abort();
	names_add(names, name,
		  option->may_lack_value ? optional_argument
		  : option->has_value    ? required_argument
					 : no_argument);
	names->copies[names->n_copies++] = name;
}

static void names_fill(struct names *names, const struct program *program)
{
	strcpy(names->letters, program->permutes ? "" : "+");
	for (size_t i = 0; i < option_table_size; i++) {
		const struct own_option *option = &option_table[i];

		if (!(option->programs & program->bit))
			continue;
		names_add(names, option->name, option->has_arg);
		if (option->letter)
			add_letter(names->letters, option);
	}
	for (size_t i = 0; i < usage_table_size; i++) {
		const char *list = usage_table[i].options;
		struct usage_option option;

		if (!(usage_table[i].programs & program->bit))
			continue;
		while (usage_next_option(&list, &option))
			names_add_command(names, &option);
	}
}

static void names_free(struct names *names)
{
	for (int i = 0; i < names->n_copies; i++)
		free(names->copies[i]);
}

static int timeout_parse(const struct own_option *option, const char *value, unsigned *timeout,
			 struct error *error)
{
	char *end;
	unsigned long seconds;

	errno = 0;
	seconds = strtoul(value, &end, 10);
	if (errno || end == value || *end || value[0] == '-' || seconds < 1 || seconds > 1000000)
		return error_set(error, -EINVAL, "value %s on -%c or --%s is invalid", value,
				 option->letter, option->name);
	*timeout = (unsigned)seconds;
	return 0;
}

/* "--name" or "--name=value", one more word of the list. */
static int add_option(json_t *list, const char *name, const char *value, struct error *error)
{
	struct text text = TEXT_EMPTY;
	int result = 0;

	text_add(&text, "--%s%s%s", name, value ? "=" : "", value ? value : "");
	if (json_array_append_new(list, json_string(text_string(&text))) < 0)
		result = error_set(error, -EINVAL, "the value of --%s is not UTF-8", name);
	text_free(&text);
	return result;
}

/*
 * One of a command's options. Given again in front of the first command it counts once, with the
 * value that it had first, as in ovs-vsctl.
 */
static int add_command_option(json_t *list, const char *name, const char *value,
			      struct error *error)
{
	const json_t *given;
	size_t i;

	json_array_foreach (list, i, given) {
		const char *other = json_string_value(given) + 2;

		if (strcspn(other, "=") == strlen(name) && !strncmp(other, name, strlen(name)))
			return 0;
	}
	return add_option(list, name, value, error);
}

static int add_bare(json_t *list, struct error *error)
{
	int result = add_option(list, "format", "list", error);

	if (result == 0)
		result = add_option(list, "data", "bare", error);
	if (result == 0)
		result = add_option(list, "no-headings", NULL, error);
	return result;
}

static int apply(struct parser *parser, const struct own_option *option, const char *value,
		 struct error *error)
{
	struct options *options = parser->options;

	switch (option->kind) {
	case OPTION_INSTANCE:
		options->instance = value;
		return 0;
	case OPTION_RUN_DIR:
		options->run_dir = value;
		return 0;
	case OPTION_TIMEOUT:
		return timeout_parse(option, value, &options->timeout, error);
	case OPTION_HELP:
	case OPTION_VERSION:
	case OPTION_COMMANDS:
	case OPTION_OPTIONS:
		options->kind = option->kind;
		return 0;
	case OPTION_SWITCH:
		return add_option(options->words, option->name, value, error);
	case OPTION_BARE:
		return add_bare(options->words, error);
	case OPTION_COMMAND:
		return add_command_option(parser->commands, option->name, value, error);
	case OPTION_IGNORED:
		return 0;
	}
	return 0;
}

/* All options that getopt finds; nothing behind one that asks for help counts. */
static int take_options(struct parser *parser, struct names *names, int argc, char **argv,
			struct error *error)
{
	int result = 0;

	optind = 0; /* glibc's way to begin anew */
	while (result == 0 && parser->options->kind == OPTION_COMMAND) {
		int found = getopt_long(argc, argv, names->letters, names->list, NULL);
		const struct own_option *option;
		const char *name;

		if (found == -1)
			break;
		if (found == '?')
			return -EINVAL;
		name = found >= LONG ? names->list[found - LONG].name : NULL;
		option = name ? option_by_name(parser->program, name)
			      : option_by_letter(parser->program, found);
		if (option)
			result = apply(parser, option, optarg, error);
		else
			result = add_command_option(parser->commands, name, optarg, error);
	}
	return result;
}

/*
 * Of a program that takes any option with any command, those that this command has. Words of a
 * chain are kept as they are: the switch refuses what does not fit.
 */
static void drop_foreign_options(struct parser *parser, const char *command)
{
	const struct usage *usage = usage_find(parser->program, command);
	size_t i = 0;

	if (parser->program->chains)
		return;
	while (i < json_array_size(parser->commands)) {
		const char *word = json_string_value(json_array_get(parser->commands, i));

		if (usage && usage_takes(usage, word))
			i++;
		else
			json_array_remove(parser->commands, i);
	}
}

static int take_words(struct parser *parser, int argc, char **argv, struct error *error)
{
	json_t *words = parser->options->words;
	bool chains = parser->program->chains;
	int first = optind;

	while (chains && first < argc && !strcmp(argv[first], "--"))
		first++;
	if (first == argc)
		return error_set(error, -EINVAL, "%s", parser->program->missing);
	drop_foreign_options(parser, argv[first]);
	/* What follows it is no option of the switch's, whatever it looks like. */
	if (chains && !strcmp(argv[first - 1], "--"))
		json_array_append_new(words, json_string("--"));
	json_array_extend(words, parser->commands);
	for (int i = first; i < argc; i++) {
		if (json_array_append_new(words, json_string(argv[i])) < 0)
			return error_set(error, -EINVAL, "word %d of the command is not UTF-8",
					 i - first + 1);
	}
	return 0;
}

int options_parse(struct options *options, const struct program *program, int argc, char **argv,
		  struct error *error)
{
	struct parser parser = {program, options, json_array()};
	struct names names = {};
	int result;

	*options = (struct options){.kind = OPTION_COMMAND, .words = json_array()};
	argv[0] = (char *)program->name;
	error->text[0] = '\0';
	names_fill(&names, program);
	result = take_options(&parser, &names, argc, argv, error);
	if (result == 0 && options->kind == OPTION_COMMAND)
		result = take_words(&parser, argc, argv, error);
	names_free(&names);
	json_decref(parser.commands);
	return result;
}
