/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/flow_select.h"

#include <errno.h>
#include <stdlib.h>
#include "switchd/daemon.h"
#include "switchd/flow_action.h"
#include "switchd/flow_group.h"

static bool is_strict(const struct flow_mod *mod)
{
	return mod->verb == FLOW_MODIFY_STRICT || mod->verb == FLOW_DELETE_STRICT;
}

static bool has_cookie(const struct flow_mod *mod, const struct flow *flow)
{
	return ((mod->flow.cookie ^ flow->cookie) & mod->cookie_mask) == 0;
}

/* But for what it matches. */
static bool is_meant(const struct flow_mod *mod, const struct flow *flow)
{
	if (mod->flow.table != FLOW_TABLE_ALL && mod->flow.table != flow->table)
		return false;
	if (!has_cookie(mod, flow))
		return false;
	if (mod->out_port != XVS_OFPP_NONE && !flow_actions_output_to(flow->actions, mod->out_port))
		return false;
	return mod->out_group == FLOW_GROUP_NONE ||
	       flow_actions_use_group(flow->actions, mod->out_group);
}

static void append(struct flow_selection *selection, struct flow_entry *entry)
{
	if (selection->count == selection->size) {
		selection->size = selection->size ? selection->size * 2 : 64;
		selection->entries =
			realloc(selection->entries, selection->size * sizeof(*selection->entries));
		if (!selection->entries)
			abort(); /* as in text.h */
	}
	selection->entries[selection->count++] = entry;
}

/* At most one in a table: it is found without looking at the others. */
static void select_strictly(const struct flow_table *table, uint16_t bridge,
			    const struct flow_mod *mod, struct flow_selection *selection)
{
	struct flow key = mod->flow;
	unsigned first = key.table == FLOW_TABLE_ALL ? 0 : key.table;
	unsigned last = key.table == FLOW_TABLE_ALL ? XVS_FLOW_TABLES - 1 : key.table;

	for (unsigned number = first; number <= last; number++) {
		struct flow_entry *entry;

		key.table = (uint8_t)number;
		entry = flow_store_find(&table->store, bridge, &key);
		if (entry && entry->id && is_meant(mod, &entry->flow))
			append(selection, entry);
	}
}

struct loosely {
	const struct flow_mod *mod;
	struct flow_selection *selection;
};

/* flow_store_fn */
static void select_if_meant(struct flow_entry *entry, void *arg)
{
	const struct loosely *loosely = arg;

	if (is_meant(loosely->mod, &entry->flow) &&
	    flow_match_covers(&loosely->mod->flow.match, &entry->flow.match))
		append(loosely->selection, entry);
}

static int by_table(const void *a, const void *b)
{
	const struct flow_entry *const *x = a, *const *y = b;

	if ((*x)->flow.table != (*y)->flow.table)
		return (*x)->flow.table - (*y)->flow.table;
	return ((*x)->id > (*y)->id) - ((*x)->id < (*y)->id);
}

int flow_select(struct flow_site *site, const struct flow_mod *mod,
		struct flow_selection *selection)
{
	struct daemon *daemon = site->call->daemon;
	const struct db_bridge *conf = flow_site_conf(site);
	int status;

	*selection = (struct flow_selection){};
	if (!conf)
		return -EIO;
	status = flow_table_load(daemon, site->call->error);
	if (status)
		return status;
	if (is_strict(mod))
		select_strictly(daemon->flows, conf->number, mod, selection);
	else
		flow_store_candidates(&daemon->flows->store, conf->number, &mod->flow.match,
				      select_if_meant, &(struct loosely){mod, selection});
	if (selection->count)
		qsort(selection->entries, selection->count, sizeof(*selection->entries), by_table);
	return 0;
}

struct flow_mod flow_select_all(void)
{
	return (struct flow_mod){
		.verb = FLOW_SHOW,
		.flow = {.table = FLOW_TABLE_ALL},
		.out_port = XVS_OFPP_NONE,
		.out_group = FLOW_GROUP_NONE,
	};
}

void flow_selection_free(struct flow_selection *selection)
{
	free(selection->entries);
}
