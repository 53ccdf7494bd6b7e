/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/script.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void script_begin(struct script *script, const char *text)
{
	*script = (struct script){.rest = text, .line = 1};
}

void script_end(struct script *script)
{
	free(script->words);
	text_free(&script->text);
}

static char next_octet(struct script *script)
{
	char c = *script->rest++;

	script->line += c == '\n';
	return c;
}

/* Takes in a backslash that joins two lines. */
static bool skip_join(struct script *script)
{
	size_t length = !strncmp(script->rest, "\\\n", 2)     ? 2
			: !strncmp(script->rest, "\\\r\n", 3) ? 3
							      : 0;

	script->rest += length;
	script->line += length > 0;
	return length;
}

/* Blanks and remarks within a line, up to a word or to the line's end. */
static void skip_blanks(struct script *script)
{
	for (;;) {
		if (skip_join(script))
			continue;
		if (*script->rest == '#')
			script->rest += strcspn(script->rest, "\n");
		else if (*script->rest && strchr(" \t\r", *script->rest))
			script->rest++;
		else
			return;
	}
}

static void add_octet(struct script *script, char c)
{
	text_add_octets(&script->text, &c, 1);
}

/* What stands between two quotes of a kind; the first has been read. */
static int read_quoted(struct script *script, char quote, struct error *error)
{
	unsigned line = script->line;

	while (*script->rest && *script->rest != quote) {
		if (quote == '"' && skip_join(script))
			continue;
		if (quote == '"' && *script->rest == '\\' && script->rest[1] &&
		    strchr("\"\\$`", script->rest[1]))
			script->rest++;
		add_octet(script, next_octet(script));
	}
	if (!*script->rest)
		return error_set(error, -EINVAL, "line %u: a quote (%c) is opened and not closed",
				 line, quote);
	script->rest++;
	return 0;
}

static bool ends_word(char c)
{
	return !c || strchr(" \t\r\n", c);
}

static int read_word(struct script *script, struct error *error)
{
	int result = 0;

	while (result == 0 && !ends_word(*script->rest)) {
		char c;

		if (skip_join(script))
			continue;
		c = next_octet(script);
		if (c == '"' || c == '\'')
			result = read_quoted(script, c, error);
		else if (c != '\\')
			add_octet(script, c);
		else if (*script->rest)
			add_octet(script, next_octet(script));
		else
			result = error_set(error, -EINVAL,
					   "line %u: nothing stands behind the backslash",
					   script->line);
	}
	text_add_octets(&script->text, "", 1);
	script->n_words++;
	return result;
}

/* The words' addresses, now that the text grows no more. */
static int point_words(struct script *script, struct error *error)
{
	char **words = reallocarray(script->words, (size_t)script->n_words + 1, sizeof(*words));
	char *word = script->text.data;

	if (!words)
		return error_set(error, -ENOMEM, "out of memory");
	script->words = words;
	for (int i = 0; i < script->n_words; i++) {
		words[i] = word;
		word += strlen(word) + 1;
	}
	words[script->n_words] = NULL;
	return 1;
}

int script_next(struct script *script, struct error *error)
{
	text_clear(&script->text);
	script->n_words = 0;
	while (*script->rest) {
		int result;

		skip_blanks(script);
		if (*script->rest == '\n' || !*script->rest) {
			if (script->n_words)
				break;
			if (*script->rest)
				next_octet(script);
			continue;
		}
		if (!script->n_words)
			script->first_line = script->line;
		result = read_word(script, error);
		if (result)
			return result;
	}
	return script->n_words ? point_words(script, error) : 0;
}

static bool is_plain(const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_@%+=:,./-";

	return *word && !word[strspn(word, plain)];
}

void script_add_word(struct text *text, const char *word)
{
	if (text->length && text->data[text->length - 1] != '\n')
		text_add(text, " ");
	if (is_plain(word)) {
		text_add(text, "%s", word);
		return;
	}
	text_add(text, "'");
	for (const char *p = word; *p; p++) {
		/* A single quote can't stand between single quotes. */
		if (*p == '\'')
			text_add(text, "'\\''");
		else
			text_add_octets(text, p, 1);
	}
	text_add(text, "'");
}
