/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "cli/arguments.h"
#include "cli/usage.h"
#include "db/text.h"
#include "switchd/control.h"

static int read_stream(FILE *stream, const char *name, struct text *text, struct error *error)
{
	char buffer[64 << 10];
	size_t got;

	while ((got = fread(buffer, 1, sizeof(buffer), stream)) > 0) {
		text_add_octets(text, buffer, got);
		if (text->length > CONTROL_REQUEST_MAX)
			return error_set(error, -EFBIG, "%s is longer than the %u MiB of a request",
					 name, CONTROL_REQUEST_MAX >> 20);
	}
	if (ferror(stream))
		return error_set(error, -errno, "%s can't be read: %s", name, strerror(errno));
	return 0;
}

static int read_file(const char *path, struct text *text, struct error *error)
{
	FILE *stream;
	int result;

	if (!strcmp(path, "-"))
		return read_stream(stdin, "standard input", text, error);
	stream = fopen(path, "re");
	if (!stream)
		return error_set(error, -errno, "%s can't be opened: %s", path, strerror(errno));
	result = read_stream(stream, path, text, error);
	fclose(stream);
	return result;
}

static int replace_word(json_t *words, size_t i, struct error *error)
{
	const char *path = json_string_value(json_array_get(words, i));
	struct text text = TEXT_EMPTY;
	int result = read_file(path, &text, error);

	/* A zero octet would end the word. */
	if (result == 0 &&
	    (memchr(text_string(&text), '\0', text.length) ||
	     json_array_set_new(words, i, json_stringn(text_string(&text), text.length)) < 0))
		result = error_set(error, -EINVAL, "%s is not a text in UTF-8", path);
	text_free(&text);
	return result;
}

/* The words of one command, options in front of its name included: words[start..end). */
static int read_command(const struct program *program, json_t *words, size_t start, size_t end,
			struct error *error)
{
	const struct usage *usage = NULL;
	struct arguments arguments;
	struct argument argument;
	int result = 0;

	while (start < end && json_string_value(json_array_get(words, start))[0] == '-')
		start++;
	if (start < end)
		usage = usage_find(program, json_string_value(json_array_get(words, start)));
	if (!usage)
		return 0;
	arguments = (struct arguments){.rest = usage->arguments};
	for (size_t i = start + 1; i < end && result == 0; i++) {
		if (!arguments_next(&arguments, &argument))
			break;
		if (argument_is(&argument, "FILE"))
			result = replace_word(words, i, error);
	}
	return result;
}

int file_read_words(const struct program *program, json_t *words, struct error *error)
{
	size_t n = json_array_size(words), start = 0;

	for (size_t i = 0; i <= n; i++) {
		bool ends = i == n || (program->chains &&
				       !strcmp(json_string_value(json_array_get(words, i)), "--"));
		int result = ends ? read_command(program, words, start, i, error) : 0;

		if (result < 0)
			return result;
		if (ends)
			start = i + 1;
	}
	return 0;
}
