/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * add-aa-mapping, del-aa-mapping and get-aa-mapping, as in ovs-vsctl: the services (I-SIDs of IEEE
 * 802.1aq) that VLANs of a bridge are to be mapped to by auto attach. A fake bridge's are those of
 * its parent.
 */
#include "switchd/commands.h"

#include <errno.h>
#include <stdlib.h>
#include "db/datum.h"
#include "switchd/daemon.h"
#include "switchd/place.h"

struct mapping {
	int64_t isid, vlan;
};

/* The number that a word begins with. */
static int parse_number(struct command_call *call, const char *word, int64_t *number)
{
	char *end;

	*number = (int64_t)strtoull(word, &end, 10);
	return end == word ? error_set(call->error, -EINVAL, "Invalid argument %s", word) : 0;
}

static int parse_mapping(struct command_call *call, struct mapping *mapping)
{
	int result = parse_number(call, call->words[2], &mapping->isid);

	return result ? result : parse_number(call, call->words[3], &mapping->vlan);
}

static json_t *mapping_to_json(const struct mapping *mapping)
{
	return json_pack("[s[[II]]]", "map", (json_int_t)mapping->isid, (json_int_t)mapping->vlan);
}

/* The bridge's record of table AutoAttach, as the place of its mappings: 1, 0 when it has none, or
 * a negative errno. */
static int find_mappings(struct command_call *call, struct place *bridge, struct place *mappings)
{
	char uuid[DB_UUID_LEN + 1];
	int result = place_find_bridge(call, "auto_attach", false, bridge);

	if (result == 0)
		result = place_get_reference(call, bridge, uuid);
	if (result <= 0)
		return result;
	result = place_find(call, "AutoAttach", uuid, "mappings", mappings);
	return result ? result : 1;
}

static int make_mappings(struct command_call *call, const struct place *bridge,
			 struct place *mappings)
{
	char uuid[DB_UUID_LEN + 1];
	int result = place_make(call, "AutoAttach", uuid);

	if (result == 0)
		result = place_set_reference(call, bridge, uuid);
	return result ? result : place_find(call, "AutoAttach", uuid, "mappings", mappings);
}

typedef json_t *change_fn(const struct db_column *column, const json_t *value, const json_t *change,
			  struct error *error);

static int change_mappings(struct command_call *call, const struct place *mappings,
			   const struct mapping *mapping, change_fn *fn)
{
	json_t *change = mapping_to_json(mapping), *value, *changed = NULL;
	int result = place_get(call, mappings, &value);

	if (result == 0) {
		changed = fn(mappings->column, value, change, call->error);
		json_decref(value);
		result = place_set(call, mappings, changed);
	}
	json_decref(change);
	return result;
}

/* A service that has a VLAN already keeps it. */
static json_t *add_pair(const struct db_column *column, const json_t *value, const json_t *pair,
			struct error *error)
{
	return datum_union(column, value, pair, false, error);
}

/* add-aa-mapping BRIDGE I-SID VLAN */
int cmd_add_aa_mapping(struct command_call *call)
{
	struct place bridge, mappings;
	struct mapping mapping;
	int result = parse_mapping(call, &mapping);

	if (result)
		return result;
	result = find_mappings(call, &bridge, &mappings);
	if (result == 0)
		result = make_mappings(call, &bridge, &mappings);
	return result < 0 ? result : change_mappings(call, &mappings, &mapping, add_pair);
}

/* del-aa-mapping BRIDGE I-SID VLAN: that one, if it is there. */
int cmd_del_aa_mapping(struct command_call *call)
{
	struct place bridge, mappings;
	struct mapping mapping;
	int result = parse_mapping(call, &mapping);

	if (result)
		return result;
	result = find_mappings(call, &bridge, &mappings);
	return result <= 0 ? result : change_mappings(call, &mappings, &mapping, datum_difference);
}

/* get-aa-mapping BRIDGE: I-SID and VLAN, a line each. */
int cmd_get_aa_mapping(struct command_call *call)
{
	struct place bridge, mappings;
	const json_t *pair;
	json_t *value;
	size_t i;
	int result = find_mappings(call, &bridge, &mappings);

	if (result <= 0)
		return result;
	result = place_get(call, &mappings, &value);
	if (result)
		return result;
	json_array_foreach (json_array_get(value, 1), i, pair)
		text_add(call->output, "%lld %lld\n",
			 (long long)json_integer_value(json_array_get(pair, 0)),
			 (long long)json_integer_value(json_array_get(pair, 1)));
	json_decref(value);
	return 0;
}
