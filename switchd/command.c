/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "db/db.h"
#include "switchd/commands.h"
#include "switchd/daemon.h"
#include "switchd/log.h"
#include "switchd/model.h"
#include "switchd/nearest.h"

const struct command command_table[] = {
#define COMMAND(language, name, options, min, max, arguments, help, handler)                       \
	{LANGUAGE_##language, name, options, min, max, arguments, help, handler},
#include "switchd/commands.def"
};
const size_t command_table_size = sizeof(command_table) / sizeof(command_table[0]);

struct chain {
	struct command_call *calls;
	size_t n_calls;
	bool oneline; /* ovs-vsctl's --oneline: each sub-command's output is one line */
};

const char *command_option(const struct command_call *call, const char *name)
{
	size_t length = strlen(name);

	for (int i = 0; i < call->n_options; i++) {
		const char *option = call->options[i];

		if (!strncmp(option, name, length) && (!option[length] || option[length] == '='))
			return option[length] ? option + length + 1 : "";
	}
	return NULL;
}

/* Options, name and words of a sub-command, or of a whole chain, as the user wrote them. */
static void add_words(struct text *text, int n_words, char **words)
{
	for (int i = 0; i < n_words; i++)
		text_add(text, "%s%s", text->length ? " " : "", words[i]);
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < command_table_size; i++) {
		if (!strcmp(command_table[i].name, name))
			return &command_table[i];
	}
	return NULL;
}

static int error_unknown(const char *name, struct error *error)
{
	struct nearest nearest = nearest_begin(name);

	for (size_t i = 0; i < command_table_size; i++)
		nearest_try(&nearest, command_table[i].name);
	if (nearest.name)
		return error_set(
			error, -EINVAL,
			"unknown command \"%s\", did you mean \"%s\"? See \"xvsctl --help\"", name,
			nearest.name);
	return error_set(error, -EINVAL, "unknown command \"%s\"; see \"xvsctl --help\"", name);
}

/*
 * Is `option` one of `known`, as struct command lists them? With '=' it needs a value, without it
 * takes none.
 */
static int check_option(const struct command *command, const char *option, struct error *error)
{
	size_t length = strcspn(option, "=");
	const char *known = command->options;

	while (*known) {
		size_t size = strcspn(known, ",");
		bool with_value = known[size - 1] == '=';

		if (length == size - with_value && !strncmp(known, option, length)) {
			if (with_value && !option[length])
				return error_set(error, -EINVAL,
						 "%s: option %s needs a value: %s=...",
						 command->name, option, option);
			if (!with_value && option[length])
				return error_set(error, -EINVAL, "%s: option %.*s takes no value",
						 command->name, (int)length, option);
			return 0;
		}
		known += size + (known[size] == ',');
	}
	if (!*command->options)
		return error_set(error, -EINVAL, "%s: unknown option \"%s\"; %s takes none",
				 command->name, option, command->name);
	return error_set(error, -EINVAL, "%s: unknown option \"%s\"; %s takes %s", command->name,
			 option, command->name, command->options);
}

static int check_words(const struct command_call *call, struct error *error)
{
	const struct command *command = call->command;
	int n = call->n_words - 1;
	const char *hint = "";

	if (n >= command->min && (command->max < 0 || n <= command->max))
		return 0;
	for (int i = 1; i < call->n_words; i++) {
		if (!strncmp(call->words[i], "--", 2))
			hint = "; options stand before the command's name";
	}
	return error_set(error, -EINVAL, "%s: too %s arguments; usage: %s%s%s%s", command->name,
			 n < command->min ? "few" : "many", command->name,
			 *command->arguments ? " " : "", command->arguments, hint);
}

/* One sub-command: options, name, words. Nothing of it is copied. */
static int parse_call(struct command_call *call, int n_words, char **words, struct error *error)
{
	int result;

	call->options = words;
	while (call->n_options < n_words && words[call->n_options][0] == '-')
		call->n_options++;
	call->n_words = n_words - call->n_options;
	call->words = words + call->n_options;
	if (!call->n_words)
		return error_set(error, -EINVAL, "missing command name; see \"xvsctl --help\"");
	call->command = find_command(call->words[0]);
	if (!call->command)
		return error_unknown(call->words[0], error);
	for (int i = 0; i < call->n_options; i++) {
		result = check_option(call->command, call->options[i], error);
		if (result < 0)
			return result;
	}
	return check_words(call, error);
}

/* Puts the sub-command in front of the sentence, where there are several. */
static int name_call(const struct chain *chain, const struct command_call *call, int result,
		     struct error *error)
{
	struct text text = TEXT_EMPTY;

