/* SPDX-License-Identifier: BSD-2-Clause */
#include "switchd/static_mac.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "switchd/daemon.h"
#include "switchd/fdb.h"
#include "switchd/model.h"

struct static_mac {
	uint64_t key; /* xvs_fdb_key() */
	uint16_t port;
	bool configured; /* by the user, who knows better than the bridge's own address */
};

struct list {
	struct static_mac *entries;
	size_t count;
};

static uint64_t key_of(const uint8_t mac[6], uint16_t fid)
{
	uint64_t value = 0;

	for (int i = 5; i >= 0; i--)
		value = value << 8 | mac[i];
	return xvs_fdb_key(value, fid);
}

static void mac_of(uint64_t key, uint8_t mac[6])
{
	for (int i = 0; i < 6; i++)
		mac[i] = key >> (8 * i);
}

static int compare(const void *a, const void *b)
{
	const struct static_mac *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (int)y->configured - (int)x->configured;
}

static int compare_keys(const void *a, const void *b)
{
	const struct static_mac *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

static const struct static_mac *find(const struct list *list, uint64_t key)
{
	struct static_mac wanted = {.key = key};

	if (!list->count)
		return NULL;
	return bsearch(&wanted, list->entries, list->count, sizeof(wanted), compare_keys);
}

/* The filtering id of a VLAN of a bridge, 0: none. */
static uint16_t fid_of(const struct bridge *bridge, uint16_t vlan)
{
	return vlan ? 0 : bridge->conf->fid;
}

static void add_bridge(struct list *list, struct model *model, const struct bridge *bridge)
{
	const struct db_static_mac *mac;
	const struct port *port;

	for (port = bridge->ports; port; port = port->next)
		if (port->conf->local && port_attachable(port))
			list->entries[list->count++] = (struct static_mac){
				.key = key_of(bridge->conf->hwaddr, bridge->conf->fid),
				.port = port->conf->number,
			};
	for (mac = bridge->conf->static_macs; mac; mac = mac->next) {
		port = model_port_by_number(model, mac->port);
		if (port && port->bridge == bridge && port_attachable(port) &&
		    fid_of(bridge, mac->vlan))
			list->entries[list->count++] = (struct static_mac){
				.key = key_of(mac->mac, fid_of(bridge, mac->vlan)),
				.port = mac->port,
				.configured = true,
			};
	}
}

static void keep_first_of_each_key(struct list *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++)
		if (!kept || list->entries[kept - 1].key != list->entries[i].key)
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
	keep_first_of_each_key(list);
	return 0;
}

static void remove_entry(struct daemon *daemon, uint64_t key)
{
	uint8_t mac[6];

	mac_of(key, mac);
	fdb_del(daemon->fdb, mac, xvs_fdb_key_fid(key), NULL);
}

static void prune(struct daemon *daemon, const struct list *wanted)
{
	struct model *model = daemon->model;
	size_t kept = 0;

	for (size_t i = 0; i < model->n_statics; i++) {
		const struct static_mac *have = &model->statics[i];
		const struct static_mac *want = find(wanted, have->key);

		if (want && want->port == have->port)
			model->statics[kept++] = *have;
		else
			remove_entry(daemon, have->key);
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

void static_mac_remove(struct daemon *daemon, uint16_t fid)
{
	struct model *model = daemon->model;
	size_t kept = 0;

	for (size_t i = 0; i < model->n_statics; i++) {
		if (xvs_fdb_key_fid(model->statics[i].key) == fid)
			remove_entry(daemon, model->statics[i].key);
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
	uint8_t mac[6];

	if (wanted_list(model, &wanted))
		return error_set(error, -ENOMEM, "out of memory");
	prune(daemon, &wanted);
	have = (struct list){model->statics, model->n_statics};
	for (size_t i = 0; i < wanted.count; i++) {
		const struct static_mac *want = &wanted.entries[i];

		mac_of(want->key, mac);
		if (!find(&have, want->key)) {
			int failed = fdb_add_static(daemon->fdb, mac, xvs_fdb_key_fid(want->key),
						    want->port, status ? NULL : error);

			if (failed) {
				status = status ? status : failed;
				continue;
			}
		}
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
	const struct static_mac *want = find(&sweep->wanted, key_of(entry->mac, entry->fid));

	if (entry->is_static)
		return want && want->port == entry->port;
	return port && port->state == PORT_UP && port->bridge->conf->fid == entry->fid;
}

void static_mac_sweep(struct daemon *daemon)
{
	struct sweep sweep = {.model = daemon->model};

	if (wanted_list(daemon->model, &sweep.wanted))
		return;
	fdb_sweep(daemon->fdb, belongs, &sweep);
	free(sweep.wanted.entries);
}
