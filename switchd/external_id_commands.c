/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * br-set-external-id and br-get-external-id, as in ovs-vsctl. Those of a fake bridge are kept with
 * its port, under keys with a prefix of their own.
 */
#include "switchd/commands.h"

#include <errno.h>
#include <string.h>
#include "db/datum.h"
#include "switchd/daemon.h"
#include "switchd/place.h"

#define FAKE_PREFIX "fake-bridge-"

/* Where the bridge's pairs are, and what their keys begin with there. */
static int find_pairs(struct command_call *call, struct place *place, const char **prefix)
{
	struct db_bridge_name bridge;
	int result = db_bridge_find(call->daemon->db, call->words[1], &bridge, call->error);

	if (result)
		return result;
	*prefix = bridge.vlan ? FAKE_PREFIX : "";
	return place_find(call, bridge.vlan ? "Port" : "Bridge", bridge.name, "external_ids",
			  place);
}

/* br-set-external-id BRIDGE KEY [VALUE]: without a value the key goes. */
int cmd_br_set_external_id(struct command_call *call)
{
	const char *value = call->n_words > 3 ? call->words[3] : NULL;
	struct text key = TEXT_EMPTY;
	json_t *old = NULL, *change, *changed = NULL;
	struct place place;
	const char *prefix;
	int result = find_pairs(call, &place, &prefix);

	if (result == 0)
		result = place_get(call, &place, &old);
	if (result)
		return result;
	text_add(&key, "%s%s", prefix, call->words[2]);
	change = value ? json_pack("[s[[ss]]]", "map", text_string(&key), value)
		       : json_pack("[s[s]]", "set", text_string(&key));
	if (change)
		changed = value ? datum_union(place.column, old, change, true, call->error)
				: datum_difference(place.column, old, change, call->error);
	else
		error_set(call->error, 0, "keys and values are UTF-8 text");
	result = place_set(call, &place, changed);
	json_decref(change);
	json_decref(old);
	text_free(&key);
	return result;
}

/* br-get-external-id BRIDGE [KEY] */
int cmd_br_get_external_id(struct command_call *call)
{
	const char *wanted = call->n_words > 2 ? call->words[2] : NULL;
	json_t *pairs = NULL;
	const json_t *pair;
	struct place place;
	size_t i;
	const char *prefix;
	int result = find_pairs(call, &place, &prefix);

	if (result == 0)
		result = place_get(call, &place, &pairs);
	if (result)
		return result;
	json_array_foreach (json_array_get(pairs, 1), i, pair) {
		const char *key = json_string_value(json_array_get(pair, 0));
		const char *value = json_string_value(json_array_get(pair, 1));

		if (strncmp(key, prefix, strlen(prefix)))
			continue;
		key += strlen(prefix);
		if (!wanted)
			text_add(call->output, "%s=%s\n", key, value);
		else if (!strcmp(key, wanted))
			text_add(call->output, "%s\n", value);
	}
	json_decref(pairs);
	return 0;
}
