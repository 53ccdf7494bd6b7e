/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xvswitchd's command line.
 */
#ifndef XVS_SWITCHD_OPTIONS_H
#define XVS_SWITCHD_OPTIONS_H

#include <stdbool.h>
#include "db/error.h"
#include "switchd/log.h"

struct options {
	const char *instance, *run_dir, *database, *log_file; /* NULL: not given */
	enum log_level log_level;
	bool detach;
	bool teardown;
	bool version, help; /* print that, and nothing else */
};

/* -EINVAL with a sentence. The strings stay those of argv. */
int options_parse(struct options *options, int argc, char **argv, struct error *error);

void options_print_help(void);

#endif