	if (result == 0 || chain->n_calls < 2 || call->n_words == 0)
		return result;
	add_words(&text, call->n_words, call->words);
	error_prefix(error, result, "%.100s%s: ", text_string(&text),
		     text.length > 100 ? "..." : "");
	text_free(&text);
	return result;
}

static size_t count_calls(int n_words, char **words)
{
	size_t count = 0;

	for (int i = 0; i < n_words; i++) {
		if (strcmp(words[i], "--") && (i == 0 || !strcmp(words[i - 1], "--")))
			count++;
	}
	return count;
}

/* As ovs-vsctl has it, a "--" with nothing before or after it is no error. */
static int chain_parse(struct chain *chain, int n_words, char **words, struct error *error)
{
	size_t n = 0;

	while (n_words && !strcmp(words[0], "--oneline")) {
		chain->oneline = true;
		n_words--;
		words++;
	}
	chain->n_calls = count_calls(n_words, words);
	if (!chain->n_calls)
		return error_set(error, -EINVAL, "missing command name; see \"xvsctl --help\"");
	chain->calls = calloc(chain->n_calls, sizeof(*chain->calls));
	if (!chain->calls)
		return error_set(error, -ENOMEM, "out of memory");
	for (int start = 0, end; start < n_words; start = end + 1) {
		int result;

		for (end = start; end < n_words && strcmp(words[end], "--"); end++)
			;
		if (end == start)
			continue;
		result = parse_call(&chain->calls[n], end - start, words + start, error);
		if (result < 0)
			return name_call(chain, &chain->calls[n], result, error);
		n++;
	}
	return 0;
}

static void add_oneline(struct text *text, const struct text *output)
{
	size_t length = output->length;

	if (length && output->data[length - 1] == '\n')
		length--;
	for (size_t i = 0; i < length; i++) {
		char c = output->data[i];

		if (c == '\n')
			text_add(text, "\\n");
		else if (c == '\\')
			text_add(text, "\\\\");
		else
			text_add_octets(text, &c, 1);
	}
	text_add(text, "\n");
}

static int run_call(struct daemon *daemon, const struct chain *chain, struct command_call *call,
		    struct command_result *out)
{
	struct text output = TEXT_EMPTY;
	int result;

	call->daemon = daemon;
	call->output = chain->oneline ? &output : &out->output;
	call->error = &out->error;
	result = call->command->run(call);
	if (result == 0 && chain->oneline)
		add_oneline(&out->output, &output);
	text_free(&output);
	if (call->after)
		out->after = call->after;
	out->status = call->status;
	return name_call(chain, call, result, &out->error);
}

/* After a rollback: what reconcile did for the configuration that is not to be. */
static void restore(struct daemon *daemon)
{
	struct error error = {};

	if (model_reconcile(daemon, NULL, &error) < 0)
		log_error("command", "after a refused command: %s", error.text);
}

/* Steps 2 to 4 of command.h. A status of its own (br-exists: 2) ends the chain, nothing done. */
static int chain_run(struct daemon *daemon, const struct chain *chain, struct command_result *out)
{
	bool reconciled = false;
	int result = db_begin(daemon->db, &out->error);

	if (result < 0)
		return result;
	for (size_t i = 0; i < chain->n_calls && result == 0 && out->status == 0; i++)
		result = run_call(daemon, chain, &chain->calls[i], out);
	if (result == 0 && out->status == 0 && db_changed(daemon->db)) {
		reconciled = true;
		result = model_reconcile(daemon, &out->warning, &out->error);
	}
	if (result == 0 && out->status == 0)
		result = db_commit(daemon->db, &out->error);
	else
		db_rollback(daemon->db);
	if (result < 0 && reconciled)
		restore(daemon);
	if (reconciled)
		model_settled(daemon);
	return result;
}

static void log_chain(int n_words, char **words, const struct command_result *out)
{
	struct text text = TEXT_EMPTY;

	if (log_get_level() >= LOG_LEVEL_DEBUG) {
		add_words(&text, n_words, words);
		log_debug("command", "%s: %s", text_string(&text),
			  out->error.text[0] ? out->error.text : "done");
	}
	text_free(&text);
}

void command_run(struct daemon *daemon, int n_words, char **words, struct command_result *out)
{
	struct chain chain = {};
	int result;

	memset(out, 0, sizeof(*out));
	result = chain_parse(&chain, n_words, words, &out->error);
	if (result == 0)
		result = chain_run(daemon, &chain, out);
	if (result < 0)
		out->status = 1;
	else /* what a handler found missing, and did without */
		out->error.text[0] = '\0';
	if (out->status) {
		text_clear(&out->output);
		text_clear(&out->warning);
		out->after = NULL;
	}
	log_chain(n_words, words, out);
	free(chain.calls);
}
