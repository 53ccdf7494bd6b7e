/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names that the sub-commands of a chain have for each other's records: --id=@NAME gives one, @NAME
 * in place of a UUID uses it, before or after.
 */
#ifndef XVS_SYMBOL_H
#define XVS_SYMBOL_H

#include <jansson.h>
#include <stdbool.h>
#include "db/db.h"
#include "db/text.h"

struct symbol;

struct symbols {
	struct symbol *first;
};

/* The UUID that --id=NAME stands for; `uuid` of a record that exists, or NULL for a new one, which
 * may have been used before it is made. -EINVAL with a sentence. */
int symbol_define(struct symbols *symbols, const char *name, const char *uuid, const char **defined,
		  struct error *error);

/* Puts UUIDs in place of the names in a value that was just parsed for a column. */
int symbol_resolve(struct symbols *symbols, const struct db_column *column, json_t *value,
		   struct error *error);

/* Notes that a record of this name, or of none (NULL), has been made. */
int symbol_created(struct symbols *symbols, const struct db_table *table, const char *name,
		   struct error *error);

/* At the end of the chain: -EINVAL with a sentence when a name was used that nothing has. */
int symbols_check(const struct symbols *symbols, struct error *error);

/* At the end of the chain: a sentence for each record that was made in vain. */
void symbols_warn(const struct symbols *symbols, struct text *warning);

void symbols_free(struct symbols *symbols);

#endif
