/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/static_mac.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/daemon.h"
#include "switchd/fdb.h"
#include "switchd/model.h"
#include "switchd/vlan.h"

struct static_mac {
	uint64_t key; /* xvs_fdb_key() */
	uint16_t bridge;
	uint16_t port;
	uint8_t egress;  /* enum xvs_egress */
	bool configured; /* by the user, who knows better than the bridge's own address */
};

struct list {
	struct static_mac *entries;
	size_t count;
};

static uint64_t key_of(const uint8_t mac[6], uint16_t vlan)
{
	uint64_t value = 0;

	for (int i = 5; i >= 0; i--)
		value = value << 8 | mac[i];
	return xvs_fdb_key(value, vlan);
}

static struct fdb_id id_of(const struct static_mac *entry)
{
	struct fdb_id id = {.bridge = entry->bridge, .vlan = xvs_fdb_key_vid(entry->key)};

	for (int i = 0; i < 6; i++)
		id.mac[i] = entry->key >> (8 * i);
	return id;
}

static int compare_ids(const void *a, const void *b)
{
	const struct static_mac *x = a, *y = b;

	if (x->bridge != y->bridge)
		return (int)x->bridge - (int)y->bridge;
	return x->key < y->key ? -1 : x->key > y->key;
}

static int compare(const void *a, const void *b)
{
	const struct static_mac *x = a, *y = b;
	int order = compare_ids(a, b);

	return order ? order : (int)y->configured - (int)x->configured;
}

static const struct static_mac *find(const struct list *list, const struct static_mac *wanted)
{
	if (!list->count)
		return NULL;
	return bsearch(wanted, list->entries, list->count, sizeof(*wanted), compare_ids);
}

static bool same(const struct static_mac *a, const struct static_mac *b)
{
	return a && b && a->port == b->port && a->egress == b->egress;
}

/* An entry for a port that is there and carries the VLAN; else none. */
static void add(struct list *list, const struct port *port, const uint8_t mac[6], uint16_t vlan,
		bool configured)
{
	int egress = vlan_egress(&port->conf->vlan, vlan);

	if (!port_attachable(port) || egress == VLAN_NOT_CARRIED)
		return;
	list->entries[list->count++] = (struct static_mac){
		.key = key_of(mac, vlan),
		.bridge = port->bridge->conf->number,
		.port = port->conf->number,
		.egress = egress,
		.configured = configured,
	};
}

static void add_bridge(struct list *list, struct model *model, const struct bridge *bridge)
{
	const struct db_static_mac *mac;
	const struct port *port;

	for (port = bridge->ports; port; port = port->next)
		if (port->conf->local)
			add(list, port, bridge->conf->hwaddr, vlan_native(&port->conf->vlan),
			    false);
	for (mac = bridge->conf->static_macs; mac; mac = mac->next) {
		port = model_port_by_number(model, mac->port);
		if (port && port->bridge == bridge)
			add(list, port, mac->mac, mac->vlan, true);
	}
}

static void keep_first_of_each(struct list *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++)
		if (!kept || compare_ids(&list->entries[kept - 1], &list->entries[i]))
			list->entries[kept++] = list->entries[i];
	list->count = kept;
}

/* What should be in the FDB now, sorted. The caller frees the entries. */
static int wanted_list(struct model *model, struct list *list)
{
	const struct db_static_mac *mac;
	const struct bridge *bridge;
	size_t room = 1;

	for (bridge = model->bridges; bridge; bridge = bridge->next) {
		room++;
		for (mac = bridge->conf->static_macs; mac; mac = mac->next)
			room++;
	}
	list->count = 0;
	list->entries = calloc(room, sizeof(*list->entries));
	if (!list->entries)
		return -ENOMEM;
	for (bridge = model->bridges; bridge; bridge = bridge->next)
		add_bridge(list, model, bridge);
	qsort(list->entries, list->count, sizeof(*list->entries), compare);
	keep_first_of_each(list);
	return 0;
}

static void remove_entry(struct daemon *daemon, const struct static_mac *entry)
{
	struct fdb_id id = id_of(entry);

	fdb_del(daemon->fdb, &id, NULL);
}

static void prune(struct daemon *daemon, const struct list *wanted)
{
	struct model *model = daemon->model;
	size_t kept = 0;

	for (size_t i = 0; i < model->n_statics; i++) {
		const struct static_mac *have = &model->statics[i];

		if (same(find(wanted, have), have))
			model->statics[kept++] = *have;
		else
			remove_entry(daemon, have);
	}
	model->n_statics = kept;
}

void static_mac_prune(struct daemon *daemon)
{
	struct list wanted;

	if (wanted_list(daemon->model, &wanted))
		return;
	prune(daemon, &wanted);
	free(wanted.entries);
}

void static_mac_remove(struct daemon *daemon, uint16_t bridge)
{
	struct model *model = daemon->model;
	size_t kept = 0;

	for (size_t i = 0; i < model->n_statics; i++) {
		if (model->statics[i].bridge == bridge)
			remove_entry(daemon, &model->statics[i]);
		else
			model->statics[kept++] = model->statics[i];
	}
	model->n_statics = kept;
}

int static_mac_update(struct daemon *daemon, struct error *error)
{
	struct model *model = daemon->model;
	struct list wanted, have;
	size_t added = 0;
	int status = 0;

	if (wanted_list(model, &wanted))
		return error_set(error, -ENOMEM, "out of memory");
	prune(daemon, &wanted);
	have = (struct list){model->statics, model->n_statics};
	for (size_t i = 0; i < wanted.count; i++) {
		const struct static_mac *want = &wanted.entries[i];
		struct fdb_id id = id_of(want);
		int failed = 0;

		if (!find(&have, want))
			failed = fdb_add_static(daemon->fdb, &id, want->port, want->egress,
						status ? NULL : error);
		if (failed)
			status = status ? status : failed;
		else
			wanted.entries[added++] = *want;
	}
	free(model->statics);
	model->statics = wanted.entries;
	model->n_statics = added;
	return status;
}

struct sweep {
	struct model *model;
	struct list wanted;
};

static bool belongs(const struct fdb_entry *entry, void *arg)
{
	const struct sweep *sweep = arg;
	const struct port *port = model_port_by_number(sweep->model, entry->port);
	const struct static_mac have = {
		.key = key_of(entry->id.mac, entry->id.vlan),
		.bridge = entry->id.bridge,
		.port = entry->port,
		.egress = entry->egress,
	};

	if (entry->is_static)
		return same(find(&sweep->wanted, &have), &have);
	return port && port->state == PORT_UP && port->bridge->conf->number == entry->id.bridge &&
	       vlan_egress(&port->conf->vlan, entry->id.vlan) == entry->egress;
}

void static_mac_sweep(struct daemon *daemon)
{
	struct sweep sweep = {.model = daemon->model};

	if (wanted_list(daemon->model, &sweep.wanted))
		return;
	fdb_sweep(daemon->fdb, belongs, &sweep);
	free(sweep.wanted.entries);
}
