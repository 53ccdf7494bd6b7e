/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/completion.h"

#include <dirent.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include "cli/arguments.h"
#include "cli/options.h"
#include "cli/request.h"
#include "cli/timeout.h"
#include "cli/usage.h"
#include "db/schema.h"

#define COLUMNS  "--columns="
#define PATIENCE 3 /* seconds that a user waits for a Tab */

struct completion {
	const struct program *program;
	const char *prefix;     /* of the word that is being completed */
	struct options options; /* the words before it, as they would go to the switch, and "" */
	size_t start;           /* of the last command among those, its options included */
	bool first;             /* nothing but options is in front of it */
	size_t name;            /* of its name; that of the "" when there is none yet */
	int status;
};

static const char *word(const struct completion *completion, size_t i)
{
	return json_string_value(json_array_get(completion->options.words, i));
}

/* Prints a candidate made of several pieces if it goes on from what the user has written. */
static void offer(const struct completion *completion, const char *before, const char *name,
		  const char *after)
{
	struct text text = TEXT_EMPTY;

	text_add(&text, "%s%s%s", before, name, after);
	if (!strncmp(text_string(&text), completion->prefix, strlen(completion->prefix)))
		puts(text_string(&text));
	text_free(&text);
}

/* What the switch prints for a command of one or two words; nothing when it does not answer. */
static void ask(const struct completion *completion, const char *command, const char *argument,
		struct text *output)
{
	const struct options *options = &completion->options;
	struct instance instance;
	struct answer answer;
	json_t *words = json_array();

	json_array_append_new(words, json_string(command));
	if (argument)
		json_array_append_new(words, json_string(argument));
	if (instance_init(&instance, options->instance, options->run_dir, NULL, NULL) == 0 &&
	    request_run(&instance, "run", words, &answer, NULL) == 0) {
		text_add(output, "%s", text_string(&answer.output));
		text_free(&answer.output);
		text_free(&answer.warning);
	}
	json_decref(words);
}

/* The names that a command prints, a line each. */
static void offer_names(const struct completion *completion, const char *command,
			const char *argument)
{
	struct text output = TEXT_EMPTY;
	char *rest, *line;

	ask(completion, command, argument, &output);
	rest = output.data;
	while ((line = strsep(&rest, "\n"))) {
		if (*line)
			offer(completion, "", line, "");
	}
	text_free(&output);
}

/* The value of "column : value" as `list` prints it, without quotes, or NULL. */
static char *listed_value(char *line, const char *column)
{
	size_t length = strlen(column);
	char *value;

	if (strncmp(line, column, length) || !strchr(" :", line[length]))
		return NULL;
	value = strchr(line, ':');
	if (!value)
		return NULL;
	value += 1 + strspn(value + 1, " \"");
	value[strcspn(value, "\"")] = '\0';
	return value;
}

static void offer_records(const struct completion *completion, const struct db_table *table)
{
	struct text output = TEXT_EMPTY;
	char *rest, *line;

	if (!table)
		return;
	ask(completion, "list", table->name, &output);
	rest = output.data;
	while ((line = strsep(&rest, "\n"))) {
		char *value = listed_value(line, table->name_column ? table->name_column : "_uuid");

		if (value)
			offer(completion, "", value, "");
	}
	text_free(&output);
	if (!strcmp(table->name, "Open_vSwitch"))
		offer(completion, "", ".", "");
}

static void offer_tables(const struct completion *completion)
{
	for (size_t i = 0; i < db_n_tables; i++)
		offer(completion, "", db_tables[i].name, "");
}

static const struct db_column *find_column(const char *table, const char *column)
{
	return db_column_find(db_table_find(table, NULL), column, NULL);
}

/* The strings that a column, or a key of one that is a map, may be. */
static void offer_words(const struct completion *completion, const char *before,
			const struct db_column *column, const char *after)
{
	for (size_t i = 0; column->words && column->words[i]; i++)
		offer(completion, before, column->words[i], after);
}

/* What may stand behind "COLUMN=", or keys behind the "COLUMN:" of a map. */
static void offer_values(const struct completion *completion, const struct db_table *table)
{
	size_t length = strcspn(completion->prefix, ":=");
	const struct db_column *column;
	struct text before = TEXT_EMPTY;
	bool is_map;

	text_add(&before, "%.*s", (int)length, completion->prefix);
	column = db_column_find(table, text_string(&before), NULL);
	is_map = column && column->value != DB_VOID;
	text_add(&before, "%c", completion->prefix[length]);
	if (column && is_map == (completion->prefix[length] == ':')) {
		offer_words(completion, text_string(&before), column, is_map ? "=" : "");
		if (column->key == DB_BOOLEAN) {
			offer(completion, text_string(&before), "true", "");
			offer(completion, text_string(&before), "false", "");
		}
	}
	text_free(&before);
}

