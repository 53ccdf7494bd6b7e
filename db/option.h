/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The keys of other_config and options that the switch acts on: what they may say, and what they
 * say. Other keys are kept unread, as Open vSwitch does.
 */
#ifndef XVS_DB_OPTION_H
#define XVS_DB_OPTION_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include "db/error.h"
#include "db/schema.h"

#define OPTION_AGING_TIME_DEFAULT 300
#define OPTION_TABLE_SIZE_DEFAULT 8192
#define OPTION_TABLE_SIZE_MAX     1048576

struct db_option {
	const char *table, *column, *key;
	bool (*valid)(const char *text);
	const char *expected; /* what may be said, for the end of a sentence */
	const char *help;     /* one sentence for the reference manual */
};

extern const struct db_option db_options[];
extern const size_t db_n_options;

/* Checks the known keys of a value for this column. 0, or -EINVAL with a sentence. */
int option_check(const struct db_table *table, const struct db_column *column, const json_t *map,
		 struct error *error);

/* What a map that was checked says under a key, or what holds when it says nothing. */
uint32_t option_integer(const json_t *map, const char *key, uint32_t otherwise);
bool option_boolean(const json_t *map, const char *key);
const char *option_string(const json_t *map, const char *key); /* NULL when absent */

/* "00:11:22:33:44:55", colons only; false when it is not that. */
bool option_parse_mac(const char *text, uint8_t mac[6]);

#endif
