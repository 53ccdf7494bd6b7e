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

static int compare_whole(const json_t *a, const json_t *b, bool pairs)
{
	int order = atom_compare(half(a, pairs, 0), half(b, pairs, 0));

	return order || !pairs ? order : atom_compare(half(a, true, 1), half(b, true, 1));
}

/* How many elements of `b` are in `a`, too: both are sorted, each key is in either once. */
static size_t count_common(const json_t *a, const json_t *b)
{
	json_t *left = datum_elements(a), *right = datum_elements(b);
	size_t i = 0, j = 0, count = 0;

	while (i < json_array_size(left) && j < json_array_size(right)) {
		int order =
			compare_whole(json_array_get(left, i), json_array_get(right, j), is_map(a));

		count += order == 0;
		i += order <= 0;
		j += order >= 0;
	}
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
