/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xvsctl's own options: those in front of the first command that are not the command's.
 */
#ifndef XVS_OPTIONS_H
#define XVS_OPTIONS_H

#include <stdbool.h>
#include "db/error.h"

struct options {
	const char *instance; /* NULL: from the environment */
	const char *run_dir;  /* NULL: the instance's */
	unsigned timeout;     /* seconds, 0: wait for ever */
	bool help, version;
};

/*
 * Takes xvsctl's own options out of words[0..n): in front of the first command, mixed with that
 * command's options, up to "--". --oneline is put in front of all other words. What is left is
 * moved together at the front of words; returns how many, or a negative errno with a sentence.
 */
int options_take(struct options *options, int n, char **words, struct error *error);

#endif
