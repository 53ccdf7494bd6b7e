/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values of columns: between the words of a command line, JSON as RFC 7047 5.1 has it, and what
 * ovs-vsctl prints.
 *
 * A value is always held as JSON in its normal form: an atom for columns with min = max = 1, else
 * ["set", [...]] with its elements sorted and distinct, or ["map", [[key, value], ...]] sorted by key. A set
 * of exactly one element is the bare atom, as RFC 7047 allows and ovs-vsctl expects.
 */
#ifndef XVS_DATUM_H
#define XVS_DATUM_H

#include <jansson.h>
#include "db/error.h"
#include "db/schema.h"

/* How many octets datum_format() and friends print; grows by itself. */
struct text; /* db/text.h */

/* Brings a value into normal form and checks it against the column. New reference, or NULL and a sentence. */
json_t *datum_check(const struct db_column *column, const json_t *value, struct error *error);

/*
 * Parses a command line's word: `10`, `[1,2]`, `{a=b, c="d e"}`, `a=b`. Quoting as in ovs-vsctl(8), "Set,
 * map and atom syntax". New reference, or NULL and a sentence in ovs-vsctl's manner.
 */
json_t *datum_parse(const struct db_column *column, const char *word, struct error *error);

/* The empty value of a column: its type's default where one element is required, else the empty set or map. */
json_t *datum_default(const struct db_column *column);

/* Prints as ovs-vsctl get and list do (--data=string): `10`, `[]`, `[1, 2]`, `{a=b}`, `"two words"`. */
void datum_format(const json_t *value, struct text *text);

/* Prints as --data=bare does: no quotes, no brackets, elements apart by a space. */
void datum_format_bare(const json_t *value, struct text *text);

/* The value of a key in a map, borrowed; NULL when it is not there. */
const json_t *datum_map_get(const json_t *map, const char *key);

/* New value: elements or pairs of b added to a (pairs of b win when `replace`), or taken away from it. */
json_t *datum_union(const struct db_column *column, const json_t *a, const json_t *b, bool replace,
		    struct error *error);
/* b may be a set of keys where a is a map. */
json_t *datum_difference(const struct db_column *column, const json_t *a, const json_t *b,
			 struct error *error);

#endif
