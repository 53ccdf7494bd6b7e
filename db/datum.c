/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/datum.h"

#include <stdlib.h>
#include <string.h>
#include "db/atom.h"
#include "db/datum_elements.h"

/* The elements of ["set", [...]] or ["map", [...]], borrowed; NULL when the value is neither. */
static const json_t *tagged(const json_t *value, const char *tag)
{
	const char *text = json_string_value(json_array_get(value, 0));
	const json_t *elements = json_array_get(value, 1);

	if (json_array_size(value) != 2 || !text || strcmp(text, tag) || !json_is_array(elements))
		return NULL;
	return elements;
}

json_t *datum_elements(const json_t *value)
{
	const json_t *elements = tagged(value, "set");
	json_t *single;

	if (!elements)
		elements = tagged(value, "map");
	if (elements)
		return json_copy((json_t *)elements);
	single = json_array();
	json_array_append(single, (json_t *)value);
	return single;
}

const json_t *datum_element_key(const struct db_column *column, const json_t *element)
{
	return column->value == DB_VOID ? element : json_array_get(element, 0);
}

static int compare_atoms(const void *a, const void *b)
{
	return atom_compare(*(json_t *const *)a, *(json_t *const *)b);
}

static int compare_pairs(const void *a, const void *b)
{
	return atom_compare(json_array_get(*(json_t *const *)a, 0),
			    json_array_get(*(json_t *const *)b, 0));
}

static bool is_sorted(json_t *const *order, size_t n, int (*compare)(const void *, const void *))
{
	for (size_t i = 1; i < n; i++)
		if (compare(&order[i - 1], &order[i]) > 0)
			return false;
	return true;
}

/* Sorts and looks for equal neighbours. New array, or NULL and a sentence. */
static json_t *sorted(const struct db_column *column, const json_t *elements, const char *what,
		      struct error *error)
{
	int (*compare)(const void *, const void *) =
		column->value == DB_VOID ? compare_atoms : compare_pairs;
	size_t n = json_array_size(elements);
	json_t **order = calloc(n + 1, sizeof(*order));
	json_t *result = order ? json_array() : NULL;

	if (!result)
		error_set(error, 0, "out of memory");
	for (size_t i = 0; result && i < n; i++)
		order[i] = json_array_get(elements, i);
	if (result && !is_sorted(order, n, compare))
		qsort(order, n, sizeof(*order), compare);
	for (size_t i = 0; result && i < n; i++) {
		if (i && !compare(&order[i - 1], &order[i])) {
			error_set(error, 0, "%s: %s", what,
				  column->value == DB_VOID ? "set contains duplicate value"
							   : "map contains duplicate key");
			json_decref(result);
			result = NULL;
		} else {
			json_array_append(result, order[i]);
		}
	}
	free(order);
	return result;
}

static json_t *assemble(const struct db_column *column, const json_t *elements, const char *what,
			struct error *error)
{
	size_t n = json_array_size(elements);
	json_t *result;

	if (n > column->max || n < column->min) {
		error_set(error, 0, "%s: %zu %s(s) specified but the %s number is %u", what, n,
			  column->value == DB_VOID ? "value" : "pair",
			  n < column->min ? "minimum" : "maximum",
			  n < column->min ? column->min : column->max);
		return NULL;
	}
	if (column->max == 1 && n == 1 && column->value == DB_VOID)
		return json_incref(json_array_get(elements, 0));
	result = sorted(column, elements, what, error);
	return result ? json_pack("[so]", column->value == DB_VOID ? "set" : "map", result) : NULL;
}

json_t *datum_assemble(const struct db_column *column, json_t *elements, const char *what,
		       struct error *error)
{
	json_t *value = assemble(column, elements, what, error);

	json_decref(elements);
	return value;
}

