/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a command does to a bridge's flows or groups, line by line: its words are the bridge, and a
 * line or a file of them.
 */
#ifndef XVS_FLOW_LINES_H
#define XVS_FLOW_LINES_H

#include <stdbool.h>
#include "switchd/flow_site.h"
#include "switchd/openflow.h"

struct flow_lines {
	struct flow_site site;
	enum openflow version;
	int verb;     /* the command's own */
	bool in_file; /* lines of it may say another one */
};

/* Does what a line says. A negative errno with a sentence. */
typedef int flow_line_fn(struct flow_lines *lines, const char *line);

/* Up to the first line that can't be done; without any, for the empty one. */
int flow_lines_run(struct command_call *call, int verb, flow_line_fn *run);

#endif
