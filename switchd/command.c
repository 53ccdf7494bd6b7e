/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "db/db.h"
#include "switchd/commands.h"
#include "switchd/daemon.h"
#include "switchd/flow_table.h"
#include "switchd/log.h"
#include "switchd/model.h"
#include "switchd/nearest.h"
#include "switchd/symbol.h"
#include "switchd/tabular.h"

const struct command command_table[] = {
#define COMMAND(language, name, options, min, max, arguments, help, handler)                       \
	{LANGUAGE_##language, name, options, min, max, arguments, help, handler},
#include "switchd/commands.def"
};
const size_t command_table_size = sizeof(command_table) / sizeof(command_table[0]);

struct chain {
	enum language language;
	struct command_call *calls;
	size_t n_calls;
	bool oneline; /* ovs-vsctl's --oneline: each sub-command's output is one line */
	bool dry_run; /* nothing is to be done, just told what would be */
	bool no_wait; /* next_cfg is left alone */
	struct tabular_style style;
	struct symbols symbols;
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

/* How much of words goes into a sentence or a line of the log: they may hold a whole file. */
static int first_line(const struct text *text)
{
	return (int)strcspn(text_string(text), "\n");
}

const char *command_words(struct command_call *call)
{
	text_clear(&call->as_written);
	add_words(&call->as_written, call->n_options, call->options);
	add_words(&call->as_written, call->n_words, call->words);
	return text_string(&call->as_written);
}

void command_print_name(const char *name, void *output)
{
	text_add(output, "%s\n", name);
}

/* xvsctl's language has the commands of all others. */
static bool has_command(enum language language, const struct command *command, const char *name)
{
	return (language == LANGUAGE_OWN || language == command->language) &&
	       !strcmp(command->name, name);
}

/* Of two that share a name the one that takes so many words after it, else the first. */
static const struct command *find_command(enum language language, const char *name, int n_words)
{
	const struct command *first = NULL;

	for (size_t i = 0; i < command_table_size; i++) {
		const struct command *command = &command_table[i];

		if (!has_command(language, command, name))
			continue;
		if (n_words >= command->min && (command->max < 0 || n_words <= command->max))
			return command;
		first = first ? first : command;
	}
	return first;
}

static int error_unknown(enum language language, const char *name, struct error *error)
{
	struct nearest nearest = nearest_begin(name);

	for (size_t i = 0; i < command_table_size; i++)
		if (has_command(language, &command_table[i], command_table[i].name))
			nearest_try(&nearest, command_table[i].name);
	if (nearest.name && language == LANGUAGE_OWN)
		return error_set(error, -EINVAL,
				 "unknown command '%s', did you mean '%s'? Use --help for help",
				 name, nearest.name);
	return error_set(error, -EINVAL, "unknown command '%s'; use --help for help", name);
}

/* Where `option` stands in the list of those that a command knows, or NULL. */
static const char *known_option(const char *known, const char *option, size_t length)
{
	while (*known) {
		size_t size = strcspn(known, ","), name = strcspn(known, ",=[");

		if (length == name && !strncmp(known, option, length))
			return known;
		known += size + (known[size] == ',');
	}
	return NULL;
}

/*
 * Is it one of those that struct command lists? With '=' it needs a value, with "[=]" it takes one,
 * without it takes none.
 */
static int check_option(const struct command *command, const char *option, struct error *error)
{
	int length = (int)strcspn(option, "=");
	const char *known = known_option(command->options, option, (size_t)length);

	if (!known)
		return error_set(error, -EINVAL, "'%s' command has no '%.*s' option", command->name,
				 length, option);
	if (known[length] == '=' && !option[length])
		return error_set(error, -EINVAL, "missing argument to '%s' option on '%s' command",
				 option, command->name);
	if (known[length] != '=' && known[length] != '[' && option[length])
		return error_set(error, -EINVAL,
				 "'%.*s' option on '%s' does not accept an argument", length,
				 option, command->name);
	return 0;
}

/* No command has as many options: of more, one is unknown to it or comes twice among the first. */
#define OPTIONS_MAX 16

static int check_repeated(const struct command_call *call, struct error *error)
{
	for (int i = 1; i < call->n_options && i < OPTIONS_MAX; i++)
		for (int j = 0; j < i; j++) {
			size_t length = strcspn(call->options[i], "=");

			if (length == strcspn(call->options[j], "=") &&
			    !strncmp(call->options[i], call->options[j], length))
				return error_set(error, -EINVAL,
						 "'%s' option specified multiple times",
						 call->options[i]);
		}
	return 0;
}

static int check_words(const struct command_call *call, struct error *error)
{
	const struct command *command = call->command;
	int n = call->n_words - 1;
	const char *hint = "";

	if (n < command->min)
		return error_set(error, -EINVAL, "'%s' command requires at least %d arguments",
				 command->name, command->min);
	if (command->max < 0 || n <= command->max)
		return 0;
	for (int i = 1; i < call->n_words; i++)
		if (call->words[i][0] == '-')
			hint = " (note that options must precede command names and follow a \"--\" "
			       "argument)";
	return error_set(error, -EINVAL, "'%s' command takes at most %d arguments%s", command->name,
			 command->max, hint);
}

const char *command_text(const struct command_call *call, int i)
{
	return call->texts ? call->texts[i] : NULL;
}

int command_parse(enum language language, struct command_call *call, int n_words, char **words,
		  const char *const *texts, struct error *error)
{
	int result;

	call->options = words;
	while (call->n_options < n_words && words[call->n_options][0] == '-')
		call->n_options++;
	call->n_words = n_words - call->n_options;
	call->words = words + call->n_options;
	call->texts = texts ? texts + call->n_options : NULL;
	result = check_repeated(call, error);
	if (result == 0 && !call->n_words)
		result = error_set(error, -EINVAL, "missing command name (use --help for help)");
	if (result)
		return result;
	call->command = find_command(language, call->words[0], call->n_words - 1);
	if (!call->command)
		return error_unknown(language, call->words[0], error);
	for (int i = 0; i < call->n_options; i++) {
		result = check_option(call->command, call->options[i], error);
		if (result < 0)
			return result;
	}
	return check_words(call, error);
}

/* Puts the sub-command in front of the sentence, where there are several. Programs that call Open
 * vSwitch's expect its sentences as they are. */
static int name_call(const struct chain *chain, const struct command_call *call, int result,
		     struct error *error)
{
	struct text text = TEXT_EMPTY;
	int length;

	if (result == 0 || chain->language != LANGUAGE_OWN || chain->n_calls < 2 ||
	    call->n_words == 0)
		return result;
	add_words(&text, call->n_words, call->words);
	length = first_line(&text) < 100 ? first_line(&text) : 100;
	error_prefix(error, result, "%.*s%s: ", length, text_string(&text),
		     (int)text.length > length ? "..." : "");
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

/* The options for all of the chain, in front of it: how many words they are, or an error. */
static int parse_globals(struct chain *chain, int n_words, char **words, struct error *error)
{
	int n, result = 0;

	for (n = 0; n < n_words && result == 0; n++) {
		if (!strcmp(words[n], "--oneline"))
			chain->oneline = true;
		else if (!strcmp(words[n], "--dry-run"))
			chain->dry_run = true;
		else if (!strcmp(words[n], "--no-wait"))
			chain->no_wait = true;
		else if (!strcmp(words[n], "--no-headings"))
			chain->style.no_headings = true;
		else if (!strcmp(words[n], "--pretty"))
			chain->style.pretty = true;
		else if (!strncmp(words[n], "--format=", 9))
			result = tabular_format_parse(&chain->style, words[n] + 9, error);
		else if (!strncmp(words[n], "--data=", 7))
			result = tabular_data_parse(&chain->style, words[n] + 7, error);
		else
			break;
	}
	return result < 0 ? result : n;
}

/* As ovs-vsctl has it, a "--" with nothing before or after it is no error. */
static int chain_parse(struct chain *chain, int n_words, char **words, const char *const *texts,
		       struct error *error)
{
	int globals = parse_globals(chain, n_words, words, error);
	size_t n = 0;

	if (globals < 0)
		return globals;
	n_words -= globals;
	words += globals;
	texts = texts ? texts + globals : NULL;
	chain->n_calls = count_calls(n_words, words);
	if (!chain->n_calls)
		return error_set(error, -EINVAL, "missing command name (use --help for help)");
	chain->calls = calloc(chain->n_calls, sizeof(*chain->calls));
	if (!chain->calls)
		return error_set(error, -ENOMEM, "out of memory");
	for (int start = 0, end; start < n_words; start = end + 1) {
		int result;

		for (end = start; end < n_words && strcmp(words[end], "--"); end++)
			;
		if (end == start)
			continue;
		result = command_parse(chain->language, &chain->calls[n], end - start,
				       words + start, texts ? texts + start : NULL, error);
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

static int run_call(struct daemon *daemon, struct chain *chain, struct command_call *call,
		    struct command_result *out)
{
	unsigned tables = chain->style.printed;
	struct text output = TEXT_EMPTY;
	int result;

	call->daemon = daemon;
	call->output = chain->oneline ? &output : &out->output;
	call->table_output = &out->output;
	call->style = &chain->style;
	call->symbols = &chain->symbols;
	call->error = &out->error;
	call->warning = &out->warning;
	result = call->command->run(call);
	if (result == 0 && chain->oneline && chain->style.printed == tables)
		add_oneline(&out->output, &output);
	text_free(&output);
	if (call->after)
		out->after = call->after;
	out->status = call->status;
	out->says_why = call->says_why;
	out->again = result == 0 && call->again;
	return name_call(chain, call, result, &out->error);
}

static int run_calls(struct daemon *daemon, struct chain *chain, struct command_result *out)
{
	int result = 0;

	for (size_t i = 0; i < chain->n_calls && result == 0; i++) {
		result = run_call(daemon, chain, &chain->calls[i], out);
		if (out->status || out->again)
			return result;
	}
	return result ? result : symbols_check(&chain->symbols, &out->error);
}

/* db_spared_fn */
static void warn_spared(const struct db_table *table, const char *name, void *warning)
{
	text_add(warning, "\"%s\" of table %s is not destroyed: other records refer to it\n", name,
		 table->name);
}

/* What the sub-commands have made of the database together. */
static int settle(struct daemon *daemon, const struct chain *chain, struct command_result *out)
{
	bool changed = db_changed(daemon->db);
	int result = changed ? db_settle(daemon->db, &out->error) : 0;

	if (changed)
		symbols_warn(&chain->symbols, &out->warning);
	if (result == 0)
		result = db_each_spared(daemon->db, warn_spared, &out->warning, &out->error);
	if (result == 0 && changed && !chain->no_wait)
		result = db_count_change(daemon->db, &out->error);
	return result;
}

/* After a rollback: what reconcile did for the configuration that is not to be. */
static void restore(struct daemon *daemon)
{
	struct error error = {};

	if (model_reconcile(daemon, NULL, &error) < 0)
		log_error("command", "after a refused command: %s", error.text);
}

/* Step 3 of command.h: brings the data path in step with what has changed. */
static int follow(struct daemon *daemon, struct text *warning, struct error *error,
		  bool *reconciled)
{
	int result = db_flush(daemon->db, error);

	if (result)
		return result;
	*reconciled = true;
	return model_reconcile(daemon, warning, error);
}

static int commit(struct daemon *daemon, struct chain *chain, struct command_result *out)
{
	int result = db_commit(daemon->db, &out->error);

	if (result == 0)
		flow_table_committed(daemon);
	for (size_t i = 0; i < chain->n_calls && result == 0; i++)
		if (chain->calls[i].committed)
			chain->calls[i].committed(&chain->calls[i]);
	return result;
}

/* Steps 2 to 4 of command.h. A status of its own (br-exists: 2) ends the chain, nothing done. */
static int chain_run(struct daemon *daemon, struct chain *chain, struct command_result *out)
{
	struct text unheard = TEXT_EMPTY; /* who doesn't wait hears of no devices */
	struct text *warning = chain->no_wait ? &unheard : &out->warning;
	bool reconciled = false, done;
	int result = db_begin(daemon->db, &out->error);

	if (result < 0)
		return result;
	result = run_calls(daemon, chain, out);
	done = result == 0 && !out->status && !out->again;
	if (done)
		result = settle(daemon, chain, out);
	done = done && !chain->dry_run;
	if (done && result == 0 && db_changed(daemon->db))
		result = follow(daemon, warning, &out->error, &reconciled);
	if (done && result == 0)
		result = commit(daemon, chain, out);
	else
		db_rollback(daemon->db);
	if (result < 0 && reconciled)
		restore(daemon);
	if (reconciled)
		model_settled(daemon, warning);
	text_free(&unheard);
	return result;
}

static void log_chain(int n_words, char **words, const struct command_result *out)
{
	struct text text = TEXT_EMPTY;

	if (log_get_level() >= LOG_LEVEL_DEBUG) {
		add_words(&text, n_words, words);
		log_debug("command", "%.*s: %s", first_line(&text), text_string(&text),
			  out->error.text[0] ? out->error.text : "done");
	}
	text_free(&text);
}

void command_run(struct daemon *daemon, enum language language, int n_words, char **words,
		 const char *const *texts, struct command_result *out)
{
	struct chain chain = {.language = language};
	int result;

	memset(out, 0, sizeof(*out));
	result = chain_parse(&chain, n_words, words, texts, &out->error);
	if (result == 0)
		result = chain_run(daemon, &chain, out);
	if (result < 0)
		out->status = 1;
	else /* what a handler found missing, and did without */
		out->error.text[0] = '\0';
	if (chain.dry_run)
		out->after = NULL;
	if (result < 0 || (out->status && !out->says_why) || out->again)
		text_clear(&out->output);
	if (out->status || out->again) {
		text_clear(&out->warning);
		out->after = NULL;
	}
	if (!out->again)
		log_chain(n_words, words, out);
	for (size_t i = 0; chain.calls && i < chain.n_calls; i++)
		text_free(&chain.calls[i].as_written);
	symbols_free(&chain.symbols);
	free(chain.calls);
}
