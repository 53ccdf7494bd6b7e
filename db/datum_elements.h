/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A value taken apart: the array of its elements, atoms or [key, value] pairs. For the files of
 * datum only.
 */
#ifndef XVS_DATUM_ELEMENTS_H
#define XVS_DATUM_ELEMENTS_H

#include <jansson.h>
#include "db/error.h"
#include "db/schema.h"

/* New array of the value's elements, which are shared with it. NULL when out of memory. */
json_t *datum_elements(const json_t *value);

/* The key of an element: its first half when it is a pair, else itself. Borrowed. */
const json_t *datum_element_key(const struct db_column *column, const json_t *element);

/*
 * Puts elements, each checked already, together into a value in normal form: sorts them, refuses
 * doubles and numbers of elements that the column does not have. Takes the reference. NULL and a
 * sentence, which `what` begins.
 */
json_t *datum_assemble(const struct db_column *column, json_t *elements, const char *what,
		       struct error *error);

#endif
