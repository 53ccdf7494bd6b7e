/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * apply FILE: makes the switch like a file of commands.
 *
 * The commands run on a draft, an empty database in memory, with the devices that there are. What
 * comes out is settled and checked like any other configuration; then the difference between it and
 * the present one is written in the running transaction, and what follows is as after every other
 * command. So what the file and the switch agree about is not touched: it keeps its numbers,
 * counters and learned addresses, and loses no frame.
 */
#include "switchd/commands.h"

#include <errno.h>
#include <string.h>
#include "db/db.h"
#include "db/difference.h"
#include "switchd/daemon.h"
#include "switchd/script.h"
#include "switchd/symbol.h"

/* The commands that may stand in a file: those that say what the configuration shall be. `get` is
 * among them for its --id. */
static const char *const allowed[] = {
	"add",
	"add-bond",
	"add-br",
	"add-flow",
	"add-group",
	"add-meter",
	"add-port",
	"br-set-external-id",
	"clear",
	"comment",
	"create",
	"del-br",
	"del-controller",
	"del-fail-mode",
	"del-flows",
	"del-manager",
	"del-port",
	"del-ssl",
	"destroy",
	"fdb/add",
	"get",
	"init",
	"mod-port",
	"remove",
	"set",
	"set-controller",
	"set-fail-mode",
	"set-manager",
	"set-ssl",
};

static bool is_allowed(const struct command *command)
{
	for (size_t i = 0; i < sizeof(allowed) / sizeof(*allowed); i++)
		if (!strcmp(allowed[i], command->name))
			return true;
	return false;
}

/* A file on its way to be a configuration. */
struct draft {
	struct daemon daemon; /* the switch as it is, but for its database */
	struct symbols symbols;
	struct text ignored; /* what its commands print */
	struct command_call *call;
};

static int run_line(struct draft *draft, struct script *script, struct error *error)
{
	struct command_call call = {
		.daemon = &draft->daemon,
		.draft = true,
		.output = &draft->ignored,
		.table_output = &draft->ignored,
		.style = draft->call->style,
		.symbols = &draft->symbols,
		.error = error,
		.warning = draft->call->warning,
	};
	int result =
		command_parse(LANGUAGE_OWN, &call, script->n_words, script->words, NULL, error);

	if (result == 0 && !is_allowed(call.command))
		result = error_set(error, -EINVAL,
				   "'%s' can't stand in a file: it says nothing of what the "
				   "configuration shall be",
				   call.command->name);
	if (result == 0)
		result = call.command->run(&call);
	text_free(&call.as_written);
	text_clear(&draft->ignored);
	return result ? error_prefix(error, result, "line %u: ", script->first_line) : 0;
}

static int run_lines(struct draft *draft, const char *text, struct error *error)
{
	struct script script;
	int result;

	script_begin(&script, text);
	while ((result = script_next(&script, error)) > 0) {
		result = run_line(draft, &script, error);
		if (result)
			break;
	}
	script_end(&script);
	return result;
}

static int check(struct db *db, struct error *error)
{
	struct db_config *config;
	int result = db_config_load(db, &config, error);

	if (result)
		return result;
	result = db_config_check(config, error);
	db_config_free(config);
	return result;
}

static int make_draft(struct draft *draft, const char *text, struct error *error)
{
	struct db *db = draft->daemon.db;
	int result = db_begin(db, error);

	if (result == 0)
		result = run_lines(draft, text, error);
	if (result == 0)
		result = symbols_check(&draft->symbols, error);
	if (result == 0)
		result = db_settle(db, error);
	if (result == 0)
		symbols_warn(&draft->symbols, draft->call->warning);
	return result ? result : check(db, error);
}

/* apply FILE: the word is the file's text, which the client has read. */
int cmd_apply(struct command_call *call)
{
	struct draft draft = {.daemon = *call->daemon, .call = call};
	int result = db_open_draft(&draft.daemon.db, call->error);

	if (result)
		return result;
	result = db_draft_reserve(draft.daemon.db, call->daemon->db, call->error);
	if (result == 0)
		result = make_draft(&draft, call->words[1], call->error);
	if (result == 0)
		result = difference_write(call->daemon->db, draft.daemon.db, call->error);
	if (result == 0)
		result = difference_write_flows(call->daemon->db, draft.daemon.db, call->error);
	symbols_free(&draft.symbols);
	text_free(&draft.ignored);
	db_close(draft.daemon.db);
	return result;
}
