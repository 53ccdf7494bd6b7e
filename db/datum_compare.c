/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/atom.h"
#include "db/datum.h"
#include "db/datum_elements.h"

size_t datum_count(const json_t *value)
{
	json_t *elements = datum_elements(value);
	size_t count = json_array_size(elements);

	json_decref(elements);
	return count;
}

static bool is_map(const json_t *value)
{
	const char *tag = json_string_value(json_array_get(value, 0));

	return tag && tag[0] == 'm';
}

static const json_t *half(const json_t *element, bool pair, size_t which)
{
	return pair ? json_array_get(element, which) : element;
}

static int compare_elements(const json_t *left, const json_t *right, bool pairs, size_t which)
{
	const json_t *element;
	int order = 0;
	size_t i;

	json_array_foreach (left, i, element) {
		order = atom_compare(half(element, pairs, which),
				     half(json_array_get(right, i), pairs, which));
		if (order)
			break;
	}
	return order;
}

int datum_compare(const json_t *a, const json_t *b)
{
	json_t *left = datum_elements(a), *right = datum_elements(b);
	size_t n = json_array_size(left), m = json_array_size(right);
	bool pairs = is_map(a);
	int order = (n > m) - (n < m);

	if (!order)
		order = compare_elements(left, right, pairs, 0);
	if (!order && pairs)
		order = compare_elements(left, right, pairs, 1);
	json_decref(left);
	json_decref(right);
	return order;
}

static bool has(const json_t *elements, const json_t *element, bool pairs)
{
	const json_t *other;
	size_t i;

	json_array_foreach (elements, i, other)
		if (!atom_compare(half(other, pairs, 0), half(element, pairs, 0)) &&
		    (!pairs || !atom_compare(json_array_get(other, 1), json_array_get(element, 1))))
			return true;
	return false;
}

/* How many elements of `b` are in `a`, too. */
static size_t count_common(const json_t *a, const json_t *b)
{
	json_t *left = datum_elements(a), *right = datum_elements(b), *element;
	size_t i, count = 0;

	json_array_foreach (right, i, element)
		count += has(left, element, is_map(a));
	json_decref(left);
	json_decref(right);
	return count;
}

bool datum_includes(const json_t *a, const json_t *b)
{
	return count_common(a, b) == datum_count(b);
}

bool datum_excludes(const json_t *a, const json_t *b)
{
	return count_common(a, b) == 0;
}
