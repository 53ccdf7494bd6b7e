/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command `show`: the switch as a tree of records, in ovs-vsctl's format, with what is wrong
 * and why. A column that has its default is left out.
 */
#include "switchd/commands.h"

#include <stdlib.h>
#include <string.h>
#include "db/datum.h"
#include "switchd/daemon.h"
#include "switchd/rows.h"

#define INDENT      4
#define COLUMNS_MAX 8

/* A table as it is shown; columns that refer to another one are followed. */
static const struct shown {
	const char *table;
	const char *name; /* column that names a record; NULL: its UUID does */
	const char *columns[COLUMNS_MAX];
} tables[] = {
	{"Open_vSwitch", NULL, {"manager_options", "bridges", "ovs_version"}},
	{"Bridge", "name", {"controller", "fail_mode", "datapath_type", "ports"}},
	{"Port", "name", {"tag", "trunks", "interfaces"}},
	{"Interface", "name", {"type", "options", "error"}},
	{"Controller", "target", {"is_connected"}},
	{"Manager", "target", {"is_connected"}},
};

struct row {
	char uuid[DB_UUID_LEN + 1];
	json_t *name;
	json_t *values[COLUMNS_MAX];
};

/* All records of a table, read at once. */
struct rows {
	const struct shown *shown;
	const struct db_table *table;
	const struct db_column *columns[COLUMNS_MAX + 1]; /* the name's at last */
	size_t n_columns;                                 /* without it */
	struct row *rows;
	size_t n_rows, size;
};

#define TABLES (sizeof(tables) / sizeof(*tables))

struct tree {
	struct rows rows[TABLES];
	struct text *output;
};

/* db_row_fn */
static int keep_row(const char *uuid, json_t *const *values, void *arg)
{
	struct rows *rows = arg;
	struct row *row;

	if (rows->n_rows == rows->size) {
		size_t size = rows->size ? 2 * rows->size : 16;
		struct row *more = realloc(rows->rows, size * sizeof(*more));

		if (!more)
			return -1;
		rows->rows = more;
		rows->size = size;
	}
	row = &rows->rows[rows->n_rows++];
	memset(row, 0, sizeof(*row));
	strcpy(row->uuid, uuid);
	for (size_t i = 0; i < rows->n_columns; i++)
		row->values[i] = json_incref(values[i]);
	if (rows->shown->name)
		row->name = json_incref(values[rows->n_columns]);
	return 0;
}

static int compare_rows(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->uuid, ((const struct row *)b)->uuid);
}

static int read_table(struct command_call *call, const struct shown *shown, struct rows *rows)
{
	int result;

	rows->shown = shown;
	rows->table = db_table_find(shown->table, call->error);
	while (rows->n_columns < COLUMNS_MAX && shown->columns[rows->n_columns]) {
		rows->columns[rows->n_columns] =
			db_column_find(rows->table, shown->columns[rows->n_columns], call->error);
		rows->n_columns++;
	}
	if (shown->name)
		rows->columns[rows->n_columns] =
			db_column_find(rows->table, shown->name, call->error);
	result = rows_select(call->daemon, rows->table, NULL, rows->columns,
			     rows->n_columns + !!shown->name, keep_row, rows, call->error);
	if (rows->n_rows)
		qsort(rows->rows, rows->n_rows, sizeof(*rows->rows), compare_rows);
	return result;
}

static const struct rows *find_table(const struct tree *tree, const char *name)
{
	for (size_t i = 0; name && i < TABLES; i++)
		if (!strcmp(tables[i].table, name))
			return &tree->rows[i];
	return NULL;
}

static const struct row *find_row(const struct rows *rows, const json_t *uuid)
{
	const char *text = json_string_value(json_array_get(uuid, 1));
	struct row key;

	if (!text || !rows->n_rows)
		return NULL;
	strncpy(key.uuid, text, sizeof(key.uuid) - 1);
	key.uuid[DB_UUID_LEN] = '\0';
	return bsearch(&key, rows->rows, rows->n_rows, sizeof(key), compare_rows);
}

static void print_row(const struct tree *tree, const struct rows *rows, const struct row *row,
		      int level);

struct referred {
	const struct row *row;
	const json_t *parent; /* name of the record that refers to it */
};

/* By name, but a bridge's own port, which has its name, before all others. */
static int compare_referred(const void *a, const void *b)
{
	const struct referred *left = a, *right = b;
	const char *x = json_string_value(left->row->name),
		   *y = json_string_value(right->row->name);
	const char *parent = json_string_value(left->parent);
	bool x_own = parent && !strcmp(x, parent), y_own = parent && !strcmp(y, parent);

	return x_own != y_own ? y_own - x_own : strcmp(x, y);
}

/* The records that a column refers to. */
static void print_referred(const struct tree *tree, const struct rows *rows, const struct row *from,
			   const json_t *value, int level)
{
	const json_t *uuids = json_array_get(value, 1), *uuid;
	bool single = json_is_string(uuids);
	size_t n = 0, size = single ? 1 : json_array_size(uuids), i;
	struct referred *referred = calloc(size + 1, sizeof(*referred));

	if (!referred)
		return;
	for (i = 0; i < size; i++) {
		uuid = single ? value : json_array_get(uuids, i);
		referred[n].row = find_row(rows, uuid);
		referred[n].parent = from->name;
		n += referred[n].row != NULL;
	}
	if (n)
		qsort(referred, n, sizeof(*referred), compare_referred);
	for (i = 0; i < n; i++)
		print_row(tree, rows, referred[i].row, level);
	free(referred);
}

static void print_column(const struct tree *tree, const struct db_column *column,
			 const struct row *row, const json_t *value, int level)
{
	const struct rows *referred = find_table(tree, column->refers);
	json_t *usual;

	if (referred) {
		print_referred(tree, referred, row, value, level);
		return;
	}
	usual = datum_default(column);
	if (!json_equal((json_t *)value, usual)) {
		text_add(tree->output, "%*s%s: ", level * INDENT, "", column->name);
		datum_format(value, tree->output);
		text_add(tree->output, "\n");
	}
	json_decref(usual);
}

static void print_row(const struct tree *tree, const struct rows *rows, const struct row *row,
		      int level)
{
	text_add(tree->output, "%*s", level * INDENT, "");
	if (row->name) {
		text_add(tree->output, "%s ", rows->table->name);
		datum_format(row->name, tree->output);
		text_add(tree->output, "\n");
	} else {
		text_add(tree->output, "%s\n", row->uuid);
	}
	for (size_t i = 0; i < rows->n_columns; i++)
		print_column(tree, rows->columns[i], row, row->values[i], level + 1);
}

static void free_rows(struct rows *rows)
{
	for (size_t i = 0; i < rows->n_rows; i++) {
		json_decref(rows->rows[i].name);
		for (size_t j = 0; j < rows->n_columns; j++)
			json_decref(rows->rows[i].values[j]);
	}
	free(rows->rows);
}

int cmd_show(struct command_call *call)
{
	struct tree tree = {.output = call->output};
	int result = 0;

	for (size_t i = 0; i < TABLES && result == 0; i++)
		result = read_table(call, &tables[i], &tree.rows[i]);
	for (size_t i = 0; i < tree.rows[0].n_rows && result == 0; i++)
		print_row(&tree, &tree.rows[0], &tree.rows[0].rows[i], 0);
	for (size_t i = 0; i < TABLES; i++)
		free_rows(&tree.rows[i]);
	return result;
}
