/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Commands in a text: one a line, its words apart by white space, as a shell reads them. Single
 * quotes keep everything, double quotes all but a backslash in front of `"`, `\`, `$` or a
 * backquote, a backslash alone keeps the next character; one at the end of a line joins the next
 * line to it. `#` at the beginning of a word begins a remark. Nothing is replaced: no variables, no
 * wildcards.
 */
#ifndef XVS_SCRIPT_H
#define XVS_SCRIPT_H

#include <stdbool.h>
#include "db/error.h"
#include "db/text.h"

struct script {
	const char *rest; /* what is yet to be read */
	unsigned line;    /* that `rest` is in, from 1 */

	/* The command that was read last: valid until the next one. */
	unsigned first_line;
	int n_words;
	char **words;
	struct text text; /* the words, each with its zero */
};

/* The text must stay as long as the script is read. */
void script_begin(struct script *script, const char *text);

/* Reads the next command: 1, 0 at the end, or a negative errno with a sentence that names the line.
 */
int script_next(struct script *script, struct error *error);
void script_end(struct script *script);

/* Adds a word, apart from the one before by a space, in quotes if it needs any. */
void script_add_word(struct text *text, const char *word);

#endif
