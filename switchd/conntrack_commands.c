/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * add-zone-tp, del-zone-tp and list-zone-tp on the timeout policies of connection tracking zones,
 * and list-dp-cap, as in ovs-vsctl. A data path is named by its key in Open_vSwitch:datapaths.
 */
#include "switchd/commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "db/datum.h"
#include "switchd/daemon.h"
#include "switchd/place.h"
#include "switchd/record.h"
#include "switchd/rows.h"

#define ZONE_MAX 65535

/* A column of the data path that word 1 names. What is missing is told in `format`'s sentence. */
static int find_datapath(struct command_call *call, const char *column, const char *format,
			 struct place *place)
{
	char uuid[DB_UUID_LEN + 1];
	struct place datapaths;
	const json_t *found;
	json_t *value;
	int result = place_find(call, "Open_vSwitch", ".", "datapaths", &datapaths);

	if (result == 0)
		result = place_get(call, &datapaths, &value);
	if (result)
		return result;
	found = datum_map_get(value, call->words[1]);
	if (found)
		snprintf(uuid, sizeof(uuid), "%s", json_string_value(json_array_get(found, 1)));
	else
		result = error_set(call->error, -ENOENT, format, call->words[1]);
	json_decref(value);
	return result ? result : place_find(call, "Datapath", uuid, column, place);
}

/* Word 2, "zone=NUMBER". */
static int parse_zone(struct command_call *call, long *zone)
{
	const char *word = call->words[2];
	char *end;

	if (!strncmp(word, "zone=", 5)) {
		*zone = strtol(word + 5, &end, 10);
		if (end != word + 5 && !*end && *zone >= 0 && *zone <= ZONE_MAX)
			return 0;
	}
	return error_set(call->error, -EINVAL,
			 "\"%s\" names no zone: zone=NUMBER does, with a number from 0 to %d", word,
			 ZONE_MAX);
}

/* The zones of a data path, and the one that word 2 names among them. */
struct zones {
	struct place place;
	json_t *value;
	long zone;
	char uuid[DB_UUID_LEN + 1]; /* of its record; empty: there is none */
};

static int read_zones(struct command_call *call, struct zones *zones)
{
	const json_t *pair;
	size_t i;
	int result = find_datapath(call, "ct_zones", "datapath %s does not exist", &zones->place);

	if (result == 0)
		result = parse_zone(call, &zones->zone);
	if (result == 0)
		result = place_get(call, &zones->place, &zones->value);
	if (result)
		return result;
	zones->uuid[0] = '\0';
	json_array_foreach (json_array_get(zones->value, 1), i, pair)
		if (json_integer_value(json_array_get(pair, 0)) == zones->zone)
			snprintf(zones->uuid, sizeof(zones->uuid), "%s",
				 json_string_value(json_array_get(json_array_get(pair, 1), 1)));
	return 0;
}

/* Makes the policy that the words from 3 on describe, KEY=VALUE each. */
static int make_policy(struct command_call *call, char uuid[DB_UUID_LEN + 1])
{
	struct record record = {.table = db_table_find("CT_Timeout_Policy", call->error)};
	int result = place_make(call, "CT_Timeout_Policy", record.uuid);

	for (int i = 3; i < call->n_words && result == 0; i++) {
		struct text text = TEXT_EMPTY;
		char *word;

		text_add(&text, "timeouts:%s", call->words[i]);
		word = text.data;
		result = record_assign(call, &record, 1, &word);
		text_free(&text);
	}
	strcpy(uuid, record.uuid);
	return result;
}

static int set_policy(struct command_call *call, const char *zone)
{
	char policy[DB_UUID_LEN + 1];
	struct place place;
	int result = make_policy(call, policy);

	if (result == 0)
		result = place_find(call, "CT_Zone", zone, "timeout_policy", &place);
	return result ? result : place_set_reference(call, &place, policy);
}

