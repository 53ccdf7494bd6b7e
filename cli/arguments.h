/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The arguments of a command as its usage has them: "BRIDGE PORT [COLUMN[:KEY]=VALUE]...". In
 * brackets is what may be left out, before dots what may be given several times.
 */
#ifndef XVS_ARGUMENTS_H
#define XVS_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include "db/text.h"

/* A place in the text; begins as {.rest = text}. */
struct arguments {
	const char *rest;
	int depth; /* of brackets */
};

struct argument {
	const char *name; /* in the text, `length` octets: "COLUMN[:KEY]=VALUE" */
	size_t length;
	bool optional, repeated;
};

/* The next argument; false at the end. */
bool arguments_next(struct arguments *arguments, struct argument *argument);

/* Is that what the argument is called? */
bool argument_is(const struct argument *argument, const char *name);

/* Adds it as `ovs-vsctl --commands` has it: "!BRIDGE", "?PORT", "+TARGET", "*COLUMN?:KEY=VALUE". */
void argument_format(const struct argument *argument, struct text *text);

#endif
