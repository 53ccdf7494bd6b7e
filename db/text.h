/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A string that grows: what a command prints is gathered here before it goes to the user.
 *
 * Running out of memory ends the process with a sentence: a command's output is small, and the data
 * path lives on without switchd.
 */
#ifndef XVS_TEXT_H
#define XVS_TEXT_H

#include <stdarg.h>
#include <stddef.h>

struct text {
	char *data; /* zero-terminated, never NULL after the first text_add; text_string() is safe
		       always */
	size_t length, size;
};

#define TEXT_EMPTY                                                                                 \
	{                                                                                          \
		NULL, 0, 0                                                                         \
	}

__attribute__((format(printf, 2, 3))) void text_add(struct text *text, const char *format, ...);
void text_add_octets(struct text *text, const char *data, size_t length);

/* What was added so far, "" when nothing was. Valid until the next change. */
const char *text_string(const struct text *text);

void text_clear(struct text *text);
void text_free(struct text *text);

#endif