static json_t *check_pair(const struct db_column *column, const json_t *pair, struct error *error)
{
	struct atom_type key_type = atom_type_key(column), value_type = atom_type_value(column);
	json_t *key, *value;

	if (json_array_size(pair) != 2) {
		error_set(error, 0, "expected a pair of %s and %s", atom_type_name(column->key),
			  atom_type_name(column->value));
		return NULL;
	}
	key = atom_check(&key_type, json_array_get(pair, 0), error);
	value = key ? atom_check(&value_type, json_array_get(pair, 1), error) : NULL;
	if (!value) {
		json_decref(key);
		return NULL;
	}
	return json_pack("[oo]", key, value);
}

static json_t *check_element(const struct db_column *column, const json_t *element,
			     struct error *error)
{
	struct atom_type type = atom_type_key(column);

	if (column->value != DB_VOID)
		return check_pair(column, element, error);
	return atom_check(&type, element, error);
}

json_t *datum_check(const struct db_column *column, const json_t *value, struct error *error)
{
	json_t *elements, *checked;
	const json_t *element;
	size_t i;

	if (column->value != DB_VOID && !tagged(value, "map")) {
		error_set(error, 0, "%s: expected a map", column->name);
		return NULL;
	}
	elements = datum_elements(value);
	checked = json_array();
	json_array_foreach (elements, i, element) {
		json_t *normal = check_element(column, element, error);

		if (!normal) {
			error_prefix(error, 0, "%s: ", column->name);
			json_decref(checked);
			json_decref(elements);
			return NULL;
		}
		json_array_append_new(checked, normal);
	}
	json_decref(elements);
	return datum_assemble(column, checked, column->name, error);
}

json_t *datum_default(const struct db_column *column)
{
	if (column->value != DB_VOID)
		return json_pack("[s[]]", "map");
	if (column->min == 0)
		return json_pack("[s[]]", "set");
	return column->max == 1 ? atom_default(column->key)
				: json_pack("[s[o]]", "set", atom_default(column->key));
}

const json_t *datum_map_get(const json_t *map, const char *key)
{
	const json_t *pairs = tagged(map, "map"), *pair;
	size_t i;

	json_array_foreach (pairs, i, pair) {
		const json_t *name = json_array_get(pair, 0);

		if (json_is_string(name) && !strcmp(json_string_value(name), key))
			return json_array_get(pair, 1);
	}
	return NULL;
}

json_t *datum_union(const struct db_column *column, const json_t *a, const json_t *b, bool replace,
		    struct error *error)
{
	json_t *left = datum_elements(a), *right = datum_elements(b), *both = json_array();
	size_t i = 0, j = 0;

	while (i < json_array_size(left) || j < json_array_size(right)) {
		json_t *l = json_array_get(left, i), *r = json_array_get(right, j);
		int order = !l   ? 1
			    : !r ? -1
				 : atom_compare(datum_element_key(column, l),
						datum_element_key(column, r));

		json_array_append(both, order < 0 || (order == 0 && !replace) ? l : r);
		i += order <= 0;
		j += order >= 0;
	}
	json_decref(left);
	json_decref(right);
	return datum_assemble(column, both, column->name, error);
}

json_t *datum_difference(const struct db_column *column, const json_t *a, const json_t *b,
			 struct error *error)
{
	bool keys_only = column->value != DB_VOID && !tagged(b, "map");
	json_t *left = datum_elements(a), *right = datum_elements(b), *rest = json_array();
	size_t j = 0, i;
	json_t *l;

	json_array_foreach (left, i, l) {
		const json_t *key = datum_element_key(column, l);
		const json_t *r;
		int order = 1;

		for (; (r = json_array_get(right, j)); j++) {
			order = atom_compare(key, keys_only ? r : datum_element_key(column, r));
			if (order <= 0)
				break;
		}
		if (!r || order != 0 ||
		    (column->value != DB_VOID && !keys_only && !json_equal(l, (json_t *)r)))
			json_array_append(rest, l);
	}
	json_decref(left);
	json_decref(right);
	return datum_assemble(column, rest, column->name, error);
}
