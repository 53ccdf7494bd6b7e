/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/usage.h"

#include <stdio.h>
#include <string.h>
#include "cli/arguments.h"

const struct usage usage_table[] = {
#define SECTION(title) {.section = title},
#define COMMAND(language, name, options, min, max, arguments, help, handler)                       \
	{NULL, PROGRAM_OWN | PROGRAM_##language, name, options, arguments, help},
#include "switchd/commands.def"
};
const size_t usage_table_size = sizeof(usage_table) / sizeof(usage_table[0]);

const struct usage *usage_find(const struct program *program, const char *name)
{
	for (size_t i = 0; i < usage_table_size; i++) {
		const struct usage *usage = &usage_table[i];

		if (usage->programs & program->bit && !strcmp(usage->name, name))
			return usage;
	}
	return NULL;
}

bool usage_next_option(const char **list, struct usage_option *option)
{
	size_t size = strcspn(*list, ",");

	if (size == 0)
		return false;
	option->name = *list;
	option->length = strcspn(*list, ",=[");
	option->has_value = option->length < size;
	option->may_lack_value = option->name[option->length] == '[';
	*list += size + ((*list)[size] == ',');
	return true;
}

bool usage_takes(const struct usage *usage, const char *option)
{
	size_t length = strcspn(option, "=");
	const char *list = usage->options;
	struct usage_option known;

	while (usage_next_option(&list, &known)) {
		if (known.length == length && !memcmp(known.name, option, length))
			return true;
	}
	return false;
}

/* "[--may-exist] [--columns=] [--sort[=]] " */
static void print_options(const char *list)
{
	struct usage_option option;

	while (usage_next_option(&list, &option))
		printf("[%.*s%s] ", (int)option.length, option.name,
		       option.may_lack_value ? "[=]"
		       : option.has_value    ? "="
					     : "");
}

void usage_print_help(const struct program *program)
{
	const char *section = NULL;

	for (size_t i = 0; i < usage_table_size; i++) {
		const struct usage *usage = &usage_table[i];

		if (usage->section)
			section = usage->section;
		if (!(usage->programs & program->bit))
			continue;
		if (section)
			printf("\n%s\n", section);
		section = NULL;
		printf("  ");
		print_options(usage->options);
		printf("%s%s%s\n      %s\n", usage->name, usage->arguments[0] ? " " : "",
		       usage->arguments, usage->help);
	}
}

void usage_print_commands(const struct program *program)
{
	for (size_t i = 0; i < usage_table_size; i++) {
		const struct usage *usage = &usage_table[i];
		struct arguments arguments = {.rest = usage->arguments};
		struct text formatted = TEXT_EMPTY;
		struct argument argument;

		if (!(usage->programs & program->bit))
			continue;
		while (arguments_next(&arguments, &argument)) {
			text_add(&formatted, "%s", formatted.length ? " " : "");
			argument_format(&argument, &formatted);
		}
		print_options(usage->options);
		printf(",%s,%s\n", usage->name, text_string(&formatted));
		text_free(&formatted);
	}
}
