/* SPDX-License-Identifier: BSD-2-Clause */
/* An order of records that depends on the configuration alone. */
#include "db/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* By the numbers of what two values of one column refer to. */
static int compare_targets(const struct snapshot *snapshot, const json_t *a, const json_t *b)
{
	const char *tag = json_string_value(json_array_get(a, 0));
	const struct snapshot_record *x, *y;
	int order = 0;

	if (tag && !strcmp(tag, "uuid") && json_is_string(json_array_get(a, 1))) {
		x = snapshot_follow(snapshot, a);
		y = snapshot_follow(snapshot, b);
		return x && y ? (x->number > y->number) - (x->number < y->number) : 0;
	}
	for (size_t i = 0; i < json_array_size(a) && order == 0; i++)
		order = compare_targets(snapshot, json_array_get(a, i), json_array_get(b, i));
	return order;
}

/* Of records with one signature, those that refer to the same records stand together. */
static int compare_references(const struct snapshot *snapshot, const struct snapshot_record *x,
			      const struct snapshot_record *y)
{
	int order = 0;

	for (size_t i = 0; i < x->table->n_columns && order == 0; i++)
		if (snapshot_refers(&x->table->columns[i]))
			order = compare_targets(snapshot, x->values[i], y->values[i]);
	return order;
}

static int compare_records(const void *a, const void *b, void *snapshot)
{
	const struct snapshot_record *x = *(struct snapshot_record *const *)a;
	const struct snapshot_record *y = *(struct snapshot_record *const *)b;
	int order = strcmp(x->table->name, y->table->name);

	if (order == 0 && x->path && y->path) {
		order = strcmp(x->path, y->path);
	} else if (order == 0 && x->signature && y->signature) {
		order = strcmp(x->signature, y->signature);
		if (order == 0)
			order = compare_references(snapshot, x, y);
	}
	return order ? order : (x->position > y->position) - (x->position < y->position);
}

static void number_records(struct snapshot_record **records, size_t n)
{
	unsigned number = 0;

	for (size_t i = 0; i < n; i++) {
		if (!i || records[i]->table != records[i - 1]->table)
			number = 0;
		records[i]->number = ++number;
	}
}

struct snapshot_record **snapshot_sort(struct snapshot *snapshot, struct error *error)
{
	struct snapshot_record **sorted = calloc(snapshot->n + 1, sizeof(struct snapshot_record *));

	if (!sorted) {
		error_set(error, -ENOMEM, "out of memory");
		return NULL;
	}
	memcpy(sorted, snapshot->records, snapshot->n * sizeof(*sorted));
	/* The second time the targets have their numbers. */
	for (int round = 0; round < 2; round++) {
		qsort_r(sorted, snapshot->n, sizeof(*sorted), compare_records, snapshot);
		number_records(sorted, snapshot->n);
	}
	return sorted;
}
