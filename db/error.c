/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int error_set(struct error *error, int code, const char *format, ...)
{
	va_list args;

	if (error) {
		va_start(args, format);
		vsnprintf(error->text, sizeof(error->text), format, args);
		va_end(args);
	}
	return code;
}

int error_prefix(struct error *error, int code, const char *format, ...)
{
	char text[sizeof(error->text)];
	va_list args;
	size_t length;

	if (!error)
		return code;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	length = strlen(text);
	memmove(error->text + length, error->text, sizeof(error->text) - length);
	error->text[sizeof(error->text) - 1] = '\0';
	memcpy(error->text, text, length);
	return code;
}
