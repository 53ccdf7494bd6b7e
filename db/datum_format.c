/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>
#include "db/atom.h"
#include "db/datum.h"

/* What stands around and between elements. */
struct style {
	bool bare;
	const char *set[2], *map[2];
	const char *between;
};

static const struct style quoted = {false, {"[", "]"}, {"{", "}"}, ", "};
static const struct style bare = {true, {"", ""}, {"", ""}, " "};

static void format_pair(const json_t *pair, const struct style *style, struct text *text)
{
	atom_format(json_array_get(pair, 0), style->bare, text);
	text_add(text, "=");
	atom_format(json_array_get(pair, 1), style->bare, text);
}

static void format(const json_t *value, const struct style *style, struct text *text)
{
	const char *tag = json_string_value(json_array_get(value, 0));
	bool is_map = tag && !strcmp(tag, "map");
	const char *const *brackets = is_map ? style->map : style->set;
	const json_t *element;
	size_t i;

	if (!tag || !strcmp(tag, "uuid")) {
		atom_format(value, style->bare, text);
		return;
	}
	text_add(text, "%s", brackets[0]);
	json_array_foreach (json_array_get(value, 1), i, element) {
		if (i)
			text_add(text, "%s", style->between);
		if (is_map)
			format_pair(element, style, text);
		else
			atom_format(element, style->bare, text);
	}
	text_add(text, "%s", brackets[1]);
}

void datum_format(const json_t *value, struct text *text)
{
	format(value, &quoted, text);
}

void datum_format_bare(const json_t *value, struct text *text)
{
	format(value, &bare, text);
}

json_t *datum_json(const json_t *value)
{
	const char *tag = json_string_value(json_array_get(value, 0));
	const json_t *elements = json_array_get(value, 1);

	if (tag && !strcmp(tag, "set") && json_array_size(elements) == 1)
		return json_incref(json_array_get(elements, 0));
	return json_incref((json_t *)value);
}

void datum_format_json(const json_t *value, struct text *text)
{
	json_t *plain = datum_json(value);
	char *json = json_dumps(plain, JSON_COMPACT | JSON_ENCODE_ANY);

	if (json)
		text_add(text, "%s", json);
	free(json);
	json_decref(plain);
}
