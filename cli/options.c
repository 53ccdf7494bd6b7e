/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum option_kind {
	OPTION_INSTANCE,
	OPTION_RUN_DIR,
	OPTION_TIMEOUT,
	OPTION_HELP,
	OPTION_VERSION,
	OPTION_ONELINE, /* the switch's to carry out: stays a word, the first one */
	OPTION_IGNORED, /* Open vSwitch's, without a meaning here */
};

enum option_value {
	VALUE_NONE,
	VALUE_REQUIRED,
};

static const struct option_name {
	const char *name; /* long with its dashes, or short */
	enum option_kind kind;
	enum option_value value;
} option_names[] = {
	{"--instance", OPTION_INSTANCE, VALUE_REQUIRED},
	{"--run-dir", OPTION_RUN_DIR, VALUE_REQUIRED},
	{"--timeout", OPTION_TIMEOUT, VALUE_REQUIRED},
	{"-t", OPTION_TIMEOUT, VALUE_REQUIRED},
	{"--help", OPTION_HELP, VALUE_NONE},
	{"-h", OPTION_HELP, VALUE_NONE},
	{"--version", OPTION_VERSION, VALUE_NONE},
	{"-V", OPTION_VERSION, VALUE_NONE},
	{"--oneline", OPTION_ONELINE, VALUE_NONE},
	{"--db", OPTION_IGNORED, VALUE_REQUIRED},
	{"--no-wait", OPTION_IGNORED, VALUE_NONE},
};

/* The option that a word is, and where its value stands in the word ("--x=V", "-tV"), or NULL. */
static const struct option_name *option_of(const char *word, const char **value)
{
	for (size_t i = 0; i < sizeof(option_names) / sizeof(option_names[0]); i++) {
		const struct option_name *option = &option_names[i];
		size_t length = strlen(option->name);
		bool is_long = option->name[1] == '-';

		if (strncmp(word, option->name, length))
			continue;
		*value = NULL;
		if (!word[length])
			return option;
		if (is_long && word[length] != '=')
			continue;
		*value = word + length + is_long;
		return option;
	}
	return NULL;
}

static int timeout_parse(const char *value, unsigned *timeout, struct error *error)
{
	char *end;
	unsigned long seconds;

	errno = 0;
	seconds = strtoul(value, &end, 10);
	if (errno || end == value || *end || value[0] == '-' || seconds > 1000000)
		return error_set(error, -EINVAL, "--timeout takes a number of seconds, not \"%s\"",
				 value);
	*timeout = (unsigned)seconds;
	return 0;
}

static int option_apply(struct options *options, enum option_kind kind, const char *value,
			struct error *error)
{
	switch (kind) {
	case OPTION_INSTANCE:
		options->instance = value;
		return 0;
	case OPTION_RUN_DIR:
		options->run_dir = value;
		return 0;
	case OPTION_TIMEOUT:
		return timeout_parse(value, &options->timeout, error);
	case OPTION_HELP:
		options->help = true;
		return 0;
	case OPTION_VERSION:
		options->version = true;
		return 0;
	case OPTION_ONELINE:
	case OPTION_IGNORED:
		return 0;
	}
	return 0;
}

int options_take(struct options *options, int n, char **words, struct error *error)
{
	int kept = 0, i;

	for (i = 0; i < n && words[i][0] == '-' && strcmp(words[i], "--"); i++) {
		const char *value;
		const struct option_name *option = option_of(words[i], &value);
		int result;

		if (!option) {
			words[kept++] = words[i];
			continue;
		}
		if (option->value == VALUE_NONE && value)
			return error_set(error, -EINVAL, "%s takes no value", option->name);
		if (option->value == VALUE_REQUIRED && !value) {
			if (i + 1 == n)
				return error_set(error, -EINVAL, "%s needs a value", option->name);
			value = words[++i];
		}
		if (option->kind == OPTION_ONELINE) {
			memmove(words + 1, words, (size_t)kept++ * sizeof(*words));
			words[0] = (char *)option->name;
		}
		result = option_apply(options, option->kind, value, error);
		if (result < 0)
			return result;
	}
	memmove(words + kept, words + i, (size_t)(n - i) * sizeof(*words));
	return kept + n - i;
}
