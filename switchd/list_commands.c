/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands that look through the records of a table: list, find and wait-until, as in ovs-vsctl. */
#include "switchd/commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "switchd/condition.h"
#include "switchd/daemon.h"
#include "switchd/rows.h"
#include "switchd/tabular.h"

/* The UUID of a record, as a column among the others. */
static const struct db_column uuid_column = {
	.name = "_uuid", .key = DB_UUID, .min = 1, .max = 1, .class = DB_LIVE};

struct listing {
	struct command_call *call;
	const struct db_table *table;
	struct condition *conditions;
	int n_conditions;
	const struct db_column **columns; /* those of the conditions, and then those to be shown */
	const char **headings;
	size_t n_shown;
	const struct db_column **read; /* each of `columns` once */
	size_t n_read;
	size_t *places;  /* of each of `columns` in `read` */
	json_t **values; /* of each of `columns` */
	struct tabular tabular;
};

static int compare_columns(const void *a, const void *b)
{
	const struct db_column *const *left = a, *const *right = b;

	return strcmp((*left)->name, (*right)->name);
}

/* Without --columns: the UUID and all others in the order of their names. */
static int choose_all(struct listing *listing, const struct db_column **shown)
{
	size_t n = listing->table->n_columns;

	shown[0] = &uuid_column;
	for (size_t i = 0; i < n; i++)
		shown[i + 1] = &listing->table->columns[i];
	qsort(shown + 1, n, sizeof(*shown), compare_columns);
	listing->n_shown = n + 1;
	return 0;
}

static int choose_named(struct listing *listing, const struct db_column **shown, char *names)
{
	char *rest = NULL;

	for (char *name = strtok_r(names, ", ", &rest); name; name = strtok_r(NULL, ", ", &rest)) {
		const struct db_column *column = &uuid_column;

		if (strcasecmp(name, "_uuid"))
			column = db_column_find(listing->table, name, listing->call->error);
		if (!column)
			return -EINVAL;
		shown[listing->n_shown++] = column;
	}
	return listing->n_shown ? 0
				: error_set(listing->call->error, -EINVAL,
					    "must specify at least one column name");
}

static int choose_columns(struct listing *listing)
{
	const char *names = command_option(listing->call, "--columns");
	size_t most = listing->table->n_columns + 1, n = (size_t)listing->n_conditions;
	char *copy = names ? strdup(names) : NULL;
	int result = -ENOMEM;

	if (names && strlen(names) + 1 > most)
		most = strlen(names) + 1;
	listing->columns = calloc(n + most, sizeof(*listing->columns));
	listing->headings = calloc(most, sizeof(*listing->headings));
	if (!listing->columns || !listing->headings || (names && !copy))
		error_set(listing->call->error, 0, "out of memory");
	else
		result = names ? choose_named(listing, listing->columns + n, copy)
			       : choose_all(listing, listing->columns + n);
	free(copy);
	for (size_t i = 0; i < listing->n_shown; i++)
		listing->headings[i] = listing->columns[n + i]->name;
	for (size_t i = 0; i < n; i++)
		listing->columns[i] = condition_column(listing->conditions, (int)i);
	return result;
}

/* However often a column is named, it is read once: users may name thousands. */
static int plan_reading(struct listing *listing)
{
	size_t n = (size_t)listing->n_conditions + listing->n_shown;

	listing->read = calloc(n + 1, sizeof(*listing->read));
	listing->places = calloc(n + 1, sizeof(*listing->places));
	listing->values = calloc(n + 1, sizeof(*listing->values));
	if (!listing->read || !listing->places || !listing->values)
		return error_set(listing->call->error, -ENOMEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		size_t place = 0;

		while (place < listing->n_read && listing->read[place] != listing->columns[i])
			place++;
		if (place == listing->n_read)
			listing->read[listing->n_read++] = listing->columns[i];
		listing->places[i] = place;
	}
	return 0;
}

static int begin(struct listing *listing, struct command_call *call, int n_conditions, char **words)
{
	int result;

	*listing =
		(struct listing){.call = call, .table = db_table_find(call->words[1], call->error)};
	if (!listing->table)
		return -EINVAL;
	listing->conditions = condition_parse(call, listing->table, n_conditions, words);
	if (!listing->conditions)
		return -EINVAL;
	listing->n_conditions = n_conditions;
	result = choose_columns(listing);
	if (result == 0)
		result = plan_reading(listing);
	tabular_init(&listing->tabular, listing->headings, listing->n_shown);
	return result;
}

static void end(struct listing *listing)
{
	tabular_free(&listing->tabular);
	condition_free(listing->conditions, listing->n_conditions);
	free(listing->columns);
	free(listing->headings);
	free(listing->read);
	free(listing->places);
	free(listing->values);
}

/* db_row_fn */
static int add_row(const char *uuid, json_t *const *values, void *arg)
{
	struct listing *listing = arg;
	size_t n = (size_t)listing->n_conditions;
	json_t *uuid_atom;
	int result;

	for (size_t i = 0; i < n + listing->n_shown; i++)
		listing->values[i] = values[listing->places[i]];
	if (!condition_holds(listing->conditions, listing->n_conditions, listing->values))
		return 0;
	uuid_atom = json_pack("[ss]", "uuid", uuid);
	for (size_t i = n; i < n + listing->n_shown; i++)
		if (listing->columns[i] == &uuid_column)
			listing->values[i] = uuid_atom;
	result = tabular_add(&listing->tabular, listing->values + n);
	json_decref(uuid_atom);
	return result ? error_set(listing->call->error, result, "out of memory") : 0;
}

static int read_rows(struct listing *listing, const char *uuid)
{
	return rows_select(listing->call->daemon, listing->table, uuid, listing->read,
			   listing->n_read, add_row, listing, listing->call->error);
}

static void print(struct listing *listing)
{
	tabular_print(&listing->tabular, listing->call->style, listing->call->table_output);
}

static int list_record(struct listing *listing, const char *record)
{
	struct command_call *call = listing->call;
	char uuid[DB_UUID_LEN + 1];
	int result = db_record_find(call->daemon->db, listing->table, record, uuid, call->error);

	if (result == -ENOENT && command_option(call, "--if-exists"))
		return 0;
	return result ? result : read_rows(listing, uuid);
}

/* list TABLE [RECORD]... */
int cmd_list(struct command_call *call)
{
	struct listing listing;
	int result = begin(&listing, call, 0, NULL);

	if (result == 0 && call->n_words == 2)
		result = read_rows(&listing, NULL);
	for (int i = 2; i < call->n_words && result == 0; i++)
		result = list_record(&listing, call->words[i]);
	if (result == 0)
		print(&listing);
	end(&listing);
	return result;
}

/* find TABLE [CONDITION]... */
int cmd_find(struct command_call *call)
{
	struct listing listing;
	int result = begin(&listing, call, call->n_words - 2, call->words + 2);

	if (result == 0)
		result = read_rows(&listing, NULL);
	if (result == 0)
		print(&listing);
	end(&listing);
	return result;
}

/* wait-until TABLE RECORD [CONDITION]...: a record that is not there yet fulfils none. */
int cmd_wait_until(struct command_call *call)
{
	struct listing listing;
	char uuid[DB_UUID_LEN + 1];
	int result = begin(&listing, call, call->n_words - 3, call->words + 3);

	if (result == 0) {
		result = db_record_find(call->daemon->db, listing.table, call->words[2], uuid,
					call->error);
		if (result == 0)
			result = read_rows(&listing, uuid);
		else if (result == -ENOENT)
			result = 0;
	}
	call->again = listing.tabular.n_rows == 0;
	end(&listing);
	return result;
}
