/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records as commands name them, and the words COLUMN[:KEY][=VALUE] that read and change them.
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

/* Do the words from `first` on begin with columns of the table that word 1 names? As in ovs-vsctl,
 * before it is known whether the record is there. */
int record_check_columns(struct command_call *call, int first);

/* A word COLUMN[:KEY][OPERATOR VALUE], taken apart. */
struct expression {
	const struct db_column *column;
	char *key;         /* as written, with its quotes if it has any; NULL: the whole column */
	int operator;      /* index among those that may stand there; -1: none */
	const char *value; /* into the word; NULL when there is none */
};

/*
 * Takes a word apart, in ovs-vsctl's manner and with its sentences. `operators` ends with NULL, one
 * of them has to be there; NULL: none may. The caller frees it in any case.
 */
int expression_parse(const struct db_table *table, const char *word, const char *const *operators,
		     struct expression *expression, struct error *error);
void expression_free(struct expression *expression);

/* Carries out words COLUMN[:KEY]=VALUE on a record, in order. */
int record_assign(struct command_call *call, const struct record *record, int n, char **words);

/*
 * A value that was parsed for this column, with UUIDs in place of names (@NAME), in normal form
 * whatever number of elements it has. Takes the reference; NULL and a sentence.
 */
json_t *record_value(struct command_call *call, const struct db_column *column, json_t *parsed);

#endif
