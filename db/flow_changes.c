/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SQLite itself tells of every row that a statement changes, those that go with their bridge
 * included. What a transaction has changed stays noted when it is rolled back: who asks then reads
 * what is there.
 */
#include "db/flow_changes.h"

#include <stdlib.h>
#include <string.h>
#include "db/store.h"

#define IDS_MAX (1u << 18) /* beyond that, reading all is no more work */

static void clear(struct change_list *list)
{
	free(list->changes.ids);
	memset(list, 0, sizeof(*list));
}

/* Instead of single ones. */
static void note_all(struct change_list *list)
{
	free(list->changes.ids);
	list->changes.ids = NULL;
	list->changes.count = list->room = 0;
	list->changes.all = true;
}

static bool make_room(struct change_list *list)
{
	size_t room = list->room ? 2 * list->room : 64;
	int64_t *ids;

	if (list->changes.count < list->room)
		return true;
	ids = room > IDS_MAX ? NULL : reallocarray(list->changes.ids, room, sizeof(*ids));
	if (!ids)
		return false;
	list->changes.ids = ids;
	list->room = room;
	return true;
}

static void note_flow(struct change_list *list, int64_t id)
{
	if (list->changes.all)
		return;
	if (make_room(list))
		list->changes.ids[list->changes.count++] = id;
	else
		note_all(list);
}

static void note_list(struct change_list *list, const struct db_flow_changes *changes)
{
	for (size_t i = 0; i < changes->count; i++)
		note_flow(list, changes->ids[i]);
	if (changes->all)
		note_all(list);
	list->changes.groups_or_meters |= changes->groups_or_meters;
}

/* SQLite's update hook. */
static void note_row(void *arg, int operation, const char *database, const char *table,
		     sqlite3_int64 id)
{
	struct change_list *waiting = arg;

	(void)operation;
	(void)database;
	if (!strcmp(table, "Flow"))
		note_flow(waiting, id);
	else if (!strcmp(table, "Flow_Group") || !strcmp(table, "Meter"))
		waiting->changes.groups_or_meters = true;
}

void flow_changes_open(struct db *db)
{
	struct change_list *waiting = &db->flow_changes.waiting;

	waiting->changes.all = waiting->changes.groups_or_meters = true;
	sqlite3_update_hook(db->file.sqlite, note_row, waiting);
}

void flow_changes_close(struct db *db)
{
	clear(&db->flow_changes.waiting);
	clear(&db->flow_changes.taken);
}

void flow_changes_committed(struct db *db)
{
	clear(&db->flow_changes.taken);
}

void flow_changes_rolled_back(struct db *db)
{
	note_list(&db->flow_changes.waiting, &db->flow_changes.taken.changes);
	clear(&db->flow_changes.taken);
}

static int compare_ids(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void sort(struct db_flow_changes *changes)
{
	size_t n = 0;

	if (changes->count)
		qsort(changes->ids, changes->count, sizeof(*changes->ids), compare_ids);
	for (size_t i = 0; i < changes->count; i++)
		if (!n || changes->ids[i] != changes->ids[n - 1])
			changes->ids[n++] = changes->ids[i];
	changes->count = n;
}

void db_flow_changes_take(struct db *db, struct db_flow_changes *changes)
{
	struct change_list *waiting = &db->flow_changes.waiting;

	sort(&waiting->changes);
	if (db->in_transaction)
		note_list(&db->flow_changes.taken, &waiting->changes);
	*changes = waiting->changes;
	memset(waiting, 0, sizeof(*waiting));
}

bool db_flow_changes_wait(const struct db *db)
{
	const struct db_flow_changes *changes = &db->flow_changes.waiting.changes;

	return changes->count || changes->all || changes->groups_or_meters;
}
