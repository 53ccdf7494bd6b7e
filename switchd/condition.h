/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Conditions on records, COLUMN[:KEY]OPERATOR VALUE, as ovs-vsctl(8) has them for find and
 * wait-until.
 */
#ifndef XVS_CONDITION_H
#define XVS_CONDITION_H

#include <jansson.h>
#include "db/db.h"

struct command_call;
struct condition;

/* `n` words as an array of conditions. NULL and a sentence when one is none. */
struct condition *condition_parse(struct command_call *call, const struct db_table *table, int n,
				  char **words);
void condition_free(struct condition *conditions, int n);

/* The column that the condition is about. */
const struct db_column *condition_column(const struct condition *conditions, int i);

/* Do the values of their columns, in the same order, fulfil all of them? */
bool condition_holds(const struct condition *conditions, int n, json_t *const *values);

#endif
