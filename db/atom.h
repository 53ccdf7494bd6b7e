/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Atoms: the single values that OVSDB's sets and maps are made of (RFC 7047 5.1), held as JSON: a
 * string, a number, a boolean, or ["uuid", "..."]. Values are for datum.h, which stands on this.
 */
#ifndef XVS_ATOM_H
#define XVS_ATOM_H

#include <jansson.h>
#include <stdbool.h>
#include "db/error.h"
#include "db/schema.h"
#include "db/text.h"

/* What an atom may be: a column's key (the element of a set) or its value. */
struct atom_type {
	enum db_type type;
	int64_t low, high;        /* range of integers when high is not 0 */
	const char *const *words; /* NULL: any string */
};

struct atom_type atom_type_key(const struct db_column *column);
struct atom_type atom_type_value(const struct db_column *column);

/* "string", "integer", ... */
const char *atom_type_name(enum db_type type);

/* Is it the text of a UUID, RFC 4122 3? */
bool atom_is_uuid(const char *text);

/* The atom in normal form (new reference), or NULL and a sentence. */
json_t *atom_check(const struct atom_type *type, const json_t *atom, struct error *error);

/* Parses a token of a command line. New reference, or NULL and a sentence. `@name` in place of a
 * UUID becomes ["named-uuid", "@name"], RFC 7047 5.1, which is no value yet. */
json_t *atom_parse(const struct atom_type *type, const char *token, struct error *error);

/*
 * Is the token a range of integers, "1-5"? 1 with its ends; 0 if not; -EINVAL with a sentence if it
 * is one that the type does not allow, or too long a one.
 */
int atom_parse_range(const struct atom_type *type, const char *token, json_int_t *first,
		     json_int_t *last, struct error *error);

json_t *atom_default(enum db_type type);

/* Order of two atoms of one type, as strcmp(). */
int atom_compare(const json_t *a, const json_t *b);

/* Prints it; `bare` never quotes strings. */
void atom_format(const json_t *atom, bool bare, struct text *text);

#endif
