/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The programs' own options: those that are no command's.
 */
#ifndef XVS_OPTION_TABLE_H
#define XVS_OPTION_TABLE_H

#include <stddef.h>
#include "cli/program.h"

enum option_kind {
	OPTION_INSTANCE,
	OPTION_RUN_DIR,
	OPTION_TIMEOUT,
	OPTION_HELP,
	OPTION_VERSION,
	OPTION_COMMANDS,
	OPTION_OPTIONS,
	OPTION_SWITCH,  /* the switch's to carry out: goes in front of the commands */
	OPTION_BARE,    /* short for three of those */
	OPTION_COMMAND, /* goes to the command if that has such an option, else has no effect */
	OPTION_IGNORED, /* Open vSwitch's, without a meaning here */
};

struct own_option {
	unsigned programs; /* enum program_bit: those that have it */
	const char *name;  /* without its dashes */
	char letter;       /* of the short form, or 0 */
	int has_arg;       /* as struct option has it */
	enum option_kind kind;
	const char *value; /* name of the value, or NULL */
	const char *help;  /* NULL: it has no effect */
};

extern const struct own_option option_table[];
extern const size_t option_table_size;

/* The program's option of that short or long name, or NULL. */
const struct own_option *option_by_letter(const struct program *program, int letter);
const struct own_option *option_by_name(const struct program *program, const char *name);

/* For --help. */
void option_print_help(const struct program *program);

/* For --options: "--timeout=ARG", "-t ARG", a line each. */
void option_print_names(const struct program *program);

#endif
