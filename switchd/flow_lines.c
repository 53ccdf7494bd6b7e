// SPDX-License-Identifier: BSD-2-Clause
#include "switchd/flow_lines.h"

#include "switchd/line_file.h"

static int run_file(struct flow_lines *lines, const char *name, const char *text, flow_line_fn *run)
{
	struct line_file file;
	const char *line;
	int status = 0;

	line_file_open(&file, name, text);
	while (status == 0 && (line = line_file_next(&file))) {
		status = run(lines, line);
		if (status)
			line_file_blame(&file, status, lines->site.call->error);
	}
	line_file_close(&file);
	return status;
}

int flow_lines_run(struct command_call *call, int verb, flow_line_fn *run)
{
	const char *word = call->n_words > 2 ? call->words[2] : "";
	const char *text = call->n_words > 2 ? command_text(call, 2) : NULL;
	struct flow_lines lines = {.verb = verb, .in_file = text};
	int status = openflow_version(call, OPENFLOW_10, &lines.version);

	if (status)
		return status;
	status = flow_site_open(&lines.site, call, call->words[1]);
	if (status == 0)
		status = text ? run_file(&lines, word, text, run) : run(&lines, word);
	flow_site_close(&lines.site);
	return status;
}
