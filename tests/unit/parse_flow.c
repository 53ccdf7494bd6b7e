/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads flow lines, which may begin with a verb, and writes for each what it is: the flow to be
 * added as dump-flows prints it, "taken" for another verb, or "error: " and the sentence. The ports
 * are p1, p-2 and p.3, which --names prints. --words=N: enum flow_words. For tests that hold it
 * against other programs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/flow_text.h"

static const char *const port_names[] = {"", "p1", "p-2", "p.3"};

#define PORTS (sizeof(port_names) / sizeof(*port_names))

static int port_number(const struct flow_ports *ports, const char *name)
{
	(void)ports;
	for (size_t i = 1; i < PORTS; i++)
		if (!strcmp(name, port_names[i]))
			return (int)i;
	return -1;
}

static const char *port_name(const struct flow_ports *ports, uint16_t number)
{
	(void)ports;
	return number && number < PORTS ? port_names[number] : NULL;
}

static const struct flow_ports ports = {port_number, port_name, NULL};

static void parse(const char *line, const struct flow_style *style)
{
	struct text text = TEXT_EMPTY;
	struct flow_mod mod;
	struct error error;

	if (flow_mod_parse(&mod, line, FLOW_ADD, true, &ports, &error)) {
		printf("error: %s\n", error.text);
		return;
	}
	if (mod.verb == FLOW_ADD)
		flow_print(&text, &mod.flow, NULL, style);
	printf("%s\n", mod.verb == FLOW_ADD ? text_string(&text) : "taken");
	text_free(&text);
	flow_clear(&mod.flow);
}

int main(int argc, char **argv)
{
	struct flow_style style = {.ports = &ports};
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	for (int i = 1; i < argc; i++) {
		style.names |= !strcmp(argv[i], "--names");
		if (!strncmp(argv[i], "--words=", strlen("--words=")))
			style.words = (enum flow_words)atoi(argv[i] + strlen("--words="));
	}
	while ((length = getline(&line, &size, stdin)) > 0) {
		if (line[length - 1] == '\n')
			line[length - 1] = '\0';
		parse(line, &style);
	}
	free(line);
	return 0;
}
