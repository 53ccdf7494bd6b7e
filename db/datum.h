/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values of columns: between the words of a command line, JSON as RFC 7047 5.1 has it, and what
 * ovs-vsctl prints.
 *
 * A value is always held as JSON in its normal form:
 * - an atom where the column has exactly one element;
 * - the atom or ["set", []] where it has none or one;
 * - ["set", [...]], sorted and distinct, where it may have more. A single element is no exception:
 *   that is how printing tells `[5]` from `5` without the column;
 * - ["map", [[key, value], ...]], sorted by key.
 * datum_check() brings everything that RFC 7047 allows into this form.
 */
#ifndef XVS_DATUM_H
#define XVS_DATUM_H

#include <jansson.h>
#include <stdbool.h>
#include "db/error.h"
#include "db/schema.h"

struct text;

/* Normal form of a value, checked against the column. New reference, or NULL and a sentence. */
json_t *datum_check(const struct db_column *column, const json_t *value, struct error *error);

/*
 * Parses a command line's word: `10`, `[1,2]`, `1-5`, `{a=b, c="d e"}`, `a=b`. Quoting as in
 * ovs-vsctl(8), "Database Values". New reference, or NULL and a sentence in ovs-vsctl's manner.
 * A UUID may be given as `@name`: it is ["named-uuid", "@name"] then, to be replaced by the caller.
 */
json_t *datum_parse(const struct db_column *column, const char *word, struct error *error);

/*
 * Parses what `remove` takes away: as datum_parse(), but of any number of elements, and for a map
 * keys alone will do: `a`, `a b`. For datum_difference() only.
 */
json_t *datum_parse_removal(const struct db_column *column, const char *word, struct error *error);

/*
 * The map of the one pair that `column:key=value` names. Each of both is one atom, whatever
 * characters are in it: `external_ids:mac=00:11:22:33:44:55` needs no quotes, where
 * `external_ids=mac=...` would.
 */
json_t *datum_parse_pair(const struct db_column *column, const char *key, const char *value,
			 struct error *error);

/* Parses a set of the map's values, of any number, as conditions on a key have them. */
json_t *datum_parse_values(const struct db_column *column, const char *word, struct error *error);

/*
 * The first token of `*word`: up to one of `:=, []{}!<>` that is neither in double quotes nor
 * behind a backslash. Moves `*word` behind it. malloc()ed, quotes and all; NULL and a sentence when
 * a quote is not closed.
 */
char *datum_token(const char **word, struct error *error);

/* The empty value: the type's default where one element is required, else the empty set or map. */
json_t *datum_default(const struct db_column *column);

/* Prints as ovs-vsctl get and list do (--data=string): `10`, `[]`, `[1, 2]`, `{a=b}`, `"a b"`. */
void datum_format(const json_t *value, struct text *text);

/* Prints as --data=bare does: no quotes, no brackets, elements apart by a space. */
void datum_format_bare(const json_t *value, struct text *text);

/* As RFC 7047 5.1 writes it, where a set of one element is the element. New reference. */
json_t *datum_json(const json_t *value);

/* Prints as --data=json does: datum_json() without spaces. */
void datum_format_json(const json_t *value, struct text *text);

/* The value of a key in a map, borrowed; NULL when it is not there. */
const json_t *datum_map_get(const json_t *map, const char *key);

/* The same of a key as a command line has it, of any type and perhaps in quotes; -EINVAL and a
 * sentence when it can't be one. */
int datum_map_find(const struct db_column *column, const json_t *map, const char *key,
		   const json_t **value, struct error *error);

/* How many elements or pairs. */
size_t datum_count(const json_t *value);

/* Order of two values, as strcmp(): first by their number of elements, then by keys, then by the
 * values of a map. */
int datum_compare(const json_t *a, const json_t *b);

/* Is everything that is in `b` in `a`, too? */
bool datum_includes(const json_t *a, const json_t *b);

/* Is nothing of `a` in `b`? */
bool datum_excludes(const json_t *a, const json_t *b);

/*
 * New value: elements or pairs of b added to a (pairs of b win when `replace`, else a's stay), or
 * taken away from it. Both in normal form.
 */
json_t *datum_union(const struct db_column *column, const json_t *a, const json_t *b, bool replace,
		    struct error *error);
/* b may be a set of keys where a is a map. */
json_t *datum_difference(const struct db_column *column, const json_t *a, const json_t *b,
			 struct error *error);

#endif
