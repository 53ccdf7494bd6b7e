/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/live.h"

#include <stdio.h>
#include <string.h>
#include "db/datum.h"
#include "switchd/daemon.h"
#include "switchd/live_columns.h"

static const struct live_columns *const all[] = {&live_bridge, &live_interface, &live_switch};

json_t *live_map(void)
{
	return json_pack("[s[]]", "map");
}

void live_map_add(json_t *map, const char *key, json_t *value)
{
	json_array_append_new(json_array_get(map, 1), json_pack("[s, o]", key, value));
}

json_t *live_mac(const uint8_t *mac)
{
	char text[18];

	if (!mac)
		return NULL;
	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		 mac[3], mac[4], mac[5]);
	return json_string(text);
}

void live_expire(struct daemon *daemon)
{
	link_counters_expire(daemon->links);
}

live_fn *live_find(const struct db_table *table, const struct db_column *column)
{
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		for (size_t j = 0; j < all[i]->n_columns; j++) {
			const struct live_column *live = &all[i]->columns[j];

			if (!strcmp(live->table, table->name) && !strcmp(live->name, column->name))
				return live->get;
		}
	return NULL;
}

json_t *live_get(struct daemon *daemon, live_fn *get, const char *name,
		 const struct db_column *column)
{
	json_t *value = get ? get(daemon, name) : NULL;

	return value ? value : datum_default(column);
}
