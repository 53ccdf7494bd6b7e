/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Makes room for `length` more octets and the zero. */
static void reserve(struct text *text, size_t length)
{
	size_t need = text->length + length + 1;

	if (need <= text->size)
		return;
	text->size = need < 2 * text->size ? 2 * text->size : need;
	text->data = realloc(text->data, text->size);
	if (!text->data) {
		fprintf(stderr, "out of memory: no room for %zu octets of output\n", need);
		abort();
	}
}

/* Most of what is added finds room. The rest is known by its length, and done again. */
void text_add(struct text *text, const char *format, ...)
{
	va_list args;
	size_t room;
	int length;

	reserve(text, 0);
	room = text->size - text->length;
	va_start(args, format);
	length = vsnprintf(text->data + text->length, room, format, args);
	va_end(args);
	if (length < 0) {
		text->data[text->length] = '\0';
		return;
	}
	if ((size_t)length >= room) {
		reserve(text, (size_t)length);
		va_start(args, format);
		vsnprintf(text->data + text->length, (size_t)length + 1, format, args);
		va_end(args);
	}
	text->length += (size_t)length;
}

void text_add_octets(struct text *text, const char *data, size_t length)
{
	reserve(text, length);
	if (length)
		memcpy(text->data + text->length, data, length);
	text->length += length;
	text->data[text->length] = '\0';
}

const char *text_string(const struct text *text)
{
	return text->data ? text->data : "";
}

void text_clear(struct text *text)
{
	text->length = 0;
	if (text->data)
		*text->data = '\0';
}

void text_free(struct text *text)
{
	free(text->data);
	*text = (struct text)TEXT_EMPTY;
}
