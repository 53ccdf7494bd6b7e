/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The programs that the command line can be: xvsctl, or one of Open vSwitch's when it is called by
 * that name. A link then gives that program's surface: its commands, its options, its exit status.
 */
#ifndef XVS_PROGRAM_H
#define XVS_PROGRAM_H

#include <stdbool.h>

/* One bit each, named as the languages of switchd/commands.def. */
enum program_bit {
	PROGRAM_OWN = 1,
	PROGRAM_VSCTL = 2,
	PROGRAM_OFCTL = 4,
	PROGRAM_APPCTL = 8,
};

struct program {
	enum program_bit bit;
	const char *name;    /* stands in front of what it says on standard error */
	const char *method;  /* of the request: the language in which the switch reads the words */
	const char *version; /* Open vSwitch's lines of --version, NULL for xvsctl */
	const char *missing; /* sentence for a command line without a command */
	int refused;         /* exit status of what the switch refuses */
	bool chains;         /* "--" stands between commands, and options in front of them */
	bool permutes;       /* options may stand behind the command */
};

/* The program that is called so, with or without a folder in front; xvsctl for any other name. */
const struct program *program_of(const char *path);

/* The program of that name, or NULL. */
const struct program *program_find(const char *name);

void program_print_version(const struct program *program);

#endif
