/* SPDX-License-Identifier: BSD-2-Clause */
#include "db/schema.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include "db/text.h"

enum match {
	MATCH_NONE,
	MATCH_PREFIX,
	MATCH_WHOLE, /* but for case and '-' */
	MATCH_EXACT,
};

static int folded(char c)
{
	return c == '-' ? '_' : tolower((unsigned char)c);
}

static enum match match_name(const char *name, const char *word)
{
	size_t i;

	if (!strcmp(name, word))
		return MATCH_EXACT;
	for (i = 0; word[i]; i++) {
		if (folded(name[i]) != folded(word[i]))
			return MATCH_NONE;
	}
	if (i == 0)
		return MATCH_NONE;
	return name[i] ? MATCH_PREFIX : MATCH_WHOLE;
}

/* The best match among several names, if there is only one as good; else all that match are in
 * `all`. */
struct search {
	const void *best;
	enum match match;
	bool ambiguous;
	struct text all;
};

static void search_add(struct search *search, const char *word, const char *name, const void *found)
{
	enum match match = match_name(name, word);

	if (match == MATCH_NONE)
		return;
	text_add(&search->all, "%s%s", search->all.length ? ", " : "", name);
	if (match < search->match)
		return;
	search->ambiguous = match == search->match;
	search->match = match;
	search->best = found;
}

static const void *search_end(struct search *search)
{
	text_free(&search->all);
	return search->ambiguous ? NULL : search->best;
}

const struct db_table *db_table_find(const char *name, struct error *error)
{
	struct search search = {.all = TEXT_EMPTY};

	for (size_t i = 0; i < db_n_tables; i++)
		search_add(&search, name, db_tables[i].name, &db_tables[i]);
	if (search.ambiguous)
		error_set(error, 0, "\"%s\" matches multiple table names: %s", name,
			  text_string(&search.all));
	else if (!search.best)
		error_set(error, 0, "unknown table \"%s\"", name);
	return search_end(&search);
}

const struct db_column *db_column_find(const struct db_table *table, const char *name,
				       struct error *error)
{
	struct search search = {.all = TEXT_EMPTY};

	for (size_t i = 0; i < table->n_columns; i++)
		search_add(&search, name, table->columns[i].name, &table->columns[i]);
	if (search.ambiguous)
		error_set(error, 0,
			  "%s contains more than one column whose name matches \"%s\": %s",
			  table->name, name, text_string(&search.all));
	else if (!search.best)
		error_set(error, 0, "%s does not contain a column whose name matches \"%s\"",
			  table->name, name);
	return search_end(&search);
}
