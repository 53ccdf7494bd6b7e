/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/arguments.h"

#include <stdio.h>
#include <string.h>

#define DOTS "..."

/* Do the brackets that begin here hold whole arguments? Those of "[KEY=]VALUE" do not. */
static bool is_group(const char *text)
{
	int depth = 0;

	for (; *text; text++) {
		depth += (*text == '[') - (*text == ']');
		if (depth == 0)
			return text[1] == '\0' || text[1] == ' ' || text[1] == '.';
	}
	return false;
}

/* The length of the name that begins here; an ']' that it has not opened ends it. */
static size_t name_length(const char *text)
{
	size_t length;
	int depth = 0;

	for (length = 0; text[length] && text[length] != ' '; length++) {
		depth += (text[length] == '[') - (text[length] == ']');
		if (depth < 0)
			break;
	}
	return length;
}

bool arguments_next(struct arguments *arguments, struct argument *argument)
{
	const char *rest = arguments->rest + strspn(arguments->rest, " ");
	size_t dots = strlen(DOTS);

	if (!*rest)
		return false;
	if (*rest == '[' && is_group(rest)) {
		arguments->in_brackets = true;
		rest++;
	}
	*argument = (struct argument){rest, name_length(rest), arguments->in_brackets, false};
	rest += argument->length;
	if (*rest == ']') {
		arguments->in_brackets = false;
		rest++;
		argument->repeated = !strncmp(rest, DOTS, dots);
		rest += argument->repeated ? dots : 0;
	} else if (argument->length > dots && !memcmp(rest - dots, DOTS, dots)) {
		argument->repeated = true;
		argument->length -= dots;
	}
	arguments->rest = rest;
	return true;
}

bool argument_is(const struct argument *argument, const char *name)
{
	return argument->length == strlen(name) && !memcmp(argument->name, name, argument->length);
}

void argument_print(const struct argument *argument)
{
	if (argument->repeated)
		putchar(argument->optional ? '*' : '+');
	else
		putchar(argument->optional ? '?' : '!');
	for (size_t i = 0; i < argument->length; i++) {
		if (argument->name[i] == '[')
			putchar('?');
		else if (argument->name[i] != ']')
			putchar(argument->name[i]);
	}
}
