/* SPDX-License-Identifier: BSD-2-Clause */
/* Flows, groups and meters, which are no records: they are told from others by their numbers, and a
 * flow by its table, priority and match. */
#include "db/difference.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "db/db_flow.h"
#include "db/flow_default.h"

/* One bridge, of both. */
struct difference {
	struct db *db, *wanted;
	const char *bridge;
	struct error *error;
	int64_t *ids; /* of those that are to go */
	size_t n, room;
};

static int add_id(struct difference *difference, int64_t id)
{
	size_t room = 2 * difference->room + 64;
	int64_t *ids;

	if (difference->n == difference->room) {
		ids = reallocarray(difference->ids, room, sizeof(*ids));
		if (!ids)
			return error_set(difference->error, -ENOMEM, "out of memory");
		difference->ids = ids;
		difference->room = room;
	}
	difference->ids[difference->n++] = id;
	return 0;
}

typedef int delete_fn(struct db *db, int64_t id, struct error *error);

static int delete_noted(struct difference *difference, delete_fn *delete)
{
	int result = 0;

	for (size_t i = 0; i < difference->n && result == 0; i++)
		result = delete (difference->db, difference->ids[i], difference->error);
	difference->n = 0;
	return result;
}

/* db_flow_fn */
static int note_found(const struct db_flow *flow, void *found)
{
	(void)flow;
	*(bool *)found = true;
	return 0;
}

/* db_flow_fn */
static int note_unwanted_flow(const struct db_flow *flow, void *arg)
{
	struct difference *difference = arg;
	bool found = false;
	int result = flow_find(difference->wanted, difference->bridge, flow, note_found, &found,
			       difference->error);

	return result || found ? result : add_id(difference, flow->id);
}

#define RESET_COUNTS (1 << 2) /* of ofp_flow_mod_flags: about how a flow was put in */

/* Do they say the same? When and how each was made is no part of that. */
static bool is_same(const struct db_flow *a, const struct db_flow *b)
{
	return a->cookie == b->cookie && a->idle_timeout == b->idle_timeout &&
	       a->hard_timeout == b->hard_timeout && a->importance == b->importance &&
	       !((a->flags ^ b->flags) & ~RESET_COUNTS) && a->is_default == b->is_default &&
	       !strcmp(a->actions, b->actions);
}

struct comparison {
	const struct db_flow *wanted;
	bool same;
};

/* db_flow_fn */
static int compare(const struct db_flow *flow, void *arg)
{
	struct comparison *comparison = arg;

	comparison->same = is_same(flow, comparison->wanted);
	return 0;
}

/* db_flow_fn */
static int put_flow(const struct db_flow *flow, void *arg)
{
	struct difference *difference = arg;
	struct comparison comparison = {.wanted = flow};
	int result = flow_find(difference->db, difference->bridge, flow, compare, &comparison,
			       difference->error);

	if (result || comparison.same)
		return result;
	return db_flow_put(difference->db, difference->bridge, flow, difference->error);
}

static int write_flows(struct difference *difference)
{
	int result = db_flow_each(difference->db, difference->bridge, note_unwanted_flow,
				  difference, difference->error);

	if (result == 0)
		result = delete_noted(difference, db_flow_del);
	return result ? result
		      : db_flow_each(difference->wanted, difference->bridge, put_flow, difference,
				     difference->error);
}

/* Notes the id unless the query finds something among what is wanted. */
static int note_unless(struct difference *difference, int64_t id, const char *sql, uint32_t number)
{
	int64_t one;
	int result = connection_integer(&difference->wanted->file, &one, difference->error, sql,
					"si", difference->bridge, (int64_t)number);

	return result ? (result < 0 ? result : 0) : add_id(difference, id);
}

/* db_group_fn */
static int note_unwanted_group(const struct db_group *group, void *difference)
{
	return note_unless(difference, group->id,
			   "SELECT 1 FROM Flow_Group WHERE bridge ="
			   " (SELECT _id FROM Bridge WHERE name = ?) AND group_id = ?",
			   group->group);
}

/* db_group_fn */
static int put_group(const struct db_group *group, void *arg)
{
	struct difference *difference = arg;

	return db_group_put(difference->db, difference->bridge, group->group, group->text,
			    difference->error);
}

static int write_groups(struct difference *difference)
{
	int result = db_group_each(difference->db, difference->bridge, note_unwanted_group,
				   difference, difference->error);

	if (result == 0)
		result = delete_noted(difference, db_group_del);
	return result ? result
		      : db_group_each(difference->wanted, difference->bridge, put_group, difference,
				      difference->error);
}

/* db_meter_fn */
static int note_unwanted_meter(const struct db_meter *meter, void *difference)
{
	return note_unless(difference, meter->id,
			   "SELECT 1 FROM Meter WHERE bridge ="
			   " (SELECT _id FROM Bridge WHERE name = ?) AND meter_id = ?",
			   meter->meter);
}

/* db_meter_fn */
static int put_meter(const struct db_meter *meter, void *arg)
{
	struct difference *difference = arg;

	return db_meter_put(difference->db, difference->bridge, meter->meter, meter->text,
			    difference->error);
}

static int remove_meters(struct difference *difference)
{
	int result = db_meter_each(difference->db, difference->bridge, note_unwanted_meter,
				   difference, difference->error);

	return result ? result : delete_noted(difference, db_meter_del);
}

static int put_meters(struct difference *difference)
{
	return db_meter_each(difference->wanted, difference->bridge, put_meter, difference,
			     difference->error);
}

typedef int bridge_fn(struct difference *difference);

static int each_bridge(struct difference *difference, bridge_fn *fn)
{
	struct connection *file = &difference->wanted->file;
	sqlite3_stmt *statement;
	int result = connection_query(file, &statement, difference->error,
				      "SELECT name FROM Bridge ORDER BY name", "");

	while (result == 0 && (result = connection_step(file, statement, difference->error)) > 0) {
		difference->bridge = (const char *)sqlite3_column_text(statement, 0);
		result = fn(difference);
	}
	connection_end(statement);
	return result;
}

static int write_port_configs(struct difference *difference)
{
	struct connection *file = &difference->wanted->file;
	sqlite3_stmt *statement;
	int result = connection_query(file, &statement, difference->error,
				      "SELECT name, _port_config FROM Interface", "");

	while (result == 0 && (result = connection_step(file, statement, difference->error)) > 0)
		result = db_port_config_set(difference->db,
					    (const char *)sqlite3_column_text(statement, 0),
					    (uint32_t)sqlite3_column_int64(statement, 1),
					    UINT32_MAX, difference->error);
	connection_end(statement);
	return result;
}

int difference_write_flows(struct db *db, struct db *wanted, struct error *error)
{
	/* Meters are as many as there may be in all: those that go first make room. */
	static bridge_fn *const steps[] = {remove_meters, put_meters, write_groups, write_flows};
	struct difference difference = {.db = db, .wanted = wanted, .error = error};
	int result = write_port_configs(&difference);

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps) && result == 0; i++)
		result = each_bridge(&difference, steps[i]);
	free(difference.ids);
	return result ? result : flow_default_settled(db, error);
}
