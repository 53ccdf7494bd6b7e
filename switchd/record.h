/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records as commands name them, and the words COLUMN[:KEY][=VALUE] that change them.
 */
#ifndef XVS_RECORD_H
#define XVS_RECORD_H

#include <stdbool.h>
#include "db/db.h"

struct command_call;

struct record {
	const struct db_table *table;
	char uuid[DB_UUID_LEN + 1];
};

/*
 * The record that words 1 (table) and 2 (record) of a command name: 1 when it is there, 0 when it
 * is not but the command was given --if-exists, else a negative errno with a sentence.
 */
int record_find(struct command_call *call, struct record *record);

struct assignment {
	const struct db_column *column;
	char *key;         /* as written, with its quotes if it has any; NULL: the whole column */
	const char *value; /* into the word; NULL when there is none */
};

/* Takes a word apart; `with_value` says whether it has to have a "=VALUE". The caller frees it. */
int assignment_parse(const struct db_table *table, const char *word, bool with_value,
		     struct assignment *assignment, struct error *error);
void assignment_free(struct assignment *assignment);

/* Carries out words COLUMN[:KEY]=VALUE on a record, in order. */
int record_assign(struct db *db, const struct record *record, int n, char **words,
		  struct error *error);

#endif
