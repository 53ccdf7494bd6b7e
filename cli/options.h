/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A command line taken apart: what the program does itself, and the words that go to the switch.
 *
 * Options are found as Open vSwitch's programs do, with getopt_long(): a long one may be
 * abbreviated, among the program's own and those of all its commands. Programs that chain commands
 * take nothing out behind the first command's name.
 */
#ifndef XVS_OPTIONS_H
#define XVS_OPTIONS_H

#include <jansson.h>
#include "cli/option_table.h"
#include "db/error.h"

struct options {
	const char *instance;  /* NULL: from the environment */
	const char *run_dir;   /* NULL: the instance's */
	unsigned timeout;      /* seconds, 0: wait for ever */
	enum option_kind kind; /* of the help that was asked for (HELP, VERSION, COMMANDS, OPTIONS),
				  else OPTION_COMMAND */
	json_t *words; /* strings for the switch: its options in canonical form ("--format=csv"),
			  those in front of the first command, the rest as it was written */
};

/*
 * Takes apart argv, whose first word is replaced by the program's name and whose order may change.
 * Strings of `options` point into argv; the caller frees its words (json_decref), in every case.
 * Negative errno with a sentence, or without one when it stands on standard error already.
 */
int options_parse(struct options *options, const struct program *program, int argc, char **argv,
		  struct error *error);

#endif