static int make_zone(struct command_call *call, const struct zones *zones)
{
	char uuid[DB_UUID_LEN + 1];
	json_t *pair, *changed;
	int result = place_make(call, "CT_Zone", uuid);

	if (result)
		return result;
	pair = json_pack("[s[[I[ss]]]]", "map", (json_int_t)zones->zone, "uuid", uuid);
	changed = datum_union(zones->place.column, zones->value, pair, false, call->error);
	json_decref(pair);
	result = place_set(call, &zones->place, changed);
	return result ? result : set_policy(call, uuid);
}

/* add-zone-tp DATAPATH zone=ZONE KEY=VALUE... */
int cmd_add_zone_tp(struct command_call *call)
{
	struct zones zones;
	int result = read_zones(call, &zones);

	if (result)
		return result;
	if (!*zones.uuid)
		result = make_zone(call, &zones);
	else if (command_option(call, "--may-exist"))
		result = set_policy(call, zones.uuid);
	else
		result = error_set(call->error, -EEXIST, "zone id %ld already exists", zones.zone);
	json_decref(zones.value);
	return result;
}

static int delete_zone(struct command_call *call, const struct zones *zones)
{
	json_t *key = json_pack("[s[I]]", "set", (json_int_t)zones->zone);
	json_t *rest = datum_difference(zones->place.column, zones->value, key, call->error);

	json_decref(key);
	return place_set(call, &zones->place, rest);
}

/* del-zone-tp DATAPATH zone=ZONE */
int cmd_del_zone_tp(struct command_call *call)
{
	struct zones zones;
	int result = read_zones(call, &zones);

	if (result)
		return result;
	if (*zones.uuid)
		result = delete_zone(call, &zones);
	else if (!command_option(call, "--if-exists"))
		result = error_set(call->error, -ENOENT, "zone id %ld does not exist", zones.zone);
	json_decref(zones.value);
	return result;
}

/* "KEY=VALUE KEY=VALUE", values bare. */
static void print_pairs(struct command_call *call, const json_t *map)
{
	const json_t *pair;
	size_t i;

	json_array_foreach (json_array_get(map, 1), i, pair) {
		text_add(call->output, i ? " " : "");
		datum_format_bare(json_array_get(pair, 0), call->output);
		text_add(call->output, "=");
		datum_format_bare(json_array_get(pair, 1), call->output);
	}
	text_add(call->output, "\n");
}

static int print_zone(struct command_call *call, json_int_t zone, const char *uuid)
{
	char policy[DB_UUID_LEN + 1];
	struct place place;
	json_t *timeouts = NULL;
	int result = place_find(call, "CT_Zone", uuid, "timeout_policy", &place);

	if (result == 0)
		result = place_get_reference(call, &place, policy);
	if (result > 0) {
		result = place_find(call, "CT_Timeout_Policy", policy, "timeouts", &place);
		if (result == 0)
			result = place_get(call, &place, &timeouts);
	}
	if (result < 0)
		return result;
	text_add(call->output, "Zone:%lld, Timeout Policies: ", (long long)zone);
	print_pairs(call, timeouts);
	json_decref(timeouts);
	return 0;
}

/* list-zone-tp DATAPATH */
int cmd_list_zone_tp(struct command_call *call)
{
	struct place place;
	const json_t *pair;
	json_t *value;
	size_t i;
	int result = find_datapath(call, "ct_zones", "datapath: %s record not found", &place);

	if (result == 0)
		result = place_get(call, &place, &value);
	if (result)
		return result;
	json_array_foreach (json_array_get(value, 1), i, pair) {
		const json_t *uuid = json_array_get(json_array_get(pair, 1), 1);

		result = print_zone(call, json_integer_value(json_array_get(pair, 0)),
				    json_string_value(uuid));
		if (result)
			break;
	}
	json_decref(value);
	return result;
}

/* list-dp-cap DATAPATH */
int cmd_list_dp_cap(struct command_call *call)
{
	struct place place;
	json_t *value;
	int result =
		find_datapath(call, "capabilities", "datapath \"%s\" record not found", &place);

	if (result == 0)
		result = rows_get(call->daemon, place.table, place.uuid, place.column, &value,
				  call->error);
	if (result)
		return result;
	print_pairs(call, value);
	json_decref(value);
	return 0;
}
