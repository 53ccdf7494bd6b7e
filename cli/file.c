/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
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

/* What becomes of a word, by what the usage calls it. */
enum use {
	AS_IT_IS,
	TEXT, /* of the file */
	NAME_AND_TEXT,
};

static bool is_file(const char *path)
{
	struct stat status;

	return !strcmp(path, "-") || (stat(path, &status) == 0 && !S_ISDIR(status.st_mode));
}

static enum use use_of(const struct argument *argument, const char *word)
{
	if (argument_is(argument, "FILE"))
		return TEXT;
	if (argument_is(argument, "FLOW-FILE") || argument_is(argument, "GROUP-FILE"))
		return NAME_AND_TEXT;
	if (argument_is(argument, "FLOW") || argument_is(argument, "GROUP"))
		return strcmp(word, "-") ? AS_IT_IS : NAME_AND_TEXT;
	return argument_is(argument, "SOURCE") && is_file(word) ? NAME_AND_TEXT : AS_IT_IS;
}

static int replace_word(json_t *words, size_t i, enum use use, struct error *error)
{
	const char *path = json_string_value(json_array_get(words, i));
	struct text text = TEXT_EMPTY;
	json_t *word = NULL;
	int result;

	result = read_file(path, &text, error);
	/* A zero octet would end the word. */
	if (result == 0 && !memchr(text_string(&text), '\0', text.length))
		word = json_stringn(text_string(&text), text.length);
	if (word && use == NAME_AND_TEXT)
		word = json_pack("{s:s, s:o}", "file", path, "text", word);
	if (result == 0 && json_array_set_new(words, i, word) < 0)
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
		const char *word = json_string_value(json_array_get(words, i));
		enum use use;

		if (!arguments_next(&arguments, &argument))
			break;
		use = use_of(&argument, word);
		if (use != AS_IT_IS)
			result = replace_word(words, i, use, error);
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
