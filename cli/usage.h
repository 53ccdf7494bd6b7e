/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of commands (switchd/commands.def) as the command line knows it: which program has a
 * command, and how it is called. What it does is the switch's to know.
 */
#ifndef XVS_USAGE_H
#define XVS_USAGE_H

#include <stdbool.h>
#include <stddef.h>
#include "cli/program.h"

struct usage {
	const char *section; /* title of a group in the help; such a row is no command */
	unsigned programs;   /* enum program_bit: those that have the command */
	const char *name;
	const char *options;   /* apart by commas: "--may-exist,--columns=,--sort[=]" */
	const char *arguments; /* see arguments.h */
	const char *help;
};

extern const struct usage usage_table[];
extern const size_t usage_table_size;

/* A command of the program by its name, or NULL. */
const struct usage *usage_find(const struct program *program, const char *name);

struct usage_option {
	const char *name; /* in the table, `length` octets: "--columns" */
	size_t length;
	bool has_value;
	bool may_lack_value; /* "--sort[=]" */
};

/* The next option of a list as struct usage has it, which is moved on; false at the end. */
bool usage_next_option(const char **list, struct usage_option *option);

/* Has the command that option, given as a word is ("--columns=name")? */
bool usage_takes(const struct usage *usage, const char *option);

/* For --help: the commands of the program in their groups. */
void usage_print_help(const struct program *program);

/* For --commands: "[--may-exist] ,add-br,!BRIDGE ?PARENT ?VLAN", a line each. */
void usage_print_commands(const struct program *program);

#endif