/* For the arguments COLUMN, COLUMN[:KEY] and COLUMN[:KEY]=VALUE. */
static void offer_columns(const struct completion *completion, const struct db_table *table,
			  const struct argument *argument)
{
	bool with_value = memchr(argument->name, '=', argument->length);
	bool with_key = memchr(argument->name, ':', argument->length);

	if (!table)
		return;
	if (with_value && strpbrk(completion->prefix, ":=")) {
		offer_values(completion, table);
		return;
	}
	for (size_t i = 0; i < table->n_columns; i++) {
		const struct db_column *column = &table->columns[i];

		if (with_value && column->class == DB_LIVE)
			continue;
		offer(completion, "", column->name, with_value ? "=" : "");
		if (with_key && column->value != DB_VOID)
			offer(completion, "", column->name, ":");
	}
}

/* All devices of the namespace. */
static void offer_devices(const struct completion *completion)
{
	DIR *folder = opendir("/sys/class/net");
	const struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		if (entry->d_name[0] != '.')
			offer(completion, "", entry->d_name, "");
	}
	if (folder)
		closedir(folder);
}

/* The word before that stands for an argument of that name, or NULL. */
static const char *given(const struct completion *completion, const struct usage *usage,
			 const char *name)
{
	struct arguments arguments = {.rest = usage->arguments};
	struct argument argument;

	for (size_t i = completion->name + 1; word(completion, i + 1); i++) {
		if (!arguments_next(&arguments, &argument))
			break;
		if (argument_is(&argument, name))
			return word(completion, i);
	}
	return NULL;
}

/* Columns and records are those of the table that was named; add-port's those of Port. */
static const struct db_table *table_of(const struct completion *completion,
				       const struct usage *usage)
{
	const char *name = given(completion, usage, "TABLE");

	return db_table_find(name ? name : "Port", NULL);
}

static void offer_argument(struct completion *completion, const struct usage *usage,
			   const struct argument *argument)
{
	const char *bridge = given(completion, usage, "BRIDGE");

	if (argument_is(argument, "BRIDGE") || argument_is(argument, "PARENT"))
		offer_names(completion, "list-br", NULL);
	else if (argument_is(argument, "NEW-PORT") || argument_is(argument, "NEW-INTERFACE"))
		offer_devices(completion);
	else if (argument_is(argument, "PORT") && bridge)
		offer_names(completion, "list-ports", bridge);
	else if (argument_is(argument, "PORT"))
		offer_records(completion, db_table_find("Port", NULL));
	else if (argument_is(argument, "INTERFACE"))
		offer_records(completion, db_table_find("Interface", NULL));
	else if (argument_is(argument, "TABLE"))
		offer_tables(completion);
	else if (argument_is(argument, "RECORD"))
		offer_records(completion, table_of(completion, usage));
	else if (argument->length >= 6 && !memcmp(argument->name, "COLUMN", 6))
		offer_columns(completion, table_of(completion, usage), argument);
	else if (argument_is(argument, "MODE"))
		offer_words(completion, "", find_column("Bridge", "fail_mode"), "");
	else if (argument_is(argument, "FILE") || argument_is(argument, "FLOW-FILE") ||
		 argument_is(argument, "GROUP-FILE") || argument_is(argument, "SOURCE"))
		completion->status = COMPLETION_FILE;
}

/* The argument whose turn it is, and those behind it that may stand here as well. */
static void complete_argument(struct completion *completion, const struct usage *usage)
{
	size_t before = json_array_size(completion->options.words) - completion->name - 2;
	struct arguments arguments = {.rest = usage->arguments};
	struct argument argument;
	bool left_out = false;

	while (arguments_next(&arguments, &argument)) {
		if (before > 0 && !argument.repeated) {
			before--;
			continue;
		}
		/* Brackets that are left out are left out as a whole. */
		if (left_out && argument.optional)
			continue;
		offer_argument(completion, usage, &argument);
		if (!argument.optional && !(argument.repeated && before > 0))
			break;
		left_out = !argument.repeated;
	}
}

