/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Commands: the table of all of them, and how a chain of them runs.
 *
 * A request is the words after xvsctl's own options: options for the chain as a whole (--oneline,
 * --format, --data, --no-headings, --dry-run, --no-wait), then sub-commands apart by "--", each
 * with options of its own in front of its name. The whole chain is one transaction:
 *   1. Every sub-command is looked up and its words are counted, before any of them runs.
 *   2. They run in order on the open transaction. A handler reads and writes the database and reads
 * the switch; it never changes the data path.
 *   3. When the database has changed, references in it are settled, and reconcile brings the data
 * path in step.
 *   4. Commit, and then what sub-commands do that is not in the database. When anything fails up to
 * the commit, the database is rolled back, the data path is brought in step with what it was, and
 * the user gets one sentence, which names the sub-command when there are several. A handler never
 * sees a socket: it has words, and a text that it prints into.
 *
 * commands.def is the table itself: X-macro rows COMMAND(language, name, options, min, max,
 * arguments, help, handler), which the command line's help and the manual read too.
 */
#ifndef XVS_COMMAND_H
#define XVS_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include "db/error.h"
#include "db/text.h"

struct command;
struct daemon;
struct symbols;
struct tabular_style;

/* One sub-command being run. */
struct command_call {
	struct daemon *daemon;
	const struct command *command;
	int n_words;
	char **words;             /* words[0] is the name; not to be changed */
	const char *const *texts; /* command_text() */
	int n_options;
	char **options; /* as given: "--may-exist", "--columns=name" */
	struct text *output;
	struct text *table_output; /* for tables, which --oneline leaves alone */
	struct tabular_style *style;
	struct symbols *symbols; /* names of records in this chain */
	bool draft; /* of a file, which is not the switch's configuration yet: apply.c */
	struct error *error;
	struct text *warning;   /* sentences, one a line, though it is done */
	struct text as_written; /* command_words() */
	int status; /* exit status when the handler succeeds; 0 unless it says otherwise (br-exists:
		       2) */
	bool says_why; /* what is printed goes with that status (diff-flows: 2) */
	bool again; /* what it waits for is not so yet: the whole chain is to be run again later */
	/* What it does that is not in the database: called when the chain is committed. */
	void (*committed)(struct command_call *call);
	void (*after)(struct daemon *daemon); /* called when the answer is on its way (shutdown) */
};

typedef int command_fn(struct command_call *call);

/* The programs of Open vSwitch whose surface the links of their names give, each with its own
 * commands. */
enum language {
	LANGUAGE_OWN, /* xvsctl: the commands of all of them, and some more */
	LANGUAGE_VSCTL,
	LANGUAGE_OFCTL,
	LANGUAGE_APPCTL,
};

struct command {
	enum language language;
	const char *name;
	const char
		*options; /* those it takes, apart by commas: "--may-exist,--columns=,--sort[=]" */
	int min, max;     /* words after the name; max -1: any number */
	const char *arguments; /* for the usage: "BRIDGE PORT [COLUMN[:KEY]=VALUE]..." */
	const char *help;      /* one line */
	command_fn *run;       /* 0, or a negative errno with a sentence */
};

extern const struct command command_table[];
extern const size_t command_table_size;

/* The option's value ("" for one without), or NULL when it was not given. `name` without the '='.
 */
const char *command_option(const struct command_call *call, const char *name);

/* The text of the file that words[i] names, which the client has read (cli/file.h); NULL: the word
 * is what the user wrote. */
const char *command_text(const struct command_call *call, int i);

/* Looks a sub-command up and counts its words, none of which is copied: options, name, words. The
 * `texts` that are beside them, or NULL for none, are not copied either. What else it needs to run
 * is the caller's to fill in. */
int command_parse(enum language language, struct command_call *call, int n_words, char **words,
		  const char *const *texts, struct error *error);

/* Name and words of the sub-command as the user wrote them, options in front; valid until the next
 * call. */
const char *command_words(struct command_call *call);

/* Prints a name as a line of its own into the struct text `output`: a db_name_fn. */
void command_print_name(const char *name, void *output);

struct command_result {
	bool says_why;       /* struct command_call */
	bool again;          /* nothing was done, there is no answer yet: to be run again */
	int status;          /* 0 done, 1 refused, 2 as br-exists has it */
	struct text output;  /* for standard output */
	struct error error;  /* for standard error, empty when there is nothing to say */
	struct text warning; /* for standard error, though it was done: one sentence a line */
	void (*after)(struct daemon *daemon);
};

/* Runs a chain of one language's commands. Beside each word that names a file is its text; `texts`
 * may be NULL when no word does. result is filled in every case; the caller frees its texts. */
void command_run(struct daemon *daemon, enum language language, int n_words, char **words,
		 const char *const *texts, struct command_result *result);

#endif
