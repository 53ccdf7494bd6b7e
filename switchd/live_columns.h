/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files behind live.h share: each answers for the tables of its noun. */
#ifndef XVS_LIVE_COLUMNS_H
#define XVS_LIVE_COLUMNS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include "switchd/live.h"

struct live_column {
	const char *table, *name;
	live_fn *get;
};

struct live_columns {
	const struct live_column *columns;
	size_t n_columns;
};

extern const struct live_columns live_bridge, live_interface, live_switch;

/* A map of strings or integers, to which pairs are added in the order of their keys. */
json_t *live_map(void);
void live_map_add(json_t *map, const char *key, json_t *value); /* takes the reference */

/* NULL for NULL. */
json_t *live_mac(const uint8_t *mac);

#endif
