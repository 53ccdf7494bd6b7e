/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/place.h"

#include <errno.h>
#include <stdio.h>
#include "db/datum.h"
#include "switchd/command.h"
#include "switchd/daemon.h"

int place_find(struct command_call *call, const char *table, const char *record, const char *column,
	       struct place *place)
{
	place->table = db_table_find(table, call->error);
	place->column = db_column_find(place->table, column, call->error);
	return db_record_find(call->daemon->db, place->table, record, place->uuid, call->error);
}

int place_find_bridge(struct command_call *call, const char *column, bool change,
		      struct place *place)
{
	struct db_bridge_name bridge;
	int result = db_bridge_find(call->daemon->db, call->words[1], &bridge, call->error);

	if (result == 0 && bridge.vlan && change)
		result = error_set(call->error, -EINVAL, "%s is a fake bridge", bridge.name);
	return result ? result : place_find(call, "Bridge", bridge.real, column, place);
}

int place_get(struct command_call *call, const struct place *place, json_t **value)
{
	return db_get(call->daemon->db, place->table, place->uuid, place->column, value,
		      call->error);
}

int place_set(struct command_call *call, const struct place *place, json_t *value)
{
	int result = value ? db_set(call->daemon->db, place->table, place->uuid, place->column,
				    value, call->error)
			   : -EINVAL;

	json_decref(value);
	return result;
}

int place_clear(struct command_call *call, const struct place *place)
{
	return place_set(call, place, datum_default(place->column));
}

int place_make(struct command_call *call, const char *table, char uuid[DB_UUID_LEN + 1])
{
	db_uuid_make(uuid);
	return db_create(call->daemon->db, db_table_find(table, call->error), uuid, NULL,
			 call->error);
}

int place_get_reference(struct command_call *call, const struct place *place,
			char uuid[DB_UUID_LEN + 1])
{
	const char *found;
	json_t *value;
	int result = place_get(call, place, &value);

	if (result)
		return result;
	found = json_string_value(json_array_get(value, 1));
	if (found)
		snprintf(uuid, DB_UUID_LEN + 1, "%s", found);
	json_decref(value);
	return found != NULL;
}

int place_set_reference(struct command_call *call, const struct place *place, const char *uuid)
{
	return place_set(call, place, json_pack("[ss]", "uuid", uuid));
}
