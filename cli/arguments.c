/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/arguments.h"

#include <string.h>

#define DOTS "..."

/* Do the brackets that begin here hold whole arguments? Those of "[KEY=]VALUE" do not. */
static bool is_group(const char *text)
{
	int depth = 0;

	for (; *text; text++) {
		depth += (*text == '[') - (*text == ']');
		if (depth == 0)
			return text[1] == '\0' || strchr(" .]", text[1]);
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
	for (; *rest == '[' && is_group(rest); rest++)
		arguments->depth++;
	*argument = (struct argument){rest, name_length(rest), arguments->depth > 0, false};
	rest += argument->length;
	if (argument->length > dots && !memcmp(rest - dots, DOTS, dots)) {
		argument->repeated = true;
		argument->length -= dots;
	}
	for (; *rest == ']'; rest++)
		arguments->depth--;
	if (!strncmp(rest, DOTS, dots)) {
		argument->repeated = true;
		rest += dots;
	}
	arguments->rest = rest;
	return true;
}

bool argument_is(const struct argument *argument, const char *name)
{
	return argument->length == strlen(name) && !memcmp(argument->name, name, argument->length);
}

void argument_format(const struct argument *argument, struct text *text)
{
	if (argument->repeated)
		text_add(text, argument->optional ? "*" : "+");
	else
		text_add(text, argument->optional ? "?" : "!");
	for (size_t i = 0; i < argument->length; i++) {
		if (argument->name[i] == '[')
			text_add(text, "?");
		else if (argument->name[i] != ']')
			text_add_octets(text, &argument->name[i], 1);
	}
}