static void offer_own_options(const struct completion *completion)
{
	for (size_t i = 0; i < option_table_size; i++) {
		const struct own_option *option = &option_table[i];

		/* Those without effect are for old scripts. */
		if (option->programs & completion->program->bit && option->help)
			offer(completion, "--", option->name,
			      option->has_arg == required_argument ? "=" : "");
	}
}

/* Is it a command of the program that has all options that were given? */
static bool is_candidate(const struct completion *completion, const struct usage *usage)
{
	if (!(usage->programs & completion->program->bit))
		return false;
	for (size_t i = completion->start; i < completion->name; i++) {
		if (!usage_takes(usage, word(completion, i)))
			return false;
	}
	return true;
}

/* The options that command has and none of the table before it that could be meant. */
static void offer_options(const struct completion *completion, const struct usage *usage)
{
	const char *list = usage->options;
	struct usage_option option;

	while (usage_next_option(&list, &option)) {
		const struct usage *other = usage_table;
		char name[64];

		snprintf(name, sizeof(name), "%.*s", (int)option.length, option.name);
		while (other < usage &&
		       !(is_candidate(completion, other) && usage_takes(other, name)))
			other++;
		if (other == usage)
			offer(completion, "", name, option.has_value ? "=" : "");
	}
}

/* Columns of any table, apart by commas: which table it will be is not said yet. */
static void offer_column_list(const struct completion *completion)
{
	const char *comma = strrchr(completion->prefix, ',');
	const char *last = comma ? comma + 1 : completion->prefix + strlen(COLUMNS);
	struct text before = TEXT_EMPTY;

	text_add(&before, "%.*s", (int)(last - completion->prefix), completion->prefix);
	for (size_t i = 0; i < db_n_tables; i++) {
		for (size_t j = 0; j < db_tables[i].n_columns; j++)
			offer(completion, text_string(&before), db_tables[i].columns[j].name, "");
	}
	text_free(&before);
}

/* The name of a command, or options in front of it. */
static void complete_command(const struct completion *completion)
{
	bool options = completion->prefix[0] == '-';

	if (!strncmp(completion->prefix, COLUMNS, strlen(COLUMNS))) {
		offer_column_list(completion);
		return;
	}
	if (options && completion->first)
		offer_own_options(completion);
	for (size_t i = 0; i < usage_table_size; i++) {
		const struct usage *usage = &usage_table[i];

		if (!is_candidate(completion, usage))
			continue;
		if (options)
			offer_options(completion, usage);
		else
			offer(completion, "", usage->name, "");
	}
}

/* Is it one of the program's own options in canonical form ("--format=csv")? */
static bool is_own_option(const struct completion *completion, const char *option)
{
	char name[64];

	if (strncmp(option, "--", 2))
		return false;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(option + 2, "="), option + 2);
	return option_by_name(completion->program, name);
}

/* Finds the command that the user is at. */
static void find_command(struct completion *completion)
{
	size_t last = json_array_size(completion->options.words) - 1;

	while (is_own_option(completion, word(completion, completion->start)))
		completion->start++;
	completion->first = true;
	for (size_t i = completion->start; i < last && completion->program->chains; i++) {
		if (!strcmp(word(completion, i), "--")) {
			completion->start = i + 1;
			completion->first = false;
		}
	}
	completion->name = completion->start;
	while (completion->name < last && word(completion, completion->name)[0] == '-')
		completion->name++;
}

static void complete(struct completion *completion)
{
	const struct usage *usage;

	find_command(completion);
	usage = usage_find(completion->program, word(completion, completion->name));
	if (completion->name + 1 == json_array_size(completion->options.words))
		complete_command(completion);
	else if (completion->prefix[0] == '-' && completion->program->chains)
		offer(completion, "--", "", "");
	else if (completion->prefix[0] == '-' && completion->program->permutes)
		offer_own_options(completion);
	else if (usage)
		complete_argument(completion, usage);
}

int completion_print(int n, char **words)
{
	struct completion completion = {.program = program_of(words[0]), .prefix = words[n - 1]};
	char empty[] = "";
	struct error error;

	if (n < 2)
		return 1;
	words[n - 1] = empty;
	timeout_start(completion.program, PATIENCE);
	if (options_parse(&completion.options, completion.program, n, words, &error) == 0 &&
	    completion.options.kind == OPTION_COMMAND)
		complete(&completion);
	json_decref(completion.options.words);
	return completion.status;
}
