/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads flows, one a line, and writes what they are: the flow as dump-flows prints it, or "error: "
 * and the sentence. A line "%VERB" sets the verb of those behind it (add, mod-flows, del-flows,
 * strict ones "mod-flows --strict", dump-flows). For tests that compare with other programs.
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

static enum flow_verb verb_of(const char *name)
{
	static const char *const names[] = {
		[FLOW_ADD] = "add-flow",
		[FLOW_MODIFY] = "mod-flows",
		[FLOW_MODIFY_STRICT] = "mod-flows --strict",
		[FLOW_DELETE] = "del-flows",
		[FLOW_DELETE_STRICT] = "del-flows --strict",
		[FLOW_SHOW] = "dump-flows",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(name, names[i]))
			return (enum flow_verb)i;
	fprintf(stderr, "%s is no verb\n", name);
	exit(1);
}

static void parse(const char *line, enum flow_verb verb, const struct flow_style *style)
{
	struct text text = TEXT_EMPTY;
	struct flow_mod mod;
	struct error error;

	if (flow_mod_parse(&mod, line, verb, false, &ports, &error)) {
		printf("error: %s\n", error.text);
		return;
	}
	flow_print(&text, &mod.flow, NULL, style);
	printf("%s\n", text_string(&text));
	text_free(&text);
	flow_clear(&mod.flow);
}

int main(int argc, char **argv)
{
	const struct flow_style style = {.names = argc > 1 && !strcmp(argv[1], "--names"),
					 .ports = &ports};
	enum flow_verb verb = FLOW_ADD;
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	while ((length = getline(&line, &size, stdin)) > 0) {
		if (line[length - 1] == '\n')
			line[length - 1] = '\0';
		if (*line == '%')
			verb = verb_of(line + 1);
		else
			parse(line, verb, &style);
	}
	free(line);
	return 0;
}
